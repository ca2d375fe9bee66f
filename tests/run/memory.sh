#!/usr/bin/env bash
# Whichever allocation of a run fails, either a message says that it is out of
# memory, or the result is as if nothing had happened.  Nothing crashes, and
# nothing known about earlier dumps is lost.  STEP=1 fails each allocation.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

[ -z "$SANITIZER_FLAGS" ] || skip "a sanitizer makes allocations too"
need_source
need_python
preload=$top_builddir/tests/run/.libs/memory-preload.so
[ -e "$preload" ] || skip "its preload is not built"

mkdir -p tree/d/e
for i in 1 2 3 4 5 6; do
	head -c $((i * 9000)) /dev/zero | tr '\0' "$i" >tree/d/f$i
done
ln tree/d/f2 tree/d/e/hard
make_image img 2M tree -t ext2 -b 1024

mkdir start
cat >config <<END
dumpdates = "dd";
jobs = ( {
  name = "test"; level = LEVEL; date = DATE; exclude = [ "d/f5" ];
  source = { plugin = "fs-ext2"; device = "../img"; };
  output = { plugin = "out-file"; path = "dumps/a.%v"; overwrite = true;
             volume_size = "150 KiB"; verify = true; };
  ring = { slaves = 2; blocking = 10; };
} );
END
sed "s/LEVEL/0/; s/DATE/$date/" config >start/level0.conf
sed "s/LEVEL/1/; s/DATE/$((date + 100000))/" config >start/level1.conf

# a_run [VARIABLE=VALUE...]: at $level in the directory work, as in start.
a_run () {
	rm -rf work
	cp -r start work
	mkdir -p work/dumps
	(cd work && DUMPENGINE_STATE_DIR=state COUNT_FD=9 timeout 60 \
	    env LD_PRELOAD="$preload" "$@" "$program" "${trusted[@]}" \
	    -c "level$level.conf" >out 2>err 9>count </dev/null)
	status=$?
	mv work/err err
}

# What it leaves behind: the dumps, dumpdates, and the history.
outcome () {
	(cd work && sha1sum dumps/* dd) 2>/dev/null
	"$PYTHON3" - work/state/history/*.json <<-'END'
	import json, sys
	for name in sys.argv[1:]:
	    for dump in json.load(open(name))['dumps']:
	        print([dump[k] for k in ('level', 'date', 'base_date', 'status',
	            'is_noted', 'is_base', 'retake', 'retake_is_cut')],
	            [{**v, 'folder': 'folder' in v} for v in dump['volumes']])
	END
}

# attempt N: allocation N fails.
attempt () {
	a_run FAIL_AT="$1"
	[ "$status" -le 5 ] ||
	    fail "level $level, allocation $1: exit status $status: $(cat err)"
	! ls work/state/history/*.damaged >ls.log 2>&1 || fail "level $level," \
	    "allocation $1: a state that was not damaged is put aside: $(cat err)"
	grep -qi memory err && said=$((said + 1)) && return
	[ "$status" -eq 0 ] || fail "level $level, allocation $1: exit status" \
	    "$status, and no word of memory: $(cat err)"
	outcome >found 2>&1
	diff expected found >diff.log || fail "level $level, allocation $1: not a" \
	    "word of memory, but: $(cat diff.log)"
}

for level in 0 1; do
	a_run
	[ "$status" -eq 0 ] || fail "level $level: $(cat err)"
	[ -s work/count ] || skip "the allocations cannot be counted"
	outcome >expected
	n=$(sort -n work/count | tail -n 1)
	[ "$n" -gt 300 ] || fail "only $n allocations"
	rm -rf after
	mv work after
	said=0
	# Primes, so that levels and runs skip different ones.
	for ((i = 1; i <= n; i += ${STEP:-29 + 2 * level})); do
		attempt "$i"
	done
	[ "$said" -gt 5 ] || fail "level $level: only $said runs reported it"
	echo "level $level: $n allocations, $said runs said that memory is out"
	# The base of the next level.
	cp after/dd start/
	cp -r after/state start/
done
