#!/usr/bin/env bash
# Read errors: each is named once, in the order of the stream, whatever the
# number of slaves and even if a volume is rewritten; the stream is the same,
# bit for bit; and they are counted.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
without_index=yes
need_python
mkdir dumps

source_plugin="plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");"
# 6 of 20 KiB each in 12 files, and each within one record.
many="$source_plugin files = 12; size = 102400; fault = \"read-many\";
    offset = 3000;"
errors=60

# named: the read errors reported by the last run, without the time of day
named () {
	sed -n 's/^[^ ]* test: warning: \(.* cannot be read and .*\)/\1/p' err
}

# configure SOURCE OUTPUT RING [MAX]
configure () {
	configure_job a.conf "$1" "$2" "$3"
	sed -i "s/date   =/max_read_errors = ${4:-0}; &/" a.conf
}

# ---- The same for any number of slaves

for slaves in 1 2 3 4 8 16; do
	configure "$many" "plugin = \"out-file\"; path = \"dumps/$slaves\";" \
	    "slaves = $slaves; blocking = 7;"
	engine 2 --report report.json -c a.conf
	said "$errors items are missing from the dump" "BUT IT IS NOT COMPLETE"
	named >named.$slaves
	[ "$(wc -l <named.$slaves)" -eq $errors ] ||
	    fail "$slaves slaves: not $errors errors: $(cat err)"
	same_file named.1 named.$slaves
	same_file dumps/1 "dumps/$slaves"
done
grep -qF '/sub/file1 (inode 12): 1024 bytes at offset 2048 cannot be read' \
    named.1 || fail "$(head -3 named.1)"
scan dumps/1
cp dumps/1 plain
"$PYTHON3" - named.1 <<-'END' || fail "not in the order of the stream"
	import re, sys
	found = [tuple(map(int, re.search(r'inode (\d+).*offset (\d+)',
	    line).groups())) for line in open(sys.argv[1])]
	sys.exit(found != sorted(found) or len(set(found)) != len(found))
	END

# ---- Only what is unreadable becomes zeros

"$PYTHON3" - dumps/1 <<-'END' || fail "other zeros than expected"
	import struct, sys
	stream = open(sys.argv[1], 'rb').read()
	at, inode, bad = 0, 0, {}
	while at < len(stream):
	    head = stream[at:at + 1024]
	    kind, = struct.unpack_from('<i', head)
	    count, = struct.unpack_from('<i', head, 160)
	    at += 1024
	    if kind in (3, 6):
	        at += count * 1024
	    if kind not in (2, 4):
	        continue
	    inode, = struct.unpack_from('<I', head, 20)
	    for i in range(count):
	        block = stream[at:at + 1024]
	        at += 1024
	        if inode < 12:
	            continue
	        value = inode - 11
	        if block == bytes(1024):
	            bad.setdefault(inode, []).append(i * 1024)
	        elif block != bytes([value]) * 1024:
	            sys.exit('inode %d block %d' % (inode, i))
	expected = [(3000 + 20000 * n) // 1024 * 1024 for n in range(5)]
	if bad != {i: expected for i in range(12, 24)}:
	    sys.exit(str(bad))
	END

# ---- They are in the report

"$PYTHON3" - report.json <<-'END' || fail "$(cat report.json)"
	import json, sys
	job = json.load(open(sys.argv[1]))['jobs'][0]
	found = job['found']
	ok = (job['findings'] == job['read_errors'] == len(found) == 60 and
	    job['notes'] == 0 and job['exit_status'] == 2 and
	    all(f['kind'] == 'read_error' for f in found) and
	    found[0]['path'] == '/sub/file1' and found[0]['inode'] == 12 and
	    'offset 2048 cannot be read' in found[0]['text'])
	sys.exit(not ok)
	END

# ---- A rewritten volume does not count them twice

for fault in 'fail_write = "1:1"' 'fail_write = "2:9"' 'fail_close = 2' \
    'verify = true; fail_readback = 2' 'kill = "2:20"'; do
	configure "$many" "$out_volumes volume_size = \"256 KiB\"; $fault;
	    retry = 1;" "slaves = 3; blocking = 8;"
	fresh
	engine 2 --report report.json -c a.conf
	said "rewriting it from its checkpoint" \
	    "$errors items are missing from the dump"
	named >again
	same_file named.1 again
	grep -q '"read_errors": 60' report.json || fail "$(cat report.json)"
done
# A full medium: what rolls forward is read again, and fails again.
configure "$many" "$out_volumes capacity = [40, 60, 1000];" \
    "slaves = 3; blocking = 8;"
fresh
engine 2 -c a.conf
said "$errors items are missing from the dump"
named >again
same_file named.1 again
scan_set dumps/0*

# ---- The limit on their number

for max in 1 32 59; do
	configure "$many" 'plugin = "out-file"; path = "dumps/few";' \
	    "slaves = 3; blocking = 7;" $max
	engine 4 -c a.conf
	said "read errors; max_read_errors is $max" "no operator" \
	    "THE ENTIRE DUMP IS ABORTED" "/sub/file1 (inode 12)"
	[ ! -e dumps/few ] || fail "there is a dump"
done
for max in 60 61 0; do
	rm -f dumps/*
	configure "$many" 'plugin = "out-file"; path = "dumps/few";' \
	    "slaves = 3; blocking = 7;" $max
	engine 2 -c a.conf
	not_said "max_read_errors"
	same_file plain dumps/few
done
