/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * set_index.h - the index of a set, found from the end of its last volume
 *
 * Nothing else of the set is read.  What it says is a help: whoever uses it
 * looks whether it is so, and reads the set through where it is not.  Costs the
 * buffers of a set being read, and those of the decoder, whatever the size of
 * the index.
 *
 * One thread uses it.
 */
#ifndef CORE_SET_INDEX_H
#define CORE_SET_INDEX_H

#include <jansson.h>

#include "core/format/index_decode.h"
#include "core/read/set.h"

struct set_index;

/* Everything is borrowed. */
struct set_index_config {
	/* As in struct volumes_config; nobody is asked for a volume. */
	const struct instance *output;
	struct report *rep;
	const atomic_int *cancelled;
	uint32_t record_size;
	const char *job;
	uint32_t last_volume;		/* the one that is looked at */
	void (*place)(void *arg, struct de_volume *facts);	/* or NULL */
	void *place_arg;
	/* Of which set it must be; NULL: any. */
	const struct set_identity *identity;
};

enum set_index_result {
	SET_INDEX_READ,			/* all of it, and it is whole */
	SET_INDEX_STOPPED,		/* by the visitor */
	SET_INDEX_NONE,			/* none is at the end of this volume */
	SET_INDEX_ANOTHER,		/* what was opened is no volume of the set */
	SET_INDEX_DAMAGED,		/* what was visited may lack parts */
	SET_INDEX_FAILED		/* out of memory, or cancelled */
};

/* "the index is damaged", for messages. */
const char *set_index_text(enum set_index_result result);

/*
 * Find it, and read what it says of the set.  NULL, if *result is not
 * SET_INDEX_READ.
 */
struct set_index *set_index_open(const struct set_index_config *config,
    enum set_index_result *result);
void set_index_close(struct set_index *x);	/* accepts NULL */

/* Who made the set, from the header of the volume it was found on. */
const struct set_identity *set_index_identity(const struct set_index *x);
const struct header_pointer *set_index_pointer_of(const struct set_index *x);

/* The first part, decoded: an object.  Valid until set_index_close(). */
const json_t *set_index_about(const struct set_index *x);

/*
 * Where a tape block of the stream is: on which volume, and how many bytes from
 * its beginning.  False if that is none of the volumes it knows.
 */
bool set_index_place(const struct set_index *x, uint64_t block,
    uint32_t *volume, uint64_t *position);

/*
 * Read all of it from its beginning, as often as one likes.  Parts whose own
 * digests are right are visited even if it is damaged.
 */
enum set_index_result set_index_visit(struct set_index *x,
    const struct index_visitor *visitor);

#endif
