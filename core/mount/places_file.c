/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/mount/places_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/format/index_decode.h"
#include "core/format/index_encode.h"
#include "core/read/index_volumes.h"
#include "dumpengine/plugin.h"

#define READ_BYTES ((size_t)256 << 10)	/* at once */

/* ----------------------------------------------------------------- reading */

struct reading {
	const json_t *set;
	bool (*take)(void *arg, const struct inode_place *place);
	void *arg;
	struct index_volumes volumes;
	uint64_t wanted;	/* inodes that the first part promises */
	uint64_t taken;
	bool has_about;
	bool is_other;
	bool failed;
};

static bool
refuse(struct reading *r)
{
	r->is_other = true;
	return false;
}

static bool
take_about(void *arg, const char *text, size_t length)
{
	struct reading *r = arg;
	json_t *about = json_loadb(text, length, 0, NULL);
	const json_t *inodes = json_object_get(about, "inodes");
	const bool ok = !r->has_about && json_is_integer(inodes) &&
	    json_integer_value(inodes) >= 0 &&
	    json_equal(json_object_get(about, "set"), r->set) == 1;

	if (ok) {
		r->has_about = true;
		r->wanted = (uint64_t)json_integer_value(inodes);
		r->failed = !index_volumes_init(&r->volumes, about);
	}
	json_decref(about);
	return ok ? !r->failed : refuse(r);
}

static bool
take_inodes(void *arg, const struct index_inode *list, size_t count)
{
	struct reading *r = arg;

	if (!r->has_about)
		return refuse(r);
	for (size_t i = 0; i < count; i++) {
		struct inode_place place = { .inode = list[i].inode };
		if (!index_volumes_place(&r->volumes, list[i].block,
		    &place.volume, &place.position))
			return refuse(r);
		if (!r->take(r->arg, &place)) {
			r->failed = true;
			return false;
		}
	}
	r->taken += count;
	return true;
}

/* All of the file; what `decoder` makes of it is in `r`. */
static bool
read_all(struct reading *r, int fd, struct index_decoder *decoder,
    uint8_t *bytes)
{
	enum index_result result = INDEX_GO_ON;
	ssize_t n;

	while (result == INDEX_GO_ON && (n = read(fd, bytes, READ_BYTES)) != 0)
		if (n > 0)
			result = index_decoder_add(decoder, bytes, (size_t)n);
		else if (errno != EINTR)
			return false;
	if (result == INDEX_NO_MEMORY)
		r->failed = true;
	return result == INDEX_GO_ON && index_decoder_is_at_end(decoder) &&
	    index_decoder_damaged(decoder) == 0 && r->has_about &&
	    r->taken == r->wanted;
}

enum places_file_result
places_file_read(int fd, const json_t *set,
    bool (*take)(void *arg, const struct inode_place *place), void *arg)
{
	struct reading r = { .set = set, .take = take, .arg = arg };
	const struct index_visitor visitor = {
		.about = take_about,
		.inodes = take_inodes,
		.arg = &r,
	};
	struct index_decoder *decoder = index_decoder_new(&visitor);
	uint8_t *bytes = malloc(READ_BYTES);
	bool is_whole = false;

	if (decoder == NULL || bytes == NULL)
		r.failed = true;
	else
		is_whole = read_all(&r, fd, decoder, bytes);
	free(bytes);
	index_decoder_free(decoder);
	index_volumes_free(&r.volumes);
	return r.failed ? PLACES_FILE_FAILED : is_whole ? PLACES_FILE_READ :
	    PLACES_FILE_OTHER;
}

/* ----------------------------------------------------------------- writing */

/* Blocks count on from volume to volume. */
struct writing {
	const struct inode_places *places;
	int fd;
	struct growing bytes;		/* to be written */
	struct index_inode *list;	/* INDEX_BATCH, owned */
	uint64_t next;			/* place */
	uint64_t first;			/* block of its volume */
};

/* Tape blocks of the volume of a place: up to the last one that is used. */
static uint64_t
blocks_to(const struct inode_place *place)
{
	return place->position / DE_TAPE_BLOCK + 1;
}

bool
places_file_can(const struct inode_places *places)
{
	const uint64_t count = inode_places_count(places);

	for (uint64_t i = 0; i < count; i++) {
		const struct inode_place *p = inode_places_at(places, i);
		const struct inode_place *before = i == 0 ? NULL : p - 1;
		if (p->position % DE_TAPE_BLOCK != 0 || p->inode == 0 ||
		    (before != NULL && (p->inode == before->inode ||
		    p->volume < before->volume || (p->volume ==
		    before->volume && p->position <= before->position))))
			return false;
	}
	return true;
}

static bool
add_volume(json_t *list, uint32_t number, uint64_t first, uint64_t blocks)
{
	return json_array_append_new(list, json_pack("{s:I, s:I, s:I}",
	    "number", (json_int_t)number, "first", (json_int_t)first,
	    "blocks", (json_int_t)blocks)) == 0;
}

/* NULL if out of memory. */
static json_t *
list_volumes(const struct inode_places *places)
{
	const uint64_t count = inode_places_count(places);
	json_t *list = json_array();
	uint64_t first = 0;

	for (uint64_t i = 0; list != NULL && i < count; i++) {
		const struct inode_place *p = inode_places_at(places, i);
		if (i + 1 < count && p[1].volume == p->volume)
			continue;
		if (!add_volume(list, p->volume, first, blocks_to(p))) {
			json_decref(list);
			return NULL;
		}
		first += blocks_to(p);
	}
	return list;
}

static bool
flush(struct writing *w)
{
	for (size_t done = 0; done < w->bytes.used;) {
		const ssize_t n = write(w->fd, w->bytes.bytes + done,
		    w->bytes.used - done);
		if (n < 0 && errno != EINTR)
			return false;
		done += n < 0 ? 0 : (size_t)n;
	}
	growing_cut(&w->bytes, 0);
	return true;
}

static bool
write_about(struct writing *w, const json_t *set)
{
	json_t *about = json_pack("{s:O, s:I, s:o}", "set", set, "inodes",
	    (json_int_t)inode_places_count(w->places), "volumes",
	    list_volumes(w->places));
	char *text = about == NULL ? NULL : json_dumps(about, JSON_COMPACT);
	const bool ok = text != NULL && index_put_magic(&w->bytes) &&
	    index_put_part(&w->bytes, INDEX_PART_ABOUT, text, strlen(text),
	    true);

	if (text == NULL)
		errno = ENOMEM;
	free(text);
	json_decref(about);
	return ok && flush(w);
}

/* The next ones, at most INDEX_BATCH. */
static bool
write_batch(struct writing *w)
{
	const uint64_t count = inode_places_count(w->places);
	size_t used = 0;

	while (used < INDEX_BATCH && w->next < count) {
		const struct inode_place *p = inode_places_at(w->places,
		    w->next);
		if (w->next > 0 && p[-1].volume != p->volume)
			w->first += blocks_to(p - 1);
		w->list[used++] = (struct index_inode){
			.inode = p->inode,
			.mode = S_IFREG,
			.block = w->first + p->position / DE_TAPE_BLOCK,
		};
		w->next++;
	}
	return index_put_inodes(&w->bytes, w->list, used) && flush(w);
}

bool
places_file_write(int fd, const json_t *set,
    const struct inode_places *places, const char *folder)
{
	struct writing w = {
		.places = places,
		.fd = fd,
		.list = calloc(INDEX_BATCH, sizeof(*w.list)),
	};
	bool ok = w.list != NULL && growing_init(&w.bytes, folder) &&
	    write_about(&w, set);

	while (ok && w.next < inode_places_count(places))
		ok = write_batch(&w);
	const int error = errno;
	growing_free(&w.bytes);
	free(w.list);
	errno = error;
	return ok;
}
