#!/usr/bin/env bash
# --estimate prints how much a run would write, and writes nothing.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"

mkdir -p tree/d/e
head -c 300000 /dev/zero | tr '\0' x >tree/d/big
echo 1 >tree/d/e/1
make_image a.img 8M tree -t ext4

# estimated REGEX
estimated () {
	grep -qE "^$1\$" out || fail "it printed \"$(cat out)\", not \"$1\""
}

configure_levels levels.conf "$scratch/a.img"
engine 0 -c levels.conf --estimate
estimated 'test: level 0, 6 inodes, [0-9]+ tape blocks, [0-9]+ bytes, 1 volume or more'
read -r _ _ _ _ _ blocks _ _ bytes _ <out
only
[ ! -e dumpdates ] || fail "it was noted"
[ "$bytes" -eq $((blocks * 1024)) ] || fail "$(cat out)"
engine 0 -c levels.conf --report report
real=$("$PYTHON3" -c "import json
print(json.load(open('report'))['jobs'][0]['estimated_blocks'])")
[ "$real" = "$blocks" ] || fail "estimated $blocks, then $real"
written=$(($(stat -c %s dumps/0) / 1024))
[ $((blocks - 64)) -lt "$written" ] && [ $((blocks + 64)) -gt "$written" ] ||
    fail "estimated $blocks, written $written"

# Levels, volumes, and exclusions.
engine 0 -q -c levels.conf --estimate --since 2001-01-01 --level 3
estimated "test: level 3, 6 inodes, $blocks tape blocks, .*"
said_nothing
engine 0 -c levels.conf --estimate --since 2037-01-01 --level 3
estimated 'test: level 3, 1 inodes, .*'
sed -i 's/"dumps\/%l"/"dumps\/%l.%v"; volume_size = "128 KiB"/' levels.conf
engine 0 -c levels.conf --estimate
estimated 'test: level 0, 6 inodes, .* bytes, 3 volumes'
configure_levels levels.conf "$scratch/a.img" 'exclude = "d";'
engine 0 -c levels.conf --estimate
estimated 'test: level 0, 2 inodes, .*'
configure_levels levels.conf "$scratch/none.img"
engine 1 -c levels.conf --estimate
printed_nothing
