#!/usr/bin/env bash
# Directories with duplicate names, or a wrong "." or "..": they are reported,
# and restore creates everything; a file with the name of another gets a
# different name.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/fs-ext2/fs-ext2-lib.sh
. "$top_srcdir/tests/fs-ext2/fs-ext2-lib.sh"

need_for_fs_ext2
mkdir -p tree/dir tree/dots/sub tree/other dumps
for i in 1 2 3 4 5; do
	echo "$i" >"tree/dir/name$i"
done
echo 5 >tree/dots/sub/file
make_image img 8M tree -t ext2 -b 1024
for folder in dir dots dots/sub other; do
	"$DEBUGFS" -R "bmap $folder 0" img 2>/dev/null
done >blocks

"$PYTHON3" - img blocks <<-'END_CHANGE' || fail "cannot change the image"
	import sys
	blocks = [int(line) * 1024 for line in open(sys.argv[2])]
	with open(sys.argv[1], 'r+b') as f:
	    def change(at, work):
	        f.seek(at)
	        data = bytearray(f.read(1024))
	        work(data)
	        f.seek(at)
	        f.write(data)
	    def twice(data):
	        at = data.index(b'name2')
	        data[at + 4:at + 5] = b'1'
				    # And once more, with the same inode.
	        there, to = data.index(b'name3'), data.index(b'name4')
	        data[to - 8:to - 4] = data[there - 8:there - 4]
	        data[to + 4:to + 5] = b'3'
	        to = data.index(b'name5')
	        data[to - 8:to - 4] = data[there - 8:there - 4]
	        data[to + 4:to + 5] = b'3'
	    change(blocks[0], twice)
	    def dots(data):
	        data[0:4] = (13).to_bytes(4, 'little')
	        data[12:16] = (99999).to_bytes(4, 'little')
	    change(blocks[1], dots)
	    def parent(data):
	        data[12:16] = (2).to_bytes(4, 'little')
	    change(blocks[2], parent)
	    def nothing(data):
	        data[8:9] = b'x'
	        data[20:22] = b'yz'
	    change(blocks[3], nothing)
	END_CHANGE

inode_of () {
	"$DEBUGFS" -R "stat $1" img 2>/dev/null |
	    sed -n 's/^Inode: \([0-9]*\).*/\1/p'
}
configure_dump a.conf img dumps/a
engine 2 -c a.conf
said '/dir (inode '"$(inode_of dir)"'): its entry "name1" for inode ' \
    'has the name of another; in the dump its inode number is appended' \
    'its entry "name3" for inode' 'is left out: it is a duplicate' \
    '/dots/sub (inode '"$(inode_of dots/sub)"'): it is damaged: its ".." says inode 2, but it is in inode '"$(inode_of dots)" \
    '/dots (inode '"$(inode_of dots)"'): it is damaged: it has no ".."'
# A file has one more name than its link count.
"$PYTHON3" "$tools/dumpscan" dumps/a >scan.log
! grep '^violation' scan.log | grep -v ': links: ' || fail "$(cat scan.log)"
restore_dump dumps/a restored
[ "$(cat restored/dir/name* | sort | tr -d '\n')" = 1233 ] ||
    fail "$(grep . restored/dir/*)"
[ "$(cat restored/dir/name1)$(cat restored/dir/name3)" = 13 ] ||
    fail "$(grep . restored/dir/*)"
same_file tree/dots/sub/file restored/dots/sub/file
