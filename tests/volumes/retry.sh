#!/usr/bin/env bash
# When an output reports a transient failure, its volume is rewritten without a
# question, as often as it does so and no more.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"

need_source
need setsid

ring="blocking = 16;"
small="volume_size = \"1 MiB\";"
make_data_image img 2 tree
mkdir dumps
configure_set a.conf img "$out_volumes $small" "$ring"
engine 0 -c a.conf
mv dumps plain

# A write, at the first and at a later record; closing; reading back.
for what in 'fail_write = "1:1"' 'fail_write = "2:3"' 'fail_close = 2' \
    'verify = true; fail_readback = 2'; do
	configure_set a.conf img "$out_volumes $small $what; retry = 9;
	    times = 4; rewrite_attempts = 0;" "$ring"
	fresh
	run setsid -w "$DUMPENGINE" -c a.conf
	[ "$status" -eq 0 ] || fail "$what: exit status $status: $(cat err)"
	said "transient error; rewriting it from its checkpoint"
	not_said "no operator to ask"
	[ "$(grep -c 'rewriting it' err)" -eq 4 ] ||
	    fail "$what: not rewritten four times: $(cat err)"
	no_partial
	same_set plain dumps
done

# It reports a permanent failure in the end.
configure_set a.conf img "$out_volumes $small fail_write = \"2:3\"; retry = 2;
    times = 9;" "$ring"
fresh
run setsid -w "$DUMPENGINE" -c a.conf
[ "$status" -eq 4 ] || fail "exit status $status, not 4: $(cat err)"
[ "$(grep -c 'rewriting it' err)" -eq 2 ] ||
    fail "not rewritten twice: $(cat err)"
said "no operator to ask"
