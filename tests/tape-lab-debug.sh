#!/usr/bin/env bash
# Drives that can be made to fail: early warning, errors, a reset, no tape.
# They keep no data; what is on the tape is told by its blocks.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/tape-lab-lib.sh
. "$top_srcdir/tests/tape-lab-lib.sh"
[ "${1:-}" = inside ] || in_lab tape-lab-debug.sh -k debug -n 2

mkdir tree
head -c 3000000 /dev/urandom >tree/file
make_image img 8M tree -t ext4 -O ^has_journal
drive='device = "/dev/nst0";'
rules=/sys/kernel/debug/scsi_debug/0:0:0:0/error

# inject RULE...: see README.md of the lab.
inject () { printf '%s\n' "$1" >"$rules"; }

blocks_on () {
	mt -f "$1" rewind
	mt -f "$1" fsf 1
	mt -f "$1" tell | sed -n 's/.* \([0-9]*\)\.$/\1/p'
}

configure "$drive" "" 10
engine 0 -c a.conf
records=$(sed -n 's/.* \([0-9]*\) records.*/\1/p' err)
on=$(blocks_on /dev/nst0)
[ "$on" -eq $((records + 1)) ] ||
    fail "$on blocks with the file mark, of $records records"

# ---- Early warning at a record in the middle, and at each of the last ones

mt -f /dev/nst0 stsetoptions can-partitions scsi2logical
for left in 100 $((records - 2)) $((records - 1)) "$records"; do
	# 20 blocks behind the early warning
	mt -f /dev/nst0 rewind
	mt -f /dev/nst0 mkpartition $((10000 - left - 20)) ||
	    fail "$left left: cannot make a partition: $(mt -f /dev/nst0 status)"
	configure 'device = [ "/dev/nst0", "/dev/nst1" ];' "" 10
	engine 0 -c a.conf
	got=$(sed -n 's/.* \([0-9]*\) records.*/\1/p' err |
	    paste -sd+ | sed 's/$/+0/')
	first=$(sed -n 's/.* \([0-9]*\) records.*/\1/p' err | head -n 1)
	on=$(blocks_on /dev/nst0)
	[ "$on" -eq $((first + 1)) ] || fail "$left left: $on blocks on the" \
	    "tape with the file mark, of $first records: $(cat err)"
	[ $((got)) -ge "$records" ] || fail "$left left: $got records"
done
mt -f /dev/nst0 rewind
mt -f /dev/nst0 mkpartition 0

# ---- Errors

configure "$drive"
inject '2 -1 0a 0 0 2 3 0c 0'
engine 4 -c a.conf
said "volume 1: cannot write behind record 0" "clean the drive"
inject '2 -1 10 0 0 2 3 0c 0'
engine 4 -c a.conf
said "cannot write the file mark"
# A reset: by itself it is written again.
inject '2 -1 0a 0 0 2 6 29 0'
engine 0 -c a.conf
said "the drive was reset" "written again from its checkpoint"

# ---- In use, and off-line

configure 'device = "/dev/nst1"; wait_ready = 1;'
exec 9</dev/nst1
engine 1 -c a.conf
said "another program has the drive open"
exec 9<&-
mt -f /dev/nst1 offline
engine 1 -c a.conf
said "mt -f /dev/nst1 load"
mt -f /dev/nst1 load
engine 0 -c a.conf
configure 'device = "/dev/st1"; append = true;'
engine 1 -c a.conf
said "/dev/st1 is the device that rewinds"
echo "all is well"
exit 0
