#!/usr/bin/env bash
# A copy is the set, block by block, on other volumes: it is what a dump with its
# settings would have been, wherever the volumes of either end, and both restores
# bring back the same.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
# shellcheck source=tests/copy/copy-lib.sh
. "$top_srcdir/tests/copy/copy-lib.sh"
need_debugfs
need_restore
need setfattr

# Some attributes are behind the end of the stream.
make_small_tree tree
make_image img 4M tree -b 1024 -N 128 -t ext4 -O ^has_journal,ea_inode
head -c 1024 /dev/urandom >value
requests=()
for i in {1..6}; do
	requests+=("ea_set -f value names user.v$i"
	    "ea_set -f value dir/sub user.v$i")
done
debugfs img "${requests[@]}"

# Where the volumes of a dump end.
sizes=('' 'volume_size = ("60 KiB", "33 KiB");' 'volume_size = "97 KiB";'
    'volume_size = ("40 KiB", "300 KiB");')
rings=('' 'blocking = 1;' 'blocking = 10; slaves = 1;' 'blocking = 7;')

# dump_as N FOLDER: a dump with settings N.
dump_as () {
	rm -rf dumps
	mkdir dumps
	configure_set set.conf img "$to_files ${sizes[$1]}" "${rings[$1]}"
	engine 0 -q -c set.conf
	mv dumps "$2"
}

# copy_as N FROM FOLDER: a copy with these settings of the dump in a folder.
copy_as () {
	rm -rf dumps
	mkdir dumps
	configure_copy "$to_files ${sizes[$1]}" "${rings[$1]}"
	copy 0 -q -M --from "$2/set"
	said_nothing
	printed_nothing
	mv dumps "$3"
}

# Without an index, which tells where the volumes are, all bytes are the same.
without_index=y
for n in 0 1 2 3; do
	dump_as "$n" "plain-$n"
done
more='index = false;'
for from in 0 1 2 3; do
	for to in 0 1 2 3; do
		copy_as "$to" "plain-$from" "copy-$from-$to"
		same_folder "plain-$to" "copy-$from-$to"
	done
done
[ "$(ls plain-1 | wc -l)" -gt 5 ] || fail "plain-1 has too few volumes"

# With one, a copy of a copy is the copy.
without_index='' more=''
dump_as 0 indexed
copy_as 1 indexed first
cp -r first kept
copy_as 2 first second
copy_as 1 second third
same_folder kept third
scan_set first/*
restore 0 --verify -M -f first/set
not_said "no index"

# Its index has what was known of the dump, and the volumes that there are now.
"$PYTHON3" "$tools/dumpindex" indexed/set001 >index-0 || fail "no index"
"$PYTHON3" "$tools/dumpindex" first/* >index-1 || fail "no index of the copy"
"$PYTHON3" "$tools/dumpindex" second/* >index-2 || fail "no index of the second"
grep -q '"job": *"test"' index-2 || fail "$(cat index-2)"

# Both restores, and one file by the index.  Some filesystems have no room for all
# attributes of a directory.
mkdir stock origin
(cd stock && "$RESTORE" -r -y -M -f ../first/set) >restore.log 2>&1 </dev/null ||
    fail "restore: $(cat restore.log)"
rm -f stock/restoresymtable
(cd origin && "$restore_program" -r -M -f ../indexed/set) >origin.log 2>&1
expected=$?
restore_into ours $expected -r -M -f ../first/set
equal_trees origin ours
same_tree tree stock --ignore-xattr user.v1 --ignore-xattr user.v2 \
    --ignore-xattr user.v3 --ignore-xattr user.v4 --ignore-xattr user.v5 \
    --ignore-xattr user.v6
restore_into one 0 -x -M -f ../first/set ./zz
same_file tree/zz one/zz
