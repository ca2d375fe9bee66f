#!/usr/bin/env bash
# The benchmarks run without root, on a small scale, and print what they should.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_debugfs
need_python
[ -z "$SANITIZER_FLAGS" ] || skip "measures nothing of use with a sanitizer"

printf 'By hand.\n<!-- measured -->\nold\n' >results.md
run timeout 300 "$PYTHON3" "$top_srcdir/bench/bench" --no-root --folder data \
    --scale 0.003 --rounds 1 --least 1 --minutes 0.1 --results results.md
[ "$status" -eq 0 ] || fail "bench: exit status $status: $(cat out err)"
for text in "By hand." "scale 0.003" \
    "### large files, warm cache, to a file" \
    "### small files, warm cache, to /dev/null" \
    "### 3000 inodes, level 1 with 100 changes" "### System calls" \
    "### By slaves" "### By blocking" \
    "### Level 1 with 100 changes over the number of inodes" \
    "th power of the inodes" "### Where a peer is ahead"; do
	grep -qF -- "$text" results.md ||
	    fail "no \"$text\" in the results: $(cat results.md)"
done
! grep -qE "^old|leaving it out|^Skipping" results.md || fail "$(cat results.md)"
for name in dumpengine dd; do
	rows=$(grep -c "^| $name |" results.md)
	[ "$rows" -ge 4 ] || fail "$rows rows of $name: $(cat results.md)"
done
[ ! -e data/out.fsa ] || fail "a dump is left behind"

# Of restoring
DUMPENGINE_RESTORE=$top_builddir/dumpengine-restore
export DUMPENGINE_RESTORE BENCH_TOOLS=$PWD
"${MAKE:-make}" -s -C "$top_builddir" bench/limit bench/make_stream \
    >make.log 2>&1 || fail "$(tail -n 20 make.log)"
cp "$top_builddir/bench/limit" "$top_builddir/bench/make_stream" .
run timeout 300 "$PYTHON3" "$top_srcdir/bench/restore" --no-root --folder data \
    --scale 0.003 --rounds 1 --minutes 0.1 --results results.md
[ "$status" -eq 0 ] || fail "bench/restore: exit status $status: $(cat out err)"
for text in "By hand." "### 600 small files, -r" "GiB of large files, -r" \
    "a hole of 3 GiB with 100 MB of data" "-t, 3000 names" "--verify, " \
    "-x of one file" "| the limit |" "| tar -x |"; do
	grep -qF -- "$text" results.md ||
	    fail "no \"$text\" in the results: $(cat results.md)"
done
! grep -qE "leaving it out|^Skipping" results.md || fail "$(cat results.md)"
[ "$(grep -c "^| dumpengine-restore |" results.md)" -eq 6 ] ||
    fail "not six parts: $(cat results.md)"
[ ! -e data/restored ] || fail "a restored tree is left behind"
