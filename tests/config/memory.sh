#!/usr/bin/env bash
# Whichever allocation fails while the configuration is read and checked, alone
# or with all later ones, this is reported, with exit status 1; nothing crashes.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

[ -z "$SANITIZER_FLAGS" ] || skip "a sanitizer makes allocations too"
preload=$top_builddir/tests/run/.libs/memory-preload.so
[ -e "$preload" ] || skip "its preload is not built"

mkdir dumps
configure_job a.conf "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");" \
    'plugin = "out-file"; path = ["dumps/a", "dumps/b"]; volume_size = ("1 MiB", "2 MiB");'
sed -i '5s/^/exclude = [ "a", "b\/c", "#12" ]; dumpdates = "dd";\n@include "more.conf"\n/' a.conf
echo 'honor_nodump = 1;' >more.conf
: >dd

env LD_PRELOAD="$preload" COUNT_FD=9 "$program" "${trusted[@]}" \
    --check -c a.conf \
    >out 2>err 9>count </dev/null
[ -s count ] || skip "the allocations cannot be counted: $(cat err)"
n=$(sort -n count | tail -n 1)
[ "$n" -gt 50 ] || fail "only $n allocations"

# Allocations that are not essential may fail silently.
failed=0
attempt () {
	timeout 30 env LD_PRELOAD="$preload" FAIL_AT="$1" \
	    "$program" "${trusted[@]}" --check -c a.conf >out 2>err </dev/null
	status=$?
	case $status in
	0) ;;
	1)
		[ -s err ] || fail "allocation $1: status 1, and no word"
		failed=$((failed + 1))
		;;
	*) fail "allocation $1 of $n: exit status $status: $(cat err)" ;;
	esac
}
for ((i = 1; i <= n; i++)); do
	attempt "$i"
done
[ "$failed" -gt $((n / 3)) ] || fail "only $failed of $n made a difference"
for ((i = 1; i <= n; i += 7)); do
	attempt "$i-"
	[ "$status" -eq 1 ] || [ "$i" -gt $((n - 20)) ] ||
	    fail "no memory from allocation $i on, and exit status $status"
done
echo "$n allocations"
