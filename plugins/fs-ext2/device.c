/* SPDX-License-Identifier: BSD-3-Clause */
/* device.c - the bytes of a filesystem as they will be after recovery */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "answers.h"
#include "device.h"
#include "direct.h"

#define DEFAULT_UNIT 4096
#define FIRST_SLOTS 1024

/*
 * Where the current contents of a block are: an address in memory, or a place
 * in the journal.  Flags are in the low bits, which are free in both.
 */
#define IN_JOURNAL 1u			/* in the journal on this device */
#define IN_OTHER_JOURNAL 2u		/* in the external journal */
#define ESCAPED 4u
#define LOW_BITS 7u

struct slot {
	uint64_t block;			/* block number + 1; 0: free slot */
	uint64_t where;
};

struct device {
	const struct de_host *host;	/* borrowed */
	char *path;			/* owned */
	int fd;
	uint64_t size;
	bool is_file;
	struct direct *direct;		/* owned; NULL: read through the page
					   cache */
	enum device_past_cache past_cache;
	struct answers *answers;	/* owned */
	struct device *journal;		/* owned; NULL: no external journal */
	char channel_name[32];

	/* The overlay. */
	unsigned int unit_bits;
	struct slot *slots;		/* a power of 2, or NULL */
	size_t slot_count;
	size_t used;
};

/* A position in a list of buffers. */
struct cursor {
	const struct iovec *iov;
	int count;
	size_t offset;			/* in the first */
};

/* ------------------------------------------------------------- open, close */

/* Set the descriptor of the open device and its size. */
static bool
take_file(struct device *d, int fd)
{
	const off_t end = lseek(fd, 0, SEEK_END);

	if (end == -1)
		return false;
	d->fd = fd;
	d->size = (uint64_t)end;
	posix_fadvise(fd, 0, 0, POSIX_FADV_SEQUENTIAL);
	return true;
}

static bool
open_file(struct device *d)
{
	struct stat st;

	d->fd = open(d->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (d->fd == -1 || fstat(d->fd, &st) == -1) {
		d->host->report(d->host, DE_ERROR, "%s: %s", d->path,
		    strerror(errno));
		return false;
	}
	if (!S_ISREG(st.st_mode) && !S_ISBLK(st.st_mode)) {
		d->host->report(d->host, DE_ERROR, "%s: is neither a block "
		    "device nor an image file", d->path);
		return false;
	}
	d->is_file = S_ISREG(st.st_mode);
	if (take_file(d, d->fd))
		return true;
	d->host->report(d->host, DE_ERROR, "%s: cannot determine its size: %s",
	    d->path, strerror(errno));
	return false;
}

struct device *
device_open(const struct de_host *host, const char *path)
{
	struct device *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		host->report(host, DE_ERROR, "fs-ext2: out of memory");
		return NULL;
	}
	d->host = host;
	d->fd = -1;
	d->path = strdup(path);
	d->answers = answers_new();
	device_set_unit(d, DEFAULT_UNIT);
	snprintf(d->channel_name, sizeof(d->channel_name), "%llx",
	    (unsigned long long)(uintptr_t)d);
	if (d->path == NULL || d->answers == NULL)
		host->report(host, DE_ERROR, "fs-ext2: out of memory");
	else if (open_file(d))
		return d;
	device_close(d);
	return NULL;
}

void
device_close(struct device *d)
{
	if (d == NULL)
		return;
	device_uncover(d);
	device_close(d->journal);
	direct_close(d->direct);
	answers_free(d->answers);
	if (d->fd != -1)
		close(d->fd);
	free(d->path);
	free(d);
}

bool
device_read_past_cache(struct device *d, enum device_past_cache what)
{
	if (d->direct == NULL && what != DEVICE_PAST_CACHE_NONE &&
	    (d->direct = direct_open(d->fd)) == NULL)
		return false;
	d->past_cache = what;
	return true;
}

enum device_past_cache
device_past_cache(const struct device *d)
{
	return d->past_cache;
}

bool
device_read_through(struct device *d, const char *node, dev_t number)
{
	const int old = d->fd;
	const int fd = open(node, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat st;

	if (fd == -1)
		return false;
	if (fstat(fd, &st) == -1 || !S_ISBLK(st.st_mode) ||
	    st.st_rdev != number) {
		errno = ENODEV;
		goto fail;
	}
	if (!take_file(d, fd))
		goto fail;
	close(old);
	return true;

fail:;
	const int why = errno;
	close(fd);
	errno = why;
	return false;
}

bool
device_is_gone(const struct device *d)
{
	return answers_gone(d->answers);
}

const char *
device_path(const struct device *d)
{
	return d->path;
}

uint64_t
device_size(const struct device *d)
{
	return d->size;
}

int
device_descriptor(const struct device *d)
{
	return d->fd;
}

void
device_take_journal(struct device *d, struct device *journal)
{
	d->journal = journal;
}

/* -------------------------------------------------- the file underneath */

/* Move up to `length` bytes of the list to `out` and advance past them. */
static int
take_pieces(struct cursor *c, uint64_t length, struct iovec *out)
{
	int n = 0;

	while (c->count > 0 && length > 0 && n < IOV_MAX) {
		size_t piece = c->iov->iov_len - c->offset;
		if (piece > length)
			piece = (size_t)length;
		out[n].iov_base = (char *)c->iov->iov_base + c->offset;
		out[n].iov_len = piece;
		n += piece > 0;
		length -= piece;
		c->offset += piece;
		if (c->offset == c->iov->iov_len) {
			c->iov++;
			c->count--;
			c->offset = 0;
		}
	}
	return n;
}

static enum de_status
failed(struct de_read_error *error, uint64_t address, int why)
{
	error->error = why;
	error->address = address;
	return DE_FAILED;
}

/* A read of the file returned nothing; `why` is 0 at end of file. */
static enum de_status
no_bytes(const struct device *d, struct de_read_error *error,
    uint64_t address, int why)
{
	if (why == 0)
		return failed(error, address, ENXIO);
	if (why != EINTR && answers_badly(d->answers, d->fd, d->size, why))
		why = ENODEV;
	return failed(error, address, why);
}

/*
 * Read `length` bytes from the file to the cursor; past the page cache if at
 * least `kind` is.
 */
static enum de_status
read_file(const struct device *d, enum device_past_cache kind,
    uint64_t address, struct cursor *c, uint64_t length,
    struct de_read_error *error)
{
	const bool direct = d->past_cache >= kind;
	struct iovec pieces[IOV_MAX];

	if (address > INT64_MAX || length > INT64_MAX - address)
		return failed(error, address, ENXIO);
	if (answers_gone(d->answers))
		return failed(error, address, ENODEV);
	while (length > 0) {
		const struct cursor before = *c;
		const int count = take_pieces(c, length, pieces);
		if (count == 0)
			break;
		const ssize_t n = direct ?
		    direct_read(d->direct, pieces, count, address) :
		    preadv(d->fd, pieces, count, (off_t)address);
		*c = before;
		if (n == -1 && errno == EINTR && !d->host->cancelled(d->host))
			continue;
		if (n <= 0)
			return no_bytes(d, error, address, n == 0 ? 0 : errno);
		answers_well(d->answers);
		address += (uint64_t)n;
		length -= (uint64_t)n;
		take_pieces(c, (uint64_t)n, pieces);
	}
	return DE_OK;
}

/* ------------------------------------------------------- what lies over it */

static size_t
unit_of(const struct device *d)
{
	return (size_t)1 << d->unit_bits;
}

void
device_set_unit(struct device *d, size_t bytes)
{
	d->unit_bits = 0;
	while (unit_of(d) < bytes)
		d->unit_bits++;
}

static uint8_t *
memory_of(uint64_t where)
{
	return (uint8_t *)(uintptr_t)where;
}

static size_t
hash(uint64_t block, size_t slot_count)
{
	/* 2^64 divided by the golden ratio spreads adjacent numbers. */
	return (size_t)((block * 0x9E3779B97F4A7C15u) >> 20) &
	    (slot_count - 1);
}

/* The slot of a block, or the free slot where it belongs. */
static struct slot *
find_slot(struct slot *slots, size_t slot_count, uint64_t block)
{
	size_t i = hash(block, slot_count);

	while (slots[i].block != 0 && slots[i].block != block + 1)
		i = (i + 1) & (slot_count - 1);
	return &slots[i];
}

/* Where the overlay holds a block; 0 if it does not. */
static uint64_t
look_up(const struct device *d, uint64_t block)
{
	if (d->used == 0)
		return 0;
	return find_slot(d->slots, d->slot_count, block)->where;
}

static bool
grow(struct device *d)
{
	const size_t count = d->slot_count == 0 ? FIRST_SLOTS :
	    d->slot_count * 2;
	struct slot *slots = calloc(count, sizeof(*slots));

	if (slots == NULL)
		return false;
	for (size_t i = 0; i < d->slot_count; i++)
		if (d->slots[i].block != 0)
			*find_slot(slots, count, d->slots[i].block - 1) =
			    d->slots[i];
	free(d->slots);
	d->slots = slots;
	d->slot_count = count;
	return true;
}

/*
 * On failure returns false and leaves what `where` refers to with the caller.
 */
static bool
cover_block(struct device *d, uint64_t block, uint64_t where)
{
	if (d->used + 1 > d->slot_count / 3 * 2 && !grow(d))
		return false;
	struct slot *s = find_slot(d->slots, d->slot_count, block);
	if (s->block == 0)
		d->used++;
	else if ((s->where & LOW_BITS) == 0)
		free(memory_of(s->where));
	s->block = block + 1;
	s->where = where;
	return true;
}

void
device_uncover(struct device *d)
{
	for (size_t i = 0; i < d->slot_count; i++)
		if (d->slots[i].block != 0 &&
		    (d->slots[i].where & LOW_BITS) == 0)
			free(memory_of(d->slots[i].where));
	free(d->slots);
	d->slots = NULL;
	d->slot_count = 0;
	d->used = 0;
}

uint64_t
device_laid_over(const struct device *d)
{
	return (uint64_t)d->used << d->unit_bits;
}

uint64_t
device_next_data(const struct device *d, uint64_t address, uint64_t end)
{
	if (!d->is_file || d->used > 0 || address >= d->size ||
	    address > INT64_MAX)
		return address;
	const off_t data = lseek(d->fd, (off_t)address, SEEK_DATA);
	if (data == -1)
		return errno == ENXIO && end <= d->size ? end : address;
	return (uint64_t)data < end ? (uint64_t)data : end;
}

bool
device_redirect(struct device *d, uint64_t address,
    const struct device *journal, uint64_t place, bool escaped)
{
	return cover_block(d, address >> d->unit_bits, place |
	    (journal == d ? IN_JOURNAL : IN_OTHER_JOURNAL) |
	    (escaped ? ESCAPED : 0));
}

/*
 * A memory buffer for the contents of a block from now on; NULL if out of
 * memory or unreadable.
 */
static uint8_t *
make_memory(struct device *d, uint64_t block, bool keep)
{
	const uint64_t where = look_up(d, block);
	const uint64_t address = block << d->unit_bits;
	struct de_read_error error = { .struct_size = sizeof(error) };
	size_t there = unit_of(d);

	if (where != 0 && (where & LOW_BITS) == 0)
		return memory_of(where);
	uint8_t *bytes = calloc(1, there);
	if (bytes == NULL)
		return NULL;
	if (where == 0) {
		if (address >= d->size)
			there = 0;
		else if (there > d->size - address)
			there = (size_t)(d->size - address);
	}
	if ((keep && there > 0 && device_read(d, address, bytes, there,
	    &error) != DE_OK) || !cover_block(d, block, (uintptr_t)bytes)) {
		free(bytes);
		return NULL;
	}
	return bytes;
}

bool
device_lay_over(struct device *d, uint64_t address, const void *bytes,
    size_t length)
{
	const uint8_t *from = bytes;

	while (length > 0) {
		const size_t offset = (size_t)(address & (unit_of(d) - 1));
		size_t n = unit_of(d) - offset;
		if (n > length)
			n = length;
		uint8_t *memory = make_memory(d, address >> d->unit_bits,
		    n < unit_of(d));
		if (memory == NULL)
			return false;
		memcpy(memory + offset, from, n);
		from += n;
		address += n;
		length -= n;
	}
	return true;
}

/* --------------------------------------------------------------- reading */

/* Restore the first four bytes of a journal block, which were escaped. */
static void
restore_magic(const struct cursor *before, size_t offset, size_t length)
{
	static const uint8_t magic[4] = { 0xC0, 0x3B, 0x39, 0x98 };
	struct cursor c = *before;
	struct iovec pieces[4];

	if (offset >= sizeof(magic))
		return;
	if (length > sizeof(magic) - offset)
		length = sizeof(magic) - offset;
	const int count = take_pieces(&c, length, pieces);
	for (int i = 0; i < count; i++) {
		memcpy(pieces[i].iov_base, magic + offset, pieces[i].iov_len);
		offset += pieces[i].iov_len;
	}
}

static void
copy_memory(struct cursor *c, const uint8_t *from, size_t length)
{
	struct iovec pieces[IOV_MAX];
	const int count = take_pieces(c, length, pieces);

	for (int i = 0; i < count; i++) {
		memcpy(pieces[i].iov_base, from, pieces[i].iov_len);
		from += pieces[i].iov_len;
	}
}

/* Read part of a block in the overlay. */
static enum de_status
read_laid_over(const struct device *d, uint64_t where, uint64_t address,
    struct cursor *c, size_t length, struct de_read_error *error)
{
	const size_t offset = (size_t)(address & (unit_of(d) - 1));
	const struct cursor before = *c;

	if ((where & LOW_BITS) == 0) {
		copy_memory(c, memory_of(where) + offset, length);
		return DE_OK;
	}
	const uint64_t place = (where & ~(uint64_t)LOW_BITS) + offset;
	if (read_file((where & IN_JOURNAL) != 0 ? d : d->journal,
	    DEVICE_PAST_CACHE_ALL, place, c, length, error) != DE_OK) {
		/* Report the address that the caller asked for. */
		error->address = address;
		return DE_FAILED;
	}
	if ((where & ESCAPED) != 0)
		restore_magic(&before, offset, length);
	return DE_OK;
}

/* How many of `length` bytes from `address` lie in this block. */
static size_t
in_block(const struct device *d, uint64_t address, uint64_t length)
{
	const uint64_t n = unit_of(d) - (address & (unit_of(d) - 1));
	return (size_t)(n < length ? n : length);
}

/* How many of them the overlay does not cover. */
static uint64_t
bare(const struct device *d, uint64_t address, uint64_t length)
{
	uint64_t n = 0;

	while (n < length && look_up(d, (address + n) >> d->unit_bits) == 0)
		n += in_block(d, address + n, length - n);
	return n;
}

static enum de_status
read_mixed(const struct device *d, enum device_past_cache kind,
    uint64_t address, struct cursor *c, uint64_t length,
    struct de_read_error *error)
{
	enum de_status status = DE_OK;

	while (length > 0 && status == DE_OK) {
		uint64_t n = bare(d, address, length);
		if (n > 0) {
			status = read_file(d, kind, address, c, n, error);
		} else {
			n = in_block(d, address, length);
			status = read_laid_over(d,
			    look_up(d, address >> d->unit_bits), address, c,
			    (size_t)n, error);
		}
		address += n;
		length -= n;
	}
	return status;
}

static enum de_status
read_pieces(const struct device *d, enum device_past_cache kind,
    uint64_t address, const struct iovec *iov, int iov_count,
    struct de_read_error *error)
{
	struct cursor c = { .iov = iov, .count = iov_count };
	uint64_t length = 0;

	for (int i = 0; i < iov_count; i++)
		length += iov[i].iov_len;
	if (address > INT64_MAX || length > INT64_MAX - address)
		return failed(error, address, ENXIO);
	if (d->used == 0)
		return read_file(d, kind, address, &c, length, error);
	return read_mixed(d, kind, address, &c, length, error);
}

enum de_status
device_readv(const struct device *d, uint64_t address,
    const struct iovec *iov, int iov_count, struct de_read_error *error)
{
	return read_pieces(d, DEVICE_PAST_CACHE_ALL, address, iov, iov_count,
	    error);
}

enum de_status
device_read_contents(const struct device *d, uint64_t address,
    const struct iovec *iov, int iov_count, struct de_read_error *error)
{
	return read_pieces(d, DEVICE_PAST_CACHE_CONTENTS, address, iov,
	    iov_count, error);
}

enum de_status
device_read(const struct device *d, uint64_t address, void *buffer,
    size_t length, struct de_read_error *error)
{
	const struct iovec iov = { buffer, length };

	return device_readv(d, address, &iov, 1, error);
}

/* ------------------------------------------------------------ for libext2fs */

static struct device *
device_of(io_channel channel)
{
	return channel->private_data;
}

static errcode_t
channel_open(const char *name, int flags, io_channel *out)
{
	struct device *d = (struct device *)(uintptr_t)strtoull(name, NULL, 16);
	io_channel channel = calloc(1, sizeof(*channel));

	(void)flags;
	if (channel == NULL)
		return EXT2_ET_NO_MEMORY;
	channel->magic = EXT2_ET_MAGIC_IO_CHANNEL;
	channel->manager = device_io_manager;
	channel->name = d->channel_name;
	channel->block_size = 1024;
	channel->refcount = 1;
	channel->private_data = d;
	*out = channel;
	return 0;
}

static errcode_t
channel_close(io_channel channel)
{
	if (--channel->refcount == 0)
		free(channel);
	return 0;
}

static errcode_t
channel_set_blksize(io_channel channel, int block_size)
{
	channel->block_size = block_size;
	return 0;
}

/* A negative count is in bytes. */
static size_t
channel_length(io_channel channel, int count)
{
	return count < 0 ? (size_t)-(int64_t)count :
	    (size_t)count * (size_t)channel->block_size;
}

static bool
channel_address(io_channel channel, unsigned long long block,
    uint64_t *address)
{
	return !__builtin_mul_overflow(block, (uint64_t)channel->block_size,
	    address);
}

static errcode_t
channel_read64(io_channel channel, unsigned long long block, int count,
    void *data)
{
	struct de_read_error error = { .struct_size = sizeof(error) };
	uint64_t address;

	if (!channel_address(channel, block, &address))
		return EXT2_ET_SHORT_READ;
	if (device_read(device_of(channel), address, data,
	    channel_length(channel, count), &error) == DE_OK)
		return 0;
	return error.error == ENXIO ? EXT2_ET_SHORT_READ : error.error;
}

static errcode_t
channel_read(io_channel channel, unsigned long block, int count, void *data)
{
	return channel_read64(channel, block, count, data);
}

static errcode_t
channel_write64(io_channel channel, unsigned long long block, int count,
    const void *data)
{
	uint64_t address;

	if (!channel_address(channel, block, &address))
		return EXT2_ET_SHORT_WRITE;
	return device_lay_over(device_of(channel), address, data,
	    channel_length(channel, count)) ? 0 : EXT2_ET_NO_MEMORY;
}

static errcode_t
channel_write(io_channel channel, unsigned long block, int count,
    const void *data)
{
	return channel_write64(channel, block, count, data);
}

static errcode_t
channel_write_byte(io_channel channel, unsigned long offset, int count,
    const void *data)
{
	return device_lay_over(device_of(channel), offset, data,
	    (size_t)count) ? 0 : EXT2_ET_NO_MEMORY;
}

static errcode_t
channel_flush(io_channel channel)
{
	(void)channel;
	return 0;
}

static errcode_t
channel_get_stats(io_channel channel, io_stats *stats)
{
	(void)channel;
	*stats = NULL;
	return 0;
}

static const struct struct_io_manager manager = {
	.magic = EXT2_ET_MAGIC_IO_MANAGER,
	.name = "fs-ext2",
	.open = channel_open,
	.close = channel_close,
	.set_blksize = channel_set_blksize,
	.read_blk = channel_read,
	.write_blk = channel_write,
	.flush = channel_flush,
	.write_byte = channel_write_byte,
	.get_stats = channel_get_stats,
	.read_blk64 = channel_read64,
	.write_blk64 = channel_write64,
};

/* cast: libext2fs does not accept const */
const io_manager device_io_manager = (io_manager)(uintptr_t)&manager;

const char *
device_channel_name(const struct device *d)
{
	return d->channel_name;
}
