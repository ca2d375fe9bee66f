#!/usr/bin/env bash
# Volumes are read from a drive of the st driver: records of any length, up to
# the file mark; positions; a bad block, and a reset in the middle.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/tape/tape-lab-lib.sh
. "$top_srcdir/tests/tape/tape-lab-lib.sh"
[ "${1:-}" = inside ] || in_lab lab-read.sh -k debug -n 1

rules=/sys/kernel/debug/scsi_debug/0:0:0:0/error

# reading EXPECTED_STATUS OPTION... -- KEY=VALUE...: into the file `got`.
reading () {
	local expected=$1 status=0 options=()
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	"$top_builddir/tests/volumes/read-volume" "${options[@]}" out-tape \
	    device=/dev/nst0 "$@" >got 2>err </dev/null || status=$?
	[ "$status" -eq "$expected" ] ||
	    fail "read-volume ${options[*]} $*: $status, not $expected: $(cat err)"
}

# The drive keeps the first four bytes of a block: its number is there.
cat >write.py <<'END'
import os, sys
first, count, size = map(int, sys.argv[1:])
fd = os.open("/dev/nst0", os.O_WRONLY)
for i in range(first, first + count):
    assert os.write(fd, i.to_bytes(4, "big") + bytes(size - 4)) == size
END
# blocks SIZE: which ones there are in `got`, as ranges.
cat >blocks.py <<'END'
import sys
size = int(sys.argv[1])
data = open("got", "rb").read()
found = [int.from_bytes(data[i:i + 4], "big") for i in range(0, len(data), size)]
ranges = []
for n in found:
    if ranges and ranges[-1][1] == n - 1:
        ranges[-1][1] = n
    else:
        ranges.append([n, n])
print(" ".join("%d-%d" % tuple(r) for r in ranges))
END
has_blocks () {
	local found
	found=$("$PYTHON3" blocks.py "$1")
	[ "$found" = "$2" ] || fail "blocks $found, not $2: $(cat err)"
}

mt -f /dev/nst0 rewind
"$PYTHON3" write.py 100 40 10240
"$PYTHON3" write.py 200 20 65536
"$PYTHON3" write.py 300 100 1024

# Where the tape is, one file after the other.
mt -f /dev/nst0 rewind
reading 0 --
said "opened /dev/nst0, 0 bytes, seeks, position 0" "end at 409600"
has_blocks 10240 100-139
reading 0 --
said "position 41" "end at 1310720"
has_blocks 65536 200-219
reading 0 -- file=2
said "position 62" "end at 102400"
has_blocks 1024 300-399
reading 0 --
[ ! -s got ] || fail "there is something after the last file"

# Positions: forward, and no further than the end.
reading 0 -g 50 -- file=1
has_blocks 65536 209-219
reading 0 -g 60 -- file=1
has_blocks 65536 219-219
reading 0 -g 500 -- file=1
[ ! -s got ] || fail "it went to another file"
reading 1 -g 40 -- file=1
said "begins at position 41, so 40 is not one of it"

# Fixed blocks.
reading 0 -- file=2 block_size=1024
said "end at 102400"
has_blocks 1024 300-399
reading 0 -g 152 -- file=2 block_size=1024
has_blocks 1024 390-399

# An error is tried once more, a bad block costs itself, and after a reset
# reading goes on.
mt -f /dev/nst0 rewind
echo '2 -1 08 0 0 2 3 11 0' >"$rules"
reading 0 -- file=0
not_said "cannot be read"
has_blocks 10240 100-139
mt -f /dev/nst0 rewind
echo '2 -2 08 0 0 2 3 11 0' >"$rules"
reading 2 -- file=0
said "block 0 cannot be read" "lost 10240"
has_blocks 10240 "0-0 101-139"
mt -f /dev/nst0 rewind
echo '2 -1 08 0 0 2 6 29 0' >"$rules"
reading 0 -- file=0
said "the drive was reset; reading on at block 0"
has_blocks 10240 100-139
mt -f /dev/nst0 offline
reading 1 --
said "off-line (unloaded)" "failure 4"
echo "all is well"
exit 0
