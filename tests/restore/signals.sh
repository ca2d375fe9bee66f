#!/usr/bin/env bash
# A restore that is told to end does so with what it has, and can be continued;
# SIGUSR1 shows how far it is.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkdir tree
for n in 1 2 3 4; do
	head -c 3000000 /dev/urandom >tree/$n
done
touch -d 2001-01-01 tree/1
make_image a.img 16M tree
configure_dump a.conf a.img dumps/a
engine 0 -c a.conf

# begin FOLDER ARGUMENT...: the dump comes through a pipe, and not all of it.
begin () {
	local folder=$1
	shift
	mkdir -p "$folder"
	rm -f pipe
	mkfifo pipe
	# It holds the pipe open until it is killed.
	(head -c 7000000 dumps/a; exec sleep 100) >pipe &
	feeder=$!
	(cd "$folder" && exec "$restore_program" ${trusted[@]+"${trusted[@]}"} \
	    -r -f "$scratch/pipe" </dev/null >/dev/null 2>../err) &
	run=$!
	wait_for 30 test -s "$folder/2" || fail "it has not begun: $(cat err)"
}

# end STATUS: what became of it
end () {
	local expected=$1
	wait "$run"
	status=$?
	kill "$feeder"
	wait "$feeder" 2>/dev/null
	[ "$status" = "$expected" ] ||
	    fail "exit status $status, not $expected: $(cat err)"
}

for signal in INT TERM; do
	begin "by-$signal"
	kill -USR1 "$run"
	wait_for 10 grep -q "MiB read at" err || fail "no status: $(cat err)"
	kill -$signal "$run"
	end 3
	said "aborted by"
	same_file "by-$signal/1" tree/1
	[ "$(stat -c %Y "by-$signal/1")" = 978307200 ] || fail "1 has no date"
	restore_into "by-$signal" 0 -R -f "$scratch/dumps/a"
	diff -r -x lost+found -x restoresymtable tree "by-$signal" >diff.log ||
	    fail "$(cat diff.log)"
done
