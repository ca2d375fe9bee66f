#!/usr/bin/env bash
# What only restore(8) cannot bring back is noted by path, and the dump is
# complete: the rest is restored, and the stream has what is noted.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
without_index=yes

need_source
need_debugfs
need_restore
need_python

mkdir dumps

# noted NAME IMAGE NOTES TEXT...: dump the image; the texts are in its messages,
# which note that many items.
noted () {
	local name=$1 image=$2 notes=$3
	shift 3
	configure_dump "$name.conf" "$image" "dumps/$name"
	engine 0 --report report.json -c "$name.conf"
	said "$@" "DUMP IS DONE"
	not_said "NOT COMPLETE"
	grep -q "\"notes\": $notes," report.json ||
	    fail "not $notes notes: $(cat report.json)"
	scan "dumps/$name"
	rm -rf restored
	restore_dump "dumps/$name" restored
	# Not with -q.
	configure_dump "$name-q.conf" "$image" "dumps/$name-q"
	engine 0 -q -c "$name-q.conf"
	said_nothing
	same_file "dumps/$name" "dumps/$name-q"
}

# Times before 1970 and after 2106, for all kinds of files.
mkdir -p tree/dir/in
echo x >tree/dir/old
echo x >tree/dir/accessed
echo x >tree/dir/far
echo x >tree/dir/good
ln -s x tree/dir/link
mkfifo tree/dir/fifo
make_image times.img 8M tree -t ext4 -I 256
debugfs times.img \
    "set_inode_field dir/old mtime 19600101000000" \
    "set_inode_field dir/accessed atime 19690601000000" \
    "set_inode_field dir/link mtime 19500101000000" \
    "set_inode_field dir/fifo mtime 19500101000000" \
    "set_inode_field dir/in mtime 19500101000000" \
    "set_inode_field dir/far mtime 0xffffffff" \
    "set_inode_field dir/far mtime_extra 3"
noted times times.img 6 "/dir/old (inode" "/dir/accessed (inode" \
    "/dir/link (inode" "/dir/fifo (inode" "/dir/in (inode" \
    "/dir/far (inode"
not_said "/dir/good"
[ "$(stat -c %Y restored/dir/old)" -eq 0 ] ||
    fail "a file from 1960 has the time $(stat -c %Y restored/dir/old), not 0"
# A 32-bit restore takes it for -1.
[ "$(getconf LONG_BIT)" -eq 32 ] ||
    [ "$(stat -c %Y restored/dir/far)" -eq 4294967295 ] ||
    fail "the time after 2106 is $(stat -c %Y restored/dir/far)"
rm -rf tree

# A device number that restore(8) cannot handle.
mkdir -p tree/dev
make_image device.img 8M tree
debugfs device.img "cd dev" "mknod toolarge b 8 1" "mknod fits b 8 1" \
    "set_inode_field toolarge block[0] 0" \
    "set_inode_field toolarge block[1] 0xffffffff" \
    "set_inode_field fits block[0] 0" \
    "set_inode_field fits block[1] 0x7fffffff"
configure_dump device.conf device.img dumps/device
engine 0 -c device.conf
said "note: /dev/toolarge (inode" "4095:1048575"
not_said "/dev/fits"
scan dumps/device
rm -rf tree

# Control characters in a name do not reach the terminal.
rm -rf tree
mkdir tree
touch tree/$'bad\e[2J\nname'
make_image control.img 8M tree -t ext4
inode=$("$DEBUGFS" -R "ls -l /" control.img 2>/dev/null |
    awk '/bad/ { print $1 }')
debugfs control.img "set_inode_field <$inode> mtime 19500101000000"
noted control control.img 1 '/bad?[2J?name (inode'
! grep -q $'\e' err || fail "an escape sequence got through"
