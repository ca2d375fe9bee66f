#!/usr/bin/env bash
# --at: the catalogue finds the sets of a date, and the tree is as it was then.
# What is missing is named before anything is written; a copy takes its place.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
need_root

mkdir catalog
catalog=$scratch/catalog/catalog.sqlite

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

make_levels 0 1 2
mapfile -t when < <(sql "SELECT date FROM dump ORDER BY date")
[ ${#when[@]} -eq 3 ] || fail "the catalogue has ${#when[@]} dumps"
at=(--catalog "$catalog")

# The tree of each date; between two dumps, that of the earlier one.
for level in 0 1 2; do
	restore_into "then-$level" 0 -r --at "@${when[level]}" "${at[@]}"
	equal_trees "tree-$level" "then-$level"
done
restore_into before 0 -r --at "@$((when[2] - 1))" "${at[@]}" --job test
equal_trees tree-1 before
said "job test: level 0 of" "job test: level 1 of" "$scratch/dumps/1"
not_said "level 2 of"

# The newest, without a date; a day is over at its end.
restore_into newest 0 -r "${at[@]}"
equal_trees tree-2 newest
restore_into extracted 0 -x -o --at now "${at[@]}"
equal_trees tree-2 extracted
restore 0 -C -D "$scratch/tree-2" --at "$(date -d "@${when[2]}" +%F)" \
    "${at[@]}"
restore 0 -t -f dumps/0 -f dumps/1
mv out list
restore 0 -t "${at[@]}" --at "@${when[1]}"
same_file out list

# A file that is in one tree only.
cat >lone.py <<'END'
import os, sys
def names(top, plain):
    return set(os.path.relpath(os.path.join(at, n), top) for at, dirs, files in os.walk(top)
               for n in files + dirs if not plain or
               (os.path.isfile(os.path.join(at, n)) and not os.path.islink(os.path.join(at, n))))
print(sorted(names(sys.argv[1], True) - names(sys.argv[2], False))[0])
END
lone=$("$PYTHON3" lone.py tree-1 tree-2)
restore_into lone 0 -x --at "@${when[1]}" "${at[@]}" "$lone"
same_file "lone/$lone" "tree-1/$lone"
[ "$(find lone -type f | wc -l)" = 1 ] || fail "more was restored"
restore_into lone-2 2 -x "${at[@]}" "$lone"
said "$lone: there is no such name in the set"
printf 'what\nadd "%s"\nextract\nquit\n' "$lone" >commands
input=$scratch/commands restore_into chosen 0 -i --at "@${when[1]}" "${at[@]}"
same_file "chosen/$lone" "tree-1/$lone"

# refused OPTION... -- TEXT...: nothing is asked for or written.
refused () {
	local arguments=()
	while [ "$1" != -- ]; do
		arguments+=("$1")
		shift
	done
	shift
	restore_into refused 1 -r "${arguments[@]}"
	said "$@"
	[ -z "$(ls -A refused)" ] || fail "written: $(ls -A refused)"
}

# Dates and jobs that are not there.
refused "${at[@]}" --at "@$((when[0] - 1))" -- \
    "the catalogue has no dump from before" "the oldest is of"
refused "${at[@]}" --job other -- "no dump of job other, only of test"
refused --catalog "$scratch/none" --at now -- "$scratch/none"
refused "${at[@]}" --at yesteryear -- "--at: yesteryear: must be a date"
refused "${at[@]}" -f a -f b -- "-f names the drive for tapes, once"
refused "${at[@]}" -f /dev/nst0 -- "no volume is on a tape"
refused "${at[@]}" -M -- "--catalog and -M cannot be used together"
restore 1 --verify --at now "${at[@]}"
said "--at is for -t, -x, -r, -R, -C and -i"

# A file that is gone, is another one, or is none; all of them are named.
mv dumps/1 kept
refused "${at[@]}" -- "level 1 of" "$scratch/dumps/1" \
    "No such file or directory" "is not to be had"
cp dumps/2 dumps/1
refused "${at[@]}" -- "$scratch/dumps/1: it is of another dump, level 2 of"
echo no dump at all >dumps/1
mv dumps/0 kept-0
refused "${at[@]}" -- "$scratch/dumps/0: No such file" \
    "$scratch/dumps/1: it is not a volume of a dump"
mv kept-0 dumps/0
# Older dates do not need it.
restore 0 -C -D "$scratch/tree-0" --at "@${when[0]}" "${at[@]}"

# A copy is taken, if it is whole.
mkdir copies
cp kept copies/1
sql "INSERT INTO volume (dump, copy, number, output, name, first, blocks)
    SELECT dump, 1, number, output, '$scratch/copies/1', first, blocks
    FROM volume WHERE name = '$scratch/dumps/1'"
restore_into copied 0 -r "${at[@]}"
equal_trees tree-2 copied
said "$scratch/copies/1"
rm copies/1
refused "${at[@]}" -- "volume 1 of copy 1 on $scratch/copies/1"
mv kept dumps/1

# What is expired or aborted; a gap; several jobs.
sql "UPDATE dump SET state = 'expired' WHERE level = 1"
refused "${at[@]}" -- "the dump of level 1 of" "which is expired" \
    "it was on $scratch/dumps/1" "there is: level 2 of" "$scratch/dumps/2"
restore_into nearest 0 -r --at "@${when[1]}" "${at[@]}"
equal_trees tree-0 nearest
said "would be nearer to that date, but is expired"
sql "PRAGMA foreign_keys = ON" "DELETE FROM dump WHERE level = 1"
refused "${at[@]}" -- "is missing from the catalogue" "there is: level 2 of" \
    "$scratch/dumps/2"
sql "UPDATE dump SET state = 'aborted'"
refused "${at[@]}" -- "expired or aborted"
sql "INSERT INTO job (name) VALUES ('other')" \
    "UPDATE dump SET job = (SELECT id FROM job WHERE name = 'other')
	WHERE level = 2"
refused "${at[@]}" -- "several jobs" "other, test" "--job"
sql "DELETE FROM volume" "UPDATE dump SET state = 'complete'"
refused "${at[@]}" --job test -- "the catalogue knows no volumes of it"
sql "DELETE FROM dump"
refused "${at[@]}" -- "the catalogue has no dumps"

# Several volumes: each by its name, and all of them are looked at.
mkdir tree
for i in {1..30}; do
	head -c 100000 /dev/urandom >"tree/$i"
done
make_image volumes.img 8M tree -t ext4 -O ^has_journal
cat >volumes.conf <<END
catalog = $(quoted "$catalog");
jobs = ( {
  name   = "volumes";
  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/volumes.img"); };
  output = { plugin = "out-file"; path = [ "dumps/a", "dumps/b", "dumps/c",
    "dumps/d" ]; volume_size = "1 MiB"; };
} );
END
sed '/^catalog/d' volumes.conf >alone.conf
engine 0 -c volumes.conf
# The configuration names the catalogue, and says which job it is.
restore_into parts 0 -r --at now -c "$scratch/volumes.conf"
equal_trees tree parts --no-root-times
restore_into one 0 -x "${at[@]}" 30
same_file one/30 tree/30
mv dumps/c kept
refused "${at[@]}" -- "volume 3 on $scratch/dumps/c: No such file"
cp dumps/b dumps/c
refused "${at[@]}" -- "volume 3 on $scratch/dumps/c: it is volume 2"
sql "DELETE FROM volume WHERE number = 3"
refused "${at[@]}" -- "volume 2 on" "has no later volume, but the dump has"
sql "DELETE FROM volume WHERE number = 1"
refused "${at[@]}" -- "the catalogue has no volume 1"
sql "UPDATE volume SET number = 1"
sql "UPDATE volume SET name = NULL"
refused "${at[@]}" -- "does not say where volume 1 is"
refused --at now -c "$scratch/alone.conf" -- "names no catalog"
