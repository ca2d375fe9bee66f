#!/usr/bin/env bash
# Journals written by debugfs, with every form of tags, checksums and revoked
# blocks: the dump is the same as after e2fsck.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/journal/journal-lib.sh
. "$top_srcdir/tests/journal/journal-lib.sh"

need_source
need_debugfs
need_restore
need_python
need e2fsck

mkdir tree
head -c 16384 /dev/zero | tr '\0' o >tree/old
head -c 16384 /dev/zero | tr '\0' n >tree/new

# Blocks full of one letter each; two that begin like the journal's own.
blocks () {
	local letter
	for letter; do
		case $letter in
		[A-Z]) printf '\300\073\071\230' ;;
		*) printf '%s%s%s%s' "$letter" "$letter" "$letter" "$letter" ;;
		esac
		head -c $((size - 4)) /dev/zero | tr '\0' "$letter"
	done
}

# write_journal OPTIONS: for debugfs's journal_open.  The file "old" gets new
# contents, part of them twice; two blocks are revoked, one of which is written
# again; the last transaction is not committed.
write_journal () {
	local b=() first i
	first=$("$DEBUGFS" -R "bmap old 0" image 2>/dev/null | tr -dc 0-9)
	for i in 0 1 2 3; do b[i]=$((first + i)); done
	blocks a b C d >one
	blocks e F >two
	blocks g >three
	blocks x >four
	debugfs image \
	    "jo $1" "jw -b ${b[0]},${b[1]},${b[2]},${b[3]} one" "jc" \
	    "jo $1" "jw -b ${b[1]},${b[2]} -r ${b[0]} two" "jc" \
	    "jo $1" "jw -b ${b[3]} -r ${b[1]},${b[3]} three" "jc" \
	    "jo $1" "jw -c -b ${b[2]} four" "jc"
}

# try SIZE FEATURES OPTIONS
try () {
	size=$1
	make_image image 16M tree -t ext4 -b "$size" -O "$2"
	write_journal "$3"
	same_as_recovered image
}

try 1024 64bit,metadata_csum "-c -v 3"
restore_dump got.dump got
# Four blocks: the second and the fourth were revoked last; the fourth was
# written in the same transaction that revokes it.
blocks o o F o >expected
head -c 4096 got/old >found
same_file found expected
[ -z "$SANITIZER_FLAGS" ] || exit 0

try 1024 64bit,metadata_csum "-c -v 2"
try 4096 ^64bit,metadata_csum "-c -v 2"
try 4096 ^64bit,metadata_csum "-c -v 3"
try 1024 64bit,^metadata_csum ""
try 4096 ^64bit,^metadata_csum ""

# Damage inside a committed transaction: neither half of it nor the previous
# tree is dumped silently, but the latter if requested.
make_image image 16M tree -t ext4 -b 1024 -O 64bit,metadata_csum
size=1024
write_journal "-c -v 3"
start=$("$DEBUGFS" -R "bmap <8> 4" image 2>/dev/null | tr -dc 0-9)
printf '!' | dd of=image bs=1 seek=$((start * 1024 + 99)) conv=notrunc \
    status=none
configure_dump d.conf image refused.dump
engine 1 -c d.conf
said "image: its journal" "damaged" "checksum error" "e2fsck" "ignore_journal"
[ ! -e refused.dump ] || fail "something was dumped"
dump_image image ignored.dump "ignore_journal = true;"
said "warning: image: changes held only by its journal are missing from the dump"
restore_dump ignored.dump ignored
same_tree tree ignored
