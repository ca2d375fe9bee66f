#!/usr/bin/env bash
# A file of more than 4 GiB is restored, with its data in the right place.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_restore
need_python

mkdir dumps tree
"$PYTHON3" - tree/large <<'END'
import sys
G = 1 << 30
with open(sys.argv[1], 'wb') as f:
    for at in [0, 2 * G - 3, 4 * G - 5, 4 * G, 4 * G + 4096 * 3 + 1]:
        f.seek(at)
        f.write(b'at %020d' % at)
    f.truncate(4 * G + 1000000001)
END
make_image large.img 64M tree -t ext4 -b 4096
configure_dump a.conf large.img dumps/a
engine 0 -c a.conf
scan dumps/a
restore_dump dumps/a restored
same_tree tree restored --no-flags
