#!/usr/bin/env bash
# An index that cannot be made or written is a warning: the dump is complete, and
# says that none follows.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need_restore
need_python
mkdir dumps tree
head -c 100000 /dev/urandom >tree/a
touch tree/{1..300}
make_image img 4M tree -t ext4 -b 1024 -N 500 -O ^has_journal

# Not wanted.
without_index=yes
configure_dump a.conf img dumps/a "blocking = 4;"
engine 0 -q -c a.conf
scan dumps/a
! grep -q 'DE[ixp]1' dumps/a || fail "there is one"

without_index=

# Writing it fails: the volume is written again, and then without it.
blocks=$(($(stat -c %s dumps/a) / 1024))
fresh
configure_set b.conf img "$out_volumes fail_write = \"1:$((blocks / 4 + 1))\";
    retry = 9; times = 2;" "blocking = 4;"
engine 0 -c b.conf
said "the index of the dump is left out, as writing it has failed before" \
    "rewriting it from its checkpoint" "DUMP IS DONE"
! grep -q 'DE[ixp]1' dumps/001 || fail "there is one"
scan dumps/001
restore_dump dumps/001 restored
same_file tree/a restored/a

# A reader that goes once it has the end of the stream.
configure_dump c.conf img - "blocking = 4;"
(
	"$DUMPENGINE" -c c.conf 2>err
	echo $? >status
) | head -c $((blocks / 4 * 4096 + 4096)) >most
[ "$(cat status)" -eq 0 ] || fail "exit status $(cat status): $(cat err)"
said "DUMP IS DONE"
