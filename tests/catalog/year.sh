#!/usr/bin/env bash
# Three jobs, levels, retention and twelve tapes, night after night: the catalogue
# brings back the tree of any date, and no volume is overwritten that a dump to be
# kept needs.  YEAR_NIGHTS is their number, YEAR_SEED the seed; with YEAR_OPTIONS=
# in the environment there are faults as well.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_python
need_debugfs
[ -e "$top_builddir/.libs/out-rmt.so" ] || skip "out-rmt is not built"
[ -z "$SANITIZER_FLAGS" ] || skip "a preloaded clock and a sanitizer do not mix"

export CLOCK_PRELOAD=$top_builddir/tests/levels/.libs/clock-preload.so
[ -e "$CLOCK_PRELOAD" ] || skip "$CLOCK_PRELOAD is not built"

# Headers have 63 bytes for the name of what was dumped.
short=$(mktemp -d /tmp/year.XXXXXX) || fail "cannot make a folder in /tmp"
trap 'chmod -R u+rwx "$short"; rm -rf "$short"; clean_up' EXIT
cd "$short" || exit 99
export PROGRAMS=$top_builddir TRUST="${trusted[*]}"
export DUMPENGINE_STATE_DIR=$short/state RESTORE=${RESTORE:-}
"$PYTHON3" "$tools/year" --seed "${YEAR_SEED:-4}" \
    --nights "${YEAR_NIGHTS:-12}" ${YEAR_OPTIONS---calm --restores 6} >"$scratch/year.log" 2>&1 ||
    fail "$(tail -n 150 "$scratch/year.log")"
cat "$scratch/year.log"
