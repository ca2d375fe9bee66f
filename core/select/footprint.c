/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/select/footprint.h"

#include <stdlib.h>

#define FIRST_ROOM 1024

struct print {
	uint32_t inode;
	uint32_t sum;
};

struct footprints {
	struct print *items;
	size_t count;
	size_t room;
	size_t at;			/* position of the last
					   footprints_has() */
	bool is_short;			/* some could not be recorded */
};

/* Every input bit affects half of the output bits. */
static uint64_t
mix(uint64_t sum, uint64_t value)
{
	sum = (sum ^ value) * 0x9E3779B97F4A7C15u;
	sum ^= sum >> 29;
	sum *= 0xBF58476D1CE4E5B9u;
	return sum ^ sum >> 32;
}

struct footprint
footprint_begin(const struct de_inode *inode)
{
	return (struct footprint){
		mix(mix(mix(1, inode->size), inode->allocated),
		    inode->generation)
	};
}

/* Inline data has no address, so use its contents. */
void
footprint_add(struct footprint *f, const struct de_extent *extent)
{
	f->sum = mix(mix(f->sum, extent->offset), extent->length);
	if (extent->bytes == NULL) {
		f->sum = mix(f->sum, extent->address);
		return;
	}
	for (uint64_t i = 0; i < extent->length; i++)
		f->sum = mix(f->sum, extent->bytes[i]);
}

struct footprints *
footprints_new(void)
{
	return calloc(1, sizeof(struct footprints));
}

void
footprints_free(struct footprints *fs)
{
	if (fs == NULL)
		return;
	free(fs->items);
	free(fs);
}

static bool
grow(struct footprints *fs)
{
	const size_t room = fs->room == 0 ? FIRST_ROOM : fs->room * 2;
	struct print *items = reallocarray(fs->items, room, sizeof(*items));

	if (items == NULL)
		return false;
	fs->items = items;
	fs->room = room;
	return true;
}

void
footprints_keep(struct footprints *fs, uint32_t inode,
    const struct footprint *f)
{
	if (fs->count == fs->room && !grow(fs)) {
		fs->is_short = true;
		return;
	}
	fs->items[fs->count++] = (struct print){ inode, (uint32_t)f->sum };
}

bool
footprints_are_whole(const struct footprints *fs)
{
	return !fs->is_short;
}

bool
footprints_has(struct footprints *fs, uint32_t inode)
{
	while (fs->at < fs->count && fs->items[fs->at].inode < inode)
		fs->at++;
	return fs->at < fs->count && fs->items[fs->at].inode == inode;
}

bool
footprints_differ(const struct footprints *fs, const struct footprint *f)
{
	return fs->items[fs->at].sum != (uint32_t)f->sum;
}
