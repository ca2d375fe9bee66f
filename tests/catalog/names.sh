#!/usr/bin/env bash
# The catalogue learns the names and inodes of a dump, whatever the volumes do:
# they are those of the filesystem, also if a medium ends early, or a process
# that writes a volume is killed.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/catalog-lib.sh
. "$top_srcdir/tests/catalog/catalog-lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"

need_source
mkdir -p tree/many tree/sub/deep
for i in {1..700}; do echo "$i" >"tree/many/file number $i"; done
printf x >$'tree/sub/not\xffutf8'
ln 'tree/many/file number 7' tree/sub/deep/link
ln -s nowhere tree/sub/symlink
head -c 3000000 /dev/urandom >tree/sub/deep/large
long=$(printf %250s | tr ' ' n)
echo long >"tree/sub/$long"
make_image a.img 32M tree -t ext4
{
	echo lost+found
	(cd tree && find . -mindepth 1 -printf '%P\n')
} | LC_ALL=C sort >expected.names
inodes=$(find tree -printf '%i\n' | sort -u | wc -l)

# told STATUS OUTPUT [RING [JOB]]: a dump that a new catalogue is told of
told () {
	fresh
	rm -f catalog.sqlite
	configure_set job.conf a.img "$2" "${3:-blocking = 8;}" "" "${4:-}"
	with_catalog job.conf "${setting:-}"
	engine "$1" -c job.conf
}

# names: as the catalogue has them
names () {
	"$PYTHON3" - <<-'END' | LC_ALL=C sort
	import sqlite3, sys
	db = sqlite3.connect("file:catalog.sqlite?mode=ro", uri=True)
	db.text_factory = bytes
	above = {}
	for id, inode, entries in db.execute(
	    "SELECT id, inode, entries FROM directory").fetchall():
	    above[inode] = db.execute("SELECT name, inode FROM entry WHERE id "
	        "BETWEEN ? AND ?", (id + 1, id + entries)).fetchall()
	def walk(inode, path):
	    for name, to in above.get(inode, []):
	        sys.stdout.buffer.write(path + name + b"\n")
	        walk(to, path + name + b"/")
	walk(2, b"")
	END
}

has_names () {
	names >found.names
	same_file expected.names found.names
	# And lost+found.
	knows "SELECT count(*) FROM inode JOIN dump ON inode.id >> 32 = dump.id" \
	    "$((inodes + 1))"
	knows "SELECT mode FROM inode WHERE size = 3000000" "$((0100644))"
	knows "SELECT has_names, state, status FROM dump" "1|complete|0"
	[ "$(left)" = '*' ] || fail "left for the catalogue: $(left)"
}

told 0 "$to_files"
has_names
# Small volumes, in the directories and elsewhere, and no index on them.
told 0 "$to_files volume_size = (\"64k\", \"40k\", \"1M\");" "" "index = false;"
has_names
# The medium ends: the stream goes back.
told 0 "$out_volumes capacity = (9, 10, 8, 11, 30, 2000);"
has_names
# A process that writes a volume is killed, and another goes on.
if [ -z "${SANITIZER_FLAGS:-}" ]; then
	told 0 "$out_volumes volume_size = \"200k\"; kill = \"2:3\"; times = 2;"
	said "killed by signal 9"
	has_names
	told 0 "$out_volumes volume_size = \"400k\"; kill = \"9:5\";"
	said "killed by signal 9"
	has_names
fi
# All of them, if they are wanted.
setting='catalog_files = false;' told 0 "$to_files"
knows "SELECT has_names, (SELECT count(*) FROM entry) FROM dump" "0|0"
# An aborted dump has none.
told 4 "$out_volumes capacity = (9, 0, 0, 0, 0, 0, 0, 0);"
knows "SELECT has_names, (SELECT count(*) FROM entry), state FROM dump" \
    "0|0|aborted"

# What cannot be kept is not lost to the dump: the names are read from it later.
[ -z "${SANITIZER_FLAGS:-}" ] || exit 0
rm -rf "$DUMPENGINE_STATE_DIR/catalog"
echo >"$DUMPENGINE_STATE_DIR/catalog"
told 0 "$to_files"
said "warning: $DUMPENGINE_STATE_DIR/catalog: "
