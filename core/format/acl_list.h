/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * acl_list.h - an access control list, as setxattr(2) takes it
 *
 * Collects entries from whatever form a dialect has.
 */
#ifndef CORE_ACL_LIST_H
#define CORE_ACL_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ACL_LIST_BYTES_MAX 65536	/* of a value, for Linux */

struct acl_list {
	uint8_t bytes[ACL_LIST_BYTES_MAX];
	size_t length;
};

void acl_list_begin(struct acl_list *list);

/*
 * Add an entry; `id` is for the tags of named users and groups.  False: no such
 * tag or permission, or no room.
 */
bool acl_list_add(struct acl_list *list, uint32_t tag, uint32_t permissions,
    uint32_t id);

/* Into the order that Linux wants. */
void acl_list_sort(struct acl_list *list);

/* From the form of ext4's disks.  False: it is not one. */
bool acl_list_from_disk(struct acl_list *list, const uint8_t *value,
    size_t length);

#endif
