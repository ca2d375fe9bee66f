#!/usr/bin/env bash
# A dump compressed by filter-zstd, of one volume or several, of level 0 and 1, is
# restored by `zstd -dc | restore` and by dumpengine-restore, with attributes,
# and costs little where data does not compress; the report has both sizes.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/filter/filter-lib.sh
. "$top_srcdir/tests/filter/filter-lib.sh"
need_source
need_python
need_restore
need_debugfs
need setfattr zstd

make_mixed_tree tree
make_image img 8M tree -b 1024 -N 128 -t ext4 -O ^has_journal
for volumes in "" 'volume_size = "111 KiB";'; do
	fresh
	configure_filtered set.conf img \
	    "$to_files verify = true; overwrite = true; $volumes" "$zstd_small"
	engine 0 -c set.conf --report report.json
	undo dumps plain
	rm -rf stock ours
	mkdir stock ours
	(cd stock && "$RESTORE" -r -M -f ../plain/set </dev/null) \
	    >restore.log 2>&1
	(cd ours && ours -r -M -f ../dumps/set)
	for restored in stock ours; do
		rm -rf $restored/restoresymtable $restored/lost+found
		same_tree tree $restored
	done
done
[ "$(count_of dumps)" -gt 3 ] || fail "only $(count_of dumps) volumes"
said " on the medium, 0."
"$PYTHON3" - <<-'END' || fail "the report"
	import glob, json, os
	job = json.load(open('report.json'))['jobs'][0]
	volumes = job['volumes']
	assert len(volumes) > 3
	for v, name in zip(volumes, sorted(glob.glob('dumps/*'))):
	    assert v['medium_bytes'] == os.path.getsize(name), v
	assert sum(v['bytes'] for v in volumes) > 1.2 * sum(
	    v['medium_bytes'] for v in volumes)
END

# Level 1 on top, through a pipe.
fresh
configure_filtered set.conf img "$to_files" "$zstd_small" "" \
    'dumpdates = "dumpdates";'
engine 0 -q -c set.conf
debugfs img "write $PWD/tree/random1 new" "rm larger"
configure_filtered next.conf img "${to_files/set/next}" "$zstd_small" "" \
    'dumpdates = "dumpdates"; level = 1;'
sed -i 's/date   = 1600000000/date   = 2000000000/' next.conf
engine 0 -q -c next.conf
rm -rf stock ours
mkdir stock ours
for level in set next; do
	(cd stock && zstd -qdc "../dumps/${level}001" | "$RESTORE" -rf -) \
	    >restore.log 2>&1 </dev/null
done
(cd ours && ours -r -f ../dumps/set001 -f ../dumps/next001)
for restored in stock ours; do
	[ -e $restored/new ] && [ ! -e $restored/larger ] ||
	    fail "$restored: the second level is missing: $(ls $restored)"
done

# Data that does not compress.
mkdir random
for i in 1 2 3 4; do
	head -c 4000000 /dev/urandom >random/r$i
done
echo small >random/small
make_image random.img 24M random -b 4096 -N 64 -t ext4 -O ^has_journal
fresh
configure_filtered set.conf random.img "$to_files" '{ plugin = "filter-zstd"; }'
engine 0 -q -c set.conf
plain=$(zstd -dc dumps/set001 | wc -c)
coded=$(stat -c %s dumps/set001)
[ "$coded" -lt $((plain * 103 / 100)) ] || fail "$plain bytes became $coded"

# A single file is found by seeking: little is read.
command -v strace >/dev/null || exit 0
mkdir one
(cd one && strace -f -qq -y -e trace=read,pread64 -o ../trace \
    "${DUMPENGINE%/*}/dumpengine-restore" ${trusted[@]+"${trusted[@]}"} \
    -xf ../dumps/set001 ./small) >one.log 2>&1 </dev/null ||
    skip "strace cannot run here: $(cat one.log)"
same_file random/small one/small
moved=$(grep 'set001>' trace | sed 's/.*= //' |
    awk '{ sum += $1 } END { print sum + 0 }')
[ "$moved" -gt 0 ] && [ "$moved" -lt $((coded / 2)) ] ||
    fail "$moved of $coded bytes were read for one file"
