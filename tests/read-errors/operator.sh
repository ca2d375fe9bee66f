#!/usr/bin/env bash
# After max_read_errors the operator is asked, and after as many more once
# again.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_python
need_pty
mkdir dumps

# 60 read errors, in 60 records that are all in the ring at the same time.
configure_job a.conf "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");
    files = 12; size = 102400; fault = \"read-many\";
    offset = 3000;" \
    'plugin = "out-file"; path = "dumps/a";' "slaves = 3; blocking = 8;"
sed -i "s/date   =/max_read_errors = 25; &/" a.conf

# on_terminal STATUS OPTION...
on_terminal () {
	local expected=$1
	shift
	"$PYTHON3" "$tools/terminal" --error err "$@" \
	    "$DUMPENGINE" -c a.conf >terminal 2>&1 </dev/null
	status=$?
	[ "$status" -eq "$expected" ] || fail "line ${BASH_LINENO[0]}: exit" \
	    "status $status, not $expected: $(cat terminal err)"
}

asked () {
	local times
	times=$(grep -o 'Do you want to continue' terminal | wc -l)
	[ "$times" -eq "$1" ] ||
	    fail "asked $times times, not $1: $(cat terminal)"
}

on_terminal 2 --answer 'were 26 read errors\..*25 more\?=yes' \
    --answer 'were 52 read errors\..*25 more\?=yes'
asked 2
said "60 items are missing from the dump"
scan dumps/a
rm dumps/a

on_terminal 3 --answer 'to continue.*\?=yes' --answer 'to continue.*\?=no'
asked 2
said "THE ENTIRE DUMP IS ABORTED" "/sub/file1 (inode 12)"
[ ! -e dumps/a ] || fail "there is a dump"
