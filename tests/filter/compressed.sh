#!/usr/bin/env bash
# compress = "zlib" gives what dump -z does: restore(8) reads it by -r, -x, -t, -i
# and -C, from a file and from a pipe, level by level; dumpengine-restore goes
# straight to a file of it; and a copy of it is the set.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/filter/filter-lib.sh
. "$top_srcdir/tests/filter/filter-lib.sh"
# shellcheck source=tests/copy/copy-lib.sh
. "$top_srcdir/tests/copy/copy-lib.sh"
need_source
need_python
need_restore
need_debugfs
need setfattr

make_mixed_tree tree
# More than is read at once.
head -c 1500000 /dev/urandom >tree/random4
seq 1 200000 >tree/numbers4
make_image img 10M tree -b 1024 -N 128 -t ext4 -O ^has_journal

# stock FOLDER ARGUMENT...: restore(8) there, which has nothing to say.
stock () {
	rm -rf "$1"
	mkdir "$1"
	(cd "$1" && shift && "$RESTORE" "$@") >restore.log 2>&1
	! grep -vE '^(\./)?[^:]*: warning: |Operation not permitted|^Dump tape is compressed[.]$|cannot open /dev/tty' \
	    restore.log | grep -q . || fail "restore: $(head -c 2000 restore.log)"
	rm -rf "$1/restoresymtable" "$1/lost+found"
}

for blocking in 1 32 64; do
	wide=
	[ $blocking -le 32 ] || wide="-b $blocking"
	fresh
	configure_compressed set.conf img "$to_files verify = true;" \
	    "blocking = $blocking;" "compress_level = $((blocking % 9 + 1));"
	engine 0 -c set.conf --report report.json
	said " on the medium, 0." "restore -r ${wide:+$wide }-f $scratch/dumps/set001"
	scan dumps/set001
	# shellcheck disable=SC2086	# nothing, or two words
	stock file -r $wide -f ../dumps/set001 </dev/null
	same_tree tree file
	# shellcheck disable=SC2086
	stock pipe -r $wide -f - <dumps/set001
	same_tree tree pipe
done
"$PYTHON3" - <<-'END' || fail "the report"
	import json, os
	v = json.load(open('report.json'))['jobs'][0]['volumes'][0]
	assert v['medium_bytes'] == os.path.getsize('dumps/set001'), v
	assert v['bytes'] > 1.2 * v['medium_bytes'], v
END

# The other commands of restore(8).
fresh
configure_compressed set.conf img "$to_files overwrite = true;" \
    "blocking = 32;" 'dumpdates = "dumpdates"; archive_file = "contents";'
engine 0 -q -c set.conf
"$RESTORE" -t -f dumps/set001 >names 2>&1
grep -q '[.]/dir/sub/link$' names || fail "-t: $(head names)"
"$RESTORE" -t -A contents >names 2>&1
grep -q '[.]/dir/sub/link$' names || fail "-t -A: $(head names)"
mkdir one
(cd one && "$RESTORE" -x -a -f ../dumps/set001 ./numbers2) >restore.log 2>&1 \
    </dev/null
same_file tree/numbers2 one/numbers2
rm -rf one
mkdir one
(cd one && printf '%s\n' 'add larger' extract 1 n quit |
    "$RESTORE" -i -f ../dumps/set001) >restore.log 2>&1
same_file tree/larger one/larger
mkdir file/lost+found
"$RESTORE" -C -D "$PWD/file" -f dumps/set001 >restore.log 2>&1 </dev/null
! grep -q 'size has changed\|unable to\|differ' restore.log ||
    fail "-C: $(cat restore.log)"

# Ours: by the index, and without it; and what verifies it.
ours --verify -f dumps/set001
mkdir ours
(cd ours && ours -r -f ../dumps/set001)
rm -rf ours/restoresymtable ours/lost+found
same_tree tree ours
if command -v strace >/dev/null; then
	rm -rf one
	mkdir one
	(cd one && ours -xf ../dumps/set001 ./zz)
	same_file tree/zz one/zz
fi

# Level 1 on top, through a pipe, and as a chain.
debugfs img "write $PWD/tree/random1 new" "rm larger"
configure_compressed next.conf img "${to_files/set/next}" "blocking = 32;" \
    'dumpdates = "dumpdates"; level = 1;'
sed -i 's/date   = 1600000000/date   = 2000000000/' next.conf
engine 0 -q -c next.conf
rm -rf stock ours
mkdir stock ours
for level in set next; do
	(cd stock && "$RESTORE" -rf -) >restore.log 2>&1 \
	    <"dumps/${level}001"
done
(cd ours && ours -r -f ../dumps/set001 -f ../dumps/next001)
for restored in stock ours; do
	[ -e $restored/new ] && [ ! -e $restored/larger ] ||
	    fail "$restored: the second level is missing: $(ls $restored)"
done

# A copy of it is plain, or compressed, as the copy says: all bytes are those of
# such a dump.
without_index=y
fresh
configure_set set.conf img "$to_files" "blocking = 10;"
engine 0 -q -c set.conf
mv dumps/set001 plain
configure_compressed set.conf img "$to_files" "blocking = 10;"
engine 0 -q -c set.conf
mv dumps/set001 packed
more='index = false;'
configure_copy "$to_files" "blocking = 10;"
copy 0 -q --from packed
same_file plain dumps/set001
rm dumps/set001
more='index = false; compress = "zlib";'
configure_copy "$to_files" "blocking = 10;"
copy 0 -q --from plain
same_file packed dumps/set001
without_index=

# What it cannot be combined with.
refused () {
	engine 1 -q --check -c set.conf
	said "$@"
}
configure_compressed set.conf img "$to_files" "" "compress_level = 10;"
refused "set.conf:5: compress_level: "
configure_set set.conf img "$to_files" "" "" "compress = \"gzip\";"
refused 'set.conf:5: compress: "gzip": expected "zlib" or "none"'
configure_set set.conf img "$to_files" "" "" "compress_level = 3;"
refused "set.conf:5: compress_level: has no effect without compress"
configure_compressed set.conf img "$to_files" "" "filters = ( $zstd_small );"
refused "set.conf:5: compress: cannot be combined with filters"
configure_compressed set.conf img "$to_files" "" 'qfa_file = "positions";'
refused "set.conf:5: qfa_file: cannot be combined with compress"
configure_compressed set.conf img "$to_files" "blocking = 1024;"
refused "set.conf:8: blocking: 1024: compressed records have 1023"
