/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_report.h"

#include <stdlib.h>
#include <time.h>

#include "core/base/json_file.h"
#include "core/run/restore_set.h"

#define SCHEMA 1		/* raised when old readers would be wrong */

struct restore_report {
	int64_t begun;
	json_t *root;
	json_t *drill;			/* NULL: none */
};

static const char *const action_names[] = {
	[RESTORE_NOTHING] = "nothing",
	[RESTORE_LIST] = "list",
	[RESTORE_EXTRACT] = "extract",
	[RESTORE_REBUILD] = "rebuild",
	[RESTORE_RESUME] = "resume",
	[RESTORE_COMPARE] = "compare",
	[RESTORE_INTERACTIVE] = "interactive",
	[RESTORE_POSITIONS] = "positions",
	[RESTORE_VERIFY] = "verify",
	[RESTORE_DRILL] = "drill",
	[RESTORE_HELP] = "help",
	[RESTORE_VERSION] = "version",
};

struct restore_report *
restore_report_new(void)
{
	struct restore_report *report = calloc(1, sizeof(*report));

	if (report == NULL)
		return NULL;
	report->begun = (int64_t)time(NULL);
	report->root = json_object();
	if (report->root == NULL) {
		free(report);
		return NULL;
	}
	return report;
}

void
restore_report_free(struct restore_report *report)
{
	if (report == NULL)
		return;
	json_decref(report->drill);
	json_decref(report->root);
	free(report);
}

void
restore_report_set_drill(struct restore_report *report, json_t *drill)
{
	if (report != NULL)
		report->drill = drill;
	else
		json_decref(drill);
}

static json_t *
count(uint64_t number)
{
	return json_integer((json_int_t)number);
}

static json_t *
sets(const struct restore *r)
{
	json_t *array = json_array();

	for (size_t i = 0; i < r->set_count; i++) {
		const struct set_identity *set =
		    restore_set_identity(r->sets[i]);
		json_t *o = json_object();
		json_object_set_new(o, "medium",
		    json_file_text(restore_set_name(r->sets[i])));
		json_object_set_new(o, "level", json_integer(set->level));
		json_object_set_new(o, "date", json_integer(set->date));
		json_object_set_new(o, "base_date",
		    json_integer(set->base_date));
		json_object_set_new(o, "label", json_file_text(set->label));
		json_object_set_new(o, "device", json_file_text(set->device));
		json_object_set_new(o, "mount_point",
		    json_file_text(set->filesystem));
		json_object_set_new(o, "host", json_file_text(set->host));
		json_object_set_new(o, "dialect",
		    json_file_text(set->dialect));
		json_object_set_new(o, "index",
		    json_string(restore_set_index(r->sets[i])));
		json_array_append_new(array, o);
	}
	return array;
}

static const char *
kind_text(enum outcome_kind kind)
{
	switch (kind) {
	case OUTCOME_MISSING:
		return "missing";
	case OUTCOME_DIFFERENT:
		return "different";
	case OUTCOME_ATTRIBUTE:
		return "attribute";
	case OUTCOME_DAMAGE:
		return "damage";
	case OUTCOME_NOTE:
		break;
	}
	return "note";
}

static void
add_fault(void *arg, enum outcome_kind kind, uint32_t inode, const char *path,
    const char *text)
{
	json_t *o = json_object();

	json_object_set_new(o, "kind", json_string(kind_text(kind)));
	json_object_set_new(o, "path", path == NULL ? json_null() :
	    json_file_text(path));
	json_object_set_new(o, "inode", inode == 0 ? json_null() :
	    json_integer(inode));
	json_object_set_new(o, "text", json_file_text(text));
	json_array_append_new(arg, o);
}

void
restore_report_collect(struct restore *r, double seconds)
{
	json_t *o = r->report->root;
	json_t *found = json_array();

	json_object_set_new(o, "action",
	    json_string(action_names[r->request->action]));
	json_object_set_new(o, "sets", sets(r));
	json_object_set_new(o, "files", count(r->files));
	json_object_set_new(o, "bytes", count(r->bytes));
	json_object_set_new(o, "seconds", json_real(seconds));
	json_object_set_new(o, "missing",
	    count(outcome_count(r->outcome, OUTCOME_MISSING)));
	json_object_set_new(o, "different",
	    count(outcome_count(r->outcome, OUTCOME_DIFFERENT)));
	json_object_set_new(o, "attributes",
	    count(outcome_count(r->outcome, OUTCOME_ATTRIBUTE)));
	json_object_set_new(o, "damage",
	    count(outcome_count(r->outcome, OUTCOME_DAMAGE)));
	json_object_set_new(o, "notes",
	    count(outcome_count(r->outcome, OUTCOME_NOTE)));
	outcome_each(r->outcome, add_fault, found);
	json_object_set_new(o, "found", found);
}

bool
restore_report_write(const struct restore_report *report, const char *file,
    enum exit_status status, struct report *rep)
{
	json_t *root = json_object();

	json_object_set_new(root, "schema", json_integer(SCHEMA));
	json_object_set_new(root, "program",
	    json_string("dumpengine-restore " PACKAGE_VERSION));
	json_object_set_new(root, "started", json_integer(report->begun));
	json_object_set_new(root, "ended", json_integer((int64_t)time(NULL)));
	json_object_set_new(root, "exit_status", json_integer(status));
	json_object_set_new(root, "result",
	    json_string(status == STATUS_INCOMPLETE ?
	    "something is missing or differs" : exit_status_text(status)));
	json_object_update(root, report->root);
	if (report->drill != NULL)
		json_object_set(root, "drill", report->drill);
	const bool ok = json_file_write(file, root, rep);
	json_decref(root);
	return ok;
}
