#!/usr/bin/env bash
# With live = true, files changed, created or removed during the dump are named
# by path, and no others; the exit status is 2.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/live/live-lib.sh
. "$top_srcdir/tests/live/live-lib.sh"

need_source
need_restore
need_python
need_root

mkdir -p dumps tree/dir/deep tree/other
for name in same grows shrinks chmod goes renamed overwritten; do
	head -c 200000 /dev/urandom >"tree/dir/deep/$name"
	head -c 3000 /dev/urandom >"tree/other/$name"
done
ln -s nowhere tree/dir/link

# changes INODE_SIZE
changes () {
	make_live a.img 32M tree -I "$1"
	mount_image a.img mnt rw
	local at=mnt/dir/deep
	# A write just before is in the dump, and is not a change.
	head -c 100000 /dev/urandom >$at/fresh
	cp -a mnt before
	# Small inodes store only full seconds.
	[ "$1" -gt 128 ] || sleep 1.1
	configure_job l.conf \
	    "plugin = \"fs-ext2\"; device = $(quoted "$device"); live = true;" \
	    "$(holding dumps/l)" "blocking = 10;"
	start l.conf
	echo more >>$at/grows
	truncate -s 10 $at/shrinks
	chmod 600 $at/chmod
	mv $at/renamed $at/another
	printf x | dd of=$at/overwritten bs=1 seek=100 conv=notrunc status=none
	echo new >$at/new
	mkdir mnt/newdir
	echo new >mnt/newdir/inside
	rm $at/goes
	finish 2
	said "looking for changes made" "BUT IT IS NOT COMPLETE"
	local name
	for name in grows shrinks chmod another overwritten; do
		grep -q "warning: /dir/deep/$name (inode [0-9]*): changed" err ||
		    fail "$name is not named: $(cat err)"
	done
	for name in /dir/deep/new /newdir /newdir/inside; do
		grep -q "warning: $name (inode [0-9]*): created after" err ||
		    fail "$name is not named: $(cat err)"
	done
	grep -q 'inode [0-9]*): removed' err || fail "removal not reported: $(cat err)"
	grep -q 'warning: /dir/deep (inode [0-9]*): changed' err ||
	    fail "the directory: $(cat err)"
	not_said same "/other" fresh "/dir/link" "/dir (" "no table"
	scan dumps/l
	# What did not change is dumped unchanged.
	mkdir back
	(cd back && "$RESTORE" -r -y -f ../dumps/l) >restore.log 2>&1 </dev/null
	for name in same fresh; do
		same_file before/dir/deep/$name back/dir/deep/$name
	done
	diff -r before/other back/other || fail "/other differs"
	unmount mnt
	rm -rf back before dumps/l
}

changes 256
changes 128
