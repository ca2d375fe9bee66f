#!/usr/bin/env bash
# Whatever has become of the catalogue's file, the dump is complete and its exit
# status 0; a warning names the command that catches up, and once the file is out
# of the way that command does, or the next run.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/catalog-lib.sh
. "$top_srcdir/tests/catalog/catalog-lib.sh"
# shellcheck source=tests/catalog/ask-lib.sh
. "$top_srcdir/tests/catalog/ask-lib.sh"
need_source

mkdir tree
for i in {1..60}; do echo "$i" >"tree/file-$i"; done
make_image a.img 1M tree -t ext2
mkdir place
catalogue=$scratch/place/catalog
now=$date

# job: with a date of its own
job () {
	now=$((now + 1))
	cat >job.conf <<-END
	catalog = $(quoted "$catalogue");
	jobs = ( {
	  name = "home"; date = $now;
	  source = { plugin = "fs-ext2"; device = "a.img"; };
	  output = { plugin = "out-file"; path = "dumps/$now"; };
	} );
	END
}

# A catalogue that knows several dumps
for i in 1 2 3 4; do
	job
	engine 0 -q -c job.conf
done
cp "$catalogue" good
good () {
	rm -rf place
	mkdir place
	cp good "$catalogue"
}

# No word of SQLite's, but what to do.
reads_well () {
	! grep -qiE 'sql |sql$|syntax|no such (table|column)|constraint|select ' \
	    "$scratch/err" || fail "$1: $(cat "$scratch/err")"
}

# dump WHAT [TEXT]: with WHAT the matter with the catalogue, which it must say
# in these words.  Some damage is not in the way of adding a dump.
dump () {
	local what=$1 command
	job
	engine 0 -c job.conf
	said "DUMP IS DONE"
	reads_well "$what"
	if grep -q "the catalogue $catalogue knows the dump" err; then
		[ -z "${2:-}" ] || fail "$what: nothing is said: $(cat err)"
		return 0
	fi
	said "warning: the catalogue does not know the dump yet: $catalogue" \
	    "${2:-}"
	command=$(sed -n "s/.*or .dumpengine-\(catalog add .*\)'$/\1/p" err)
	[ -n "$command" ] || fail "$what: no command: $(cat err)"
	mkdir -p aside
	rm -rf aside/*
	mv place/* aside/
	eval "set -- $command"
	[ "$1 $2 $3 $4" = "catalog add --catalog $catalogue" ] || fail "$command"
	catalog 0 add "$5"
	knows_it "$what"
	[ ! -e "$5" ] || fail "$what: $5 is still there"
}

knows_it () {
	catalog 0 -H list
	[ "$(grep -c "home@" out)" -ge 1 ] || fail "$1: $(cat out err)"
	catalog=$catalogue knows "SELECT count(*) FROM dump WHERE date = $now" 1
}

# look WHAT: nobody who asks gets more than a message.
look () {
	local command
	for command in list "export --json" check; do
		# shellcheck disable=SC2086
		setsid "$catalog_program" --catalog "$catalogue" $command \
		    >out 2>err </dev/null
		status=$?
		[ "$status" -le 3 ] || fail "$1: $command: $status: $(cat err)"
		reads_well "$1: $command"
	done
}

size=$(stat -c %s good)
for length in 1 4096 $((RANDOM * size / 32768)) $((size - 1)); do
	good
	truncate -s "$length" "$catalogue"
	look "$length bytes"
	dump "$length bytes"
done

# flip PAGE
flip () {
	head -c 4096 /dev/urandom |
	    dd of="$catalogue" bs=4096 seek="$1" conv=notrunc status=none
}
for page in 0 1 $((RANDOM % (size / 4096))); do
	good
	flip "$page"
	look "page $page"
	dump "page $page"
done

change () {
	"$PYTHON3" - "$catalogue" "$1" <<-'END'
	import sqlite3, sys
	c = sqlite3.connect(sys.argv[1])
	c.execute(sys.argv[2])
	c.commit()
	END
}
for sql in "PRAGMA user_version = 2" "PRAGMA user_version = 0" \
    "PRAGMA application_id = 7" "DROP TABLE volume" "DROP VIEW files" \
    "CREATE TRIGGER t AFTER INSERT ON dump BEGIN SELECT RAISE(ABORT, ''); END"
do
	good
	change "$sql"
	look "$sql"
	dump "$sql"
done
good
change "PRAGMA user_version = 2"
dump "a newer schema" "has schema 2, but this program knows only schemas up to 1"

good
head -c 20000 /dev/urandom >"$catalogue"
look "no database"
dump "no database" "is not a SQLite database"
good
: >"$catalogue"
dump "an empty file" "is empty"
rm -rf place
mkdir -p "$catalogue"
dump "a directory" "is not a regular file"
rm -rf place
mkdir place
mkfifo "$catalogue"
look "a FIFO"
dump "a FIFO" "is not a regular file"
rm -rf place
mkdir place
ln -s nowhere "$catalogue"
look "a symbolic link to nothing"
dump "a symbolic link to nothing"

# What SQLite has beside it: of this one, but torn; or of one that is gone, which
# must not get into a new one.
"$PYTHON3" - good <<'END'
import os, shutil, sqlite3, sys
c = sqlite3.connect(sys.argv[1])
c.execute("PRAGMA journal_mode = WAL")
c.execute("UPDATE dump SET host = 'of the old one'")
c.commit()
for ending in "-wal", "-shm":
    shutil.copy(sys.argv[1] + ending, "old" + ending)
os._exit(0)
END
rm -f good-wal good-shm
good
head -c 3000 old-wal >"$catalogue-wal"
head -c 20000 /dev/urandom >"$catalogue-shm"
look "a torn WAL"
dump "a torn WAL"
knows_it "a torn WAL"
good
head -c 30000 /dev/urandom >"$catalogue-wal"
dump "a WAL of nonsense"
knows_it "a WAL of nonsense"
rm -rf place
mkdir place
cp old-wal "$catalogue-wal"
cp old-shm "$catalogue-shm"
look "no catalogue, but a WAL"
dump "no catalogue, but a WAL" "$catalogue-wal: is left of a catalogue that is"
catalog=$catalogue knows "SELECT count(*) FROM dump WHERE host LIKE 'of the%'" 0
catalog=$catalogue knows "PRAGMA integrity_check" ok

# Without a full filesystem, or one that is read-only, there is a next run.
is_root || exit 0
rm -rf place
mkdir place
mount -t tmpfs -o size=128k,mode=755 tmpfs place 2>mount.log ||
    skip "cannot mount a tmpfs: $(cat mount.log); the rest is fine"
mounted+=("$scratch/place")
cp good "$catalogue"
head -c 1M /dev/zero >place/fill 2>/dev/null
job
engine 0 -c job.conf
said "the catalogue does not know the dump yet: $catalogue: cannot" \
    "no space is left" "DUMP IS DONE"
before=$now
rm place/fill
mount -o remount,ro place
job
engine 0 -c job.conf
said "the catalogue does not know the dump yet: $catalogue: cannot" \
    "DUMP IS DONE"
reads_well "read-only"
look "read-only"
mount -o remount,rw,size=1m place
job
engine 0 -c job.conf
said "the catalogue $catalogue knows the dump"
catalog=$catalogue knows "SELECT count(*) FROM dump WHERE date >= $before" 3
catalog=$catalogue knows "PRAGMA integrity_check" ok
[ "$(left)" = '*' ] || fail "left for the catalogue: $(left)"
