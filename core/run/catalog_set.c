/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_set.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/catalog/catalog_about.h"
#include "core/catalog/catalog_import.h"
#include "core/chain/history.h"
#include "core/format/index_decode.h"
#include "core/host/filters.h"
#include "core/read/pieces.h"
#include "core/read/set_index.h"
#include "core/run/catalog_copies.h"
#include "core/run/catalog_medium.h"
#include "core/run/catalog_name.h"
#include "core/run/directory_piece.h"
#include "core/run/restore_index.h"
#include "core/run/restore_medium.h"
#include "core/run/restore_set.h"
#include "core/run/restore_watch.h"

/* A set that is being added. */
struct adding {
	struct catalog_task_run *t;
	struct restore_request request;	/* for what reads it */
	struct restore r;
	const char *file;
	struct restore_set *set;
	struct catalog_dump dump;
	char *texts[5];			/* owned; of the dump */
	struct pieces_volume seen;	/* of a volume that was read through */
	struct catalog_about about;	/* of the index */
	bool has_about;
	struct index_decoder *index;	/* which comes behind the set that is
					   read through; NULL: none yet, or it
					   is of no use */
	uint64_t index_at;		/* bytes of it taken */
	struct catalog_import *import;
	uint64_t block;			/* of the last header, all its bits */
	uint32_t last_volume;
	uint64_t last_blocks;		/* of that one; 0: unknown */
	uint32_t index_volume;		/* where the index begins; 0: unknown */
	int32_t record_blocks;		/* 0: unknown */
	struct catalog_volume *volumes;	/* owned; see note_volume() */
	size_t volume_count;
	uint32_t copy;			/* that they are; 0: as dumped */
	bool ended;			/* the end of the set has come */
	bool has_losses;
	bool failed;			/* the catalogue cannot take it */

	uint32_t directory;		/* whose bytes come; 0: none */
	struct directory_piece piece;
};

/* -------------------------------------------------------------------- names */

static void
decode(void *arg, const uint8_t *bytes, size_t length)
{
	struct adding *a = arg;

	if (!a->failed)
		a->failed = !catalog_import_directory(a->import,
		    restore_set_dialect(a->set), a->directory, bytes, length);
}

/* ------------------------------------------------------------------- inodes */

/* Headers count with 32 bits; blocks only ascend. */
static uint64_t
block_of(struct adding *a, const struct header *h)
{
	a->block += (uint32_t)h->tapea - (uint32_t)a->block;
	return a->block;
}

static void
take_inode(struct adding *a, const struct header *h)
{
	const struct index_inode i = {
		.inode = h->inode,
		.mode = h->meta.mode,
		.block = block_of(a, h),
		.size = h->meta.size,
		.mtime = h->meta.mtime.seconds,
	};

	if (!a->failed)
		a->failed = !catalog_import_inode(a->import, &i);
}

static bool
is_directory(const struct set_item *item)
{
	return S_ISDIR(item->header->meta.mode) && !item->is_hidden;
}

/* -------------------------------------------------- the index, as it comes */

/* What the index says of the dump: other texts are of its header. */
static bool
take_about(void *arg, const char *text, size_t length)
{
	struct adding *a = arg;

	if (a->has_about)
		return true;
	a->has_about = catalog_about_parse(&a->about, text, length);
	if (!a->has_about)
		return false;
	const struct catalog_dump *of = &a->about.dump;
	struct catalog_dump *to = &a->dump;
	to->job = of->job;
	to->source = of->source;
	to->uuid = of->uuid;
	to->subtree = of->subtree;
	to->exclude = of->exclude;
	to->program = of->program;
	to->config = of->config;
	to->begun = of->begun;
	to->ended = of->ended;
	to->status = of->status;
	to->findings = of->findings;
	to->notes = of->notes;
	if (of->findings > 0)
		to->state = CATALOG_INCOMPLETE;
	return true;
}

static void
drop_index(struct adding *a)
{
	index_decoder_free(a->index);
	a->index = NULL;
}

/*
 * Where a medium cannot go to its index, that comes behind the set: of use is
 * what it says of the dump, which is at its beginning.
 */
static void
take_index(struct adding *a, const struct set_item *item)
{
	const struct index_visitor visitor = { .about = take_about, .arg = a };

	if (item->offset == 0 && a->index == NULL && a->index_at == 0)
		a->index = index_decoder_new(&visitor);
	if (a->index == NULL)
		return;
	if (item->offset != a->index_at || index_decoder_add(a->index,
	    item->bytes, (size_t)item->length) != INDEX_GO_ON)
		drop_index(a);
	a->index_at += item->length;
}

/* -------------------------------------------------------------------- items */

/* An inode, or what belongs to it. */
static void
take_item(struct adding *a, const struct set_item *item)
{
	switch (item->kind) {
	case SET_INODE:
		if (item->is_hidden || item->inode == 0)
			break;
		take_inode(a, item->header);
		a->record_blocks = (int32_t)item->header->blocking;
		a->directory = is_directory(item) ? item->inode : 0;
		directory_piece_begin(&a->piece);
		break;
	case SET_DATA:
		if (a->directory != 0)
			directory_piece_data(&a->piece, item);
		break;
	case SET_HOLE:
		directory_piece_gap(&a->piece);
		break;
	case SET_LOST_DATA:
	case SET_LOST:
		a->has_losses = true;
		directory_piece_gap(&a->piece);
		break;
	case SET_INODE_END:
		if (a->directory != 0)
			directory_piece_end(&a->piece);
		a->directory = 0;
		directory_piece_begin(&a->piece);
		break;
	case SET_INDEX:
		take_index(a, item);
		break;
	case SET_END:
		a->ended = true;
		a->has_losses |= !item->complete;
		break;
	default:
		break;
	}
}

/* -------------------------------------------------------------------- index */

static bool
visit_inodes(void *arg, const struct index_inode *list, size_t count)
{
	struct adding *a = arg;

	for (size_t i = 0; !a->failed && i < count; i++)
		a->failed = !catalog_import_inode(a->import, &list[i]);
	return !a->failed;
}

static bool
take_text(struct adding *a, const struct set_index *index)
{
	char *text = json_dumps(set_index_about(index), JSON_COMPACT);
	const bool ok = text != NULL && take_about(a, text, strlen(text));

	free(text);
	return ok;
}

/*
 * The last volume with all of the index and the end behind it; what the index
 * says of that volume is what was before it.  0: its beginning is on another.
 */
static uint64_t
count_last_blocks(const struct adding *a, const struct header_pointer *at)
{
	const uint64_t record = a->record_blocks < 1 ? 1 :
	    (uint64_t)a->record_blocks;
	const uint64_t data = at->length / DE_TAPE_BLOCK +
	    (at->length % DE_TAPE_BLOCK != 0);
	const uint64_t headers = data / HEADER_ADDRS +
	    (data % HEADER_ADDRS != 0);

	if (at->volume != a->last_volume)
		return 0;
	return (at->block + data + headers + record) / record * record;
}

/* Is it whole, and does it say all? */
static bool
read_index(struct adding *a)
{
	const struct index_visitor visitor = {
		.inodes = visit_inodes,
		.arg = a,
	};
	const char *why;
	struct restore_index_reader *x = restore_index_reader_new(&a->r,
	    a->set, &why);
	bool ok = false;

	if (x != NULL) {
		struct set_index *index = restore_index_reader_index(x);
		why = "the index is damaged";
		ok = take_text(a, index) && set_index_visit(index, &visitor)
		    == SET_INDEX_READ;
		a->last_volume = restore_index_reader_volume(x);
		a->index_volume = set_index_pointer_of(index)->volume;
		a->last_blocks = count_last_blocks(a,
		    set_index_pointer_of(index));
	}
	restore_index_reader_free(x);
	if (!ok)
		report(a->t->rep, DE_DEBUG, "%s: %s; reading the set through",
		    a->file, why);
	return ok;
}

/* ------------------------------------------------------------------ the set */

/* The directories, then the index or the rest.  False if it cannot be read. */
static bool
read_set(struct adding *a)
{
	struct set_item item;
	bool has_tried = false;

	while (!a->failed && restore_set_next(a->set, &item)) {
		const bool is_file = item.kind == SET_INODE &&
		    !is_directory(&item) && !item.is_hidden;
		if ((is_file || item.kind == SET_END) && !has_tried) {
			has_tried = true;
			if (read_index(a))
				return true;
			if (a->failed || (restore_set_open(a->set) == NULL &&
			    !restore_set_return(a->set)))
				return false;
		}
		if (is_file)
			restore_set_skip(a->set);
		take_item(a, &item);
		a->last_volume = set_volume(restore_set_open(a->set));
	}
	return a->ended && !a->failed;
}

static bool
keep(struct adding *a, int n, const char **to, const char *text)
{
	a->texts[n] = history_text(text);
	*to = a->texts[n];
	return a->texts[n] != NULL;
}

static bool
describe(struct adding *a)
{
	const struct set_identity *set = restore_set_identity(a->set);

	a->dump = (struct catalog_dump){
		.level = set->level,
		.date = set->date,
		.base_date = set->base_date,
		.job = a->t->request->job,
		.status = -1,
		.state = CATALOG_COMPLETE,
		.has_names = true,
		.is_of_volumes = true,
	};
	return keep(a, 0, &a->dump.host, set->host) &&
	    keep(a, 1, &a->dump.device, set->device) &&
	    keep(a, 2, &a->dump.filesystem, set->filesystem) &&
	    keep(a, 3, &a->dump.label, set->label);
}

/* ------------------------------------------------------------------ volumes */

/* Is this where the index says that it was written, not a copy of it? */
static bool
is_where_it_was(const struct adding *a)
{
	const char *output = a->about.dump.output;

	return output != NULL && strcmp(output, a->dump.output) == 0;
}

/* What is known of it without looking at its medium. */
static struct catalog_volume
describe_volume(struct adding *a, uint32_t number, uint64_t first)
{
	struct catalog_volume v = { .number = number, .first = first,
	    .file = -1 };
	const struct pieces *pieces = a->ended ?
	    restore_set_pieces(a->set) : NULL;

	const bool was_read = pieces != NULL &&
	    pieces_volume(pieces, number, &a->seen);

	for (size_t i = 0; a->has_about && i < a->about.volume_count; i++)
		if (a->about.volumes[i].number == number)
			v = a->about.volumes[i];
	if (was_read) {
		v.blocks = a->seen.blocks;
		v.digest = a->seen.digest[0] == '\0' ? NULL : a->seen.digest;
	} else if (a->has_about && number >= a->index_volume) {
		/* What the index says is of what was before it. */
		v.blocks = number == a->last_volume ? a->last_blocks : 0;
		v.digest = NULL;
	}
	if (!is_where_it_was(a)) {
		v.barcode = v.serial = NULL;
		v.file = -1;
		v.filters = v.medium_digest = v.head = NULL;
		v.medium_bytes = 0;
	}
	v.medium = v.label = NULL;
	v.dump = a->dump.id;
	v.output = a->dump.output;
	v.verified = 0;
	return v;
}

/* What is on the medium; of a drive, only what the index says is known. */
static void
note_coded(struct catalog_volume *v, const struct catalog_medium_facts *facts)
{
	const struct volume_read_coded *coded = &facts->coded;
	const uint64_t said = v->medium_bytes;

	if (facts->name == NULL)
		return;
	v->medium_bytes = facts->is_device ? 0 : facts->is_coded ?
	    coded->bytes : facts->bytes;
	v->filters = facts->is_coded ? coded->filters : NULL;
	/* What the index says may be of a volume that was here before. */
	if (v->medium_bytes != said || (facts->is_coded && (v->head == NULL ||
	    strcmp(v->head, coded->head) != 0)))
		v->medium_digest = NULL;
	v->head = facts->is_coded && coded->head[0] != '\0' ? coded->head :
	    NULL;
}

/* Have texts of its own.  False if out of memory. */
static bool
own_texts(struct catalog_volume *v)
{
	const char **texts[] = { &v->digest, &v->filters, &v->head };
	bool ok = true;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *text = *texts[i] == NULL ? NULL : strdup(*texts[i]);
		ok = ok && (*texts[i] == NULL || text != NULL);
		*texts[i] = text;
	}
	return ok;
}

/* Its medium, digest, filters and head are owned. */
static bool
note_volume(struct adding *a, const struct restore_medium *medium,
    uint32_t number, uint64_t *first)
{
	struct catalog_volume v = describe_volume(a, number, *first);
	struct catalog_medium_facts facts = { .name = NULL };
	const bool is_drive = restore_medium_is_drive(medium);

	/* Compressed, it is shorter than what it holds. */
	if (!is_drive && catalog_medium_look(restore_medium_output(medium),
	    restore_medium_job(medium), a->dump.date, a->dump.level, number,
	    false, &facts) && v.blocks == 0 &&
	    !restore_set_dialect(a->set)->compressed)
		v.blocks = facts.bytes / DE_TAPE_BLOCK;
	const char *name = is_drive ? a->file : facts.name;
	v.medium = name == NULL ? NULL : is_drive ? history_text(name) :
	    strdup(name);
	note_coded(&v, &facts);
	if (v.medium_bytes == 0 && v.filters == NULL)
		v.medium_bytes = v.blocks * DE_TAPE_BLOCK;
	const bool ok = own_texts(&v);
	if (is_drive && a->request.tape_file > 0 && (number == 1 || v.file < 0))
		v.file = (int64_t)a->request.tape_file - 1;
	v.record_blocks = a->record_blocks;
	*first = v.first + v.blocks;
	catalog_medium_clear(&facts);
	a->volumes[a->volume_count++] = v;
	return ok && (name == NULL || v.medium != NULL);
}

static bool
note_volumes(struct adding *a, const struct restore_medium *medium)
{
	uint64_t first = 0;
	bool ok;

	a->volumes = calloc((size_t)a->last_volume + 1, sizeof(*a->volumes));
	ok = a->volumes != NULL;
	for (uint32_t n = 1; ok && n <= a->last_volume; n++)
		ok = note_volume(a, medium, n, &first);
	a->dump.blocks = first;
	if (!ok)
		catalog_task_no_memory(a->t);
	return ok;
}

static bool
put_volumes(struct adding *a)
{
	bool ok = true;

	for (size_t i = 0; ok && i < a->volume_count; i++) {
		a->volumes[i].dump = a->dump.id;
		a->volumes[i].copy = a->copy;
		ok = catalog_add_volume(a->t->catalog, &a->volumes[i]);
	}
	return ok;
}

/*
 * The blocks that the catalogue says inodes are at are those of the original: of
 * a copy, only its volumes are added, and all that was put before is not.
 */
static bool
begin_again(struct adding *a)
{
	catalog_rollback(a->t->catalog);
	a->dump.output = NULL;
	a->dump.blocks = 0;
	/* That this copy may be damaged, is not of the dump. */
	a->dump.state = a->dump.findings > 0 ? CATALOG_INCOMPLETE :
	    CATALOG_COMPLETE;
	return catalog_begin(a->t->catalog);
}

static bool
put_dump_and_volumes(struct adding *a)
{
	a->dump.has_names = false;	/* they stay */
	return catalog_add_dump(a->t->catalog, &a->dump) && put_volumes(a);
}

static bool
add_volumes(struct adding *a)
{
	struct restore_medium *medium = restore_medium_new(&a->r, a->file);
	bool ok = medium != NULL;

	if (ok)
		a->dump.output = restore_medium_output(medium)->plugin->
		    descriptor.name;
	ok = ok && note_volumes(a, medium) &&
	    catalog_copies_choose(a->t->catalog, a->dump.id, a->volumes,
	    a->volume_count, CATALOG_COPIES_ANY, &a->copy) &&
	    (a->copy == 0 || begin_again(a)) && put_dump_and_volumes(a);
	restore_medium_free(medium);
	return ok;
}

/* ------------------------------------------------------------------- adding */

static bool
add_all(struct adding *a)
{
	struct catalog *c = a->t->catalog;

	if (!describe(a) || !catalog_add_dump(c, &a->dump))
		return false;
	a->import = catalog_import_new(c, a->dump.id, a->t->rep);
	if (a->import == NULL || !read_set(a))
		return false;
	if (a->has_losses || catalog_import_damaged(a->import) > 0) {
		a->dump.state = CATALOG_INCOMPLETE;
		catalog_task_missing(a->t, "%s: damaged; the catalogue lacks "
		    "some of it", a->file);
	}
	return add_volumes(a);
}

static enum catalog_set_result
add_set(struct adding *a)
{
	struct catalog *c = a->t->catalog;

	if (!catalog_begin(c))
		return CATALOG_SET_FAILED;
	if (add_all(a) && catalog_commit(c)) {
		char *name = catalog_name_make(&a->dump);
		if (a->copy == 0)
			report(a->t->rep, DE_INFO, "%s: added as %s (%" PRId64
			    ")", a->file, name == NULL ? "" : name,
			    a->dump.id);
		else
			report(a->t->rep, DE_INFO, "%s: added as copy %" PRIu32
			    " of %s (%" PRId64 ")", a->file, a->copy,
			    name == NULL ? "" : name, a->dump.id);
		free(name);
		return CATALOG_SET_ADDED;
	}
	catalog_rollback(c);
	return a->failed || *a->r.cancelled != 0 ? CATALOG_SET_FAILED :
	    CATALOG_SET_NONE;
}

static void
prepare(struct adding *a, struct report *rep)
{
	struct catalog_task_run *t = a->t;
	const char *folder = getenv("TMPDIR");

	a->request.action = RESTORE_VERIFY;	/* digests of all it reads */
	a->request.wants_digests = true;
	a->request.verbosity = t->request->verbosity;
	a->request.settings.tmpdir = folder != NULL && folder[0] != '\0' ?
	    folder : "/tmp";
	a->request.files = &a->file;
	a->request.file_count = 1;
	a->request.multi_volume = t->request->multi_volume;
	a->request.trust = t->request->trust;
	a->request.key = t->request->key;
	/* It forks: before there is a thread. */
	filters_load(t->registry);
	a->r = (struct restore){
		.request = &a->request,
		.registry = t->registry,
		.rep = rep,
		.signals = t->signals,
		.cancelled = &t->signals->cancel,
		.op = {
			.rep = rep,
			.cancelled = &t->signals->cancel,
			.may_ask = t->request->verbosity != REPORT_QUIET,
		},
		.outcome = outcome_new(rep),
		.watch = restore_watch_new(rep, t->signals),
	};
}

static void
dispose(struct adding *a)
{
	restore_set_free(a->set);
	restore_watch_free(a->r.watch);
	outcome_free(a->r.outcome);
	catalog_import_free(a->import);
	drop_index(a);
	if (a->has_about)
		catalog_about_clear(&a->about);
	for (size_t i = 0; i < sizeof(a->texts) / sizeof(a->texts[0]); i++)
		free(a->texts[i]);
	for (size_t i = 0; i < a->volume_count; i++) {
		free((char *)(uintptr_t)a->volumes[i].medium);
		free((char *)(uintptr_t)a->volumes[i].digest);
		free((char *)(uintptr_t)a->volumes[i].filters);
		free((char *)(uintptr_t)a->volumes[i].head);
	}
	free(a->volumes);
	free(a);
}

enum catalog_set_result
catalog_set_add(struct catalog_task_run *t, const char *file,
    uint32_t tape_file, struct report *rep)
{
	struct adding *a = calloc(1, sizeof(*a));
	enum catalog_set_result result = CATALOG_SET_NONE;

	if (a == NULL) {
		catalog_task_no_memory(t);
		return CATALOG_SET_FAILED;
	}
	a->t = t;
	a->file = file;
	a->piece.decode = decode;
	a->piece.arg = a;
	a->request.tape_file = tape_file;
	prepare(a, rep);
	if (a->r.outcome == NULL || a->r.watch == NULL) {
		catalog_task_no_memory(t);
		result = CATALOG_SET_FAILED;
	} else if ((a->set = restore_set_new(&a->r, file)) != NULL) {
		result = add_set(a);
	}
	if (result == CATALOG_SET_FAILED || *a->r.cancelled != 0)
		catalog_task_end(t, STATUS_ABORTED);
	dispose(a);
	return result;
}
