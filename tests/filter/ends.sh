#!/usr/bin/env bash
# Wherever a medium is full, or its size ends it, what filters have written can
# be undone volume by volume, and no block is lost or duplicated: with zstd(1),
# and through two filters, of which the second must see its last piece as such.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/filter/filter-lib.sh
. "$top_srcdir/tests/filter/filter-lib.sh"
need_source
need_python
need setfattr zstd

ring="blocking = 4;"
make_single

# whole WHAT: all volumes in dumps have the stream of the single one.
whole () {
	undo dumps plain
	"$PYTHON3" "$tools/volstrip" same single plain/* >strip.log 2>&1 ||
	    fail "$1: $(head -n 5 strip.log)"
	no_partial
}

fresh
configure_filtered set.conf img "$out_volumes" "$zstd_small"
engine 0 -q -c set.conf
whole "one volume"
all=$(($(stat -c %s dumps/001) / 4096 + 1))
zstd -lv dumps/001 >frames 2>&1
grep -q "Skippable Frames: 2" frames || fail "no seek table: $(cat frames)"

# A medium that is full, as a tape is: with and without the way back.
volumes=0
for capacity in 11 12 13 17 23 29 41 67 $((all - 2)) $((all - 1)) "$all"; do
	for shortens in true false; do
		fresh
		configure_filtered set.conf img "$out_volumes capacity = $capacity;
		    shortens = $shortens; verify = true;" "$zstd_small"
		engine 0 -c set.conf
		# With a way back, nothing is written twice, unless the end of
		# the stream fits, and the index behind it does not.
		[ $shortens = false ] ||
		    [ "$(grep -c "rewriting it" err)" -le 1 ] ||
		    fail "$(cat err)"
		whole "media of $capacity records"
		for volume in dumps/*; do
			[ "$(stat -c %s "$volume")" -le $((capacity * 4096)) ] ||
			    fail "$volume is larger than its medium"
		done
		volumes=$((volumes + $(count_of dumps)))
	done
done
[ "$volumes" -gt 60 ] || fail "only $volumes volumes"

# A size: it is that on the medium, and nothing is written twice.
for kib in 44 50 61 77 100 160 222 333 444; do
	fresh
	configure_filtered set.conf img "$out_volumes volume_size = \"$kib KiB\";
	    verify = true;" "$zstd_small"
	engine 0 -c set.conf
	not_said "rewriting it"
	whole "volumes of $kib KiB"
	for volume in dumps/*; do
		[ "$(stat -c %s "$volume")" -le $((kib * 1024)) ] ||
		    fail "$volume is larger than $kib KiB"
	done
done

# Records that are acknowledged late.
late="plugin = $(quoted "$TEST_PLUGINS/out-late.so"); folder = \"dumps\";"
for capacity in 20 37 60; do
	fresh
	configure_filtered set.conf img "$late capacity = $capacity;" "$zstd_small"
	engine 0 -q -c set.conf
	whole "late, media of $capacity records"
done

# Two filters.
stack="$zstd_small, { plugin = $(quoted "$TEST_PLUGINS/filter-fault.so"); }"
for output in "" "capacity = 15;" "capacity = 33;" "capacity = $all;" \
    "volume_size = \"60 KiB\";" "volume_size = \"171 KiB\";" \
    "capacity = 40; shortens = false;"; do
	fresh
	configure_filtered set.conf img "$out_volumes $output" "$stack"
	engine 0 -q -c set.conf
	rm -rf restored
	mkdir restored
	(cd restored && ours -r -f "../dumps/%v")
	rm -rf restored/restoresymtable restored/lost+found
	same_tree tree restored
done
