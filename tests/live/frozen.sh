#!/usr/bin/env bash
# A frozen filesystem is thawed by whoever is left: by the engine when its guard
# is killed, by the guard when the engine is, and when all are killed at once,
# by the next run of the job, or by --check.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/live/live-lib.sh
. "$top_srcdir/tests/live/live-lib.sh"

need_source
need_root
need fsfreeze pgrep

mkdir -p dumps tree
echo x >tree/x
make_live a.img 8M tree
mount_image a.img mnt rw
configure_job f.conf \
    "plugin = \"fs-ext2\"; device = $(quoted "$device"); live = true;" \
    'plugin = "out-file"; path = "dumps/f"; overwrite = true;'
cat >freeze.part <<END
  freeze = true; freeze_limit = 3600; state_dir = "state";
  snapshot = {
    create = "echo >making; until [ -e go ]; do sleep 0.05; done; cp a.img copy.img";
    device = "copy.img";
    remove = "rm -f copy.img";
  };
END
sed -i '/name   = "test";/r freeze.part' f.conf

is_frozen () { ! timeout 20 fsfreeze -f mnt 2>/dev/null; }
is_thawed () {
	timeout 20 fsfreeze -f mnt 2>/dev/null || return 1
	timeout 20 fsfreeze -u mnt
}
trap 'fsfreeze -u mnt 2>/dev/null; clean_up' EXIT

# freeze_it: start a run that stays frozen; sets $run and $guard.
freeze_it () {
	rm -f making go
	: >err
	"$DUMPENGINE" -c f.conf >out 2>err </dev/null &
	run=$!
	wait_for 60 test -e making || fail "it does not get that far: $(cat err)"
	guard=$(pgrep -P "$run" -x dumpengine || pgrep -P "$run" -f f.conf)
	[ -n "$guard" ] || fail "there is no guard"
	[ -e state/test.frozen ] || fail "that it is frozen is not noted"
}

# left_frozen: kill all that could thaw it, none before the others.
left_frozen () {
	freeze_it
	kill -s STOP "$run" "$guard"
	kill -s KILL "$run" "$guard"
	wait "$run" 2>/dev/null
	wait_for 20 gone "$guard" || fail "the guard is still there"
	is_frozen || fail "it was thawed, but no process was left"
}
gone () {
	local state
	state=$(sed 's/.*) //; s/ .*//' "/proc/$1/stat" 2>/dev/null)
	[ -z "$state" ] || [ "$state" = Z ]
}

left_frozen
: >go
engine 0 --check -c f.conf
said "was left frozen by a killed run; thawed it"
is_thawed || fail "--check leaves it frozen"
[ ! -e state/test.frozen ] || fail "the note stays"
engine 0 --check -c f.conf
not_said "frozen"

left_frozen
: >go
engine 0 -c f.conf
said "was left frozen by a killed run; thawed it"
is_thawed || fail "the next run leaves it frozen"
[ ! -e state/test.frozen ] || fail "the note stays"

# A freeze in progress is left alone by another job's check.
freeze_it
"$DUMPENGINE" --check -c f.conf >check.out 2>check.err </dev/null &
check=$!
kill -0 "$run" || fail "the run is over"
: >go
wait "$run" || fail "exit status $?: $(cat err)"
wait "$check"
! grep -q "left frozen" check.err || fail "it thaws a filesystem that is in use"
not_said "something else has thawed it" "is gone"

# A record from before a reboot thaws nothing.
timeout 20 fsfreeze -f mnt || fail "cannot freeze"
printf '%s\n%s\n%s\n' another-boot "$(stat -c %d mnt)" "$scratch/mnt" \
    >state/test.frozen
run timeout 60 "$DUMPENGINE" --check -c f.conf
is_frozen || fail "it was thawed, and had been frozen by others"
timeout 20 fsfreeze -u mnt
