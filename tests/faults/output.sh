#!/usr/bin/env bash
# An output that fails or is full, at any record.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/faults/faults-lib.sh
. "$top_srcdir/tests/faults/faults-lib.sh"

output_fault 1 "fail_open = true;" -- "does not open" "could not be started"
output_fault 4 "fail_close = true;" -- "does not make the volume safe" \
    "ABORTED"
for nth in 1 2 9; do
	output_fault 4 "fail_write = $nth;" -- "does not write this record" \
	    "ABORTED"
	not_said "cannot read" "volume 1 completed" "DUMP IS DONE"
done

# The last record is a record like any other.
configure_job a.conf "$source_plugin" "$output_plugin path = \"dumps/b\";" \
    "$slaves"
engine 0 -c a.conf
only b
scan dumps/b
records=$(($(stat -c %s dumps/b) / 2048))
rm dumps/b
output_fault 4 "fail_write = $records;" -- "does not write this record"
configure_job a.conf "$source_plugin" \
    "$output_plugin path = \"dumps/b\"; capacity = $records;" "$slaves"
engine 0 -c a.conf
rm dumps/b
