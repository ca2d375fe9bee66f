/* SPDX-License-Identifier: BSD-3-Clause */
#include "fake_drive.h"

#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "unit.h"

#define FD_BASE 700		/* not used by any file of the test */
#define BEHIND_WARNING 6	/* blocks from there to the physical end */
#define NAP 200000000u

static int
set_errno(int error)
{
	errno = error;
	return -1;
}

/* ------------------------------------------------------------------- tapes */

void
fake_tape_init(struct fake_tape *tape)
{
	*tape = (struct fake_tape){ .capacity = FAKE_BLOCKS };
}

static void
cut(struct fake_tape *tape, size_t count)
{
	while (tape->count > count)
		free(tape->blocks[--tape->count].data);
}

void
fake_tape_free(struct fake_tape *tape)
{
	cut(tape, 0);
}

void
fake_tape_put(struct fake_tape *tape, const void *data, size_t size)
{
	struct fake_block *b = &tape->blocks[tape->count];

	ck_assert_uint_lt(tape->count, FAKE_BLOCKS);
	*b = (struct fake_block){ NULL, size, false };
	if (size > 0) {
		b->data = malloc(size);
		ck_assert_ptr_nonnull(b->data);
		memcpy(b->data, data, size);
	}
	tape->count++;
}

/* ---------------------------------------------------------------- the room */

void
fake_room_init(struct fake_room *room)
{
	static const char *const paths[FAKE_DRIVES] = {
		"/dev/nst0", "/dev/nst1"
	};

	memset(room, 0, sizeof(*room));
	for (size_t i = 0; i < FAKE_DRIVES; i++) {
		room->drives[i].path = paths[i];
		room->drives[i].tells = true;
	}
}

void
fake_drive_load(struct fake_drive *d, struct fake_tape *tape)
{
	ck_assert(!d->is_open);
	d->tape = tape;
	d->at = 0;
	d->file = -1;
	d->warned = d->dirty = d->at_end = d->ejected = d->off_line = false;
	d->stuck = d->says = false;
}

static struct fake_drive *
by_path(void *context, const char *path)
{
	struct fake_room *room = context;

	for (size_t i = 0; i < FAKE_DRIVES; i++)
		if (strcmp(room->drives[i].path, path) == 0)
			return &room->drives[i];
	return NULL;
}

static struct fake_drive *
by_fd(void *context, int fd)
{
	struct fake_room *room = context;

	ck_assert_int_ge(fd, FD_BASE);
	ck_assert_int_lt(fd, FD_BASE + FAKE_DRIVES);
	ck_assert(room->drives[fd - FD_BASE].is_open);
	return &room->drives[fd - FD_BASE];
}

static bool
is_due(unsigned int *count, unsigned int at)
{
	return ++*count == at;
}

/* ------------------------------------------------------------- open, close */

static int
fake_stat(void *context, const char *path, struct stat *st)
{
	const struct fake_drive *d = by_path(context, path);

	if (d == NULL || d->is_absent)
		return set_errno(ENOENT);
	*st = (struct stat){
		.st_mode = d->is_file ? S_IFREG : S_IFCHR,
		.st_rdev = makedev(d->is_no_tape_drive ? 1 : 9,
		    d->rewinds ? 0 : 128),
	};
	return 0;
}

static int
fake_open(void *context, const char *path, int flags)
{
	struct fake_room *room = context;
	struct fake_drive *d = by_path(context, path);

	ck_assert_ptr_nonnull(d);
	ck_assert_int_ne(flags & O_CLOEXEC, 0);
	if (d->in_use)
		return set_errno(EBUSY);
	ck_assert(!d->is_open);
	/* Otherwise the caller waits for two minutes. */
	if (d->tape == NULL || d->off_line)
		ck_assert_int_ne(flags & O_NONBLOCK, 0);
	d->may_write = (flags & O_ACCMODE) != O_RDONLY;
	if (d->may_write && d->tape->is_protected)
		return set_errno(EROFS);
	d->is_open = true;
	d->closes = d->reads = 0;
	return FD_BASE + (int)(d - room->drives);
}

/* Such a drive needs a command to leave its position. */
static void
move(struct fake_drive *d)
{
	d->at_end = d->stuck = d->at_mark = false;
}

static int
meet_end(struct fake_drive *d)
{
	d->at_end = !d->end_reads && (!d->blank_reads || d->tape->count > 0);
	return set_errno(EIO);
}

static void
rewind_tape(struct fake_drive *d)
{
	d->at = 0;
	d->file = 0;
	d->lost = d->warned = false;
	move(d);
}

/* What is still in the drive's buffer does not reach the tape. */
static int
lose_buffered(struct fake_drive *d)
{
	const size_t lost = d->buffered < d->at ? d->buffered : d->at;

	cut(d->tape, d->at - lost);
	d->at -= lost;
	d->dirty = false;
	return set_errno(EIO);
}

static int
write_mark(struct fake_drive *d)
{
	if (is_due(&d->marks, d->mark_fails))
		return lose_buffered(d);
	cut(d->tape, d->at);
	fake_tape_put(d->tape, NULL, 0);
	d->at++;
	d->file++;
	d->dirty = false;
	return 0;
}

static int
fake_close(void *context, int fd)
{
	struct fake_drive *d = by_fd(context, fd);
	int status = 0;

	if (d->dirty && d->tape != NULL && !d->lost && !d->is_absent)
		status = write_mark(d);
	if (d->rewinds && d->tape != NULL)
		rewind_tape(d);
	d->is_open = false;
	if (d->may_write && is_due(&d->closes, d->close_fails))
		return set_errno(EIO);
	return status;
}

/* ------------------------------------------------------------- read, write */

static ssize_t
read_bad(struct fake_drive *d)
{
	d->at += !d->stays_at_bad;
	return set_errno(EIO);
}

static ssize_t
read_block(struct fake_drive *d, uint8_t *to, size_t size)
{
	const struct fake_block *b = &d->tape->blocks[d->at];

	if (b->is_bad)
		return read_bad(d);
	d->at++;
	if (b->size == 0) {
		d->file++;
		d->at_mark = true;
		return 0;
	}
	if (b->size > size)
		return set_errno(ENOMEM);
	memcpy(to, b->data, b->size);
	return (ssize_t)b->size;
}

/* With fixed blocks: as many as follow each other. */
static ssize_t
read_blocks(struct fake_drive *d, uint8_t *to, size_t size)
{
	size_t n = 0;

	if (size % d->block_size != 0)
		return set_errno(EINVAL);
	while (n < size && d->at < d->tape->count) {
		const struct fake_block *b = &d->tape->blocks[d->at];
		if (b->is_bad)
			return read_bad(d);
		if (b->size != d->block_size)
			return n > 0 ? (ssize_t)n : b->size == 0 ?
			    read_block(d, to, size) : set_errno(EIO);
		memcpy(to + n, b->data, b->size);
		n += b->size;
		d->at++;
	}
	return (ssize_t)n;
}

static ssize_t
fake_read(void *context, int fd, void *buffer, size_t size)
{
	struct fake_drive *d = by_fd(context, fd);

	d->at_mark = false;
	if (d->read_interrupted)
		return set_errno(EINTR);
	if (d->reads_at_most > 0 && size > d->reads_at_most)
		return set_errno(EINVAL);
	if (d->reads + 1 == d->read_reset_at) {
		d->lost = true;
		d->read_reset_at = 0;
		d->file = -1;
	}
	if (d->lost || is_due(&d->reads, d->read_fails))
		return set_errno(EIO);
	if (d->blank_reads && d->tape->count == 0) {
		memset(buffer, 0, size);
		return (ssize_t)size;
	}
	if (d->at == d->tape->count) {
		if (d->at_end || (d->blank_fails && d->tape->count == 0))
			return set_errno(EIO);
		d->at_end = true;
		d->stuck = d->sticks;
		return d->end_reads ? (ssize_t)size : 0;
	}
	return d->block_size > 0 ? read_blocks(d, buffer, size) :
	    read_block(d, buffer, size);
}

/* Onto the tape, whatever is reported about its end. */
static void
put_blocks(struct fake_drive *d, const uint8_t *data, size_t size,
    size_t blocks)
{
	const size_t each = d->block_size > 0 ? d->block_size : size;

	cut(d->tape, d->at);
	for (size_t i = 0; i < blocks; i++)
		fake_tape_put(d->tape, data + i * each, each);
	d->at += blocks;
	d->dirty = d->dirty || blocks > 0;
}

static ssize_t
write_at_end(struct fake_drive *d, const uint8_t *data, size_t size,
    size_t blocks)
{
	const size_t capacity = d->tape->capacity;
	const size_t room = d->at < capacity ? capacity - d->at : 0;

	if (d->at > capacity + BEHIND_WARNING)
		return set_errno(ENOSPC);		/* the physical end */
	/* Refuse and succeed alternately. */
	d->warned = !d->warned;
	if (!d->warned && d->tape->warning != FAKE_WARNS_BEHIND) {
		put_blocks(d, data, size, blocks);
		return (ssize_t)size;
	}
	switch (d->tape->warning) {
	case FAKE_WARNS_BEHIND:
		if (!d->warned)
			return set_errno(ENOSPC);
		break;
	case FAKE_WARNS_CARRYING:
		put_blocks(d, data, size, blocks);
		return set_errno(ENOSPC);
	case FAKE_WARNS_SHORT:
		put_blocks(d, data, size, room);
		return room > 0 ? (ssize_t)(room * d->block_size) :
		    set_errno(ENOSPC);
	case FAKE_WARNS_PART:
		put_blocks(d, data, size, room);
		return set_errno(ENOSPC);
	}
	put_blocks(d, data, size, blocks);
	return (ssize_t)size;
}

static ssize_t
fake_write(void *context, int fd, const void *data, size_t size)
{
	struct fake_drive *d = by_fd(context, fd);
	const size_t blocks = d->block_size > 0 ? size / d->block_size : 1;

	ck_assert(d->may_write);
	ck_assert_uint_gt(size, 0);
	if (d->interrupted > 0) {
		d->interrupted--;
		return set_errno(EINTR);
	}
	if (d->block_size > 0 && size % d->block_size != 0)
		return set_errno(EINVAL);
	if (is_due(&d->writes, d->reset_at)) {
		d->lost = true;
		d->file = -1;
		cut(d->tape, d->at);
		d->dirty = false;
	}
	if (d->writes == d->goes_at)
		d->is_absent = true;
	if (d->writes == d->emptied_at)
		d->tape = NULL;
	if (d->writes == d->protected_at)
		d->says = true;
	if (d->lost || d->writes == d->write_fails || d->is_absent ||
	    d->tape == NULL || d->says)
		return set_errno(EIO);
	if (d->writes >= d->loses_at && d->writes < d->loses_at + d->loses)
		return (ssize_t)size;
	if (d->stuck && !d->at_end)
		return set_errno(ENOSPC);
	d->at_end = false;
	if (d->at + blocks > d->tape->capacity)
		return write_at_end(d, data, size, blocks);
	put_blocks(d, data, size, blocks);
	return (ssize_t)size;
}

/* ------------------------------------------------------------------ moving */

static int
forward_files(struct fake_drive *d, int count)
{
	move(d);
	while (count > 0) {
		if (d->at == d->tape->count)
			return meet_end(d);
		if (d->tape->blocks[d->at++].size == 0) {
			d->file++;
			count--;
		}
	}
	return 0;
}

static int
forward_blocks(struct fake_drive *d, int count)
{
	move(d);
	for (; count > 0; count--) {
		if (d->at == d->tape->count)
			return meet_end(d);
		if (d->cannot_pass && d->tape->blocks[d->at].is_bad)
			return set_errno(EIO);
		if (d->tape->blocks[d->at++].size == 0) {
			d->file++;
			d->at_mark = true;
			return set_errno(EIO);
		}
	}
	return 0;
}

static int
back_blocks(struct fake_drive *d, int count)
{
	if (d->stays)
		return set_errno(EIO);
	move(d);
	for (; count > 0; count--) {
		if (d->at == 0 || d->tape->blocks[d->at - 1].size == 0)
			return set_errno(EIO);
		d->at--;
	}
	return 0;
}

static int
back_files(struct fake_drive *d, int count)
{
	if (d->stays)
		return set_errno(EIO);
	move(d);
	while (count > 0) {
		if (d->at == 0)
			return set_errno(EIO);
		if (d->tape->blocks[--d->at].size == 0) {
			d->file--;
			count--;
		}
	}
	return 0;
}

static int
seek_block(struct fake_drive *d, int block)
{
	d->seeks++;
	if (!d->tells || block < 0 || (size_t)block > d->tape->count ||
	    (d->cannot_pass && (size_t)block > d->at))
		return set_errno(EIO);
	move(d);
	d->at = (size_t)block;
	d->file = -1;
	return 0;
}

static int
set_block_size(struct fake_drive *d, int size)
{
	if ((d->only_fixed && size == 0) ||
	    (d->wants != 0 && size != 0 && (size_t)size != d->wants))
		return set_errno(EINVAL);
	d->block_size = (size_t)size;
	return 0;
}

static int
eject(struct fake_drive *d)
{
	if (is_due(&d->offs, d->eject_fails))
		return set_errno(EIO);
	rewind_tape(d);
	d->ejected = d->off_line = true;
	return 0;
}

static int
rewind_drive(struct fake_drive *d)
{
	/* Flushes its buffer. */
	if (d->dirty && write_mark(d) == -1)
		return -1;
	if (is_due(&d->rewinds_done, d->rewind_fails))
		return d->buffered > 0 ? lose_buffered(d) : set_errno(EIO);
	rewind_tape(d);
	return 0;
}

static int
operate(struct fake_drive *d, const struct mtop *op)
{
	if (d->is_absent)
		return set_errno(EIO);
	if (d->tape == NULL || d->off_line)
		return set_errno(ENOMEDIUM);
	if (op->mt_op == MTREW)
		return rewind_drive(d);
	if (d->lost)
		return set_errno(EIO);
	switch (op->mt_op) {
	case MTNOP:
		return 0;
	case MTFSF:
		return forward_files(d, op->mt_count);
	case MTFSR:
		return forward_blocks(d, op->mt_count);
	case MTBSF:
		return back_files(d, op->mt_count);
	case MTBSR:
		return back_blocks(d, op->mt_count);
	case MTSEEK:
		return seek_block(d, op->mt_count);
	case MTEOM:
		d->at = d->tape->count;
		d->file = -1;
		return 0;
	case MTWEOF:
		return write_mark(d);
	case MTSETBLK:
		return set_block_size(d, op->mt_count);
	case MTOFFL:
		return eject(d);
	}
	ck_abort_msg("no such operation: %d", op->mt_op);
	return -1;
}

static int
block_in_file(const struct fake_drive *d)
{
	size_t at = d->at;

	while (at > 0 && d->tape->blocks[at - 1].size > 0)
		at--;
	return (int)(d->at - at);
}

static int
get_status(const struct fake_drive *d, struct mtget *status)
{
	unsigned long gstat = 0;

	if (d->is_no_tape_drive)
		return set_errno(ENOTTY);
	if (d->is_absent)
		return set_errno(ENXIO);
	if (d->tape == NULL)
		gstat |= 0x00040000;	/* GMT_DR_OPEN, and so on */
	else if (!d->off_line && d->ready_after == 0)
		gstat |= 0x01000000;	/* ONLINE */
	if (d->tape != NULL && d->tape->is_protected)
		gstat |= 0x04000000;	/* WR_PROT */
	if (d->at_end)
		gstat |= 0x08000000;	/* EOD */
	if (d->at_mark)
		gstat |= 0x80000000;	/* EOF */
	*status = (struct mtget){
		.mt_gstat = (long)gstat,
		.mt_fileno = d->file,
		.mt_blkno = d->tape == NULL ? -1 : block_in_file(d),
		.mt_dsreg = (long)d->block_size | 0x46L << 24,
		.mt_erreg = (long)d->soft_errors,
	};
	return 0;
}

/* The header of a mode page, with the bit for write protection. */
static int
tell_mode(const struct fake_drive *d, const struct sg_io_hdr *io)
{
	uint8_t *page = io->dxferp;

	if (io->cmdp[2] != 0)
		return set_errno(ENOTTY);
	ck_assert_uint_ge(io->dxfer_len, 4);
	page[2] = d->says ? 0x80 : 0;
	return 0;
}

static int
tell_alerts(const struct fake_drive *d, const struct sg_io_hdr *io)
{
	uint8_t *page = io->dxferp;

	ck_assert_uint_eq(io->cmdp[2] & 0x3f, 0x2e);
	ck_assert_uint_ge(io->dxfer_len, 4 + 64 * 5);
	page[0] = 0x2e;
	page[2] = 1;
	page[3] = 0x40;
	for (uint8_t i = 0; i < 64; i++) {
		uint8_t *at = page + 4 + i * 5;
		at[1] = (uint8_t)(i + 1);
		at[3] = 1;
		for (size_t j = 0; j < COUNT(d->alerts); j++)
			at[4] |= d->alerts[j] == i + 1;
	}
	return 0;
}

/* Whatever is asked for. */
static int
tell_attributes(const struct fake_drive *d, const struct sg_io_hdr *io)
{
	ck_assert_uint_eq(io->cmd_len, 16);
	ck_assert_uint_eq(io->cmdp[12] * 256u + io->cmdp[13], io->dxfer_len);
	ck_assert_uint_ge(io->dxfer_len, d->attributes_length);
	memcpy(io->dxferp, d->attributes, d->attributes_length);
	return 0;
}

/* Is it ready, and if not, why? */
static int
ask(const struct fake_drive *d, const struct sg_io_hdr *io)
{
	if (d->is_absent)
		return set_errno(ENXIO);
	if (io->cmdp[0] == 0x1a)
		return tell_mode(d, io);
	if (io->cmdp[0] == 0x8c && d->attributes != NULL)
		return tell_attributes(d, io);
	if (io->cmdp[0] == 0x4d && d->alerts[0] != 0)
		return tell_alerts(d, io);
	if (io->cmdp[0] != 0 || d->code == 0)
		return set_errno(ENOTTY);
	ck_assert_uint_ge(io->mx_sb_len, 18);
	if (d->new_sense) {
		io->sbp[0] = 0x72;
		io->sbp[1] = d->key != 0 ? d->key : 2;
		io->sbp[2] = d->code;
		io->sbp[3] = d->qualifier;
	} else {
		io->sbp[0] = 0xf0;
		io->sbp[2] = d->key != 0 ? d->key : 2;
		io->sbp[12] = d->code;
		io->sbp[13] = d->qualifier;
	}
	return 0;
}

static int
fake_ioctl(void *context, int fd, unsigned long request, void *arg)
{
	struct fake_drive *d = by_fd(context, fd);
	struct mtpos *position = arg;

	switch (request) {
	case MTIOCTOP:
		return operate(d, arg);
	case MTIOCGET:
		return get_status(d, arg);
	case MTIOCPOS:
		if (!d->tells || d->lost || d->tape == NULL || d->is_absent)
			return set_errno(EIO);
		position->mt_blkno = d->tells_places ? 7000 - 3 * (long)d->at :
		    (long)d->at;
		return 0;
	case SG_IO:
		return ask(d, arg);
	}
	return set_errno(ENOTTY);
}

static void
fake_nap(void *context)
{
	struct fake_room *room = context;

	room->now += NAP;
	for (size_t i = 0; i < FAKE_DRIVES; i++)
		if (room->drives[i].ready_after > 0)
			room->drives[i].ready_after--;
}

const struct drive_calls fake_drive_calls = {
	fake_stat, fake_open, fake_close, fake_read, fake_write, fake_ioctl,
	fake_nap
};
