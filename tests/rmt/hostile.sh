#!/usr/bin/env bash
# out-rmt against a malicious server: it cannot hold up a run longer than the
# limits on time and bytes allow, nor past SIGTERM or the death of the
# supervisor.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/rmt/rmt-lib.sh
. "$top_srcdir/tests/rmt/rmt-lib.sh"

need_rmt
need setsid
all=()
# Processes of the server that stay are not the engine's responsibility; their
# numbers may have been reused.
end_servers () {
	local pid
	for pid in "${all[@]}"; do
		! tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF "$scratch" ||
		    kill -KILL "$pid"
	done
} 2>/dev/null
trap 'end_servers; clean_up' EXIT
make_small_image img tree

# hostile KIND OPTION...: configure a dump to such a server.
hostile () {
	local kind=$1
	shift
	rm -f mark mark.opened
	configure_set a.conf img "$(to_rmt "/v.$$" "rsh = [ $(quoted "$python"),
	    \"-I\", \"-S\", $(quoted "$tools/rmt-hostile"), \"$kind\",
	    $(quoted "$PWD/mark") ]; rewrite_attempts = 0;" "$@")" \
	    "blocking = 4;"
}

# ---- Each kind ends by itself, with a message

while read -r kind verify text; do
	hostile "$kind" "timeout = 1; reconnect_attempts = 0; $verify;"
	run timeout -k 5 120 setsid -w "$DUMPENGINE" -c a.conf
	case $status in
	1 | 3 | 4 | 5) ;;
	124 | 137) fail "$kind: it does not end: $(cat err)" ;;
	*) fail "$kind: exit status $status: $(cat err)" ;;
	esac
	[ -e mark ] || fail "$kind: it did not come to it: $(cat err)"
	# Either of two: which is noticed first varies.
	if [[ $text == *" | "* ]] && grep -qF "${text%% | *}" err; then
		text=${text%% | *}
	fi
	said "${text##* | }"
done <<'END'
O-huge verify=false an impossible number
O-digits verify=false is not an rmt answer
O-zeros verify=false is not an rmt answer
O-silence verify=false nothing received for 1 seconds
O-drip verify=false an answer takes longer than 1 seconds
O-text verify=false is not an rmt answer
O-errors verify=false further messages of
O-half-out verify=false the connection has ended
O-early verify=false sent an unsolicited answer
O-negative verify=false "A-1" is not an rmt answer
W-huge verify=false error: host:/v
W-digits verify=false is not an rmt answer
W-zeros verify=false is not an rmt answer
W-silence verify=false nothing received for 1 seconds
W-drip verify=false an answer takes longer than 1 seconds
W-take verify=false seconds (option timeout)
W-text verify=false is not an rmt answer
W-errors verify=false further messages of
W-half-out verify=false the connection has ended
W-half-in verify=false error: host:/v
W-negative verify=false "A-1" is not an rmt answer
W-early verify=false cannot be trusted
W-order verify=false Input/output error | sent an unsolicited answer
W-stay verify=false nothing received for 1 seconds
R-huge verify=true sent more than was requested
R-endless verify=true returned more than was written
R-more verify=true sent more than was requested
R-zeros verify=true is not an rmt answer
R-silence verify=true nothing received for 1 seconds
R-drip verify=true an answer takes longer than 1 seconds
R-crumbs verify=true in too many pieces
R-negative verify=true "A-1" is not an rmt answer
R-order verify=true cannot be read back
C-silence verify=false nothing received for 1 seconds
C-drip verify=false an answer takes longer than 1 seconds
C-huge verify=false an impossible number
C-zeros verify=false is not an rmt answer
L-huge verify=false an impossible number
L-more verify=false sent more than was requested
L-zeros verify=false is not an rmt answer
L-silence verify=false nothing received for 1 seconds
L-drip verify=false an answer takes longer than 1 seconds
L-negative verify=false "A-1" is not an rmt answer
L-order verify=false Input/output error | sent an unsolicited answer
L-endless overwrite_foreign=true no end of data found
D-silence verify=false an incomplete volume
D-drip verify=false an incomplete volume
D-zeros verify=false an incomplete volume
END

# ---- SIGTERM ends it, and the death of the supervisor ends everything

marked () { [ -e mark ]; }
# begin KIND OPTION: wait until it is there; $pid and all its processes.
begin () {
	hostile "$1" "timeout = 3600; $2;"
	: >err
	setsid "$DUMPENGINE" -q -c a.conf >out 2>err </dev/null &
	pid=$!
	wait_for 60 marked || fail "$1: it did not come to it: $(cat err)"
	mapfile -t all < <(echo "$pid"; descendants "$pid")
}
while read -r kind option; do
	begin "$kind" "$option"
	kill -TERM "$pid"
	wait_for 20 all_gone "$pid" || fail "$kind: SIGTERM does not end it"
	wait "$pid"
	status=$?
	[ "$status" -ne 0 ] || fail "$kind: exit status 0"
	end_servers
	begin "$kind" "$option"
	kill -KILL "$pid" || fail "$kind: it has ended: $(cat err)"
	wait "$pid" 2>/dev/null
	mapfile -t engines < <(for p in "${all[@]}"; do
		[ "$(cat "/proc/$p/comm" 2>/dev/null)" = dumpengine ] &&
		    echo "$p"; done)
	wait_for 20 all_gone "${engines[@]}" ||
	    fail "$kind: a writer outlives its supervisor"
	end_servers
done <<'END'
L-drip verify=false
O-silence verify=false
W-silence verify=false
W-take verify=false
W-stay verify=false
R-drip verify=true
C-drip verify=false
D-drip verify=false
END
exit 0
