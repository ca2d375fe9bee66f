#!/usr/bin/env bash
# Fast commits of ext4: each kind of change that only a fast commit holds when
# the crash occurs is in the dump, as after the kernel's own recovery.
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

prepare () {
	mkdir d empty
	for i in {1..20}; do echo "file $i" >d/$i; done
	head -c 20000 /dev/zero | tr '\0' b >base
	cp base long
	ln d/2 d/hard
	commit base
}

# Each line: a change, and a file whose fsync commits it.
changes () {
	cat <<-'END'
	head -c 9000 /dev/zero >new;new
	printf x | dd of=base bs=1 seek=100 conv=notrunc status=none; head -c 9999 base >>base;base
	mv d/3 d/renamed; mv d/4 d/5; mv d/7 top;top
	rm d/6 d/hard d/9;d/2
	ln d/8 linked;linked
	truncate -s 1234 long;long
	fallocate -l 30000 reserved; echo x >>reserved;reserved
	for i in {1..30}; do printf z | dd of=sparse bs=1 seek=$((i * 9000)) conv=notrunc status=none; done;sparse
	mkdir new new/sub; echo a >new/sub/a;new/sub/a
	for i in {1..60}; do echo $i >"d/a rather long name for number $i"; done;d/1
	rmdir empty; chmod 600 d/1; chown 1:70000 d/10; rm d/11; echo again >d/11;d/11
	END
}

# listing FOLDER: its contents.  The kernel gives directories the time of the
# recovery, and new ones too few links.
listing () {
	(cd "$1" && find . -path ./lost+found -prune -o -type d \
	    -printf '%P %y %m %U %G\n' -o \
	    -printf '%P %y %m %n %U %G %s %T@ %l\n' |
	    sed -E 's/([0-9]{10}\.[0-9]{6})[0-9]*/\1/' | sort &&
	    find . -type f -exec cksum {} + | sort)
}

number=0
found=0
while IFS=';' read -r line; do
	number=$((number + 1))
	[ -z "$SANITIZER_FLAGS" ] || [ "$number" -le 3 ] || break
	work () {
		prepare
		eval "${line%;*}"
		commit "${line##*;}"
	}
	crash image work noatime -t ext4 -b 1024 -O fast_commit -J size=3
	dump_image image got.dump
	rm -rf got
	restore_dump got.dump got
	! grep -qF "replayed its fast commits" err || found=$((found + 1))
	can_mount image mnt rw || fail "$line: $(cat mount.log)"
	listing mnt >expected.list
	unmount mnt
	listing got >got.list
	diff expected.list got.list >diff.log || fail "$line: $(cat diff.log)"
done < <(changes)
# The kernel decides whether to make a fast commit.
[ "$found" -gt 0 ] || skip "this kernel makes no fast commits"
