/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * drill_digest.h - the digest of a file's contents, as they come and on disk
 *
 * That of all bytes of the file, but for long holes: only that they are zeros
 * matters, so that a file of a petabyte with next to nothing in it takes no
 * time.  Where they are is remembered: 16 bytes for each, 16 MiB at most.
 */
#ifndef CORE_DRILL_DIGEST_H
#define CORE_DRILL_DIGEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/digest.h"

struct drill_digest;

/* NULL if out of memory. */
struct drill_digest *drill_digest_new(void);
void drill_digest_free(struct drill_digest *d);

/* Contents in order of their offsets; what is between them is zeros. */
void drill_digest_add(struct drill_digest *d, uint64_t offset,
    const uint8_t *bytes, size_t length);

/*
 * All that comes; `size` is that of the file.  Was a long hole left out?
 */
void drill_digest_end(struct drill_digest *d, uint64_t size);
bool drill_digest_is_sparse(const struct drill_digest *d);
void drill_digest_format(const struct drill_digest *d,
    char text[static DIGEST_TEXT_BYTES]);

/*
 * Read an open file.  NULL if it is the same; or what is wrong with it, a phrase
 * ("its contents on disk differ").
 */
const char *drill_digest_check(const struct drill_digest *d, int fd);

#endif
