#!/usr/bin/env bash
# What the format cannot hold is stored in bytes that restore ignores.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_python
mkdir dumps
# Only the inodes of files have it.
without_index=yes

# has DUMP INODE TEXT...: in the output of tests/tools/extension
has () {
	local dump=$1 inode=$2 line text
	shift 2
	"$PYTHON3" "$tools/extension" "$dump" >extension.log 2>&1 ||
	    fail "$dump: $(cat extension.log)"
	line=$(grep -F "{\"inode\": $inode, " extension.log)
	for text; do
		case $line in
		*"$text"*) ;;
		*) fail "no $text for inode $inode: $line" ;;
		esac
	done
}

# ---- Values that no current filesystem has

configure_job a.conf "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");
    fault = \"extension\"; size = 600000;" \
    'plugin = "out-file"; path = "dumps/a";'
engine 0 -c a.conf
said "/sub/file3 (inode 14): its times" "restore(8) does not set its project id" \
    "fs-verity" "append-only"
scan dumps/a
has dumps/a 14 '"mtime": [-86400, 123456789]' '"birth_time": [7000000000, 5]' \
    '"project": 77' '"flags": 1048608' '"generation": 3735928559'
has dumps/a 13 '"project": 0' '"mtime": [1600000000, 0]'

# ---- Those of a filesystem, which restore reads as if they were not there

need_source
need_debugfs
need_restore
mkdir tree
echo text >tree/file
ln -s file tree/link
head -c 700000 /dev/urandom >tree/large
setfattr -n user.color -v red tree/file 2>/dev/null
make_image img 8M tree -b 1024 -t ext4 -I 256 -O ^has_journal -E root_owner
inode=$("$DEBUGFS" -R "stat /file" img 2>/dev/null |
    sed -n 's/^Inode: \([0-9]*\).*/\1/p')
debugfs img "sif /file mtime 0x5f5e1000" "sif /file mtime_extra 0x1d6f3454" \
    "sif /file crtime 0x5f5e1001" "sif /file crtime_extra 0x4" \
    "sif /file generation 305419896"
configure_dump b.conf img dumps/b
engine 0 -c b.conf
scan dumps/b
has dumps/b "$inode" '"mtime": [1600000000, 123456789]' \
    '"generation": 305419896' '"birth_time": [1600000001, 1]'
restore_dump dumps/b restored
"$RESTORE" -t -f dumps/b >listed 2>&1 || fail "$(cat listed)"
grep -q './large' listed || fail "$(cat listed)"
(cd restored && "$RESTORE" -C -D . -f ../dumps/b) >compared 2>&1 </dev/null ||
    fail "restore -C: $(cat compared)"
mkdir picked
(cd picked && "$RESTORE" -x -f ../dumps/b ./large ./file <<<1 >../picked.log 2>&1)
same_file tree/large picked/large

# ---- Flags about storage on disk: if di_flags had the one for inline data, newer
# ---- restores would add what is at offset 72 to the contents

make_image inline.img 8M tree -t ext4 -I 256 -O ^has_journal,inline_data
inode=$("$DEBUGFS" -R "stat /file" inline.img 2>/dev/null |
    sed -n 's/^Inode: \([0-9]*\).*/\1/p')
configure_dump c.conf inline.img dumps/c
engine 0 -c c.conf
scan dumps/c
has dumps/c "$inode" '"flags": 268435456'
said "DUMP IS DONE"
not_said "note:"
