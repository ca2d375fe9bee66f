/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * header.h - the header of an age file: stanzas, and a MAC over them
 *
 *   age-encryption.org/v1
 *   -> TYPE ARGUMENT...
 *   BODY, in lines of 64 characters, of which the last one is shorter
 *   --- MAC
 *
 * What is read is hostile: anything that is not exactly so is refused.  Keeps
 * nothing between calls.
 */
#ifndef FILTER_AGE_HEADER_H
#define FILTER_AGE_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HEADER_MAX ((size_t)64 << 10)
#define HEADER_MAC 32
#define HEADER_FILE_KEY 16

/* Does an age file begin there? */
bool header_begins(const void *bytes, size_t length);

/* ----------------------------------------------------------------- writing */

struct header_writer {
	char text[HEADER_MAX];
	size_t length;
	bool is_bad;		/* no room, or a stanza that cannot be written */
};

void header_begin(struct header_writer *w);

/*
 * `words`: type and arguments, with single spaces in between, of printable
 * characters.  `body` has fewer than 48 bytes.
 */
void header_put_stanza(struct header_writer *w, const char *words,
    const uint8_t *body, size_t length);

/* False if the header cannot be written, or libcrypto fails. */
bool header_finish(struct header_writer *w,
    const uint8_t file_key[static HEADER_FILE_KEY]);

/* ----------------------------------------------------------------- reading */

#define STANZA_ARGUMENTS 4
#define STANZA_BODY 96

struct word {
	const char *text;		/* part of the header */
	size_t length;
};

struct stanza {
	struct word type;
	struct word arguments[STANZA_ARGUMENTS];	/* the first of */
	size_t count;			/* of all */
	uint8_t body[STANZA_BODY];	/* its first bytes, of */
	size_t length;			/* of all */
};

struct header {
	const char *text;		/* borrowed */
	size_t length;
	size_t first;			/* where the first stanza begins */
	size_t mac_at;			/* "---" */
	uint8_t mac[HEADER_MAC];
};

/* Where the header ends; 0: not in these bytes. */
size_t header_length(const void *bytes, size_t length);

/* `length` is that of the header.  False if it is malformed. */
bool header_parse(struct header *h, const void *bytes, size_t length);

/*
 * The stanza at *at, which is first h->first and is moved on.  False behind the
 * last one.
 */
bool header_next(const struct header *h, size_t *at, struct stanza *s);

bool word_is(const struct word *word, const char *text);

/*
 * Is it as it was written?  False also if libcrypto fails.
 */
bool header_is_authentic(const struct header *h,
    const uint8_t file_key[static HEADER_FILE_KEY]);

#endif
