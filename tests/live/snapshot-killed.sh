#!/usr/bin/env bash
# The snapshot is removed when the writer is killed and when the dump is
# aborted; when the engine itself is killed, by the next run, with a message.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/live/live-lib.sh
. "$top_srcdir/tests/live/live-lib.sh"

need_source
need pgrep

mkdir -p dumps tree
head -c 100000 /dev/urandom >tree/a
make_live a.img 8M tree
state=$scratch/state/test.snapshot

# configure OUTPUT [TIMEOUT] [create]
configure () {
	configure_job s.conf 'plugin = "fs-ext2"; device = "a.img";' "$1" \
	    "blocking = 10;"
	cat >snapshot.part <<-END
	  state_dir = "state";
	  snapshot = {
	    create = $(quoted "${3:-cp a.img copy.img}");
	    device = "copy.img";
	    remove = "echo \$DUMPENGINE_DEVICE goes; rm copy.img";
	    timeout = ${2:-300};
	  };
	END
	sed -i '/name   = "test";/r snapshot.part' s.conf
}
file='plugin = "out-file"; path = "dumps/s"; overwrite = true;'

gone () {
	[ ! -e copy.img ] || fail "the snapshot is still there: $(cat err)"
	[ ! -e "$state" ] || fail "the state file is still there"
}

# The engine itself, not the `timeout` that runs it.
start_engine () {
	rm -f reached
	: >err
	"$DUMPENGINE" -c s.conf >out 2>err </dev/null &
	background=$!
	wait_for 60 test -e "${1:-reached}" ||
	    fail "it does not get as far as $1: $(cat err)"
}

# All descendants of a process, the youngest last.
descendants () {
	local child
	for child in $(pgrep -P "$1"); do
		echo "$child"
		descendants "$child"
	done
}

are_gone () {
	local pid
	for pid; do
		[ ! -e "/proc/$pid" ] ||
		    grep -q '^State:.Z' "/proc/$pid/status" 2>/dev/null ||
		    return 1
	done
}

# All processes but the supervisor.
configure "$(holding dumps/s)"
start_engine
[ -s "$state" ] || fail "there is no state file"
# shellcheck disable=SC2046 # they are numbers
kill -KILL $(descendants "$background")
wait "$background"
status=$?
background=
[ "$status" -eq 3 ] || fail "killed workers: $status, $(cat err)"
said "snapshot.remove: a.img goes"
gone

# Only the writer: the volume is rewritten.
start_engine
rm -f reached
kill -KILL "$(descendants "$background" | tail -n 1)"
wait_for 60 test -e reached || fail "the volume is not rewritten: $(cat err)"
: >go
wait "$background" || fail "a killed writer: $? $(cat err)"
background=
said "snapshot.remove: a.img goes"
gone

# Aborted.
rm -f go
start_engine
kill -TERM "$background"
wait "$background"
status=$?
background=
[ "$status" -eq 3 ] || fail "aborted: $status, $(cat err)"
said "snapshot.remove: a.img goes"
gone

# Aborted while making the snapshot.
configure "$file" 300 'cp a.img copy.img; echo >making; exec sleep 600'
start_engine making
kill -TERM "$background"
wait "$background"
status=$?
background=
[ "$status" -eq 3 ] || fail "aborted while making it: $status, $(cat err)"
said "killed because the run is being aborted" "snapshot.remove: a.img goes"
gone

# The engine: while processes read the snapshot it stays; the next run removes
# it.
configure "$(holding dumps/s)"
start_engine
workers=$(descendants "$background")
# They would end with it.
# shellcheck disable=SC2086
kill -STOP $workers
kill -KILL "$background"
wait "$background" 2>/dev/null
background=
[ -e copy.img ] || fail "there is no snapshot"
run "$DUMPENGINE" -c s.conf
# shellcheck disable=SC2086
kill -CONT $workers
[ "$status" -eq 1 ] || fail "beside living workers: $status, $(cat err)"
said "locked by another run"
[ -e copy.img ] || fail "it was removed while it was read"
# shellcheck disable=SC2086
kill -KILL $workers 2>/dev/null
# shellcheck disable=SC2086
wait_for 60 are_gone $workers || fail "the workers do not end"
[ -s "$state" ] || fail "the state file is gone"
configure "$file"
engine 0 -c s.conf
said "warning: an earlier run of this job ended without removing" \
    "snapshot.remove: a.img goes"
gone

# By the command as it was then, whatever the file says now.
configure "$(holding dumps/s)"
rm -f go
start_engine
# shellcheck disable=SC2046
kill -KILL "$background" $(descendants "$background")
wait "$background" 2>/dev/null
background=
mkdir -p other
configure "$file"
sed -i 's/ goes; rm/ leaves; rm/' s.conf
wait_for 60 flock -n "$state" true || fail "it stays locked"
engine 0 -c s.conf
said "snapshot.remove: a.img goes" "snapshot.remove: a.img leaves"
gone

# A truncated state file is ignored; one that others can write to is refused.
printf 'remove=touch ran' >"$state"
engine 0 -c s.conf
[ ! -e ran ] || fail "a truncated state file is used"
gone
printf 'remove=touch ran\0complete=1\0' >"$state"
chmod 666 "$state"
engine 1 -c s.conf
said "is writable by others"
[ ! -e ran ] || fail "a file of others is obeyed"
chmod 600 "$state"
engine 0 -c s.conf
[ -e ran ] || fail "the leftover snapshot is not removed"
rm -rf state
mkdir -m 777 state
engine 1 -c s.conf
said "is writable by others"
rmdir state
echo >state
engine 1 -c s.conf
said "state" "state_dir must be a writable directory"
rm state
ln -s /nowhere/at/all state
engine 1 -c s.conf
said "state_dir must be a writable directory"
[ ! -e copy.img ] || fail "a snapshot without a state file"
