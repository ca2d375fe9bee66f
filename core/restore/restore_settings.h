/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_settings.h - what a restore run was told on its command line
 *
 * Filled once by core/cli/, read by everybody in core/restore/ and core/run/.
 */
#ifndef CORE_RESTORE_SETTINGS_H
#define CORE_RESTORE_SETTINGS_H

#include <stdbool.h>

/* What is done with a file that is there already. */
enum if_exists {
	IF_EXISTS_ASK,
	IF_EXISTS_FAIL,		/* leave it, and count it as missing */
	IF_EXISTS_SKIP,		/* leave it */
	IF_EXISTS_NEWER,	/* replace it unless it is newer */
	IF_EXISTS_REPLACE
};

struct restore_settings {
	enum if_exists if_exists;
	/*
	 * The stream may come from an enemy: no device, no set-ID bit, no
	 * attribute but user.* and access control lists, no immutable flag.
	 */
	bool untrusted;
	bool by_number;		/* -m: files are named by inode number */
	bool no_recursion;	/* -h */
	bool dry_run;		/* -N: write nothing */
	bool verbose;		/* -v: a line for each file */
	unsigned int workers;	/* threads, at least 1 */
	const char *tmpdir;	/* -T; borrowed */
};

#endif
