/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asks for dumps, volumes and chains.
 */
#include <string.h>

#include "core/catalog/catalog_own.h"

#define READ_DUMPS "read its dumps"
#define READ_MEDIA "read its media"

/* ------------------------------------------------------------------- dumps */

static const char get_dumps[] =
"SELECT dump.id, job.name, host, device, filesystem, label, level, date,"
"    base_date, source, uuid, subtree, exclude, output, program, begun, ended,"
"    state, status, findings, notes, blocks, has_names, config"
" FROM dump LEFT JOIN job ON job.id = dump.job"
" WHERE (?1 IS NULL OR job.name = ?1) AND (?2 = 0 OR dump.id = ?2) AND"
"    (?3 = 0 OR date <= ?3) AND (?5 = 0 OR date = ?5) AND"
"    (NOT ?4 OR " CATALOG_IS_USABLE("state") ")"
" ORDER BY job.name, date, dump.id";

static enum catalog_state
read_state(const char *text)
{
	return text == NULL || strcmp(text, "aborted") == 0 ?
	    CATALOG_ABORTED : strcmp(text, "complete") == 0 ?
	    CATALOG_COMPLETE : strcmp(text, "incomplete") == 0 ?
	    CATALOG_INCOMPLETE : CATALOG_EXPIRED;
}

static struct catalog_dump
read_dump(sqlite3_stmt *s)
{
	return (struct catalog_dump){
		.id = sqlite3_column_int64(s, 0),
		.job = catalog_text(s, 1),
		.host = catalog_text(s, 2),
		.device = catalog_text(s, 3),
		.filesystem = catalog_text(s, 4),
		.label = catalog_text(s, 5),
		.level = sqlite3_column_int(s, 6),
		.date = sqlite3_column_int64(s, 7),
		.base_date = sqlite3_column_int64(s, 8),
		.source = catalog_text(s, 9),
		.uuid = catalog_text(s, 10),
		.subtree = catalog_text(s, 11),
		.exclude = catalog_text(s, 12),
		.output = catalog_text(s, 13),
		.program = catalog_text(s, 14),
		.begun = sqlite3_column_int64(s, 15),
		.ended = sqlite3_column_int64(s, 16),
		.state = read_state(catalog_text(s, 17)),
		.status = sqlite3_column_type(s, 18) == SQLITE_NULL ? -1 :
		    sqlite3_column_int(s, 18),
		.findings = (uint64_t)sqlite3_column_int64(s, 19),
		.notes = (uint64_t)sqlite3_column_int64(s, 20),
		.blocks = (uint64_t)sqlite3_column_int64(s, 21),
		.has_names = sqlite3_column_int(s, 22) != 0,
		.config = catalog_text(s, 23),
	};
}

bool
catalog_dumps(struct catalog *c, const struct catalog_filter *filter,
    catalog_dump_fn *fn, void *arg)
{
	sqlite3_stmt *s = catalog_prepare(c, get_dumps, READ_DUMPS);
	int result;

	if (s == NULL)
		return false;
	catalog_bind_text(s, 1, filter->job);
	sqlite3_bind_int64(s, 2, filter->dump);
	sqlite3_bind_int64(s, 3, filter->until);
	sqlite3_bind_int64(s, 4, filter->usable);
	sqlite3_bind_int64(s, 5, filter->date);
	while ((result = sqlite3_step(s)) == SQLITE_ROW) {
		const struct catalog_dump d = read_dump(s);
		if (!fn(arg, &d))
			break;
	}
	const bool ok = result == SQLITE_ROW || result == SQLITE_DONE ||
	    catalog_fail(c, READ_DUMPS);
	sqlite3_finalize(s);
	return ok;
}

/* ----------------------------------------------------------------- volumes */

static const char get_volumes[] =
"SELECT volume.id, dump, copy, number, output, name, barcode, label, file,"
"    first, blocks, digest, written, verified, record_blocks, serial,"
"    filters, medium_bytes, medium_digest, head"
" FROM volume LEFT JOIN medium ON medium.id = volume.medium"
" WHERE dump = ?1 AND overwritten IS NULL ORDER BY copy, number";

static struct catalog_volume
read_volume(sqlite3_stmt *s)
{
	return (struct catalog_volume){
		.id = sqlite3_column_int64(s, 0),
		.dump = sqlite3_column_int64(s, 1),
		.copy = (uint32_t)sqlite3_column_int64(s, 2),
		.number = (uint32_t)sqlite3_column_int64(s, 3),
		.output = catalog_text(s, 4),
		.medium = catalog_text(s, 5),
		.barcode = catalog_text(s, 6),
		.label = catalog_text(s, 7),
		.file = sqlite3_column_type(s, 8) == SQLITE_NULL ? -1 :
		    sqlite3_column_int64(s, 8),
		.first = (uint64_t)sqlite3_column_int64(s, 9),
		.blocks = (uint64_t)sqlite3_column_int64(s, 10),
		.digest = catalog_text(s, 11),
		.written = sqlite3_column_int64(s, 12),
		.verified = sqlite3_column_int64(s, 13),
		.record_blocks = sqlite3_column_int(s, 14),
		.serial = catalog_text(s, 15),
		.filters = catalog_text(s, 16),
		.medium_bytes = (uint64_t)sqlite3_column_int64(s, 17),
		.medium_digest = catalog_text(s, 18),
		.head = catalog_text(s, 19),
	};
}

bool
catalog_volumes(struct catalog *c, int64_t dump, catalog_volume_fn *fn,
    void *arg)
{
	sqlite3_stmt *s = catalog_prepare(c, get_volumes, "read its volumes");
	int result;

	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, dump);
	while ((result = sqlite3_step(s)) == SQLITE_ROW) {
		const struct catalog_volume v = read_volume(s);
		if (!fn(arg, &v))
			break;
	}
	const bool ok = result == SQLITE_ROW || result == SQLITE_DONE ||
	    catalog_fail(c, "read its volumes");
	sqlite3_finalize(s);
	return ok;
}

/* ------------------------------------------------------------------- media */

bool
catalog_media(struct catalog *c, catalog_medium_fn *fn, void *arg)
{
	sqlite3_stmt *s = catalog_prepare(c, "SELECT id, label, barcode, "
	    "state, note, serial FROM medium ORDER BY ifnull(barcode, label), id",
	    READ_MEDIA);
	int result;

	if (s == NULL)
		return false;
	while ((result = sqlite3_step(s)) == SQLITE_ROW) {
		const struct catalog_medium m = {
			.id = sqlite3_column_int64(s, 0),
			.label = catalog_text(s, 1),
			.barcode = catalog_text(s, 2),
			.state = catalog_text(s, 3),
			.note = catalog_text(s, 4),
			.serial = catalog_text(s, 5),
		};
		if (!fn(arg, &m))
			break;
	}
	const bool ok = result == SQLITE_ROW || result == SQLITE_DONE ||
	    catalog_fail(c, READ_MEDIA);
	sqlite3_finalize(s);
	return ok;
}

/* ------------------------------------------------------------------ chains */

/*
 * The base of a dump, as dump(8) has it: the dump of a lower level that was made
 * on that date, of the same filesystem.  One of the same job is preferred.
 */
static const char get_base[] =
"SELECT base.id, base.base_date, own.base_date FROM dump AS own"
" LEFT JOIN dump AS base ON base.date = own.base_date AND"
"    base.level < own.level AND base.host = own.host AND"
"    base.device = own.device AND"
"    (base.uuid = own.uuid OR base.uuid IS NULL OR own.uuid IS NULL) AND"
"    " CATALOG_IS_USABLE("base.state")
" WHERE own.id = ?1"
" ORDER BY base.job IS own.job DESC, base.level DESC LIMIT 1";

struct base {
	int64_t id;		/* 0: it is not there */
	int64_t date;		/* 0: none is needed */
};

static bool
find_base(struct catalog *c, int64_t dump, struct base *base)
{
	sqlite3_stmt *s = catalog_prepare(c, get_base, READ_DUMPS);

	*base = (struct base){ 0, 0 };
	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, dump);
	const int result = sqlite3_step(s);
	if (result == SQLITE_ROW) {
		base->id = sqlite3_column_int64(s, 0);
		base->date = sqlite3_column_int64(s, 2);
	}
	const bool ok = result == SQLITE_ROW || result == SQLITE_DONE ||
	    catalog_fail(c, READ_DUMPS);
	sqlite3_finalize(s);
	return ok;
}

static void
reverse(struct catalog_chain *chain)
{
	for (unsigned int i = 0; i < chain->count / 2; i++) {
		const unsigned int j = chain->count - 1 - i;
		const int64_t id = chain->dumps[i];
		chain->dumps[i] = chain->dumps[j];
		chain->dumps[j] = id;
	}
}

bool
catalog_chain_of(struct catalog *c, int64_t dump, struct catalog_chain *chain)
{
	struct base base = { .id = dump };

	*chain = (struct catalog_chain){ .count = 0 };
	do {
		if (chain->count == CATALOG_CHAIN_MAX) {
			chain->missing_date = base.date;
			break;
		}
		chain->dumps[chain->count++] = base.id;
		if (!find_base(c, base.id, &base))
			return false;
		if (base.date != 0 && base.id == 0)
			chain->missing_date = base.date;
	} while (base.id != 0);
	reverse(chain);
	return true;
}

/* The newest of a job; *id is 0 if there is none. */
static bool
find_newest(struct catalog *c, const char *job, int64_t at, int64_t *id)
{
	sqlite3_stmt *s = catalog_prepare(c, "SELECT dump.id FROM dump "
	    "JOIN job ON job.id = dump.job WHERE job.name = ?1 AND "
	    "date <= ?2 AND " CATALOG_IS_USABLE("state")
	    " ORDER BY date DESC, dump.id DESC LIMIT 1", READ_DUMPS);

	*id = 0;
	if (s == NULL)
		return false;
	catalog_bind_text(s, 1, job);
	sqlite3_bind_int64(s, 2, at);
	const int result = sqlite3_step(s);
	if (result == SQLITE_ROW)
		*id = sqlite3_column_int64(s, 0);
	const bool ok = result == SQLITE_ROW || result == SQLITE_DONE ||
	    catalog_fail(c, READ_DUMPS);
	sqlite3_finalize(s);
	return ok;
}

bool
catalog_chain_at(struct catalog *c, const char *job, int64_t at,
    struct catalog_chain *chain)
{
	int64_t id;

	*chain = (struct catalog_chain){ .count = 0 };
	return find_newest(c, job, at, &id) &&
	    (id == 0 || catalog_chain_of(c, id, chain));
}
