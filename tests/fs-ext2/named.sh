#!/usr/bin/env bash
# Each kind of damage is named by path, and the rest of the dump is complete.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/fs-ext2/fs-ext2-lib.sh
. "$top_srcdir/tests/fs-ext2/fs-ext2-lib.sh"

need_for_fs_ext2

mkdir -p tree/dir dumps
for name in a b c d; do
	head -c 40000 /dev/urandom >"tree/$name"
	head -c 30 /dev/urandom >"tree/dir/$name"
done
ln -s "$(printf 'target/%.0s' {1..30})" tree/link
"$PYTHON3" -c 'import os
os.setxattr("tree/a", "user.first", b"1" * 30)
os.setxattr("tree/a", "user.second", b"2" * 30)' ||
    skip "needs extended attributes"

make_image plain.img 8M tree -t ext2 -b 1024 -I 128
make_image extents.img 8M tree -t ext4 -b 1024 -I 128 -O ^metadata_csum
make_image checksums.img 8M tree -t ext4 -b 1024 -I 128

# named NAME TEXT...: dump $NAME.img; TEXT must be reported.
named () {
	local name=$1
	shift
	configure_dump "$name.conf" "$name.img" "dumps/$name"
	timeout 60 "$DUMPENGINE" -c "$name.conf" >out 2>err </dev/null
	status=$?
	[ "$status" -eq 2 ] || fail "$name: exit status $status: $(cat err)"
	said "$@" "IT IS NOT COMPLETE"
	# Not --strict, which objects to inodes that have lost their names.
	"$PYTHON3" "$tools/dumpscan" "dumps/$name" >scan.log 2>&1 ||
	    fail "$name: $(cat scan.log)"
	rm -rf restored
	mkdir restored
	(cd restored && "$RESTORE" -r -y -f "../dumps/$name") >restore.log 2>&1
	rm -f restored/restoresymtable
	same_file tree/b restored/b
}

# change BASE NAME REQUEST...: a modified copy of an image.
change () {
	cp "$1.img" "$2.img"
	local name=$2
	shift 2
	debugfs "$name.img" "$@"
}

# A block number outside the filesystem becomes a hole, the rest is there.
change plain outside "set_inode_field a block[2] 99999999"
named outside "/a (inode" "offset 2048" "leads outside the filesystem" \
    "99999999"
cp tree/a expected
dd if=/dev/zero of=expected bs=1024 seek=2 count=1 conv=notrunc 2>/dev/null
same_file expected restored/a

# An indirect block outside this filesystem.
change plain indirect "set_inode_field a block[IND] 88888888"
named indirect "/a (inode" "offset 12288" "88888888"
cmp -n 12288 tree/a restored/a || fail "the direct blocks are lost as well"

# Extents that are out of order, too long, or have no header.
change extents long "set_inode_field a block[4] 0x00010028"
named long "/a (inode" "leads outside the filesystem"
change extents header "set_inode_field a block[0] 0"
named header "/a (inode" "left out" "extent tree"
change extents depth "set_inode_field a block[1] 0x90004"
named depth "/a (inode" "too deep"
change extents entries "set_inode_field a block[0] 0x00f0f30a"
named entries "/a (inode" "too many entries"

# An invalid length of an entry; the entries before it are there.
directory=$("$DEBUGFS" -R "bmap dir 0" extents.img 2>/dev/null)
cp extents.img entry.img
printf '\003' | dd of=entry.img bs=1 conv=notrunc 2>/dev/null \
    seek=$((directory * 1024 + 24 + 12 + 4))
named entry "/dir (inode" "entries may be missing" "offsets 36 and 1024"
same_file tree/dir/"$(ls restored/dir)" restored/dir/"$(ls restored/dir)"

# A wrong checksum alone is reported, but nothing is lost.
directory=$("$DEBUGFS" -R "bmap dir 0" checksums.img 2>/dev/null)
cp checksums.img tail.img
printf '\125' | dd of=tail.img bs=1 conv=notrunc 2>/dev/null \
    seek=$((directory * 1024 + 1020))
named tail "/dir (inode" "checksum error"
same_tree tree restored --no-flags

# The same for an inode.
at=$("$DEBUGFS" -R "imap c" checksums.img 2>/dev/null |
    sed -n 's/.*block \([0-9]*\), offset \(0x[0-9a-f]*\)$/\1 \2/p')
cp checksums.img inode.img
printf '\377' | dd of=inode.img bs=1 conv=notrunc 2>/dev/null \
    seek=$((${at% *} * 1024 + ${at#* } + 8))
named inode "/c (inode" "checksum error"
same_file tree/c restored/c

# A size with a flipped bit is not filled up with holes.
cp checksums.img size.img
printf '\377' | dd of=size.img bs=1 conv=notrunc 2>/dev/null \
    seek=$((${at% *} * 1024 + ${at#* } + 108))
named size "/c (inode" "checksum error"
[ "$(stat -c %s dumps/size)" -lt 2000000 ] ||
    fail "the dump has $(stat -c %s dumps/size) bytes"
cmp -n 40000 tree/c restored/c || fail "the contents are lost"

# A damaged attribute entry; the others are dumped.
block=$("$DEBUGFS" -R "stat a" extents.img 2>/dev/null |
    sed -n 's/.*File ACL: \([0-9]*\).*/\1/p')
cp extents.img attribute.img
printf '\377\177' | dd of=attribute.img bs=1 conv=notrunc 2>/dev/null \
    seek=$((block * 1024 + 32 + 2))
named attribute "/a (inode" "its attribute user." "its value is outside the value area"
[ "$("$PYTHON3" -c 'import os; print(len(os.listxattr("restored/a")))')" -eq 1 ] ||
    fail "not one attribute has come back"
change extents nowhere "set_inode_field a file_acl 77777777"
named nowhere "/a (inode" "77777777" "outside the filesystem"
cp extents.img magic.img
printf 'x' | dd of=magic.img bs=1 conv=notrunc 2>/dev/null \
    seek=$((block * 1024))
named magic "/a (inode" "$block" "is not an attribute block"

# A symbolic link whose target is lost.
change extents target "set_inode_field link block[5] 66666666"
named target "/link (inode" "left out" "target"
[ ! -e restored/link ] && [ ! -L restored/link ] ||
    fail "the damaged link was restored as $(readlink restored/link)"

# Half of the device is unreadable: the inodes there are named, the others
# dumped.
mkdir -p torn-tree/near
cp tree/b torn-tree
make_image torn.img 40M torn-tree -t ext2 -b 1024 -I 128 -O ^resize_inode
truncate -s 20M torn.img
configure_dump torn.conf torn.img dumps/torn
timeout 60 "$DUMPENGINE" -c torn.conf >out 2>err </dev/null
status=$?
[ "$status" -eq 2 ] || fail "truncated: exit status $status: $(cat err)"
said "inodes 6145 to " "are missing" "No such device or address" \
    "IT IS NOT COMPLETE"
rm -rf restored
restore_dump dumps/torn restored
same_file tree/b restored/b
