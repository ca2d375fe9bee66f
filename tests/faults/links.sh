#!/usr/bin/env bash
# A symbolic link that restore cannot create is left out entirely: the dump has
# neither its name nor its bit in the maps.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/faults/faults-lib.sh
. "$top_srcdir/tests/faults/faults-lib.sh"

source_fault 2 link-target -- "/sub/file3" "inode 14" "4096 bytes"
source_fault 2 empty-link -- "/sub/file3" "inode 14" "0 bytes"
