/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * program.h - is the program there that a command for /bin/sh begins with?
 *
 * As far as its text tells: where only the shell could say which program it is,
 * nothing is known.
 */
#ifndef PLUGINS_COMMON_PROGRAM_H
#define PLUGINS_COMMON_PROGRAM_H

#include <limits.h>
#include <stdbool.h>

/* A script for /bin/sh, which looks for the program that is its $1. */
extern const char program_finds[];

/* Its exit statuses; 0: it is there. */
#define PROGRAM_NO_INTERPRETER 126	/* what its first line names is not */
#define PROGRAM_MISSING 127

/*
 * The word that names the program, after assignments to variables; it means
 * nothing else to a shell than what it is.  False if that is not known.
 */
bool program_of_command(const char *command, char program[static PATH_MAX]);

#endif
