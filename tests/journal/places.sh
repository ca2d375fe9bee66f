#!/usr/bin/env bash
# A journal on a separate device, one whose inode is lost, and files that were
# deleted while open.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/journal/journal-lib.sh
. "$top_srcdir/tests/journal/journal-lib.sh"

need_root
need_source
need_debugfs
need_restore
need_python
need e2fsck losetup

loop=
detach () {
	[ -z "$loop" ] || losetup -d "$loop"
}
trap 'exec 7<&-; detach; clean_up' EXIT

work () {
	mkdir d
	for i in {1..20}; do echo "file $i" >d/$i; done
	commit d/1
	rm d/[2-9]
	head -c 9000 /dev/zero >new
	commit new
}

# One is open and no longer has a name.
orphans () {
	work
	head -c 70000 /dev/zero | tr '\0' o >gone
	cp gone kept
	exec 7<gone
	rm gone
	truncate -s 777 kept
	commit kept
}

# On a separate device.
truncate -s 4M journal.img other.img
loop=$(losetup --show -f journal.img) || skip "no loop devices"
"$MKE2FS" -q -F -b 1024 -O journal_dev "$loop" >mke2fs.log 2>&1 ||
    fail "mke2fs: $(cat mke2fs.log)"
"$MKE2FS" -q -F -b 1024 -O journal_dev other.img 4096 >mke2fs.log 2>&1 ||
    fail "mke2fs: $(cat mke2fs.log)"
make_image live.img 16M -t ext4 -b 1024 -J "device=$loop"
can_mount live.img mnt "rw,noatime" || skip "cannot mount: $(cat mount.log)"
(cd mnt && work) || fail "cannot create its files"
cp --sparse=always live.img image
cp --sparse=always journal.img copy.img
unmount mnt

configure_dump x.conf image x.dump
engine 1 -c x.conf
said "on a separate device" "journal = "
refuse () {
	configure_job x.conf "plugin = \"fs-ext2\"; device = \"image\";
	    journal = \"$1\";" "plugin = \"out-file\"; path = \"x.dump\";"
	engine 1 -c x.conf
	said "$2" "ignore_journal"
}
refuse missing.img "missing.img cannot be opened"
refuse other.img "other.img is the journal of another filesystem"
refuse live.img "live.img is not a journal"

before=$(cksum <copy.img)
dump_image image got.dump 'journal = "copy.img";'
said "replayed its journal in memory"
[ "$(cksum <copy.img)" = "$before" ] || fail "the journal was written to"
recover image -j copy.img
dump_image image expected.dump
same_file got.dump expected.dump
detach
loop=
[ -z "$SANITIZER_FLAGS" ] || exit 0

# The superblock knows where the journal is if the inode does not.
crash image work noatime -t ext3 -b 1024
cp image whole.img
dump_image whole.img got.dump
debugfs image "clri <8>"
dump_image image again.dump
restore_dump got.dump got
restore_dump again.dump again
same_tree got again
debugfs image "set_super_value jnl_backup_type 0"
configure_dump x.conf image x.dump
engine 1 -c x.conf
said "the journal's inode, 8, is damaged"

for feature in ^orphan_file orphan_file; do
	make_image live.img 16M -t ext4 -b 1024 -O "$feature"
	can_mount live.img mnt "rw,noatime" || skip "cannot mount"
	cd mnt && orphans && cd .. || fail "cannot create its files"
	cp --sparse=always live.img image
	exec 7<&-
	unmount mnt
	same_as_recovered image
	grep -qi "orphan" e2fsck.log || fail "there was no orphan: $(cat e2fsck.log)"
	restore_dump got.dump "$feature"
	[ ! -e "$feature/gone" ] || fail "a deleted file was restored"
	[ "$(stat -c %s "$feature/kept")" = 777 ] || fail "kept is not cut"
done
