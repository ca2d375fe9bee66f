/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/compare.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "core/restore/compare_own.h"
#include "plugins/common/bytes.h"

#define ACL_ACCESS "system.posix_acl_access"
#define ACL_HEADER 4		/* bytes: the version */
#define ACL_ENTRY 8		/* tag, permissions (16 bits each), id */
#define ACL_USER 2
#define ACL_GROUP 8
#define ACL_MASK 0x10

/* Names that are kept until the end of the set; further ones are not. */
#define EXTRA_BYTES_MAX ((size_t)64 << 20)

void
compare_place_init(struct compare_place *p, struct compare *c,
    struct compare_worker *worker, uint32_t inode, int fd, int directory,
    const char *name)
{
	p->compare = c;
	p->worker = worker;
	p->inode = inode;
	p->fd = fd;
	p->seen = NULL;
	p->seen_bytes = 0;
	p->list_is_lost = false;
	/* There is no fgetxattr() relative to a directory. */
	snprintf(p->path, sizeof(p->path), "/proc/self/fd/%d/%s", directory,
	    name);
}

static ssize_t
get(const struct compare_place *p, const char *name)
{
	return p->fd != -1 ?
	    fgetxattr(p->fd, name, p->worker->value, XATTR_SIZE_MAX) :
	    lgetxattr(p->path, name, p->worker->value, XATTR_SIZE_MAX);
}

static bool
was_seen(const struct compare_place *p, const char *name)
{
	for (size_t i = 0; i < p->seen_bytes; i += strlen(p->seen + i) + 1)
		if (strcmp(p->seen + i, name) == 0)
			return true;
	return false;
}

/*
 * Names that are on disk, each once, so that no stream can make it longer than
 * the kernel's list.
 */
static void
note_seen(struct compare_place *p, const char *name)
{
	const size_t bytes = strlen(name) + 1;

	if (was_seen(p, name))
		return;
	char *seen = realloc(p->seen, p->seen_bytes + bytes);
	if (seen == NULL) {
		p->list_is_lost = true;
		return;
	}
	memcpy(seen + p->seen_bytes, name, bytes);
	p->seen = seen;
	p->seen_bytes += bytes;
}

static bool
is_acl(const char *name)
{
	return strncmp(name, "system.posix_acl_",
	    strlen("system.posix_acl_")) == 0;
}

/* Equal but for the ids of entries that have none? */
static bool
is_same_acl(const uint8_t *a, const uint8_t *b, size_t length)
{
	if (length < ACL_HEADER || memcmp(a, b, ACL_HEADER) != 0 ||
	    (length - ACL_HEADER) % ACL_ENTRY != 0)
		return false;
	for (size_t i = ACL_HEADER; i < length; i += ACL_ENTRY) {
		const uint16_t tag = get16(a + i);
		const size_t counts =
		    tag == ACL_USER || tag == ACL_GROUP ? ACL_ENTRY : 4;
		if (memcmp(a + i, b + i, counts) != 0)
			return false;
	}
	return true;
}

/* Does it say no more than a mode does?  The kernel keeps no such list. */
static bool
is_only_a_mode(const struct de_xattr *xattr)
{
	const uint8_t *acl = xattr->value;

	if (strcmp(xattr->name, ACL_ACCESS) != 0 ||
	    xattr->value_length < ACL_HEADER ||
	    (xattr->value_length - ACL_HEADER) % ACL_ENTRY != 0)
		return false;
	for (size_t i = ACL_HEADER; i < xattr->value_length; i += ACL_ENTRY) {
		const uint16_t tag = get16(acl + i);
		if (tag == ACL_USER || tag == ACL_GROUP || tag == ACL_MASK)
			return false;
	}
	return true;
}

static bool
is_same(const struct de_xattr *xattr, const uint8_t *value, size_t length)
{
	if (xattr->value_length != length)
		return false;
	if (length == 0 || memcmp(xattr->value, value, length) == 0)
		return true;
	return is_acl(xattr->name) && is_same_acl(xattr->value, value, length);
}

static bool
is_hidden_from_us(const char *name)
{
	return geteuid() != 0 && strncmp(name, "trusted.", 8) == 0;
}

static void
say_absent(struct compare_place *p, const struct de_xattr *xattr)
{
	struct outcome *o = p->compare->config.outcome;

	if (is_hidden_from_us(xattr->name))
		outcome_not_permitted(o, "trusted attributes");
	else if (!is_only_a_mode(xattr))
		outcome_add(o, OUTCOME_DIFFERENT, p->inode,
		    "attribute %s is not there", xattr->name);
}

void
compare_attribute(struct compare_place *p, const struct de_xattr *xattr)
{
	struct outcome *o = p->compare->config.outcome;
	const ssize_t n = get(p, xattr->name);

	if (n >= 0) {
		note_seen(p, xattr->name);
		if (!is_same(xattr, p->worker->value, (size_t)n))
			outcome_add(o, OUTCOME_DIFFERENT, p->inode,
			    "attribute %s has another value", xattr->name);
	} else if (errno == ENODATA) {
		say_absent(p, xattr);
	} else if (errno == ENOTSUP) {
		if (!is_only_a_mode(xattr))
			outcome_add(o, OUTCOME_DIFFERENT, p->inode,
			    "attribute %s is not there: the filesystem has "
			    "none of that kind", xattr->name);
	} else {
		outcome_add(o, OUTCOME_DIFFERENT, p->inode,
		    "attribute %s cannot be read: %s", xattr->name,
		    strerror(errno));
	}
}

/*
 * Security modules label every file; a set from a system without them has no
 * label.
 */
static bool
is_made_by_the_system(const char *name)
{
	return strcmp(name, "security.selinux") == 0;
}

static void
say_extra(struct compare *c, uint32_t inode, const char *name)
{
	outcome_add(c->config.outcome, OUTCOME_DIFFERENT, inode,
	    "attribute %s is not in the set", name);
}

/* False: no room. */
static bool
add_extra(struct compare *c, uint32_t inode, const char *name)
{
	const size_t bytes = strlen(name) + 1;

	if (c->extra_bytes + bytes > EXTRA_BYTES_MAX)
		return false;
	if (c->extra_count == c->extra_room) {
		const size_t room = c->extra_room == 0 ? 64 : 2 * c->extra_room;
		struct compare_extra *extras =
		    realloc(c->extras, room * sizeof(*extras));
		if (extras == NULL)
			return false;
		c->extras = extras;
		c->extra_room = room;
	}
	char *copy = strdup(name);
	if (copy == NULL)
		return false;
	c->extras[c->extra_count].inode = inode;
	c->extras[c->extra_count++].name = copy;
	c->extra_bytes += bytes + sizeof(*c->extras);
	c->extras_are_sorted = false;
	return true;
}

static void
hold_extra(struct compare *c, uint32_t inode, const char *name)
{
	pthread_mutex_lock(&c->lock);
	const bool is_held = add_extra(c, inode, name);
	pthread_mutex_unlock(&c->lock);
	if (!is_held)
		say_extra(c, inode, name);
}

void
compare_attributes_end(struct compare_place *p, bool late)
{
	char *list = p->worker->list;
	const ssize_t n = p->fd != -1 ?
	    flistxattr(p->fd, list, XATTR_LIST_MAX) :
	    llistxattr(p->path, list, XATTR_LIST_MAX);

	if (n < 0 && errno != ENOTSUP)
		compare_unreadable(p->compare, p->inode, "attributes");
	for (ssize_t i = 0; i < n && !p->list_is_lost;
	    i += (ssize_t)strlen(list + i) + 1) {
		if (was_seen(p, list + i) || is_made_by_the_system(list + i))
			continue;
		if (late)
			hold_extra(p->compare, p->inode, list + i);
		else
			say_extra(p->compare, p->inode, list + i);
	}
	free(p->seen);
	p->seen = NULL;
}

static int
by_inode(const void *a, const void *b)
{
	const struct compare_extra *x = a, *y = b;

	return (x->inode > y->inode) - (x->inode < y->inode);
}

static void
sort_extras(struct compare *c)
{
	if (!c->extras_are_sorted && c->extra_count > 0)
		qsort(c->extras, c->extra_count, sizeof(*c->extras), by_inode);
	c->extras_are_sorted = true;
}

/* The first one of an inode, or of those after it. */
static size_t
find_extra(const struct compare *c, uint32_t inode)
{
	size_t low = 0, high = c->extra_count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (c->extras[middle].inode < inode)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void
drop_extra(struct compare *c, uint32_t inode, const char *name)
{
	sort_extras(c);
	for (size_t i = find_extra(c, inode);
	    i < c->extra_count && c->extras[i].inode == inode; i++) {
		struct compare_extra *e = &c->extras[i];
		if (e->name == NULL || strcmp(e->name, name) != 0)
			continue;
		free(e->name);
		e->name = NULL;
	}
}

/* The first name of it that is compared; NAMES_NONE. */
static uint32_t
wanted_name(const struct compare *c, uint32_t inode)
{
	const struct names *names = c->config.names;
	uint32_t id;

	for (id = names_of_inode(names, inode); id != NAMES_NONE;
	    id = names_next_of_inode(names, id))
		if (compare_is_wanted(c, id))
			break;
	return id;
}

void
compare_late_xattr(struct compare *c, uint32_t inode,
    const struct de_xattr *xattr)
{
	const uint32_t id = wanted_name(c, inode);
	struct compare_place place;
	struct name_entry entry;
	char name[COMPARE_NAME_BYTES];
	struct stat st;

	drop_extra(c, inode, xattr->name);
	/* Those of directories are in struct directories. */
	if (id == NAMES_NONE || names_is_directory(c->config.names, inode))
		return;
	names_entry(c->config.names, id, &entry);
	const int directory =
	    target_directory(c->config.target, 0, entry.directory);
	if (directory == -1)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)entry.length, entry.name);
	compare_place_init(&place, c, &c->workers[0], inode, -1, directory, name);
	/* A missing one was reported with the file. */
	if (fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		compare_attribute(&place, xattr);
	free(place.seen);
}

void
compare_report_extras(struct compare *c)
{
	sort_extras(c);
	for (size_t i = 0; i < c->extra_count; i++) {
		if (c->extras[i].name == NULL)
			continue;
		say_extra(c, c->extras[i].inode, c->extras[i].name);
		free(c->extras[i].name);
	}
	c->extra_count = 0;
	c->extra_bytes = 0;
}
