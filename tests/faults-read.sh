#!/usr/bin/env bash
# Data that cannot be read: path, inode, offset and reason are named.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/faults.sh
. "$top_srcdir/tests/faults.sh"

for offset in 0 1023 1024 4999; do
	source_fault 3 read "offset = $offset;" -- \
	    "/dev/faulty" "/sub/file3" "inode 14" "offset $offset," \
	    "address $((3 * 4294967296 + offset))" "Input/output error"
done
source_fault 3 read 'size = "3 MiB"; nth = 1; offset = "1 MiB";' -- \
    "/sub/file1" "inode 12" "offset 1048576,"
source_fault 3 read 'size = "3 MiB"; nth = 5; offset = 3145727;' -- \
    "/sub/file5" "inode 16" "offset 3145727,"
