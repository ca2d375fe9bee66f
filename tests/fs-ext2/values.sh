#!/usr/bin/env bash
# Attributes in separate inodes, in blocks and inside inodes are dumped, those
# of directories too, and those beyond block 2^32.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/fs-ext2/fs-ext2-lib.sh
. "$top_srcdir/tests/fs-ext2/fs-ext2-lib.sh"

need_for_fs_ext2

# has FILE NAME FILE_WITH_VALUE: the restored file has it.
has () {
	"$PYTHON3" - "$@" <<-'END' || fail "$1: attribute $2"
	import os, sys

	got = os.getxattr(sys.argv[1], sys.argv[2])
	expected = open(sys.argv[3], 'rb').read()
	if got != expected:
	    sys.exit(f'{sys.argv[1]}: {sys.argv[2]} is {got[:40]!r} ({len(got)} bytes), '
	             f'not {expected[:40]!r} ({len(expected)} bytes)')
	END
}

mkdir -p tree/dir
echo x >tree/file
echo y >tree/dir/other
echo z >tree/plain
head -c 1024 /dev/urandom >large1
head -c 1024 /dev/urandom >large2
head -c 20 /dev/urandom >small

# debugfs sets at most a block; this much does not fit in one.
make_image values.img 16M tree -t ext4 -O ea_inode -b 1024 -I 256
debugfs values.img \
    "ea_set -f large1 file user.a" \
    "ea_set -f large2 file user.b" \
    "ea_set -f small file user.c" \
    "ea_set -f large1 dir user.a" \
    "ea_set -f small dir user.c" \
    "ea_set -f large2 dir/other user.b"
dump_restore values.img values
has values-restored/file user.a large1
has values-restored/file user.b large2
has values-restored/file user.c small
has values-restored/dir user.a large1
has values-restored/dir user.c small
has values-restored/dir/other user.b large2
[ "$(cat values-restored/file values-restored/dir/other)" = "x
y" ] || fail "contents: $(cat values-restored/file values-restored/dir/other)"

# A value that does not match its hash is not used.
cp values.img broken.img
"$PYTHON3" - broken.img large2 <<'END' || fail "cannot break the value"
import sys

image, value = sys.argv[1:]
with open(image, 'r+b') as f:
    whole = f.read()
    at = whole.find(open(value, 'rb').read())
    if at == -1:
        sys.exit('the value is not there')
    while at != -1:
        f.seek(at)
        f.write(b'broken')
        at = whole.find(open(value, 'rb').read(), at + 1)
END
configure_dump broken.conf broken.img dumps/broken
engine 2 -c broken.conf
said "/file (inode" "user.b" "checksum error"
scan dumps/broken
restore_dump dumps/broken broken-restored
has broken-restored/file user.a large1
has broken-restored/file user.c small
has broken-restored/dir user.a large1

# Attributes in the inode and in a block form one record.
mkdir -p merged/dir
echo m >merged/dir/m
make_image merged.img 8M merged -t ext4 -b 4096 -I 256
head -c 60 /dev/urandom >value60
head -c 2000 /dev/urandom >value2000
debugfs merged.img "ea_set -f value60 dir user.in" \
    "ea_set -f value2000 dir user.block" "ea_set -f small dir user.c"
dump_restore merged.img merged
has merged-restored/dir user.in value60
has merged-restored/dir user.block value2000
has merged-restored/dir user.c small
