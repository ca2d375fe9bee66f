/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Adds dumps and their volumes, and keeps what only the catalogue knows.
 */
#include <string.h>

#include "core/catalog/catalog_own.h"

#define ADD_DUMP "add a dump"
#define ADD_VOLUME "add a volume"

static const char *const states[] = {
	[CATALOG_COMPLETE] = "complete",
	[CATALOG_INCOMPLETE] = "incomplete",
	[CATALOG_ABORTED] = "aborted",
	[CATALOG_EXPIRED] = "expired",
};

const char *
catalog_state_text(enum catalog_state state)
{
	return states[state];
}

/* The number in the only row of a statement; *id stays if there is none. */
static bool
take_id(struct catalog *c, sqlite3_stmt *s, int64_t *id, const char *what)
{
	if (s == NULL)
		return false;
	int result;
	while ((result = sqlite3_step(s)) == SQLITE_ROW)
		*id = sqlite3_column_int64(s, 0);
	const bool ok = result == SQLITE_DONE || catalog_fail(c, what);
	sqlite3_finalize(s);
	return ok;
}

/* -------------------------------------------------------------------- dumps */

static bool
add_job(struct catalog *c, const char *name)
{
	if (name == NULL)
		return true;
	sqlite3_stmt *s = catalog_prepare(c, "INSERT INTO job (name) "
	    "VALUES (?1) ON CONFLICT DO NOTHING", ADD_DUMP);
	if (s != NULL)
		catalog_bind_text(s, 1, name);
	return catalog_finish(c, s, ADD_DUMP);
}

/*
 * What is not known this time stays as it was.  Volumes (?24) do not know all of
 * how a run ended: a dump that had findings is not complete because it was read
 * from them.
 */
static const char change_dump[] =
"UPDATE dump SET"
"    job = ifnull((SELECT id FROM job WHERE name = ?1), job),"
"    filesystem = ifnull(?4, filesystem),"
"    label = ifnull(?5, label),"
"    base_date = ?8,"
"    source = ifnull(?9, source),"
"    uuid = ifnull(?10, uuid),"
"    subtree = ifnull(?11, subtree),"
"    exclude = ifnull(?12, exclude),"
"    output = ifnull(?13, output),"
"    program = ifnull(?14, program),"
"    begun = ifnull(?15, begun),"
"    ended = CASE WHEN ?24 THEN ifnull(ended, ?16) ELSE ifnull(?16, ended) END,"
"    state = CASE WHEN (?24 OR ?18 IS NULL) AND state = 'incomplete' AND"
"        ?17 = 'complete' THEN state ELSE ?17 END,"
"    findings = CASE WHEN ?24 OR ?18 IS NULL THEN max(findings, ?19)"
"        ELSE ?19 END,"
"    notes = CASE WHEN ?24 OR ?18 IS NULL THEN max(notes, ?20) ELSE ?20 END,"
"    status = CASE WHEN ?24 THEN ifnull(status, ?18)"
"        ELSE ifnull(?18, status) END,"
"    blocks = max(blocks, ?21),"
"    has_names = max(has_names, ?22),"
"    config = ifnull(?23, config)"
" WHERE date = ?7 AND level = ?6 AND host = ?2 AND device = ?3"
" RETURNING id";

/* If it is not there.  An upsert would use up an id each time. */
static const char put_dump[] =
"INSERT INTO dump (job, host, device, filesystem, label, level, date,"
"    base_date, source, uuid, subtree, exclude, output, program, begun, ended,"
"    state, status, findings, notes, blocks, has_names, config)"
" VALUES ((SELECT id FROM job WHERE name = ?1), ?2, ?3, ?4, ?5, ?6, ?7, ?8,"
"    ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)"
" RETURNING id";

static sqlite3_stmt *
bind_dump(sqlite3_stmt *s, const struct catalog_dump *d)
{
	if (s == NULL)
		return NULL;
	catalog_bind_text(s, 1, d->job);
	catalog_bind_text(s, 2, d->host == NULL ? "" : d->host);
	catalog_bind_text(s, 3, d->device == NULL ? "" : d->device);
	catalog_bind_text(s, 4, d->filesystem);
	catalog_bind_text(s, 5, d->label);
	sqlite3_bind_int64(s, 6, d->level);
	sqlite3_bind_int64(s, 7, d->date);
	catalog_bind_known(s, 8, d->base_date, 0);
	catalog_bind_text(s, 9, d->source);
	catalog_bind_text(s, 10, d->uuid);
	catalog_bind_text(s, 11, d->subtree);
	catalog_bind_text(s, 12, d->exclude);
	catalog_bind_text(s, 13, d->output);
	catalog_bind_text(s, 14, d->program);
	catalog_bind_known(s, 15, d->begun, 0);
	catalog_bind_known(s, 16, d->ended, 0);
	catalog_bind_text(s, 17, states[d->state]);
	catalog_bind_known(s, 18, d->status, -1);
	catalog_bind_count(s, 19, d->findings);
	catalog_bind_count(s, 20, d->notes);
	catalog_bind_count(s, 21, d->blocks);
	sqlite3_bind_int64(s, 22, d->has_names);
	catalog_bind_text(s, 23, d->config);
	if (sqlite3_bind_parameter_count(s) > 23)
		sqlite3_bind_int64(s, 24, d->is_of_volumes);
	return s;
}

/* Within a transaction nobody else adds the same one between the two. */
static bool
write_dump(struct catalog *c, struct catalog_dump *d)
{
	d->id = 0;
	return take_id(c, bind_dump(catalog_prepare(c, change_dump, ADD_DUMP),
	    d), &d->id, ADD_DUMP) && (d->id != 0 || take_id(c,
	    bind_dump(catalog_prepare(c, put_dump, ADD_DUMP), d), &d->id,
	    ADD_DUMP));
}

bool
catalog_add_dump(struct catalog *c, struct catalog_dump *d)
{
	if (!catalog_finish_names(c) || !add_job(c, d->job) ||
	    !write_dump(c, d))
		return false;
	/* Those that it had, if any, are of the same dump. */
	return !d->has_names || catalog_clear_names(c, d->id);
}

/* One statement about one row. */
static bool
change(struct catalog *c, const char *sql, int64_t id, const char *text,
    int64_t number, const char *what)
{
	sqlite3_stmt *s = catalog_prepare(c, sql, what);

	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, id);
	if (text != NULL)
		catalog_bind_text(s, 2, text);
	else if (sqlite3_bind_parameter_count(s) > 1)
		sqlite3_bind_int64(s, 2, number);
	return catalog_finish(c, s, what);
}

bool
catalog_set_state(struct catalog *c, int64_t dump, enum catalog_state state)
{
	return change(c, "UPDATE dump SET state = ?2 WHERE id = ?1", dump,
	    states[state], 0, "change a dump");
}

bool
catalog_free_media(struct catalog *c)
{
	static const char what[] = "free a medium";
	sqlite3_stmt *s = catalog_prepare(c,
	    "UPDATE medium SET state = 'free' "
	    "WHERE state = 'in use' AND id IN (SELECT volume.medium "
	    "    FROM volume JOIN dump ON dump.id = volume.dump "
	    "    WHERE dump.state = 'expired') AND id NOT IN ("
	    "    SELECT volume.medium "
	    "    FROM volume JOIN dump ON dump.id = volume.dump "
	    "    WHERE dump.state IN ('complete', 'incomplete') "
	    "    AND overwritten IS NULL AND volume.medium IS NOT NULL)", what);

	return s != NULL && catalog_finish(c, s, what);
}

bool
catalog_forget_names(struct catalog *c, int64_t dump)
{
	return catalog_finish_names(c) && catalog_clear_names(c, dump) &&
	    change(c, "UPDATE dump SET has_names = 0 WHERE id = ?1", dump,
	    NULL, 0, "forget the names of a dump");
}

bool
catalog_forget(struct catalog *c, int64_t dump)
{
	return catalog_finish_names(c) && change(c,
	    "DELETE FROM dump WHERE id = ?1", dump, NULL, 0, "forget a dump");
}

/* ------------------------------------------------------------------ volumes */

static bool
find_medium(struct catalog *c, const struct catalog_volume *v, int64_t *id)
{
	sqlite3_stmt *s = catalog_prepare(c, "SELECT id FROM medium "
	    "WHERE barcode = ?1 OR serial = ?3 OR "
	    "(label = ?2 AND barcode IS NULL) "
	    "ORDER BY barcode = ?1 DESC, serial = ?3 DESC LIMIT 1",
	    ADD_VOLUME);

	if (s != NULL) {
		catalog_bind_text(s, 1, v->barcode);
		catalog_bind_text(s, 2, v->label);
		catalog_bind_text(s, 3, v->serial);
	}
	return take_id(c, s, id, ADD_VOLUME);
}

/*
 * The medium that a volume is on, *id 0: it has neither barcode nor label.  One
 * that was known by its label alone may turn out to have a barcode.  Where only
 * the drive tells something, the serial number stands for the barcode.
 */
static bool
add_medium(struct catalog *c, const struct catalog_volume *v, int64_t *id)
{
	*id = 0;
	if (v->barcode == NULL && v->label == NULL && v->serial == NULL)
		return true;
	if (!find_medium(c, v, id))
		return false;
	sqlite3_stmt *s = catalog_prepare(c, *id == 0 ?
	    "INSERT INTO medium (label, barcode, serial) "
	    "VALUES (?2, ifnull(?3, ?4), ?4) RETURNING id" :
	    "UPDATE medium SET label = ifnull(?2, label), "
	    "barcode = ifnull(ifnull(?3, barcode), ?4), "
	    "serial = ifnull(?4, serial) WHERE id = ?1 RETURNING id",
	    ADD_VOLUME);
	if (s != NULL) {
		if (*id != 0)
			sqlite3_bind_int64(s, 1, *id);
		catalog_bind_text(s, 2, v->label);
		catalog_bind_text(s, 3, v->barcode);
		catalog_bind_text(s, 4, v->serial);
	}
	return take_id(c, s, id, ADD_VOLUME);
}

/* A volume that was not there before takes the medium into use. */
static bool
use_medium(struct catalog *c, int64_t medium, const struct catalog_volume *v)
{
	sqlite3_stmt *s = medium == 0 ? NULL : catalog_prepare(c,
	    "UPDATE medium SET state = 'in use' WHERE id = ?1 AND "
	    "state = 'free' AND NOT EXISTS (SELECT 1 FROM volume "
	    "WHERE dump = ?2 AND copy = ?3 AND number = ?4)", ADD_VOLUME);

	if (medium == 0)
		return true;
	if (s != NULL) {
		sqlite3_bind_int64(s, 1, medium);
		sqlite3_bind_int64(s, 2, v->dump);
		sqlite3_bind_int64(s, 3, v->copy);
		sqlite3_bind_int64(s, 4, v->number);
	}
	return catalog_finish(c, s, ADD_VOLUME);
}

/*
 * It was verified only if it is still what was verified.  What filters made of
 * it is known of these bytes alone: with another head, what was known is of
 * others.
 */
static const char put_volume[] =
"INSERT INTO volume (dump, copy, number, output, name, medium, file, first,"
"    blocks, digest, written, verified, record_blocks, filters, medium_bytes,"
"    medium_digest, head)"
" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
"    ?16, ?17)"
" ON CONFLICT (dump, copy, number) DO UPDATE SET"
"    output = ifnull(excluded.output, output),"
"    file = CASE WHEN excluded.name IS NULL OR excluded.name = name"
"        THEN ifnull(excluded.file, file) ELSE excluded.file END,"
"    name = ifnull(excluded.name, name),"
"    medium = ifnull(excluded.medium, medium),"
"    first = excluded.first,"
"    blocks = excluded.blocks,"
"    verified = CASE WHEN (excluded.digest IS NULL OR digest IS NULL OR"
"        excluded.digest = digest) AND (excluded.head IS NULL OR"
"        head IS NULL OR excluded.head = head)"
"        THEN max(ifnull(verified, excluded.verified),"
"        ifnull(excluded.verified, verified)) ELSE excluded.verified END,"
"    digest = ifnull(excluded.digest, digest),"
"    written = ifnull(excluded.written, written),"
"    record_blocks = ifnull(excluded.record_blocks, record_blocks),"
"    filters = CASE WHEN excluded.head IS NULL OR excluded.head = head"
"        THEN ifnull(excluded.filters, filters) ELSE excluded.filters END,"
"    medium_bytes = CASE WHEN excluded.head IS NULL OR excluded.head = head"
"        THEN ifnull(excluded.medium_bytes, medium_bytes)"
"        ELSE excluded.medium_bytes END,"
"    medium_digest = CASE WHEN excluded.head IS NULL OR excluded.head = head"
"        THEN ifnull(excluded.medium_digest, medium_digest)"
"        ELSE excluded.medium_digest END,"
"    head = ifnull(excluded.head, head),"
"    overwritten = NULL"
" RETURNING id";

bool
catalog_add_volume(struct catalog *c, struct catalog_volume *v)
{
	int64_t medium;

	if (!add_medium(c, v, &medium) || !use_medium(c, medium, v))
		return false;
	sqlite3_stmt *s = catalog_prepare(c, put_volume, ADD_VOLUME);
	if (s != NULL) {
		sqlite3_bind_int64(s, 1, v->dump);
		sqlite3_bind_int64(s, 2, v->copy);
		sqlite3_bind_int64(s, 3, v->number);
		catalog_bind_text(s, 4, v->output);
		catalog_bind_text(s, 5, v->medium);
		catalog_bind_known(s, 6, medium, 0);
		catalog_bind_known(s, 7, v->file, -1);
		catalog_bind_count(s, 8, v->first);
		catalog_bind_count(s, 9, v->blocks);
		catalog_bind_text(s, 10, v->digest);
		catalog_bind_known(s, 11, v->written, 0);
		catalog_bind_known(s, 12, v->verified, 0);
		catalog_bind_known(s, 13, v->record_blocks, 0);
		catalog_bind_text(s, 14, v->filters);
		if (v->medium_bytes != 0)
			catalog_bind_count(s, 15, v->medium_bytes);
		catalog_bind_text(s, 16, v->medium_digest);
		catalog_bind_text(s, 17, v->head);
	}
	return take_id(c, s, &v->id, ADD_VOLUME);
}

bool
catalog_set_verified(struct catalog *c, int64_t volume, int64_t when)
{
	return change(c, "UPDATE volume SET verified = ?2 WHERE id = ?1",
	    volume, NULL, when, "note that a volume was verified");
}
