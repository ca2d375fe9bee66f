/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Marks the volumes that another dump has overwritten.
 */
#include <time.h>

#include "core/catalog/catalog_own.h"

#define MARK "mark what was overwritten"

/* As much of a text as a header is sure to have. */
#define HEADER_TEXT "63"

#define IS_DRIVE(name) \
	"(" name " GLOB '/dev/*' OR " name " GLOB '*:/dev/*')"

/*
 * Is the volume `old` where one of the dump ?1, copy ?8, is now?  Both are on the
 * same medium, if that is known of both; or else both were in a drive, or it was
 * the same file.  A run may have failed before any of its volumes was safe: then
 * it was the only one of its kind that was in a drive.
 */
#define IS_IN_PLACE \
	"(EXISTS (SELECT 1 FROM volume AS new" \
	"    LEFT JOIN medium AS its ON its.id = new.medium" \
	"    LEFT JOIN medium AS was ON was.id = old.medium" \
	"    WHERE new.dump = ?1 AND new.copy = ?8 AND CASE" \
	"        WHEN its.id IS NOT NULL AND was.id IS NOT NULL" \
	"        THEN its.id = was.id OR its.serial = was.serial" \
	"        WHEN " IS_DRIVE("old.name") " THEN " IS_DRIVE("new.name") \
	"        ELSE new.name = old.name END)" \
	" OR (" IS_DRIVE("old.name") " AND NOT EXISTS" \
	"    (SELECT 1 FROM volume AS new" \
	"    WHERE new.dump = ?1 AND new.copy = ?8) AND NOT EXISTS" \
	"    (SELECT 1 FROM volume AS other WHERE other.dump = old.dump AND" \
	"    other.number = old.number AND other.id <> old.id AND" \
	"    other.overwritten IS NULL AND " IS_DRIVE("other.name") ")))"

#define IS_OTHER "(dump <> ?1 OR (copy <> ?8 AND ?8 > 0))"

/* Its header was read there. */
static const char mark_found[] =
"UPDATE volume AS old SET overwritten = ?2"
" WHERE overwritten IS NULL AND number = ?3 AND " IS_OTHER " AND dump IN"
"    (SELECT id FROM dump WHERE date = ?4 AND level = ?5 AND"
"    (?6 IS NULL OR substr(host, 1, " HEADER_TEXT ") ="
"        substr(?6, 1, " HEADER_TEXT ")) AND"
"    (?7 IS NULL OR substr(device, 1, " HEADER_TEXT ") ="
"        substr(?7, 1, " HEADER_TEXT ")))"
" AND " IS_IN_PLACE;

/*
 * What is behind a volume on its tape is lost, whatever it was.  Of a copy, the
 * date of its dump says nothing of when it was written.
 */
static const char mark_behind[] =
"UPDATE volume AS old SET overwritten = ?2"
" WHERE overwritten IS NULL AND " IS_OTHER " AND medium IS NOT NULL AND"
"    (?8 > 0 OR (SELECT date FROM dump WHERE id = old.dump) <"
"    (SELECT date FROM dump WHERE id = ?1)) AND EXISTS"
"    (SELECT 1 FROM volume AS new JOIN medium AS its ON its.id = new.medium"
"    JOIN medium AS was ON was.id = old.medium"
"    WHERE new.dump = ?1 AND new.copy = ?8 AND old.file >= new.file AND"
"    (?8 = 0 OR ifnull(old.written, 0) <= ifnull(new.written, 0)) AND"
"    (its.id = was.id OR its.serial = was.serial))";

/* Those of which no copy is without such volumes. */
static const char expire_dumps[] =
"UPDATE dump SET state = 'expired'"
" WHERE " CATALOG_IS_USABLE("state") " AND"
"    EXISTS (SELECT 1 FROM volume WHERE volume.dump = dump.id AND"
"    overwritten IS NOT NULL) AND"
"    NOT EXISTS (SELECT 1 FROM volume WHERE volume.dump = dump.id"
"    GROUP BY copy HAVING count(overwritten) = 0)";

static sqlite3_stmt *
begin(struct catalog *c, const char *sql, int64_t dump, uint32_t copy)
{
	sqlite3_stmt *s = catalog_prepare(c, sql, MARK);

	if (s != NULL) {
		sqlite3_bind_int64(s, 1, dump);
		sqlite3_bind_int64(s, 2, (int64_t)time(NULL));
		sqlite3_bind_int64(s, 8, copy);
	}
	return s;
}

static bool
mark_one(struct catalog *c, int64_t dump, uint32_t copy,
    const struct catalog_replaced *r)
{
	sqlite3_stmt *s = begin(c, mark_found, dump, copy);

	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 3, r->number);
	sqlite3_bind_int64(s, 4, r->date);
	sqlite3_bind_int64(s, 5, r->level);
	catalog_bind_text(s, 6, r->host);
	catalog_bind_text(s, 7, r->device);
	return catalog_finish(c, s, MARK);
}

bool
catalog_mark_replaced(struct catalog *c, int64_t dump, uint32_t copy,
    const struct catalog_replaced *list, size_t count)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++)
		ok = mark_one(c, dump, copy, &list[i]);
	sqlite3_stmt *s = ok ? begin(c, mark_behind, dump, copy) :
	    NULL;
	return s != NULL && catalog_finish(c, s, MARK) &&
	    catalog_execute(c, expire_dumps, MARK) && catalog_free_media(c);
}

bool
catalog_overwritten(struct catalog *c, int64_t dump, uint32_t *number)
{
	sqlite3_stmt *s = catalog_prepare(c, "SELECT min(number) FROM volume "
	    "WHERE dump = ?1 AND overwritten IS NOT NULL", MARK);

	*number = 0;
	if (s == NULL)
		return false;
	sqlite3_bind_int64(s, 1, dump);
	if (sqlite3_step(s) == SQLITE_ROW)
		*number = (uint32_t)sqlite3_column_int64(s, 0);
	return catalog_finish(c, s, MARK);
}
