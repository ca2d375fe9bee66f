#!/usr/bin/env bash
# out-rmt: kill -9 of the remote rmt, and of the command that leads there, at
# any time: the set is that of an undisturbed run.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/rmt/rmt-lib.sh"

need_rmt
[ "${#servers[@]}" -gt 0 ] || skip "needs rmt-dump or rmt-tar"

make_short
mkdir dumps plain
make_data_image img 3 tree
ring="blocking = 16;"
size='volume_size = "1 MiB";'
configure_set a.conf img "plugin = \"out-file\"; path = \"plain/set%v\"; $size" \
    "$ring"
engine 0 -c a.conf
# Two processes, the command and rmt, with a latency of 5 ms between them.
cat >rsh <<END
#!/bin/sh
shift 3
exec "$python" -I -S "$tools/delay" 5 "\$@"
END
chmod +x rsh

# victims PID: the command and rmt, as they are now.
victims () {
	local pid
	for pid in $(descendants "$1"); do
		case $(cat "/proc/$pid/comm" 2>/dev/null) in
		rmt*|python*) echo "$pid" ;;
		esac
	done
}

kills=0
for server in "${servers[@]}"; do
	fresh
	configure_set a.conf img "$(to_rmt "$short/dumps/set%v" \
	    "rsh = $(quoted "$short/rsh"); rmt = $(quoted "$server");" "$size" \
	    "window = 4; verify = true; reconnect_attempts = 1000;" \
	    "timeout = 30; rewrite_attempts = 100;")" "$ring"
	: >err
	"$DUMPENGINE" -c a.conf >out 2>err </dev/null &
	pid=$!
	begun () { grep -q 'volume 1 started' err; }
	wait_for 60 begun || fail "not begun: $(cat err)"
	for ((i = 0; i < 5; i++)); do
		sleep "0.$((RANDOM % 3))$((RANDOM % 10))"
		mapfile -t found < <(victims "$pid")
		[ "${#found[@]}" -gt 0 ] || continue
		kill -9 "${found[RANDOM % ${#found[@]}]}" 2>/dev/null &&
		    kills=$((kills + 1))
	done
	wait "$pid"
	status=$?
	[ "$status" -eq 0 ] || fail "exit status $status: $(cat err)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
	same_set plain dumps
done
echo "$kills killed"
[ "$kills" -gt 0 ] || fail "nothing was killed"
