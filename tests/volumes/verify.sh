#!/usr/bin/env bash
# With verify, a volume that reads back differently is detected and rewritten;
# one that always does is given up.  The reported digest is that of the volume.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need_python

make_data_image img 2 tree
ring="blocking = 16;"
small="volume_size = \"256 KiB\"; verify = true;"
fresh
configure_set a.conf img "$out_volumes $small" "$ring"
engine 0 -c a.conf --report report
said ", verified"
not_said "rewriting it"
mv dumps good

verify () {
	fresh
	configure_set a.conf img "$out_volumes $small $2" "$ring" "" "${3:-}"
	run setsid -w "$DUMPENGINE" -c a.conf --report report
	[ "$status" -eq "$1" ] ||
	    fail "$2: exit status $status, not $1: $(cat err)"
}

for record in 1 7 16; do
	verify 0 "flip = \"3:$record\";"
	said "volume 3: verification failed; rewriting it from its checkpoint"
	same_set good dumps
done
verify 0 "flip = \"1:2\"; times = 2;"
same_set good dumps
last=$(count_of good)
verify 0 "flip = \"$last:1\";"
said "volume $last: verification failed; rewriting it"
same_set good dumps
verify 0 "fail_readback = 2;"
said "volume 2: verification failed; rewriting it" "is not read back"
same_set good dumps

# Also if the medium has ended it.
verify 0 "flip = \"2:5\"; capacity = (16);"
same_set good dumps

# It stays bad.
verify 5 "flip = \"3:7\"; times = 100;"
said "volume 3: verification failed"
[ ! -e dumps/003 ] || fail "a bad volume has its final name"
[ ! -e dumps/004 ] || fail "it went on after a bad volume"
cmp good/002 dumps/002 || fail "volume 2 is another one"
no_partial
"$PYTHON3" - report <<'END' || fail "report: $(cat report)"
import json, sys
r = json.load(open(sys.argv[1]))
job = r['jobs'][0]
assert r['exit_status'] == job['exit_status'] == 5
assert [v['number'] for v in job['volumes']] == [1, 2]
assert [w['volume'] for w in job['rewrites']] == [3, 3]
END
verify 5 "flip = \"1:1\"; times = 100; rewrite_attempts = 0;"
[ -z "$(find dumps -name '00*')" ] || fail "$(ls dumps)"

# Without verify it goes unnoticed.
small="volume_size = \"256 KiB\";"
verify 0 "flip = \"3:7\";"
not_said "rewriting it" ", verified"
! cmp -s good/003 dumps/003 || fail "the fault has no effect"

# ---- out-file

fresh
configure_set a.conf img "$to_files verify = true; volume_size = \"512 KiB\";" \
    "$ring"
engine 0 -c a.conf --report report
said ", verified"
no_partial
mv dumps verified
fresh
configure_set a.conf img "$to_files volume_size = \"512 KiB\";" "$ring"
engine 0 -c a.conf --report report2
not_said "read back"
same_set verified dumps

# ---- The digest, with and without verify

"$PYTHON3" - report report2 err <<'END' || fail "the digests of the reports"
import json, sys
a, b = (json.load(open(f))['jobs'][0]['volumes'] for f in sys.argv[1:3])
assert [v['xxh3_128'] for v in a] == [v['xxh3_128'] for v in b]
assert all(v['verified'] for v in a) and not any(v['verified'] for v in b)
text = open(sys.argv[3]).read()
for v in a:
    assert len(v['xxh3_128']) == 32
    assert 'XXH3 ' + v['xxh3_128'] in text
END
for volume in dumps/set*; do
	said "XXH3 $("$top_builddir/tests/volumes/xxh3" <"$volume")"
done

# ---- Outputs that cannot be read back

# An output that cannot be read back is refused before writing.
configure_set a.conf img 'plugin = "out-file"; path = "/dev/null";
    verify = true;' "$ring"
run setsid -w "$DUMPENGINE" -c a.conf
[ "$status" -ne 0 ] || fail "/dev/null was verified"
said "/dev/null" "verify"
