/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * target.h - parse "[user@]host:file", and build the command that leads there
 *
 * Handles text only; connects to nothing.
 */
#ifndef OUT_RMT_TARGET_H
#define OUT_RMT_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/* dump's rmt accepts no longer file name, and no longer mode. */
#define TARGET_FILE_MAX 62

struct target {
	char *user;		/* owned; NULL: not given */
	char *host;		/* owned; an address is without brackets */
	char *file;		/* owned */
};

/*
 * Parse a target.  Returns false with the reason in `why`, a phrase to follow
 * the text; nothing is to be freed then.
 */
bool target_parse(struct target *target, const char *text, char *why,
    size_t why_size);
void target_free(struct target *target);

/* Is it in /dev, and not a file that could be created? */
bool target_is_device(const struct target *target);

/*
 * The argument vector of a remote command: the words of `rsh` (a single one is
 * split at blanks), the host, -l and the user, and the words of `rmt`, each
 * quoted for the remote shell.  Like dump(8), but a user is passed to ssh only
 * if one was given, as its configuration may set one.
 * Returns NULL if out of memory; otherwise free it with command_free().
 */
char **command_new(const struct target *target, const char *const *rsh,
    size_t rsh_count, const char *const *rmt, size_t rmt_count);
void command_free(char **argv);

/*
 * A command line to try by hand, to be freed: `true` instead of the last
 * `rmt_count` words.  NULL if out of memory.
 */
char *command_trial(char *const *argv, size_t rmt_count);

#endif
