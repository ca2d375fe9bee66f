#!/usr/bin/env bash
# A file that ends in a hole of less than 1 KiB right after data is restored
# completely.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_python
need_restore
mkdir dumps tree

# KiB of data, and bytes of hole after it
for case in 0:100 1:1 1:100 2:1023 3:500 4:100 5:1023 63:7 64:300 511:9 512:9 \
    513:200 2:1500; do
	kib=${case%:*}
	head -c $((kib * 1024)) /dev/urandom >"tree/$case"
	truncate -s $((kib * 1024 + ${case#*:})) "tree/$case"
done
make_image img 8M tree -b 1024 -t ext4 -O ^has_journal -E root_owner
configure_dump a.conf img dumps/a
engine 0 -c a.conf
scan dumps/a
restore_dump dumps/a restored
same_tree tree restored
