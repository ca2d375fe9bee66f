#!/usr/bin/env bash
# protect = "catalog": a tape is overwritten only if the catalogue lets go what is
# on it; what it does not know, or cannot tell, stays.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/ask-lib.sh
. "$top_srcdir/tests/catalog/ask-lib.sh"
# shellcheck source=tests/catalog/catalog-lib.sh
. "$top_srcdir/tests/catalog/catalog-lib.sh"

[ -e "$top_builddir/.libs/out-rmt.so" ] || skip "out-rmt is not built"
mkdir tree
echo text >tree/file
make_image a.img 4M tree -t ext4
catalog=$scratch/catalog
first=1790000000
drive=/dev/nst$$		# not in use by any other test

# night NUMBER LEVEL: configure a dump, a day after the last one, to the tape
configure () {
	cat >job.conf <<-END
	${top-catalog = $(quoted "$scratch/catalog");}
	dumpdates = $(quoted "$scratch/dumpdates");
	jobs = ( {
	  name   = "home"; level = $2; date = $((first + $1 * 86400));
	  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/a.img"); };
	  output = { plugin = "out-rmt"; target = "host:$drive";
	    rsh = [ $(quoted "$PYTHON3"), "-I", "-S", $(quoted "$tools/rmt-server"),
	      "--look", "--tape", $(quoted "$scratch/tape") ];
	    ${protect-protect = \"catalog\";} };
	  ring   = { blocking = 4; };
	  keep   = { last = 1; };
	} );
	END
}
night () {
	configure "$@"
	engine 0 -c job.conf
}
# refused TEXT...: by --check and a run; the tape has the same content
refused () {
	local before
	before=$(sed 1d tape | sha256sum)
	engine 1 -c job.conf --check
	said "$@"
	engine 1 -q -c job.conf
	said "$@"
	[ "$(sed 1d tape | sha256sum)" = "$before" ] || fail "it was written"
}
day () {
	date -d "@$((first + $1 * 86400))" +%FT%T
}

protect='protect = "catalogue";'
configure 0 0
engine 1 -c job.conf --check
said 'protect: "catalogue": expected "catalog"'
unset protect
top='' configure 0 0
engine 1 -c job.conf --check
said "protect: there is no catalogue to ask; set catalog"

# A blank tape.  The history would let a new level 0 replace the last one.
night 0 0
mv tape tape.0
night 1 0
knows "SELECT id, state FROM dump" "1|complete" "2|complete"
configure 2 0
refused "is volume 1 of the level 0 dump" \
    "which the catalogue keeps as dump 2, home@$(day 1): last, newest chain" \
    "insert another tape, or if that dump may go"

# No rule keeps the first any more; but it is not let go yet.
mv tape tape.1
cp tape.0 tape
refused "as dump 1, home@$(day 0): no rule keeps it any more, so" \
    "dumpengine-catalog expire' lets it go"
catalog 0 -c job.conf expire
knows "SELECT id, state FROM dump" "1|expired" "2|complete"
# Its names are forgotten, and it is itself once it is overwritten.
knows "SELECT dump.id, has_names, count(inode) > 0 FROM dump LEFT JOIN directory
    ON directory.dump = dump.id GROUP BY dump.id" "1|0|0" "2|1|1"
knows "SELECT count(*) FROM inode WHERE dump = 1" 0
catalog 0 -H find file
[ "$(cut -f 1 out)" = 2 ] || fail "$(cat out)"
catalog 0 -c job.conf expire
night 2 0
said "the catalogue $scratch/catalog knows the dump"

# What is said of media.
"$PYTHON3" - "$scratch/catalog" <<'END'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
for dump, label, code, state in ((1, None, "E00001L8", "free"),
        (2, None, "E00002L8", "in use"), (4, "three", None, "in use"),
        (5, None, "E00004L8", "vault")):
    c.execute("INSERT INTO medium (id, label, barcode, state) "
              "VALUES (?, ?, ?, ?)", (dump, label, code, state))
    c.execute("UPDATE volume SET medium = ? WHERE dump = ?", (dump, dump))
c.commit()
END
catalog 2 -c job.conf -H may-overwrite E00001L8 E00002L8 three E00004L8 E00005L8
as_expected <<END
E00001L8	yes	-
E00002L8	no	volume 1 of dump 2, home@$(day 1): no rule keeps it any more, so \`dumpengine-catalog expire' lets it go
three	no	volume 1 of dump 4, home@$(day 2): last, newest chain
E00004L8	no	it is in the vault
E00005L8	unknown	no dump is known to be on it
END
catalog 0 may-overwrite E00001L8 E00005L8
catalog 1 may-overwrite

# What it does not know, and what it cannot tell, stays as well.
mv catalog known
configure 3 0
refused "which no catalogue knows, as $scratch/catalog is not there"
cp known catalog
catalog 0 forget 4
refused "which the catalogue $scratch/catalog does not know"
echo garbage >catalog
engine 1 -c job.conf --check
said "it is not a SQLite database"
engine 1 -q -c job.conf
said "and the catalogue cannot be asked: $scratch/catalog: "

# An aborted dump may go.
rm catalog*
rm tape
configure 4 0
sed -i 's/"--tape"/"--fault", "e5@3", "--count", "'"${scratch//\//\\/}"'\/count", &/' job.conf
engine 4 -q -c job.conf
night 5 0
exit 0
