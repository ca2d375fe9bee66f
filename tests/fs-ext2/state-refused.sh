#!/usr/bin/env bash
# A filesystem that is in use or not consistent is refused with the reason and
# exit status 1; nothing is written.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_debugfs

mkdir dumps tree
echo x >tree/x
make_image good.img 8M tree -t ext4

# refused IMAGE TEXT...: by a dump and by --check.
refused () {
	local image=$1
	shift
	configure_dump r.conf "$image" dumps/r
	engine 1 -c r.conf
	said "$image" "$@"
	printed_nothing
	only
	engine 1 --check -c r.conf
	said "$image" "$@"
	only
}

cp good.img dirty.img
debugfs dirty.img "feature needs_recovery" "feature -has_journal"
refused dirty.img "journal" "is missing" "e2fsck" "ignore_journal"

refused missing.img "No such file"
refused tree "is a directory but not a mount point"
refused /dev/null "neither a block device nor an image file"

: >empty.img
refused empty.img
head -c 1000000 /dev/zero >zeros.img
refused zeros.img "no ext2, ext3 or ext4 filesystem"
head -c 1500 good.img >short.img
refused short.img

# Half of the filesystem is missing: the dump must not be taken for complete.
head -c 100000 good.img >torn.img
configure_dump torn.conf torn.img dumps/torn
run "$DUMPENGINE" -c torn.conf
[ "$status" -ne 0 ] || fail "a truncated image is dumped without an error"
only

# Errors or an unclean state cause only a warning.
cp good.img unclean.img
debugfs unclean.img "set_super_value state 0"
configure_dump u.conf unclean.img dumps/u
engine 0 -c u.conf
said "warning" "unclean.img" "e2fsck"
only u
rm dumps/u

# A mounted image: it may change during the dump, unless mounted read-only.
if can_mount good.img mnt rw; then
	device=$(awk -v at="$scratch/mnt" '$2 == at { print $1 }' /proc/mounts)
	refused "$device" "is mounted for writing" "$scratch/mnt"
	refused good.img "is mounted for writing" "$scratch/mnt"
	unmount mnt
	can_mount good.img mnt ro || fail "$(cat mount.log)"
	device=$(awk -v at="$scratch/mnt" '$2 == at { print $1 }' /proc/mounts)
	configure_dump m.conf "$device" dumps/m
	engine 0 -c m.conf
	said "mounted on $scratch/mnt"
	only m
fi
