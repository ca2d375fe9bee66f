#!/usr/bin/env bash
# A bit that has flipped in a compressed volume costs one frame, which is told;
# nothing of it is restored, and the rest is.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/filter/filter-lib.sh
. "$top_srcdir/tests/filter/filter-lib.sh"
need_source
need_python
need setfattr zstd

make_mixed_tree tree
make_image img 8M tree -b 1024 -N 128 -t ext4 -O ^has_journal
fresh
configure_filtered set.conf img "$to_files" "$zstd_small"
engine 0 -q -c set.conf
mv dumps/set001 good
size=$(stat -c %s good)

# flip AT: a bit of it.
flip () {
	"$PYTHON3" - "$1" <<-'END'
	import sys
	data = bytearray(open('good', 'rb').read())
	data[int(sys.argv[1])] ^= 1 << int(sys.argv[1]) % 8
	open('bad', 'wb').write(data)
	END
}

# restored FILE: every file in it is as it was, or not there, or named.
restored () {
	rm -rf back
	mkdir back
	(cd back && "${DUMPENGINE%/*}/dumpengine-restore" ${trusted[@]+"${trusted[@]}"} -ry \
	    -f "../$1" >../log 2>&1 </dev/null)
	status=$?
	[ "$status" -le 3 ] || fail "$1: status $status: $(cat log)"
	"$PYTHON3" - <<-'END' || fail "$1: $(cat log)"
	import os
	log = open('log', errors='replace').read()
	for folder, _, names in os.walk('tree'):
	    for name in names:
	        a = os.path.join(folder, name)
	        b = 'back' + a[4:]
	        if os.path.islink(a) or not os.path.isfile(b):
	            continue
	        if open(a, 'rb').read() != open(b, 'rb').read():
	            assert name in log, a
	END
}

restored good
[ "$status" -eq 0 ] || fail "the good one: $(cat log)"
seen=0
for i in {1..12}; do
	flip $((size * i / 13 + i))
	restored bad
	[ "$status" -eq 0 ] || seen=$((seen + 1))
done
[ "$seen" -ge 8 ] || fail "only $seen of 12 flips were noticed"

# Cut off anywhere, and with the table lost.
for length in $((size - 5)) $((size - 300)) $((size / 2)) 5000; do
	head -c "$length" good >bad
	restored bad
done
head -c $((size - 5)) good >bad
restored bad
[ "$status" -le 2 ] || fail "without a table: $(cat log)"
