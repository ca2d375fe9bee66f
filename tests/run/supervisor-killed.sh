#!/usr/bin/env bash
# When the supervisor is killed, at any stage, no more EOT handlers are called
# and no more volumes opened, and all processes end, including those of a
# handler, whatever a plugin is doing.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/misbehave/misbehave-lib.sh
. "$top_srcdir/tests/misbehave/misbehave-lib.sh"

# dead PID: or a zombie that its new parent does not collect.
dead () {
	local state
	state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null)
	[ -z "$state" ] || [ "$state" = Z ]
}
all_dead () {
	local pid
	for pid; do
		dead "$pid" || return 1
	done
}

calls () { wc -l 2>/dev/null <calls || echo 0; }

# kill_at STAGE CONDITION...: kill the supervisor of a run of a.conf when that
# holds.  All of its processes end, and nothing is done after the kill.
kill_at () {
	local stage=$1 before opened workers
	shift
	# shellcheck disable=SC2086
	: >err
	setsid "$DUMPENGINE" -c a.conf ${argument:-} >out 2>err </dev/null &
	run=$!
	wait_for 20 "$@" || {
		kill -s KILL "$run"
		fail "$stage: it does not get there: $(cat err)"
	}
	# Nothing may happen between the check and the kill.
	kill -s STOP "$run"
	mapfile -t workers < <(descendants "$run")
	[ "${#workers[@]}" -ge 1 ] || fail "$stage: no process exists"
	before=$(calls) opened=$(volumes)
	kill -s KILL "$run"
	wait "$run" 2>/dev/null
	wait_for 5 all_dead "${workers[@]}" || {
		ps -o pid,stat,args -p "${workers[*]}" >&2
		kill -s KILL "${workers[@]}"
		fail "$stage: processes remain"
	}
	[ "$(calls)" = "$before" ] || fail "$stage: the handler was called" \
	    "after the end of the supervisor: $(calls), not $before"
	[ -z "$(comm -13 <(echo "$opened") <(volumes))" ] || fail "$stage:" \
	    "opened or finished after its end: $(volumes), not only $opened"
}

volumes () { (cd dumps && find . -type f | sort); }

# ---- The handler and the volumes

cat >handler <<END
#!/bin/sh
trap '' TERM HUP INT
echo "\$DUMPENGINE_REASON" >>$scratch/calls
if [ "\$DUMPENGINE_VOLUME" = "\$(cat $scratch/pause)" ]; then
	sleep 1000 &
	: >$scratch/waiting
	wait
	echo "after" >>$scratch/calls
fi
END
chmod +x handler

# configure_volumes [OUTPUT]
configure_volumes () {
	rm -rf dumps calls waiting
	mkdir dumps
	cat >a.conf <<-END
	jobs = ( {
	  name = "test"; label = "testing"; date = $date;
	  source = { plugin = $(quoted "$plugins/fs-fault.so"); files = 200; size = 20000; };
	  output = { $out_volumes volume_size = "256 KiB"; ${1:-} };
	  ring = { slaves = 2; blocking = 4; };
	  eot = { plugin = "eot-script"; command = $(quoted "$scratch/handler"); at_end = true; };
	} );
	END
}

configure_volumes
echo 0 >pause
run "$DUMPENGINE" -c a.conf
[ "$status" -eq 0 ] || fail "undisturbed: exit status $status: $(cat err)"
last=$(calls)
[ "$last" -ge 4 ] || fail "only $last volumes"

for volume in 1 2 "$last"; do
	configure_volumes
	echo "$volume" >pause
	kill_at "handler of volume $volume" test -e waiting
	! grep -q after calls || fail "the handler has gone on"
done
echo 0 >pause
configure_volumes "delay = 20;"
kill_at "volume 1 is written" test -e dumps/001.partial
configure_volumes "delay = 20;"
kill_at "volume 3 is written" test -e dumps/003.partial
configure_volumes "block = \"2:3\";"
kill_at "a write hangs" test -e dumps/.count-block

# ---- A hanging plugin

for callback in create open scan_next map_file read close destroy; do
	configure_misbehave source "$callback" hang "mark = \"mark\";"
	kill_at "source: $callback()" test -e mark
done
for callback in open_volume write close_volume; do
	configure_misbehave output "$callback" hang "mark = \"mark\";"
	kill_at "output: $callback()" test -e mark
done
configure_misbehave eot volume_ended hang "mark = \"mark\";"
kill_at "handler: volume_ended()" test -e mark
argument=--check
configure_misbehave output check hang "mark = \"mark\";"
kill_at "--check" test -e mark
argument=--estimate
configure_misbehave source scan_next hang "mark = \"mark\";"
kill_at "--estimate" test -e mark
argument=

# ---- While making a snapshot

configure_misbehave source none status "" "state_dir = $(quoted "$scratch");
    snapshot = { device = \"b\"; remove = \"true\";
    create = \": >mark; while :; do sleep 0.1; done\"; };"
kill_at "snapshot.create" test -e mark
