#!/usr/bin/env bash
# An output built before outputs could read still dumps and verifies, and what
# it wrote is read through another one.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
without_index=yes

mkdir dumps
source="plugin = $(quoted "$TEST_PLUGINS/fs-fault.so"); files = 50;"
configure_job a.conf "$source" "plugin = $(quoted "$TEST_PLUGINS/old-output.so");
    path = \"dumps/a\"; verify = true;"
engine 0 -c a.conf
configure_job a.conf "$source" 'plugin = "out-file"; path = "dumps/b";'
engine 0 -c a.conf
same_file dumps/a dumps/b

reader=$top_builddir/tests/volumes/read-volume
run "$reader" "$TEST_PLUGINS/old-output.so" path=dumps/a
[ "$status" -eq 1 ] || fail "read-volume: exit status $status: $(cat err)"
said "plugin old-output can write volumes but not read them"
run "$reader" out-file path=dumps/a
[ "$status" -eq 0 ] || fail "read-volume: exit status $status: $(cat err)"
same_file out dumps/b
