#!/usr/bin/env bash
# A dump of a snapshot is the exact tree of its moment, whatever happens to the
# filesystem meanwhile; the commands run before and after it, and the snapshot
# is removed whether the dump succeeds, fails, is aborted or killed.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/live/live-lib.sh
. "$top_srcdir/tests/live/live-lib.sh"

need_source
need_restore
need_python
need_root
need fsfreeze

mkdir -p dumps tree/dir
for i in 1 2 3 4 5 6 7 8; do
	head -c 100000 /dev/urandom >"tree/dir/$i"
done
make_live a.img 32M tree
mount_image a.img mnt rw
state=$scratch/state/test.snapshot
create='printenv | grep ^DUMPENGINE_ | sort; cp --sparse=always a.img copy.img'
remove='echo going; rm copy.img'
settings=

# configure OUTPUT [COMMAND to create] [COMMAND to remove]
configure () {
	configure_job s.conf "plugin = \"fs-ext2\"; device = $(quoted "$device");" \
	    "$1" "blocking = 10;"
	cat >snapshot.part <<-END
	  state_dir = "state"; freeze = true; $settings
	  snapshot = {
	    create = $(quoted "${2:-$create}");
	    device = "copy.img";
	    remove = $(quoted "${3:-$remove}");
	    ${limit:+timeout = $limit;}
	  };
	END
	sed -i '/name   = "test";/r snapshot.part' s.conf
}
limit=
file='plugin = "out-file"; path = "dumps/s"; overwrite = true;'

gone () {
	[ ! -e copy.img ] || fail "the snapshot is still there"
	[ ! -e "$state" ] || fail "the state file is still there"
}

# It is thawed: writing to it does not block.
thawed () {
	timeout 20 touch "mnt/$1" || fail "it is still frozen"
}

# The date is that of the snapshot.
printf 'written last' >mnt/dir/last
cp -a mnt before
configure "$(holding dumps/s)"
engine 0 --check -c s.conf
[ ! -e copy.img ] || fail "--check made a snapshot"
start s.conf
head -c 100000 /dev/urandom >mnt/dir/1
rm mnt/dir/2
echo new >mnt/dir/new
[ -s "$state" ] || fail "there is no state file"
run "$DUMPENGINE" -c s.conf
[ "$status" -eq 1 ] || fail "a second run: $status, $(cat err)"
said "locked by another run"
[ -e copy.img ] || fail "another run has removed the snapshot"
: >go
wait "$background" || fail "the dump: exit status $?"
background=
gone
scan dumps/s
restore_dump dumps/s back
same_tree before back
thawed 1

configure "$file"
engine 0 -c s.conf
said "making the snapshot copy.img of $device" "DUMPENGINE_JOB=test" \
    "DUMPENGINE_DEVICE=$device" "DUMPENGINE_MOUNT_POINT=$scratch/mnt" \
    "DUMPENGINE_LEVEL=0" "DUMPENGINE_SNAPSHOT=copy.img" \
    "dumping $device (ext4, mounted on $scratch/mnt)" \
    "snapshot.remove: going" "removing the snapshot"
not_said "warning"
gone

# The dump fails.
configure "plugin = $(quoted "$TEST_PLUGINS/out-fault.so"); fail_open = true;"
run "$DUMPENGINE" -c s.conf
[ "$status" -ne 0 ] || fail "a dump that fails has exit status 0"
said "snapshot.remove: going"
gone

# The commands fail.
configure "$file" 'echo no room; touch copy.img; exit 3'
engine 1 -c s.conf
said "snapshot.create: no room" "snapshot.create: exited with status 3" "going"
gone
thawed 2
configure "$file" 'kill -9 $$' 'rm -f copy.img'
engine 1 -c s.conf
said "snapshot.create: killed by signal 9"
gone
limit=1
configure "$file" 'touch copy.img; sleep 600'
engine 1 -c s.conf
said "snapshot.create: killed after the timeout of 1 second:" going
gone
thawed 3
limit=
configure "$file" '' 'echo stays; false'
engine 2 -c s.conf
said "snapshot.remove: stays" "exited with status 1" "MAY STILL EXIST" "DUMP IS DONE"
[ -s "$state" ] || fail "the state file is gone"
# The next run retries, and continues, as the command is the same.
engine 2 -c s.conf
said "warning: an earlier run" "removing it failed"
# With another command, this cannot be known.
configure "$file"
engine 1 -c s.conf
said "the command for that has changed" "state/test.snapshot"
[ -e copy.img ] || fail "the snapshot is gone"
rm "$state" copy.img
engine 0 -c s.conf
gone

# The freeze ends before the copy does: that is not a snapshot.
settings="freeze_limit = 1;"
configure "$file" 'sleep 3; cp --sparse=always a.img copy.img'
engine 1 -c s.conf
said "thawed after 1 seconds" "may be inconsistent" "going"
gone
thawed 4
settings=
