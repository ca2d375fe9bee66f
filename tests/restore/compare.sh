#!/usr/bin/env bash
# -C names every difference between a set and a tree by path, with what is there
# and what the set has, and finds none where there is none.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkdir -p tree/{same,dir/sub,gone}
for name in data mode time extra owner only flag; do
	head -c 300000 /dev/urandom >tree/$name
done
head -c 100000 /dev/zero >tree/zeros
truncate -s 4G tree/sparse
printf 'x' | dd of=tree/sparse bs=1 seek=3G conv=notrunc 2>dd.log
ln -s there tree/link
ln tree/data tree/dir/second
echo 1 >tree/gone/file
echo 1 >tree/dir/sub/file
mkfifo tree/fifo
if is_root; then
	mknod tree/null c 1 3
	chown 12:34 tree/owner
fi
make_image one.img 32M tree -t ext4 -b 4096
configure_dump one.conf one.img dumps/one
engine 0 -c one.conf
restore_into there 0 -r -f "$scratch/dumps/one"

# compare STATUS ARGUMENT...: with there
compare () {
	local expected=$1
	shift
	restore "$expected" -C -D there -f dumps/one "$@"
	printed_nothing
}

# What -r leaves in the root, and what mke2fs made there, is no difference.
mkdir -p there/lost+found
compare 0

# differences COMMAND TEXT...: after the command these, and no others.
differences () {
	local command=$1
	shift
	rm -rf now
	cp -a there now || fail "cannot copy the tree"
	(cd now && eval "$command") || skip "cannot do: $command"
	restore 2 -C -D now -f dumps/one
	said "$@"
	[ "$(grep -c ': warning: \./' err)" -eq $# ] ||
	    fail "$command: other than $# differences: $(cat err)"
}

differences 'printf y | dd of=data bs=1 seek=270000 conv=notrunc 2>&-;
    touch -r ../there/data data' \
    "./data (inode" # the byte is named
grep -q 'contents differ at byte 270000' err || fail "$(cat err)"
differences 'printf y | dd of=zeros bs=1 seek=99999 conv=notrunc 2>&-;
    touch -r ../there/zeros zeros' "contents differ at byte 99999"
differences 'printf y | dd of=sparse bs=1 seek=2G conv=notrunc 2>&-;
    touch -r ../there/sparse sparse' "contents differ at byte 2147483648"
differences 'truncate -s 1000 only; touch -r ../there/only only' \
    "size 1000, expected 300000"
differences 'chmod 4711 mode' "mode 4711, expected 0644"
differences 'touch -d "2001-02-03 04:05:06.789" time' \
    "modification time 2001-02-03 04:05:06.789000000, expected "
differences 'ln -snf elsewhere link; touch -hr ../there/link link' \
    "link to elsewhere, expected there"
differences 'cp -a data d; mv d dir/second; touch -r ../there/dir dir' \
    "./dir/second is another file, expected a hard link"
differences 'rm fifo; touch fifo' "it is a regular file, expected a FIFO"
differences 'rm -r gone' "./gone/file: is not there" "./gone (inode"
differences 'mv dir/sub dir/s; ln -s s dir/sub; touch -r ../there/dir dir' \
    "./dir/sub/file: is not there" "./dir/sub (inode" \
    "./dir/s: is not in the set"
differences 'echo >dir/new; touch -r ../there/dir dir' \
    "./dir/new: is not in the set"
differences 'chmod 700 dir' "mode 0700, expected 0755"
if is_root; then
	differences 'chown 0:34 owner' "owner 0, expected 12"
	differences 'chgrp 35 owner' "group 35, expected 34"
	differences 'rm null; mknod null c 1 5; touch -r ../there/null null' \
	    "device 1:5, expected 1:3"
fi
if command -v setfattr >/dev/null && setfattr -n user.a -v 1 there/extra \
    2>setfattr.log; then
	compare 2
	said "attribute user.a is not in the set"
	compare 2 extra
	compare 0 data dir	# only what was asked for
	setfattr -x user.a there/extra
fi
if command -v chattr >/dev/null && chattr +d there/flag 2>chattr.log; then
	compare 2
	said "flags 0x40, expected 0x0"
	chattr -d there/flag
fi

# Several at once; -L ends it early.
rm -rf now
cp -a there now
chmod 600 now/data now/mode now/time now/extra
restore 3 -C -L 2 -D now -f dumps/one
said "the limit of -L"
restore 2 -C -D now -f dumps/one
[ "$(grep -c 'mode 0600, expected 0644' err)" -eq 4 ] || fail "$(cat err)"

# Nowhere to compare with
restore 1 -C -D nowhere -f dumps/one
said "nowhere: No such file or directory"
