#!/usr/bin/env bash
# dumpdates: created if missing, updated only by complete dumps, and according
# to its options and those of the command line.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"

mkdir tree
echo a >tree/a
make_image a.img 8M tree -t ext4
name=$scratch/a.img

# settings [SETTINGS OF THE JOB]: with a known date.
settings () { configure_levels levels.conf "$name" "date = $date; ${1:-}"; }

# holds LINE...: it contains exactly these.
holds () {
	local found expected
	found=$(cat dumpdates)
	expected=$(printf '%s\n' "$@")
	[ "$found" = "$expected" ] ||
	    fail "dumpdates holds \"$found\", not \"$expected\""
	[ "$(echo dumpdates?*)" = "dumpdates?*" ] || fail "leftovers: $(ls)"
}

# --check changes nothing.
settings
engine 0 -c levels.conf --check
said "dumpdates: does not exist; will be created"
[ ! -e dumpdates ] || fail "--check created it"

# A dump creates it, and is recorded with its own date.
engine 0 -c levels.conf
said "dumpdates: did not exist; created empty"
holds "$name 0 Sun Sep 13 12:26:40 2020 +0000"

# The zone is that of the date, not the current one.
date=1593606400
settings
TZ=Europe/Berlin engine 0 -c levels.conf
holds "$name 0 Wed Jul  1 14:26:40 2020 +0200"
date=1580000000
settings
TZ=America/St_Johns engine 0 -c levels.conf
holds "$name 0 Sat Jan 25 21:23:20 2020 -0330"

# Foreign lines stay, even one without a newline; so do mode and owner.
date=1600000000
settings
{
	echo "/dev/other 3 Sat Jan 25 21:23:20 2020 -0330"
	echo "$name 1 Sat Jan 25 21:23:20 2020"
	echo "# a comment"
	echo
	echo "$name 0 Sat Jan 25 21:23:20 2020 -0330"
	printf 'rubbish \377\001 without an end'
} >dumpdates
chmod 640 dumpdates
! is_root || chown 12:34 dumpdates
engine 0 -c levels.conf --level 1
said "dumpdates:3: ignored, as are other lines: not a record of a dump" \
    "date of last level 0 dump: Sun Jan 26 00:53:20 2020"
{
	echo "/dev/other 3 Sat Jan 25 21:23:20 2020 -0330"
	echo "$name 1 Sun Sep 13 12:26:40 2020 +0000"
	echo "# a comment"
	echo
	echo "$name 0 Sat Jan 25 21:23:20 2020 -0330"
	printf 'rubbish \377\001 without an end\n'
} >expected
same_file expected dumpdates
[ "$(stat -c %a dumpdates)" = 640 ] || fail "mode $(stat -c %a dumpdates)"
! is_root || [ "$(stat -c %u:%g dumpdates)" = 12:34 ] ||
    fail "owner $(stat -c %u:%g dumpdates)"

# A level replaces its line; the base is the latest one of any lower level.
cat >dumpdates <<END
$name 3 Mon Sep  7 00:00:00 2020 +0000
$name 0 Tue Sep  1 00:00:00 2020 +0000
$name 2 Wed Sep  2 00:00:00 2020 +0000
$name 7 Tue Sep  8 00:00:00 2020 +0000
$name 12 Wed Sep  9 00:00:00 2020 +0000
${name}x 5 Thu Sep 10 00:00:00 2020 +0000
END
engine 0 -c levels.conf --level 6 --report report
said "date of last level 3 dump: Mon Sep  7 00:00:00 2020"
"$PYTHON3" - <<'END' || fail "report: $(cat report)"
import json
job = json.load(open('report'))['jobs'][0]
assert job['level'] == 6 and job['date'] == 1600000000
assert job['base_date'] == 1599436800 and job['base_level'] == 3
assert job['noted_in_dumpdates'] is True
END
engine 0 -c levels.conf --level 13 --no-update
said "date of last level 6 dump: Sun Sep 13 12:26:40 2020"
[ "$(wc -l <dumpdates)" -eq 7 ] || fail "$(cat dumpdates)"
engine 0 -c levels.conf --level 1
said "date of last level 0 dump: Tue Sep  1 00:00:00 2020"

# Without a base: level 0, and recorded as such.
echo "$name 4 Tue Sep  1 00:00:00 2020 +0000" >dumpdates
engine 0 -c levels.conf --level 4
said "warning: $scratch/dumpdates has no dump of $name with a level below 4;" \
    "assuming a level 0 dump" "date of this level 0 dump"
holds "$name 4 Tue Sep  1 00:00:00 2020 +0000" \
    "$name 0 Sun Sep 13 12:26:40 2020 +0000"

# Not recorded: --no-update, the option, since, a subtree, a failed dump.
rm dumpdates
engine 0 -c levels.conf --no-update
engine 0 -c levels.conf --since 2020-01-01
said "dumping changes since Wed Jan  1 00:00:00 2020"
settings "update_dumpdates = false;"
engine 0 -c levels.conf
settings "subtree = \"/a\";"
engine 0 -c levels.conf
[ ! -e dumpdates ] || fail "dumpdates: $(cat dumpdates)"
settings
touch dumpdates
engine 0 -c levels.conf --since 2020-01-01 --level 3
holds
sed 's/out-file/no-plugin/' levels.conf >broken.conf
engine 1 -c broken.conf
sed "s|plugin = \"out-file\".*true;|plugin = $(quoted "$TEST_PLUGINS/out-fault.so"); path = \"dumps/b\"; fail_write = 1;|" \
    levels.conf >broken.conf
run "$DUMPENGINE" -q -c broken.conf
[ "$status" -ge 3 ] || fail "exit status $status: $(cat err)"
holds

# A base with a later date than the dump is suspicious.
echo "$name 0 Tue Sep  1 00:00:00 2026 +0000" >dumpdates
engine 0 -c levels.conf --level 1
said "is dated later"

# If it cannot be written, nothing begins; --check reports this too.
for what in "mkdir dumpdates" "mkfifo dumpdates" \
    "ln -s /nowhere/at/all dumpdates" "ln -s dumpdates dumpdates" \
    "truncate -s 9M dumpdates"; do
	rm -rf dumpdates dumps/*
	$what
	engine 1 -c levels.conf
	engine 1 -c levels.conf --check
	only
done
rm -rf dumpdates

# A symbolic link is kept, even if it leads to nothing yet.
mkdir elsewhere
ln -s elsewhere/real dumpdates
engine 0 -c levels.conf
[ -L dumpdates ] || fail "the link is gone"
grep -q "^$name 0 " elsewhere/real || fail "$(cat elsewhere/real)"
engine 0 -c levels.conf
[ "$(wc -l <elsewhere/real)" -eq 1 ] || fail "$(cat elsewhere/real)"
[ "$(echo elsewhere/*)" = elsewhere/real ] || fail "$(ls elsewhere)"
rm -r elsewhere dumpdates

# A full disk: the dump is complete, the old file unchanged, and this is
# reported.
if is_root && mkdir full && mount -t tmpfs -o size=64k none full 2>mount.log; then
	mounted+=("$scratch/full")
	echo "/dev/x 0 Tue Sep  1 00:00:00 2020 +0000" >full/dumpdates
	cat /dev/zero >full/zeros 2>/dev/null
	ln -s full/dumpdates dumpdates
	engine 2 -c levels.conf
	said "dumpdates: cannot write the new file beside it: No space left" \
	    "the dump is complete, but not recorded in $scratch/dumpdates"
	[ "$(cat full/dumpdates)" = "/dev/x 0 Tue Sep  1 00:00:00 2020 +0000" ] ||
	    fail "$(cat full/dumpdates)"
	[ "$(ls full)" = "dumpdates
zeros" ] || fail "leftovers: $(ls full)"
	mount -o remount,ro full
	engine 1 -c levels.conf --check
	engine 1 -c levels.conf
	unmount full
	rm dumpdates
fi

# A name with blanks cannot be recorded in it.
cp a.img "a b.img"
configure_levels levels.conf "$scratch/a b.img"
engine 1 -c levels.conf
said "levels.conf:5: device: contains blanks"
