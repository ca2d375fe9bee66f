#!/usr/bin/env bash
# A signal in the middle ends the run soon and cleanly: exit status 3, and
# nothing is left behind.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

mkdir dumps
slow_source="plugin = $(quoted "$TEST_PLUGINS/fs-fault.so"); delay = 200; files = 9000;"

# interrupt SIGNAL NAME COMMAND...: send it when the command succeeds.
interrupt () {
	local signal=$1 name=$2 run begun
	shift 2
	# No questions, even on a terminal.
	rm -f run.pid
	: >err
	# shellcheck disable=SC2016
	setsid -w bash -c 'echo $$ >run.pid; exec "$0" -c a.conf' \
	    "$DUMPENGINE" >out 2>err &
	wait_for 10 test -s run.pid || fail "it does not start: $(cat err)"
	run=$(cat run.pid)
	wait_for 10 "$@" || fail "it does not get going: $(cat err)"
	begun=$SECONDS
	kill -s "$signal" "$run"
	wait $!
	status=$?
	[ "$status" -eq 3 ] ||
	    fail "$name, SIG$signal: exit status $status, not 3: $(cat err)"
	# Otherwise it would go on for half an hour.
	[ $((SECONDS - begun)) -le 300 ] ||
	    fail "$name, SIG$signal: took $((SECONDS - begun)) seconds"
	said "aborted by" "THE ENTIRE DUMP IS ABORTED"
	only
}

# While writing.
begun () { [ -n "$(find dumps -name '.dumpengine-*' -size +0)" ]; }

set -m		# otherwise background commands ignore SIGINT

for signal in TERM INT; do
	configure_job a.conf "$slow_source" \
	    'plugin = "out-file"; path = "dumps/a";' "blocking = 4;"
	interrupt "$signal" "slow source" begun
done

# A blocked write.
configure_job a.conf "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");" \
    "plugin = $(quoted "$TEST_PLUGINS/out-fault.so"); path = \"dumps/b\";
    block = 3;" "blocking = 2; slaves = 3;"
interrupt TERM "hanging write" test -e dumps/b

# A pipe whose reader sleeps.
mkfifo fifo
sleep 60 <>fifo &
sleeper=$!
configure_job a.conf \
    "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so"); size = \"1 MiB\";" \
    'plugin = "out-file"; path = "fifo";'
interrupt TERM "full pipe" grep -q "volume 1 started" err
kill "$sleeper"
wait "$sleeper" 2>/dev/null

# A slow output: records waiting in the ring need not be written first.
configure_job a.conf \
    "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so"); files = 20;" \
    "plugin = $(quoted "$TEST_PLUGINS/out-fault.so"); path = \"dumps/c\";
    delay = 150;" "blocking = 1; slaves = 2;"
interrupt TERM "slow output" test -e dumps/c

# A FIFO without a reader.
rm fifo
mkfifo fifo
configure_job a.conf "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");" \
    'plugin = "out-file"; path = "fifo";'
: >err
"$DUMPENGINE" -v -c a.conf >out 2>err &
run=$!
wait_for 10 grep -q "estimated" err || fail "it does not get going"
kill -s TERM "$run"
wait_for 30 bash -c "! kill -0 $run 2>/dev/null" || {
	kill -s KILL "$run"
	fail "it does not end while it waits for a reader"
}
wait "$run"
status=$?
[ "$status" -eq 3 ] || fail "waiting for a reader: exit status $status, not 3"

# The following jobs do not run.
cat >a.conf <<END
jobs = (
  { name = "one"; source = { $slow_source };
    output = { plugin = "out-file"; path = "dumps/one"; }; },
  { name = "two"; source = { $slow_source };
    output = { plugin = "out-file"; path = "dumps/two"; }; } );
END
interrupt TERM "first of two jobs" begun
not_said " two: "
