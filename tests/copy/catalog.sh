#!/usr/bin/env bash
# The catalogue knows the copies of a dump, whoever adds them, and a restore takes
# whichever is there.  A level above 0 is copied like any other.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
# shellcheck source=tests/copy/copy-lib.sh
. "$top_srcdir/tests/copy/copy-lib.sh"
need_root

mkdir catalog vault
catalog=$scratch/catalog/catalog.sqlite
top="catalog = $(quoted "$catalog");"

# sql STATEMENT...: of the catalogue; prints what they return.
cat >sql.py <<'END'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
for statement in sys.argv[2:]:
    for row in c.execute(statement):
        print(*row)
c.commit()
END
sql () { "$PYTHON3" sql.py "$catalog" "$@" || fail "sql: $*"; }

# ask STATUS ARGUMENT...: of the catalogue
ask () {
	local expected=$1 command=$2
	shift 2
	run "$top_builddir/dumpengine-catalog" ${trusted[@]+"${trusted[@]}"} \
	    "$command" --catalog "$catalog" "$@"
	[ "$status" -eq "$expected" ] || fail \
	    "dumpengine-catalog $command $*: $status, not $expected: $(cat err)"
}

# is TEXT SQL: what the catalogue says.
is () {
	local found
	found=$(sql "$2")
	[ "$found" = "$1" ] || fail "$2: \"$found\", not \"$1\""
}

make_levels 0 1
at=(--catalog "$catalog")
cp dumpdates dumpdates.before
cp -r "$DUMPENGINE_STATE_DIR" state.before
mapfile -t when < <(sql "SELECT date FROM dump ORDER BY date")

# From the catalogue, and by name; to several volumes.
more='index = true;'
configure_copy 'plugin = "out-file"; path = "vault/level-%l.%v";
    volume_size = "2 MiB"; verify = true;' 'blocking = 64;'
copy 0 --dump "test@@${when[0]}"
said "copying level 0 of" "the catalogue $catalog knows the copy" \
    "COPY IS DONE; to restore it"
copy 0 --from dumps/1
said "copying level 1 of" "the catalogue $catalog knows the copy" \
    "COPY IS DONE; to restore it on top of"
is "2" "SELECT count(*) FROM dump"
is "1" "SELECT max(copy) FROM volume"
is "$scratch/vault/level-1.001 64" \
    "SELECT name, record_blocks FROM volume v JOIN dump d ON v.dump = d.id
     WHERE copy = 1 AND number = 1 AND level = 1"
is "0" "SELECT count(*) FROM volume WHERE copy = 1 AND (digest IS NULL OR verified IS NULL)"
same_file dumpdates.before dumpdates
diff -r state.before "$DUMPENGINE_STATE_DIR" >diff.log 2>&1 ||
    fail "the history has changed: $(cat diff.log)"

# Written once more at the same place, it is the same copy; elsewhere, another.
configure_copy 'plugin = "out-file"; path = "vault/level-%l.%v"; overwrite = true;
    volume_size = "2 MiB"; verify = true;' 'blocking = 64;'
copy 0 --from dumps/1
is "1" "SELECT max(copy) FROM volume"
mkdir third
configure_copy 'plugin = "out-file"; path = "third/%l";'
copy 0 --dump 2
is "2" "SELECT max(copy) FROM volume"

# Each of them is good for a restore; volumes, check and which know them.
ask 0 check
ask 0 volumes
grep -q "third/1" out || fail "volumes: $(cat out)"
mv dumps gone
restore_into then-1 0 -r "${at[@]}"
equal_trees tree-1 then-1
said "vault/level-0.001" "vault/level-1.001"
file=$(cd tree-0 && find . -type f -size +0 | sort | head -1)
restore_into lone 0 -x --at "@${when[0]}" "${at[@]}" "$file"
same_file "tree-0/$file" "lone/$file"
rm -r vault/level-1.*
restore_into third-1 0 -r "${at[@]}"
equal_trees tree-1 third-1
said "third/1"
# It is copied from what is there, too.
configure_copy 'plugin = "out-file"; path = "dumps/again";'
mkdir dumps
copy 0 --dump 2
said "from $scratch/third/1"
rm -r dumps
mv gone dumps

# Volumes alone tell the same: a set that is elsewhere, too, is a copy.
files=$(sql "SELECT count(*) FROM files")
blocks=$(sql "SELECT sum(block) FROM inode")
rm "$catalog"*
ask 0 add dumps/0 dumps/1
ask 0 add -M vault/level-0.
grep -q "vault/level-0.: added as copy 1 of test@" err || fail "$(cat err)"
ask 0 add third/1 dumps/1 third/1 dumps/0
is "2" "SELECT count(*) FROM dump"
is "$files" "SELECT count(*) FROM files"
is "$blocks" "SELECT sum(block) FROM inode"
is "$scratch/dumps/0" "SELECT name FROM volume v JOIN dump d ON v.dump = d.id
    WHERE level = 0 AND copy = 0"
is "$scratch/third/1" "SELECT name FROM volume v JOIN dump d ON v.dump = d.id
    WHERE level = 1 AND copy = 1"
is "1" "SELECT max(copy) FROM volume"
# One that was moved is no copy.
mv third moved
ask 0 add moved/1
is "$scratch/moved/1" "SELECT name FROM volume v JOIN dump d ON v.dump = d.id
    WHERE level = 1 AND copy = 1"
is "1" "SELECT max(copy) FROM volume"
mv dumps gone
restore_into rebuilt-1 0 -r "${at[@]}"
equal_trees tree-1 rebuilt-1
mv gone dumps

# What a copy overwrites is no longer there: a copy of another dump, then the dump.
cp dumps/1 kept
gone="SELECT name FROM volume WHERE overwritten IS NOT NULL ORDER BY name"
configure_copy 'plugin = "out-file"; path = "moved/1"; overwrite = true;'
copy 0 --from dumps/0
is "$scratch/moved/1" "$gone"
is "complete" "SELECT state FROM dump WHERE level = 1"
configure_copy 'plugin = "out-file"; path = "dumps/1"; overwrite = true;'
copy 0 --from dumps/0
is "$scratch/dumps/1
$scratch/moved/1" "$gone"
is "expired" "SELECT state FROM dump WHERE level = 1"
is "complete" "SELECT state FROM dump WHERE level = 0"
# It is there again.
mv kept dumps/1
ask 0 add dumps/1
is "complete" "SELECT state FROM dump WHERE level = 1"
is "$scratch/moved/1" "$gone"

# A catalogue that does not know the dump, or cannot be written.
mkdir fourth
rm "$catalog"*
configure_copy 'plugin = "out-file"; path = "fourth/%l"; overwrite = true;'
copy 0 --from dumps/1
said "warning: the catalogue $catalog does not know the dump;" \
    "dumpengine-catalog add --catalog $catalog $scratch/fourth/1"
echo no database >"$catalog"
copy 0 --from dumps/1
said "warning: the catalogue does not know the copy: $catalog: " \
    "dumpengine-catalog add --catalog $catalog $scratch/fourth/1" "COPY IS DONE"
