/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/stream_xattr.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "plugins/common/bytes.h"
#include "core/format/xattr.h"
#include "core/write/stream_chain.h"

/* Room for all attribute records of most inodes. */
#define USUAL_BLOCKS 8

struct attributes {
	const struct stream *s;
	const struct de_inode *inode;
	struct xattr_record *record;
	bool risky;		/* this walk takes those that may fail */
	bool one_record;	/* it is a directory */
	bool unreadable;	/* not all of them can be read */
	bool has_list;		/* an access control list */
	uint8_t *late;		/* put what restore cannot read, and nothing
				   else: room for it; NULL: the opposite */
	uint32_t late_count;	/* those put */
};

static const char access_list[] = "system.posix_acl_access";
static const char default_list[] = "system.posix_acl_default";
static const char user_prefix[] = "user.";

/* The second time, this is only to find out again what does not fit. */
static enum de_status
flush_record(struct attributes *a)
{
	const size_t size = xattr_end(a->record);
	enum de_status status = DE_OK;

	if (size > 0 && a->late == NULL) {
		const struct header_content content = {
			.size = size,
			.count = (uint32_t)((size + DE_TAPE_BLOCK - 1) /
			    DE_TAPE_BLOCK),
			.attributes = true,
		};
		/* Zero the rest of the last tape block. */
		memset(a->record->data + size, 0, XATTR_RECORD_MAX - size);
		/* Plus the next header, after which restore sets them. */
		tape_keep_together(a->s->tape, 1 + content.count + 1);
		status = stream_put_blocks(a->s, HEADER_INODE, a->inode,
		    &content, a->record->data);
	}
	xattr_begin(a->record);
	return status;
}

static const char *
why_not(enum xattr_fit fit)
{
	switch (fit) {
	case XATTR_TOO_LARGE:
		return "it is larger than Linux accepts";
	case XATTR_UNKNOWN:
		return "the format cannot hold its type";
	case XATTR_BAD_VALUE:
		return "it is not an access control list that Linux accepts";
	case XATTR_FULL:
	case XATTR_ADDED:
		break;
	}
	return "";
}

static void
leave_out(const struct attributes *a, const struct de_xattr *xattr,
    const char *why)
{
	if (a->late == NULL)
		findings_add(a->s->findings, a->inode->number, "its attribute "
		    "%s is left out: %s", xattr->name, why);
}

/*
 * Linux accepts some attributes on certain types of files only.  restore loses
 * any that are elsewhere because of damage.
 */
static bool
is_refused(const struct attributes *a, const struct de_xattr *xattr)
{
	const uint16_t mode = a->inode->mode;
	const char *why = NULL;

	if (strncmp(xattr->name, user_prefix, strlen(user_prefix)) == 0) {
		if (!S_ISREG(mode) && !S_ISDIR(mode))
			why = "only files and directories can have it";
	} else if (strcmp(xattr->name, default_list) == 0) {
		if (!S_ISDIR(mode))
			why = "only directories can have it";
	} else if (strcmp(xattr->name, access_list) == 0) {
		if (S_ISLNK(mode))
			why = "a symbolic link cannot have it";
	}
	if (why != NULL)
		leave_out(a, xattr, why);
	return why != NULL;
}

/* It does not fit into a record that restore reads: `fit` says why. */
static enum de_status
put_later(struct attributes *a, const struct de_xattr *xattr,
    enum xattr_fit fit)
{
	inomap_add(a->s->late, a->inode->number);
	findings_note(a->s->findings, a->inode->number, "its attribute %s %s; "
	    "only dumpengine-restore(8) restores it", xattr->name,
	    fit == XATTR_FULL ? "does not fit into the 4096 bytes of "
	    "attributes that restore(8) can read for a directory" :
	    "is larger than restore(8) can read");
	return DE_OK;
}

static enum de_status
put_large(struct attributes *a, const struct de_xattr *xattr)
{
	size_t size;
	const enum xattr_fit fit = xattr_encode_large(a->late, xattr, &size);

	if (fit != XATTR_ADDED)
		return DE_OK;	/* it has changed meanwhile */
	a->late_count++;
	const struct header_content content = {
		.size = size,
		.count = (uint32_t)((size + DE_TAPE_BLOCK - 1) /
		    DE_TAPE_BLOCK),
		.attributes = true,
	};
	return stream_put_blocks(a->s, HEADER_INODE, a->inode, &content,
	    a->late);
}

/* An attribute that is in no record that restore reads. */
static enum de_status
take_other(struct attributes *a, const struct de_xattr *xattr,
    enum xattr_fit fit)
{
	const bool fits_late = fit == XATTR_FULL || (fit == XATTR_TOO_LARGE &&
	    xattr->value_length <= XATTR_VALUE_MAX);

	if (fits_late)
		return a->late != NULL ? put_large(a, xattr) :
		    put_later(a, xattr, fit);
	leave_out(a, xattr, why_not(fit));
	return DE_OK;
}

static enum de_status
take_xattr(void *arg, const struct de_xattr *xattr)
{
	struct attributes *a = arg;
	enum de_status status = DE_OK;

	if (xattr_is_risky(xattr->name) != a->risky || is_refused(a, xattr))
		return DE_OK;
	enum xattr_fit fit = xattr_add(a->record, xattr);
	if (fit == XATTR_FULL && !a->one_record) {
		status = flush_record(a);
		fit = xattr_add(a->record, xattr);
	}
	if (status != DE_OK)
		return status;
	if (fit != XATTR_ADDED)
		return take_other(a, xattr, fit);
	if (strcmp(xattr->name, access_list) == 0)
		a->has_list = true;
	return a->risky && !a->one_record ? flush_record(a) : DE_OK;
}

static enum de_status
walk(struct attributes *a, bool risky)
{
	a->risky = risky;
	const enum de_status status = source_read_xattrs(a->s->src, a->inode,
	    take_xattr, a);
	if (status != DE_FAILED || !stream_may_go_on(a->s))
		return status;
	findings_add(a->s->findings, a->inode->number, "not all of its "
	    "attributes can be read; some are missing");
	a->unreadable = true;
	return DE_OK;
}

/* ------------------------------------ preventing the inheritance of a list */

#define LIST_VERSION 2		/* see posix_acl_xattr.h */
#define LIST_ENTRIES 3
#define LIST_HEADER_BYTES 4	/* the version */
#define LIST_ENTRY_BYTES 8
#define LIST_NO_ID UINT32_MAX
#define LIST_OWNER 1
#define LIST_GROUP 4
#define LIST_OTHER 32

static uint8_t *
put_list_entry(uint8_t *to, uint16_t tag, uint32_t permissions)
{
	put16(to, tag);
	put16(to + 2, (uint16_t)(permissions & 7));
	put32(to + 4, LIST_NO_ID);
	return to + LIST_ENTRY_BYTES;
}

/*
 * In a directory with a default list, what restore creates gets a list.  One
 * that says no more than the mode removes it again; put it if there is none.
 */
static enum de_status
put_no_list(struct attributes *a)
{
	const uint32_t mode = a->inode->mode;
	uint8_t list[LIST_HEADER_BYTES + LIST_ENTRIES * LIST_ENTRY_BYTES];
	uint8_t *to = list + LIST_HEADER_BYTES;
	const struct de_xattr xattr = {
		.struct_size = sizeof(xattr),
		.name = access_list,
		.value = list,
		.value_length = sizeof(list),
	};

	put32(list, LIST_VERSION);
	to = put_list_entry(to, LIST_OWNER, mode >> 6);
	to = put_list_entry(to, LIST_GROUP, mode >> 3);
	put_list_entry(to, LIST_OTHER, mode);
	a->risky = true;
	if (!a->one_record)
		return take_xattr(a, &xattr);
	/* If it has no room, nothing of the inode is missing. */
	xattr_add(a->record, &xattr);
	return DE_OK;
}

/* Plain ones, and then those that may fail. */
static enum de_status
walk_both(struct attributes *a)
{
	enum de_status status = walk(a, false);

	if (status == DE_OK && !a->one_record)
		status = flush_record(a);
	if (status == DE_OK && !a->unreadable)
		status = walk(a, true);
	return status;
}

enum de_status
stream_xattr_put(const struct stream *s, const struct de_inode *inode)
{
	struct xattr_record record;
	struct attributes a = {
		.s = s,
		.inode = inode,
		.record = &record,
		.one_record = S_ISDIR(inode->mode),
	};
	const bool has_xattrs =
	    (inode->properties & DE_INODE_HAS_XATTRS) != 0;
	const bool inherits = stream_chain_inherits_list(s, inode);

	if (!has_xattrs && !inherits)
		return DE_OK;
	tape_keep_together(s->tape, USUAL_BLOCKS);
	xattr_begin(&record);
	enum de_status status = has_xattrs ? walk_both(&a) : DE_OK;
	if (status == DE_OK && !a.unreadable && inherits && !a.has_list)
		status = put_no_list(&a);
	return status == DE_OK ? flush_record(&a) : status;
}

enum de_status
stream_xattr_put_late(const struct stream *s, const struct de_inode *inode)
{
	struct xattr_record record;
	struct attributes a = {
		.s = s,
		.inode = inode,
		.record = &record,
		.one_record = S_ISDIR(inode->mode),
		.late = malloc((size_t)XATTR_LARGE_BLOCKS * DE_TAPE_BLOCK),
	};

	if (a.late == NULL) {
		report(s->rep, DE_ERROR, "out of memory");
		return DE_FAILED;
	}
	xattr_begin(&record);
	const enum de_status status = walk_both(&a);
	if (status == DE_OK && a.late_count == 0 && !a.unreadable)
		findings_add(s->findings, inode->number, "its large "
		    "attributes changed while it was dumped; some are missing");
	free(a.late);
	return status;
}
