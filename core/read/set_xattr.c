/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdlib.h>
#include <string.h>

#include "core/format/xattr_decode.h"
#include "core/read/set_own.h"

#define GATHER_MAX ((size_t)16 << 20)	/* attributes of an inode, bytes */

/*
 * Values may overlap in a hostile record.  Together they may not be longer than
 * so many times the record, and a constant.
 */
#define AMPLIFICATION_MAX 4
#define AMPLIFICATION_FREE 65536

static set_step_fn step_gather;
static set_step_fn step_attributes;

static void
go_back(struct set *s)
{
	s->step = s->at_end ? set_step_appendix : set_step_header;
}

static void
put_lost(struct set *s, uint32_t inode, const char *why)
{
	set_queue(s, SET_LOST_XATTRS, inode)->why = why;
	if (!s->at_end)
		s->inode.damaged = true;
}

/* ------------------------------------------------------------------ gather */

static void
start(struct set *s, enum header_part part, uint32_t inode, uint64_t wanted)
{
	struct set_gather *g = &s->gather;

	g->active = true;
	g->damaged = wanted > GATHER_MAX;
	g->part = part;
	g->inode = inode;
	g->length = 0;
	g->wanted = wanted;
}

void
set_gather_lose(struct set *s)
{
	if (!s->gather.active)
		start(s, HEADER_PART_DATA, s->inode.header.inode, 0);
	s->gather.damaged = true;
}

static bool
add(struct set_gather *g, const uint8_t *bytes, uint64_t length)
{
	const uint64_t left = g->wanted - g->length;
	const size_t part = (size_t)(length < left ? length : left);

	if (g->damaged || part == 0)
		return true;
	if (!set_reserve(&g->bytes, &g->room, g->length + part))
		return false;
	memcpy(g->bytes + g->length, bytes, part);
	g->length += part;
	return true;
}

bool
set_gather_add(struct set *s, const uint8_t *bytes, uint64_t length)
{
	if (!s->gather.active)
		start(s, HEADER_PART_DATA, s->inode.header.inode,
		    s->inode.header.xattr_size);
	return add(&s->gather, bytes, length);
}

/* The blocks behind a header that is at the cursor. */
static void
begin_blocks(struct set *s, const struct header *h)
{
	struct set_gather *g = &s->gather;
	struct set_found next;
	uint64_t good;

	g->expected = header_data_blocks(s->dialect, h) * s->block;
	window_pass(&s->window, s->block);
	s->step = step_gather;
	const enum set_verdict verdict = set_verify(s, g->expected, &next,
	    &good);
	if (verdict == SET_DATA_IS_SUSPECT &&
	    (s->at_end || !s->inode.unwanted))
		put_lost(s, g->inode, "part of the record that they are in is "
		    "damaged, so what there is may be wrong");
	if (verdict != SET_DATA_IS_DOUBTFUL)
		return;
	g->damaged = true;
	set_go_astray(s, s->window.cursor + g->expected,
	    s->window.cursor + next.distance);
	go_back(s);
}

void
set_begin_gather(struct set *s, const struct header *h)
{
	start(s, h->part, h->inode, h->meta.size);
	if (!s->at_end)
		s->inode.has_records = true;
	begin_blocks(s, h);
}

void
set_continue_gather(struct set *s, const struct header *h)
{
	begin_blocks(s, h);
}

static enum set_result
step_gather(struct set *s)
{
	struct set_gather *g = &s->gather;
	const struct window_piece *here;

	go_back(s);
	if (g->expected == 0)
		return SET_GO_ON;
	here = window_here(&s->window);
	if (here == NULL || here->sight == WINDOW_BREAK) {
		g->damaged = true;
		return SET_GO_ON;
	}
	const uint64_t part = here->length < g->expected ? here->length :
	    g->expected;
	if (here->sight == WINDOW_GAP)
		g->damaged = true;
	else if (!add(g, here->bytes, part))
		return set_out_of_memory(s);
	g->expected -= part;
	window_pass(&s->window, part);
	s->step = step_gather;
	return SET_GO_ON;
}

/* ------------------------------------------------------------------ decode */

static bool
add_attribute(struct set_attributes *a, const struct de_xattr *xattr)
{
	const size_t name = strlen(xattr->name) + 1;
	const size_t need = a->used + name + xattr->value_length;

	if (!set_reserve(&a->bytes, &a->room, need) ||
	    !set_reserve((uint8_t **)&a->list, &a->list_room,
	    (a->count + 1) * sizeof(*a->list)))
		return false;
	memcpy(a->bytes + a->used, xattr->name, name);
	if (xattr->value_length > 0)
		memcpy(a->bytes + a->used + name, xattr->value,
		    xattr->value_length);
	a->list[a->count++] = (struct set_attribute){ a->used, a->used + name,
		xattr->value_length };
	a->used = need;
	return true;
}

static enum de_status
take(void *arg, const struct de_xattr *xattr)
{
	struct set_attributes *a = arg;

	if (xattr->value_length > a->limit ||
	    a->used > a->limit - xattr->value_length)
		return DE_NO_MORE;
	a->failed = !add_attribute(a, xattr);
	return a->failed ? DE_FAILED : DE_OK;
}

/* Contents that wait for their second part, which this is. */
static bool
put_inline(struct set *s, const uint8_t *value, size_t length)
{
	struct set_inode *inode = &s->inode;

	if (!inode->withheld || s->at_end)
		return true;
	uint8_t *bytes = malloc(HEADER_INLINE_BYTES + length);
	if (bytes == NULL)
		return false;
	free(s->inline_bytes);
	s->inline_bytes = bytes;
	memcpy(bytes, inode->header.inline_data, HEADER_INLINE_BYTES);
	memcpy(bytes + HEADER_INLINE_BYTES, value, length);
	inode->withheld = false;
	return set_put_data(s, bytes, HEADER_INLINE_BYTES + length, NULL);
}

static bool
is_inline_data(const struct set_attributes *a, size_t i)
{
	return strcmp((const char *)a->bytes + a->list[i].name,
	    XATTR_INLINE_DATA) == 0;
}

static bool
find_inline(struct set *s)
{
	const struct set_attributes *a = &s->attributes;

	for (size_t i = 0; i < a->count; i++)
		if (is_inline_data(a, i))
			return put_inline(s, a->bytes + a->list[i].value,
			    a->list[i].length);
	return true;
}

static enum set_result
decode(struct set *s, enum header_part part, uint32_t inode,
    const uint8_t *bytes, size_t length)
{
	struct set_attributes *a = &s->attributes;

	a->used = a->count = a->next = 0;
	a->limit = length * AMPLIFICATION_MAX + AMPLIFICATION_FREE;
	a->inode = inode;
	a->failed = false;
	const enum de_status status = xattr_decode(s->dialect, part, bytes,
	    length, take, a);
	if (a->failed || !find_inline(s))
		return set_out_of_memory(s);
	if (status != DE_OK)
		put_lost(s, inode, "its attributes are damaged");
	s->step = step_attributes;
	return SET_GO_ON;
}

enum set_result
set_finish_gather(struct set *s)
{
	struct set_gather *g = &s->gather;

	g->active = false;
	if (g->part == HEADER_PART_DATA)
		s->inode.has_xattrs = true;
	if (s->inode.unwanted && !s->at_end)
		return SET_GO_ON;
	if (!g->damaged && g->length == g->wanted)
		return decode(s, g->part, g->inode, g->bytes, g->length);
	put_lost(s, g->inode, "blocks of its attributes are missing");
	return SET_GO_ON;
}

enum set_result
set_take_list(struct set *s)
{
	struct header *h = &s->inode.header;

	const uint8_t *list = h->list;
	h->list = NULL;		/* once */
	if (s->inode.unwanted)
		return SET_GO_ON;
	return decode(s, HEADER_PART_SHADOW, h->inode, list, h->list_length);
}

/* ----------------------------------------------------------------- passing */

static enum set_result
step_attributes(struct set *s)
{
	struct set_attributes *a = &s->attributes;

	while (a->next < a->count && is_inline_data(a, a->next))
		a->next++;
	if (a->next == a->count || (s->inode.unwanted && !s->at_end)) {
		go_back(s);
		return SET_GO_ON;
	}
	const struct set_attribute *one = &a->list[a->next++];
	s->xattr = (struct de_xattr){
		.struct_size = sizeof(s->xattr),
		.name = (const char *)a->bytes + one->name,
		.value = a->bytes + one->value,
		.value_length = one->length,
	};
	set_queue(s, s->at_end ? SET_LATE_XATTR : SET_XATTR,
	    a->inode)->xattr = &s->xattr;
	return SET_GO_ON;
}
