#!/usr/bin/env bash
# out-file: names from patterns; nothing is overwritten unasked; a file with the
# final name is always complete.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

without_index=yes
need_source

mkdir dumps tree
echo x >tree/x
head -c 3000000 /dev/urandom >tree/y
make_image a.img 16M tree -t ext4
configure_dump whole.conf a.img whole
engine 0 -c whole.conf

# Patterns.
configure_dump a.conf a.img 'dumps/%h-%j-%v-%l-%d-%%.dump'
engine 0 --check -c a.conf
only
engine 0 -c a.conf
host=$(uname -n)
only "$host-test-001-0-20200913-%.dump"
same_file whole "dumps/$host-test-001-0-20200913-%.dump"
[ "$(stat -c %a dumps/*)" = 600 ] ||
    fail "its mode is $(stat -c %a dumps/*), not 600"
rm dumps/*
configure_dump a.conf a.img 'dumps/%x'
engine 1 -c a.conf
said 'dumps/%x' '%v'
configure_dump a.conf a.img 'dumps/50%'
engine 1 -c a.conf
only

# An existing file is not touched.
echo precious >dumps/a
configure_dump a.conf a.img dumps/a
engine 1 -c a.conf
said "dumps/a" "already exists" "overwrite"
engine 1 --check -c a.conf
said "dumps/a" "already exists"
only a
[ "$(cat dumps/a)" = precious ] || fail "an existing file was overwritten"

# With overwrite = true it is replaced.
configure_job a.conf 'plugin = "fs-ext2"; device = "a.img";' \
    'plugin = "out-file"; path = "dumps/a"; overwrite = true;'
engine 0 --check -c a.conf
[ "$(cat dumps/a)" = precious ] || fail "--check changed the file"
engine 0 -c a.conf
only a
same_file whole dumps/a
rm dumps/a

# A symbolic link is kept.
mkdir elsewhere
echo old >elsewhere/target
ln -s ../elsewhere/target dumps/link
configure_job a.conf 'plugin = "fs-ext2"; device = "a.img";' \
    'plugin = "out-file"; path = "dumps/link"; overwrite = true;'
engine 0 -c a.conf
[ -L dumps/link ] || fail "the link is gone"
same_file whole elsewhere/target
rm dumps/link
ln -s /nowhere/x dumps/dangling
configure_dump a.conf a.img dumps/dangling
engine 1 -c a.conf
said "dumps/dangling" "dangling symbolic link"
rm dumps/dangling

# Files at predictable names are not written to.
echo precious >elsewhere/precious
ln -s ../elsewhere/precious dumps/a.partial
configure_dump a.conf a.img dumps/a
engine 0 -c a.conf
only a a.partial
same_file whole dumps/a
[ "$(cat elsewhere/precious)" = precious ] || fail "it followed a link"
rm dumps/*

# A missing directory; a directory in place of a file, and a file in place of
# one.
configure_dump a.conf a.img dumps/no/where
engine 1 -c a.conf
said "dumps/no/where" "No such file or directory"
engine 1 --check -c a.conf
said "dumps/no/where" "directory does not exist"
configure_dump a.conf a.img dumps
engine 1 -c a.conf
said "dumps" "is a directory"
configure_dump a.conf a.img whole/x
engine 1 -c a.conf
said "whole/x" "Not a directory"
configure_dump a.conf a.img "dumps/$(printf 'n%.0s' {1..256})"
engine 1 -c a.conf
said "File name too long"
only

# No permission; root has to drop its privileges for this.
plain () { "$@"; }
if is_root; then
	need setpriv
	plain () {
		setpriv --bounding-set -all --inh-caps -all "$@"
	}
fi
mkdir locked
chmod 500 locked
configure_dump a.conf a.img locked/a
run plain "$DUMPENGINE" -c a.conf
[ "$status" -eq 1 ] || fail "exit status $status, not 1: $(cat err)"
said "locked/a" "Permission denied"
run plain "$DUMPENGINE" --check -c a.conf
[ "$status" -eq 1 ] || fail "--check: exit status $status, not 1"
said "locked/a" "Permission denied"
[ -z "$(ls locked)" ] || fail "the locked directory is not empty"

# A disk that fails to store what was written: an error, unless syncing is
# turned off.
cat >preload.c <<'END'
#include <errno.h>
int fsync(int fd)
{
	(void)fd;
	errno = EIO;
	return -1;
}
END
if [ -z "${SANITIZER_FLAGS:-}" ]; then
	${CC:-cc} -shared -fPIC -o preload.so preload.c 2>cc.log ||
	    fail "$(cat cc.log)"
	configure_dump a.conf a.img dumps/a
	LD_PRELOAD=$scratch/preload.so engine 4 -c a.conf
	said "dumps/a:" "cannot be synced" "Input/output error"
	only
	configure_job a.conf 'plugin = "fs-ext2"; device = "a.img";' \
	    'plugin = "out-file"; path = "dumps/a"; fsync = false;'
	LD_PRELOAD=$scratch/preload.so engine 0 -c a.conf
	only a
	same_file whole dumps/a
	rm dumps/a
	# The same for a device.
	configure_dump a.conf a.img /dev/null
	LD_PRELOAD=$scratch/preload.so engine 4 -c a.conf
	said "/dev/null" "cannot be synced" "Input/output error"
	configure_job a.conf 'plugin = "fs-ext2"; device = "a.img";' \
	    'plugin = "out-file"; path = "/dev/null"; fsync = false;'
	LD_PRELOAD=$scratch/preload.so engine 0 -c a.conf
fi

# While writing.
begun () { [ -n "$(find dumps -name '.dumpengine-*' -size +0)" ]; }

# Two runs to one file: the second is refused, the first is not disturbed.
configure_job slow.conf \
    "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so"); delay = 100; files = 6;" \
    'plugin = "out-file"; path = "dumps/same"; overwrite = true;' \
    "slaves = 1; blocking = 1;"
"$DUMPENGINE" -c slow.conf >slow.log 2>&1 &
first=$!
wait_for 10 begun || fail "no file appears"
engine 1 -c slow.conf
said "dumps/same: in use by process $first"
wait "$first" || fail "the first run was disturbed: $(cat slow.log)"
only same
rm dumps/same

# A file that appears during the dump is not overwritten.
sed -i 's/overwrite = true/overwrite = false/' slow.conf
"$DUMPENGINE" -c slow.conf >slow.log 2>&1 &
first=$!
wait_for 10 begun || fail "no file appears"
echo precious >dumps/same
wait "$first"
[ $? -eq 4 ] || fail "it did not abort: $(cat slow.log)"
[ "$(cat dumps/same)" = precious ] || fail "it was overwritten"
grep -q "dumps/same.*File exists" slow.log || fail "$(cat slow.log)"
only same

# With verify, a file that cannot be read back is refused before writing.
configure_dump a.conf a.img /dev/null
sed -i 's,/dev/null";,& verify = true;,' a.conf
for how in --check ""; do
	engine 1 -c a.conf $how
	said "/dev/null cannot be read back; verify = true requires"
	not_said "DUMP IS DONE" "written again"
done
configure_dump a.conf a.img -
sed -i 's,path = "-";,& verify = true;,' a.conf
engine 1 -c a.conf
said "standard output cannot be read back"
[ ! -s out ] || fail "it was written to"
