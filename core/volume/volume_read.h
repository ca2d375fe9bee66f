/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * volume_read.h - one volume, read from its medium
 *
 * The bytes of a volume in their order, with what cannot be read told apart;
 * knows nothing of headers.  One thread at a time.
 */
#ifndef CORE_VOLUME_READ_H
#define CORE_VOLUME_READ_H

#include "core/base/digest.h"
#include "core/host/instance.h"
#include "core/operator/message.h"

/* Room that suffices for any record. */
#define VOLUME_READ_ROOM ((size_t)1 << 20)

struct volume_read;

enum volume_read_result {
	VOLUME_READ_DATA,	/* *length bytes were read, 1 or more */
	/*
	 * The next *length bytes cannot be read (reported); 0: an unknown
	 * number.  The next call goes on after them.
	 */
	VOLUME_READ_LOST,
	VOLUME_READ_END,	/* of the volume */
	VOLUME_READ_FAILED	/* no more can be read of it: reported, or the
				   run was cancelled */
};

/*
 * `output` is borrowed.  NULL after reporting that its plugin cannot read, or
 * that memory is out.
 */
struct volume_read *volume_read_new(const struct instance *output);

/* Closes the volume.  Accepts NULL. */
void volume_read_free(struct volume_read *v);

/*
 * Open a volume at its beginning, having closed the one before.  In `facts`, a
 * record_size or a date of 0 is unknown; a date of 0 also means that the level
 * is.  False after reporting why; volume_read_failure() has the reason.
 */
bool volume_read_open(struct volume_read *v, const struct de_volume *facts);
void volume_read_close(struct volume_read *v);
enum de_failure volume_read_failure(const struct volume_read *v);

/* The medium, for messages; "" if none could be named. */
const char *volume_read_medium(const struct volume_read *v);

/*
 * Read on: as many records as fit into `room`, which is VOLUME_READ_ROOM or
 * more; of a volume whose size is known, it may be less.  Records are not
 * split.  A loss and the end are told once all data
 * before them has been.
 */
enum volume_read_result volume_read_next(struct volume_read *v,
    uint8_t *buffer, size_t room, size_t *length);

/* Bytes from the beginning of the volume, lost ones of known number included. */
uint64_t volume_read_at(const struct volume_read *v);

/* Bytes of the volume; 0: unknown. */
uint64_t volume_read_size(const struct volume_read *v);

/*
 * What it is on its medium, if it has passed filters: their names in their
 * order, the bytes (0: unknown), and digest_head() of these ("": unknown).
 * False: it has passed none.
 */
struct volume_read_coded {
	char filters[MESSAGE_FILTERS_BYTES];
	uint64_t bytes;
	char head[DIGEST_TEXT_BYTES];
};
bool volume_read_coded(const struct volume_read *v,
    struct volume_read_coded *coded);

/*
 * Positions as in de_output.tell(): bytes of a file, records of a tape.  False
 * if the medium cannot, or after reporting a failure.
 */
bool volume_read_seeks(const struct volume_read *v);
bool volume_read_tell(struct volume_read *v, uint64_t *position);
bool volume_read_go_to(struct volume_read *v, uint64_t position);

/*
 * The same in bytes from the beginning.  Is there a way to that one?  Not where
 * records have several lengths, nor behind a known end.
 */
bool volume_read_reaches(struct volume_read *v, uint64_t byte);

/*
 * Go there, or on a tape to the beginning of the record that it is in: then
 * *before bytes are read before it.  Behind the end of the volume, that is what
 * volume_read_next() says.  Call it if volume_read_reaches().  False after
 * reporting that moving has failed: the next read is from anywhere.
 */
bool volume_read_reach(struct volume_read *v, uint64_t byte, size_t *before);

/* Does moving cost a drive time, so that a short way is read? */
bool volume_read_is_slow(const struct volume_read *v);

/*
 * Go before the last block of a stream on it (DE_TAPE_BLOCK bytes), on a tape
 * before the record that has it, or one more.  Where that is may be unknown:
 * volume_read_at() is beyond all there is, then.  False if the medium cannot, or
 * is a disk, whose end is not that of the volume.
 */
bool volume_read_go_to_end(struct volume_read *v);

#endif
