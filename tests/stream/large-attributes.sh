#!/usr/bin/env bash
# Attributes that restore(8) cannot take are behind the end of the stream, where
# it does not read; it restores the rest as if they were not there.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_debugfs
need_restore
need_python

# An access control list of 1 + 600 + 3 entries, as setxattr(2) takes it.
"$PYTHON3" - >list <<'END'
import struct, sys
entries = [(1, 6, 0xffffffff)] + [(2, 4, n) for n in range(1000, 1600)] + \
    [(4, 4, 0xffffffff), (16, 6, 0xffffffff), (32, 4, 0xffffffff)]
sys.stdout.buffer.write(struct.pack('<I', 2) +
    b''.join(struct.pack('<HHI', *e) for e in entries))
END
for size in 20 1000 4090 5000 65536; do
	head -c $size /dev/urandom >value$size
done
mkdir -p dumps tree/dir/sub
echo x >tree/file
echo y >tree/dir/plain
echo z >tree/dir/sub/list
# debugfs sets at most a block.
make_image a.img 32M tree -t ext4 -b 65536 -O ea_inode
debugfs a.img \
    "ea_set -f value20 file user.a-small" \
    "ea_set -f value5000 file user.b-large" \
    "ea_set -f value65536 file user.c-largest" \
    "ea_set -f value20 file user.d-small" \
    "ea_set -f value4090 file trusted.large" \
    "ea_set -f value20 dir/plain user.a" \
    "ea_set -f list dir/sub/list system.posix_acl_access" \
    "ea_set -f value1000 dir user.a1" "ea_set -f value1000 dir user.a2" \
    "ea_set -f value1000 dir user.a3" "ea_set -f value1000 dir user.a4" \
    "ea_set -f value1000 dir user.a5" "ea_set -f value20 dir user.a6" \
    "ea_set -f value5000 dir trusted.b"
configure_dump a.conf a.img dumps/a
engine 0 --report report.json -v -c a.conf
said "note: /file (inode 16): its attribute user.b-large is larger" \
    "its attribute user.c-largest is larger" "trusted.large is larger" \
    "note: /dir/sub/list (inode " "system.posix_acl_access is larger" \
    "note: /dir (inode 12): its attribute user.a4 does not fit" "user.a5 does" \
    "its attribute trusted.b is larger" "only dumpengine-restore(8)"
not_said "small" "user.a6 does" "dir/plain" "NOT COMPLETE"
scan dumps/a

# They are there, each with its value, in this order, and end the dump.
cat >late.py <<'END'
import struct, sys
data = open(sys.argv[1], 'rb').read()
at, ended, found = 0, 0, []
word = lambda at: struct.unpack_from('<I', data, at)[0]
while at < len(data):
    kind, inode, count = word(at), word(at + 20), word(at + 160)
    if kind == 5:
        if data[at + 904:at + 908] == b'DEi1':
            found.append('end')
            break
        ended += not found or found[-1] != 'end'
        found += [] if found and found[-1] == 'end' else ['end']
    elif ended:
        body = data[at + 1024:at + 1024 + word(at + 40)]
        length, index, offset, size = struct.unpack_from('<BBH4xI', body, 4)
        value = body[4 + offset:4 + offset + size]
        name = body[20:20 + length].decode()
        for known in sys.argv[2:]:
            if value == open(known, 'rb').read():
                value = known
        found.append('%d %d %s %s' % (inode, index, name, value if isinstance(value, str) else len(value)))
    at += 1024
    if kind in (3, 6):
        at += count * 1024
    if kind in (2, 4):
        at += sum(map(bool, data[at - 860:at - 860 + count])) * 1024
print('\n'.join(found))
END
"$PYTHON3" late.py dumps/a value* >late
[ "$(sed '1d; $d' late | LC_ALL=C sort)" = "12 1 a4 value1000
12 1 a5 value1000
12 4 b value5000
15 2  4820
16 1 b-large value5000
16 1 c-largest value65536
16 4 large value4090" ] || fail "behind the end: $(cat late)"
[ "$(sed -n '1p; $p' late | tr '\n' ' ')" = "end end " ] ||
    fail "where are the ends? $(cat late)"

# restored FOLDER: it has what restore(8) can restore
restored () {
	[ "$(cat "$1/file" "$1/dir/plain" "$1/dir/sub/list" | tr -d '\n')" = xyz ] ||
	    fail "$1: $(cat restore.log)"
	"$PYTHON3" - "$1" >attributes 2>&1 <<-'END'
	import os, sys
	for name in ('file', 'dir/plain', 'dir'):
	    path = os.path.join(sys.argv[1], name)
	    print(name, *sorted(n for n in os.listxattr(path) if n.startswith('user.')))
	END
	[ "$(cat attributes)" = "file user.a-small user.d-small
dir/plain user.a
dir user.a1 user.a2 user.a3 user.a6" ] || fail "$1: $(cat attributes)"
}
restore_dump dumps/a by-r
restored by-r
mkdir by-x by-pipe
(cd by-x && "$RESTORE" -x -y -f ../dumps/a <<<"1
n") >restore.log 2>&1
restored by-x
mkfifo pipe
cat dumps/a >pipe &
(cd by-pipe && "$RESTORE" -r -y -f ../pipe) >restore.log 2>&1 </dev/null ||
    fail "from a pipe: $(cat restore.log)"
wait
[ ! -s restore.log ] || fail "from a pipe: $(cat restore.log)"
restored by-pipe
"$RESTORE" -t -y -f dumps/a >list.log 2>&1 || fail "-t: $(cat list.log)"
[ "$(grep -c '	\./' list.log)" -eq 6 ] || fail "-t: $(cat list.log)"
# Attributes missing here are all that differs.
"$RESTORE" -C -y -D "$scratch/by-r" -f dumps/a >compare.log 2>&1
! grep -v ': flags changed \|^Dump \|^Dumped from\|^Level \|^Label\|^filesys\|^Some files' \
    compare.log | grep -q . || fail "-C says: $(cat compare.log)"

# The end and what follows may be on other volumes.
for blocking in 10 16; do
	rm dumps/*
	source='plugin = "fs-ext2"; device = "a.img";'
	configure_job single.conf "$source" \
	    'plugin = "out-file"; path = "dumps/a";' "blocking = $blocking;"
	engine 0 -q -c single.conf
	configure_job volumes.conf "$source" 'plugin = "out-file";
	    path = "dumps/set%v"; volume_size = 65536;' "blocking = $blocking;"
	engine 0 -q -c volumes.conf
	"$PYTHON3" "$tools/dumpscan" --strict dumps/set* >scan.log 2>&1 ||
	    fail "blocking $blocking: $(cat scan.log)"
	"$PYTHON3" "$tools/volstrip" same dumps/a dumps/set* >same.log 2>&1 ||
	    fail "blocking $blocking: $(cat same.log)"
	mkdir by-volumes
	(cd by-volumes && "$RESTORE" -r -y -M -f ../dumps/set) >restore.log \
	    2>&1 </dev/null || fail "blocking $blocking: $(cat restore.log)"
	[ ! -s restore.log ] || fail "blocking $blocking: $(cat restore.log)"
	restored by-volumes
	rm -rf by-volumes
done
