#!/usr/bin/env bash
# Random nights, with faults: every chain whose dumps exited with 0 can be
# restored, and none breaks silently.  NIGHTS is their number, NIGHTS_SEED the
# seed.
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
