#!/usr/bin/env bash
# The code is laid out as ARCHITECTURE.md says: every room of core/ includes
# only rooms above it in the table, no two modules include each other, and every
# file and function that the page names exists.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need python3

run "$tools/rooms" "$top_srcdir"
[ "$status" = 0 ] || fail "$(cat out)"

# Violations are found.
mkdir tree
for i in ARCHITECTURE.md core plugins doc tests include; do
	ln -s "$top_srcdir/$i" tree/
done
rm tree/core
cp -R "$top_srcdir/core" tree/core
chmod -R u+w tree/core

find_fault () {
	run "$tools/rooms" tree
	[ "$status" = 1 ] || fail "$1: status $status"
	grep -q -- "$1" out || fail "no \"$1\" in: $(cat out)"
}

echo '#include "core/run/job.h"' >>tree/core/base/units.c
find_fault "core/base/units: includes core/run/job"
cp "$top_srcdir/core/base/units.c" tree/core/base/units.c

echo '#include "core/base/date.h"' >>tree/core/base/units.h
echo '#include "core/base/units.h"' >>tree/core/base/date.h
find_fault "circle: base/date -> base/units -> base/date"
cp "$top_srcdir/core/base/units.h" "$top_srcdir/core/base/date.h" tree/core/base/

mkdir tree/core/attic
find_fault "core/attic: is not in the table"
rmdir tree/core/attic

mv tree/core/write/cut.c tree/core/write/cutting.c
find_fault "there is no core/write/cut.c"
