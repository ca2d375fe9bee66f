#!/usr/bin/env bash
# The catalogue and objects: check looks at them, expire removes those of dumps
# that no rule keeps, but nothing that is locked or another volume by now.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/s3/s3-lib.sh"

need_s3

make_small_image img tree
unset without_index
first=1790000000

# night NUMBER [OPTION...]: a dump, a day after the last one
night () {
	local number=$1
	shift
	date=$((first + number * 86400))
	configure_set a.conf img "$(to_s3 "s3://lab/%j-%d" "$@")" "" "" \
	    'keep = { last = 1; };'
	sed -i "1i catalog = \"$PWD/catalog.sqlite\";" a.conf
	engine 0 -c a.conf
}

# catalog STATUS ARGUMENT...
catalog () {
	local expected=$1
	shift
	run "${DUMPENGINE%/*}/dumpengine-catalog" -c a.conf "$@"
	[ "$status" -eq "$expected" ] ||
	    fail "$*: status $status, not $expected: $(cat out err)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
}

# states STATE...: what check says of the volumes, by date
states () {
	local found
	found=$(cut -f 1 out | tr '\n' ' ')
	[ "$found" = "$* " ] || fail "$found, not $*: $(cat out err)"
}

afresh
night 0 'lock_days = 1;'
night 1
night 2
night 3
holds test-20260921 test-20260922 test-20260923 test-20260924
catalog 0 -H check
states there there there there
catalog 0 -H check --read
states good good good good

# One is gone, one is of another dump, and one is damaged.

cp store/objects/test-20260924 kept
rm store/objects/test-20260922
cp store/objects/test-20260924 store/objects/test-20260923
printf x | dd of=store/objects/test-20260924 bs=1 seek=100000 conv=notrunc \
    2>/dev/null
catalog 2 -H check
states there missing different there
catalog 2 -H check --read
states good missing different different
cp kept store/objects/test-20260924

# The locked one stays, and is tried again when it is not locked any more.

catalog 2 expire
said "s3://lab/test-20260921 cannot be removed, as it is locked until" \
    "s3://lab/test-20260921: not removed" \
    "s3://lab/test-20260923: not removed: it is not volume 1 of that dump"
holds test-20260921 test-20260923 test-20260924
catalog 0 -H check
states there
rm store/meta
serve
catalog 0 expire
said "s3://lab/test-20260921: removed"
holds test-20260923 test-20260924

# Without the job in the configuration, nobody knows where the store is.

sed -i 's/name   = "test"/name = "other"/' a.conf
catalog 0 -H check
states elsewhere
