#!/usr/bin/env bash
# A filesystem that has lost its first superblock is read by means of a backup.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_restore
need_python

mkdir dumps tree
echo x >tree/x
head -c 50000 /dev/urandom >tree/y

# configure FILE IMAGE [BLOCK]
configure () {
	configure_job "$1" "plugin = \"fs-ext2\"; device = $(quoted "$2");
	    ${3:+superblock = $3;}" "plugin = \"out-file\"; path = \"dumps/d\";"
}

# recovered BLOCK OPTION of mke2fs...
recovered () {
	local block=$1
	shift
	make_image lost.img 40M tree "$@"
	dd if=/dev/zero of=lost.img bs=1024 seek=1 count=1 conv=notrunc \
	    2>/dev/null
	configure none.conf lost.img
	engine 1 -c none.conf
	said "lost.img" "no ext2, ext3 or ext4 filesystem"
	only
	configure wrong.conf lost.img 77
	engine 1 -c wrong.conf
	said "superblock" "77" "dumpe2fs"
	only
	configure right.conf lost.img "$block"
	engine 0 -c right.conf
	# Missing information in a backup is not a bad sign.
	not_said "cleanly"
	scan dumps/d
	restore_dump dumps/d restored
	same_tree tree restored --no-flags
	rm -rf restored dumps/d
}

recovered 8193 -t ext4 -b 1024
recovered 16384 -t ext4 -b 2048
recovered 8193 -t ext2 -b 1024

# A damaged superblock is reported, with advice.
make_image damaged.img 24M tree -t ext4 -b 1024
printf '\001' | dd of=damaged.img bs=1 seek=1144 conv=notrunc 2>/dev/null
configure damaged.conf damaged.img
engine 1 -c damaged.conf
said "damaged.img" "superblock" "e2fsck"
only
configure backup.conf damaged.img 8193
engine 0 -c backup.conf
only d

# The state is that of the first superblock, as long as it is intact.
make_image clean.img 24M tree -t ext4 -b 1024
configure clean.conf clean.img 8193
rm -f dumps/d
engine 0 -c clean.conf
not_said "warning"
debugfs clean.img "set_super_value state 2"
rm dumps/d
engine 0 -c clean.conf
said "warning: clean.img: was not cleanly unmounted or has errors"

# Groups of 8 inodes, fewer than are reserved, are valid.
make_image groups.img 64M tree -t ext4 -b 1024 -T largefile4 -N 64
for block in "" 8193; do
	configure groups.conf groups.img $block
	rm -f dumps/d
	engine 0 -c groups.conf
	not_said "warning"
	scan dumps/d
done
restore_dump dumps/d restored
same_tree tree restored --no-flags
# An invalid first inode would hide files, and is reported.
debugfs groups.img "set_super_value first_ino 40"
configure groups.conf groups.img
rm dumps/d
engine 0 -c groups.conf
said "40 as the first inode"

# An external journal is not a filesystem, and is reported as what it is.
make_image journal.img 8M -O journal_dev -b 1024
configure journal.conf journal.img
engine 1 -c journal.conf
said "journal.img" "the external journal of another filesystem"
not_said "unsupported"
