#!/usr/bin/env bash
# A chain that dump(8) has begun is carried on, and the other way round, with one
# dumpdates file for both.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels-lib.sh
. "$top_srcdir/tests/levels-lib.sh"

need dump
need_root

# by_dump LEVEL: a dump of that level by dump(8).
by_dump () {
	timeout 60 dump "-$1u" -D "$scratch/dumpdates" -f "$scratch/dumps/$1" \
	    "$scratch/a.img" >dump.log 2>&1 </dev/null ||
	    fail "dump: $(cat dump.log)"
}

start () {
	rm -rf restored dumpdates dumps/* tmp/*
	make_image a.img 16M -t ext4 -O '^inline_data' -b 1024
	can_mount a.img now rw || skip "cannot mount: $(cat mount.log)"
	unmount now
	change a.img "$tools/mutate" now --seed "$1" --steps 60
	configure_levels levels.conf "$scratch/a.img"
}

# Times below a second are beyond dump, flags of 0 as well.
start 11
touch dumpdates
by_dump 0
restore_level dumps/0 restored
change a.img "$tools/mutate" now --seed 12 --steps 40
dump_level 1 a.img restored --no-flags
[ "$(cut -d' ' -f1,2 dumpdates)" = "$scratch/a.img 0
$scratch/a.img 1" ] || fail "$(cat dumpdates)"
change a.img "$tools/mutate" now --seed 13 --steps 40
by_dump 2
restore_level dumps/2 restored
compare_level a.img restored --no-flags

start 14
dump_level 0 a.img restored
change a.img "$tools/mutate" now --seed 15 --steps 40
by_dump 1
restore_level dumps/1 restored
compare_level a.img restored --no-flags
[ "$(cut -d' ' -f1,2 dumpdates)" = "$scratch/a.img 0
$scratch/a.img 1" ] || fail "$(cat dumpdates)"
change a.img "$tools/mutate" now --seed 16 --steps 40
dump_level 2 a.img restored --no-flags
