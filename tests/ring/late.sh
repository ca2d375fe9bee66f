#!/usr/bin/env bash
# An output that acknowledges records late: wherever the medium ends, and
# however late this is known, the set is, byte for byte, that of an output that
# knows at once; a failure is detected; what the output reports is checked.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
without_index=yes
need_source
need_python
need setfattr

make_small_image img tree
out_late="plugin = $(quoted "$TEST_PLUGINS/out-late.so"); folder = \"dumps\";"

# set_of OUTPUT [STATUS]: on media of the sizes in $capacities.
set_of () {
	fresh
	configure_set a.conf img "$1 capacity = ($capacities);" "$ring"
	engine "${2:-0}" -q -c a.conf
}

# same_as_at_once [OPTION]: the same with several windows as without one.
same_as_at_once () {
	local window
	set_of "$out_volumes ${1:-}"
	rm -rf at_once
	mv dumps at_once
	for window in $windows; do
		set_of "$out_late window = $window; ${1:-}"
		same_set at_once dumps
	done
}

# Every capacity with records of 4 blocks, some with others.
sets=0
for blocking in 1 10 64 4; do
	ring="blocking = $blocking; slaves = 3;"
	case $blocking in
	1) windows=40 step=41 ;;
	4) windows=1 step=1 ;;
	10) windows=2 step=5 ;;
	64) windows=1 step=1 ;;
	esac
	[ -z "$SANITIZER_FLAGS" ] || step=$((step * 8))
	capacities=100000
	set_of "$out_volumes"
	records=$(($(stat -c %s dumps/001) / 1024 / blocking))
	least=$(((32 + blocking - 1) / blocking))
	for ((capacity = least; capacity < records; capacity += step)); do
		capacities=$capacity
		same_as_at_once
		sets=$((sets + 1))
		[ "$(count_of dumps)" -gt 1 ] ||
		    fail "a medium of $capacity records has no end"
		windows=$(((windows + 3) % 13 + 1))
	done
done
[ "$sets" -gt 5 ] || fail "only $sets capacities were tried"

# An output that is never late; media that are too small; only the last record.
ring="blocking = 4; slaves = 2;"
windows="0 1 7"
for capacities in "0, 500" "3, 500" "20, 0, 20, 500" "8, $((records - 8)), 8"; do
	same_as_at_once
done
# Planned ends, between which some records are settled only at the end.
capacities=100000
same_as_at_once "volume_size = 100000;"
capacities=15
same_as_at_once "volume_size = (70000, 50000);"

# What is read back and compared is what is on the medium.
capacities="15, 9, 20"
same_as_at_once "verify = true;"
capacities="15, 9, 9, 20"
set_of "$out_late verify = true; flip = \"2:4\";"
said "volume 2: data read back from" "differs"
same_set at_once dumps

# A failure that is reported late, in write() and in settle().
for record in 1 2 7 15; do
	fresh
	configure_set a.conf img "$out_late capacity = (15);
	    fail_write = \"1:$record\";" "$ring" \
	    "plugin = \"eot-script\"; command = \"true\";"
	engine 0 -c a.conf
	said "is not written, as told" \
	    "volume 1: write failed; rewriting it from its checkpoint"
	no_partial
	scan_set dumps/*
done
fresh
configure_set a.conf img "$out_late fail_settle = true;" "$ring" \
    "plugin = \"eot-script\"; command = \"true\";"
engine 0 -c a.conf
said "is not settled, as told" "volume 1: write failed; rewriting it from its checkpoint"
scan_set dumps/*

# Impossible results.
capacities=100000
for how in more back late; do
	set_of "$out_late miscount = \"$how\";" 4
	said "out-late: impossible count of settled records" "fix the plugin"
done
set_of "$out_late miscount = \"few\";" 4
said "out-late: settle() succeeded on dumps/001 with only"
set_of "$out_late told = 65537;" 1
said "out-late wants a window of 65537 records; the maximum is 65536"
no_partial
fresh
configure_set a.conf img "plugin = $(quoted "$TEST_PLUGINS/bad-window.so");"
engine 1 -q -c a.conf
said "bad wants a window of 5 records, but has no callback"
