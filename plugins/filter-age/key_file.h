/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * key_file.h - a small text file with keys or a passphrase
 *
 * Or a descriptor that was handed to us, as /dev/fd/3.  It can be read again, by
 * another process, too: of a pipe, a copy is read, and its bytes stay in it.
 *
 * Memory: 64 KiB, as in secret.h.
 */
#ifndef FILTER_AGE_KEY_FILE_H
#define FILTER_AGE_KEY_FILE_H

#include "dumpengine/plugin.h"

#define KEY_FILE_MAX ((size_t)64 << 10)

struct key_file {
	char *text;			/* owned; not terminated */
	size_t length;
};

struct key_line {
	const char *text;		/* part of the file; not terminated */
	size_t length;
	unsigned int number;		/* from 1 */
};

enum key_file_kind {
	KEY_FILE_PASSPHRASE,		/* its first line is enough */
	KEY_FILE_IDENTITIES,
	KEY_FILE_RECIPIENTS		/* others must not write to it */
};

/*
 * False after a report, which names the option.  Waits for a pipe until it
 * has what is needed or is closed.
 */
bool key_file_read(struct key_file *file, const struct de_host *host,
    const char *option, const char *path, enum key_file_kind kind);
void key_file_free(struct key_file *file);

/*
 * The next line that is neither empty nor a comment, without the blanks around
 * it.  `line` is first all zeros, and `*at` 0.
 */
bool key_file_next(const struct key_file *file, size_t *at,
    struct key_line *line);

#endif
