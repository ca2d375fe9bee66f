#!/usr/bin/env bash
# What a dump lacks is in the next level as soon as possible, however old it is:
# a directory moved out of an excluded one, with its contents, and what could
# not be read.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"
need_debugfs

mkdir -p tree/cache/dir/deep tree/plain
echo kept >tree/cache/dir/deep/file
echo file >tree/cache/dir/other
echo plain >tree/plain/file
make_image a.img 8M tree -t ext4
# So that none of it has the same second as a dump.
debugfs a.img "set_inode_field /plain/file ctime 20200101" \
    "set_inode_field /cache/dir/other ctime 20200101" \
    "set_inode_field /cache/dir/deep/file ctime 20200101"
configure_levels levels.conf a.img 'exclude = [ "/cache" ];'
engine 0 -c levels.conf
sleep 1.1
# Like rename(2): the times of the directory's contents stay.
debugfs a.img "ln /cache/dir /dir" "unlink /cache/dir" \
    "unlink /dir/.." "ln / /dir/.." \
    "set_inode_field /dir ctime now" "set_inode_field /dir mtime now" \
    "set_inode_field / ctime now" "set_inode_field / mtime now" \
    "set_inode_field /cache ctime now" "set_inode_field /cache mtime now"
engine 0 -c levels.conf --level 1
sleep 1.1
engine 0 -c levels.conf --level 2
for level in 0 1 2; do
	restore_level "dumps/$level" back
done
[ "$(cat back/dir/deep/file)" = kept ] && [ "$(cat back/dir/other)" = file ] ||
    fail "there is $(find back)"
# It is dumped once; what was never left out, not again.
"$RESTORE" -t -f dumps/2 >list 2>/dev/null
! grep -q 'file$' list || fail "level 2 has $(cat list)"

# An unreadable file and an unreadable directory.
preload=$top_builddir/tests/read-errors/.libs/eio-preload.so
[ -z "$SANITIZER_FLAGS" ] && [ -e "$preload" ] || exit 0
rm -rf back dumpdates dumps/*
mkdir -p many/sub
for i in $(seq 300); do echo "$i" >"many/sub/a-rather-long-name-of-a-file-$i"; done
head -c 20000 /dev/urandom >many/data
make_image a.img 8M many -t ext4 -b 1024
block () {
	"$DEBUGFS" -R "bmap $1 $2" a.img 2>/dev/null | grep -oE '[0-9]+' | tail -n 1
}
data=$(block /data 3)
folder=$(block /sub 2)
configure_levels levels.conf a.img
EIO_FILE=a.img LD_PRELOAD=$preload \
    EIO_RANGES=$((data * 1024))-$(((data + 1) * 1024)),$((folder * 1024))-$(((folder + 1) * 1024)) \
    engine 2 -c levels.conf
said "data" "sub"
sleep 1.1
engine 0 -c levels.conf --level 1
for level in 0 1; do
	(cd / && mkdir -p "$scratch/back" && cd "$scratch/back" &&
	    "$RESTORE" -r -y -f "$scratch/dumps/$level") >restore.log 2>&1
done
rm -f back/restoresymtable
same_tree many back
