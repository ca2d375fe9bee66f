# shellcheck shell=bash
# roundtrip-lib.sh - dump and restore: every kind of file, every block size
#
# round_trip TYPE is called by ext2.sh, ext3.sh and ext4.sh.
#
# As root, the tree is created in the mounted filesystem, and the restored one
# is
# compared with that; otherwise mke2fs copies it into the filesystem.

# dump_and_compare IMAGE TREE NAME [OPTION of treecmp]
dump_and_compare () {
	local image=$1 tree=$2 name=$3
	shift 3
	mkdir -p dumps
	configure_dump "$name.conf" "$image" "dumps/$name"
	engine 0 -c "$name.conf"
	printed_nothing
	said "DUMP IS DONE"
	not_said "warning"
	scan "dumps/$name"
	restore_dump "dumps/$name" "restored-$name"
	same_tree "$tree" "restored-$name" "$@"
	rm -rf "restored-$name" "dumps/$name"
}

# The tree copied by mke2fs: root is not needed.
copied () {
	local type=$1 block=$2
	mkdir "tree-$block"
	maketree "tree-$block" --block "$block" --many 300 ||
	    fail "cannot make the tree"
	make_image "$type-$block.img" 64M "tree-$block" -t "$type" -b "$block"
	dump_and_compare "$type-$block.img" "tree-$block" "copied-$block" \
	    --no-flags
	rm -rf "tree-$block" "$type-$block.img"
}

# The tree created by the kernel.
native () {
	local type=$1 block=$2 many=$3
	make_image native.img 64M -t "$type" -b "$block" -I 256
	can_mount native.img mnt rw || return 0
	maketree mnt --block "$block" --many "$many" --native ||
	    fail "cannot make the tree"
	unmount mnt
	can_mount native.img mnt ro || fail "$(cat mount.log)"
	dump_and_compare native.img mnt "native-$block" --strict-times
	unmount mnt
}

round_trip () {
	local type=$1
	need_source
	need_restore
	need_python
	copied "$type" 1024
	copied "$type" 2048
	copied "$type" 4096
	native "$type" 1024 100
	native "$type" 2048 100
	native "$type" 4096 5000
}
