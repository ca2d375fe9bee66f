#!/usr/bin/env bash
# Damaged journals: whatever they contain, recovery ends, and the device is not
# written to.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/journal/journal-lib.sh
. "$top_srcdir/tests/journal/journal-lib.sh"

need_root
need_source
need_debugfs

cases=200
[ -z "$SANITIZER_FLAGS" ] || cases=60

work () {
	mkdir d
	for i in {1..20}; do echo "file $i" >d/$i; done
	commit d/1
	rm d/[2-9]
	mkdir d/sub
	head -c 9000 /dev/zero >new
	commit new
	mv d/10 d/11
	rm d/12
	echo more >>new
	mkdir e
	echo f >e/f
	for i in {1..6}; do
		printf z | dd of=sparse bs=1 seek=$((i * 9000)) conv=notrunc \
		    status=none
		commit sparse
	done
}

# damage_it OPTION of mke2fs...
damage_it () {
	crash image work noatime -t ext4 -b 1024 -N 256 "$@"
	run timeout 120 "$top_builddir/tests/journal/damage" image $cases 1
	[ "$status" -eq 0 ] || fail "$*: status $status: $(cat err)"
	said_nothing
	grep -q "accepted" out || fail "$*: it printed $(cat out)"
}

CRASH_SIZE=10M
damage_it -O fast_commit -J size=3
damage_it -O ^metadata_csum,^64bit -J size=1
damage_it -J size=1
