/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_order.h - the files of a list, in the order of their volumes
 */
#ifndef CORE_RESTORE_ORDER_H
#define CORE_RESTORE_ORDER_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Split "a,b,c" into *names, *count of them, and sort them by the volume numbers
 * in their first headers; what is no regular file or no volume leaves the order
 * as it is.  False if out of memory.  Free with restore_order_free().
 */
bool restore_order_list(const char *list, char ***names, size_t *count);
void restore_order_free(char **names, size_t count);

#endif
