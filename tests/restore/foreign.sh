#!/usr/bin/env bash
# Dumps that others have written are restored as their manifests say: Linux dump
# of either byte order, compressed and on several volumes, the BSDs, Solaris,
# NetApp, 4BSD.  Each agrees with itself and with what was restored of it.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
need_root
need xz

mkdir foreign
tar -xJf "$top_srcdir/tests/images/foreign.tar.xz" -C foreign ||
    fail "cannot unpack the dumps"

cat >restore-one <<END
#!/bin/sh
set=\$(echo "\$*" | tr ' ' ,)
"$restore_program" ${trusted[*]+"${trusted[*]@Q}"} -q -r -f "\$set" || exit
"$restore_program" ${trusted[*]+"${trusted[*]@Q}"} -q --verify -f "\$set" || exit
exec "$restore_program" ${trusted[*]+"${trusted[*]@Q}"} -q -C -D . -f "\$set"
END
chmod +x restore-one
"$PYTHON3" "$tools/judge" -c foreign "$scratch/restore-one {vols}" \
    >judge.log 2>&1 || fail "$(head -c 4000 judge.log)"
! grep -v '(exit 0)' judge.log | grep -v '^13 passed, 0 failed$' ||
    fail "$(cat judge.log)"
