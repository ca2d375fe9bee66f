/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_shell.h - words for a shell
 */
#ifndef CORE_CATALOG_SHELL_H
#define CORE_CATALOG_SHELL_H

#include <stdio.h>

/*
 * Write a word so that a shell takes it as it is, whatever bytes it has: all on
 * one line, by $'...' where control characters or bytes that are no UTF-8
 * demand it.
 */
void catalog_shell_quote(FILE *out, const char *word);

#endif
