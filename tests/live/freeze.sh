#!/usr/bin/env bash
# freeze = true freezes the filesystem for the selection; it is thawed after
# that, when the whole engine is killed, and when freeze_limit is over.
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

# configure SETTINGS [create]
configure () {
	configure_job f.conf \
	    "plugin = \"fs-ext2\"; device = $(quoted "$device"); live = true;" \
	    'plugin = "out-file"; path = "dumps/f"; overwrite = true;'
	printf '%s\n' "$1" >freeze.part
	[ $# -lt 2 ] || cat >>freeze.part <<-END
	  state_dir = "state";
	  snapshot = {
	    create = $(quoted "$2");
	    device = "copy.img";
	    remove = "rm -f copy.img";
	  };
	END
	sed -i '/name   = "test";/r freeze.part' f.conf
}

# Writing to a frozen filesystem blocks: so a freeze fails with EBUSY.
is_frozen () { ! timeout 20 fsfreeze -f mnt 2>/dev/null; }
is_thawed () {
	timeout 20 fsfreeze -f mnt 2>/dev/null || return 1
	timeout 20 fsfreeze -u mnt
}

# The selection.
configure "freeze = true;"
engine 0 -c f.conf
not_said warning
is_thawed || fail "it is frozen after the dump"

# Frozen by another program: refused, and left frozen.
timeout 20 fsfreeze -f mnt || fail "cannot freeze"
configure "freeze = true;"
: >err
"$DUMPENGINE" -c f.conf >out 2>err </dev/null &
background=$!
wait_for 60 grep -q "cannot be frozen" err ||
    fail "it does not say that it is frozen: $(cat err)"
is_frozen || fail "it was thawed by a run that did not freeze it"
timeout 20 fsfreeze -u mnt
wait "$background"
status=$?
background=
[ "$status" -eq 1 ] || fail "frozen by others: $status, $(cat err)"
said "it is already frozen"

# Not mounted.
cp a.img other.img
configure "freeze = true;"
sed -i "s|device = \"$device\"|device = \"other.img\"|" f.conf
engine 0 -c f.conf
said "not mounted, so there is nothing to freeze"

# Our output must not be on it.
configure "freeze = true;"
"$DUMPENGINE" -c f.conf >out 2>mnt/err </dev/null
status=$?
cp mnt/err err
[ "$status" -eq 1 ] || fail "messages on it: $status, $(cat err)"
said "cannot be frozen: standard error"
"$DUMPENGINE" -c f.conf >mnt/out 2>err </dev/null
[ $? -eq 1 ] || fail "standard output on it: $(cat err)"
said "cannot be frozen: standard output"
configure "freeze = true;" 'cp a.img copy.img'
sed -i "s|\"state\"|\"mnt/state\"|" f.conf
engine 1 -c f.conf
said "cannot be frozen: the directory state_dir"
rm -rf mnt/state

# The whole engine is killed while it is frozen: the guard is not in its group.
configure "freeze = true; freeze_limit = 3600;" 'echo >making; exec sleep 600'
: >err
"$DUMPENGINE" -c f.conf >out 2>err </dev/null &
background=$!
wait_for 60 test -e making || fail "it does not get that far: $(cat err)"
is_frozen || fail "it is not frozen while the snapshot is made"
command=$(pgrep -P "$background" -x sleep)
kill -KILL "$background" $command
wait "$background" 2>/dev/null
background=
wait_for 60 is_thawed || fail "it stays frozen after its engine was killed"

# The guard itself is killed.
rm -f making copy.img state/*
configure "freeze = true; freeze_limit = 3600;" \
    'echo >making; until [ -e go ]; do sleep 0.05; done; cp a.img copy.img'
: >err
"$DUMPENGINE" -c f.conf >out 2>err </dev/null &
background=$!
wait_for 60 test -e making || fail "it does not get that far: $(cat err)"
guard=$(pgrep -P "$background" -x dumpengine || pgrep -P "$background" -f f.conf)
kill -KILL $guard
: >go
wait "$background"
status=$?
background=
[ "$status" -eq 1 ] || fail "a killed guard: $status, $(cat err)"
said "the process that kept it frozen is gone" "may be inconsistent"
is_thawed || fail "it stays frozen after its guard was killed"

# The limit, whatever the engine is doing.
rm -f making go
configure "freeze = true; freeze_limit = 1;" \
    'echo >making; until [ -e go ]; do sleep 0.05; done'
: >err
"$DUMPENGINE" -c f.conf >out 2>err </dev/null &
background=$!
wait_for 60 test -e making || fail "it does not get that far: $(cat err)"
wait_for 60 is_thawed || fail "it stays frozen for longer than freeze_limit"
: >go
wait "$background"
status=$?
background=
[ "$status" -eq 1 ] || fail "the limit: $status, $(cat err)"
said "thawed after 1 seconds"
