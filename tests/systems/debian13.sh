#!/usr/bin/env bash
# Debian 13 builds it without warnings, and its newer restore restores every
# dump: all kinds of filesystems, inline data, attributes, volumes, chains.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/systems/systems-lib.sh
. "$top_srcdir/tests/systems/systems-lib.sh"

test_on trixie "$(dpkg --print-architecture 2>/dev/null)" \
    "tests/package/tables tests/plugins/bad-version.la
    tests/plugins/fs-fault.la tests/plugins/out-fault.la
    tests/plugins/out-volumes.la" \
    tests/config/check-only.sh \
    tests/config/errors.sh \
    tests/stream/extension.sh \
    tests/fs-ext2/inline.sh \
    tests/fs-ext2/types.sh \
    tests/fs-ext2/values.sh \
    tests/stream/holes.sh \
    tests/levels/chain.sh \
    tests/levels/tree.sh \
    tests/package/manual.sh \
    tests/restore/tree.sh \
    tests/stream/notes.sh \
    tests/stream/restore-command.sh \
    tests/roundtrip/ext2.sh \
    tests/roundtrip/ext3.sh \
    tests/roundtrip/ext4.sh \
    tests/stream/same-bytes.sh \
    tests/volumes/attributes.sh \
    tests/volumes/restore.sh
