#!/usr/bin/env bash
# Volumes are read from a drive of the st driver: records of any length, up to
# the file mark; positions; a bad block, and a reset in the middle.  Sets are
# restored from a tape: one of several, a chain, also by the catalogue, and a file
# without what is before it.  One is mounted.  Sets are copied to a tape, and from
# it.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/tape/tape-lab-lib.sh
. "$top_srcdir/tests/tape/tape-lab-lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
# shellcheck source=tests/copy/copy-lib.sh
. "$top_srcdir/tests/copy/copy-lib.sh"

if [ "${1:-}" != inside ]; then
	make_read_sets
	in_lab lab-read.sh -k data -n 1 -s 48
fi

# Beside the drives that keep their data, one that can fail.
failing=$(find /sys/class/scsi_tape -name 'nst[0-9]' | wc -l)
modprobe scsi_debug ptype=1 num_tgts=1 max_luns=1 delay=0 ||
    fail "no scsi_debug"
wait_for 10 test -e "/dev/nst$failing" || fail "no second drive"
rules=/sys/kernel/debug/scsi_debug/$(basename \
    "$(readlink -f "/sys/class/scsi_tape/nst$failing/device")")/error
failing=/dev/nst$failing

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
	    "device=$failing" "$@" >got 2>err </dev/null || status=$?
	[ "$status" -eq "$expected" ] ||
	    fail "read-volume ${options[*]} $*: $status, not $expected: $(cat err)"
}

# The drive keeps the first four bytes of a block: its number is there.
cat >write.py <<'END'
import os, sys
fd = os.open(sys.argv[1], os.O_WRONLY)
first, count, size = map(int, sys.argv[2:])
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

mt -f "$failing" rewind
"$PYTHON3" write.py "$failing" 100 40 10240
"$PYTHON3" write.py "$failing" 200 20 65536
"$PYTHON3" write.py "$failing" 300 100 1024

# Where the tape is, one file after the other.
mt -f "$failing" rewind
reading 0 --
said "opened $failing, 0 bytes, seeks, position 0" "end at 409600"
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
mt -f "$failing" rewind
echo '2 -1 08 0 0 2 3 11 0' >"$rules"
reading 0 -- file=0
not_said "cannot be read"
has_blocks 10240 100-139
mt -f "$failing" rewind
echo '2 -2 08 0 0 2 3 11 0' >"$rules"
reading 2 -- file=0
said "block 0 cannot be read" "lost 10240"
has_blocks 10240 "0-0 101-139"
mt -f "$failing" rewind
echo '2 -1 08 0 0 2 6 29 0' >"$rules"
reading 0 -- file=0
said "the drive was reset; reading on at block 0"
has_blocks 10240 100-139
mt -f "$failing" offline
reading 1 --
said "off-line (unloaded)" "failure 4"

# ---- Sets, on the drive that keeps them

# put SET: as the next file of the tape.
put () {
	dd if="$made/dumps/$1" of=/dev/nst0 bs=32k 2>dd.log ||
	    fail "dd: $(cat dd.log)"
}
mt -f /dev/nst0 rewind
for set in 0 1 large; do
	put $set
done

# Several sets, at once and one by one, as from files.
restore_into at-once 0 -r -f /dev/nst0 -f /dev/nst0
equal_trees "$made/tree-1" at-once
restore_into one-by-one 0 -r -s 1 -f /dev/nst0
restore_into one-by-one 0 -r -s 2 -f /dev/nst0
equal_trees "$made/tree-1" one-by-one
mt -f /dev/nst0 rewind
restore_into in-turn 0 -r -f /dev/nst0
restore_into in-turn 0 -r -f /dev/nst0
equal_trees "$made/tree-1" in-turn

# By the catalogue; the tape is what it says, or somebody has to bring that.
read -r first second <"$made/dates"
cp "$made/catalog" .
restore_into first 0 -r --catalog "$PWD/catalog" --at "@$first"
equal_trees "$made/tree-0" first
mt -f /dev/nst0 eod
restore_into second 0 -r --catalog "$PWD/catalog" --at "@$second"
equal_trees "$made/tree-1" second
said "level 1 of" "on medium DE0001L8, labelled levels, file 1"
restore_into none 4 -r --catalog "$PWD/catalog" -f "$failing"
said "$failing: volume 1 of level 0 of" "medium DE0001L8, labelled levels" \
    "is volume 1 of level 0 of"
[ -z "$(ls -A none)" ] || fail "written: $(ls -A none)"

# A file without what is before it.
before=$(cat /sys/class/scsi_tape/nst0/stats/read_cnt)
restore_into by-table 0 -x -s 3 -Q "$made/table" -f /dev/nst0 "$wanted_file"
same_file "by-table/$wanted_file" "$made/tree/$wanted_file"
count=$(($(cat /sys/class/scsi_tape/nst0/stats/read_cnt) - before))
all=$(($(stat -c %s "$made/dumps/large") / 32768))
[ "$count" -lt $((all / 2)) ] || fail "$count of $all records were read"

# The same by the index, which is at the end of the file.
before=$(cat /sys/class/scsi_tape/nst0/stats/read_cnt)
restore_into by-index 0 -x -s 3 -f /dev/nst0 "$wanted_file"
same_file "by-index/$wanted_file" "$made/tree/$wanted_file"
count=$(($(cat /sys/class/scsi_tape/nst0/stats/read_cnt) - before))
[ "$count" -lt $((all / 2)) ] ||
    fail "$count of $all records were read, in spite of the index"

# ---- A set that is mounted, from the drive

modprobe fuse || fail "no fuse"
wait_for 10 test -c /dev/fuse || fail "no /dev/fuse"
# see FILE TREE: the set there is that tree, read in any order.
see () {
	mkdir -p seen
	mounted+=("$scratch/seen")
	run setsid "$top_builddir/dumpengine-mount" -d -s "$1" \
	    /dev/nst0 seen
	[ "$status" -eq 0 ] || fail "file $1: status $status: $(cat err)"
	ls -lR seen >listing || fail "file $1 cannot be listed"
	cp -a seen copied || fail "file $1 cannot be copied"
	"$PYTHON3" "$tools/treecmp" --no-atime --ignore lost+found "$2" \
	    copied >treecmp.log 2>&1 ||
	    fail "file $1: $(head -c 4000 treecmp.log)"
	fusermount3 -u seen || fail "cannot unmount it"
	rm -r copied
}
see 1 "$made/tree-0"
said "where its files are, is in its index"

# ---- Copies: to the tape, from it, and never onto itself

append='plugin = "out-tape"; device = "/dev/nst0"; append = true;'
configure_copy "$append" 'blocking = 64;'
copy 0 --from "$made/dumps/0"
copy 0 --from "$made/dumps/large"
said "on /dev/nst0" "COPY IS DONE"
restore_into copied 0 -r -s 4 -f /dev/nst0
equal_trees "$made/tree-0" copied
configure_copy 'plugin = "out-file"; path = "back%v"; volume_size = "3 MiB";'
copy 0 -s 5 --from /dev/nst0
not_said "nothing tells whether the contents"
restore_into back 0 -r -M -f ../back
diff -r -x lost+found -x restoresymtable "$made/tree" back >diff.log 2>&1 ||
    fail "$(cat diff.log)"
configure_copy "$append"
copy 1 -s 5 --from /dev/nst0
said "/dev/nst0: the dump would overwrite the set that is copied"
echo "all is well"
exit 0
