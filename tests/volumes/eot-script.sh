#!/usr/bin/env bash
# eot-script: what the command is told, how it can answer, and that no
# misbehaviour harms more than its own dump.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
without_index=yes
need_source
need_python

make_data_image img 2 tree
size='volume_size = "1 MiB";'
ring="blocking = 16;"

# script TEXT: write the command, `handler`.
script () {
	printf '#!/bin/sh\n%s\n' "$1" >handler
	chmod +x handler
}

# dump STATUS OUTPUT [EOT]: with the handler, and without an operator.
dump () {
	fresh
	rm -f calls
	configure_set a.conf img "$2" "$ring" \
	    "plugin = \"eot-script\"; command = \"./handler\"; ${3:-}"
	run setsid -w "$DUMPENGINE" -c a.conf
	[ "$status" -eq "$1" ] || fail "line ${BASH_LINENO[0]}: exit status" \
	    "$status, not $1: $(cat err)"
	[ "$1" -ne 0 ] || no_partial
}

fresh
configure_set a.conf img "$to_files $size" "$ring"
engine 0 -q -c a.conf
mv dumps plain
volumes=$(count_of plain)
[ "$volumes" -eq 3 ] || fail "$volumes volumes, not 3"

# ---- Its environment

# shellcheck disable=SC2016	# for the handler
script 'echo "$# $1 $2|$(env | grep "^DUMPENGINE_[A-Z]*=" | grep -v PATH | sort | tr "\n" " ")" >>calls'
dump 0 "$to_files $size"
same_set plain dumps
[ "$(wc -l <calls)" -eq 2 ] || fail "called other than twice: $(cat calls)"
read -r arguments <<<"$(sed -n '1s/|.*//p' calls)"
[ "$arguments" = "2 dumps/set001 1" ] || fail "called with $arguments"
told () {
	local line=$1 what
	shift
	for what; do
		sed -n "${line}p" calls | grep -qF " $what " ||
		    sed -n "${line}p" calls | grep -qF "|$what " ||
		    fail "call $line lacks $what: $(sed -n "${line}p" calls)"
	done
}
# DUMPENGINE_NEXT_VOLUME is found, like those without a second _.
# shellcheck disable=SC2016
script 'echo "$# $1 $2|$(env | grep "^DUMPENGINE_" | grep -v PLUGIN_PATH | sort | tr "\n" " ")" >>calls'
dump 0 "$to_files $size" "at_end = true;"
[ "$(wc -l <calls)" -eq 3 ] || fail "not called at the end: $(cat calls)"
for line in 1 2; do
	told "$line" DUMPENGINE_JOB=test DUMPENGINE_LABEL=testing \
	    "DUMPENGINE_DEVICE=dumps/set00$line" DUMPENGINE_REASON=size \
	    "DUMPENGINE_VOLUME=$line" "DUMPENGINE_NEXT_VOLUME=$((line + 1))" \
	    DUMPENGINE_BYTES=1048576 DUMPENGINE_LEVEL=0 "DUMPENGINE_DATE=$date" \
	    DUMPENGINE_NEXT_FD=3
done
told 3 DUMPENGINE_DEVICE=dumps/set003 DUMPENGINE_REASON=end \
    DUMPENGINE_VOLUME=3 DUMPENGINE_NEXT_VOLUME=0 \
    "DUMPENGINE_BYTES=$(stat -c %s dumps/set003)"

# At the end of the medium, and after an error.
dump 0 "$out_volumes capacity = (64);"
told 1 DUMPENGINE_REASON=eot DUMPENGINE_DEVICE=dumps/001 \
    DUMPENGINE_BYTES=1048576
dump 0 "$out_volumes $size fail_write = \"2:3\";"
told 2 DUMPENGINE_REASON=error DUMPENGINE_DEVICE=dumps/002 \
    DUMPENGINE_VOLUME=2 DUMPENGINE_NEXT_VOLUME=2
told 3 DUMPENGINE_REASON=size DUMPENGINE_VOLUME=2 DUMPENGINE_NEXT_VOLUME=3
dump 0 "$out_volumes $size verify = true; flip = \"2:3\";"
told 2 DUMPENGINE_REASON=error DUMPENGINE_DEVICE=dumps/002
# Nothing was written to a medium that could not be opened.
dump 0 "$out_volumes $size fail_open = 2;"
told 2 DUMPENGINE_REASON=error DUMPENGINE_VOLUME=2 DUMPENGINE_BYTES=0
! sed -n 2p calls | grep -q "dumps/001" ||
    fail "the medium of volume 1 is blamed: $(sed -n 2p calls)"

# A device is one word, whatever its name contains.
fresh
mkdir "dumps/a b"
configure_set a.conf img "plugin = \"out-file\"; path = \"dumps/a b/\$HOME;%v\";
    $size" "$ring" 'plugin = "eot-script"; command = "./handler";'
rm -f calls
engine 0 -q -c a.conf
grep -qF "2 dumps/a b/\$HOME;001 1|" calls || fail "$(cat calls)"

# The command may have arguments.
fresh
rm -f calls
configure_set a.conf img "$to_files $size" "$ring" \
    'plugin = "eot-script"; command = "exec ./handler -x \"y z\"";'
engine 0 -q -c a.conf
grep -q '^4 -x y z|' calls || fail "$(cat calls)"

# ---- Its output: where the next volume goes

# shellcheck disable=SC2016
script 'echo "dumps/other$DUMPENGINE_NEXT_VOLUME" >&3'
dump 0 "$to_files $size"
only set001 other2 other3
same_file plain/set002 dumps/other2
same_file plain/set003 dumps/other3
said "dumps/other2"
# No newline, and several lines, of which only the first counts.
# shellcheck disable=SC2016
script 'test $2 = 1 && printf dumps/x >&3 || printf "dumps/y\ndumps/z\n" >&3'
dump 0 "$to_files $size"
only set001 x y
# shellcheck disable=SC2016
script 'echo "dumps/other$DUMPENGINE_NEXT_VOLUME" >/dev/fd/$DUMPENGINE_NEXT_FD'
dump 0 "$to_files $size"
only set001 other2 other3

# It is asked again when that volume fails, and names another; the failed one
# leaves nothing behind.
# shellcheck disable=SC2016
script 'echo "dumps/$DUMPENGINE_REASON$DUMPENGINE_NEXT_VOLUME" >&3'
dump 0 "$out_volumes $size fail_write = \"2:3\";"
cmp plain/set002 dumps/error2 || fail "volume 2 is not on the second medium"
[ ! -e dumps/size2 ] || fail "the first medium of volume 2 has its final name"

# It names one, and prints nothing when that fails: the same is used again.
# shellcheck disable=SC2016
script 'test "$DUMPENGINE_REASON" = error || echo "dumps/own$DUMPENGINE_NEXT_VOLUME" >&3'
dump 0 "$out_volumes $size fail_write = \"2:3\";"
cmp plain/set002 dumps/own2 || fail "volume 2 went elsewhere: $(ls dumps)"
# The same when the process dies, in which case it is not asked.
dump 0 "$out_volumes $size kill = \"2:3\";"
cmp plain/set002 dumps/own2 || fail "volume 2 went elsewhere: $(ls dumps)"

# A name in a missing directory, or one that is far too long.
script 'echo dumps/missing/file >&3'
dump 4 "$to_files $size"
said "dumps/missing/file"
only set001
# shellcheck disable=SC2016
script 'head -c 100000 /dev/zero | tr "\0" x >&3'
dump 4 "$to_files $size"
only set001

# ---- Its exit status

script 'exit 1'
dump 4 "$to_files $size"
said "no operator to ask"
# Whether that is an error is for the last line to say.
not_said "error: no operator"
only set001
for code in 2 77 126 255; do
	script "exit $code"
	dump 3 "$to_files $size"
	said "status $code" "eot-script"
	only set001
done
rm handler
dump 3 "$to_files $size"
said "status 127" "aborted the dump at the end of volume 1"
only set001
# A volume that never began does not end either.
dump 3 'plugin = "out-file"; path = "missing/v.%v";'
said "aborted the dump because volume 1 could not be opened"
not_said "at the end of volume 1"
only
script 'exit 2'
dump 3 "$out_volumes $size fail_write = \"1:3\";"
said "aborted the dump because volume 1 failed"
[ ! -e dumps/001 ] || fail "a volume that failed has its final name"
only .count-fail_write .count-retry
for signal in TERM KILL SEGV; do
	script "kill -s $signal \$\$"
	dump 3 "$to_files $size"
	# The shell turns it into a status.
	said "status $((128 + $(kill -l "$signal")))"
	only set001
done
# At the end there are no questions.
# shellcheck disable=SC2016
script 'test "$DUMPENGINE_REASON" = end && exit 2; exit 0'
dump 0 "$to_files $size" "at_end = true;"
same_set plain dumps

# ---- Its behaviour

# It hangs, and so do its children.
script 'sleep 1061 & echo $! >sleepers; sleep 1062 & echo $! >>sleepers; wait'
begun=$SECONDS
dump 4 "$to_files $size" "timeout = 1;"
[ $((SECONDS - begun)) -lt 300 ] || fail "took $((SECONDS - begun)) s"
said "timeout of 1 seconds"
mapfile -t sleepers <sleepers
wait_for 10 all_gone "${sleepers[@]}" || fail "it still sleeps"
only set001
script "trap '' TERM; echo \$\$ >sleepers; sleep 1061; sleep 1062"
begun=$SECONDS
dump 4 "$to_files $size" "timeout = 1;"
[ $((SECONDS - begun)) -lt 300 ] || fail "took $((SECONDS - begun)) s"
wait_for 10 all_gone "$(cat sleepers)" || fail "it still sleeps"

# It leaves a process running: it is not waited for.
script 'sleep 1063 & echo $! >>sleepers; exit 0'
rm -f sleepers
begun=$SECONDS
dump 0 "$to_files $size"
took=$((SECONDS - begun))
xargs kill <sleepers 2>/dev/null
[ "$took" -lt 300 ] ||
    fail "waited $took s for what the command left running"
same_set plain dumps

# A megabyte, first without a newline, then with.
script 'head -c 1000000 /dev/zero | tr "\0" x; yes | head -c 1000000 >&2'
dump 0 "$to_files $size"
same_set plain dumps
[ "$(stat -c %s err)" -lt 1500000 ] || fail "all of it is in the log"
said "2000000 bytes"
script 'echo "a line for the log"; echo and another >&2; printf "no end"'
dump 0 "$to_files $size"
said "a line for the log" "and another" "no end"

# It closes all its descriptors, or reads its input.
script 'exec >&- 2>&- 3>&-; sleep 0.3; exit 0'
dump 0 "$to_files $size"
script 'cat'
dump 0 "$to_files $size"

# It inherits only four descriptors.
script 'ls -l /proc/self/fd >fds'
dump 0 "$to_files $size"
[ "$(grep -c -- '->' fds)" -eq 5 ] || fail "descriptors: $(cat fds)"
grep -q ' 3 -> pipe' fds || fail "descriptor 3 is no pipe: $(cat fds)"
# Nor ignored or blocked signals.
script 'grep -E "^Sig(Blk|Ign)" /proc/self/status >masks'
dump 0 "$to_files $size"
grep -q 'SigBlk:.0*$' masks || fail "blocked: $(cat masks)"
# Signal 32 is the thread library's.
grep -q 'SigIgn:.*[08]0000000$' masks || fail "ignored: $(cat masks)"

# Aborted while it runs.
script 'echo $$ >started; exec sleep 1064'
fresh
rm -f started
configure_set a.conf img "$to_files $size" "$ring" \
    'plugin = "eot-script"; command = "./handler";'
: >err
"$DUMPENGINE" -c a.conf >out 2>err </dev/null &
run=$!
wait_for 10 test -s started || fail "the handler is not called"
begun=$SECONDS
kill -s TERM "$run"
wait "$run"
status=$?
[ "$status" -eq 3 ] || fail "aborted, exit status $status: $(cat err)"
[ $((SECONDS - begun)) -lt 300 ] || fail "took $((SECONDS - begun)) s"
wait_for 10 all_gone "$(cat started)" || fail "it still sleeps"
only set001

# Another user, if we may switch to one.
if is_root && getent passwd nobody >/dev/null; then
	chmod 755 "$scratch"
	script "{ id -un; id -gn; id -Gn; } >&2"
	dump 0 "$to_files $size" 'user = "nobody";'
	said "eot-script: nobody" "eot-script: $(id -gn nobody)"
	not_said "eot-script: root"
fi
dump 1 "$to_files $size" 'user = "no-such-user-here";'
said "no-such-user-here"
only

# ---- A script for dump -F, as usual: it moves the file away

# shellcheck disable=SC2016
script '# called as: handler DEVICE VOLUME
mv "$1" "$1.$2" || exit 2
exit 0'
dump 0 "plugin = \"out-file\"; path = \"dumps/backup\"; $size"
only backup backup.1 backup.2
same_file plain/set001 dumps/backup.1
same_file plain/set002 dumps/backup.2
same_file plain/set003 dumps/backup
# One that moves nothing: volume 1 is not overwritten.
script 'exit 0'
for overwrite in false true; do
	dump 4 "plugin = \"out-file\"; path = \"dumps/backup\"; $size
	    overwrite = $overwrite;"
	said "already holds volume 1 of this dump"
	only backup
	same_file plain/set001 dumps/backup
done
# A link or another spelling of its name does not circumvent this.
# shellcheck disable=SC2016
script 'ln -sf backup dumps/link; echo dumps/link >&3'
dump 4 "plugin = \"out-file\"; path = \"dumps/backup\"; $size overwrite = true;"
same_file plain/set001 dumps/backup
script 'echo "./dumps/../dumps/backup" >&3'
dump 4 "plugin = \"out-file\"; path = \"dumps/backup\"; $size overwrite = true;"
same_file plain/set001 dumps/backup
# A list without a handler: the last name is used again.
fresh
configure_set a.conf img "plugin = \"out-file\"; $size
    path = [\"dumps/a\", \"dumps/b\"];" "$ring"
run setsid -w "$DUMPENGINE" -c a.conf
[ "$status" -eq 4 ] || fail "a list too short: exit status $status: $(cat err)"
said "dumps/b already holds volume 2 of this dump"
only a b
fresh
configure_set a.conf img "plugin = \"out-file\"; $size
    path = [\"dumps/a\", \"dumps/b\", \"dumps/c\"];" "$ring"
engine 0 -q -c a.conf
same_file plain/set003 dumps/c
