#!/usr/bin/env bash
# Whenever the process that writes a volume dies, the volume is rewritten, and
# the run ends as if nothing had happened.  With SOAK=1 in the environment it is
# killed over a hundred times.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
# The sanitizers have their own processes, which must not be killed.
[ -z "${SANITIZER_FLAGS:-}" ] || skip "not under a sanitizer"
need_python

make_data_image img 32 tree
ring="blocking = 16; slaves = 2;"
fresh
configure_set a.conf img "$to_files volume_size = \"2 MiB\";" "$ring"
engine 0 -c a.conf
mv dumps undisturbed
fresh
engine 0 -c a.conf
[ "$(count_of undisturbed)" -ge 10 ] || fail "too few volumes"
scan_set undisturbed/*

# ---- Killed at any time

# At any place of any volume, until enough were hit while being written.
wanted=$((${SOAK:+20} + 10))
rewritten=0
for ((i = 1; rewritten < wanted || i <= ${SOAK:+70} + 30; i++)); do
	[ "$i" -le $((${SOAK:+70} + 100)) ] || fail "only $rewritten volumes were rewritten"
	fresh
	: >err
	"$DUMPENGINE" -c a.conf >out 2>err </dev/null &
	run=$!
	wait_until_written "$run" undisturbed
	writer=$(newest "$run")
	[ -z "$writer" ] || kill -s KILL "$writer" 2>/dev/null
	wait "$run"
	status=$?
	# Before there is a volume, nothing can be rewritten.
	if ! grep -q "volume 1 started" err && [ "$status" -eq 3 ]; then
		[ -z "$(ls dumps)" ] || fail "$(ls dumps) from a start that failed"
		continue
	fi
	[ "$status" -eq 0 ] || fail "killed $writer," \
	    "exit status $status: $(cat err)"
	same_set undisturbed dumps
	! grep -q "rewriting it" err || {
		said "its process was killed by signal 9"
		rewritten=$((rewritten + 1))
	}
done

# ---- At each kind of place

small="volume_size = \"1 MiB\";"
fresh
configure_set b.conf img "$out_volumes $small" "$ring"
engine 0 -q -c b.conf
mv dumps b
[ "$(count_of b)" -gt 20 ] || fail "too few small volumes"

# disturbed OUTPUT TEXT...: it succeeds nevertheless, and reports this.
disturbed () {
	local what=$1
	shift
	fresh
	configure_set b.conf img "$out_volumes $small $what" "$ring"
	engine 0 -c b.conf --report report
	same_set b dumps
	said "$@"
	[ "$("$PYTHON3" -c 'import json
print(len(json.load(open("report"))["jobs"][0]["rewrites"]))')" -ge 1 ] ||
	    fail "$what: no rewrite in the report"
}

export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}handle_segv=0
for record in 1 2 63 64; do
	disturbed "kill = \"3:$record\";" "volume 3: its process was killed" \
	    "signal 9"
done
disturbed 'crash = "3:5";' "volume 3: its process was killed by signal 11"
disturbed 'kill = "1:3";' "volume 1: its process was killed"
disturbed 'kill = "3:3"; times = 2;' "volume 3: its process was killed"
disturbed 'kill = "3:3"; crash = "3:9";' "signal 9" "signal 11"
last=$(count_of b)
disturbed "kill = \"$last:1\";" "volume $last: its process was killed"
# Attempts are counted per volume.
disturbed "kill = \"3:3\"; crash = \"9:3\"; times = 2;" "volume 3: its process was killed" \
    "volume 9: its process was killed"

# The volume has its name, but the supervisor does not know that it is safe.
disturbed 'kill_closed = 3;' "volume 3: its process was killed"
disturbed "kill_closed = $last;" "volume $last: its process was killed"
"$PYTHON3" - report "$last" <<'END' || fail "each volume must be in it once"
import json, sys
numbers = [v['number'] for v in json.load(open(sys.argv[1]))['jobs'][0]['volumes']]
sys.exit(numbers != list(range(1, int(sys.argv[2]) + 1)) and print(numbers) or 0)
END

# More often than it is retried, without an operator.
fresh
configure_set b.conf img "$out_volumes $small kill = \"3:3\"; times = 3;" \
    "$ring"
run setsid -w "$DUMPENGINE" -c b.conf
[ "$status" -eq 4 ] || fail "exit status $status, not 4: $(cat err)"
said "volume 3: its process was killed" "killed by signal 9" "operator"
[ "$(grep -c "rewriting it" err)" -eq 2 ] || fail "not two rewrites: $(cat err)"
only .count-kill 001 002 003.partial
same_file b/001 dumps/001
same_file b/002 dumps/002

fresh
configure_set b.conf img "$out_volumes $small kill = \"3:3\"; times = 1;
    rewrite_attempts = 0;" "$ring"
run setsid -w "$DUMPENGINE" -c b.conf
[ "$status" -eq 4 ] || fail "no attempts: exit status $status, not 4"
not_said "rewriting it"

# ---- Killed while the new name is synced

# preload.so kills the process that syncs the dump directory the second time.
cat >preload.c <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>
int fsync(int fd)
{
	struct stat st, dumps;
	int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
	if (fstat(fd, &st) == 0 && stat("dumps", &dumps) == 0 &&
	    st.st_ino == dumps.st_ino) {
		int count = open("syncs", O_WRONLY | O_CREAT | O_APPEND, 0600);
		struct stat counted;
		if (write(count, "x", 1) == 1 && fstat(count, &counted) == 0 &&
		    counted.st_size == 2)
			raise(SIGKILL);
		close(count);
	}
	return real(fd);
}
END
if [ -z "${SANITIZER_FLAGS:-}" ] &&
    ${CC:-cc} -shared -fPIC -o preload.so preload.c -ldl 2>cc.log; then
	fresh
	LD_PRELOAD=$scratch/preload.so engine 0 -c a.conf
	said "rewriting it from its checkpoint"
	same_set undisturbed dumps
fi

# ---- The checkpoint dies, or the supervisor

# slow OUTPUT: sets $run once volume 3 is being written.
slow () {
	fresh
	configure_set b.conf img "$out_volumes $small delay = 3;" "$ring"
	: >err
	"$DUMPENGINE" -c b.conf >out 2>err </dev/null &
	run=$!
	wait_for 20 test -s dumps/003.partial || fail "no volume 3: $(cat err)"
}

slow
mapfile -t workers < <(descendants "$run")
[ "${#workers[@]}" -ge 2 ] || fail "${#workers[@]} processes work, not 2"
kill -s KILL "$run"
wait "$run" 2>/dev/null
wait_for 10 all_gone "${workers[@]}" || {
	kill -s KILL "${workers[@]}"
	fail "processes remain after the supervisor was killed"
}
for volume in dumps/???; do
	cmp "$volume" "b/${volume##*/}" || fail "$volume is half a volume"
done
[ ! -e "dumps/$last" ] || fail "it went on without a supervisor"

slow
workers=("$(descendants "$run" | head -n 1)")
kill -s KILL "${workers[0]}"
wait "$run"
status=$?
[ "$status" -eq 0 ] || fail "without the checkpoint of one volume the others" \
    "could be written: exit status $status: $(cat err)"
same_set b dumps
