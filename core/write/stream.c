/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/stream.h"

static const uint8_t all_present[HEADER_ADDRS] = {
	[0 ... HEADER_ADDRS - 1] = 1
};

enum de_status
stream_put_blocks(const struct stream *s, enum header_type type,
    const struct de_inode *inode, const struct header_content *content,
    const uint8_t *data)
{
	uint8_t block[DE_TAPE_BLOCK];
	struct header_content full = *content;

	full.addrs = all_present;
	header_inode(s->header, block, type, inode, &full);
	enum de_status status = tape_put_header(s->tape, block);
	for (uint32_t i = 0; status == DE_OK && i < content->count; i++)
		status = tape_put_data(s->tape, data +
		    (size_t)i * DE_TAPE_BLOCK);
	return status;
}

bool
stream_may_go_on(const struct stream *s)
{
	return !tape_is_done(s->tape) && *s->cancelled == 0;
}
