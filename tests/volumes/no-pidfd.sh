#!/usr/bin/env bash
# On a kernel without pidfd_open(2), or in a sandbox that blocks it, a set of
# several volumes and the commands between them end as elsewhere.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need_python
[ -z "${SANITIZER_FLAGS:-}" ] || skip "a sanitizer must be loaded first"
preload=$top_builddir/tests/volumes/.libs/pidfd-preload.so
[ -e "$preload" ] || skip "needs $preload"

make_data_image img 2 tree
printf '#!/bin/sh\necho ran >>calls\n' >handler
chmod +x handler
fresh
configure_set a.conf img "$to_files volume_size = \"1 MiB\";" "blocking = 16;" \
    'plugin = "eot-script"; command = "./handler";'
engine 0 -q -c a.conf
mv dumps plain

# Whether a process that is not waited for gets killed varies.
export LD_PRELOAD=$preload
for i in 1 2 3 4; do
	fresh
	rm -f calls
	run timeout 60 setsid -w "$DUMPENGINE" -c a.conf
	[ "$status" -eq 0 ] ||
	    fail "run $i: exit status $status, not 0: $(cat err)"
	! grep -e killed -e 'error:' err || fail "run $i: $(cat err)"
	same_set plain dumps
	[ "$(wc -l <calls)" -eq 2 ] ||
	    fail "run $i: the handler ran $(wc -l <calls) times, not 2"
done
