#!/usr/bin/env bash
# A device or image shorter than its filesystem is reported as such, with both
# sizes, and the dump is incomplete, whether anything in use is missing or not.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_restore
need_python
need_debugfs

mkdir dumps tree
head -c 1000000 /dev/urandom >tree/file
make_image whole.img 16M tree -t ext4
configure_dump d.conf cut.img dumps/d

# cut SIZE: truncate the image to this many bytes.
cut () {
	cp whole.img cut.img
	truncate -s "$1" cut.img
	rm -f dumps/d
}

cut $((16 << 20))
engine 0 -c d.conf
not_said "shorter"

# Nothing in use is past the end.
for size in 16776192 15728640; do
	cut $size
	engine 0 --check -c d.conf
	said "warning: cut.img: is shorter than its filesystem" "$size bytes" \
	    "16777216"
	rm -f dumps/d
	engine 2 -c d.conf
	said "warning: cut.img: is shorter than its filesystem" "$size bytes" \
	    "the last $((16777216 - size)) bytes of the filesystem are missing" \
	    "BUT IT IS NOT COMPLETE"
	scan dumps/d
	restore_dump dumps/d back
	same_file tree/file back/file
	rm -rf back
done

# The target of a link is; the disk is not said to be failing.
ln -s "$(printf '%0300d' 1)" tree/link
make_image whole.img 16M tree -t ext4 -b 1024
block=$("$DEBUGFS" -R "blocks link" whole.img 2>/dev/null | tr -d ' ')
if [ -n "$block" ] && [ "$block" -lt 16384 ]; then
	cut $((block * 1024))
	engine 2 -c d.conf
	said "/link (inode" "cannot read the target of this symbolic link"
	not_said "failing"
fi

# Most of it is past the end.
cut 307200
engine 0 --check -c d.conf
said "warning: cut.img: is shorter than its filesystem" "307200 bytes"
engine 2 -c d.conf
said "shorter than its filesystem" "BUT IT IS NOT COMPLETE"

# With a backup of the superblock, and on a loop device.
make_image whole.img 16M tree -t ext4 -b 1024
cut 15728640
configure_job b.conf "plugin = \"fs-ext2\"; device = \"cut.img\";
    superblock = 8193;" 'plugin = "out-file"; path = "dumps/d";'
engine 2 -c b.conf
said "shorter than its filesystem"
not_said "cleanly"
if is_root && device=$(losetup -f --show cut.img 2>/dev/null); then
	configure_dump l.conf "$device" dumps/l
	run "$DUMPENGINE" -c l.conf
	losetup -d "$device"
	[ "$status" -eq 2 ] || fail "on a loop device: $status: $(cat err)"
	said "$device: is shorter than its filesystem"
fi
