/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * stream_chain.h - what restore(8) cannot undo when it adds a later level
 */
#ifndef CORE_STREAM_CHAIN_H
#define CORE_STREAM_CHAIN_H

#include "core/write/stream.h"

/* Could restore have it inherit an access control list? */
bool stream_chain_inherits_list(const struct stream *s,
    const struct de_inode *inode);

/* Note what restoring a later level cannot undo on an inode. */
void stream_chain_note(const struct stream *s, const struct de_inode *inode);

#endif
