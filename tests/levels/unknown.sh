#!/usr/bin/env bash
# Unknown parts of a filesystem count as in use: a level made when part of an
# inode table can no longer be read removes nothing that the lower level
# restored, and names each range.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_debugfs
need_restore
need_python
[ -z "${SANITIZER_FLAGS:-}" ] || skip "a sanitizer must be loaded first"
preload=$top_builddir/tests/read-errors/.libs/eio-preload.so
[ -e "$preload" ] || skip "needs $preload"
mkdir -p dumps tree/many tree/deep/er/est{1..8}
for i in $(seq 100 160); do
	echo "file $i" >"tree/many/$i"
done
for i in {1..8}; do
	echo "$i" >tree/deep/er/est$i/file
done
echo 2 >tree/deep/er/file
echo 3 >tree/deep/file
echo 4 >tree/plain
ln -s plain tree/link

# 4 inodes in a block of the table, 32 in a group; all of them older than the
# base of a level 1.
make_image good 16M tree -t ext4 -b 1024 -I 256 -g 1024 -N 512 \
    -O ^metadata_csum,^uninit_bg,^flex_bg,^resize_inode,^has_journal \
    -E root_owner
look () { "$DEBUGFS" -R "$1" "${2:-good}" 2>/dev/null; }
inode_of () { look "stat $1" | sed -n 's/^Inode: \([0-9]*\).*/\1/p'; }
table_of () { look "imap $1" | sed -n 's/.*block \([0-9]*\),.*/\1/p'; }
old=$((date - 86400))
new=$((date + 100))
mapfile -t requests < <(for ((i = 2; i < 140; i++)); do
	echo "sif <$i> ctime $(printf 0x%x $old)"
done)
debugfs good "${requests[@]}"

configure_dump a.conf good dumps/0
engine 0 -c a.conf
scan dumps/0

# changed IMAGE PATH...: since the level 0
changed () {
	local image=$1 path
	shift
	requests=()
	for path; do
		requests+=("sif $path ctime $(printf 0x%x $new)")
	done
	debugfs "$image" "${requests[@]}"
}

# level_1 IMAGE [BLOCK...]: these are unreadable; the chain restores the tree.
level_1 () {
	local image=$1 ranges='' block
	shift
	for block; do
		ranges+=,$((block * 1024))-$(((block + 1) * 1024))
	done
	rm -rf dumps/1 chain
	configure_dump b.conf "$image" dumps/1
	sed -i "s/date   = .*/level = 1; since = $date; date = $((date + 1000));/" \
	    b.conf
	EIO_FILE=$scratch/$image EIO_RANGES=${ranges#,} \
	    run timeout 60 env LD_PRELOAD="$preload" "$DUMPENGINE" -c b.conf
	[ "$status" -eq 2 ] || fail "line ${BASH_LINENO[0]}: exit status $status:" \
	    "$(cat err)"
	scan_part dumps/1
	mkdir chain
	for level in 0 1; do
		(cd chain && timeout 60 "$RESTORE" -r -y -f ../dumps/$level) \
		    >restore.log 2>&1 </dev/null ||
		    fail "restore: $(cat restore.log)"
	done
	rm chain/restoresymtable
	! grep -vE 'warning: |Operation not permitted|not found on tape' \
	    restore.log | grep -q . || fail "messages of restore: $(cat restore.log)"
	same_tree tree chain --no-flags
}

# With names that are not in the dump.
scan_part () {
	"$PYTHON3" "$tools/dumpscan" --strict "$1" >scan.log 2>&1
	! grep -E '^(violation|note):' scan.log | grep -vE ': (links|names): ' ||
	    fail "dumpscan --strict $1: $(head -c 4000 scan.log)"
	grep -q '^maps ' scan.log || fail "$(cat scan.log)"
}

# ---- A part of a table: of files, some of which have changed; their folder has

cp good img
changed img many many/120 many/131 many/160
# A block followed by another one of the same table.
for first in $(seq 40 4 80); do
	block=$(table_of "<$first>")
	[ "$(table_of "<$((first + 4))>")" -ne $((block + 1)) ] || break
done
first=$((first / 4 * 4 + 1))
name=$(look "ncheck $first" | sed -n 's|.*/many/||p')
level_1 img "$block" $((block + 1))
said "are missing: cannot read their table from block $block of the device on" \
    "/many (inode $(inode_of many)): its entry \"$name\" for inode $first names an inode that is not in the dump; its version from an earlier level stays"
[ "$(grep -c 'cannot read their table' err)" -eq 1 ] || fail "$(cat err)"
[ "$(grep -c 'names an inode' err)" -eq 8 ] || fail "$(cat err)"

# ---- A directory, with all that is below it; and everything else

cp good img
changed img deep/er/est{1..8}/file plain /
level_1 img "$(table_of deep/er)"
said "no path leads from the root to this directory"
# shellcheck disable=SC2046 # numbers
level_1 img $(for ((i = 12; i < 140; i += 4)); do table_of "<$i>"; done | sort -u)

# ---- Tables that are nowhere, inodes that are damaged, links without a target

cp good img
changed img many many/160 plain
group=$((($(inode_of many/130) - 1) / 32))
debugfs img "set_bg $group inode_table 99999999"
level_1 img
said "its inode table is outside the filesystem" \
    "(block group $group, inodes $((group * 32 + 1)) to $((group * 32 + 32)))"

cp good img
changed img many many/130 / link
debugfs img "sif many/130 mode 0170644" "sif many/131 block[0] 7" \
    "sif link size 0"
level_1 img
said "/link (inode $(inode_of link))" "/many/130 (inode $(inode_of many/130)"
