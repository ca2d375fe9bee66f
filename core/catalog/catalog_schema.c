/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The schema of the catalogue, as dumpengine-catalog(5) describes it.
 *
 * Whoever changes it increases CATALOG_SCHEMA, and brings older files up to date
 * when they are opened for writing.
 *
 * There are very many entries and inodes.  So these tables have no index, and no
 * column that says what others say as well: what an entry belongs to, and what
 * an inode is, is in its id.  Ids ascend as rows are added, which makes full
 * pages, and what belongs together is in one place.
 */
#include "core/catalog/catalog_own.h"

const char catalog_schema[] =
"CREATE TABLE job ("
"	id INTEGER PRIMARY KEY,"
"	name TEXT NOT NULL UNIQUE"
") STRICT;"

/* Ids are not used again: people write them down. */
"CREATE TABLE dump ("
"	id INTEGER PRIMARY KEY AUTOINCREMENT,"
"	job INTEGER REFERENCES job (id),"
"	host TEXT NOT NULL,"
"	device TEXT NOT NULL,"
"	filesystem TEXT,"
"	label TEXT,"
"	level INTEGER NOT NULL,"
"	date INTEGER NOT NULL,"
"	base_date INTEGER,"
"	source TEXT,"
"	uuid TEXT,"
"	subtree TEXT,"
"	exclude TEXT,"
"	output TEXT,"
"	program TEXT,"
"	begun INTEGER,"
"	ended INTEGER,"
"	state TEXT NOT NULL CHECK"
"	    (state IN ('complete', 'incomplete', 'aborted', 'expired')),"
"	status INTEGER,"
"	findings INTEGER NOT NULL DEFAULT 0,"
"	notes INTEGER NOT NULL DEFAULT 0,"
"	blocks INTEGER NOT NULL DEFAULT 0,"
"	has_names INTEGER NOT NULL DEFAULT 0 CHECK (has_names IN (0, 1)),"
"	config TEXT,"
"	UNIQUE (date, level, host, device)"
") STRICT;"
"CREATE INDEX dump_job ON dump (job, date);"

"CREATE TABLE medium ("
"	id INTEGER PRIMARY KEY,"
"	label TEXT,"
"	barcode TEXT UNIQUE,"
"	serial TEXT,"
"	state TEXT NOT NULL DEFAULT 'in use' CHECK"
"	    (state IN ('free', 'in use', 'vault')),"
"	note TEXT,"
"	CHECK (label IS NOT NULL OR barcode IS NOT NULL)"
") STRICT;"
"CREATE UNIQUE INDEX medium_label ON medium (label) WHERE barcode IS NULL;"

"CREATE TABLE volume ("
"	id INTEGER PRIMARY KEY,"
"	dump INTEGER NOT NULL REFERENCES dump (id) ON DELETE CASCADE,"
"	copy INTEGER NOT NULL,"
"	number INTEGER NOT NULL,"
"	output TEXT,"
"	name TEXT,"
"	medium INTEGER REFERENCES medium (id) ON DELETE SET NULL,"
"	file INTEGER,"
"	first INTEGER NOT NULL,"
"	blocks INTEGER NOT NULL,"
"	digest TEXT,"
"	written INTEGER,"
"	verified INTEGER,"
"	record_blocks INTEGER,"
"	overwritten INTEGER,"
"	UNIQUE (dump, copy, number)"
") STRICT;"
"CREATE INDEX volume_medium ON volume (medium);"

/*
 * The directories whose entries a dump has.  Those have the ids behind that of
 * their directory, in the order of their names; `parent` is the id of the
 * directory that this one is in.
 */
"CREATE TABLE directory ("
"	id INTEGER PRIMARY KEY,"
"	dump INTEGER NOT NULL REFERENCES dump (id) ON DELETE CASCADE,"
"	inode INTEGER NOT NULL,"
"	entries INTEGER NOT NULL,"
"	parent INTEGER,"
"	name ANY,"
"	UNIQUE (dump, inode)"
") STRICT;"

/* A name is TEXT, or a BLOB if it is no UTF-8. */
"CREATE TABLE entry ("
"	id INTEGER PRIMARY KEY,"
"	name ANY NOT NULL,"
"	inode INTEGER NOT NULL"
") STRICT;"
"CREATE TRIGGER directory_deleted AFTER DELETE ON directory BEGIN"
"	DELETE FROM entry"
"	    WHERE id BETWEEN OLD.id + 1 AND OLD.id + OLD.entries;"
"END;"

/* The id is that of the dump, shifted by 32 bits, and the number. */
"CREATE TABLE inode ("
"	id INTEGER PRIMARY KEY,"
"	mode INTEGER NOT NULL,"
"	size INTEGER NOT NULL,"
"	mtime INTEGER NOT NULL,"
"	block INTEGER NOT NULL,"
"	dump INTEGER AS (id >> 32),"
"	inode INTEGER AS (id & 4294967295)"
") STRICT;"
"CREATE TRIGGER dump_deleted AFTER DELETE ON dump BEGIN"
"	DELETE FROM inode"
"	    WHERE id BETWEEN OLD.id << 32 AND (OLD.id << 32) + 4294967295;"
"END;"

"CREATE VIEW dumps AS SELECT"
"	dump.id, job.name AS job, level,"
"	datetime(date, 'unixepoch', 'localtime') AS date,"
"	datetime(base_date, 'unixepoch', 'localtime') AS base_date,"
"	state, status, findings, blocks * 1024 AS bytes,"
"	(SELECT count(*) FROM volume WHERE volume.dump = dump.id AND copy = 0)"
"	    AS volumes,"
"	host, device, filesystem, label, uuid, ended - begun AS seconds"
"	FROM dump LEFT JOIN job ON job.id = dump.job"
"	ORDER BY job.name, dump.date, dump.id;"

"CREATE VIEW volumes AS SELECT"
"	volume.id, dump, job.name AS job, level,"
"	datetime(date, 'unixepoch', 'localtime') AS date, dump.state,"
"	copy, number, volume.output, volume.name,"
"	medium.label, medium.barcode, medium.serial,"
"	medium.state AS medium_state, file, first, volume.blocks * 1024 AS bytes, digest,"
"	datetime(written, 'unixepoch', 'localtime') AS written,"
"	datetime(verified, 'unixepoch', 'localtime') AS verified,"
"	datetime(overwritten, 'unixepoch', 'localtime') AS overwritten"
"	FROM volume JOIN dump ON dump.id = volume.dump"
"	LEFT JOIN job ON job.id = dump.job"
"	LEFT JOIN medium ON medium.id = volume.medium"
"	ORDER BY job.name, dump.date, dump.id, copy, number;"

"CREATE VIEW files AS SELECT"
"	directory.dump,"
"	(WITH RECURSIVE up (at, path, depth) AS ("
"	    SELECT directory.id, entry.name, 0 UNION ALL"
"	    SELECT parent, above.name || '/' || path, depth + 1"
"	    FROM up JOIN directory AS above ON above.id = at"
"	    WHERE above.name IS NOT NULL AND depth < 4096)"
"	    SELECT path FROM up ORDER BY depth DESC LIMIT 1) AS path,"
"	entry.name, entry.inode, printf('%06o', mode) AS mode, size,"
"	datetime(mtime, 'unixepoch', 'localtime') AS mtime, block"
"	FROM directory JOIN entry"
"	ON entry.id BETWEEN directory.id + 1 AND directory.id + entries"
"	LEFT JOIN inode ON inode.id = (directory.dump << 32) + entry.inode;";
