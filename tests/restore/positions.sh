#!/usr/bin/env bash
# A table of positions finds files, for restore(8) as well; one that is wrong
# does no harm, and that of another dump is refused.  A table of contents lists
# and finds names without the set.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkdir -p tree/sub
for n in 1 2 3 4 5 6 7 8; do
	head -c 200000 /dev/urandom >tree/sub/$n
done
make_image a.img 8M tree
configure_dump a.conf a.img "$scratch/dumps/a"
engine 0 -c a.conf
a=$scratch/dumps/a

restore 0 -P "$scratch/table" -f "$a"
[ "$(sed -n '1,2p;5p' table | tr '\n\t' '; ')" = \
    "495115637697;1.0;ino tapeno tapepos;" ] || fail "$(cat table)"
[ "$(grep -cE '^[0-9]+	1	[0-9]+$' table)" = 8 ] || fail "$(cat table)"
sed 's/\([0-9]*	1	\).*/\11024/' table >wrong
sed 's/\([0-9]*	1	\).*/\1999999999999/' table >far
for table in table wrong far; do
	restore_into "by-$table" 0 -x -Q "$scratch/$table" -f "$a" sub/2 sub/7
	same_file "by-$table/sub/2" tree/sub/2
	same_file "by-$table/sub/7" tree/sub/7
done
sed '3s/.*/1/' table >other
restore 1 -t -Q "$scratch/other" -f "$a"
said "the positions are those of another dump"
restore 1 -t -Q "$scratch/a.conf" -f "$a"
said "not a table of positions"
restore 1 -t -Q "$scratch/nothing" -f "$a"
restore 1 -P "$scratch/nothing/table" -f "$a"
said "cannot be written"
if [ -n "${RESTORE:-}" ]; then
	mkdir stock
	(cd stock && "$RESTORE" -x -y -a -Q ../table -f "$a" sub/7 \
	    </dev/null) >stock.log 2>&1
	same_file stock/sub/7 tree/sub/7
fi

# The beginning of the dump, to the first file, and its end
cat >contents.py <<'END'
import struct, sys

blocks = open(sys.argv[1], 'rb').read()
at = 0
while True:
    kind = struct.unpack_from('<i', blocks, at)[0]
    mode = struct.unpack_from('<H', blocks, at + 32)[0]
    if kind == 2 and mode & 0o170000 != 0o040000:
        break
    count = struct.unpack_from('<i', blocks, at + 160)[0] if kind in (2, 3, 6) else 0
    at += 1024 * (1 + count)
ends = at
while struct.unpack_from('<i', blocks, len(blocks) - 1024)[0] == 5 and ends % 10240:
    ends += 1024
open(sys.argv[2], 'wb').write(blocks[:at] + blocks[-1024:] * max(1, (ends - at) // 1024))
END
"$PYTHON3" contents.py dumps/a contents || fail "no table of contents"
restore 0 -t -f "$a"
cp out listed
restore 0 -t -A "$scratch/contents" -f "$scratch/not-there"
same_file out listed
restore_into by-contents 0 -x -A "$scratch/contents" -f "$a" sub/3
same_file by-contents/sub/3 tree/sub/3
restore_into by-contents 1 -x -u -A "$scratch/contents" -f "$scratch/not-there"
