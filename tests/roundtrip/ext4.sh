#!/usr/bin/env bash
# A tree with every kind of file on ext4 is restored unchanged.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/roundtrip/roundtrip-lib.sh
. "$top_srcdir/tests/roundtrip/roundtrip-lib.sh"

round_trip ext4
