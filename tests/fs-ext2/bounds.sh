#!/usr/bin/env bash
# A tiny image cannot cause endless reading, writing or messages, whatever it
# claims: shared blocks, nonexistent inodes, holes.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_debugfs
need_python
mkdir dumps tree
head -c 300000 /dev/urandom >tree/file
echo small >tree/small

# ---- A file of 64 MiB in a filesystem of 1 MiB, which maps two indirect blocks
# ---- again and again, as files that share blocks may do

make_image shared.img 1M tree -t ext2 -b 1024 -O ^resize_inode -E root_owner
blocks=$("$DEBUGFS" -R "stat file" shared.img 2>/dev/null | tr ', ' '\n\n' |
    sed -n 's/^([TD]*IND):\([0-9]*\)$/\1/p' | tr '\n' ' ')
read -r single double below <<<"$blocks"
[ -n "$below" ] || fail "blocks of the map: $blocks"
"$PYTHON3" - shared.img "$single" "$double" "$below" <<'END'
import struct, sys

image, single, double, below = sys.argv[1], *map(int, sys.argv[2:])
with open(image, 'r+b') as f:
    for block in single, below:
        f.seek(block * 1024)
        first = f.read(4)
        f.seek(block * 1024)
        f.write(first * 256)
    f.seek(double * 1024)
    f.write(struct.pack('<II', below, single) * 128)
END
debugfs shared.img "feature shared_blocks" "sif file size 67000000"
configure_dump a.conf shared.img dumps/shared
engine 2 -c a.conf
said "/file (inode " "it has more blocks than the filesystem; the rest is missing"
scan dumps/shared

# ---- A device that ends long before the inode tables that it claims to have

truncate -s 256G giant.img 2>/dev/null || skip "needs large files with holes"
"$MKE2FS" -q -F -t ext4 -O ^has_journal -E nodiscard -I 128 -i 4096 giant.img \
    >mke2fs.log 2>&1 || fail "$(cat mke2fs.log)"
debugfs giant.img "feature -metadata_csum -uninit_bg"
head -c 4M giant.img >cut.img
configure_dump a.conf cut.img dumps/cut
run "$DUMPENGINE" -c a.conf
[ "$status" -ne 0 ] || fail "$(cat err)"
said "inodes 1 to 67108864 are missing: their table is past the end"
[ "$(wc -l <err)" -lt 20 ] || fail "$(wc -l <err) lines of messages"

# ---- Tables that are holes are not read: 8 GiB in pieces of 256 KiB

[ -z "${SANITIZER_FLAGS:-}" ] || exit 0
preload=$top_builddir/tests/read-errors/.libs/eio-preload.so
[ -e "$preload" ] || exit 0
configure_job a.conf 'plugin = "fs-ext2"; device = "giant.img";' \
    "plugin = $(quoted "$TEST_PLUGINS/out-null.so");"
EIO_FILE=$scratch/giant.img EIO_AFTER=20000:5 LD_PRELOAD=$preload \
    engine 0 -c a.conf
