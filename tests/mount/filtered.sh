#!/usr/bin/env bash
# A mounted set that is compressed and encrypted is the tree that was dumped, and
# can be read anywhere: in files, with --key or -o key=, and in an object store.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/filter/filter-lib.sh"
. "$top_srcdir/tests/s3/s3-lib.sh"
# shellcheck source=tests/mount/mount-lib.sh
. "$top_srcdir/tests/mount/mount-lib.sh"
need_s3
need_age_filters
need setfattr
unset without_index

make_mixed_tree tree
seq 1 2000000 | head -c 9000000 >tree/lengthy
make_image img 24M tree -b 1024 -N 128 -t ext4 -O ^has_journal
age-keygen -o key 2>/dev/null
age-keygen -o other 2>/dev/null
filters="$zstd_small, { plugin = \"filter-age\";
    recipients = \"$(age-keygen -y key)\"; }"

# looks_right: in seen, all is as it was, also at places that are jumped to.
looks_right () {
	local at
	for at in 8000 37 4444 8780 2; do
		dd if=seen/lengthy bs=1000 skip=$at count=3 of=there 2>dd.log
		dd if=tree/lengthy bs=1000 skip=$at count=3 of=here 2>dd.log
		same_file there here
	done
	same_tree tree seen
	fusermount3 -u seen || fail "cannot unmount it"
}

fresh
configure_filtered set.conf img "$to_files volume_size = \"400 KiB\";" \
    "$filters"
engine 0 -q -c set.conf
[ "$(count_of dumps)" -gt 2 ] || fail "$(ls dumps)"
mount_set 1 seen dumps/set001
said "it is encrypted, and 1 key can open it; give one with --key FILE"
mount_set 1 seen --key other dumps/set001
said "no key in other opens it"
mount_set 0 seen --key key dumps/set001
looks_right
mount_set 0 seen -M -o key=key dumps/set
looks_right

afresh
configure_filtered set.conf img "$(to_s3 's3://lab/set-%v' \
    'volume_size = "2 MiB";')" "$filters"
engine 0 -q -c set.conf
mount_set 0 seen --key key 's3://lab/set-%v'
looks_right
mount_set 0 seen --key key -c set.conf --job test
looks_right
