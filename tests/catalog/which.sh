#!/usr/bin/env bash
# What is needed to restore files as they were at a date, and commands that do
# it: with dumpengine-restore and with restore(8), also for files that were
# renamed since they were dumped.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/ask-lib.sh
. "$top_srcdir/tests/catalog/ask-lib.sh"
need_root

odd=$(printf 'music/odd'\''$x \t\nb\xff')
change_0 () {
	mkdir -p docs/old/deep music ./-r
	echo dash >-r/src
	echo one >docs/one
	echo two >docs/two
	echo deep >docs/old/deep/file
	head -c 30000 /dev/zero | tr '\0' m >music/song
	echo away >music/away
	echo odd >"$odd"
}
change_1 () {
	echo more >>docs/two
	mv docs/old docs/new
	rm music/away
	echo fresh >docs/fresh
}
change_2 () {
	echo later >docs/later
	rm docs/fresh
}
make_chain 3
catalog 0 add dumps/0 dumps/1 dumps/2
catalog 0 -H list
mapfile -t names < <(cut -f 2 out)
[ ${#names[@]} = 3 ] || fail "$(cat out)"

# commands PROGRAM ARGUMENT...: what `which' says it takes
commands () {
	local program=$1
	shift
	catalog 0 which --json "$@"
	"$PYTHON3" -c 'import json, sys
print("\n".join(json.load(sys.stdin)["commands"][sys.argv[1]]))' \
	    "$program" <out >"$program.sh"
}

# brings_back LEVEL PATH...: do they, as it was at that date?
brings_back () {
	local level=$1 program path
	shift
	for program in dumpengine-restore restore; do
		[ "$program" = dumpengine-restore ] || [ -n "${RESTORE:-}" ] ||
		    continue
		commands "$program" --at "${names[level]#*@}" -- "$@"
		rm -rf back
		mkdir back
		(cd back && PATH=$top_builddir:${RESTORE%/*}:$PATH
		    timeout 60 setsid bash -e "../$program.sh" </dev/null) \
		    >back.log 2>&1
		for path; do
			[ -e "back/$path" ] || fail "$program has not brought \
$path back by: $(cat "$program.sh" back.log)"
			# restore(8) leaves a directory that is there its times.
			if [ -d "back/$path" ] && [ "$program" = restore ]; then
				diff -r "tree-$level/$path" "back/$path" \
				    >diff.log || fail "$(cat diff.log)"
			elif [ -d "back/$path" ]; then
				equal_trees "tree-$level/$path" "back/$path"
			else
				same_file "tree-$level/$path" "back/$path"
			fi
		done
	done
}

# uses NUMBER...: the dumps that the commands restore from
uses () {
	local expected=$* found
	found=$(grep -o 'dumps/[0-9]*' restore.sh | cut -d / -f 2 | xargs)
	[ "$found" = "$expected" ] ||
	    fail "dumps $found, not $expected: $(cat restore.sh)"
}

# A single file, from the dump that has it.
brings_back 0 music/song
uses 0
brings_back 2 docs/one
uses 0
brings_back 2 docs/two
uses 1
brings_back 2 "$odd"
uses 0

# A name that looks like an option.
brings_back 0 -r/src
uses 0

# Directories that several dumps have a part of; deleted files do not come back.
brings_back 0 docs music
uses 0
brings_back 1 music
uses 0 1
brings_back 1 docs
[ ! -e back/docs/old/deep ] || fail "$(cat restore.sh)"
brings_back 2 docs
[ ! -e back/docs/fresh ] || fail "$(cat restore.sh)"

# In a directory that was renamed, files have their old names in earlier dumps.
brings_back 2 docs/new/deep/file
uses 0
brings_back 2 docs/new

# Names as `find' shows them are understood as well.
catalog 0 -H which 'music/odd'\''$x %09%0Ab%FF'
[ "$(cut -f 1,4,8 out)" = "1	1	$scratch/dumps/0" ] || fail "$(cat out)"

# A dump whose volumes are unknown, and a tape
sql () {
	"$PYTHON3" -c 'import sqlite3, sys
db = sqlite3.connect("catalog")
for text in sys.argv[1:]:
    db.execute(text)
db.commit()' "$@" || fail "sql $*"
}
cp catalog kept
sql 'DELETE FROM volume WHERE dump = 1'
catalog 2 which docs/one
said ": volume 1 is not in the catalogue"
printed "# No volume of home@"
cp kept catalog
sql "INSERT INTO medium (id, barcode) VALUES (7, 'E01001L8')" \
    "UPDATE volume SET name = '/dev/nst0', file = dump + 3, medium = 7"
catalog 0 -H which docs/one
[ "$(cut -f 5,6,8 out)" = "E01001L8	4	/dev/nst0" ] || fail "$(cat out)"
catalog 0 which docs
printed "# volume 1: E01001L8 in /dev/nst0" "mt -f /dev/nst0 rewind" \
    "dumpengine-restore -x -s 5 -f /dev/nst0 -f /dev/nst0 -f /dev/nst0 docs" \
    "restore -x -a -y -h -s 6 -f /dev/nst0 ./docs/"
sql "UPDATE volume SET file = 0 WHERE dump = 2"
catalog 0 which docs
printed "dumpengine-restore -x -h -s 7 -f /dev/nst0 ./docs "
cp kept catalog

# What is not there
catalog 2 which music/away music/none
said "music/away: no job has it in its tree" "find"
catalog 2 which music/song music/away
said "music/away: not in the tree of that date"
printed "dumps/0 music/song"
catalog 2 which music/song --at 2001-01-01
catalog 2 which music/song --job other
said "other: the catalogue has no usable dump"
catalog 0 forget --force 1
catalog 2 which docs/two docs/one
said "home: a dump that it builds on is not in the catalogue" \
    "docs/one: it is in none of the dumps that the catalogue has"
