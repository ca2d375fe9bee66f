#!/usr/bin/env bash
# out-rmt with a server that fails or sends invalid answers: the message says
# what happened, to the record, and nothing hangs.
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

# ---- Errors in records: the record is named; the file is emptied

while read -r record options; do
	to_server "--fault e5@$record $options" "window = 8;"
	ends 4 "record $record of volume 1 cannot be written: Input/output"
	[ ! -s dumps/one ] || fail "the file was not emptied"
done <<'END'
1
37 --hold 50
END
to_server "--fault e5@1 --at C"
ends 4 "cannot be closed"
to_server "--fault e13@1 --at O"
ends 1 "cannot be opened for writing: Permission denied" "the remote user"
to_server "--busy 1"
ends 1 "Device or resource busy" "fuser"

# ---- Invalid answers

while read -r fault text; do
	to_server "--fault $fault" "window = 8; timeout = 20;"
	ends 4 "$text"
done <<'END'
garbage@20 "Segmentation fault" is not an rmt answer
huge@20 "A99999999999999999999999" is not an rmt answer
empty@20 "" is not an rmt answer
long@20 is not an rmt answer
binary@20 is not an rmt answer
endless@20 is not an rmt answer
more@20 claims to have written more than it was sent
flood@20 cannot be trusted
END
for fault in garbage empty endless; do
	to_server "--fault $fault@1 --at O" "timeout = 20;"
	ends 1 "is not an rmt answer"
done
to_server "--banner Welcome!"
ends 1 '"Welcome!" is not an rmt answer' "print something at login"
to_server "--fault more@3 --at R" "verify = true; rewrite_attempts = 0;"
ends 5 "sent more than was requested"
to_server "--fault e5@3 --at R" "verify = true; rewrite_attempts = 1;"
ends 0 "cannot be read back: Input/output error"
same_file plain/one dumps/one

# ---- Output on standard error

to_server "--error-text Hello,there"
ends 0 "host:$short/dumps/one: Hello,there"
cat >noisy <<END
#!/bin/sh
yes "noise and more of it" | head -n 20000 >&2
exec "$python" -I -S "$tools/rmt-server" "\$@"
END
chmod +x noisy
fresh
configure_set a.conf img "$(to_rmt "$short/dumps/one" \
    "rsh = $(quoted "$short/noisy");")" "$ring"
ends 0 "further messages of"
[ "$(grep -c noise err)" -le 100 ] || fail "$(grep -c noise err) lines"
same_file plain/one dumps/one

# ---- It can be aborted while waiting

to_server "--fault silence@20"
: >err
setsid -w "$DUMPENGINE" -c a.conf >out 2>err </dev/null &
pid=$!
# shellcheck disable=SC2317
silent () { [ -s countfault ]; }
wait_for 60 silent || fail "it does not get there: $(cat err)"
engine_pid=$(descendants $$ | while read -r p; do
	[ "$(cat "/proc/$p/comm" 2>/dev/null)" = dumpengine ] && echo "$p"
done | head -n 1)
kill -TERM "${engine_pid:-$pid}"
wait "$pid"
status=$?
[ "$status" -eq 3 ] || fail "exit status $status, not 3: $(cat err)"
