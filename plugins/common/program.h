/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * program.h - find the program that a command for /bin/sh begins with
 *
 * Only as far as the text of the command shows which program that is; in all
 * other cases the result is "unknown".
 */
#ifndef PLUGINS_COMMON_PROGRAM_H
#define PLUGINS_COMMON_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/* A script for /bin/sh that looks for the program $1. */
extern const char program_finds[];

/* Its exit statuses; 0: found. */
#define PROGRAM_NO_INTERPRETER 126	/* that of its first line */
#define PROGRAM_MISSING 127

/*
 * Extract the word that names the program, after any variable assignments; it
 * has no special characters for the shell.  False if unknown.
 */
bool program_of_command(const char *command, char program[static PATH_MAX]);

#endif
