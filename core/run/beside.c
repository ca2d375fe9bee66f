/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/beside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/catalog/catalog_about.h"
#include "core/format/index_decode.h"
#include "core/format/positions.h"
#include "core/operator/message.h"
#include "core/run/about.h"
#include "core/run/run_catalog.h"
#include "plugins/common/pattern.h"
#include "plugins/common/safe_file.h"

#define CHUNK_BYTES ((size_t)1 << 20)	/* given to a decoder at once */

/* ----------------------------------------------------------------- beginning */

/* A run that has no history may have no such directory. */
const char *
beside_folder(const struct setup *setup)
{
	const char *folder = setup->settings->state_dir;
	struct stat st;

	return stat(folder, &st) == 0 && S_ISDIR(st.st_mode) ? folder :
	    P_tmpdir;
}

static struct indexer *
make_indexer(const struct setup *s, int64_t begun)
{
	json_t *about = about_dump(s, begun);

	errno = ENOMEM;
	struct indexer *ix = about == NULL ? NULL :
	    indexer_new(beside_folder(s), about);
	const int error = errno;
	json_decref(about);
	errno = error;
	return ix;
}

static void
tell(const struct setup *s, const char *what)
{
	report(s->rep, DE_WARNING, "%s: %s: %s; state_dir must be a directory "
	    "for its temporary file", what, beside_folder(s),
	    strerror(errno));
}

void
beside_begin(struct beside *b, const struct setup *setup,
    const struct job_task *task)
{
	const struct job_settings *settings = setup->settings;
	const char *folder = beside_folder(setup);

	*b = (struct beside){
		.setup = setup,
		.handover = run_catalog_handover(task->catalog),
	};
	if (settings->index || b->handover != NULL ||
	    settings->qfa_file != NULL) {
		b->indexer = make_indexer(setup, task->begun);
		if (b->indexer == NULL)
			tell(setup, "the dump will have no index");
	}
	if (b->handover != NULL && b->indexer != NULL) {
		b->names = kept_names_new(folder);
		if (b->names == NULL)
			tell(setup, "the catalogue will not know the names of "
			    "the dump");
	}
	if (settings->archive_file != NULL) {
		b->archive = archive_new(folder);
		if (b->archive == NULL)
			tell(setup, "the dump will have no archive_file");
	}
}

void
beside_conclude(struct beside *b, uint64_t findings, uint64_t notes)
{
	if (b->indexer != NULL &&
	    !about_end(b->indexer, b->setup, findings, notes))
		tell(b->setup, "the index will not say how the dump ended");
}

void
beside_end(struct beside *b)
{
	indexer_free(b->indexer);
	kept_names_free(b->names);
	archive_free(b->archive);
	*b = (struct beside){ 0 };
}

/* ------------------------------------------------------------ the catalogue */

static void
write_names(const struct beside *b, const struct growing *index)
{
	const struct growing *directories;

	if (b->names == NULL)
		return;
	errno = ENODATA;
	directories = index == NULL ? NULL : kept_names_finish(b->names);
	/* Names without volumes would be of a dump that is nowhere. */
	if (directories != NULL && !message_settle(b->setup->channel))
		return;
	if (directories != NULL &&
	    handover_put_names(b->handover, index, directories))
		return;
	report(b->setup->rep, DE_WARNING, "%s: cannot be written: %s; the "
	    "catalogue will not know the names in the dump, until "
	    "`dumpengine-catalog add' reads them from its volumes",
	    b->handover->names, strerror(errno));
}

/* ------------------------------------------------------------- the positions */

/* A table of positions, made of an index. */
struct qfa {
	struct positions positions;
	uint32_t record_blocks;
	struct catalog_about about;
	size_t volume;			/* of about.volumes, for the next one */
	const struct indexer *indexer;	/* borrowed */
	uint32_t number;		/* of the volume of these; 0: none */
	bool has_place;			/* the drive numbers its blocks: */
	uint64_t place;			/* where that volume begins, */
	uint32_t record_places;		/* and how many a record has */
};

static bool
take_about(void *arg, const char *json, size_t length)
{
	struct qfa *q = arg;

	return catalog_about_parse(&q->about, json, length);
}

/* Where a record is: for a drive its block, else bytes. */
static uint64_t
position_of(struct qfa *q, uint32_t number, uint64_t record)
{
	if (q->number != number)
		q->has_place = indexer_place(q->indexer, number, &q->place,
		    &q->record_places);
	q->number = number;
	return q->has_place ? q->place + record * q->record_places :
	    record * q->record_blocks * DE_TAPE_BLOCK;
}

static void
put_position(struct qfa *q, const struct index_inode *i)
{
	const struct catalog_volume *v = q->about.volumes;

	while (q->volume + 1 < q->about.volume_count &&
	    v[q->volume + 1].first <= i->block)
		q->volume++;
	if (q->about.volume_count == 0 || v[q->volume].first > i->block)
		return;
	const uint64_t record = (i->block - v[q->volume].first) /
	    q->record_blocks;
	positions_put(&q->positions, i->inode, v[q->volume].number,
	    position_of(q, v[q->volume].number, record));
}

static bool
take_inodes(void *arg, const struct index_inode *list, size_t count)
{
	struct qfa *q = arg;

	for (size_t i = 0; i < count; i++)
		if (positions_lists(list[i].mode))
			put_position(q, &list[i]);
	return true;
}

static bool
put_positions(const struct beside *b, const struct growing *index, FILE *out)
{
	struct qfa q = {
		.record_blocks = b->setup->settings->ring.blocking,
		.indexer = b->indexer,
	};
	const struct index_visitor visitor = {
		.about = take_about,
		.inodes = take_inodes,
		.arg = &q,
	};
	struct index_decoder *d = index_decoder_new(&visitor);
	bool ok = d != NULL;

	positions_begin(&q.positions, out, b->setup->date);
	for (size_t at = 0; ok && at < index->used; at += CHUNK_BYTES)
		ok = index_decoder_add(d, index->bytes + at,
		    index->used - at < CHUNK_BYTES ? index->used - at :
		    CHUNK_BYTES) == INDEX_GO_ON;
	index_decoder_free(d);
	catalog_about_clear(&q.about);
	if (!ok)
		errno = ENOMEM;
	return ok;
}

static bool
write_positions(const struct beside *b, const struct growing *index, int fd)
{
	const int copy = dup(fd);
	FILE *out = copy == -1 ? NULL : fdopen(copy, "w");

	if (out == NULL) {
		if (copy != -1)
			close(copy);
		return false;
	}
	const bool ok = put_positions(b, index, out);
	const int error = errno;
	if (fclose(out) == EOF)
		return false;
	errno = error;
	return ok;
}

/* -------------------------------------------------------- files for restore */

/* The file that a pattern names; the caller frees it. */
static char *
expand(const struct beside *b, const char *pattern)
{
	const struct setup *s = b->setup;
	const struct de_volume volume = {
		.struct_size = sizeof(volume),
		.number = 1,
		.level = s->level.number,
		.date = s->date,
		.job = s->settings->name,
		.label = s->settings->label,
	};

	return pattern_expand(pattern, &volume);
}

/* Write one file by one of these; `index` NULL: it is the archive. */
static bool
write_file(const struct beside *b, const char *path,
    const struct growing *index)
{
	struct safe_file file;

	if (!safe_file_begin(&file, path))
		return false;
	if (index == NULL ? archive_write(b->archive, file.fd) :
	    write_positions(b, index, file.fd))
		return safe_file_commit(&file);
	safe_file_abandon(&file);
	return false;
}

static bool
write_for_restore(const struct beside *b, const char *key, const char *pattern,
    bool has_it, const struct growing *index)
{
	char *path = pattern == NULL ? NULL : expand(b, pattern);

	if (pattern == NULL)
		return true;
	errno = path == NULL ? ENOMEM : ENODATA;
	const bool ok = path != NULL && has_it && write_file(b, path, index);
	if (!ok)
		report(b->setup->rep, DE_ERROR, "%s: %s: cannot be written: "
		    "%s; the dump itself is complete", key,
		    path == NULL ? pattern : path, strerror(errno));
	free(path);
	return ok;
}

/* -------------------------------------------------------------------- all */

bool
beside_write(struct beside *b, const struct tape *tape)
{
	const struct job_settings *settings = b->setup->settings;
	struct growing index = { .fd = -1 };
	const bool is_wanted = b->names != NULL || settings->qfa_file != NULL;
	const bool has_index = is_wanted && b->indexer != NULL &&
	    tape_is_indexed(tape) && indexer_finish(b->indexer, &index);

	write_names(b, has_index ? &index : NULL);
	const bool has_archive = write_for_restore(b, "archive_file",
	    settings->archive_file, b->archive != NULL, NULL);
	const bool has_positions = write_for_restore(b, "qfa_file",
	    settings->qfa_file, has_index, &index);
	growing_free(&index);
	return has_archive && has_positions;
}
