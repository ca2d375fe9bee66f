/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * keychain.h - where the access key comes from, and getting it anew in time
 *
 * What the options name comes first; without them the environment, the
 * credentials file and the metadata service are asked, in this order, as other
 * programs do.  Nothing here prints a secret.
 */
#ifndef OUT_S3_KEYCHAIN_H
#define OUT_S3_KEYCHAIN_H

#include <stdatomic.h>

#include "credentials.h"

struct keychain;

/* From the options; borrowed, must outlive it.  NULL: not set. */
struct keychain_config {
	const char *profile;
	const char *file;
	const char *command;
	const char *const *environment;	/* of the command */
	const atomic_bool *stop;	/* ends a wait for the command */
};

/* NULL if out of memory. */
struct keychain *keychain_new(const struct keychain_config *config);
void keychain_free(struct keychain *k);

/*
 * A copy of the key, got anew if it expires within minutes.  May run a command
 * or wait for the metadata service.  False with a message in `why` that needs
 * no addition.  Any thread.
 */
bool keychain_get(struct keychain *k, struct credentials *copy,
    char why[static CREDENTIALS_WHY_BYTES]);

/*
 * The store says that this key has expired: get another one next time.  False
 * if there can be no other: it comes from the environment.  Any thread.
 */
bool keychain_refuse(struct keychain *k, const char *key_id);

/*
 * The region of the environment or of the profile, or NULL.  Valid as long as
 * the keychain.  Main thread.
 */
const char *keychain_region(struct keychain *k);

/* May others read the credentials file?  Then its name, else NULL. */
const char *keychain_open_file(const struct keychain *k);

#endif
