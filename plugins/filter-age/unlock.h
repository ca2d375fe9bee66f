/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * unlock.h - the file key of a volume, by an identity or a passphrase
 *
 * Keeps nothing between calls.
 */
#ifndef FILTER_AGE_UNLOCK_H
#define FILTER_AGE_UNLOCK_H

#include "dumpengine/plugin.h"
#include "header.h"
#include "key_file.h"
#include "scrypt.h"

/*
 * By the options `identity` and `passphrase_file`.  The header is then known to
 * be authentic.  False after a report.
 */
bool unlock(const struct de_host *host, const char *medium,
    const struct header *header, uint8_t file_key[static HEADER_FILE_KEY]);

/*
 * The passphrase in a file: its first line.  False after a report, which names
 * the option.
 */
bool unlock_passphrase(const struct de_host *host, const char *option,
    const char *path, const struct key_file *file,
    struct passphrase *passphrase);

#endif
