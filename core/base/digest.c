/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/digest.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>
#if defined(__x86_64__) && defined(__has_include)
#if __has_include(<xxh_x86dispatch.h>)
#include <xxh_x86dispatch.h>	/* the same functions, with AVX2 where
				   available */
#endif
#endif

struct digest {
	XXH3_state_t *state;
};

uint64_t
digest_64(const void *bytes, size_t length)
{
	return XXH3_64bits(bytes, length);
}

static void
format(XXH128_hash_t hash, char text[static DIGEST_TEXT_BYTES])
{
	snprintf(text, DIGEST_TEXT_BYTES, "%016" PRIx64 "%016" PRIx64,
	    (uint64_t)hash.high64, (uint64_t)hash.low64);
}

void
digest_head(const void *bytes, size_t length,
    char text[static DIGEST_TEXT_BYTES])
{
	format(XXH3_128bits(bytes, length < DIGEST_HEAD_BYTES ? length :
	    DIGEST_HEAD_BYTES), text);
}

struct digest *
digest_new(void)
{
	struct digest *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->state = XXH3_createState();
	if (d->state == NULL) {
		free(d);
		return NULL;
	}
	digest_reset(d);
	return d;
}

void
digest_free(struct digest *d)
{
	if (d == NULL)
		return;
	XXH3_freeState(d->state);
	free(d);
}

void
digest_reset(struct digest *d)
{
	XXH3_128bits_reset(d->state);
}

void
digest_add(struct digest *d, const void *bytes, size_t length)
{
	XXH3_128bits_update(d->state, bytes, length);
}

bool
digest_same(const struct digest *a, const struct digest *b)
{
	return XXH128_isEqual(XXH3_128bits_digest(a->state),
	    XXH3_128bits_digest(b->state)) != 0;
}

void
digest_format(const struct digest *d, char text[static DIGEST_TEXT_BYTES])
{
	format(XXH3_128bits_digest(d->state), text);
}

void
digest_store(const struct digest *d, uint8_t bytes[static DIGEST_STORED_BYTES])
{
	XXH128_canonical_t canonical;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(d->state));
	memcpy(bytes, canonical.digest, DIGEST_STORED_BYTES);
}
