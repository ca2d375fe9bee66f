#!/usr/bin/env bash
# Multi-mount protection by another machine: if it may have the filesystem
# mounted, a warning names it; if it counts, the dump is refused.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_python
need_debugfs

mkdir dumps tree
echo x >tree/x
counter=

clean_up_mmp () {
	[ -z "$counter" ] || kill "$counter" 2>/dev/null
	clean_up
}
trap clean_up_mmp EXIT

make_image a.img 8M tree -t ext4 -O mmp,^metadata_csum
block=$("$DEBUGFS" -R "stats" a.img 2>/dev/null |
    sed -n 's/^MMP block number: *//p')
[ -n "$block" ] || skip "mke2fs makes no multi-mount protection"
size=$("$DEBUGFS" -R "stats" a.img 2>/dev/null | sed -n 's/^Block size: *//p')

cat >mmp.py <<'END'
import os, struct, sys, time
at = int(sys.argv[2]) * int(sys.argv[3])
fd = os.open(sys.argv[1], os.O_RDWR)
def put(number):
    os.pwrite(fd, struct.pack('<IIQ64s32sH', 0x4d4d50, number, 1700000000, b'node\x1bseven', b'sdz9', 5), at)
if len(sys.argv) > 4:
    put(int(sys.argv[4], 0))
    sys.exit()
open('counting', 'w')
for number in range(1, 1000000):
    put(number)
    time.sleep(0.05)
END

# mmp [NUMBER]: write it into the block; without NUMBER, keep counting.
mmp () { "$PYTHON3" mmp.py a.img "$block" "$size" "$@"; }

# dump [SETTINGS]: configure a dump.
dump () {
	rm -f dumps/*
	configure_job m.conf "plugin = \"fs-ext2\"; device = \"a.img\"; ${1:-}" \
	    'plugin = "out-file"; path = "dumps/m";'
}

dump
engine 0 -c m.conf
not_said "protection"

mmp 0x1234
dump
engine 0 -c m.conf
said "warning: a.img: its multi-mount protection says that it is in use on \
node?seven (there sdz9), last updated 2023-11-14 22:13:20 UTC"
only m

"$PYTHON3" mmp.py a.img "$block" "$size" &
counter=$!
wait_for 60 test -e counting || fail "the counter does not change"
dump
engine 1 -c m.conf
said "error: a.img: is mounted on another machine: node?seven" "live = true"
engine 1 --check -c m.conf
said "is mounted on another machine"
only
dump "live = true;"
engine 0 -c m.conf
said "warning: a.img: is mounted on another machine" \
    "looking for changes made"
only m
kill "$counter"
wait "$counter" 2>/dev/null
counter=

# An invalid block.
mmp 0xFF4D4D50
printf 'x' | dd of=a.img bs=1 seek=$((block * size)) conv=notrunc status=none
dump
engine 0 -c m.conf
said "warning: a.img: cannot read its multi-mount protection block"
