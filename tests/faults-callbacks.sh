#!/usr/bin/env bash
# Whatever else a source fails to give is named with path and inode.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/faults.sh
. "$top_srcdir/tests/faults.sh"

source_fault 3 map -- "/sub/file3" "inode 14" "does not map"
source_fault 3 directory -- "/sub" "inode 11" "does not read this directory"
source_fault 3 link "size = 20;" -- "/sub/file3" "inode 14" "does not read this link"
source_fault 3 xattrs -- "/sub/file3" "inode 14" \
    "does not read these attributes"
