#!/usr/bin/env bash
# A large directory that differs on its second reading is named.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/faults/faults-lib.sh
. "$top_srcdir/tests/faults/faults-lib.sh"

many='files = 1500; size = 0; nth = 1000000;'
source_fault 2 shrinks "$many" -- "/sub (inode 11)"
source_fault 2 grows "$many" -- "/sub (inode 11)"
