#!/usr/bin/env bash
# Whatever happens to the copy while it is written: a volume that ends early is
# followed by another, one that fails is written again, and what cannot go on ends
# with a message and no partial volume.  The set is read again from where it must.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
# shellcheck source=tests/copy/copy-lib.sh
. "$top_srcdir/tests/copy/copy-lib.sh"
need setfattr

make_small_image img tree
without_index=y
more='index = false;'

fresh () {
	rm -rf dumps
	mkdir dumps
}

# The set, on several volumes; and what a dump would be.
configure_set set.conf img "$to_files volume_size = \"70 KiB\";" \
    'blocking = 4;'
engine 0 -q -c set.conf
mv dumps set
ring='blocking = 2; slaves = 2;'

# as_dumped OUTPUT TEXT...: a dump and a copy to this output are the same.
as_dumped () {
	local output=$1
	shift
	fresh
	configure_set dump.conf img "$out_volumes $output" "$ring"
	engine 0 -q -c dump.conf
	rm -rf expected
	mv dumps expected
	fresh
	configure_copy "$out_volumes $output" "$ring"
	copy 0 -M --from set/set
	said "$@"
	same_folder expected dumps
}

# The medium ends before it was expected to: anywhere, and in attributes.
for capacity in 17 18 19 25 31 40 53 80; do
	as_dumped "capacity = $capacity;" "COPY IS DONE"
done
as_dumped 'capacity = (20, 60, 17);' "volume 3 started"

# A volume that fails is written again from its checkpoint.
as_dumped 'volume_size = "60 KiB"; fail_write = "2:9"; retry = 1;' \
    "volume 2 started" "volume 3 started"
as_dumped 'volume_size = "60 KiB"; kill = "3:0";' "volume 3 started"
[ -n "${SANITIZER_FLAGS:-}" ] ||
    as_dumped 'volume_size = "60 KiB"; crash = "1:5";' "volume 2 started"
as_dumped 'volume_size = "60 KiB"; verify = true; flip = "2:3";' \
    "volume 3 started"

# The EOT handler says no.
fresh
configure_copy 'plugin = "out-file"; path = "dumps/v"; volume_size = "60 KiB";' \
    "$ring" 'plugin = "eot-script"; command = "exit 2";'
copy 3 -M --from set/set
said "THE ENTIRE COPY IS ABORTED"

# Nobody puts the second tape in.
fresh
configure_copy 'plugin = "out-file"; path = "dumps/v"; volume_size = "60 KiB";' \
    "$ring" 'plugin = "eot-script"; command = "exit 1";'
copy 4 -M --from set/set
said "an operator was needed"

# A full disk.
is_root || exit 0
mkdir small
mount -t tmpfs -o size=100k tmpfs small 2>mount.log ||
    skip "cannot mount: $(cat mount.log); the rest is fine"
mounted+=("$scratch/small")
configure_copy 'plugin = "out-file"; path = "small/copy";' "$ring"
copy 4 -M --from set/set
said "small/copy: disk full" "THE ENTIRE COPY IS ABORTED"
[ -z "$(ls -A small)" ] || fail "left behind: $(ls -A small)"
