#!/usr/bin/env bash
# max_read_errors applies to the selection too: inode tables that fail
# everywhere end the run, or the operator is asked, before messages become
# endless.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_debugfs
need_python
[ -z "${SANITIZER_FLAGS:-}" ] || skip "a sanitizer must be loaded first"
preload=$top_builddir/tests/read-errors/.libs/eio-preload.so
[ -e "$preload" ] || skip "needs $preload"
mkdir dumps tree
echo 1 >tree/file

# 64 groups with a table each; only the first block of the first is readable.
make_image img 16M tree -t ext2 -b 1024 -I 128 -g 256 -N 1024 \
    -O ^resize_inode -E root_owner
ranges=$("$DEBUGFS" -R stats img 2>/dev/null |
    sed -n 's/.*inode table at \([0-9]*\).*/\1/p' |
    awk '{ printf ",%d-%d", $1 * 1024 + 2048 * (NR == 1), $1 * 1024 + 2048 }')
export EIO_FILE=$scratch/img EIO_RANGES=${ranges#,}

# configure MAX
configure () {
	configure_dump a.conf img dumps/a
	sed -i "s/date   =/max_read_errors = $1; &/" a.conf
}

# limited STATUS OPTION...: without an operator.
limited () {
	local expected=$1
	shift
	run timeout 60 setsid -w env LD_PRELOAD="$preload" "$DUMPENGINE" "$@"
	[ "$status" -eq "$expected" ] || fail "line ${BASH_LINENO[0]}:" \
	    "exit status $status, not $expected: $(cat err)"
}

# found NUMBER: this many read errors were reported.
found () {
	local count
	count=$(grep -c 'cannot read their table' err)
	[ "$count" -eq "$1" ] ||
	    fail "line ${BASH_LINENO[0]}: $count errors, not $1: $(cat err)"
}

configure 0
limited 2 -c a.conf
found 63
not_said "max_read_errors"
scan dumps/a
rm dumps/a

configure 20
limited 4 -c a.conf
said "21 read errors; max_read_errors is 20" "no operator" \
    "THE ENTIRE DUMP IS ABORTED"
found 21
only
limited 4 --estimate -c a.conf
said "21 read errors; max_read_errors is 20"
found 21
printed_nothing

# ---- The operator is asked

"$PYTHON3" -c 'import pty; pty.openpty()' 2>/dev/null || exit 0

# on_terminal STATUS OPTION...
on_terminal () {
	local expected=$1
	shift
	"$PYTHON3" "$tools/terminal" --error err "$@" \
	    env LD_PRELOAD="$preload" "$DUMPENGINE" -c a.conf \
	    >terminal 2>&1 </dev/null
	status=$?
	[ "$status" -eq "$expected" ] || fail "line ${BASH_LINENO[0]}: exit" \
	    "status $status, not $expected: $(cat terminal err)"
}

on_terminal 2 --answer 'were 21 read errors\..*20 more\?=yes' \
    --answer 'were 42 read errors\..*20 more\?=yes' \
    --answer 'were 63 read errors\..*20 more\?=yes'
found 63
scan dumps/a
rm dumps/a
on_terminal 3 --answer '20 more\?=yes' --answer '20 more\?=no'
found 42
said "THE ENTIRE DUMP IS ABORTED"
only
