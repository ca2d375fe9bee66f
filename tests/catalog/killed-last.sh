#!/usr/bin/env bash
# A run is killed once all of its dump is on the tape, at each moment until it has
# said so: the next run does not overwrite what is known to be whole, the catalogue
# takes nothing for whole that is being written again, and the commands that catch
# up are told.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/ask-lib.sh
. "$top_srcdir/tests/catalog/ask-lib.sh"
# shellcheck source=tests/catalog/catalog-lib.sh
. "$top_srcdir/tests/catalog/catalog-lib.sh"

[ -e "$top_builddir/.libs/out-rmt.so" ] || skip "out-rmt is not built"
[ -z "${SANITIZER_FLAGS:-}" ] || skip "not under a sanitizer"
mkdir tree
echo text >tree/file
make_image a.img 4M tree -t ext4
catalog=$scratch/catalog
first=1790000000
state=$DUMPENGINE_STATE_DIR

# configure NUMBER LEVEL: a dump, a day after the last one
configure () {
	cat >job.conf <<-END
	catalog = $(quoted "$catalog");
	dumpdates = $(quoted "$scratch/dumpdates");
	jobs = ( {
	  name   = "home"; level = $2; date = $((first + $1 * 86400));
	  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/a.img"); };
	  output = { plugin = "out-rmt"; target = "host:/dev/nst$$";
	    rsh = [ $(quoted "$scratch/server") ]; protect = "catalog"; };
	  eot    = { plugin = "eot-script"; at_end = true;
	    command = $(quoted "$scratch/handler"); };
	  ring   = { blocking = 4; };
	} );
	END
}
program () {
	cat >"$1.new"
	chmod +x "$1.new"
	mv "$1.new" "$1"
}
program server <<END
#!/bin/sh
./at_open
exec "$PYTHON3" -I -S "$tools/rmt-server" --look --tape "$scratch/tape" "\$@"
END
calm () {
	program at_open <<<'#!/bin/sh'
	program handler <<<'#!/bin/sh'
}

# reach: in a hook, all stops here until the test has killed the run.
reach='
: >reached
while [ ! -e killed ]; do sleep 0.1; done'

# is_whole YES-OR-NO: does the run know that all is on the tape?
is_whole='
is_whole () { grep -qE "\"whole\": ?$1" state/catalog/*.part 2>/dev/null; }
patience=300
until_whole () {
	while ! is_whole "$1" && [ "$patience" -gt 0 ]; do
		patience=$((patience - 1))
		sleep 0.1
	done
}'
ln -s "$state" state

# start NUMBER LEVEL, then kill_all: when a hook has been reached
start () {
	configure "$@"
	rm -f reached killed
	setsid sh -c 'echo $$ >supervisor; exec "$@"' sh "$DUMPENGINE" \
	    -c job.conf >out 2>err </dev/null {release}>&- &
	run=$!
}
kill_all () {
	wait_for 30 "$@"
	local met=$?
	kill -s KILL -- "-$run"
	: >killed
	wait "$run" 2>/dev/null
	[ "$met" -eq 0 ] || fail "$*: not reached: $(cat err)"
	cp err killed.err
	has_left
}
has_left () {
	part=$(echo "$state"/catalog/*.part)
	[ -e "$part" ] || fail "nothing is left for the catalogue"
	catalog 2 -c job.conf -H status
	cp err told
	grep -qF "$part: the catalogue does not know this dump yet" told ||
	    fail "$(cat told)"
}
content () { sed 1d tape | sha256sum; }

# kept NUMBER: the next run leaves its tape as it is, and knows the dump.
kept () {
	local before
	before=$(content)
	configure $(($1 + 1)) 1
	engine 1 -q -c job.conf
	said "on which another dump depends, or the next one would"
	[ "$(content)" = "$before" ] || fail "the tape was written"
	mv tape "tape.$1"
	engine 0 -c job.conf
	knows "SELECT level, state, count(volume.id) FROM dump LEFT JOIN volume
	    ON volume.dump = dump.id WHERE date >= $((first + $1 * 86400))
	    GROUP BY dump.id ORDER BY date" "0|complete|1" "1|complete|1"
	[ "$(grep -c . dumpdates)" -eq 2 ] || fail "$(cat dumpdates)"
	[ "$(left)" = '*' ] || fail "left for the catalogue: $(left)"
	catalog 0 -c job.conf status
	rm tape
}
exec {release}>&1
calm
configure 0 0
engine 0 -q -c job.conf
rm tape dumpdates

# The supervisor does not hear of the last volume.
program at_open <<END
#!/bin/sh
$is_whole
until_whole false
kill -s STOP "\$(cat supervisor)"
END
program handler <<<"#!/bin/sh$reach"
start 1 0
kill_all test -e reached
catalog 0 add "$part"
knows "SELECT state, status FROM dump" "complete|0" "aborted|"
catalog 0 -c job.conf -H list
grep -q "its run was killed" out || fail "$(cat out)"
catalog 0 -c job.conf -H status
grep -q "its run was killed; if it had just completed the last volume," err ||
    fail "$(cat err)"
calm
configure 2 0
engine 0 -c job.conf
said "was killed before its end and belongs to no chain" \
    "was never finished; overwriting it"
rm tape dumpdates

# It knows, but the dump has not ended.
program handler <<END
#!/bin/sh
$is_whole
until_whole true$reach
END
start 10 0
kill_all test -e reached
calm
kept 10

# The process that wrote the last volume is killed, so it is written again.
rm dumpdates
program handler <<END
#!/bin/sh
[ "\$DUMPENGINE_REASON" = end ] || exit 0
$is_whole
until_whole true
: >again
kill -s KILL "\$(cut -d ' ' -f 4 "/proc/\$PPID/stat")"
END
program at_open <<END
#!/bin/sh
[ -e again ] || exit 0
$is_whole
until_whole false
cp state/catalog/*.part noted
cat state/history/*.json >history$reach
END
start 20 0
kill_all test -e reached
calm
grep -qE '"whole": ?false' noted || fail "$(cat noted)"
grep "$((first + 20 * 86400))" history | grep -qE '"status": ?"running"' ||
    fail "$(cat history)"
configure 21 0
engine 0 -c job.conf
said "was killed before its end and belongs to no chain"
knows "SELECT state FROM dump WHERE date >= $((first + 20 * 86400))
    ORDER BY date" aborted complete

# The history knows all, but the catalogue cannot be told.
rm tape dumpdates
exec {release}>&-
exec {release}> >(exec "$PYTHON3" -c '
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE")
open("held", "w").close()
sys.stdin.read()
' "$catalog")
wait_for 30 test -e held || fail "the catalogue cannot be locked"
start 30 0
has_finished () {
	cat "$state"/history/*.json | grep "$((first + 30 * 86400))" |
	    grep -qE '"status": ?"finished"' && [ -s dumpdates ]
}
kill_all has_finished
exec {release}>&-
kept 30
exit 0
