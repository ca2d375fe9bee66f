#!/usr/bin/env bash
# A chain that restore(8) has begun is continued: its restoresymtable is read.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
need_root
need_restore

# stock LEVEL: restored into begun by restore(8).
stock () {
	(cd begun && timeout 120 "$RESTORE" -r -y -f "$scratch/dumps/$1") \
	    >restore.log 2>&1 </dev/null || fail "restore $1: $(cat restore.log)"
	[ -s begun/restoresymtable ] || fail "restore left no restoresymtable"
}

make_levels 0 1 2 3

# After a full dump, and after another level.
mkdir begun
stock 0
stock 1
cp -a begun early
restore_into early 1 -r -f "$scratch/dumps/3"
said "needs a dump of" "is missing"
restore_into begun 0 -r -f "$scratch/dumps/2"
restore_into begun 0 -r -f "$scratch/dumps/3"
equal_trees tree-3 begun
