#!/usr/bin/env bash
# With live = true, files are dumped as they are, whatever older contents the
# system has in its cache of the block device.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/live/live-lib.sh
. "$top_srcdir/tests/live/live-lib.sh"

need_source
need_restore
need_python
need_root

mkdir -p dumps tree

# Blocks of files are between those of directories, and were read, as by an
# earlier dump, when they had other contents.
fill () {
	local i
	for i in $(seq 1 15); do
		mkdir "mnt/$1$i"
		head -c $((1024 * (i % 5 + 1) + i)) /dev/urandom >"mnt/$1$i/file"
		ln -s "$(printf "%0$((100 + i))d" "$i")" "mnt/$1$i/link"
	done
	head -c 3000000 /dev/urandom >"mnt/$1-large"
}

# dump_live DEVICE [OPTION of the mount...]: dump and compare
dump_live () {
	configure_job l.conf \
	    "plugin = \"fs-ext2\"; device = $(quoted "$1"); live = true;" \
	    'plugin = "out-file"; path = "dumps/l";'
	engine 0 -c l.conf
	not_said "warning"
	scan dumps/l
	rm -rf back
	restore_dump dumps/l back
	same_tree mnt back --no-flags
	rm -f dumps/l
}

for options in "-b 1024" "-b 4096"; do
	# shellcheck disable=SC2086
	make_live a.img 24M tree $options
	mount_image a.img mnt rw
	for round in 1 2; do
		cat "$device" >/dev/null
		fill "$round"
		dump_live "$device"
		rm -rf mnt/"$round"[1-5]*
	done
	# The image, and another loop device for it, have the same bytes.
	cat "$device" a.img >/dev/null
	fill 4
	dump_live a.img
	unmount mnt
done

# Contents that go through the journal reach their place late.
make_live a.img 24M tree -b 1024
mkdir -p mnt
mount -o loop,data=journal a.img mnt || skip "cannot mount with data=journal"
mounted+=("$scratch/mnt")
device=$(awk -v at="$scratch/mnt" '$2 == at { print $1 }' /proc/mounts)
cat "$device" >/dev/null
fill 1
dump_live "$device"
fill 2
dump_live a.img
