#!/usr/bin/env bash
# Everything of an inode that a source fails to return is named with its path,
# and the rest is a complete dump.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/faults/faults-lib.sh
. "$top_srcdir/tests/faults/faults-lib.sh"

source_fault 2 map -- "does not map" \
    "/sub/file3 (inode 14): its block map cannot be read to the end"
source_fault 2 directory -- "does not read this directory" \
    "/sub (inode 11): it cannot be read to the end"
source_fault 2 link "size = 20;" -- "does not read this link" \
    "/sub/file3 (inode 14): left out: cannot read its target"
source_fault 2 xattrs -- "does not read these attributes" \
    "/sub/file3 (inode 14): not all of its attributes can be read"
