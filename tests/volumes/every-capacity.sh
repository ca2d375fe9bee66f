#!/usr/bin/env bash
# Wherever the medium ends: no block is lost or duplicated, each header has its
# numbers; and a set cut by the medium is, byte for byte, the one planned to end
# there.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need_python
need_debugfs
need setfattr

# Some attributes are behind the end of the stream.
make_small_tree tree
make_image img 4M tree -b 1024 -N 128 -t ext4 -O ^has_journal,ea_inode
head -c 1024 /dev/urandom >value
requests=()
for i in {1..6}; do
	requests+=("ea_set -f value names user.v$i"
	    "ea_set -f value dir/sub user.v$i")
done
debugfs img "${requests[@]}"

# eot RECORDS... : a set on media that hold this many records.
eot () {
	local list
	list=$(printf ', %s' "$@")
	fresh
	configure_set set.conf img "$out_volumes capacity = (${list#, });" "$ring"
	engine 0 -q -c set.conf
}

# planned BLOCKS...
planned () {
	local list
	list=$(printf ', %s' $(("$1" * 1024)))
	fresh
	configure_set set.conf img \
	    "$out_volumes volume_size = (${list#, });" "$ring"
	engine 0 -q -c set.conf
}

identical=0
moved=0
# With a sanitizer, the long ones would show nothing more.
blockings="1 4 10 64"
[ -z "${SANITIZER_FLAGS:-}" ] || blockings="10 64"
for blocking in $blockings; do
	ring="blocking = $blocking; slaves = 2;"
	mkdir -p eot planned
	fresh
	configure_set single.conf img "$out_volumes" "$ring"
	engine 0 -q -c single.conf
	mv dumps/001 single
	records=$(($(stat -c %s single) / 1024 / blocking))
	[ "$blocking" -gt 1 ] || [ "$records" -gt 200 ] ||
	    fail "the dump has only $records blocks"
	least=$(((32 + blocking - 1) / blocking))
	for ((capacity = least; capacity <= records; capacity++)); do
		eot "$capacity"
		mv dumps "eot/$capacity"
		# With single blocks there are many; some are enough.
		[ "$blocking" -gt 1 ] || [ $((capacity % 3)) -eq 0 ] || continue
		planned $((capacity * blocking))
		if diff -rq -x '.count-*' dumps "eot/$capacity" >/dev/null; then
			identical=$((identical + 1))
		else
			moved=$((moved + 1))
			volstrip early $((capacity * blocking)) dumps/* \
			    >early.log || fail "volumes of $capacity records" \
			    "of $blocking, planned: $(cat early.log)"
		fi
		mv dumps "planned/$capacity"
	done
	[ "$(count_of "eot/$records")" -eq 1 ] ||
	    fail "a medium for all of the dump was not enough"
	[ "$(count_of "eot/$((records - 1))")" -eq 2 ] ||
	    fail "a medium that lacks one record makes no second volume"
	volstrip sets single "$blocking" eot/* planned/* >sets.log ||
	    fail "blocking $blocking: $(head -n 20 sets.log)"
	rm -rf eot planned
done
# Most ends are not moved, some are; otherwise this shows nothing.
if [ -z "${SANITIZER_FLAGS:-}" ]; then
	[ "$identical" -gt 50 ] || fail "only $identical sets are as planned"
	[ "$moved" -gt 3 ] || fail "the ends of only $moved sets were moved"
fi

# The same with volumes of different sizes.
ring="blocking = 4; slaves = 3;"
fresh
configure_set single.conf img "$out_volumes" "$ring"
engine 0 -q -c single.conf
mv dumps/001 single
records=$(($(stat -c %s single) / 4096))
for capacities in "8 9 10 11 12 13" "20 8 30 9" "8 $((records - 8)) 8" \
    "$((records - 2)) 8" "$((records - 1)) 8"; do
	# shellcheck disable=SC2086
	eot $capacities
	same_stream single dumps/*
	scan_set dumps/*
	[ "$(count_of dumps)" -gt 1 ] || fail "$capacities: one volume"
done

# A medium without room for even one record, or with too few for restore, is
# left, and its contents go to another.
for capacities in "0 500" "0 0 500" "3 500" "20 0 20 0 500" "20 7 20 7 500"; do
	# shellcheck disable=SC2086
	eot $capacities
	same_stream single dumps/*
	scan_set dumps/*
	said "rewriting it from its checkpoint"
	no_partial
done
