/* SPDX-License-Identifier: BSD-3-Clause */
#include "program.h"

#include <string.h>

/* All other characters have a meaning to the shell. */
#define PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" \
	"_-./+:,@%="

/* For builtins, `command -v` prints a name without a slash. */
const char program_finds[] =
    "case $1 in */*) p=$1 ;; *) p=$(command -v \"$1\") || exit 127 ;; esac\n"
    "case $p in */*) ;; *) exit 0 ;; esac\n"
    "test -f \"$p\" && test -x \"$p\" || exit 127\n"
    "test -r \"$p\" || exit 0\n"
    "IFS= read -r line <\"$p\"\n"
    "case $line in '#!'*) set -f; set -- ${line#??}\n"
    "test -x \"$1\" || exit 126 ;; esac\n"
    "exit 0\n";

bool
program_of_command(const char *command, char program[static PATH_MAX])
{
	size_t length;

	for (command += strspn(command, " \t"); *command != '\0';
	    command += length + strspn(command + length, " \t")) {
		length = strcspn(command, " \t");
		/*
		 * A name with a leading dash would be an option of `command`.
		 */
		if (strspn(command, PLAIN) < length || length >= PATH_MAX ||
		    command[0] == '-')
			return false;
		if (memchr(command, '=', length) == NULL) {
			memcpy(program, command, length);
			program[length] = '\0';
			return true;
		}
	}
	return false;
}
