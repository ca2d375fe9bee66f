/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * credentials.h - an access key, and the JSON that commands and machines give
 *
 * Nothing here prints a secret, and freed memory is wiped.  Any thread.
 */
#ifndef OUT_S3_CREDENTIALS_H
#define OUT_S3_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CREDENTIALS_WHY_BYTES 256

struct credentials {
	char *key_id;		/* owned, as these */
	char *secret;
	char *token;		/* of a session; NULL: none */
	int64_t expires;	/* seconds since 1970; 0: never */
};

void credentials_free(struct credentials *c);

/* Copies; `token` may be NULL.  False if out of memory. */
bool credentials_set(struct credentials *c, const char *key_id,
    const char *secret, const char *token);
bool credentials_copy(struct credentials *to, const struct credentials *from);

/*
 * From the answer of a credential process or of the metadata of an instance.
 * False with a phrase in `why`, which has nothing of the text in it.
 */
bool credentials_parse(struct credentials *c, const char *json, size_t length,
    char why[static CREDENTIALS_WHY_BYTES]);

#endif
