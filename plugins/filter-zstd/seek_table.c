/* SPDX-License-Identifier: BSD-3-Clause */
#include "seek_table.h"

#include <stdlib.h>

#include "../common/bytes.h"
#include "frame.h"

#define TABLE_MAGIC 0x184D2A5Eu		/* of its skippable frame */
#define FOOTER_MAGIC 0x8F92EAB1u
#define FOOTER_BYTES 9
#define FRAMES_MAX 0x8000000u
#define HAS_CHECKS 0x80			/* in the descriptor: 4 bytes more per
					   frame */
#define RESERVED 0x7C
#define PART_ENTRIES 4096

/* ----------------------------------------------------------------- writing */

bool
frame_list_note(struct frame_list *list, uint64_t number, size_t plain,
    size_t encoded)
{
	if (number > list->count)
		return false;
	if (number == list->room) {
		const size_t room = list->room == 0 ? 1024 : 2 * list->room;
		uint32_t *longer = realloc(list->encoded,
		    room * sizeof(*longer));
		if (longer == NULL)
			return false;
		list->encoded = longer;
		list->room = room;
	}
	list->encoded[number] = (uint32_t)encoded;
	list->count = (size_t)number + 1;
	list->last_size = (uint32_t)plain;
	return true;
}

void
frame_list_clear(struct frame_list *list)
{
	free(list->encoded);
	*list = (struct frame_list){ 0 };
}

static enum de_status
put_entries(const struct frame_list *list, de_put_fn *put, void *arg)
{
	uint8_t part[PART_ENTRIES * SEEK_TABLE_ENTRY];
	enum de_status status = DE_OK;
	size_t n = 0;

	for (size_t i = 0; status == DE_OK && i < list->count; i++) {
		put32(part + n, list->encoded[i]);
		put32(part + n + 4, i + 1 == list->count ? list->last_size :
		    list->frame_size);
		n += SEEK_TABLE_ENTRY;
		if (n < sizeof(part) && i + 1 < list->count)
			continue;
		status = put(arg, part, n);
		n = 0;
	}
	return status;
}

enum de_status
seek_table_put(const struct frame_list *list, uint64_t room, de_put_fn *put,
    void *arg)
{
	const uint64_t entries = (uint64_t)list->count + 1;
	const uint64_t length = FRAME_SKIPPABLE_HEADER +
	    entries * SEEK_TABLE_ENTRY + FOOTER_BYTES;
	uint8_t head[FRAME_SKIPPABLE_HEADER + SEEK_TABLE_ENTRY];
	uint8_t foot[FOOTER_BYTES] = { 0 };

	if (length > room || entries > FRAMES_MAX)
		return DE_OK;
	put32(head, TABLE_MAGIC);
	put32(head + 4, (uint32_t)(length - FRAME_SKIPPABLE_HEADER));
	put32(head + 8, list->mark);
	put32(head + 12, 0);
	put32(foot, (uint32_t)entries);
	put32(foot + 5, FOOTER_MAGIC);
	enum de_status status = put(arg, head, sizeof(head));
	if (status == DE_OK)
		status = put_entries(list, put, arg);
	return status == DE_OK ? put(arg, foot, sizeof(foot)) : status;
}

/* ----------------------------------------------------------------- reading */

/* Where it is in the volume, and what it is made of. */
struct place {
	uint64_t begin;		/* of its frame */
	uint32_t frames;
	uint32_t entry;		/* bytes of each */
};

/* The footer at the end of the volume.  False if there is none. */
static bool
find(struct input *in, struct place *place)
{
	const uint64_t size = in->from->size;

	if (size < FRAME_SKIPPABLE_HEADER + FOOTER_BYTES ||
	    !input_go_to(in, size - FOOTER_BYTES) ||
	    !input_want(in, FOOTER_BYTES) || input_length(in) < FOOTER_BYTES)
		return false;
	const uint8_t *foot = input_bytes(in);
	place->frames = get32(foot);
	place->entry = SEEK_TABLE_ENTRY + (foot[4] & HAS_CHECKS ? 4 : 0);
	const uint64_t length = FRAME_SKIPPABLE_HEADER + FOOTER_BYTES +
	    (uint64_t)place->frames * place->entry;
	if (get32(foot + 5) != FOOTER_MAGIC || (foot[4] & RESERVED) != 0 ||
	    place->frames == 0 || place->frames > FRAMES_MAX || length > size)
		return false;
	place->begin = size - length;
	if (!input_go_to(in, place->begin) ||
	    !input_want(in, FRAME_SKIPPABLE_HEADER) ||
	    input_length(in) < FRAME_SKIPPABLE_HEADER)
		return false;
	const uint8_t *head = input_bytes(in);
	const bool is_one = get32(head) == TABLE_MAGIC &&
	    get32(head + 4) == length - FRAME_SKIPPABLE_HEADER;
	input_skip(in, FRAME_SKIPPABLE_HEADER);
	return is_one;
}

/* Take the entry of a frame.  False if it is not like those before it. */
static bool
take_entry(struct seek_table *t, uint32_t encoded, uint32_t plain)
{
	const uint64_t begin = t->begins[t->count];

	if (t->count == 0 && plain == 0) {
		t->begins[0] += encoded;
		return true;
	}
	if (t->count == 0)
		t->frame_size = plain;
	/* After one that is shorter, there is none. */
	if (plain == 0 || plain > t->frame_size ||
	    t->size != (uint64_t)t->count * t->frame_size)
		return false;
	t->begins[++t->count] = begin + encoded;
	t->size += plain;
	return true;
}

static bool
take_entries(struct seek_table *t, struct input *in,
    const struct place *place)
{
	/* As many as the volume has room for: `find` has seen to that. */
	t->begins = calloc((size_t)place->frames + 1, sizeof(*t->begins));
	if (t->begins == NULL)
		return false;
	for (uint32_t i = 0; i < place->frames; i++) {
		if (!input_want(in, place->entry) ||
		    input_length(in) < place->entry)
			return false;
		const uint8_t *entry = input_bytes(in);
		if (!take_entry(t, get32(entry), get32(entry + 4)))
			return false;
		input_skip(in, place->entry);
	}
	return t->count > 0 && t->begins[t->count] == place->begin;
}

/* Is what comes before the first frame with contents to be skipped? */
static bool
begins_right(const struct seek_table *t, struct input *in)
{
	uint64_t at = 0;

	if (!input_go_to(in, 0))
		return false;
	while (at < t->begins[0]) {
		if (!input_want(in, FRAME_BEGINNING))
			return false;
		const struct frame frame = frame_begins(input_bytes(in),
		    input_length(in));
		if (frame.kind != FRAME_SKIPPED)
			return false;
		input_skip_far(in, frame.header);
		at += frame.header;
	}
	return at == t->begins[0];
}

bool
seek_table_read(struct seek_table *table, struct input *in)
{
	struct place place;

	*table = (struct seek_table){ 0 };
	if (in->from->go_to == NULL || in->from->size == 0)
		return true;
	if (!find(in, &place) || !take_entries(table, in, &place) ||
	    !begins_right(table, in))
		seek_table_free(table);
	return input_go_to(in, 0);
}

void
seek_table_free(struct seek_table *table)
{
	free(table->begins);
	*table = (struct seek_table){ 0 };
}

uint64_t
seek_table_plain(const struct seek_table *t, size_t number)
{
	return number + 1 < t->count ? t->frame_size :
	    t->size - (uint64_t)(t->count - 1) * t->frame_size;
}
