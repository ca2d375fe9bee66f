#!/usr/bin/env bash
# Files that a later level adds to a directory with a default access control
# list do not get lists of their own: that is where restore creates them.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"

need_root
need setfacl mkfifo

make_image a.img 8M -t ext4 -O '^inline_data'
configure_levels levels.conf "$scratch/a.img"
can_mount a.img now rw || skip "cannot mount: $(cat mount.log)"
mkdir now/dir now/dir/sub
echo 1 >now/dir/changed
echo 1 >now/dir/set
chmod 4650 now/dir/changed
setfacl -d -m u:77:rwx now/dir 2>setfacl.log || skip "$(cat setfacl.log)"
unmount now
dump_level 0 a.img restored

later () {
	echo 2 >>now/dir/changed
	setfacl -m u:78:r now/dir/set
	echo 3 >now/moved
	mv now/moved now/dir/moved
	mkfifo now/fifo
	mv now/fifo now/dir/fifo
	ln -s target now/link
	mv now/link now/dir/link
	echo 4 >now/dir/inherits
	echo 5 >now/dir/sub/file
	setfacl -b now/dir/inherits
	setfacl -m u:79:rx now/dir/sub
}
change a.img later
dump_level 1 a.img restored --strict-times
said "note: "

# Without such a directory, nothing is added.
make_image a.img 8M -t ext4 -O '^inline_data'
rm -rf dumps/* dumpdates restored tmp/*
engine 0 -c levels.conf
change a.img sh -c 'echo 1 >now/file'
engine 0 -c levels.conf --level 1
"$PYTHON3" "$tools/dumpscan" dumps/1 >scan.log
grep -q ' 0 attribute records' scan.log || fail "$(cat scan.log)"
