#!/usr/bin/env bash
# What is in the dump but cannot be restored is named by path; it does not count
# as missing, and of many notes of a kind only the first are shown.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_python
mkdir dumps

# noted FAULT OPTIONS -- TEXT...
noted () {
	configure_job a.conf "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");
	    fault = \"$1\"; $2" 'plugin = "out-file"; path = "dumps/a";'
	shift 3
	rm -f dumps/a
	engine 0 --report report.json ${verbose:-} -c a.conf
	said "$@"
	not_said "NOT COMPLETE" "not in the dump"
	scan dumps/a
}

verbose=
noted notes "" -- "note: /sub (inode 11): it ignores the case of names" \
    "/sub (inode 11): it is immutable" \
    "/sub (inode 11): it has extended attributes"
grep -q '"notes": 3' report.json || fail "$(cat report.json)"
grep -q '"kind": "note"' report.json || fail "$(cat report.json)"

noted many-notes "files = 1003; size = 0;" -- \
    "/sub/file1 (inode 12): restore(8) does not set its project id, 12" \
    "3 more like this one (-v shows all)"
[ "$(grep -c '(inode [0-9]*): restore(8) does not' err)" -eq 1000 ] ||
    fail "not 1000 notes are shown"
grep -q '"notes": 1003' report.json || fail "not 1003 notes"
verbose=-q
noted many-notes "files = 1003; size = 0;" --
said_nothing
verbose=-v
noted many-notes "files = 1003; size = 0;" -- "/sub/file1003 (inode 1014):"
not_said "(-v shows all)"
