#!/usr/bin/env bash
# A tree can be restored from filesystems with blocks of every size, with and
# without extents, including attributes in blocks.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/fs-ext2/fs-ext2-lib.sh
. "$top_srcdir/tests/fs-ext2/fs-ext2-lib.sh"

need_for_fs_ext2
small_tree tree

# The tests in roundtrip/ cover the common sizes, with larger trees.
comes_back small-inodes tree 16M -t ext4 -b 1024 -I 128
comes_back blocks-2048 tree 16M -t ext2 -b 2048 -I 128
comes_back blocks-16384 tree 64M -t ext2 -b 16384 -I 128
comes_back extents-65536 tree 64M -t ext4 -b 65536 -I 256
comes_back blocks-65536 tree 64M -t ext2 -b 65536 -I 128
