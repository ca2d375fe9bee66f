#!/usr/bin/env bash
# out-rmt: several records are in flight at a time, and when a connection is
# lost with some of them, the volume is rewritten, but not for ever.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/rmt/rmt-lib.sh"

need_rmt
need setsid

make_short
mkdir plain
make_data_image img 1 tree
ring="blocking = 16;"
configure_set a.conf img 'plugin = "out-file"; path = "plain/one";' "$ring"
engine 0 -c a.conf

# ---- Records in flight

to_server "--hold 100" "window = 8;"
ends 0
grep -q '^window 8$' log || fail "not 8 records on their way: $(cat log)"
same_file plain/one dumps/one
to_server "--hold 100"
ends 0
[ "$(sed -n 's/^window //p' log)" -gt 40 ] ||
    fail "not over 40 records in flight: $(cat log)"
to_server "--hold 1" "window = 1;"
ends 0
grep -q '^window 1$' log || fail "not one record on its way: $(cat log)"

# The index is of what has been acknowledged.
without_index=
to_server "--hold 100" "window = 8;"
ends 0
scan_set dumps/one
without_index=yes

# ---- Lost connections

for fault in die@1 die@30 die-written@30 die-written@60 slow-end@20; do
	to_server "--fault $fault --times 2" "window = 8;"
	ends 0 "the connection has ended" "rewriting it"
	same_file plain/one dumps/one
	[ "$(grep -c ^O log)" -eq 3 ] || fail "$fault: opened $(grep -c ^O log)"
done
to_server "--fault silence@20" "window = 8; timeout = 1;"
ends 0 "nothing received for 1 seconds" "rewriting it"
same_file plain/one dumps/one
# While closing; while reading back.
to_server "--fault die@1 --at C" "window = 8;"
ends 0 "the connection has ended" "rewriting it"
same_file plain/one dumps/one
to_server "--fault die@9 --at R" "verify = true; rewrite_attempts = 0;"
ends 0 "the connection has ended" "rewriting it"
same_file plain/one dumps/one
# Limited attempts, and none at all.
to_server "--fault die@20 --times 9" "reconnect_attempts = 2;"
ends 4 "the connection was lost too often"
[ "$(grep -c ^O log)" -eq 3 ] || fail "opened $(grep -c ^O log) times, not 3"
to_server "--fault die@20 --times 9" "reconnect_attempts = 0;"
ends 4 "the connection has ended"
# One that has never worked is not retried.
to_server "--fault die@1 --at O --times 9"
ends 1 "the connection has ended; $python ended with status 1"
to_server "--fault silence@1 --at O" "timeout = 1;"
ends 1 "nothing received for 1 seconds"
# One that has worked is.
to_server "--lose 2" "volume_size = \"512 KiB\";"
sed -i "s|dumps/one|dumps/%v|" a.conf
ends 0 "next attempt in 1 s (1 of 10)"
same_stream plain/one dumps/*
