# shellcheck shell=bash
# live-lib.sh - shared by the tests of mounted filesystems and snapshots
#
# Each mounts its own small ext4 filesystem, and freezes nothing else.

background=			# the engine, while it runs beside the test

# Thaw first: a frozen filesystem can neither be unmounted nor written to.
clean_up_live () {
	local place
	[ -z "$background" ] || kill -KILL "$background" 2>/dev/null
	for place in "${mounted[@]}"; do
		timeout 20 fsfreeze -u "$place" 2>/dev/null
	done
	clean_up
}
trap clean_up_live EXIT

# mount_image IMAGE FOLDER [OPTION]: it must be one of ours, or the test is
# skipped.  Sets $device.
mount_image () {
	can_mount "$@" || skip "cannot mount an image: $(cat mount.log)"
	device=$(findmnt -n -o SOURCE -M "$scratch/$2")
}

# make_live IMAGE SIZE TREE [OPTION]: without inline_data, where the kernel has
# bugs in writing.
make_live () {
	make_image "$1" "$2" "$3" -t ext4 -O ^inline_data "${@:4}"
}

# The contents of an output group that waits before record 1, the first.
holding () {
	rm -f reached go
	printf 'plugin = %s; path = %s; reached = %s; go = %s; hold = 1;' \
	    "$(quoted "$TEST_PLUGINS/out-hold.so")" "$(quoted "$1")" \
	    "$(quoted "$scratch/reached")" "$(quoted "$scratch/go")"
}

# start FILE: run the engine in the background until it waits.
start () {
	: >err
	timeout 120 "$DUMPENGINE" -c "$1" >out 2>err </dev/null &
	background=$!
	wait_for 60 test -e reached ||
	    fail "it does not get as far as its first record: $(cat err)"
}

# finish STATUS: let it run to its end.
finish () {
	: >go
	wait "$background"
	status=$?
	background=
	[ "$status" -eq "$1" ] || fail \
	    "exit status $status, not $1; it said: $(cat err)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
}
