#!/usr/bin/env bash
# A level is based only on a dump of the same filesystem: if another one, or an
# older copy, has the same name, it becomes a level 0, with a warning.  What is
# unknown is taken as dumpdates has it; damaged state is named.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"
need_debugfs

history=$DUMPENGINE_STATE_DIR/history
mkdir tree
echo a >tree/a
make_image a.img 8M tree -t ext4
configure_levels levels.conf a.img

# is_level N [TEXT...]: a dump of level 1 is made, and becomes one of level N.
is_level () {
	local level=$1
	shift
	engine 0 -c levels.conf --level 1
	said "date of this level $level dump" "$@"
	rm -f dumps/1
}

engine 0 -c levels.conf
not_said "warning"
is_level 1
not_said "warning"

# Another UUID.
cp a.img first.img
make_image a.img 8M tree -t ext4
is_level 0 "is of another filesystem, UUID" \
    "dumpdates has no dump of a.img with a level below 1; assuming a level 0"
# And back: the level 0 recorded now is of the other one.
cp first.img a.img
is_level 0 "is of another filesystem"
is_level 1
not_said "warning"

# The same UUID, but created at another time.
debugfs a.img "set_super_value mkfs_time 20010203040506"
is_level 0 "is of another filesystem, created"
is_level 1

# An older copy of it was restored.
cp a.img older.img
debugfs older.img "set_current_time 20200101000000" "write tree/a b"
cp older.img a.img
is_level 0 "an older copy was restored"
is_level 1
debugfs a.img "set_super_value kbytes_written 5000"
engine 0 -c levels.conf
debugfs a.img "set_super_value kbytes_written 4000"
is_level 0 "an older copy was restored"

# A line without state, as dump(8) writes it, is accepted.
rm -r "$history"
is_level 1
not_said "warning"

# Damaged state is named, and nothing is based on what it may have recorded.
for damage in 'truncate -s 100' 'truncate -s 0' 'cp /bin/true'; do
	engine 0 -c levels.conf
	file=$(echo "$history"/*.json)
	$damage "$file"
	is_level 0 "$file: damaged" "is unknown: its record"
	[ -e "${file%.json}.damaged" ] || fail "it was not put aside"
	is_level 1
	rm "${file%.json}.damaged"
done
# Invalid records are skipped, and kept in a copy.
sed -i 's/"dumps": *\[/&{}, /' "$file"
engine 0 -c levels.conf
said "$file: skipping 1 invalid record" \
    "kept a copy as .damaged"
[ -e "${file%.json}.damaged" ] || fail "there is no copy of it"
rm "${file%.json}.damaged"
chmod 666 "$file"
is_level 0 "$file: others can write to it"
chmod 600 "$file"
rm dumpdates
engine 0 -c levels.conf
is_level 1
not_said "warning"

# If that is impossible there is a warning, but only if it matters.
export DUMPENGINE_STATE_DIR=$scratch/file
: >file
engine 0 -c levels.conf
said "$scratch/file/history: cannot"
configure_dump plain.conf a.img plain
engine 0 -c plain.conf
not_said "warning"
