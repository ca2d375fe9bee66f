#!/usr/bin/env bash
# out-rmt over a link with a latency of 20 ms each way: the dump arrives
# complete, as does that of dump(8), which waits for each answer.  The log has
# the times of both; lost.sh counts the records in flight.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/rmt/rmt-lib.sh"

need_rmt
[ "${#servers[@]}" -gt 0 ] || skip "needs rmt-dump or rmt-tar"
need_root
PATH=$PATH:/usr/sbin:/sbin
need dump losetup

size=${RATE_MIB:-6}
make_short
mkdir dumps
make_data_image img "$size" tree
# dump takes a file for a tree in a mounted filesystem.
device=$(losetup -r -f --show img 2>losetup.log) ||
    skip "needs loop devices: $(cat losetup.log)"
trap 'losetup -d "$device"; rm -f "$short"; clean_up' EXIT
cat >rsh <<END
#!/bin/sh
shift 3
exec "$python" -I -S "$tools/delay" 20 "\$@"
END
chmod +x rsh

# milliseconds COMMAND...: sets $took to the time it took.
milliseconds () {
	local begun
	begun=$(date +%s%N)
	run "$@"
	took=$((($(date +%s%N) - begun) / 1000000))
	[ "$status" -eq 0 ] || fail "$*: exit status $status: $(cat err)"
}

configure_set a.conf img "$(to_rmt "$short/dumps/ours" \
    "rsh = $(quoted "$short/rsh"); rmt = $(quoted "${servers[0]}");")" \
    "blocking = 64;"
milliseconds timeout 60 "$DUMPENGINE" -c a.conf
ours=$took
scan dumps/ours
RSH=$short/rsh RMT=${servers[0]} milliseconds timeout 60 dump -0 -b 64 \
    -f "host:$short/dumps/theirs" "$device"
echo "$size MiB: ours $ours ms, dump $took ms, which is $((took / ours))" \
    "times as long"
