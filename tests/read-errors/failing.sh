#!/usr/bin/env bash
# A failing disk is dumped to the end without any questions, and the last
# message says what helps; one that does not respond at all is given up.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_debugfs
need_python
[ -z "${SANITIZER_FLAGS:-}" ] || skip "a sanitizer must be loaded first"
preload=$top_builddir/tests/read-errors/.libs/eio-preload.so
[ -e "$preload" ] || skip "needs $preload"
mkdir dumps tree
for i in 1 2 3 4 5 6; do
	head -c 2000000 /dev/urandom >"tree/$i"
done
make_image img 24M tree -t ext4 -b 4096 -O ^has_journal -E root_owner
configure_dump a.conf img dumps/a

# dumped STATUS VARIABLE...: with failing reads
dumped () {
	local expected=$1
	shift
	rm -f dumps/*
	run timeout 60 setsid -w env EIO_FILE="$scratch/img" "$@" \
	    LD_PRELOAD="$preload" "$DUMPENGINE" -c a.conf
	[ "$status" -eq "$expected" ] || fail "line ${BASH_LINENO[0]}:" \
	    "exit status $status, not $expected: $(tail -n 20 err)"
}

# gone: reported once, without a finding for everything that is lost
gone () {
	grep -qE 'no longer responds|is no longer readable' err ||
	    fail "line ${BASH_LINENO[0]}: $(cat err)"
	[ "$(grep -cE 'no longer responds|no longer readable' err)" -le 2 ] ||
	    fail "line ${BASH_LINENO[0]}: $(cat err)"
	[ "$(wc -l <err)" -lt 300 ] || fail "$(wc -l <err) lines of messages"
	said "THE ENTIRE DUMP IS ABORTED"
	only
}

# ---- One bad place in each 64 KiB of each file, and then all file contents

blocks=$(for i in 1 2 3 4 5 6; do
	"$DEBUGFS" -R "blocks $i" img 2>/dev/null
done | tr ' ' '\n' | grep .)
ranges=$(awk 'NR % 16 == 3 { printf ",%.0f-%.0f", $1 * 4096, $1 * 4096 + 1024 }' \
    <<<"$blocks")
dumped 2 EIO_RANGES="${ranges#,}"
errors=$(grep -c 'cannot be read and are zeros in the dump' err)
[ "$errors" -gt 100 ] || fail "$errors errors: $(cat err)"
said "img: $errors read errors: the disk is failing" "ddrescue" "smartctl -a" \
    "DUMP IS DONE, BUT IT IS NOT COMPLETE"
not_said "operator"
[ "$(grep -c 'the disk is failing' err)" -eq 1 ] || fail "$(cat err)"
scan dumps/a

ranges=$(awk '{ printf ",%.0f-%.0f", $1 * 4096, $1 * 4096 + 4096 }' \
    <<<"$(sort -n <<<"$blocks")")
dumped 2 EIO_RANGES="$(sed 's/-\([0-9]*\),\1-/-/g; s/-\([0-9]*\),\1-/-/g' <<<"${ranges#,}")"
said "the disk is failing"
scan dumps/a
# With --estimate, only metadata counts.
run "$DUMPENGINE" --estimate -c a.conf
[ "$status" -eq 0 ] || fail "$(cat err)"
not_said "failing"

# ---- Gone: reported as such, or by failing everywhere; at first, or in the middle

for error in 19 6 5; do		# ENODEV, ENXIO, EIO
	for reads in 60 100; do
		dumped 3 EIO_AFTER="$reads:$error"
		gone
	done
done
dumped 1 EIO_AFTER=1:19
only
