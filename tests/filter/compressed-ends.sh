#!/usr/bin/env bash
# Wherever a medium is full, or its size ends it, a compressed volume holds whole
# records, no block is lost or duplicated, and restore(8) reads the set.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/filter/filter-lib.sh
. "$top_srcdir/tests/filter/filter-lib.sh"
need_source
need_python
need_restore
need setfattr

make_single

# whole WHAT: all volumes in dumps have the stream of the single one.
whole () {
	inflate dumps plain
	"$PYTHON3" "$tools/volstrip" same single plain/* >strip.log 2>&1 ||
	    fail "$1: $(head -n 5 strip.log)"
	no_partial
	scan_set dumps/*
}

# restored PREFIX: by restore(8).
restored () {
	rm -rf restored
	mkdir restored
	(cd restored && "$RESTORE" -r -M -f "../dumps/$1" </dev/null) \
	    >restore.log 2>&1
	rm -rf restored/restoresymtable restored/lost+found
	same_tree tree restored
}

fresh
configure_compressed set.conf img "$out_volumes"
engine 0 -q -c set.conf
whole "one volume"

# A medium that is full, as a tape is: with and without the way back.
all=$(($(stat -c %s plain/001) / 4096))
volumes=0
for capacity in 11 23 $((all - 3)) "$all"; do
	for shortens in true false; do
		fresh
		configure_compressed set.conf img "$out_volumes
		    capacity = $capacity; shortens = $shortens; verify = true;"
		engine 0 -c set.conf
		whole "media of $capacity records"
		restored ""
		volumes=$((volumes + $(count_of dumps)))
	done
done
[ "$volumes" -gt 30 ] || fail "only $volumes volumes"

# A size: it is that on the medium, and nothing is written twice.
for kib in 44 77 333; do
	fresh
	configure_compressed set.conf img "$to_files volume_size = \"$kib KiB\";
	    verify = true;"
	engine 0 -c set.conf
	not_said "rewriting it"
	whole "volumes of $kib KiB"
	restored set
	for volume in dumps/*; do
		[ "$(stat -c %s "$volume")" -le $((kib * 1024)) ] ||
		    fail "$volume is larger than $kib KiB"
	done
done

# Records that are acknowledged late.
late="plugin = $(quoted "$TEST_PLUGINS/out-late.so"); folder = \"dumps\";"
for capacity in 20 60; do
	fresh
	configure_compressed set.conf img "$late capacity = $capacity;"
	engine 0 -q -c set.conf
	whole "late, media of $capacity records"
done
