#!/usr/bin/env bash
# A plugin that does not return cannot keep a run from ending: a second SIGTERM
# ends it at once, a single one within ten seconds, in any callback.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/misbehave/misbehave-lib.sh
. "$top_srcdir/tests/misbehave/misbehave-lib.sh"

# start KIND CALLBACK ACT [OPTIONS [JOB]]: until it hangs.
start () {
	configure_misbehave "$1" "$2" "$3" "mark = \"mark\"; ${4:-}" "${5:-}"
	# Background commands would ignore SIGINT.
	# shellcheck disable=SC2086
	: >err
	setsid env --default-signal=INT "$DUMPENGINE" -c a.conf ${argument:-} >out 2>err </dev/null &
	run=$!
	wait_for 20 test -e mark || fail "$1: $2() is not called: $(cat err)"
}

# ended SECONDS WHAT: all its processes have ended, and it reported WHAT.
ended () {
	local begun=$SECONDS
	wait_for "$1" gone "$run" || {
		kill -s KILL "$run"
		fail "$2: has not ended within $1 seconds: $(cat err)"
	}
	wait "$run"
	status=$?
	[ "$status" -ne 0 ] && [ "$status" -lt 6 ] ||
	    fail "$2: exit status $status: $(cat err)"
	[ $((SECONDS - begun)) -le "$1" ] || fail "$2: took too long"
	said "${2#*:}() of plugin misbehaving-${2%:*}"
}

gone () {
	local state
	state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null)
	[ -z "$state" ] || [ "$state" = Z ]
}

# twice SIGNAL KIND CALLBACK...: the second after the first has been handled.
twice () {
	local signal=$1
	shift
	start "$@"
	kill -s "$signal" "$run"
	sleep 0.4		# any earlier, and the two would count as one
	kill -s "$signal" "$run" 2>/dev/null
	ended 5 "$1:$2"
}

# once KIND CALLBACK...
once () {
	start "$@"
	kill -s TERM "$run"
	ended 10 "$1:$2"
}

for callback in create open scan_begin scan_next read_directory map_file \
    read_symlink read_xattrs read scan_end close destroy; do
	twice TERM source "$callback" hang
done
twice TERM brief scan_briefly spin
for callback in create open_volume write close_volume destroy; do
	twice TERM output "$callback" hang
done
twice TERM output begin_readback hang "verify = true;"
twice TERM output read_record spin "verify = true;"
twice TERM output settle hang "window = 2;"
twice TERM eot create hang
twice TERM eot volume_ended spin
twice TERM eot destroy hang
twice INT output write hang
snapshot="state_dir = $(quoted "$scratch"); snapshot = {
    device = \"b\"; create = \"true\"; remove = \"true\"; };"
twice TERM source find_mount_point hang "" "$snapshot"
argument=--check
twice TERM output check hang
argument=--estimate
twice TERM source scan_next hang
argument=
once output write hang

# While it is loaded
configure_misbehave output none status
for variable in MISBEHAVE_LOAD MISBEHAVE_ENTRY; do
	: >err
	env "$variable=hang" setsid "$DUMPENGINE" -c a.conf >out 2>err </dev/null &
	run=$!
	begun=$SECONDS
	# The constructor ignores all signals in the trial process.
	hanging () {
		local pid
		for pid in $(pgrep -P "$run" 2>/dev/null); do
			grep -q '^SigIgn:.*[4-7c-f]...$' "/proc/$pid/status" && return
		done
		return 1
	}
	wait_for 20 hanging || fail "$variable: does not hang: $(cat err)"
	kill -s TERM "$run"
	wait_for 10 gone "$run" || fail "$variable: has not ended"
	wait "$run"
	status=$?
	[ "$status" -eq 3 ] || fail "$variable: exit status $status: $(cat err)"
	said "of plugin $plugins/misbehaving-" "the run is aborted"
done
