/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * secret.h - memory for keys
 *
 * It is in no core dump, in no swap space where the limit of locked memory
 * permits (RLIMIT_MEMLOCK), and wiped before it is given back.  Each takes whole
 * pages.
 */
#ifndef FILTER_AGE_SECRET_H
#define FILTER_AGE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* All zeros.  NULL if out of memory. */
void *secret_new(size_t length);
void secret_free(void *secret, size_t length);	/* accepts NULL */

/* Random bytes of the kernel.  False if there are none. */
bool secret_random(void *bytes, size_t length);

#endif
