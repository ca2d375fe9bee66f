/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * inode_flags.h - flags of de_inode.flags that the engine uses
 *
 * The numbers are those of FS_..._FL in <linux/fs.h>.
 */
#ifndef CORE_INODE_FLAGS_H
#define CORE_INODE_FLAGS_H

#define INODE_IMMUTABLE 0x10u
#define INODE_APPEND 0x20u
#define INODE_NODUMP 0x40u
#define INODE_ENCRYPTED 0x800u
#define INODE_VERITY 0x100000u
#define INODE_CASEFOLD 0x40000000u

#endif
