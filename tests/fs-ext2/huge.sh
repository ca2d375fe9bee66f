#!/usr/bin/env bash
# Contents, attributes, directories and link targets beyond block 2^32 are
# dumped.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/fs-ext2/fs-ext2-lib.sh
. "$top_srcdir/tests/fs-ext2/fs-ext2-lib.sh"

need_for_fs_ext2

mkdir -p tree/dir
head -c 100000 /dev/urandom >tree/file
head -c 9000 /dev/urandom >tree/dir/more
ln -s "$(printf 'target/%.0s' {1..100})" tree/link
head -c 2000 /dev/urandom >value

# ext4 has no files as large as that, but memory has.
memory=$(mktemp -d /dev/shm/dumpengine.XXXXXX) || skip "needs /dev/shm"
trap 'rm -rf "$memory"; clean_up' EXIT
ln -s "$memory/huge.img" huge.img
truncate -s 17T "$memory/huge.img" 2>/dev/null ||
    skip "cannot create files of 17 TiB here"
timeout 60 "$MKE2FS" -q -F -d tree -t ext4 -b 4096 -N 65536 \
    -O 64bit,sparse_super2,uninit_bg,^resize_inode,^metadata_csum,^has_journal \
    -E num_backup_sb=0,lazy_itable_init=1 huge.img \
    >mke2fs.log 2>&1 || fail "mke2fs: $(cat mke2fs.log)"
debugfs huge.img "ea_set -f value file user.value"

# Move the blocks of the tree up by 2^32; mke2fs puts them at the beginning.
cat >move.py <<'END'
import re, struct, subprocess, sys

image, debugfs = sys.argv[1:]
UP = 1 << 32
BLOCK = 4096


def ask(request):
    return subprocess.run([debugfs, '-R', request, image], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60).stdout.decode()


with open(image, 'r+b') as f:
    def move(block):
        f.seek(block * BLOCK)
        data = f.read(BLOCK)
        f.seek(block * BLOCK)
        f.write(b'\0' * BLOCK)
        f.seek((block + UP) * BLOCK)
        f.write(data)

    for name in sys.stdin.read().split():
        answer = ask('imap ' + name)
        at = re.search(r'located at block (\d+), offset 0x([0-9a-f]+)', answer)
        if at is None:
            sys.exit(f'{name}: debugfs says {answer}')
        inode_at = int(at[1]) * BLOCK + int(at[2], 16)
        f.seek(inode_at)
        raw = bytearray(f.read(256))
        magic, entries, _, depth = struct.unpack_from('<HHHH', raw, 40)
        if magic != 0xf30a or depth != 0:
            sys.exit(f'{name}: has no extents in its inode')
        for i in range(entries):
            lblk, count, high, low = struct.unpack_from('<IHHI', raw, 52 + 12 * i)
            for block in range(low, low + count):
                move(block)
            struct.pack_into('<H', raw, 52 + 12 * i + 6, 1)
        acl, = struct.unpack_from('<I', raw, 104)
        if acl:
            move(acl)
            struct.pack_into('<H', raw, 118, 1)
        f.seek(inode_at)
        f.write(raw)
        f.flush()
END
echo /file /dir/more /link /dir |
    timeout 60 "$PYTHON3" move.py huge.img "$DEBUGFS" ||
    fail "cannot move the blocks"
dump_restore huge.img huge
same_tree tree huge-restored --no-flags --ignore file
same_file tree/file huge-restored/file
"$PYTHON3" -c 'import os, sys
sys.exit(os.getxattr("huge-restored/file", "user.value") != open("value", "rb").read())' ||
    fail "the attribute of the file is another one"
