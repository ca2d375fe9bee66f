#!/usr/bin/env bash
# A source that cannot be used at all, or whose inodes cannot be read.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/faults/faults-lib.sh
. "$top_srcdir/tests/faults/faults-lib.sh"

source_fault 0 none --
not_said "warning" "error"
source_fault 1 open -- "does not open as it was told to"
source_fault 1 root-inode -- "/dev/faulty" "root inode is 3"
source_fault 1 max-inode -- "/dev/faulty" "4294967295"
source_fault 0 no-texts --
source_fault 3 root-file -- "/dev/faulty" "inode 2" "is not a directory"
source_fault 3 scan-begin -- "does not scan"
source_fault 3 scan-begin-late -- "does not scan again"
source_fault 3 scan -- "does not give this inode"
source_fault 3 scan-late -- "does not give this inode"
