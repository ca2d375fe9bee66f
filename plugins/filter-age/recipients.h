/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * recipients.h - the public keys that volumes are encrypted for
 *
 * Memory: 32 bytes each.
 */
#ifndef FILTER_AGE_RECIPIENTS_H
#define FILTER_AGE_RECIPIENTS_H

#include "dumpengine/plugin.h"
#include "x25519.h"

#define RECIPIENTS_MAX 512		/* they fit in a header */

struct recipients {
	uint8_t (*keys)[X25519_KEY];	/* owned */
	size_t count;
};

/*
 * Those of the options `recipients` and `recipients_file`, if any.  False after
 * a report; then free them as well.
 */
bool recipients_load(struct recipients *r, const struct de_host *host);
void recipients_free(struct recipients *r);

#endif
