/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names in a file.  All numbers are little-endian:
 *
 *	magic, 8 bytes; number of directories, u32
 *	each directory from the root on: its inode and number of names, u32;
 *	    each name: inode, u32; type >> 12 and length, u8; its bytes
 *	digest of all this in hexadecimal, 32 bytes
 */
#include "core/read/names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/read/names_own.h"
#include "plugins/common/bytes.h"

#define MAGIC "deNames1"
#define BUFFER ((size_t)64 << 10)
#define DIGEST_BYTES (DIGEST_TEXT_BYTES - 1)

/* One way or the other. */
struct file {
	int fd;
	const struct inomap *present;	/* writing: NULL: all */
	struct digest *digest;
	uint8_t *bytes;
	size_t used;		/* in the buffer */
	size_t at;		/* reading: of it, taken */
};

static bool
file_init(struct file *f, int fd)
{
	*f = (struct file){
		.fd = fd, .digest = digest_new(), .bytes = malloc(BUFFER),
	};
	return f->digest != NULL && f->bytes != NULL;
}

static void
file_free(struct file *f)
{
	const int error = errno;

	digest_free(f->digest);
	free(f->bytes);
	errno = error;
}

static bool
flush(struct file *f)
{
	size_t written = 0;

	while (written < f->used) {
		const ssize_t n =
		    write(f->fd, f->bytes + written, f->used - written);
		if (n == -1 && errno != EINTR)
			return false;
		written += n > 0 ? (size_t)n : 0;
	}
	f->used = 0;
	return true;
}

static bool
put(struct file *f, const void *bytes, size_t length)
{
	if (f->used + length > BUFFER && !flush(f))
		return false;
	memcpy(f->bytes + f->used, bytes, length);
	f->used += length;
	digest_add(f->digest, bytes, length);
	return true;
}

static bool
fill(struct file *f)
{
	ssize_t n;

	do
		n = read(f->fd, f->bytes, BUFFER);
	while (n == -1 && errno == EINTR);
	if (n == 0)
		errno = EBADMSG;
	f->used = n > 0 ? (size_t)n : 0;
	f->at = 0;
	return n > 0;
}

/* False at the end of the file, too. */
static bool
get(struct file *f, void *bytes, size_t length)
{
	uint8_t *to = bytes;

	for (size_t rest = length; rest > 0;) {
		if (f->at == f->used && !fill(f))
			return false;
		size_t part = f->used - f->at;
		if (part > rest)
			part = rest;
		memcpy(to, f->bytes + f->at, part);
		f->at += part;
		to += part;
		rest -= part;
	}
	digest_add(f->digest, bytes, length);
	return true;
}

static bool
put_head(struct file *f, const struct names *n)
{
	uint8_t head[sizeof(MAGIC) - 1 + 4];

	memcpy(head, MAGIC, sizeof(MAGIC) - 1);
	put32(head + sizeof(MAGIC) - 1, names_directory_count(n));
	return put(f, head, sizeof(head));
}

static bool
put_name(struct file *f, const struct names *n, uint32_t id)
{
	uint8_t head[6];
	struct name_entry entry;

	names_entry(n, id, &entry);
	put32(head, entry.inode);
	head[4] = (uint8_t)(entry.type >> 12);
	head[5] = (uint8_t)entry.length;
	return put(f, head, sizeof(head)) && put(f, entry.name, entry.length);
}

static bool
is_present(const struct file *f, const struct names *n, uint32_t id)
{
	struct name_entry entry;

	if (f->present == NULL)
		return true;
	names_entry(n, id, &entry);
	return inomap_has(f->present, entry.inode) ||
	    names_is_directory(n, entry.inode);
}

static bool
put_directory(struct file *f, const struct names *n, uint32_t inode)
{
	uint8_t head[8];
	uint32_t first, count;
	uint32_t present = 0;

	names_in_directory(n, inode, &first, &count);
	for (uint32_t i = 0; i < count; i++)
		present += is_present(f, n, first + i) ? 1 : 0;
	put32(head, inode);
	put32(head + 4, present);
	bool ok = put(f, head, sizeof(head));
	for (uint32_t i = 0; i < count && ok; i++)
		if (is_present(f, n, first + i))
			ok = put_name(f, n, first + i);
	return ok;
}

static bool
put_digest(struct file *f)
{
	char text[DIGEST_TEXT_BYTES];

	digest_format(f->digest, text);
	return put(f, text, DIGEST_BYTES);
}

static bool
put_names(struct file *f, const struct names *n)
{
	bool ok = put_head(f, n);

	for (uint32_t i = 0; i < names_directory_count(n) && ok; i++)
		ok = put_directory(f, n, names_directory(n, i));
	return ok && put_digest(f) && flush(f);
}

bool
names_store(const struct names *n, int fd, const struct inomap *present)
{
	struct file f;
	bool ok = file_init(&f, fd);

	f.present = present;
	ok = ok && put_names(&f, n);
	file_free(&f);
	return ok;
}

static bool
bad(void)
{
	errno = EBADMSG;
	return false;
}

static bool
get_head(struct file *f, uint32_t *directories)
{
	uint8_t head[sizeof(MAGIC) - 1 + 4];

	if (!get(f, head, sizeof(head)))
		return false;
	if (memcmp(head, MAGIC, sizeof(MAGIC) - 1) != 0)
		return bad();
	*directories = get32(head + sizeof(MAGIC) - 1);
	return true;
}

static bool
get_name(struct file *f, struct names *n)
{
	uint8_t head[6];
	char name[NAMES_LENGTH_MAX];

	if (!get(f, head, sizeof(head)) || !get(f, name, head[5]))
		return false;
	return names_add(n, get32(head), (uint16_t)(head[4] << 12), name,
	    head[5]);
}

static bool
get_directory(struct file *f, struct names *n)
{
	uint8_t head[8];

	if (!get(f, head, sizeof(head)) ||
	    !names_begin_directory(n, get32(head)))
		return false;
	for (uint32_t i = get32(head + 4); i > 0; i--)
		if (!get_name(f, n))
			return false;
	return names_end_directory(n);
}

static bool
check_digest(struct file *f)
{
	char expected[DIGEST_TEXT_BYTES];
	char found[DIGEST_BYTES];

	digest_format(f->digest, expected);
	if (!get(f, found, sizeof(found)))
		return false;
	return memcmp(found, expected, sizeof(found)) == 0 || bad();
}

static bool
get_names(struct file *f, struct names *n)
{
	uint32_t directories;

	if (!get_head(f, &directories))
		return false;
	for (; directories > 0; directories--)
		if (!get_directory(f, n))
			return false;
	return check_digest(f) && names_finish(n);
}

struct names *
names_load(int fd, const char *folder)
{
	struct names *n = names_new(folder);
	struct file f;

	if (n == NULL)
		return NULL;
	const bool ok = file_init(&f, fd) && get_names(&f, n);
	file_free(&f);
	if (ok)
		return n;
	const int error = errno;
	names_free(n);
	errno = error;
	return NULL;
}
