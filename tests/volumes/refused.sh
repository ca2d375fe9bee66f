#!/usr/bin/env bash
# Impossible or contradictory sizes of volumes are refused before anything is
# opened; valid ones are respected.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source

make_data_image img 2 tree

# refused RING OUTPUT TEXT...
refused () {
	local ring=$1 output=$2
	shift 2
	fresh
	configure_set a.conf img "$to_files $output" "$ring"
	engine 1 -c a.conf
	said "$@"
	only
	engine 1 -c a.conf --check
	said "$@"
}

ring="blocking = 1;"
refused "$ring" 'volume_size = 0;' "a.conf:" "volume_size"
refused "$ring" 'volume_size = -1;' "volume_size"
refused "$ring" 'volume_size = 32767;' "volume_size" "32767"
refused "$ring" 'volume_size = "31 KiB";' "volume_size"
refused "$ring" 'volume_size = "enough";' "volume_size" "enough"
refused "$ring" 'volume_size = 1.5;' "volume_size"
refused "$ring" 'volume_size = true;' "volume_size"
refused "$ring" 'volume_size = ();' "volume_size"
refused "$ring" 'volume_size = ("1 MiB", "1 KiB");' "volume_size" "element 2"
refused "$ring" 'volume_size = ("1 MiB", true);' "volume_size" "element 2"
refused "blocking = 64;" 'volume_size = "63 KiB";' "volume_size" "record"
refused "blocking = 64;" 'volume_size = ("1 MiB", "63 KiB");' "volume_size"
# 39 KiB hold only three records of ten tape blocks.
refused "blocking = 10;" 'volume_size = "39 KiB";' "volume_size"
refused "blocking = 10;" 'volume_size = ("1 MiB", "39 KiB");' "volume_size"
refused "$ring" 'volume_size = "1 MiB"; length_feet = 100;' "length_feet" \
    "volume_size"
refused "$ring" 'length_feet = 0;' "length_feet"
refused "$ring" 'length_feet = 1; density_bpi = 5;' "density_bpi"
refused "blocking = 10;" 'length_feet = 1; density_bpi = 800;' "length_feet"
refused "$ring" 'rewrite_attempts = -1;' "rewrite_attempts"
refused "$ring" 'volume_sise = "1 MiB";' "did you mean volume_size"
# A density without a length would have no effect.
refused "$ring" 'density_bpi = 1600;' "density_bpi"
refused "$ring" 'cartridge = true;' "cartridge"

configure_set a.conf img "plugin = $(quoted "$TEST_PLUGINS/out-null.so");
    verify = true;"
engine 1 -c a.conf
said "a.conf:" "verify" "out-null"

# ---- Their effect

# volumes STATUS RING OUTPUT BYTES...: the sizes of all volumes but the last.
volumes () {
	local expected=$1 ring=$2 output=$3 name number=0
	shift 3
	fresh
	configure_set a.conf img "$to_files $output" "$ring"
	engine "$expected" -c a.conf
	for bytes; do
		number=$((number + 1))
		name=dumps/set$(printf %03d "$number")
		[ "$(stat -c %s "$name")" -eq "$bytes" ] || fail "$output:" \
		    "$name has $(stat -c %s "$name") bytes, not $bytes"
	done
}

one=$((1024 * 1024))
ring="blocking = 16;"
volumes 0 "$ring" 'volume_size = "auto";'
only set001
volumes 0 "$ring" ''
only set001
all=$(stat -c %s dumps/set001)
volumes 0 "$ring" 'volume_size = "1 MiB";' "$one" "$one"
volumes 0 "$ring" 'volume_size = 1048576;' "$one" "$one"
# A partial record is not used.
volumes 0 "$ring" 'volume_size = 1064959;' "$one" "$one"
volumes 0 "$ring" 'volume_size = ("1 MiB", "128 KiB", 262144);' "$one" 131072 \
    262144 262144
volumes 0 "$ring" 'volume_size = [131072, 262144];' 131072 262144 262144
volumes 0 "blocking = 1;" 'volume_size = 32768;' 32768 32768 32768
# 10240 / 160 + 8 = 72 tenths a record; 6 feet have 720, and one more begins.
volumes 0 "blocking = 10;" 'length_feet = 6;' 112640 112640 112640
# 10240 / 625 + 5 = 21: 34, and one more.
volumes 0 "blocking = 10;" 'length_feet = 6; density_bpi = 6250;' 358400 358400
# 10240 / 100 + 16 = 118: 6, and one more.
volumes 0 "blocking = 10;" 'length_feet = 6; cartridge = true;' 71680 71680

# The last volume is never empty.
for cut in "$all" $((all + 16384)) $((all * 2)); do
	volumes 0 "$ring" "volume_size = $cut;"
	only set001
done
volumes 0 "$ring" "volume_size = $((all - 16384));"
only set001 set002

# ---- Both maps must be on volume 1

make_image many 64M tree -t ext4 -O ^has_journal -b 1024 -N 300000 -I 128
fresh
configure_set a.conf many "$to_files volume_size = \"64 KiB\";" "blocking = 1;"
engine 1 -c a.conf --report report
said "map" "volume_size"
only
configure_set a.conf many "$to_files volume_size = (\"256 KiB\", \"32 KiB\");" \
    "blocking = 1;"
engine 0 -c a.conf
if [ -n "${PYTHON3:-}" ]; then
	scan_set dumps/*
fi

# A medium that turns out to be too small for them does not get half of them.
fresh
configure_set a.conf many "$out_volumes capacity = (64, 256);" "blocking = 1;"
engine 0 -c a.conf
said "rewriting it from its checkpoint" "holds only 64"
if [ -n "${PYTHON3:-}" ]; then
	scan_set dumps/*
fi
