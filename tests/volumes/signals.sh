#!/usr/bin/env bash
# Signals at any time: USR1 prints the status, INT asks, TERM aborts cleanly,
# HUP and a lost standard error do not stop a dump.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need_python
need_pty

make_data_image img 4 tree
size='volume_size = "512 KiB";'
ring="blocking = 16;"
fresh
configure_set a.conf img "$out_volumes $size" "$ring"
engine 0 -q -c a.conf
mv dumps plain
slow="$out_volumes $size delay = 10;"

# start NAME...: a slow run; returns once volume 2 is being written.
start () {
	fresh
	configure_set a.conf img "$slow" "$ring"
	: >err
	"$@" "$DUMPENGINE" -c a.conf >out 2>err </dev/null &
	run=$!
	wait_for 20 test -e dumps/002.partial ||
	    fail "it does not get going: $(cat err)"
}

# ends STATUS
ends () {
	wait "$run"
	status=$?
	[ "$status" -eq "$1" ] ||
	    fail "exit status $status, not $1: $(cat err)"
}

set -m		# otherwise background commands ignore SIGINT

# ---- USR1

# Until there has been progress twice.
shown () { grep -oE '[0-9.]+% done' err; }
asked () {
	kill -s USR1 "$run" 2>/dev/null
	[ "$(shown | sort -u | wc -l)" -ge 3 ]
}
start env
wait_for 20 asked || fail "status lines: $(cat err)"
ends 0
same_set plain dumps
! grep 'done at' err | grep -qvE \
    '[0-9]+\.[0-9]{2}% done at [0-9.]+ [KMG]iB/s, finished in [0-9]+:[0-9]{2}' ||
    fail "status lines: $(cat err)"
"$PYTHON3" - <<'END' || fail "they do not rise: $(grep "done" err)"
import re, sys
shown = [float(x) for x in re.findall(r'([0-9.]+)% done', open('err').read())]
sys.exit(not (shown == sorted(shown) and shown[-1] < 100))
END
# To all processes at once, as from a terminal.
start env
kill -s USR1 -- "-$run"
ends 0
said "% done at"
same_set plain dumps

# Many signals, continuously.
start env
for ((i = 0; i < 100; i++)); do
	kill -s USR1 "$run" 2>/dev/null
	sleep 0.01
done
ends 0
same_set plain dumps

# ---- HUP

start env
kill -s HUP "$run"
ends 0
same_set plain dumps
start nohup
kill -s HUP "$run"
ends 0
same_set plain dumps

# ---- Standard error is closed, or a pipe without a reader

fresh
configure_set a.conf img "$out_volumes $size" "$ring"
"$DUMPENGINE" -c a.conf 2>&- >out </dev/null ||
    fail "without standard error: exit status $?"
same_set plain dumps
fresh
"$DUMPENGINE" -c a.conf >&- 2>&- <&- ||
    fail "without standard descriptors: exit status $?"
same_set plain dumps
fresh
{ "$DUMPENGINE" -c a.conf 2>&1 </dev/null; echo "$?" >code; } | true
[ "$(cat code)" -eq 0 ] || fail "without a reader of its messages: $(cat code)"
same_set plain dumps

# ---- TERM, at any time

configure_set a.conf img "$out_volumes $size delay = 2;" "$ring"
for ((i = 0; i < 15; i++)); do
	fresh
	: >err
	"$DUMPENGINE" -c a.conf >out 2>err </dev/null &
	run=$!
	wait_until_written "$run" plain
	mapfile -t workers < <(descendants "$run")
	kill -s TERM "$run" 2>/dev/null
	wait "$run"
	status=$?
	# Before the handler is installed, the signal has its default effect.
	[ "$status" -ne 143 ] || [ -s err ] || continue
	if [ "$status" -eq 0 ]; then
		same_set plain dumps
		continue
	fi
	[ "$status" -eq 3 ] || fail "TERM: exit status $status: $(cat err)"
	said "aborted by signal TERM"
	[ "$(grep -c 'aborted by signal TERM' err)" -eq 1 ] ||
	    fail "reported more than once: $(cat err)"
	not_said "rewriting it"
	no_partial
	all_gone "${workers[@]}" || fail "processes remain"
	for volume in dumps/???; do
		[ ! -e "$volume" ] || same_file "$volume" "plain/${volume##*/}"
	done
done
# During a blocked write, and while reading back.
fresh
configure_set a.conf img "$out_volumes $size block = \"3:4\";" "$ring"
: >err
"$DUMPENGINE" -c a.conf >out 2>err </dev/null &
run=$!
wait_for 20 test -e dumps/.count-block || fail "it does not get there"
kill -s TERM "$run"
ends 3
only .count-block 001 002

# While the disk stores the last data: too late to abort this dump, but not to
# skip the next one.  preload.so makes each fsync of a volume wait for the file
# "go".
cat >preload.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
int fsync(int fd)
{
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
	char link[64], name[4096] = "";
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, name, sizeof(name) - 1) > 0 &&
	    strstr(name, "/dumps") != NULL) {
		close(open("syncing", O_WRONLY | O_CREAT, 0600));
		while (access("go", F_OK) == -1)
			nanosleep(&(struct timespec){ 0, 10000000 }, NULL);
	}
	return real(fd);
}
END

# too_late STATUS CONFIG
too_late () {
	fresh
	rm -f syncing go
	LD_PRELOAD=$scratch/preload.so "$DUMPENGINE" -c "$2" >out 2>err \
	    </dev/null &
	run=$!
	wait_for 20 test -e syncing || fail "nothing is synced: $(cat err)"
	kill -s TERM "$run"
	wait_for 20 grep -q "aborted by signal TERM" err || fail "TERM: $(cat err)"
	touch go
	ends "$1"
	said "DUMP IS DONE" "too late to abort"
	only set001
	scan_set dumps/set001
}
if [ -z "${SANITIZER_FLAGS:-}" ] &&
    ${CC:-cc} -shared -fPIC -o preload.so preload.c -ldl 2>cc.log; then
	configure_set one.conf img "$to_files" "$ring"
	too_late 0 one.conf
	[ "$(grep -c "aborted by signal TERM" err)" -eq 1 ] ||
	    fail "reported more than once: $(cat err)"
	{
		sed 's/^} );/},/' one.conf
		sed 's/^jobs = ( {/{/; s/"test"/"next"/; s/set%v/next%v/' one.conf
	} >two.conf
	too_late 3 two.conf
	not_said "next: "
fi

# TERM to the writer alone, as sent by a user who looked at ps.
start env
kill -s TERM "$(newest "$run")"
wait "$run"
status=$?
case $status in
0)	same_set plain dumps ;;
3)	no_partial ;;
*)	fail "TERM for the writer: exit status $status: $(cat err)" ;;
esac

# ---- INT

# Without a terminal there are no questions.
start setsid -w
kill -s INT "$(descendants "$run" | head -n 1)"
ends 3
said "aborted by the operator"
no_partial

# interrupted STATUS ANSWER
interrupted () {
	fresh
	configure_set a.conf img "$slow" "$ring"
	# shellcheck disable=SC2016
	"$PYTHON3" "$tools/terminal" --run 'volume 2 started=kill -s INT $PID' \
	    --answer "abort the dump\?=$2" "$DUMPENGINE" -c a.conf \
	    >err 2>&1 </dev/null
	status=$?
	[ "$status" -eq "$1" ] ||
	    fail "INT, $2: exit status $status, not $1: $(cat err)"
}
interrupted 0 no
same_set plain dumps
interrupted 3 yes
said "aborted by the operator"
no_partial
# ^C goes to all processes of the terminal.
fresh
"$PYTHON3" "$tools/terminal" --answer 'volume 2 started='$'\003' \
    --answer 'abort the dump\?=no' "$DUMPENGINE" -c a.conf >err 2>&1 </dev/null
status=$?
[ "$status" -eq 0 ] || fail "^C and no: exit status $status: $(cat err)"
said "abort the dump"
same_set plain dumps

# The terminal goes away in the middle.
fresh
"$PYTHON3" "$tools/terminal" --hangup 'volume 2 started' \
    "$DUMPENGINE" -c a.conf >err 2>&1 </dev/null
status=$?
[ "$status" -eq 0 ] || fail "terminal gone: exit status $status"
same_set plain dumps
