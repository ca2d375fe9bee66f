/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * object.h - requests about one object: is it there, remove it
 */
#ifndef OUT_S3_OBJECT_H
#define OUT_S3_OBJECT_H

#include "request.h"

#define OBJECT_HEAD_BYTES 1024

enum object_state {
	OBJECT_FREE,		/* nothing has that name */
	OBJECT_THERE,
	OBJECT_UNKNOWN,		/* the answer says why */
	OBJECT_STOPPED		/* the run is ending */
};

/*
 * Look at an object by reading its first OBJECT_HEAD_BYTES into `head`; how many
 * they are is answer->length.  (A HEAD request would be refused without a
 * reason.)  `attempts`: 0: as the client says.  Free the answer in every case.
 */
enum object_state object_look(struct link *l, const struct place *place,
    uint32_t attempts, void *head, struct answer *answer);

/*
 * Remove it; of several versions, the one given, or with "" the newest, as far
 * as the store then still keeps it.  REQUEST_DONE also if it is not there.
 * Free the answer in every case.
 */
enum request_result object_remove(struct link *l, const struct place *place,
    const char *version, struct answer *answer);

#endif
