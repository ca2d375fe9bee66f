#!/usr/bin/env bash
# More links than the header can hold: all names are restored, as those of one
# file, and the scanner accepts the dump.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_restore
need_python

mkdir dumps tree
"$PYTHON3" - <<'END' || skip "no filesystem here takes so many links"
import os

open('tree/file', 'w').write('text\n')
for n in range(33):
    os.mkdir(f'tree/{n}')
    for i in range(1000):
        os.link('tree/file', f'tree/{n}/{i}')
END
make_image img 32M tree -t ext4 -N 1024 -O ^has_journal -E root_owner
configure_dump a.conf img dumps/a
engine 0 -c a.conf
scan dumps/a
restore_dump dumps/a restored
links=$(stat -c %h restored/file)
[ "$links" -eq 33001 ] || fail "$links links were restored"
same_file tree/file restored/32/999
