#!/usr/bin/env bash
# Drives that can be made to fail: early warning, errors, a reset, no tape.
# They keep no data; only the blocks show what is on the tape.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/tape/tape-lab-lib.sh
. "$top_srcdir/tests/tape/tape-lab-lib.sh"
[ "${1:-}" = inside ] || in_lab lab-debug.sh -k debug -n 2

mkdir tree
head -c 3000000 /dev/urandom >tree/file
make_image img 8M tree -t ext4 -O ^has_journal
# Its header is gone.
drive='device = "/dev/nst0"; overwrite_foreign = true;'
rules=/sys/kernel/debug/scsi_debug/0:0:0:0/error

# inject RULE...: see the README.md of the lab.
inject () { printf '%s\n' "$1" >"$rules"; }

blocks_on () {
	mt -f "$1" rewind
	mt -f "$1" fsf 1
	mt -f "$1" tell | sed -n 's/.* \([0-9]*\)\.$/\1/p'
}

# ---- A tape that was never written, also with append

for how in 'overwrite_foreign = false;' 'append = true;'; do
	mt -f /dev/nst0 rewind
	mt -f /dev/nst0 erase
	configure "device = \"/dev/nst0\"; $how" "" 10
	engine 0 -c a.conf
	said "volume 1 is file 0 of the tape"
done
# Erased, it is written from the beginning; then it holds something.
mt -f /dev/nst0 rewind
mt -f /dev/nst0 weof
configure 'device = "/dev/nst0"; append = true;' "" 10
engine 0 -c a.conf
said "volume 1 is file 0 of the tape"
configure 'device = "/dev/nst0";' "" 10
engine 1 -c a.conf
said "file 0 of the tape is not a dump"

configure "$drive" "" 10
engine 0 -v -c a.conf
records=$(sed -n 's/.* \([0-9]*\) records, XXH3.*/\1/p' err)
on=$(blocks_on /dev/nst0)
[ "$on" -eq $((records + 1)) ] ||
    fail "$on blocks with the file mark, of $records records"

# ---- Early warning at a record in the middle, and at each of the last ones

mt -f /dev/nst0 stsetoptions can-partitions scsi2logical
for left in 100 $((records - 2)) $((records - 1)) "$records"; do
		# 20 blocks after the early warning
	mt -f /dev/nst0 rewind
	mt -f /dev/nst0 mkpartition $((10000 - left - 20)) ||
	    fail "$left left: cannot make a partition: $(mt -f /dev/nst0 status)"
	configure 'device = [ "/dev/nst0", "/dev/nst1" ];
	    overwrite_foreign = true;' "" 10
	engine 0 -v -c a.conf
	got=$(sed -n 's/.* \([0-9]*\) records, XXH3.*/\1/p' err |
	    paste -sd+ | sed 's/$/+0/')
	first=$(sed -n 's/.* \([0-9]*\) records, XXH3.*/\1/p' err | head -n 1)
	on=$(blocks_on /dev/nst0)
	[ "$on" -eq $((first + 1)) ] || fail "$left left: $on blocks on the" \
	    "tape with the file mark, of $first records: $(cat err)"
	[ $((got)) -ge "$records" ] || fail "$left left: $got records"
done
mt -f /dev/nst0 rewind
mt -f /dev/nst0 mkpartition 0

# ---- Errors

# Without an operator: the run ends, and says why.
while read -r rule text; do
	configure "$drive"
	inject "2 -1 ${rule//,/ }"
	engine 4 -c a.conf
	said "$text" "/dev/nst0"
done <<'END'
0a,0,0,2,3,0c,0 volume 1: cannot write after record 0
0a,0,0,2,4,44,0 cannot write after record 0
0a,0,0,2,7,27,0 write-protected
0a,7,0,0,0,0,0 clean the drive
10,0,0,2,3,0c,0 cannot write the file mark
END
# Three records that the drive reports as written, having "recovered".
configure "$drive" "" 10
inject '2 -3 0a 0 0 2 1 0 0'
engine 4 -c a.conf
said "so some records were lost"
not_said "is whole"
# A reset: retried without asking.
configure "$drive"
inject '2 -1 0a 0 0 2 6 29 0'
engine 0 -c a.conf
said "the drive was reset" "rewriting it from its checkpoint"
# The tape may have been changed: the handler decides.  On volume 2.
cat >handler <<END
#!/bin/sh
case \$DUMPENGINE_REASON in
size)	echo '2 -1 0a 0 0 2 6 28 0' >$rules ;;
esac
mt -f /dev/nst0 rewind
END
chmod +x handler
mt -f /dev/nst0 rewind
mt -f /dev/nst0 weof
configure "$drive append = true; volume_size = \"2 MiB\";" "$PWD/handler"
engine 0 -c a.conf
said "volume 2: cannot write after record 0" "rewriting it from its checkpoint" \
    "on 2 volumes"

# ---- In use, and offline

cat >busy <<'END'
#!/bin/sh
echo "$DUMPENGINE_REASON" >>reasons
exit 1
END
chmod +x busy
configure 'device = "/dev/nst1"; overwrite_foreign = true;' "$PWD/busy"
exec 9</dev/nst1
engine 4 -c a.conf
said "in use by another program (process $$, "
[ "$(cat reasons)" = busy ] || fail "the handler heard: $(cat reasons)"
exec 9<&-
configure 'device = "/dev/nst1"; file = 9;'
engine 1 -c a.conf
said "the tape has no file 9, it ends after 1 file ("
configure 'device = "/dev/nst1"; overwrite_foreign = true;'
mt -f /dev/nst1 offline
begun=$SECONDS
engine 1 -c a.conf
said "off-line (unloaded)" "mt -f /dev/nst1 load"
[ $((SECONDS - begun)) -lt 60 ] || fail "it took $((SECONDS - begun)) s"
# A script that corrects it has the volume opened again.
configure 'device = "/dev/nst1"; overwrite_foreign = true;' \
    "mt -f /dev/nst1 load; true"
engine 0 -c a.conf
said "off-line (unloaded)" "volume 1: the drive is not ready; trying"
configure 'device = "/dev/st1"; append = true;'
engine 1 -c a.conf
said "/dev/st1 is the device that rewinds"
echo "all is well"
exit 0
