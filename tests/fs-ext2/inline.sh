#!/usr/bin/env bash
# Files, directories and symbolic links stored inside inodes are dumped.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/fs-ext2/fs-ext2-lib.sh
. "$top_srcdir/tests/fs-ext2/fs-ext2-lib.sh"

need_for_fs_ext2
small_tree tree
# Here, mke2fs would not store a short file with holes inline.
rm -r tree/sparse

comes_back inline tree 16M -t ext4 -O inline_data -I 256
comes_back inline-1k tree 16M -t ext4 -O inline_data -I 512 -b 1024
comes_back inline-plain tree 16M -t ext4 -O inline_data,^metadata_csum -I 256

# A file that was extended ends in a hole after its inline data.
mkdir -p longer/d expected/d
head -c 100 /dev/urandom >longer/d/short
cp longer/d/short longer/d/long
cp longer/d/short expected/d/short
cp longer/d/short expected/d/long
truncate -s 5000 expected/d/long
make_image longer.img 8M longer -t ext4 -O inline_data -I 256
debugfs longer.img "set_inode_field d/long size 5000"
dump_restore longer.img longer
same_file expected/d/long longer-restored/d/long
same_file expected/d/short longer-restored/d/short
