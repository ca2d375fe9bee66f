#!/usr/bin/env bash
# A wrong clock breaks no chain: dumps dated later than a new one are removed
# from dumpdates and named, a base from the future is refused, and changes made
# before the clock was set back are dumped again.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"
need_debugfs

mkdir tree
echo a >tree/a
make_image a.img 8M tree -t ext4
day=86400
now=$(date +%s)
# at SECONDS LEVEL EXPECTED [TEXT...]: a dump by a clock that shows SECONDS
at () {
	local date=$1 level=$2 expected=$3
	shift 3
	configure_levels levels.conf a.img "date = $date;"
	engine 0 -c levels.conf --level "$level"
	said "date of this level $expected dump" "$@"
}
# lines LEVEL...: dumpdates has exactly these
lines () {
	local found
	found=$(cut -d ' ' -f 2 dumpdates | sort -n | tr '\n' ' ')
	[ "$found" = "$* " ] || fail "dumpdates has levels $found, not $*"
}

# Set back by 300 days: levels 1 and 2 are stale, and level 0 starts over.
at "$now" 0 0
at $((now + day)) 1 1
at $((now + 2 * day)) 2 2
lines 0 1 2
at $((now - 300 * day)) 0 0 "the level 1 dump of " "the level 2 dump of " \
    "removing the level"
lines 0
at $((now - 299 * day)) 2 2 "date of last level 0 dump"
lines 0 2

# A level after the clock was set back drops all later dates, of any level.
rm dumpdates
at "$now" 0 0
at $((now + 9 * day)) 1 1
at $((now + 2 * day)) 2 2 "the level 1 dump of" "is dated later than this one" \
    "date of last level 0 dump" "removing the level"
lines 0 2

# Ahead by a day: the base is in the future.
rm dumpdates
at $((now + day)) 0 0
at "$now" 1 0 "warning" "is dated later than this one"
lines 0
at $((now + 1)) 1 1
not_said "warning"

# The clock was ahead and has been corrected, and the date of the base has
# passed: changes until then by the correct clock are in the dump.
rm dumpdates
configure_levels levels.conf a.img
engine 0 -c levels.conf
history=$DUMPENGINE_STATE_DIR/history
"$PYTHON3" - "$history"/*.json <<'END' || fail "the state cannot be changed"
import json, sys
path = sys.argv[1]
state = json.load(open(path))
last = state['dumps'][-1]
last['begun'] += 5000           # so it said then,
last['uptime'] -= 1000000         # and that long ago
json.dump(state, open(path, 'w'))
END
sleep 1.1
engine 0 -c levels.conf --level 1
grep -qE "set back by (5999|600[01]) seconds" err || fail "$(cat err)"

# An hour that occurs twice, in a line without a zone: the earlier one.
rm -r dumpdates "$history"
echo "a.img 0 Sun Oct 25 02:30:00 2020" >dumpdates
TZ=Europe/Berlin engine 0 -c levels.conf --level 1 --report report
grep -q '"base_date": 1603585800' report ||
    fail "not the earlier one: $(grep base_date report)"
TZ=Europe/Berlin engine 0 -c levels.conf --level 1 --since 2020-10-25T02:30 \
    --report report
grep -q '"base_date": 1603585800' report ||
    fail "not the earlier one: $(grep base_date report)"
