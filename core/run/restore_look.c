/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_look.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/restore/compare.h"
#include "core/restore/drill.h"
#include "core/restore/list.h"
#include "core/restore/state.h"
#include "core/restore/verify.h"
#include "core/restore/verify_index.h"
#include "core/run/restore_pass.h"
#include "core/run/restore_report.h"
#include "core/run/restore_selection.h"
#include "core/run/restore_set.h"
#include "core/run/restore_tree.h"
#include "core/run/restore_watch.h"

/* --------------------------------------------------------------------- -t */

static void
list_name(struct restore *r, struct list *list, const char *path)
{
	if (!list_path(list, path))
		outcome_add(r->outcome, OUTCOME_MISSING, 0, "%s: there is no "
		    "such name in the set", path);
}

/* -X; as in restore(8), lines are lines, even with -0. */
static void
list_names_of_file(struct restore *r, struct list *list, const char *file)
{
	const bool is_standard = strcmp(file, "-") == 0;
	FILE *in = is_standard ? stdin : fopen(file, "re");
	char *line = NULL;
	size_t room = 0;

	while (in != NULL && getline(&line, &room, in) > 0) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '\0')
			list_name(r, list, line);
	}
	if (in == NULL || ferror(in)) {
		report(r->rep, DE_ERROR, "%s: cannot be read: %s", file,
		    strerror(errno));
		restore_end(r, VERDICT_NOT_STARTED);
	}
	free(line);
	if (in != NULL && !is_standard)
		fclose(in);
}

/* Names that were asked for and are not there count as missing. */
static void
list_names(struct restore *r, struct list *list)
{
	const struct restore_request *q = r->request;

	for (size_t i = 0; i < r->set_count; i++)
		list_identity(list, restore_set_identity(r->sets[i]));
	if (restore_selection_is_all(r) && !q->settings.no_recursion)
		list_all(list);
	else if (restore_selection_is_all(r))
		list_path(list, ".");
	for (size_t i = 0; i < q->name_count; i++)
		list_name(r, list, q->names[i]);
	if (q->names_file != NULL)
		list_names_of_file(r, list, q->names_file);
}

static void
conclude_list(struct restore *r, struct list *list)
{
	const uint64_t too_long = list_too_long(list);

	if (too_long > 0)
		outcome_add(r->outcome, OUTCOME_MISSING, 0, "%" PRIu64
		    " names are not listed: their paths are longer than %u "
		    "bytes", too_long, (unsigned int)LIST_PATH_MAX);
	/* Nobody reads the rest of it: `dumpengine-restore -t | head`. */
	if (!list_end(list) && errno != EPIPE) {
		report(r->rep, DE_ERROR, "cannot write the list: %s",
		    strerror(errno));
		restore_end(r, VERDICT_ABORT);
	}
}

bool
restore_look_list(struct restore *r)
{
	struct inomap dumped;

	if (!inomap_init(&dumped, restore_pass_max_inode(r)))
		return restore_no_room(r);
	const bool is_known = restore_pass_dumped(r, &dumped);
	const struct list_config config = {
		.fd = STDOUT_FILENO,
		.names = r->names,
		.dumped = is_known ? &dumped : NULL,
		.verbose = r->request->settings.verbose,
		.recursive = !r->request->settings.no_recursion,
		.zero_terminated = r->request->zero_terminated,
	};

	struct list *list = list_new(&config);
	if (list == NULL) {
		restore_no_room(r);
	} else {
		list_names(r, list);
		conclude_list(r, list);
	}
	inomap_free(&dumped);
	return r->verdict == VERDICT_GO_ON;
}

/* --------------------------------------------------------------------- -C */

/* The tree to compare with: -D, or where the filesystem was mounted. */
static int
open_root(struct restore *r)
{
	const struct set_identity *set =
	    restore_set_identity(r->sets[r->set_count - 1]);
	const char *root = r->request->root != NULL ? r->request->root :
	    set->filesystem[0] == '/' ? set->filesystem : ".";
	const int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1) {
		report(r->rep, DE_ERROR, "%s: %s; -D names the directory to "
		    "compare with", root, strerror(errno));
		restore_end(r, VERDICT_NOT_STARTED);
	} else {
		report(r->rep, DE_INFO, "comparing with %s", root);
	}
	return fd;
}

static void
late(void *arg, uint32_t inode, const struct de_xattr *xattr)
{
	compare_late_xattr(arg, inode, xattr);
}

struct comparison {
	struct restore *r;
	struct compare *compare;
};

/* -L: enough differences. */
static enum verdict
limit(void *arg)
{
	const struct comparison *c = arg;
	const uint64_t limit = c->r->request->limit;

	return limit > 0 && outcome_count(c->r->outcome, OUTCOME_DIFFERENT) >=
	    limit ? VERDICT_ABORT : VERDICT_GO_ON;
}

static bool
compare_sets(struct restore *r, const struct compare_config *config,
    const struct inomap *inodes)
{
	struct comparison c = { .r = r, .compare = compare_new(config) };
	const struct restore_pass pass = {
		.work = &compare_work,
		.arg = c.compare,
		.inodes = inodes,
		.late = late,
		.verdict = limit,
		.verdict_arg = &c,
	};

	if (c.compare == NULL)
		return restore_no_room(r);
	const bool ok = restore_pass_run(r, &pass);
	if (ok)
		compare_directories(c.compare, r->directories, r->cancelled);
	r->files = compare_files(c.compare);
	r->bytes = compare_bytes(c.compare);
	compare_free(c.compare);
	if (!ok && limit(&c) != VERDICT_GO_ON)
		report(r->rep, DE_ERROR, "there are %" PRIu64 " differences, "
		    "the limit of -L", r->request->limit);
	return ok;
}

static bool
compare_wanted(struct restore *r, struct wanted *wanted,
    struct target *target)
{
	const struct set_identity *first = restore_set_identity(r->sets[0]);
	const bool is_all = restore_selection_is_all(r);
	static const char *const aside[] = { STATE_NAME, NULL };
	struct inomap inodes;
	const struct compare_config config = {
		.settings = &r->request->settings,
		.names = r->names,
		.target = target,
		.outcome = r->outcome,
		.wanted = is_all ? NULL : wanted_selected(wanted),
		.root_is_wanted = wanted_has_root(wanted),
		.is_whole = is_all && first->base_date == 0,
		.aside = aside,
	};

	if (!wanted_inodes(wanted, restore_pass_max_inode(r), &inodes))
		return restore_no_room(r);
	const bool ok = compare_sets(r, &config, &inodes);
	inomap_free(&inodes);
	return ok;
}

bool
restore_look_compare(struct restore *r)
{
	struct wanted *wanted = restore_selection_make(r);
	const int root = wanted == NULL ? -1 : open_root(r);
	struct target *target = root == -1 ? NULL : target_new(root, r->names,
	    r->request->settings.workers);
	bool ok = false;

	if (target != NULL)
		ok = compare_wanted(r, wanted, target);
	else if (root != -1)
		restore_no_room(r);
	target_free(target);
	if (root != -1)
		close(root);
	wanted_free(wanted);
	return ok;
}

/* --------------------------------------------------------------- --verify */

struct verification {
	struct restore *r;
	struct restore_set *set;
	struct verify *verify;
	struct verify_index *index;
	struct restore_tree *tree;
	bool in_directory;
	bool has_names;		/* the tree is made: faults have paths */
};

/* All directories have come. */
static bool
finish_names(struct verification *v)
{
	const struct inomap *in_use = restore_set_in_use(v->set);

	if (v->has_names)
		return true;
	v->has_names = true;
	if (in_use != NULL)
		names_keep(v->r->names, in_use, restore_set_dumped(v->set));
	if (!names_finish(v->r->names))
		return restore_no_room(v->r);
	outcome_set_names(v->r->outcome, v->r->names);
	verify_has_paths(v->verify);
	return true;
}

static bool
begin_verifying(struct verification *v, const struct set_item *item)
{
	v->in_directory = restore_tree_is_directory(item);
	if (!v->in_directory)	/* those of attributes are between them */
		return item->is_hidden || finish_names(v);
	if (!v->has_names)
		return true;
	v->in_directory = false;
	outcome_add(v->r->outcome, OUTCOME_DAMAGE, item->inode,
	    "this directory comes after the first file");
	return true;
}

static bool
verify_one(struct verification *v, const struct set_item *item)
{
	if (item->kind == SET_INODE && !begin_verifying(v, item))
		return false;
	if (!verify_item(v->verify, restore_set_open(v->set), item) ||
	    !verify_index_item(v->index, item))
		return restore_no_room(v->r);
	if (v->in_directory && !restore_tree_take(v->tree, item))
		return false;
	if (item->kind == SET_INODE_END)
		v->in_directory = false;
	return true;
}

/* All items of a set, directories included. */
static bool
verify_items(struct verification *v)
{
	struct set_item item;

	while (restore_set_next(v->set, &item))
		if (!verify_one(v, &item))
			return false;
	return v->r->verdict == VERDICT_GO_ON && finish_names(v);
}

/* What can only be said once all has been read. */
static bool
conclude_verifying(struct verification *v)
{
	const struct pieces *pieces = restore_set_pieces(v->set);

	verify_names(v->verify, v->r->names);
	if (!verify_index_finish(v->index, restore_set_open(v->set), pieces))
		return restore_no_room(v->r);
	restore_set_note_index(v->set, verify_index_state(v->index));
	return true;
}

bool
restore_look_verify(struct restore *r)
{
	struct verification v = {
		.r = r,
		.set = r->sets[0],
		.verify = verify_new(r->outcome),
		.index = verify_index_new(r->request->settings.tmpdir,
		    r->outcome, r->rep),
	};
	bool ok = false;

	if (v.verify == NULL || v.index == NULL)
		restore_no_room(r);
	else
		v.tree = restore_tree_new(r, restore_set_dialect(v.set),
		    v.verify);
	if (v.tree != NULL) {
		restore_watch_begin(r->watch, restore_set_size(v.set));
		ok = verify_items(&v) && conclude_verifying(&v);
		restore_set_tell_hidden(v.set);
		r->files = verify_inodes(v.verify);
		r->bytes = verify_bytes(v.verify);
	}
	restore_tree_free(v.tree);
	verify_index_free(v.index);
	verify_free(v.verify);
	return ok;
}

/* ---------------------------------------------------------------- --drill */

static enum verdict
drill_goes_on(void *arg)
{
	return drill_verdict(arg);
}

bool
restore_look_drill(struct restore *r)
{
	const struct restore_request *q = r->request;
	const struct drill_config config = {
		.settings = &q->settings,
		.names = r->names,
		.dumped = restore_set_dumped(r->sets[0]),
		.outcome = r->outcome,
		.rep = r->rep,
		.files = (uint32_t)q->drill_files,
		.seed = q->has_seed ? q->seed : drill_seed(),
	};
	struct drill *drill = drill_new(&config);
	bool ok = false;

	if (drill == NULL)
		return restore_end(r, VERDICT_NOT_STARTED);
	report(r->rep, DE_INFO, "seed %" PRIu64, config.seed);
	const struct restore_pass pass = {
		.work = &drill_work,
		.arg = drill,
		.inodes = drill_inodes(drill),
		.verdict = drill_goes_on,
		.verdict_arg = drill,
	};
	ok = restore_pass_run(r, &pass);
	restore_report_set_drill(r->report, drill_finish(drill));
	drill_free(drill);
	return ok;
}
