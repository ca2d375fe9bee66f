#!/usr/bin/env bash
# A filesystem that is mounted for writing is refused wherever that is: in
# another mount namespace, unmounted lazily, or through another loop device.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/live/live-lib.sh
. "$top_srcdir/tests/live/live-lib.sh"

need_source
need_restore
need_root
need unshare losetup

mkdir dumps tree other
echo x >tree/x
make_live a.img 8M tree
device=
other=				# the process in a namespace of its own

clean_up_elsewhere () {
	[ -z "$other" ] || kill "$other" 2>/dev/null
	exec 8>&- 9>&-
	umount "$scratch/mnt" 2>/dev/null
	wait "$other" 2>/dev/null
	[ -z "$device" ] || losetup -d "$device" 2>/dev/null
	clean_up_live
}
trap clean_up_elsewhere EXIT

device=$(losetup -f --show a.img) || skip "needs loop devices"

# mount_elsewhere OPTION: in a separate namespace, until the pipe is closed.
mount_elsewhere () {
	mkfifo hold
	unshare -m --propagation slave sh -c "$let_go"'
	    mount -o "$1" "$2" other && touch ready && read -r _ <hold' \
	    - "$1" "$device" &
	other=$!
	wait_for 30 test -e ready || skip "cannot mount in a namespace"
	exec 9>hold
}

unmount_elsewhere () {
	exec 9>&-
	wait "$other"
	other=
	rm -f hold ready
}

# dump DEVICE [SETTINGS]: configure a dump.
dump () {
	rm -f dumps/*
	configure_job r.conf "plugin = \"fs-ext2\"; device = $(quoted "$1"); ${2:-}" \
	    'plugin = "out-file"; path = "dumps/r";'
}

# refused TEXT: for the device and its image, unless live = true.
refused () {
	local name
	for name in "$device" a.img; do
		dump "$name"
		engine 1 -c r.conf
		said "$name is mounted for writing" "$1" "live = true"
		engine 1 --check -c r.conf
		said "mounted for writing"
		only
		dump "$name" "live = true;"
		engine 0 -c r.conf
		said "looking for changes made"
		not_said "warning"
		"$RESTORE" -t -f dumps/r 2>/dev/null | grep -q "./$2$" ||
		    fail "$2 is not in the dump of $name"
	done
}

not_refused () {
	local name
	for name in "$device" a.img; do
		dump "$name"
		engine 0 -c r.conf
		not_said "warning" "looking for changes made"
		only r
	done
}

not_refused

mount_elsewhere rw
echo new >"/proc/$other/root/$scratch/other/elsewhere"
refused "on $scratch/other in the mount namespace of process" elsewhere
unmount_elsewhere
not_refused

mount_elsewhere ro
not_refused
unmount_elsewhere

# It is in no mount table any more, but still written to.
mkdir mnt
mount "$device" mnt || skip "cannot mount"
exec 8>mnt/in-use
umount -l mnt || fail "cannot unmount"
echo new >&8
refused "not visible from here" in-use
echo more >&8
exec 8>&-
wait_for 30 test ! -e "/sys/fs/ext4/${device#/dev/}" ||
    fail "it stays mounted"
not_refused

# Exclusively opened without any further sign of use.
if command -v python3 >/dev/null; then
	mkfifo go
	python3 -c 'if True:
	    import os, sys
	    fd = os.open(sys.argv[1], os.O_RDONLY | os.O_EXCL)
	    open("held", "w")
	    open("go").read()' "$device" &
	other=$!
	wait_for 30 test -e held || fail "it does not get the device"
	for name in "$device" a.img; do
		dump "$name"
		engine 0 -c r.conf
		said "warning: $name: $device is open exclusively"
	done
	: >go
	wait "$other"
	other=
	not_refused
fi
