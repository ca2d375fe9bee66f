#!/usr/bin/env bash
# A tree can be restored from filesystems with every existing feature.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/fs-ext2/fs-ext2-lib.sh
. "$top_srcdir/tests/fs-ext2/fs-ext2-lib.sh"

need_for_fs_ext2
small_tree tree

# Revision 0 has no attributes, and newer mke2fs cannot create it.
if "$MKE2FS" -q -F -t ext2 -r 0 rev0 1M >mke2fs.log 2>&1; then
	mv tree/attributes .
	comes_back rev0 tree 16M -t ext2 -r 0
	mv attributes tree
else
	echo "left out: this mke2fs makes no filesystem of revision 0"
fi
comes_back small-inodes tree 16M -t ext4 -I 128
comes_back large-inodes tree 32M -t ext4 -I 1024
comes_back no-extents tree 16M -t ext4 -O ^extents,^64bit
comes_back no-types tree 16M -t ext2 -O ^filetype
comes_back uninit tree 16M -t ext4 -O uninit_bg,^metadata_csum
comes_back no-checksums tree 16M -t ext4 -O ^metadata_csum
comes_back seed tree 16M -t ext4 -O metadata_csum_seed
comes_back meta-bg tree 40M -t ext4 -b 1024 -O meta_bg,^resize_inode
comes_back flex-bg tree 40M -t ext4 -b 1024 -G 4
comes_back sparse-super2 tree 16M -t ext4 -O sparse_super2
comes_back large-dir tree 16M -t ext4 -O large_dir,dir_nlink
comes_back mmp tree 16M -t ext4 -O mmp
comes_back quota tree 16M -t ext4 -O quota,project -E quotatype=usrquota:grpquota:prjquota
comes_back orphan-file tree 16M -t ext4 -O orphan_file
comes_back bigalloc tree 32M -t ext4 -O bigalloc -C 16384
comes_back stable tree 16M -t ext4 -O stable_inodes,casefold

# More subdirectories than the link count can hold: it is 1.
make_image counted.img 16M tree -t ext4 -O dir_nlink
debugfs counted.img "set_inode_field small links_count 1"
dump_restore counted.img counted
same_tree tree counted-restored --no-flags
