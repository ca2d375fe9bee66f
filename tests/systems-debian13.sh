#!/usr/bin/env bash
# Debian 13 builds it without a warning, and its newer restore brings back what
# is dumped: all kinds of filesystems, inline data, attributes, volumes, chains.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/systems-lib.sh
. "$top_srcdir/tests/systems-lib.sh"

test_on trixie "$(dpkg --print-architecture 2>/dev/null)" \
    tests/check-only.sh \
    tests/config-errors.sh \
    tests/extension.sh \
    tests/fs-ext2-inline.sh \
    tests/fs-ext2-types.sh \
    tests/fs-ext2-values.sh \
    tests/holes.sh \
    tests/levels-chain.sh \
    tests/levels-tree.sh \
    tests/manual.sh \
    tests/notes.sh \
    tests/restore-command.sh \
    tests/roundtrip-ext2.sh \
    tests/roundtrip-ext3.sh \
    tests/roundtrip-ext4.sh \
    tests/same-bytes.sh \
    tests/volumes-attributes.sh \
    tests/volumes-restore.sh
