#!/usr/bin/env bash
# A full disk, or a limit on the size of files, ends the dump with a message and
# exit status 3; nothing is left behind.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_python

mkdir dumps tree
head -c 3000000 /dev/urandom >tree/y
make_image a.img 16M tree -t ext4

# The limit also sends a signal, which kills a process that does not expect it.
limited () {
	"$PYTHON3" -c '
import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000000, 1000000))
os.execv(sys.argv[1], sys.argv[1:])' "$@"
}
configure_dump a.conf a.img dumps/a
run limited "$DUMPENGINE" -c a.conf
[ "$status" -eq 4 ] || fail "with a limit on the size of files: exit status \
$status, not 4: $(cat err)"
said "dumps/a" "File too large" "volume_size"
only

# With end_when_full, this is the end of a volume.
configure_job b.conf 'plugin = "fs-ext2"; device = "a.img";' \
    'plugin = "out-file"; path = "dumps/%v"; end_when_full = true;'
run limited "$DUMPENGINE" -q -c b.conf
[ "$status" -eq 0 ] || fail "a limit as the end of a volume: exit status \
$status: $(cat err)"
[ "$(find dumps -type f | wc -l)" -gt 2 ] || fail "volumes: $(ls -A dumps)"
rm dumps/*

configure_dump b.conf a.img /dev/full
engine 4 -c b.conf
said "/dev/full" "disk full"

is_root || skip "a full disk needs root; the rest is fine"
mkdir small
mount -t tmpfs -o size=1m tmpfs small 2>mount.log ||
    skip "cannot mount a small disk: $(cat mount.log)"
mounted+=("$scratch/small")
configure_dump c.conf a.img small/a
engine 4 -c c.conf
said "small/a:" "disk full after" "ABORTED"
[ -z "$(ls -A small)" ] || fail "left behind: $(ls -A small)"

# The dump that was to be replaced stays.
echo precious >small/a
configure_job c.conf 'plugin = "fs-ext2"; device = "a.img";' \
    'plugin = "out-file"; path = "small/a"; overwrite = true;'
engine 4 -c c.conf
[ "$(ls -A small)" = a ] || fail "left behind: $(ls -A small)"
[ "$(cat small/a)" = precious ] || fail "the older dump is gone"
