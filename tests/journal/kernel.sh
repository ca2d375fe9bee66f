#!/usr/bin/env bash
# Filesystems as a crash leaves them, with journals of all kinds: they are
# dumped as e2fsck recovers them, and not written to.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/journal/journal-lib.sh
. "$top_srcdir/tests/journal/journal-lib.sh"

need_root
need_source
need_debugfs
need_restore
need_python
need e2fsck

# Several transactions that write the same blocks, revoke some, and reuse them
# for something else; contents that look like the journal's own blocks.
work () {
	mkdir d e
	for i in {1..40}; do echo "file $i" >d/$i; done
	printf '\300\073\071\230%01000d' 0 >magic
	commit d/1
	rm -r d
	mkdir d e/f
	for i in {1..20}; do echo "again $i" >d/$i; mv d/$i "e/f/$i"; done
	head -c 50000 /dev/zero | tr '\0' z >e/big
	ln e/big link
	ln -s "$(printf 'target%.0s' {1..20})" symlink
	commit e/big
	truncate -s 777 e/big
	chmod 751 e
	printf '\300\073\071\230%04000d' 1 >magic
	rm -r e/f
	for i in {1..30}; do mkdir d/$i; done
	commit magic
}

# The same, in an order that fills the journal and wraps around.
wrap () {
	for round in {1..8}; do
		mkdir "$round"
		for i in {1..120}; do echo $i >"$round/$i"; done
		[ "$round" -lt 3 ] || rm -r $((round - 2))
		commit "$round/1"
	done
}

crash a.img work data=ordered -t ext4 -b 1024 -J size=1
same_as_recovered a.img
restore_dump got.dump tree
can_mount a.img mnt ro || fail "$(cat mount.log)"
same_tree mnt tree
unmount mnt
crash b.img work data=ordered -t ext3 -b 1024 -J size=1
same_as_recovered b.img
[ -z "$SANITIZER_FLAGS" ] || exit 0

crash c.img work data=journal -t ext4 -b 1024 -J size=4
same_as_recovered c.img
crash d.img work journal_checksum -t ext4 -b 1024 -J size=1 \
    -O ^metadata_csum
same_as_recovered d.img
crash e.img work journal_async_commit,data=writeback -t ext4 -b 1024 -J size=1
same_as_recovered e.img
crash f.img work data=ordered -t ext4 -b 4096 -J size=4 -O ^64bit
same_as_recovered f.img
crash g.img wrap data=journal -t ext4 -b 1024 -J size=1
same_as_recovered g.img
