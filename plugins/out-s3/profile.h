/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * profile.h - the credentials file, ~/.aws/credentials, and ~/.aws/config
 *
 * Sections [NAME], or [profile NAME], of lines KEY = VALUE.  Any thread.
 */
#ifndef OUT_S3_PROFILE_H
#define OUT_S3_PROFILE_H

#include "credentials.h"

enum profile_result {
	PROFILE_FOUND,
	PROFILE_NONE,		/* no such section, or nothing of use in it */
	PROFILE_NO_FILE,
	PROFILE_BAD		/* `why` follows the file's name */
};

struct profile {
	char *key_id, *secret, *token;	/* owned; NULL: not given */
	char *region;
	bool is_open;			/* others may read the file */
};

/*
 * Read section `name` of a file.  Free it in any case; `why` is set with
 * PROFILE_BAD and has nothing of the file in it but a line number.
 */
enum profile_result profile_read(struct profile *p, const char *path,
    const char *name, char why[static CREDENTIALS_WHY_BYTES]);
void profile_free(struct profile *p);

#endif
