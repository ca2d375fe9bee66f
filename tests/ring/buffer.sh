#!/usr/bin/env bash
# ring.buffer and ring.start_fill change when records are written, and nothing
# in them; a streaming medium has its own default; the report says how often the
# output waited for the buffer.
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

fresh
configure_set a.conf img "$out_volumes capacity = (15);" "blocking = 4;"
engine 0 -q -c a.conf
mv dumps plain
for ring in "buffer = 65536;" "buffer = \"1 MiB\"; start_fill = 0;" \
    "start_fill = 1;" "start_fill = 50; slaves = 1;" \
    "buffer = \"80 KiB\"; start_fill = 100;" \
    "buffer = \"256 MiB\"; start_fill = 100; slaves = 9;"; do
	for output in "$out_volumes" "$out_late window = 9;" \
	    "$out_late window = 3; streams = true;"; do
		fresh
		configure_set a.conf img "$output capacity = (15);" \
		    "blocking = 4; $ring"
		engine 0 -q -c a.conf
		same_set plain dumps
	done
done

# refills OUTPUT RING: those of the first volume, from the JSON report.
refills () {
	fresh
	configure_set a.conf img "$1" "$2"
	engine 0 -v -c a.conf --report report.json
	"$PYTHON3" -c "import json; job = json.load(open('report.json'))['jobs'][0]
print(job['volumes'][0]['ring_refills'])" || fail "no ring_refills"
}

[ "$(refills "$out_volumes" "blocking = 4; buffer = 131072;")" -eq 0 ] ||
    fail "the buffer was refilled without being configured"
not_said "buffer refill"

# tests/unit/test_ring checks their number.
refills "$out_volumes" "blocking = 4; start_fill = 100;" >count
said "output stall"
[ "$(cat count)" -eq 0 ] || said "$(cat count) buffer refill"

# Invalid values.
fresh
configure_set a.conf img "$out_volumes" "start_fill = 101;"
engine 1 -c a.conf
said "start_fill: 101 is out of range (0 to 100)"
configure_set a.conf img "$out_volumes" "buffer = 1000;"
engine 1 -c a.conf
said "buffer: 1000 is out of range"
