/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * volume.h - one volume on its medium, from opening to verification
 *
 * Knows nothing of headers: records come in from the ring and leave through
 * the output.  On their way they go into a digest, which tells whether
 * what the medium gives back is what was written.
 */
#ifndef CORE_VOLUME_H
#define CORE_VOLUME_H

#include "core/base/digest.h"
#include "core/host/instance.h"
#include "core/operator/message.h"

struct volume;

/* How closing went. */
enum volume_result {
	VOLUME_SAFE,		/* it is whole, on the medium */
	VOLUME_FAILED,		/* it is not */
	VOLUME_DIFFERS		/* the medium gave something else back */
};

/* `output` is borrowed.  Returns NULL if out of memory. */
struct volume *volume_new(const struct instance *output);
void volume_free(struct volume *v);

/* Open a volume.  DE_OK, or DE_FAILED after reporting why.  Main thread. */
enum de_status volume_open(struct volume *v, const struct de_volume *facts);

/*
 * Write a record, and what belongs to it; of the types of ring_config.  By one
 * slave at a time.  A record stays where it is until volume_settled() counts
 * it: only then it goes into the digest.
 */
enum de_status volume_write(void *arg, const void *record, size_t length);
uint64_t volume_settled(void *arg);
enum de_status volume_settle(void *arg);

/* Make it final, read it back first if `verify`.  Main thread. */
enum volume_result volume_close(struct volume *v, bool verify);

/* Leave nothing that looks whole.  Main thread. */
void volume_discard(struct volume *v);

/*
 * Why the output has failed: asked after it has, at the latest when the volume
 * is closed.  Main thread.
 */
enum de_failure volume_failure(struct volume *v);

/* What volume_open() refused; see de_medium.mark. */
uint64_t volume_mark(const struct volume *v);

/* Has the output failed by what may be over already?  Main thread. */
bool volume_may_retry(const struct volume *v);

/* Of the open volume, the one closed last, or refused last ("" if unknown). */
const char *volume_medium(const struct volume *v);
uint32_t volume_properties(const struct volume *v);	/* DE_MEDIUM_... */
int64_t volume_file(const struct volume *v);	/* of a tape; -1: none */
bool volume_is_once(const struct volume *v);	/* DE_MEDIUM_ONCE */
bool volume_streams(const struct volume *v);	/* DE_MEDIUM_STREAMS */
uint32_t volume_window(const struct volume *v);	/* de_medium.window */
uint64_t volume_bytes(const struct volume *v);	/* on the medium */
void volume_digest(const struct volume *v,
    char text[static DIGEST_TEXT_BYTES]);

#endif
