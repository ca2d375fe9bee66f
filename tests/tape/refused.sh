#!/usr/bin/env bash
# out-tape: its messages about devices that are not tape drives, and about
# options that conflict.  lab-*.sh test the drives.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source

mkdir tree
echo hello >tree/file
make_image img 4M tree

# refused STATUS OUTPUT TEXT...
refused () {
	local expected=$1
	configure_job a.conf "plugin = \"fs-ext2\"; device = \"img\";" \
	    "plugin = \"out-tape\"; $2"
	shift 2
	run setsid -w "$DUMPENGINE" -q -c a.conf
	[ "$status" -eq "$expected" ] || fail "exit status $status: $(cat err)"
	said "$@"
}

echo precious >file
refused 1 'device = "file";' "file is a regular file" "out-file"
[ "$(cat file)" = precious ] || fail "the file was written to"
refused 1 'device = "tree";' "tree is not a tape drive" "/dev/nst0"
refused 1 'device = "/dev/null";' "/dev/null is not a tape drive"
refused 1 'device = "missing";' "missing: not found" "modprobe st"
refused 1 'device = [ "missing", "/dev/null" ];' "missing: not found"

refused 1 'device = "/dev/nst0"; append = true; file = 3;' \
    "append and file: cannot be combined"
refused 1 'device = "/dev/nst0"; block_size = 1000;' \
    "block_size: must be a multiple of 1024"
refused 1 'device = "/dev/nst0"; block_size = 131072;' \
    "not a multiple of 131072" "blocking"
refused 1 'device = "/dev/nst0"; protect_days = -1;' "protect_days"
refused 1 '' "device"

# --check reports the same for each drive, and changes nothing.
configure_job a.conf 'plugin = "fs-ext2"; device = "img";' \
    'plugin = "out-tape"; device = [ "file", "missing" ];'
engine 1 --check -c a.conf
said "file is a regular file" "missing: not found"
[ "$(cat file)" = precious ] || fail "the file was written to"
exit 0
