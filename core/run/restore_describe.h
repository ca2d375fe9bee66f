/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_describe.h - what messages call a set and a medium
 */
#ifndef CORE_RESTORE_DESCRIBE_H
#define CORE_RESTORE_DESCRIBE_H

#include <stdint.h>

struct set_identity;

/* "level 1 of Sun Nov 29 03:00:00 2026" */
#define RESTORE_SET_BYTES 96
const char *restore_describe_set(const struct set_identity *identity,
    char text[static RESTORE_SET_BYTES]);

/*
 * "/backup/home.1", or "medium A00012L8, labelled home-07, file 3".  Texts are
 * NULL if they are unknown; `file` is -1 if there is none.
 */
#define RESTORE_MEDIUM_BYTES 512
const char *restore_describe_medium(const char *medium, const char *barcode,
    const char *label, int64_t file,
    char text[static RESTORE_MEDIUM_BYTES]);

#endif
