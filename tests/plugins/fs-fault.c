/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * fs-fault.c - source for tests: an artificial filesystem with faults
 *
 * The root directory (inode 2) holds the directory "sub" (inode 11), which
 * holds `files` files "file1", "file2", ... (inodes 12, 13, ...) of `size`
 * bytes.  File n is at address n * FILE_SPACE.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "dumpengine/plugin.h"

#define ROOT 2u
#define SUB 11u
#define FIRST_FILE 12u
#define FILE_SPACE (UINT64_C(1) << 32)
#define SOME_TIME 1600000000
#define LATE_SCANS 4		/* before that of large attributes */

struct fault {
	const struct de_host *host;	/* borrowed */
	uint32_t files;
	uint64_t size;
	const char *kind;		/* borrowed; option "fault" */
	uint32_t nth;			/* the file with the fault */
	uint64_t offset;
	int64_t delay;			/* milliseconds per read */
	unsigned int scans;		/* begun so far */
	unsigned int listings;		/* of "sub" so far */
};

static const struct de_option fault_options[] = {
	{ "files", DE_OPTION_INTEGER, 0, 0, 1000000, "5",
	  "how many files there are" },
	{ "size", DE_OPTION_SIZE, 0, 0, 1 << 30, "5000",
	  "size of each file" },
	{ "fault", DE_OPTION_STRING, 0, 0, 0, "none",
	  "what goes wrong" },
	{ "nth", DE_OPTION_INTEGER, 0, 1, 1000000, "3",
	  "with which file it goes wrong" },
	{ "offset", DE_OPTION_SIZE, 0, 0, 1 << 30, "0",
	  "where in the file it goes wrong" },
	{ "delay", DE_OPTION_INTEGER, 0, 0, 10000, "0",
	  "milliseconds that each read takes" },
	DE_OPTIONS_END
};

static bool
is_fault(const struct fault *f, const char *kind)
{
	return strcmp(f->kind, kind) == 0;
}

static enum de_status
fail(const struct fault *f, const char *what)
{
	f->host->report(f->host, DE_ERROR, "fs-fault: %s as it was told to",
	    what);
	return DE_FAILED;
}

static uint32_t
faulty_inode(const struct fault *f)
{
	return FIRST_FILE + f->nth - 1;
}

static enum de_status
fault_open(void *self, struct de_source_info *info)
{
	struct fault *f = self;

	if (is_fault(f, "open"))
		return fail(f, "does not open");
	info->max_inode = is_fault(f, "max-inode") ? UINT32_MAX :
	    FIRST_FILE + f->files + 10;
	info->root_inode = is_fault(f, "root-inode") ? 3 : ROOT;
	info->block_size = 1024;
	info->used_bytes = f->files * f->size;
	info->device = is_fault(f, "no-texts") ? NULL : "/dev/faulty";
	info->type = is_fault(f, "no-texts") ? NULL : "faulty";
	return DE_OK;
}

static void
fault_close(void *self)
{
	(void)self;
}

static enum de_status
fault_scan_begin(void *self, void **scan)
{
	struct fault *f = self;

	f->scans++;
	if (is_fault(f, "scan-begin"))
		return fail(f, "does not scan");
	if (is_fault(f, "scan-begin-late") && f->scans > 1)
		return fail(f, "does not scan again");
	*scan = f;
	return DE_OK;
}

static void
fill_directory(struct de_inode *inode, uint32_t number)
{
	inode->number = number;
	inode->mode = S_IFDIR | 0755;
	inode->links = 3;
	inode->size = 1024;
}

static void
fill_file(const struct fault *f, struct de_inode *inode, uint32_t number)
{
	inode->number = number;
	inode->mode = S_IFREG | 0644;
	inode->links = 1;
	inode->size = f->size;
	inode->allocated = f->size;
	if (number != faulty_inode(f))
		return;
	if (is_fault(f, "name-long"))	/* one more name */
		inode->links = 2;
	if (is_fault(f, "mode"))
		inode->mode = 0170644;
	if (is_fault(f, "becomes-directory") && f->scans > 1)
		fill_directory(inode, number);
	if (is_fault(f, "link"))
		inode->mode = S_IFLNK | 0777;
	if (is_fault(f, "link-target")) {
		inode->mode = S_IFLNK | 0777;
		inode->size = 4096;
	}
	if (is_fault(f, "empty-link")) {
		inode->mode = S_IFLNK | 0777;
		inode->size = 0;
	}
	if (is_fault(f, "device")) {
		inode->mode = S_IFBLK | 0600;
		inode->size = 0;
		inode->device_major = 4095;
		inode->device_minor = 1048575;
	}
	if (is_fault(f, "old-times"))
		inode->mtime.seconds = -1;
	if (is_fault(f, "late-times"))
		inode->atime.seconds = INT64_C(4294967296);
	if (is_fault(f, "extension")) {
		inode->mtime = (struct de_time){ -86400, 123456789 };
		inode->birth_time = (struct de_time){ INT64_C(7000000000), 5 };
		inode->properties = DE_INODE_HAS_BIRTH_TIME;
		inode->project = 77;
		inode->generation = 0xdeadbeef;
		inode->flags = 0x100020;	/* verity, append-only */
	}
	if (is_fault(f, "hole"))
		inode->size = UINT64_C(1) << 36;
	if (strncmp(f->kind, "xattr", 5) == 0)
		inode->properties = DE_INODE_HAS_XATTRS;
}

static bool
is_gone(const struct fault *f, uint32_t number)
{
	return number == faulty_inode(f) &&
	    ((is_fault(f, "vanish") && f->scans > 1) ||
	    (is_fault(f, "xattr-vanish") && f->scans > LATE_SCANS));
}

static enum de_status
fault_scan_next(void *self, void *scan, uint32_t from, struct de_inode *inode)
{
	const struct fault *f = self;
	uint32_t number = from <= ROOT ? ROOT : from <= SUB ? SUB : from;

	(void)scan;
	if (is_gone(f, number))
		number++;
	if (number >= FIRST_FILE + f->files)
		return DE_NO_MORE;
	inode->atime.seconds = inode->mtime.seconds =
	    inode->ctime.seconds = SOME_TIME;
	if ((is_fault(f, "scan") || (is_fault(f, "scan-late") &&
	    f->scans > 1)) && number == faulty_inode(f))
		return fail(f, "does not give this inode");
	if (number <= SUB)
		fill_directory(inode, number);
	else
		fill_file(f, inode, number);
	if (number == SUB && is_fault(f, "notes")) {
		inode->flags = 0x40000010;	/* casefold, immutable */
		inode->properties = DE_INODE_HAS_XATTRS;
	}
	if (number > SUB && is_fault(f, "many-notes"))
		inode->project = number;
	if (number == ROOT && is_fault(f, "root-file"))
		inode->mode = S_IFREG | 0644;
	return DE_OK;
}

static void
fault_scan_end(void *self, void *scan)
{
	(void)self;
	(void)scan;
}

static enum de_status
give_name(de_entry_fn *take, void *arg, uint32_t inode, uint16_t type,
    const char *name, size_t length)
{
	const struct de_entry entry = {
		.struct_size = sizeof(entry),
		.inode = inode,
		.type = type,
		.name_length = (uint16_t)length,
		.name = name,
	};
	return take(arg, &entry);
}

static enum de_status
give_text(de_entry_fn *take, void *arg, uint32_t inode, uint16_t type,
    const char *name)
{
	return give_name(take, arg, inode, type, name, strlen(name));
}

/* An entry that should not exist. */
static enum de_status
give_bad_name(const struct fault *f, de_entry_fn *take, void *arg)
{
	const uint32_t inode = faulty_inode(f);
	char name[256];

	memset(name, 'n', sizeof(name));
	if (is_fault(f, "name-slash"))
		return give_name(take, arg, inode, S_IFREG, "../etc/x", 8);
	if (is_fault(f, "name-empty"))
		return give_name(take, arg, inode, S_IFREG, "", 0);
	if (is_fault(f, "name-dot"))
		return give_name(take, arg, inode, S_IFREG, ".", 1);
	if (is_fault(f, "name-dotdot"))
		return give_name(take, arg, inode, S_IFREG, "..", 2);
	if (is_fault(f, "name-nul"))
		return give_name(take, arg, inode, S_IFREG, "a\0b", 3);
	if (is_fault(f, "name-long"))
		return give_name(take, arg, inode, S_IFREG, name, 255);
	if (is_fault(f, "name-inode"))
		return give_name(take, arg, FIRST_FILE + f->files + 3, S_IFREG,
		    "ghost", 5);
	if (is_fault(f, "name-control"))
		return give_name(take, arg, FIRST_FILE + f->files + 3, S_IFREG,
		    "a\033[2J\nb", 7);
	return DE_OK;
}

/*
 * With "shrinks" and "grows" its length differs in the second conversion, which
 * is the third time that it is read.
 */
static uint32_t
names_in_sub(struct fault *f)
{
	f->listings++;
	if (is_fault(f, "shrinks") && f->listings == 3)
		return f->files / 2;
	if (is_fault(f, "grows") && f->listings == 2)
		return f->files * 3 / 4;
	return f->files;
}

/* The type of a file according to the directory. */
static uint16_t
type_of(const struct fault *f, uint32_t number)
{
	struct de_inode inode = { 0 };

	fill_file(f, &inode, number);
	return inode.mode & S_IFMT;
}

static enum de_status
give_files(struct fault *f, de_entry_fn *take, void *arg)
{
	enum de_status status = DE_OK;
	const uint32_t names = names_in_sub(f);
	char name[256];

	for (uint32_t i = 1; status == DE_OK && i <= names; i++) {
		/* with names of 254 bytes, few make a large directory */
		snprintf(name, sizeof(name), is_fault(f, "shrinks") ||
		    is_fault(f, "grows") ? "%0254u" : "file%u", i);
		status = give_text(take, arg, FIRST_FILE + i - 1,
		    type_of(f, FIRST_FILE + i - 1), name);
	}
	return status == DE_OK ? give_bad_name(f, take, arg) : status;
}

static enum de_status
fault_read_directory(void *self, const struct de_inode *directory,
    de_entry_fn *take, void *arg)
{
	struct fault *f = self;
	enum de_status status = DE_OK;

	if (is_fault(f, "directory") && directory->number == SUB)
		return fail(f, "does not read this directory");
	if (!is_fault(f, "no-dots")) {
		status = give_text(take, arg, directory->number, S_IFDIR, ".");
		if (status == DE_OK)
			status = give_text(take, arg, ROOT, S_IFDIR, "..");
	}
	if (status != DE_OK)
		return status;
	if (directory->number == ROOT)
		return give_text(take, arg, SUB, S_IFDIR, "sub");
	return directory->number == SUB ? give_files(f, take, arg) : DE_OK;
}

/* The contents of the faulty file, with invalid extents. */
static enum de_status
give_bad_extents(const struct fault *f, struct de_extent *e,
    de_extent_fn *take, void *arg)
{
	if (is_fault(f, "map"))
		return fail(f, "does not map this file");
	if (is_fault(f, "extent-end"))
		e->length = f->size + 1024;
	if (is_fault(f, "extent-far"))
		e->offset = f->size / 1024 * 1024 + 102400;
	if (is_fault(f, "extent-huge"))
		e->length = UINT64_MAX - 1023;
	if (is_fault(f, "extent-empty"))
		e->length = 0;
	if (is_fault(f, "extent-odd-offset")) {
		e->offset = 512;
		e->length = 1024;
	}
	if (is_fault(f, "extent-odd-length"))
		e->length = 1000;
	if (is_fault(f, "extent-overlap")) {
		e->length = 2048;
		const enum de_status status = take(arg, e);
		if (status != DE_OK)
			return status;
		e->offset = 1024;
	}
	if (is_fault(f, "extent-back")) {
		e->offset = 2048;
		e->length = 1024;
		const enum de_status status = take(arg, e);
		if (status != DE_OK)
			return status;
		e->offset = 0;
	}
	return take(arg, e);
}

static enum de_status
fault_map_file(void *self, const struct de_inode *file, de_extent_fn *take,
    void *arg)
{
	const struct fault *f = self;
	struct de_extent extent = {
		.struct_size = sizeof(extent),
		.length = f->size,
		.address = (file->number - FIRST_FILE + 1) * FILE_SPACE,
	};

	return file->number == faulty_inode(f) ?
	    give_bad_extents(f, &extent, take, arg) : take(arg, &extent);
}

static enum de_status
fault_read_symlink(void *self, const struct de_inode *link, char *target,
    size_t room)
{
	const struct fault *f = self;

	(void)link;
	(void)target;
	(void)room;
	return fail(f, "does not read this link");
}

static enum de_status
fault_read_xattrs(void *self, const struct de_inode *inode, de_xattr_fn *take,
    void *arg)
{
	const struct fault *f = self;
	static const char value[1 << 17];
	struct de_xattr x = { sizeof(x), "user.a", value, 100 };

	(void)inode;
	if (is_fault(f, "xattrs"))
		return fail(f, "does not read these attributes");
	const enum de_status status = take(arg, &x);
	if (status != DE_OK || is_fault(f, "notes"))
		return status;
	if (is_fault(f, "xattr-late") && f->scans > LATE_SCANS)
		return fail(f, "does not read these attributes again");
	if (is_fault(f, "xattr-large") || is_fault(f, "xattr-late") ||
	    is_fault(f, "xattr-vanish") ||
	    (is_fault(f, "xattr-shrinks") && f->scans <= LATE_SCANS))
		x = (struct de_xattr){ sizeof(x), "user.b", value, 5000 };
	if (is_fault(f, "xattr-largest"))
		x = (struct de_xattr){ sizeof(x), "user.b", value, 65536 };
	if (is_fault(f, "xattr-too-large"))
		x = (struct de_xattr){ sizeof(x), "user.b", value, 65537 };
	if (is_fault(f, "xattr-unknown"))
		x = (struct de_xattr){ sizeof(x), "strange.b", value, 5 };
	if (is_fault(f, "xattr-acl"))
		x = (struct de_xattr){ sizeof(x), "system.posix_acl_access",
		    value, 5 };
	return take(arg, &x);
}

#define MANY_APART 20000

/* The first unreadable address from `address` on. */
static uint64_t
next_bad(const struct fault *f, uint64_t address)
{
	if (is_fault(f, "read"))
		return f->nth * FILE_SPACE + f->offset;
	if (!is_fault(f, "read-many"))
		return UINT64_MAX;
	const uint64_t file = address / FILE_SPACE * FILE_SPACE;
	const uint64_t at = address - file;
	if (at <= f->offset)
		return file + f->offset;
	return file + f->offset + (at - f->offset + MANY_APART - 1) /
	    MANY_APART * MANY_APART;
}

static enum de_status
fault_read(void *self, uint64_t address, const struct iovec *iov,
    int iov_count, struct de_read_error *error)
{
	const struct fault *f = self;
	if (f->delay > 0) {
		const struct timespec pause = {
			.tv_sec = (time_t)(f->delay / 1000),
			.tv_nsec = (long)(f->delay % 1000) * 1000000,
		};
		nanosleep(&pause, NULL);
	}
	for (int i = 0; i < iov_count; i++) {
		const uint64_t bad = next_bad(f, address);
		if (address <= bad && bad < address + iov[i].iov_len) {
			error->error = EIO;
			error->address = bad;
			return DE_FAILED;
		}
		memset(iov[i].iov_base, (int)(address / FILE_SPACE),
		    iov[i].iov_len);
		address += iov[i].iov_len;
	}
	return DE_OK;
}

static enum de_status
fault_create(const struct de_host *host, void **self)
{
	struct fault *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return DE_FAILED;
	f->host = host;
	f->files = (uint32_t)host->get_integer(host, "files");
	f->size = (uint64_t)host->get_integer(host, "size");
	f->kind = host->get_string(host, "fault");
	f->nth = (uint32_t)host->get_integer(host, "nth");
	f->offset = (uint64_t)host->get_integer(host, "offset");
	f->delay = host->get_integer(host, "delay");
	*self = f;
	return DE_OK;
}

static void
fault_destroy(void *self)
{
	free(self);
}

static const struct de_source fault_source = {
	.struct_size = sizeof(fault_source),
	.open = fault_open,
	.close = fault_close,
	.scan_begin = fault_scan_begin,
	.scan_next = fault_scan_next,
	.scan_end = fault_scan_end,
	.read_directory = fault_read_directory,
	.map_file = fault_map_file,
	.read_symlink = fault_read_symlink,
	.read_xattrs = fault_read_xattrs,
	.read = fault_read,
};

static const struct de_plugin fs_fault = {
	DE_PLUGIN_ABI,
	.kind = DE_SOURCE,
	.name = "fs-fault",
	.summary = "make up a filesystem with faults",
	.options = fault_options,
	.create = fault_create,
	.destroy = fault_destroy,
	.source = &fault_source,
};

DE_PLUGIN(fs_fault);
