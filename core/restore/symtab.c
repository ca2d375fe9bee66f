/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file has, one after the other: names, each ended by NUL; tables by which
 * restore(8) finds the names of a directory; all entries; a table by inode; and
 * the header, by which the places of the others are found:
 *
 *	 0  i32  number of the volume
 *	 4  i32  bytes of names
 *	 8  i32  bytes of the tables of directories
 *	12  i32  elements, of 8 bytes, of the table by inode
 *	16  i64  date of the dump that the set builds on
 *	24  i64  date of the set
 *	32  u32  number of inodes
 *	36  i32  blocking factor
 *	40       whether it is compressed, and 4 bytes of padding
 *
 * An entry.  Entries count from 1; the first one is the root.
 *
 *	 0  u64  where its name is
 *	 8  u8   length of the name
 *	 9  u8   1: a file; 2: a directory
 *	10  u16  flags; 0 in a file
 *	12  u32  inode
 *	16  i64  its number
 *	24  u64  entry of the directory that it is in
 *	32       other entries of the directory and inode
 */
#include "core/restore/symtab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/growing.h"
#include "core/read/names_sort.h"

#define HEADER_BYTES 48u
#define ENTRY_BYTES 64u
#define TYPE_FILE 1
#define TYPE_DIRECTORY 2
#define ROOT 1u			/* its entry */

/* The file, in memory as it is on disk. */
struct table {
	struct growing file;
	struct growing order;		/* of uint64_t; entries by directory */
	uint64_t names_size;
	const uint8_t *entries;
	uint32_t count;
};

static uint32_t
native32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static uint64_t
native64(const uint8_t *p)
{
	uint64_t value;

	memcpy(&value, p, sizeof(value));
	return value;
}

static bool
bad(void)
{
	errno = EBADMSG;
	return false;
}

/* A copy: somebody could cut the file off while it is mapped. */
static bool
read_file(struct growing *file, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return false;
	if (!S_ISREG(st.st_mode) || st.st_size < HEADER_BYTES + ENTRY_BYTES ||
	    (uintmax_t)st.st_size > SIZE_MAX / 2)
		return bad();
	uint8_t *bytes = growing_add(file, (size_t)st.st_size);
	if (bytes == NULL)
		return false;
	for (size_t done = 0; done < file->used;) {
		const ssize_t n = pread(fd, bytes + done, file->used - done,
		    (off_t)done);
		if (n == -1 && errno != EINTR)
			return false;
		if (n == 0)
			return bad();
		done += n > 0 ? (size_t)n : 0;
	}
	return true;
}

/* Its parts must fill the file exactly. */
static bool
find_parts(struct table *t, struct symtab *s)
{
	const uint64_t size = t->file.used;
	const uint8_t *header = t->file.bytes + size - HEADER_BYTES;
	const uint64_t names = native32(header + 4);
	const uint64_t tables = native32(header + 8);
	const uint64_t by_inode = (uint64_t)native32(header + 12) * 8;
	const uint64_t others = names + tables + by_inode + HEADER_BYTES;

	if (others >= size || (size - others) % ENTRY_BYTES != 0 ||
	    (size - others) / ENTRY_BYTES >= NAMES_NONE)
		return bad();
	t->names_size = names;
	t->entries = t->file.bytes + names + tables;
	t->count = (uint32_t)((size - others) / ENTRY_BYTES);
	s->base_date = (int64_t)native64(header + 16);
	s->date = (int64_t)native64(header + 24);
	return true;
}

/* Entries count from 1. */
static const uint8_t *
get_entry(const struct table *t, uint32_t number)
{
	return t->entries + (size_t)(number - 1) * ENTRY_BYTES;
}

static uint32_t
parent_of(const struct table *t, uint32_t number)
{
	return (uint32_t)native64(get_entry(t, number) + 24);
}

static bool
is_directory(const struct table *t, uint32_t number)
{
	return get_entry(t, number)[9] == TYPE_DIRECTORY;
}

static bool
is_whole(const struct table *t, uint32_t number)
{
	const uint8_t *entry = get_entry(t, number);
	const uint64_t name = native64(entry);
	const uint64_t parent = native64(entry + 24);

	return name < t->names_size && entry[8] < t->names_size - name &&
	    t->file.bytes[name + entry[8]] == '\0' &&
	    (entry[9] == TYPE_FILE || entry[9] == TYPE_DIRECTORY) &&
	    native64(entry + 16) == number &&
	    parent >= 1 && parent <= t->count &&
	    is_directory(t, (uint32_t)parent);
}

/* Entries by the directory that they are in. */
static bool
sort_entries(struct table *t)
{
	const size_t count = t->count;
	uint64_t *order = growing_add(&t->order, 2 * count * sizeof(*order));

	if (order == NULL)
		return false;
	for (uint32_t i = 0; i < t->count; i++) {
		if (!is_whole(t, i + 1))
			return bad();
		order[i] = (uint64_t)parent_of(t, i + 1) << 32 | (i + 1);
	}
	names_sort_numbers(order, order + count, count);
	return native32(get_entry(t, ROOT) + 12) == NAMES_ROOT || bad();
}

static bool
add_name(const struct table *t, struct names *names, uint32_t number)
{
	const uint8_t *entry = get_entry(t, number);

	if (number == ROOT)
		return true;	/* it is in itself */
	return names_add(names, native32(entry + 12),
	    is_directory(t, number) ? S_IFDIR : 0,
	    (const char *)t->file.bytes + native64(entry), entry[8]);
}

/* All directories are empty at first; those that have names replace that. */
static bool
add_names(const struct table *t, struct names *names)
{
	const uint64_t *order = (const uint64_t *)(void *)t->order.bytes;
	bool ok = true;

	for (uint32_t i = 1; i <= t->count && ok; i++)
		if (is_directory(t, i))
			ok = names_begin_directory(names,
			    native32(get_entry(t, i) + 12)) &&
			    names_end_directory(names);
	for (uint32_t i = 0; i < t->count && ok; i++) {
		const uint32_t parent = (uint32_t)(order[i] >> 32);
		if (i == 0 || order[i - 1] >> 32 != parent)
			ok = names_begin_directory(names,
			    native32(get_entry(t, parent) + 12));
		ok = ok && add_name(t, names, (uint32_t)order[i]);
		if (ok && (i + 1 == t->count || order[i + 1] >> 32 != parent))
			ok = names_end_directory(names);
	}
	return ok;
}

/* A tree in which something does not hang together is not one of restore(8). */
static bool
read_table(struct table *t, struct symtab *s, int fd)
{
	if (!read_file(&t->file, fd) || !find_parts(t, s) ||
	    !sort_entries(t) || !add_names(t, s->names) ||
	    !names_finish(s->names))
		return false;
	return names_refused(s->names) == 0 || bad();
}

bool
symtab_read(struct symtab *s, int fd, const char *folder)
{
	struct table t;

	*s = (struct symtab){ .names = names_new(folder) };
	const bool file = growing_init(&t.file, folder);
	const bool order = growing_init(&t.order, folder);
	const bool ok = s->names != NULL && file && order &&
	    read_table(&t, s, fd);
	const int error = errno;
	growing_free(&t.file);
	growing_free(&t.order);
	if (!ok) {
		names_free(s->names);
		s->names = NULL;
	}
	errno = error;
	return ok;
}
