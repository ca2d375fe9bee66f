#!/usr/bin/env bash
# out-file: a volume is read from a file, standard input, a FIFO or a disk, by
# the names under which it was written; what cannot be read is said.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

mkdir dumps
head -c 3500000 /dev/urandom >whole

# reading EXPECTED_STATUS OPTION... -- KEY=VALUE...: into the file `got`.
reading () {
	local expected=$1 status=0 options=()
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	"$top_builddir/tests/volumes/read-volume" "${options[@]}" out-file "$@" \
	    >got 2>err || status=$?
	[ "$status" -eq "$expected" ] ||
	    fail "read-volume ${options[*]} $*: $status, not $expected: $(cat err)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
}

# Names.
cp whole dumps/a002
reading 0 -n 2 -- path=dumps/a%v
said "opened dumps/a002, 3500000 bytes, seeks, position 0" "end at 3500000"
same_file whole got
reading 0 -n 2 -- path=dumps/none path=dumps/a002
same_file whole got
reading 0 -m dumps/a002 -- path=dumps/%d
same_file whole got
cp whole dumps/home-1-20010909
reading 0 -j home -l 1 -d 1000000000 -- path=dumps/%j-%l-%d
same_file whole got
reading 1 -j home -- path=dumps/%j-%l-%d
said "dumps/%j-%l-%d names the file by level and date"
reading 1 -- path=dumps/a%v
said "dumps/a001: cannot be opened: No such file or directory" "failure 3"
reading 1 -- path=dumps
said "dumps is a directory"

# Positions.
reading 0 -g 1234567 -- path=whole
cmp got <(tail -c +1234568 whole) || fail "a position"
reading 0 -g 9999999 -- path=whole
[ ! -s got ] || fail "there is something past the end"
reading 0 -s 1048576:1500001 -- path=whole
said "skipped 1500001"
cmp got <(head -c 1048576 whole; head -c 1500001 /dev/zero
    tail -c +2548578 whole) || fail "passing over"
reading 0 -s 1048576:9999999 -- path=whole
said "skipped 0" "end at 3500000"
reading 1 -g 9999999999999999999 -- path=whole
said "whole: no file has a byte 9999999999999999999"

# What is left of standard input; it ends once.
{ head -c 1000000 >/dev/null; reading 0 -- path=-; } <whole
said "opened standard input, 2500000 bytes, seeks"
cmp got <(tail -c +1000001 whole) || fail "the rest of standard input"
cat whole whole | {
	reading 0 -- path=/dev/stdin
	said "opened /dev/stdin, 0 bytes, streams"
}
cmp got <(cat whole whole) || fail "a pipe"
: | reading 0 -- path=-
[ ! -s got ] || fail "an empty pipe"

# A FIFO waits for its writer.
mkfifo fifo
cat whole >fifo &
reading 0 -s 1048576:100000 -- path=fifo
wait
said "streams" "skipped 0"
same_file whole got

# The memory of a process is a file whose beginning cannot be read.
reading 1 -- path=/proc/self/mem
said "bytes 0 to 32767 cannot be read: Input/output error" "lost 32768" \
    "errors in a row; giving it up" "read errors in all"
reading 1 -b 10240 -- path=/proc/self/mem
said "bytes 0 to 10239 cannot be read"

# Its own dumps, to a disk as well; a disk is longer than the volume.
if [ "$(id -u)" = 0 ] && truncate -s 4M disk &&
    loop=$(losetup -f --show disk 2>/dev/null); then
	trap 'losetup -d "$loop"; clean_up' EXIT
	dd if=whole of="$loop" conv=fsync status=none
	reading 0 -g 1000 -- path="$loop"
	said "opened $loop, 0 bytes, seeks"
	head -c 3499000 got | cmp - <(tail -c +1001 whole) || fail "a disk"
fi
