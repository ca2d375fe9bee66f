/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * file.c - the contents of regular files
 */
#include <string.h>

#include "inline.h"
#include "inode.h"
#include "map.h"

struct file {
	const struct ext2 *e;
	uint64_t size;
	de_extent_fn *take;
	void *arg;
};

static enum de_status
give_run(void *arg, const struct run *run)
{
	const struct file *f = arg;
	struct de_extent extent = {
		.struct_size = sizeof(extent),
		.offset = run->first * f->e->block_size,
		.length = run->count * f->e->block_size,
		.address = run->block * f->e->block_size,
	};

	/* The last block may extend past the end of the file. */
	if (extent.length > f->size - extent.offset)
		extent.length = f->size - extent.offset;
	return f->take(f->arg, &extent);
}

static enum de_status
give_blocks(struct ext2 *e, const struct de_inode *inode, struct file *f)
{
	struct trouble trouble = trouble_begin(e, inode->number, TROUBLE_MAP);
	struct runs map = {
		.e = e,
		.inode = ext2_native(inode),
		.trouble = &trouble,
		.work = work_take(e),
		.limit = f->size / e->block_size +
		    (f->size % e->block_size != 0),
		.take = give_run,
		.arg = f,
	};

	if (map.work == NULL)
		return DE_FAILED;
	const enum de_status status = map_walk(&map);
	if (status == DE_OK)
		trouble_end(&trouble);
	work_give_back(e, map.work);
	return status;
}

/* An extended file may have a hole after the inline part. */
static enum de_status
give_inline(struct ext2 *e, const struct de_inode *inode,
    const struct file *f)
{
	const size_t room = INODE_BLOCK_BYTES + e->inode_size;
	struct de_extent extent = { .struct_size = sizeof(extent) };
	size_t length = inline_copy(e, ext2_native(inode), e->inline_bytes,
	    f->size < room ? (size_t)f->size : room);

	/* All pieces but the last end at a tape block boundary. */
	for (; length < f->size && length % DE_TAPE_BLOCK != 0; length++)
		e->inline_bytes[length] = 0;
	extent.length = length;
	extent.bytes = e->inline_bytes;
	return length > 0 ? f->take(f->arg, &extent) : DE_OK;
}

enum de_status
ext2_map_file(void *self, const struct de_inode *inode, de_extent_fn *take,
    void *arg)
{
	struct ext2 *e = self;
	struct file f = { e, inode->size, take, arg };

	if (inode->size == 0)
		return DE_OK;
	if (inline_is(ext2_native(inode)))
		return give_inline(e, inode, &f);
	return give_blocks(e, inode, &f);
}

enum de_status
ext2_read(void *self, uint64_t address, const struct iovec *iov,
    int iov_count, struct de_read_error *error)
{
	const struct ext2 *e = self;

	return device_read_contents(e->bytes, address, iov, iov_count, error);
}
