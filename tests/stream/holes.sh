#!/usr/bin/env bash
# Unwritten areas are holes: unwritten extents do not reveal old data, blocks
# past the end of a file are left out, and holes under indirect blocks are
# found.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_debugfs
need_restore
need_python

mkdir dumps tree

# An image whose free blocks are full of deleted data.
full_of_secrets () {
	yes "the secret of a deleted file" | head -c 6000000 >tree/deleted
	printf 'first' >tree/a
	: >tree/unwritten
	: >tree/behind
	printf 'last' >tree/z
	make_image "$1" 16M tree -t ext4 -b 4096
	debugfs "$1" "rm deleted"
	grep -q "secret" "$1" || fail "the image has no old data that could leak"
}

full_of_secrets ext4.img
# 1 MiB allocated but not written, as by fallocate(1); and 2 MiB past the end of
# a file of 5 bytes, as with --keep-size.
printf 'alive' >five
debugfs ext4.img \
    "fallocate unwritten 0 255" \
    "set_inode_field unwritten size 1048576" \
    "rm behind" \
    "write five behind" \
    "fallocate behind 1 512"
configure_dump a.conf ext4.img dumps/a
engine 0 -c a.conf
scan dumps/a
! grep -q "secret" dumps/a || fail "old data leaked into the dump"
restore_dump dumps/a restored
head -c 1048576 /dev/zero >zeros
same_file zeros restored/unwritten
same_file five restored/behind
[ "$(cat restored/a restored/z)" = firstlast ] ||
    fail "the files beside are not what they were"
[ "$(stat -c %s dumps/a)" -lt 300000 ] ||
    fail "the dump has $(stat -c %s dumps/a) bytes; holes are in it as data"

# The same with data in the middle: only that is there.
full_of_secrets mixed.img
debugfs mixed.img \
    "rm unwritten" \
    "write five unwritten" \
    "fallocate unwritten 1 600" \
    "set_inode_field unwritten size 2000000"
configure_dump b.conf mixed.img dumps/b
engine 0 -c b.conf
scan dumps/b
! grep -q "secret" dumps/b || fail "old data leaked into the dump"
restore_dump dumps/b restored-b
{ cat five; head -c 1999995 /dev/zero; } >expected
same_file expected restored-b/unwritten

# Single, double and triple indirect blocks, nearly all holes.
rm -rf tree
mkdir tree
"$PYTHON3" - tree/indirect <<'END'
import sys
with open(sys.argv[1], 'wb') as f:
    for at in [0, 11, 12, 13, 12 + 255, 12 + 256, 12 + 256 + 1, 5000, 12 + 256 + 65535, 12 + 256 + 65536,
               12 + 256 + 65536 + 70000]:
        f.seek(at * 1024)
        f.write(b'block %08d' % at + b'x' * 1010)
    f.seek(200000 * 1024 + 77)
    f.truncate()
    f.write(b'!')
END
make_image ext2.img 16M tree -t ext2 -b 1024
"$DEBUGFS" -R "stat indirect" ext2.img 2>/dev/null | grep -q "(TIND)" ||
    fail "the file has no triple indirect block"
configure_dump c.conf ext2.img dumps/c
engine 0 -c c.conf
scan dumps/c
restore_dump dumps/c restored-c
same_tree tree restored-c --no-flags
