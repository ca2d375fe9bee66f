/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/copy_check.h"

#include <inttypes.h>
#include <unistd.h>

#include "core/read/index_volumes.h"
#include "core/read/set_index.h"
#include "core/run/copy_stream.h"

/* Volumes behind the end of the stream that the index may take. */
#define SPILL_MAX 64

struct checking {
	const struct copy_check *check;
	struct report *quiet;		/* what a medium says of volumes that
					   need not be there */
	struct instance *output;	/* another one than that of the set */
	struct set_index *index;
	struct index_volumes volumes;

	/* Damaged pieces so far that follow each other, in blocks. */
	uint32_t volume;		/* 0: none */
	uint64_t from, to;
	uint64_t damaged;		/* stretches */
	uint64_t compared, unknown;	/* pieces */
};

/* ------------------------------------------------------------------- pieces */

static void
tell_stretch(struct checking *c)
{
	if (c->volume == 0)
		return;
	copy_stream_tell_damage(c->check->rep,
	    restore_medium_name(c->check->medium), c->volume,
	    c->from * DE_TAPE_BLOCK, c->to * DE_TAPE_BLOCK,
	    "they are not as they were written");
	c->damaged++;
	c->volume = 0;
}

static void
note_damage(struct checking *c, uint32_t volume, uint64_t from, uint64_t to)
{
	if (c->volume != volume || c->to != from) {
		tell_stretch(c);
		c->volume = volume;
		c->from = from;
	}
	c->to = to;
}

static void
compare(struct checking *c, const struct pieces_volume *read, uint64_t n,
    uint64_t expected)
{
	const struct index_volume *v = index_volumes_find(&c->volumes,
	    read->number);
	const uint64_t blocks = v != NULL ? v->blocks : read->blocks;
	const uint64_t from = n * read->piece;
	const uint64_t end = from + read->piece;
	const uint64_t to = end < blocks ? end : blocks;
	uint64_t digest;

	if (from >= to || !pieces_digest(c->check->pieces, read->number, n, to,
	    &digest)) {
		c->unknown++;
		return;
	}
	c->compared++;
	if (digest != expected)
		note_damage(c, read->number, from, to);
}

static bool
take_digests(void *arg, uint32_t number, uint32_t blocks, uint64_t first,
    const uint64_t *digests, size_t count)
{
	struct checking *c = arg;
	struct pieces_volume read;

	if (!pieces_volume(c->check->pieces, number, &read) ||
	    read.piece != blocks || first > read.blocks / blocks) {
		c->unknown += count;
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		if (first + i > read.blocks / blocks) {
			c->unknown += count - i;
			break;
		}
		compare(c, &read, first + i, digests[i]);
	}
	return true;
}

/* ---------------------------------------------------------------- the index */

static void
say_quietly(void *arg, enum de_severity severity, const char *text)
{
	(void)severity;
	report(arg, DE_DEBUG, "looking for the index: %s", text);
}

static bool
prepare(struct checking *c)
{
	c->quiet = report_new(STDERR_FILENO, REPORT_QUIET);
	if (c->quiet == NULL) {
		report(c->check->rep, DE_ERROR, "out of memory");
		return false;
	}
	report_set_taker(c->quiet, say_quietly, c->check->rep);
	c->output = restore_medium_aside(c->check->medium, c->quiet);
	return c->output != NULL;
}

/* It may go on behind the volume of the end; a drive has only that one. */
static enum set_index_result
find_index(struct checking *c)
{
	const bool is_drive = restore_medium_is_drive(c->check->medium);
	enum set_index_result result = SET_INDEX_NONE;
	struct set_index_config config = {
		.output = c->output,
		.rep = c->quiet,
		.cancelled = c->check->cancelled,
		.record_size = c->check->record_size,
		.job = restore_medium_job(c->check->medium),
		.last_volume = c->check->end_volume,
		.identity = c->check->identity,
	};

	if (!is_drive) {
		config.place = restore_medium_place;
		config.place_arg = (void *)(uintptr_t)c->check->medium;
	}

	for (int i = 0; i < SPILL_MAX && result == SET_INDEX_NONE; i++) {
		c->index = set_index_open(&config, &result);
		if (is_drive || config.last_volume == UINT32_MAX)
			break;
		config.last_volume++;
	}
	return result;
}

static enum set_index_result
read_index(struct checking *c)
{
	const struct index_visitor visitor = {
		.digests = take_digests,
		.arg = c,
	};
	const enum set_index_result found = find_index(c);

	if (found != SET_INDEX_READ)
		return found;
	if (!index_volumes_init(&c->volumes, set_index_about(c->index)))
		return SET_INDEX_FAILED;
	const enum set_index_result result = set_index_visit(c->index,
	    &visitor);
	tell_stretch(c);
	return result;
}

/* The end of the stream says whether there should be one. */
static const char *
why_unknown(const struct checking *c, enum set_index_result result)
{
	if (result == SET_INDEX_READ)
		return "the index is of other volumes";
	return result == SET_INDEX_NONE && c->check->has_index ?
	    "the index is not at the end of the medium, or the drive does not "
	    "get there" : set_index_text(result);
}

static enum copy_check_result
judge(const struct checking *c, enum set_index_result result)
{
	struct report *rep = c->check->rep;
	const char *name = restore_medium_name(c->check->medium);

	if (c->damaged > 0)
		return COPY_CHECK_DAMAGED;
	if (result == SET_INDEX_FAILED) {
		if (*c->check->cancelled == 0)
			report(rep, DE_ERROR, "%s: out of memory for its "
			    "index", name);
		return COPY_CHECK_FAILED;
	}
	if (result == SET_INDEX_READ && c->unknown == 0) {
		report(rep, DE_DEBUG, "%s: %" PRIu64 " pieces have the digests "
		    "that the index says", name, c->compared);
		return COPY_CHECK_WHOLE;
	}
	report(rep, c->check->has_index ? DE_WARNING : DE_INFO, "%s: %s, so "
	    "nothing tells whether the contents of files are as they were "
	    "written; they are copied as they are", name, why_unknown(c,
	    result));
	return COPY_CHECK_UNKNOWN;
}

enum copy_check_result
copy_check(const struct copy_check *check, json_t **about)
{
	struct checking c = { .check = check };
	enum copy_check_result result = COPY_CHECK_FAILED;

	*about = NULL;
	if (!check->has_index || prepare(&c)) {
		result = judge(&c, check->has_index ? read_index(&c) :
		    SET_INDEX_NONE);
		if (c.index != NULL)
			*about = json_deep_copy(set_index_about(c.index));
	}
	set_index_close(c.index);
	index_volumes_free(&c.volumes);
	restore_medium_aside_end(check->medium, c.output);
	report_free(c.quiet);
	return result;
}
