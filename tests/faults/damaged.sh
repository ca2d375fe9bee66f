#!/usr/bin/env bash
# Invalid extents are left out: path, inode and offset are named.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/faults/faults-lib.sh
. "$top_srcdir/tests/faults/faults-lib.sh"

for fault in extent-end extent-far extent-huge extent-empty; do
	source_fault 2 "$fault" -- "/sub/file3" "inode 14" "offset" \
	    "past the end of the file" "1 of its extents is invalid"
done
for fault in extent-odd-offset extent-odd-length; do
	source_fault 2 "$fault" -- "/sub/file3" "inode 14" "offset" \
	    "is not aligned to 1024"
done
for fault in extent-overlap extent-back; do
	source_fault 2 "$fault" -- "/sub/file3" "inode 14" "offset" "overlaps"
done
