# shellcheck shell=bash
# catalog-lib.sh - shared by the tests of the catalogue

need_python

# ask SQL: the rows that the catalogue answers with, columns separated by "|"
ask () {
	"$PYTHON3" - "${catalog:-catalog.sqlite}" "$1" <<-'END'
	import sqlite3, sys
	db = sqlite3.connect("file:" + sys.argv[1] + "?mode=ro", uri=True)
	for row in db.execute(sys.argv[2]):
	    print("|".join("" if c is None else str(c) for c in row))
	END
}

# knows SQL ROW...: it answers with exactly these
knows () {
	local sql=$1 found expected
	shift
	found=$(ask "$sql") || fail "cannot ask: $sql"
	expected=$(for row; do echo "$row"; done)
	[ "$found" = "$expected" ] || fail "the catalogue answers
$found
instead of
$expected
to $sql"
}

# with_catalog FILE [SETTING...]: put these at the top of a configuration
with_catalog () {
	local file=$1
	shift
	{
		echo 'catalog = "catalog.sqlite";'
		printf '%s\n' "$@"
		cat "$file"
	} >"$file.new"
	mv "$file.new" "$file"
}

# left: what runs have left for the catalogue
left () { (cd "$DUMPENGINE_STATE_DIR/catalog" && echo *); }
