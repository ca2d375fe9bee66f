#!/usr/bin/env bash
# A dump that another one has overwritten is no longer there to be restored: the
# catalogue says so, of files and tapes, and what builds on it has a gap.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/ask-lib.sh
. "$top_srcdir/tests/catalog/ask-lib.sh"
# shellcheck source=tests/catalog/catalog-lib.sh
. "$top_srcdir/tests/catalog/catalog-lib.sh"

mkdir tree
echo text >tree/file
make_image a.img 4M tree -t ext4
catalog=$scratch/catalog
first=1790000000

# night NUMBER LEVEL OUTPUT: a dump, a day after the last one
night () {
	cat >job.conf <<-END
	catalog = $(quoted "$scratch/catalog");
	dumpdates = $(quoted "$scratch/dumpdates");
	jobs = ( {
	  name   = "home"; level = $2; date = $((first + $1 * 86400));
	  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/a.img"); };
	  output = { $3 };
	  ring   = { blocking = 4; };
	} );
	END
	engine "${ends:-0}" -c job.conf
}
file='plugin = "out-file"; path = "dumps/%l"; overwrite = true;'
states="SELECT id, state FROM dump ORDER BY id"
day () {
	date -d "@$((first + $1 * 86400))" +%FT%T
}

night 0 0 "$file"
night 1 1 "$file"
night 2 0 "$file"
knows "$states" "1|expired" "2|complete" "3|complete"
knows "SELECT dump, overwritten IS NOT NULL FROM volume ORDER BY dump" \
    "1|1" "2|0" "3|0"
catalog 2 -H list
grep "^1	" out | grep -q "volume 1 was overwritten" || fail "$(cat out)"
grep "^2	" out | grep -q "no base of $(day 0)" || fail "$(cat out)"

restore_into gone 1 -x --at "$(day 1)" --catalog "$catalog"
said "whose volume 1 was overwritten by another dump"

# With a copy of it, it is whole; but not where it was.
"$PYTHON3" - "$catalog" <<'END'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
c.execute("INSERT INTO volume (dump, copy, number, output, name, first, blocks) "
          "SELECT dump, 1, number, output, '/copy', first, blocks "
          "FROM volume WHERE dump = 3")
c.commit()
END
night 3 0 "$file"
knows "$states" "1|expired" "2|complete" "3|complete" "4|complete"
knows "SELECT copy, overwritten IS NOT NULL FROM volume WHERE dump = 3" \
    "0|1" "1|0"

# In a drive, it is known by its header alone, also if the next dump fails.
[ -e "$top_builddir/.libs/out-rmt.so" ] || exit 0
drive () {
	echo "plugin = \"out-rmt\"; target = \"host:/dev/nst$$\"; rsh = [
	    $(quoted "$PYTHON3"), \"-I\", \"-S\", $(quoted "$tools/rmt-server"),
	    \"--look\", \"--tape\", $(quoted "$scratch/tape")$1 ];"
}
night 4 0 "$(drive '')"
night 5 0 "$(drive '')"
knows "SELECT state FROM dump WHERE id >= 5 ORDER BY id" expired complete
ends=4 night 6 0 "$(drive ", \"--fault\", \"e5@3\", \"--times\", \"9\",
    \"--count\", $(quoted "$scratch/count")")"
knows "SELECT state FROM dump WHERE id >= 5 ORDER BY id" \
    expired expired aborted
exit 0
