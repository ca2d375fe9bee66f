#!/usr/bin/env bash
# level = "auto" makes the level that the schedule asks for, says which and why,
# and goes by the dumps whose volumes are still there.  A level whose base has
# lost a file becomes a level 0, but a disk that is not mounted changes nothing.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"

export TZ=CET-1CEST,M3.5.0,M10.5.0/3
mkdir tree
echo a >tree/a
make_image a.img 8M tree -t ext4

# configure DATE SETTINGS: a dump by a clock that shows DATE, local time
configure () {
	configure_levels levels.conf a.img "date = \"$1\"; $2"
	sed -i 's|path = "dumps/%l"|path = "dumps/%d-%l"|' levels.conf
}
monthly='level = "auto"; levels = "0 monthly, 1 weekly, 2 daily";'
# on DATE LEVEL [TEXT...]: the schedule asks for that level
on () {
	local date=$1 level=$2
	shift 2
	configure "$date" "${schedule:-$monthly}"
	engine 0 -c levels.conf --report report.json
	said "level $level, as levels = " "date of this level $level dump" "$@"
}
# would DATE LEVEL [TEXT...]: --check says that it would be that level
would () {
	local date=$1 level=$2
	shift 2
	configure "$date" "${schedule:-$monthly}"
	engine 0 -c levels.conf --check
	said "level $level, as levels = " "$@"
}
# volume LEVEL: the last file of that level
volume () {
	local files=(dumps/*-"$1")
	echo "${files[-1]}"
}

# A month; the clock is set forward on the 29th.
on 2026-03-02T03:00 0 "there is no level 0 dump of this job to build on"
on 2026-03-03T02:00 2 "a new day has begun since the level 0 dump of Mon Mar  2"
on 2026-03-10T13:00 1 "a new week has begun since the level 0 dump of Mon Mar  2"
on 2026-03-28T02:30 1
on 2026-03-29T02:30 2 "a new day has begun since the level 1 dump of Sat Mar 28"
on 2026-03-29T23:59 2 "none is due since the level 2 dump of Sun Mar 29"
would 2026-03-30T02:30 1 "a new week has begun"
on 2026-03-30T02:30 1 "date of last level 0 dump"
grep -q '"level_reason": "a new week has begun since the level 1 dump of' \
    report.json || fail "no reason in $(cat report.json)"
on 2026-04-01T02:30 0 "a new month has begun since the level 0 dump of"
on 2026-04-02T02:30 2
engine 0 -c levels.conf --estimate
said "level 2, as levels = "

# The command line wins, and gives no reason.
configure 2026-04-03T02:30 "$monthly"
engine 0 -c levels.conf --level 1 --report report.json
said "date of this level 1 dump"
not_said "as levels = "
grep -q '"level_reason": null' report.json || fail "$(cat report.json)"
configure 2026-04-04T02:30 "$monthly"
engine 0 -c levels.conf -3
said "date of this level 3 dump"

# A line that the user took out of dumpdates counts no longer.
sed -i '/ 0 /d' dumpdates
would 2026-04-05T02:30 0 "there is no level 0 dump"

# The folder of another disk, or none: nothing is surely gone.
on 2026-04-07T02:30 0
on 2026-04-08T02:30 2
on 2026-04-13T02:30 1
mv dumps elsewhere
mkdir dumps
would 2026-04-14T02:30 2
not_said "is gone"
rmdir dumps
ln -s nowhere dumps
configure 2026-04-14T02:30 "$monthly"
engine 1 -c levels.conf --check
said "level 2, as levels = "
not_said "is gone"
rm dumps
mv elsewhere dumps

# Moved, with a link left behind: still there.
lost=$(volume 1)
mv "$lost" kept
ln -s ../kept "$lost"
would 2026-04-14T02:30 2
not_said "is gone"

# A level 1 is gone: another one is made.  A fixed level uses an earlier base.
rm "$lost"
would 2026-04-14T02:30 1 "warning: volume $PWD/$lost of the level 1 dump of " \
    " is gone; dumping level 1"
configure 2026-04-14T02:30 "level = 2;"
engine 0 -c levels.conf --check
said "the level 1 dump of Mon Apr 13 02:30:00 2026 cannot be the base: it is" \
    "is gone: there is no $PWD/$lost any more"
not_said "assuming a level 0 dump"

# The level 0 is gone: what builds on it is worth nothing.
mv kept "$lost"
lost=$(volume 0)
mv "$lost" kept
configure 2026-04-14T02:30 "level = 2;"
engine 0 -c levels.conf --check
said "the level 1 dump of Mon Apr 13 02:30:00 2026 cannot be the base: it" \
    "builds on the level 0 dump of Tue Apr  7 02:30:00 2026, which is gone" \
    "assuming a level 0 dump"
would 2026-04-14T02:30 0 "warning: volume $PWD/$lost of the level 0 dump of " \
    "is gone; dumping level 0" "there is no level 0 dump"
# It has come back.
mv kept "$lost"
would 2026-04-14T02:30 2
not_said "is gone"
rm "$lost"
on 2026-04-14T02:30 0 "volume $PWD/$lost of the level 0 dump of "
on 2026-04-15T02:30 2
not_said "is gone"

# The Tower of Hanoi, from dump to dump; a day off skips no step.
rm -rf dumps dumpdates
mkdir dumps
schedule='level = "auto"; levels = "hanoi";'
export DUMPENGINE_STATE_DIR=$PWD/hanoi-state
for run in 04-20:0 04-21:3 04-22:2 04-24:5 04-25:4 04-27:1 04-28:3; do
	on "2026-${run%:*}T02:30" "${run#*:}"
done
said "daily number 1 of the Tower of Hanoi after the level 1 dump of Mon Apr 27"

# A job of the same name with another source, and the same dumpdates file.
cp a.img b.img
configure 2026-04-29T02:30 "$schedule"
sed -i 's/a\.img/b.img/' levels.conf
engine 0 -c levels.conf --check
said "level 0, as levels = " "there is no level 0 dump of this job"

# Mistakes are named with their place.
schedule=
mistake () {
	configure 2026-04-14T02:30 "$1"
	shift
	engine 1 -c levels.conf --check
	said "levels.conf:" "$@"
}
mistake 'level = "auto";' ": level: \"auto\" needs levels; set that too"
mistake 'level = "weekly";' "or \"auto\""
mistake 'levels = "0 daily";' ": levels: has no effect without level = \"auto\""
mistake 'level = "auto"; levels = "0 daily, 1 weekly";' ": levels: \"0 daily, 1" \
    "the period of level 1 is not shorter than that of level 0"
mistake "$monthly since = 1;" ": level: \"auto\" cannot be combined with since"
mistake "$monthly subtree = \"a\";" "cannot be combined with subtree"
mistake "$monthly update_dumpdates = false;" \
    ": update_dumpdates: cannot be false with level = \"auto\""
sed -i /^dumpdates/d levels.conf
engine 1 -c levels.conf --check
said ": level: \"auto\" needs earlier dumps to go by; set dumpdates"
