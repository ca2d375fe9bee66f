/* SPDX-License-Identifier: BSD-3-Clause */
#include "object.h"

#include <stdio.h>
#include <string.h>

enum object_state
object_look(struct link *l, const struct place *place, uint32_t attempts,
    void *head, struct answer *answer)
{
	static const struct sigv4_pair range = { "range", "bytes=0-1023" };
	const struct request r = {
		.method = "GET",
		.place = place,
		.what = "looking at it",
		.headers = &range,
		.header_count = 1,
		.into = head,
		.room = OBJECT_HEAD_BYTES,
		.attempts = attempts,
	};

	switch (request_run(l, &r, answer)) {
	case REQUEST_DONE:
		return OBJECT_THERE;
	case REQUEST_STOPPED:
		return OBJECT_STOPPED;
	case REQUEST_REFUSED:
	case REQUEST_LOST:
		break;
	}
	/* It is empty; or it is archived and cannot be read. */
	if (answer->status == 416 || strcmp(answer->code,
	    "InvalidObjectState") == 0)
		return OBJECT_THERE;
	return answer->status == 404 && strcmp(answer->code, "NoSuchKey") ==
	    0 ? OBJECT_FREE : OBJECT_UNKNOWN;
}

enum request_result
object_remove(struct link *l, const struct place *place, const char *version,
    struct answer *answer)
{
	const struct sigv4_pair query = { "versionId", version };
	const struct request r = {
		.method = "DELETE",
		.place = place,
		.what = "removing it",
		.query = &query,
		.query_count = version[0] == '\0' ? 0 : 1,
	};
	const enum request_result result = request_run(l, &r, answer);

	return result == REQUEST_REFUSED && answer->status == 404 &&
	    strcmp(answer->code, "NoSuchBucket") != 0 ? REQUEST_DONE : result;
}
