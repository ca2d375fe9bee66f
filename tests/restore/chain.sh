#!/usr/bin/env bash
# A chain of levels is restored level by level and all at once, with the same
# result; a wrong order is refused before anything is written.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
need_root

make_levels 0 1 2

restore_into at-once 0 -r -f "$scratch/dumps/0" -f "$scratch/dumps/1" \
    -f "$scratch/dumps/2"
equal_trees tree-2 at-once
for level in 0 1 2; do
	restore_into by-level 0 -r -f "$scratch/dumps/$level"
	equal_trees "tree-$level" by-level
done
equal_trees at-once by-level

# What does not fit is refused, and says why.
restore_into wrong 1 -r -f "$scratch/dumps/1"
said "level 1" "needs a dump of" "is missing"
restore_into wrong 1 -r -f "$scratch/dumps/0" -f "$scratch/dumps/2"
said "level 2" "needs a dump of" "is missing"
restore_into wrong 1 -r -f "$scratch/dumps/1" -f "$scratch/dumps/0"
restore_into wrong 1 -r -f "$scratch/dumps/0" -f "$scratch/dumps/0"
said "full dump"
[ -z "$(ls -A wrong)" ] || fail "something was written: $(ls -A wrong)"
restore_into by-level 1 -r -f "$scratch/dumps/2"
said "is not newer than"
