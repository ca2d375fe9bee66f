#!/usr/bin/env bash
# --report replaces only regular files: devices, FIFOs, sockets and what links
# such as /dev/stdout lead to are written directly.  Only its owner can read a
# report, and links of other users are not followed.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_python

mkdir dumps tree
echo x >tree/x
make_image a.img 4M tree -t ext4
configure_job a.conf 'plugin = "fs-ext2"; device = "a.img";' \
    'plugin = "out-file"; path = "dumps/a"; overwrite = true;'

# is_report FILE
is_report () {
	"$PYTHON3" -c 'import json, sys
json.load(open(sys.argv[1]))["jobs"][0]["name"]' "$1" 2>json.log ||
	    fail "$1 is no report: $(tail -n 1 json.log): $(head -c 300 "$1")"
}

# no_leavings FOLDER
no_leavings () {
	local found
	found=$(find "$1" -maxdepth 1 -name '.dumpengine-*' -o \
	    -maxdepth 1 -name '*.partial')
	[ -z "$found" ] || fail "left behind: $found"
}

# ---- Regular files: an old one, one with a long name, one behind a link

umask 002
engine 0 -q -c a.conf --report report
is_report report
[ "$(stat -c %a report)" = 600 ] || fail "its mode is $(stat -c %a report)"
echo old >report
chmod 666 report
ln report second
engine 0 -q -c a.conf --report report
is_report report
[ "$(stat -c %a report)" = 600 ] ||
    fail "mode of a new one in place of an old one: $(stat -c %a report)"
[ "$(cat second)" = old ] || fail "the old file was written to: $(cat second)"
long=$(printf 'r%.0s' {1..255})
engine 0 -q -c a.conf --report "$long"
is_report "$long"
mkdir elsewhere
echo old >elsewhere/target
ln -s elsewhere/target link
ln -s elsewhere/new dangling
engine 0 -q -c a.conf --report link
engine 0 -q -c a.conf --report dangling
[ -L link ] && [ -L dangling ] || fail "a link was replaced"
is_report elsewhere/target
is_report elsewhere/new
no_leavings .
no_leavings elsewhere

# ---- Standard output, by each of its names; the rest of its file stays

{
	echo before
	"$DUMPENGINE" -q -c a.conf --report /dev/stdout
	echo behind
} >printed 2>err </dev/null
[ "$(head -n 1 printed)" = before ] && [ "$(tail -n 1 printed)" = behind ] ||
    fail "a report to /dev/stdout overwrote: $(cat printed)"
sed '1d;$d' printed >between
is_report between
"$DUMPENGINE" -q -c a.conf --report /dev/fd/3 3>third >out 2>err </dev/null ||
    fail "/dev/fd/3: $(cat err)"
is_report third
"$DUMPENGINE" -q -c a.conf --report /dev/stdout 2>err </dev/null | cat >piped
is_report piped

# ---- A FIFO, with and without a reader; a socket; a device

mkfifo fifo
cat fifo >read &
reader=$!
exec 9<>fifo		# it is not without a reader for a moment
engine 0 -q -c a.conf --report fifo
exec 9>&-
wait "$reader"
[ -p fifo ] || fail "a fifo was replaced"
is_report read
run timeout 20 "$DUMPENGINE" -q -c a.conf --report fifo
[ "$status" -eq 2 ] || fail "a fifo without a reader: exit status $status"
said "fifo" "it has no reader"
"$PYTHON3" - <<'END' >read &
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind('socket')
s.listen()
c = s.accept()[0]
while True:
    data = c.recv(65536)
    if not data:
        break
    sys.stdout.buffer.write(data)
END
wait_for 10 test -S socket || fail "no socket"
reader=$!
engine 0 -q -c a.conf --report socket
wait "$reader"
[ -S socket ] || fail "a socket was replaced"
is_report read
engine 2 -q -c a.conf --report elsewhere
said "elsewhere" "Is a directory"

# ---- A missing file where none is created

for name in /proc/dumpengine-report /sys/dumpengine-report; do
	engine 2 -q -c a.conf --report "$name"
	said "$name" "files cannot be kept"
done

is_root || exit 0
if mknod node c 1 3 2>/dev/null; then
	engine 0 -q -c a.conf --report node
	[ -c node ] || fail "a device was replaced"
	no_leavings .
fi
name=/dev/dumpengine-report-$$
engine 2 -q -c a.conf --report "$name"
said "$name" "files cannot be kept"
[ ! -e "$name" ] || { rm -f "$name"; fail "a file was created in /dev"; }

# ---- A link of another user

mkdir -m 777 open
echo precious >victim
for name in report report.partial; do
	ln -s "$scratch/victim" "open/$name"
	chown -h 65534 "open/$name"
done
engine 2 -q -c a.conf --report open/report
said "open/report" "another user"
rm open/report
engine 0 -q -c a.conf --report open/report
is_report open/report
[ "$(cat victim)" = precious ] || fail "a link of another user was followed"
mkfifo open/fifo
chown 65534 open/fifo
exec 9<>open/fifo
engine 2 -q -c a.conf --report open/fifo
exec 9>&-
said "open/fifo" "another user"
