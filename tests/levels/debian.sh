#!/usr/bin/env bash
# A chain begun by dump(8) is continued, and the other way round, with one
# dumpdates file for both.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"

need dump losetup
need_root

# dump(8) takes an image for a directory of the filesystem that holds it, so
# both get a device with a fixed name; only for a dump, as the image is what is
# mounted.
loop=
device=$scratch/device
attach () {
	loop=$(losetup --find --show a.img 2>losetup.log) ||
	    skip "no loop device: $(cat losetup.log)"
	ln -sfn "$loop" "$device"
}
detach () {
	[ -z "$loop" ] || losetup -d "$loop"
	loop=
}
trap 'detach; clean_up' EXIT

# by_dump LEVEL: a dump of that level by dump(8).
by_dump () {
	attach
	timeout 60 dump "-$1u" -D "$scratch/dumpdates" -f "$scratch/dumps/$1" \
	    "$device" >dump.log 2>&1 </dev/null || fail "dump: $(cat dump.log)"
	detach
}

# by_us LEVEL [OPTION of treecmp]
by_us () {
	attach
	engine 0 -c levels.conf --level "$1"
	detach
	scan "dumps/$1"
	restore_level "dumps/$1" restored
	shift
	compare_level a.img restored "$@"
}

start () {
	rm -rf restored dumpdates dumps/* tmp/*
	make_image a.img 16M -t ext4 -O '^inline_data' -b 1024
	can_mount a.img now rw || skip "cannot mount: $(cat mount.log)"
	unmount now
	change a.img "$tools/mutate" now --seed "$1" --steps 60
	configure_levels levels.conf "$device"
}

# dump does not handle fractions of a second, nor flags of 0.
start 11
touch dumpdates
by_dump 0
restore_level dumps/0 restored
change a.img "$tools/mutate" now --seed 12 --steps 40
by_us 1 --no-flags
[ "$(cut -d' ' -f1,2 dumpdates)" = "$device 0
$device 1" ] || fail "$(cat dumpdates)"
change a.img "$tools/mutate" now --seed 13 --steps 40
by_dump 2
restore_level dumps/2 restored
compare_level a.img restored --no-flags

start 14
by_us 0
change a.img "$tools/mutate" now --seed 15 --steps 40
by_dump 1
restore_level dumps/1 restored
compare_level a.img restored --no-flags
[ "$(cut -d' ' -f1,2 dumpdates)" = "$device 0
$device 1" ] || fail "$(cat dumpdates)"
change a.img "$tools/mutate" now --seed 16 --steps 40
by_us 2 --no-flags
