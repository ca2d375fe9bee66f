/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/read/pieces.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/growing.h"
#include "core/format/header_decode.h"
#include "core/format/index_mark.h"
#include "plugins/common/bytes.h"

#define BLOCKING_MAX 1024
#define RECORD_MAX ((size_t)BLOCKING_MAX * DE_TAPE_BLOCK)
#define PIECE_BLOCKS 1024u	/* at most */
#define LOOK_BYTES ((size_t)128 << 10)	/* for a header that is not damaged */
#define LOST_MAX ((uint64_t)1 << 40)	/* bytes in a row; more is nonsense */

/* A volume in the list. */
struct volume {
	struct pieces_volume about;
	uint64_t list;			/* index of its first digest */
	uint64_t count;
};

/* Where an index may begin: pieces end there. */
struct begin {
	uint32_t volume;
	uint64_t block;
	uint64_t digest;		/* of the piece, up to here */
};

struct pieces {
	struct growing digests;		/* uint64_t; 0: unknown */
	struct growing volumes;		/* struct volume, ascending */
	struct growing begins;		/* struct begin */
	bool failed;			/* out of memory or room */
	uint32_t newest;		/* number of a volume */
	int64_t date;			/* of the dump; 0: unknown */
	struct pieces_volume before;	/* the last one that was read */
	struct digest *digest;		/* of a volume; NULL: is not wanted */

	/* The volume that is being read. */
	struct volume now;		/* its number is 0: none */
	bool is_ours;			/* else nothing is known of it */
	uint64_t at;			/* bytes read */
	size_t record_bytes;
	uint32_t records_max;		/* of a piece */
	uint8_t *record;		/* RECORD_MAX; one that is in several
					   chunks */
	size_t filled;			/* bytes of it */

	/* The piece that is being read. */
	uint8_t list[PIECE_BLOCKS * sizeof(uint64_t)];	/* of its records */
	uint32_t records;
	bool is_whole;			/* nothing of it is missing */
	bool is_volume_whole;		/* nor of the volume, so far */
};

struct pieces *
pieces_new(const char *folder)
{
	struct pieces *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->record = malloc(RECORD_MAX);
	if (p->record != NULL && growing_init(&p->digests, folder) &&
	    growing_init(&p->volumes, folder) &&
	    growing_init(&p->begins, folder))
		return p;
	pieces_free(p);
	return NULL;
}

void
pieces_free(struct pieces *p)
{
	if (p == NULL)
		return;
	growing_free(&p->begins);
	growing_free(&p->volumes);
	growing_free(&p->digests);
	digest_free(p->digest);
	free(p->record);
	free(p);
}

bool
pieces_want_volumes(struct pieces *p)
{
	p->digest = digest_new();
	return p->digest != NULL;
}

static void
add(struct pieces *p, struct growing *to, const void *bytes, size_t length)
{
	void *room = p->failed ? NULL : growing_add(to, length);

	if (room != NULL)
		memcpy(room, bytes, length);
	else
		p->failed = true;
}

/* ------------------------------------------------------------------ pieces */

static uint64_t
digest_here(const struct pieces *p)
{
	return digest_64(p->list, p->records * sizeof(uint64_t));
}

static void
end_piece(struct pieces *p)
{
	const uint64_t digest = p->is_whole ? digest_here(p) : 0;

	if (p->records > 0) {
		add(p, &p->digests, &digest, sizeof(digest));
		p->now.count++;
	}
	p->records = 0;
	p->is_whole = true;
}

static void
note_begin(struct pieces *p)
{
	const struct begin begin = {
		.volume = p->now.about.number,
		.block = p->now.about.blocks,
		.digest = p->is_whole ? digest_here(p) : 0,
	};

	add(p, &p->begins, &begin, sizeof(begin));
}

static void
count_record(struct pieces *p)
{
	p->now.about.blocks += p->record_bytes / DE_TAPE_BLOCK;
	if (++p->records == p->records_max)
		end_piece(p);
}

static void
add_record(struct pieces *p, const uint8_t *record)
{
	if (p->records > 0 && index_mark_may_begin(record))
		note_begin(p);
	put64(p->list + p->records * sizeof(uint64_t),
	    digest_64(record, p->record_bytes));
	count_record(p);
}

/* ------------------------------------------------------------------ volumes */

static void
end_volume(struct pieces *p)
{
	if (p->now.about.number == 0)
		return;
	if (p->is_ours) {
		end_piece(p);
		if (p->digest != NULL && p->is_volume_whole && p->filled == 0)
			digest_format(p->digest, p->now.about.digest);
		add(p, &p->volumes, &p->now, sizeof(p->now));
		p->before = p->now.about;
	}
	p->now.about.number = 0;
}

/*
 * The first header of the volume, or else one close behind it, or of the dump,
 * which may be far, in the middle of a large file.
 */
static bool
find_header(const struct chunk *chunk, int64_t date, struct header *h,
    uint32_t *block)
{
	static const struct dialect ours = {
		.family = DIALECT_LINUX,
		.block_size = DE_TAPE_BLOCK,
	};

	for (size_t at = 0; at + DE_TAPE_BLOCK <= chunk->length &&
	    (date != 0 || at < LOOK_BYTES); at += DE_TAPE_BLOCK) {
		if (!header_decode(&ours, chunk->bytes + at, h) ||
		    (date != 0 && h->date != date))
			continue;
		*block = (uint32_t)(at / DE_TAPE_BLOCK);
		return true;
	}
	return false;
}

/* As its headers say, or, without one, as after the volume before it. */
static bool
find_layout(struct pieces *p, const struct chunk *chunk)
{
	struct header h;
	uint32_t block;

	if (find_header(chunk, p->date, &h, &block)) {
		if (h.blocking < 1 || h.blocking > BLOCKING_MAX)
			return false;
		p->date = h.date;
		p->record_bytes = (size_t)h.blocking * DE_TAPE_BLOCK;
		p->now.about.first = (uint32_t)h.tapea - block;
		return true;
	}
	p->now.about.first = p->before.first + (uint32_t)p->before.blocks;
	return p->before.number != 0 &&
	    p->before.number + 1 == chunk->volume;
}

static void
begin_volume(struct pieces *p, const struct chunk *chunk)
{

	end_volume(p);
	p->now = (struct volume){ .about = { .number = chunk->volume },
		.list = p->digests.used / sizeof(uint64_t) };
	p->at = 0;
	p->filled = 0;
	p->records = 0;
	p->is_whole = p->is_volume_whole = true;
	if (p->digest != NULL)
		digest_reset(p->digest);
	p->is_ours = chunk->volume > p->newest && chunk->position == 0 &&
	    chunk->lost == 0 && find_layout(p, chunk);
	if (!p->is_ours)
		return;
	p->newest = chunk->volume;
	const uint32_t blocking = (uint32_t)(p->record_bytes / DE_TAPE_BLOCK);
	p->records_max = PIECE_BLOCKS / blocking;
	p->now.about.piece = p->records_max * blocking;
}

/* ------------------------------------------------------------------ reading */

static void
add_bytes(struct pieces *p, const uint8_t *bytes, size_t length)
{
	while (length > 0) {
		if (p->filled == 0 && length >= p->record_bytes) {
			add_record(p, bytes);
			bytes += p->record_bytes;
			length -= p->record_bytes;
			continue;
		}
		const size_t rest = p->record_bytes - p->filled;
		const size_t part = rest < length ? rest : length;
		memcpy(p->record + p->filled, bytes, part);
		p->filled += part;
		bytes += part;
		length -= part;
		if (p->filled == p->record_bytes) {
			p->filled = 0;
			add_record(p, p->record);
		}
	}
}

/* The next bytes are unknown; so are all records that they are in. */
static void
lose_bytes(struct pieces *p, uint64_t length)
{
	while (length > 0) {
		const uint64_t rest = p->record_bytes - p->filled;
		const uint64_t part = rest < length ? rest : length;
		p->is_whole = p->is_volume_whole = false;
		p->filled += (size_t)part;
		length -= part;
		if (p->filled == p->record_bytes) {
			p->filled = 0;
			count_record(p);
		}
	}
}

/*
 * From the chunk before to this one.  False: nothing more can be said of this
 * volume.
 */
static bool
pass_to(struct pieces *p, const struct chunk *chunk)
{
	if (chunk->lost == CHUNK_LOST_UNKNOWN || chunk->position < p->at ||
	    chunk->position - p->at > LOST_MAX)
		return false;
	lose_bytes(p, chunk->position - p->at);
	return true;
}

void
pieces_add(struct pieces *p, const struct chunk *chunk)
{
	if (p->now.about.number != chunk->volume)
		begin_volume(p, chunk);
	if (!p->is_ours || p->failed)
		return;
	if (!pass_to(p, chunk)) {
		p->is_volume_whole = false;
		end_volume(p);
		p->now.about.number = chunk->volume;
		p->is_ours = false;
		return;
	}
	if (p->digest != NULL)
		digest_add(p->digest, chunk->bytes, chunk->length);
	add_bytes(p, chunk->bytes, chunk->length);
	p->at = chunk->position + chunk->length;
}

void
pieces_end(struct pieces *p)
{
	end_volume(p);
}

/* ------------------------------------------------------------------- asked */

static const struct volume *
find_volume(const struct pieces *p, uint32_t number)
{
	const struct volume *list = (const void *)p->volumes.bytes;
	const size_t count = p->failed ? 0 : p->volumes.used / sizeof(*list);
	size_t low = 0, high = count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (list[middle].about.number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && list[low].about.number == number ? &list[low] :
	    NULL;
}

bool
pieces_volume(const struct pieces *p, uint32_t number,
    struct pieces_volume *about)
{
	const struct volume *v = find_volume(p, number);

	if (v != NULL)
		*about = v->about;
	return v != NULL;
}

static bool
digest_at_begin(const struct pieces *p, uint32_t volume, uint64_t block,
    uint64_t *digest)
{
	const struct begin *list = (const void *)p->begins.bytes;
	const size_t count = p->begins.used / sizeof(*list);

	for (size_t i = 0; i < count; i++)
		if (list[i].volume == volume && list[i].block == block) {
			*digest = list[i].digest;
			return *digest != 0;
		}
	return false;
}

bool
pieces_digest(const struct pieces *p, uint32_t volume, uint64_t n,
    uint64_t end, uint64_t *digest)
{
	const struct volume *v = find_volume(p, volume);
	const uint64_t *digests = (const void *)p->digests.bytes;

	if (v == NULL)
		return false;
	if (end != v->about.blocks && end % v->about.piece != 0)
		return digest_at_begin(p, volume, end, digest);
	if (n >= v->count || end > v->about.blocks)
		return false;
	*digest = digests[v->list + n];
	return *digest != 0;
}
