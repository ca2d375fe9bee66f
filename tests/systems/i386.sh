#!/usr/bin/env bash
# A 32-bit system builds it without warnings and gives the same bytes.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/systems/systems-lib.sh
. "$top_srcdir/tests/systems/systems-lib.sh"

[ "$(dpkg --print-architecture 2>/dev/null)" = amd64 ] || skip "needs amd64"
test_on bookworm i386 \
    "tests/plugins/bad-version.la tests/plugins/fs-fault.la
    tests/plugins/out-fault.la" \
    tests/config/errors.sh \
    tests/stream/determinism.sh \
    tests/fs-ext2/huge.sh \
    tests/stream/large-file.sh \
    tests/levels/chain.sh \
    tests/levels/dumpdates.sh \
    tests/restore/command-line.sh \
    tests/stream/reported.sh \
    tests/stream/same-bytes.sh \
    tests/unit/test_capacity \
    tests/unit/test_date \
    tests/unit/test_dumpdates \
    tests/unit/test_header \
    tests/unit/test_header_decode \
    tests/unit/test_inomap \
    tests/unit/test_names \
    tests/unit/test_options \
    tests/unit/test_ring \
    tests/unit/test_set \
    tests/unit/test_state
