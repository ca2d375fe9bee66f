#!/usr/bin/env bash
# What only a person can decide is asked on the terminal, in the words of
# dump(8); without a terminal, the run ends at once, with exit status 4.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
without_index=yes
need_source
need_python
need_pty

make_data_image img 2 tree
size='volume_size = "1 MiB";'
ring="blocking = 16;"
fresh
configure_set a.conf img "$to_files $size" "$ring"
engine 0 -q -c a.conf
mv dumps plain

# on_terminal STATUS OPTION...: the engine with a.conf, on a separate terminal,
# whose contents are in the file "terminal".
on_terminal () {
	local expected=$1
	shift
	"$PYTHON3" "$tools/terminal" --error err "$@" \
	    "$DUMPENGINE" -c a.conf >terminal 2>&1 </dev/null
	status=$?
	[ "$status" -eq "$expected" ] || fail "line ${BASH_LINENO[0]}: exit" \
	    "status $status, not $expected: $(cat terminal err)"
}

# shown TEXT...: on the terminal
shown () {
	local text
	for text; do
		grep -qF -- "$text" terminal ||
		    fail "no \"$text\" on the terminal: $(cat terminal err)"
	done
}

# asked TIMES
asked () {
	local times
	times=$(grep -o '("yes" or "no")' terminal | wc -l)
	[ "$times" -eq "$1" ] ||
	    fail "asked $times times, not $1: $(cat terminal)"
}

# ---- After a write error

configure_set a.conf img "$out_volumes $size fail_write = \"2:3\";" "$ring"
fresh
on_terminal 0 --answer 'restart.*\?=yes'
asked 1
for volume in 1 2 3; do
	same_file "plain/set00$volume" "dumps/00$volume"
done
no_partial
fresh
on_terminal 3 --answer 'restart.*\?=no'
asked 1
[ ! -e dumps/002 ] || fail "volume 2 has its final name"
no_partial
# An answer other than yes or no is asked for again; so is an empty one.
fresh
on_terminal 0 --answer 'restart.*\?=maybe' --answer 'restart.*\?=' \
    --answer 'restart.*\?=yesno' --answer 'restart.*\?=YES'
asked 4
fresh
on_terminal 3 --answer 'restart.*\?=n'
# Half a record is on the medium: the next attempt starts over.
configure_set a.conf img "$out_volumes $size short_write = \"2:3\";" "$ring"
fresh
on_terminal 0 --answer 'restart.*\?=y'
same_file plain/set002 dumps/002
# Closing fails.
configure_set a.conf img "$out_volumes $size fail_close = 2;" "$ring"
fresh
on_terminal 0 --answer 'restart.*\?=yes'
same_file plain/set002 dumps/002

# ---- Open

configure_set a.conf img "$out_volumes $size fail_open = 2; times = 3;" "$ring"
fresh
on_terminal 0 --answer 'retry the open.*\?=yes' \
    --answer 'retry the open.*\?=yes' --answer 'retry the open.*\?=yes'
asked 3
same_file plain/set002 dumps/002
fresh
on_terminal 3 --answer 'retry the open.*\?=no'
configure_set a.conf img "$out_volumes $size fail_open = 1;" "$ring"
fresh
on_terminal 0 --answer 'retry the open.*\?=yes'
same_file plain/set001 dumps/001

# The file exists already; it is moved while the question waits.
configure_set a.conf img "$to_files $size" "$ring"
fresh
echo precious >dumps/set002
on_terminal 0 --run 'retry the open=mv dumps/set002 saved' \
    --answer '.*=yes'
same_file plain/set002 dumps/set002
[ "$(cat saved)" = precious ] || fail "the file that was there is lost"

# ---- A process that dies more often than it is retried

configure_set a.conf img "$out_volumes $size kill = \"2:3\"; times = 4;" "$ring"
fresh
on_terminal 0 --answer 'restart.*\?=yes' --answer 'restart.*\?=yes'
asked 2
same_file plain/set002 dumps/002

# ---- Verification

configure_set a.conf img "$out_volumes $size verify = true;
    flip = \"2:3\"; times = 3;" "$ring"
fresh
on_terminal 0 --answer 'restart.*\?=yes'
asked 1
same_file plain/set002 dumps/002
fresh
on_terminal 5 --answer 'restart.*\?=no'

# ---- The medium must be changed

mkfifo fifo
collect () {
	local i
	for i in 1 2 3; do
		cat fifo >"got$i"
		: >"ended$i"
	done
}
# Not before the reader has seen the end, or it would get the next volume too.
ended () { echo "until [ -e ended$1 ]; do sleep 0.05; done"; }
collect &
collector=$!
configure_set a.conf img "plugin = \"out-file\"; path = \"fifo\"; $size" "$ring"
on_terminal 0 --run "Is the new volume.*mounted and ready to go\?=$(ended 1)" \
    --answer '.*=yes' \
    --run "Is the new volume.*mounted and ready to go\?=$(ended 2)" \
    --answer '.*=no' \
    --answer 'Do you want to abort\?=no' \
    --answer 'Is the new volume.*mounted and ready to go\?=yes'
wait "$collector"
asked 4
shown "number 2" "number 3"
for volume in 1 2 3; do
	same_file "plain/set00$volume" "got$volume"
done
cat fifo >got1 &
collector=$!
on_terminal 3 --answer 'mounted and ready to go\?=no' \
    --answer 'Do you want to abort\?=yes'
wait "$collector"

# An EOT handler says that the operator must be asked.
fresh
configure_set a.conf img "$to_files $size" "$ring" \
    'plugin = "eot-script"; command = "exit 1;";'
on_terminal 0 --answer 'mounted and ready to go\?=yes' \
    --answer 'mounted and ready to go\?=yes'
same_set plain dumps

# The handler may talk to the operator itself, as under dump -F.
# shellcheck disable=SC2016
printf '#!/bin/sh\nprintf "label? " >/dev/tty; read x </dev/tty && echo "$x" >>labels\n' \
    >handler
chmod +x handler
fresh
configure_set a.conf img "$to_files $size" "$ring" \
    'plugin = "eot-script"; command = "./handler"; timeout = 10;'
on_terminal 0 --answer 'label\?=first' --answer 'label\?=second'
same_set plain dumps
[ "$(tr '\n' ' ' <labels)" = "first second " ] || fail "labels: $(cat labels)"
# And the terminal is the engine's again.
printf '#!/bin/sh\nprintf "label? " >/dev/tty; read x </dev/tty; exit 1\n' >handler
fresh
on_terminal 0 --answer 'label\?=a' --answer 'ready to go\?=yes' \
    --answer 'label\?=b' --answer 'ready to go\?=yes'
same_set plain dumps

# ---- No operator

for what in "fail_write = \"2:3\"" "fail_open = 2" "fail_close = 2"; do
	configure_set a.conf img "$out_volumes $size $what;" "$ring"
	for how in "setsid -w" "setsid -w env --default-signal"; do
		fresh
		# shellcheck disable=SC2086
		run $how "$DUMPENGINE" -c a.conf
		[ "$status" -eq 4 ] || fail "$what, $how: exit status $status," \
		    "not 4: $(cat err)"
		said "no operator to ask"
		[ ! -e dumps/002 ] || fail "$what: volume 2 has its final name"
		no_partial
		same_file plain/set001 dumps/001
	done
	fresh
	"$PYTHON3" "$tools/terminal" --error err "$DUMPENGINE" -q -c a.conf \
	    >terminal 2>&1 </dev/null
	status=$?
	[ "$status" -eq 4 ] || fail "$what, -q: exit status $status, not 4"
	asked 0
	said "-q"
done
configure_set a.conf img "plugin = \"out-file\"; path = \"fifo\"; $size" "$ring"
cat fifo >got1 &
run setsid -w "$DUMPENGINE" -c a.conf
wait
[ "$status" -eq 4 ] || fail "change of medium: exit status $status"
said "Is the new volume"
same_file plain/set001 got1

# The terminal goes away during a question.
configure_set a.conf img "$out_volumes $size fail_write = \"2:3\";" "$ring"
fresh
"$PYTHON3" "$tools/terminal" --error err --timeout 20 --hangup 'restart.*\?' \
    "$DUMPENGINE" -c a.conf >terminal 2>&1 </dev/null
status=$?
[ "$status" -eq 4 ] || fail "terminal gone: exit status $status: $(cat err)"
no_partial

# ---- Signals during a question

fresh
# shellcheck disable=SC2016
"$PYTHON3" "$tools/terminal" --error err --timeout 20 \
    --run 'restart.*\?=kill -s TERM $PID' "$DUMPENGINE" -c a.conf \
    >terminal 2>&1 </dev/null
status=$?
[ "$status" -eq 3 ] || fail "TERM at a question: exit status $status, not 3:" \
    "$(cat err)"
no_partial
# The status line is available even then.
fresh
# shellcheck disable=SC2016
on_terminal 0 --run 'restart.*\?=kill -s USR1 $PID' \
    --answer '\(.*\)=yes'
said "% done at"
