# shellcheck shell=bash
# journal-lib.sh - shared by the tests of journals

# shellcheck disable=SC2034
without_index=yes

command -v e2fsck >/dev/null 2>&1 || PATH=$PATH:/sbin:/usr/sbin

# commit FILE: force all changes so far into the journal.
commit () {
	dd if=/dev/null of="$1" conv=notrunc,fsync status=none ||
	    fail "cannot fsync $1"
}

# crash NAME WORK MOUNTOPTIONS [OPTION of mke2fs...]: run the function WORK in a
# mounted filesystem, and copy its image to NAME while it is mounted, as a crash
# would leave it.  CRASH_SIZE is its size.
crash () {
	local name=$1 work=$2 options=$3
	shift 3
	make_image live.img "${CRASH_SIZE:-16M}" "$@"
	can_mount live.img mnt "rw,noatime,$options" ||
	    skip "cannot mount: $(cat mount.log)"
	(cd mnt && "$work") || fail "$name: cannot create its files"
	cp --sparse=always live.img "$name" || fail "cannot copy the image"
	unmount mnt
	"$DEBUGFS" -R stats "$name" 2>/dev/null | grep -q needs_recovery ||
	    fail "$name: needs no recovery"
}

# dump_image IMAGE DUMP [SOURCE]: no byte of the image may change.
dump_image () {
	local before
	before=$(cksum <"$1")
	rm -f "$2"
	configure_job dump.conf "plugin = \"fs-ext2\"; device = $(quoted "$1");
	    ${3:-}" "plugin = \"out-file\"; path = $(quoted "$2");"
	engine 0 -c dump.conf
	[ "$(cksum <"$1")" = "$before" ] || fail "$1: was written to"
}

# recover IMAGE [OPTION of e2fsck...]: recover it with e2fsck.
recover () {
	timeout 60 e2fsck -fy "${@:2}" "$1" >e2fsck.log 2>&1
	[ $? -le 1 ] || fail "e2fsck $1: $(cat e2fsck.log)"
}

# same_as_recovered IMAGE: its dump is, byte for byte, that of the image after
# recovery by e2fsck.
same_as_recovered () {
	dump_image "$1" got.dump
	said "replayed its journal in memory"
	recover "$1"
	dump_image "$1" expected.dump
	not_said "replayed"
	same_file got.dump expected.dump
}
