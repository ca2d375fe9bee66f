#!/usr/bin/env bash
# A device with unreadable metadata: each error is named with path, inode,
# offset and block, and everything else is restored.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_debugfs
need_restore
need_python
[ -z "${SANITIZER_FLAGS:-}" ] || skip "a sanitizer must be loaded first"
preload=$top_builddir/tests/read-errors/.libs/eio-preload.so
[ -e "$preload" ] || skip "needs $preload"
mkdir dumps

"$PYTHON3" - <<'END_TREE' || skip "needs extended attributes"
import os, random
rng = random.Random(5)
for name in 'dir/sub', 'wide', 'many':
    os.makedirs('tree/' + name)
def write(name, data):
    with open('tree/' + name, 'wb') as f:
        f.write(data)
for i in range(60):
    write(f'wide/name{i:03}' + 'n' * 60, b'w')
    write(f'many/{i:03}', rng.randbytes(i))
for name in 'abc':
    write('dir/' + name, rng.randbytes(5000))
write('dir/sub/file', b'x')
write('plain', rng.randbytes(3000))
with open('tree/pieces', 'wb') as f:
    for i in range(400):
        f.seek(i * 8192)
        f.write(rng.randbytes(1024))
os.symlink('t/' * 200, 'tree/link')
os.setxattr('tree/dir/a', 'user.a', rng.randbytes(600))
os.setxattr('tree/dir', 'user.d', rng.randbytes(600))
for top, folders, files in os.walk('tree', topdown=False):
    for name in folders + files:
        os.utime(os.path.join(top, name), (1500000000, 1500000000),
            follow_symlinks=False)
END_TREE
for type in ext4 ext2; do
	make_image $type.img 16M tree -t $type -I 256 -b 1024 -E root_owner
done

look () { "$DEBUGFS" -R "$2" "$1.img" 2>/dev/null; }
blocks_of () { look "$1" "blocks $2" | tr ' ' '\n' | grep .; }
inode_of () { look "$1" "stat $2" | sed -n 's/^Inode: \([0-9]*\).*/\1/p'; }
table_of () { look "$1" "imap $2" | sed -n 's/.*block \([0-9]*\),.*/\1/p'; }

# dumped STATUS IMAGE SETTINGS BLOCK...: these blocks are unreadable.
dumped () {
	local expected=$1 image=$2 settings=$3 ranges= block
	shift 3
	for block; do
		ranges+=,$((block * 1024))-$(((block + 1) * 1024))
	done
	rm -f dumps/* fails
	configure_dump a.conf "$image.img" dumps/a
	sed -i "s/date   =/$settings &/" a.conf
	EIO_FILE=$scratch/$image.img EIO_RANGES=${ranges#,} \
	    EIO_COUNT=$scratch/fails LD_PRELOAD=$preload \
	    timeout 60 setsid -w "$DUMPENGINE" -c a.conf >out 2>err </dev/null
	status=$?
	[ "$status" -eq "$expected" ] || fail "line ${BASH_LINENO[0]}:" \
	    "exit status $status, not $expected: $(cat err)"
	[ -s fails ] || fail "line ${BASH_LINENO[0]}: nothing failed"
}

# differs DIFFERENCE...: exactly these, as "missing /a"; except for holes.
differs () {
	scan dumps/a
	rm -rf restored
	restore_dump dumps/a restored
	"$PYTHON3" "$tools/treecmp" --no-atime --no-root-times --no-flags \
	    --ignore lost+found tree restored >treecmp.log 2>&1
	sed -n 's/^\([a-z]*\)  *\(\/[^:]*\):.*/\1 \2/p' treecmp.log |
	    grep -v "^unalloc" | sort >differences
	[ "$(cat differences)" = "$(printf '%s\n' "$@" | sort)" ] ||
	    fail "line ${BASH_LINENO[0]}: differences: $(cat treecmp.log)"
}

# missing NUMBER PREFIX: this many, all beginning with PREFIX.
missing () {
	local found
	scan dumps/a
	rm -rf restored
	restore_dump dumps/a restored
	"$PYTHON3" "$tools/treecmp" --no-atime --no-root-times --no-flags \
	    --ignore lost+found tree restored >treecmp.log 2>&1
	found=$(grep -c "^missing  *$2" treecmp.log)
	[ "$found" -eq "$1" ] && [ "$(grep -c '^[a-z]*  */' treecmp.log)" -eq \
	    "$1" ] || fail "line ${BASH_LINENO[0]}: $(cat treecmp.log)"
}

# findings NUMBER
findings () {
	local found
	found=$(grep -cE 'warning: (/|\(no path)' err)
	[ "$found" -eq "$1" ] || fail "line ${BASH_LINENO[0]}: $found" \
	    "findings, not $1: $(cat err)"
}

# zeros FILE OFFSET LENGTH: in the restored file; the rest is unchanged.
zeros () {
	"$PYTHON3" - "$@" <<-'END_ZEROS' || fail "line ${BASH_LINENO[0]}: $1"
	import sys
	a, b = (open(top + sys.argv[1], 'rb').read() for top in ('tree', 'restored'))
	at, length = map(int, sys.argv[2:])
	expected = a[:at] + bytes(len(a[at:at + length])) + a[at + length:]
	sys.exit(b != expected)
	END_ZEROS
}

# ---- Block maps, attributes, the target of a symbolic link

leaf=$(look ext4 "ex pieces" | awk '$1 == "1/" { print $8; exit }')
[ -n "$leaf" ] || fail "no extent tree of two levels"
acl_of () { look ext4 "stat $1" | sed -n 's/.*File ACL: \([0-9]*\).*/\1/p'; }
file=$(acl_of dir/a)
folder=$(acl_of dir)
block=$(blocks_of ext4 link)
dumped 2 ext4 "" "$leaf" "$file" "$folder" "$block"
why="Input/output error"
said "/pieces (inode $(inode_of ext4 pieces)): cannot read its block map from offset 0 on (block $leaf of the device): $why" \
    "/dir/a (inode $(inode_of ext4 dir/a)): the attributes in its attribute block are missing: cannot read block $file of the device: $why" \
    "/dir (inode $(inode_of ext4 dir)): the attributes in its attribute block are missing: cannot read block $folder of the device: $why" \
    "/link (inode $(inode_of ext4 link)): left out: cannot read the target of this symbolic link (block $block of the device): $why"
findings 4
differs "content /pieces" "xattr /dir/a" "xattr /dir" "missing /link"
zeros /pieces 0 $((83 * 8192))

node_of () {
	look ext2 "stat pieces" | tr ', ' '\n\n' |
	    sed -n "s/^($1):\([0-9]*\)/\1/p" | head -n 1
}
dumped 2 ext2 "" "$(node_of IND)" "$(node_of DIND)"
said "from offset 12288 on (block $(node_of IND) of the device): $why" \
    "from offset 274432 on (block $(node_of DIND) of the device): $why"
findings 2
differs "content /pieces"
zeros /pieces 12288 9999999

# ---- Directories

block=$(look ext4 "bmap wide 2")
dumped 2 ext4 "" "$block"
said "/wide (inode $(inode_of ext4 wide)): its entries at offset 2048 are missing: cannot read block $block of the device: Input/output error" \
    "it has no name in any directory"
lost=$(grep -c 'it has no name' err)
[ "$lost" -gt 5 ] && [ "$lost" -lt 20 ] || fail "$lost names are lost"
findings $((lost + 1))
missing "$lost" /wide/name

# Everything in it is named at least by number, and nothing else is lost.
dumped 2 ext4 "" "$(blocks_of ext4 dir)"
said "/dir (inode $(inode_of ext4 dir)): its entries at offset 0 are missing" \
    "(inode $(inode_of ext4 dir/b)): left out: it has no name" \
    "(inode $(inode_of ext4 dir/sub)): left out: no path leads from the root" \
    "/.../file (inode $(inode_of ext4 dir/sub/file)): left out"
differs "missing /dir/a" "missing /dir/b" "missing /dir/c" "missing /dir/sub"

# ---- Inode tables

block=$(table_of ext4 many/050)
dumped 2 ext4 "" "$block" $((block + 1))
said "inodes " "are missing: cannot read their table from block $block of the device on: Input/output error" \
    "that inode is not in the dump"
findings 9
[ "$(grep -c 'cannot read their table' err)" -eq 1 ] || fail "$(cat err)"
missing 8 /many/

dumped 3 ext4 "" "$(table_of ext4 /)"
said "inodes 1 to 4 are missing" "is not a directory"
findings 1

# ---- Levels, and exclusions

block=$(blocks_of ext4 link)
# The version from an earlier level stays.
configure_dump a.conf ext4.img base
engine 0 -c a.conf
dumped 2 ext4 "level = 1; since = $date;" "$block"
said "/link (inode $(inode_of ext4 link)): left out"
scan dumps/a
mkdir chain
for dump in base dumps/a; do
	(cd chain && "$RESTORE" -r -y -f "$scratch/$dump") >restore.log 2>&1
done
rm chain/restoresymtable
same_tree tree chain --no-flags
# An excluded one is not read.
configure_dump a.conf ext4.img dumps/a
sed -i 's/date   =/exclude = "link"; &/' a.conf
rm -f dumps/*
EIO_FILE=$scratch/ext4.img EIO_RANGES=$((block * 1024))-$((block * 1024 + 1)) \
    LD_PRELOAD=$preload engine 0 -c a.conf

# ---- Essential metadata

dumped 1 ext4 "" 1
said "cannot open the filesystem: Input/output error" "set superblock to"
dumped 1 ext4 "" 2
said "cannot open the filesystem: Input/output error"

# Bitmaps are not read.
bitmap=$(look ext4 stats | sed -n 's/.*inode bitmap at \([0-9]*\).*/\1/p' | head -n 1)
ranges=$((bitmap * 1024))-$(((bitmap + 1) * 1024))
rm -f dumps/*
configure_dump a.conf ext4.img dumps/a
EIO_FILE=$scratch/ext4.img EIO_RANGES=$ranges LD_PRELOAD=$preload \
    engine 0 -c a.conf
differs

# A journal that must be replayed and is unreadable.
cp ext4.img journal.img
dd if=ext4.img of=block bs=1024 count=1 skip="$(blocks_of ext4 dir)" 2>/dev/null
debugfs journal.img "jo" "jw -b $(blocks_of ext4 dir) block" "jc"
log=$(blocks_of journal '<8>' | sed -n 2p)
dumped 1 journal "" "$log" $((log + 1))
said "journal.img" "journal" "Input/output error" "ignore_journal"
