# shellcheck shell=bash
# live-lib.sh - what the tests of mounted filesystems and snapshots share
#
# Each mounts a small ext4 filesystem of its own, and nothing else is frozen.

background=			# the engine, while it runs beside the test

# Thaw first: what is frozen can neither be unmounted nor written to.
clean_up_live () {
	local place
	[ -z "$background" ] || kill -KILL "$background" 2>/dev/null
	for place in "${mounted[@]}"; do
		timeout 20 fsfreeze -u "$place" 2>/dev/null
	done
	clean_up
}
trap clean_up_live EXIT

# mount_image IMAGE FOLDER [OPTION]: it has to be one of ours, or the test is
# skipped.  Leaves $device.
mount_image () {
	can_mount "$@" || skip "cannot mount an image: $(cat mount.log)"
	device=$(findmnt -n -o SOURCE -M "$scratch/$2")
}

# make_live IMAGE SIZE TREE [OPTION]: no inline_data, which the kernel writes
# to with mistakes.
make_live () {
	make_image "$1" "$2" "$3" -t ext4 -O ^inline_data "${@:4}"
}

# The insides of an output that waits in front of record 1, the first.
holding () {
	rm -f reached go
	printf 'plugin = %s; path = %s; reached = %s; go = %s; hold = 1;' \
	    "$(quoted "$TEST_PLUGINS/out-hold.so")" "$(quoted "$1")" \
	    "$(quoted "$scratch/reached")" "$(quoted "$scratch/go")"
}

# start FILE: run the engine beside the test until it waits.
start () {
	: >err
	timeout 120 "$DUMPENGINE" -c "$1" >out 2>err </dev/null &
	background=$!
	wait_for 60 test -e reached ||
	    fail "it does not get as far as its first record: $(cat err)"
}

# finish STATUS: let it go on to its end.
finish () {
	: >go
	wait "$background"
	status=$?
	background=
	[ "$status" -eq "$1" ] || fail \
	    "exit status $status, not $1; it said: $(cat err)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
}
