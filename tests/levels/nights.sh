#!/usr/bin/env bash
# Nights at random, with faults: every chain that ended with 0 comes back through
# restore, and none is broken in silence.  NIGHTS says how many, NIGHTS_SEED which.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_restore
need_python
need_debugfs
[ -z "$SANITIZER_FLAGS" ] || skip "a preloaded clock and a sanitizer do not mix"

export CLOCK_PRELOAD=$top_builddir/tests/levels/.libs/clock-preload.so
[ -e "$CLOCK_PRELOAD" ] || skip "$CLOCK_PRELOAD is not built"
"$PYTHON3" "$tools/nights" --seed "${NIGHTS_SEED:-1}" \
    --nights "${NIGHTS:-30}" >nights.log 2>&1 ||
    fail "$(tail -n 80 nights.log)"
cat nights.log
