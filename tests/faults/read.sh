#!/usr/bin/env bash
# Unreadable data: path, inode, offset and reason are named, and it is replaced
# by zeros.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/faults/faults-lib.sh
. "$top_srcdir/tests/faults/faults-lib.sh"

for offset in 0 1023 1024 4999; do
	begin=$((offset / 1024 * 1024))
	length=$((begin + 1024 > 5000 ? 5000 - begin : 1024))
	source_fault 2 read "offset = $offset;" -- \
	    "/sub/file3 (inode 14): $length bytes at offset $begin cannot be read" \
	    "(address $((3 * 4294967296 + offset)) of the device" \
	    "Input/output error" "BUT IT IS NOT COMPLETE" \
	    "1 item is missing from the dump"
done
source_fault 2 read 'size = "3 MiB"; nth = 1; offset = "1 MiB";' -- \
    "/sub/file1 (inode 12): 1024 bytes at offset 1048576 cannot"
source_fault 2 read 'size = "3 MiB"; nth = 5; offset = 3145727;' -- \
    "/sub/file5 (inode 16): 1024 bytes at offset 3144704 cannot"
