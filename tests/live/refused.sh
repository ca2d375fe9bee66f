#!/usr/bin/env bash
# A filesystem mounted for writing is refused, under any name, unless live =
# true; one mounted read-only is not.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/live/live-lib.sh
. "$top_srcdir/tests/live/live-lib.sh"

need_source
need_root

mkdir dumps tree
echo x >tree/x
make_live a.img 8M tree

# dump DEVICE [SETTINGS]: configure a dump.
dump () {
	rm -f dumps/*
	configure_job r.conf "plugin = \"fs-ext2\"; device = $(quoted "$1"); ${2:-}" \
	    'plugin = "out-file"; path = "dumps/r";'
}

mount_image a.img mnt rw
ln -s "$device" "a link"
ln a.img hard.img
mkdir bound
mount --bind mnt bound || fail "cannot bind"
mounted+=("$scratch/bound")
for name in "$device" "a link" a.img hard.img "$scratch/a.img"; do
	dump "$name"
	engine 1 -c r.conf
	said "$name is mounted for writing on $scratch/mnt" "snapshot" \
	    "live = true"
	engine 1 --check -c r.conf
	said "mounted for writing"
	only
	dump "$name" "live = true;"
	engine 0 --check -c r.conf
	engine 0 -c r.conf
	said "mounted on $scratch/mnt" "looking for changes made"
	not_said "mounted for writing" "warning"
	only r
	scan dumps/r
done

# If there are two, the mount of the whole filesystem is named; a writable
# counts.
mount -o remount,ro,bind mnt || fail "cannot remount"
dump "$device"
engine 1 -c r.conf
said "is mounted for writing on $scratch/mnt"
unmount bound

# Another file with the same contents is a different one.
cp a.img copy.img
debugfs copy.img "feature -needs_recovery"
dump copy.img
engine 0 -c r.conf
not_said "mounted on"

unmount mnt
dump a.img
engine 0 -c r.conf
not_said "mounted on"

mount_image a.img mnt ro
for name in "$device" a.img; do
	dump "$name"
	engine 0 -c r.conf
	said "mounted on $scratch/mnt"
	not_said "looking for changes made"
	dump "$name" "live = true;"
	engine 0 -c r.conf
	not_said "looking for changes made"
done
