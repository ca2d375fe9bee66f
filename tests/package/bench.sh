#!/usr/bin/env bash
# The benchmark runs without root, on a small scale, and prints what it should.
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
