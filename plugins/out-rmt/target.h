/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * target.h - "[user@]host:file" taken apart, and the command that leads there
 *
 * Looks at texts only; connects to nothing.
 */
#ifndef OUT_RMT_TARGET_H
#define OUT_RMT_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/* rmt of the package dump takes no more in a file name, nor in a mode. */
#define TARGET_FILE_MAX 62

struct target {
	char *user;		/* owned; NULL: none is named */
	char *host;		/* owned; without the brackets of an address */
	char *file;		/* owned */
};

/*
 * Take a text apart.  False with why it cannot be used in `why`, a phrase that
 * goes behind the text; nothing is to be freed then.
 */
bool target_parse(struct target *target, const char *text, char *why,
    size_t why_size);
void target_free(struct target *target);

/* Does it name something in /dev, and not a file that could be made? */
bool target_is_device(const struct target *target);

/*
 * The argument vector of a remote command: the words of `rsh` (one word is
 * split at blanks), the host, -l and the user, and the words of `rmt`, each
 * quoted for the shell of the other side.  As dump(8) does it, but ssh is not
 * told a user that nobody has named, as its configuration may name one.
 * NULL if out of memory; else free it with command_free().
 */
char **command_new(const struct target *target, const char *const *rsh,
    size_t rsh_count, const char *const *rmt, size_t rmt_count);
void command_free(char **argv);

/*
 * For somebody to try by hand, to be freed: such a command without the last
 * `rmt_count` words, and `true` in their place.  NULL if out of memory.
 */
char *command_trial(char *const *argv, size_t rmt_count);

#endif
