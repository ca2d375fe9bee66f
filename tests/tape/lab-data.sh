#!/usr/bin/env bash
# Drives that keep their data: a dump over two drives, and one over an
# autochanger with changer-mtx, are restored from the tapes.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/tape/tape-lab-lib.sh
. "$top_srcdir/tests/tape/tape-lab-lib.sh"
[ "${1:-}" = inside ] || in_lab lab-data.sh -k data -n 2 -s 4

mkdir tree tree/d
for i in 1 2 3 4; do
	head -c 1600000 /dev/urandom >"tree/$i"
done
ln -s ../1 tree/d/link
seq 1 40000 >tree/d/numbers
make_image img 12M tree -t ext4 -O ^has_journal

# The changer, in Bacula's format.
changer () {
	"$top_srcdir/conf/changer-mtx" /dev/changer "$1" "$2" /dev/nst0 0
}

# change TAPE: load it in drive 0.
change () {
	local loaded
	loaded=$(changer loaded 0)
	[ "$loaded" = "$1" ] && return
	[ "$loaded" = 0 ] || changer unload "$loaded" ||
	    fail "tape $loaded cannot be unloaded: $(mtx -f /dev/changer status)"
	changer load "$1" ||
	    fail "tape $1 cannot be loaded: $(mtx -f /dev/changer status)"
}

# restore_tapes FOLDER A B [BLOCKING]: tapes A and B, one after the other in drive
# 0.
restore_tapes () {
	mkdir "$1"
	change "$2"
	cat >next <<-END_OF_NEXT
	#!/bin/sh
	test "\$2" = 2 || exit 0
	mt -f /dev/nst0 offline
	mtx -f /dev/changer unload $2 0
	mtx -f /dev/changer load $3 0
	mt -f /dev/nst0 rewind
	END_OF_NEXT
	chmod +x next
	(cd "$1" && timeout 100 "$RESTORE" -r -y -b "${4:-64}" -f /dev/nst0 -F ../next) \
	    >restore.log 2>&1 </dev/null || fail "restore: $(cat restore.log)"
	rm -f "$1/restoresymtable"
	same_tree tree "$1"
}

# ---- Two drives

configure 'device = [ "/dev/nst0", "/dev/nst1" ];'
engine 0 -v -c a.conf
said "on 2 volumes" "on /dev/nst1" "75 percent are filled before writing begins"
mt -f /dev/nst1 offline
mtx -f /dev/changer unload 2 1
restore_tapes two 1 2

# ---- Compressed: each record is a block of its own length, as restore needs it;
# from these drives it gets wrong bytes of larger ones, also of dump(8)'s

change 1
mtx -f /dev/changer load 2 1
mt -f /dev/nst0 rewind
mt -f /dev/nst1 rewind
configure 'device = [ "/dev/nst0", "/dev/nst1" ]; verify = true;' "" 10
sed -i 's/^  label .*/&\n  compress = "zlib";/' a.conf
engine 0 -c a.conf
said "on 2 volumes" " on the medium, 0.9" ", verified"
mt -f /dev/nst1 offline
mtx -f /dev/changer unload 2 1
restore_tapes packed 1 2 32
configure 'device = "/dev/nst0"; block_size = 32768;' "" 32
sed -i 's/^  label .*/&\n  compress = "zlib";/' a.conf
engine 1 --check -c a.conf
said "block_size: compressed records have many lengths"

# ---- A library: tape 2 is bad, slot 3 has a cleaning cartridge

# slot_label SLOT LABEL
slot_label () {
	tgtadm --lld iscsi --tid 1 --mode logicalunit --op update --lun 3 \
	    --params "element_type=2,address=$((999 + $1)),barcode=$2,sides=1"
}
# Its file is on a disk that soon fills up, which the drive reports as write
# error.
mkdir /run/bad
mount -t tmpfs -o size=1m bad /run/bad
tgtimg --op new --device-type tape --barcode LAB002L1 --size 6 --type data \
    --file /run/bad/LAB002L1 --thin-provisioning >/dev/null
ln -sf /run/bad/LAB002L1 /run/tapes/LAB002L1
slot_label 3 CLN001L1
# The last slot: a message, and the operator.
change 1
echo 'LAST_SLOT=3' >changer.conf
script="CHANGER_CONF=$PWD/changer.conf $top_srcdir/conf/changer-mtx"
configure 'device = "/dev/nst0"; volume_size = "2 MiB";' \
    "$script"
engine 4 -c a.conf
said "slot 2 (LAB002L1) is in /dev/nst0" \
    "volume 2: cannot write after record" \
    "the tape LAB002L1 of slot 2 failed" \
    "skipping slot 3: its label is CLN001L1" \
    "no untried tape remains after slot 2, up to 3" "none was available"
# With one more slot it continues, and each volume is verified.
echo 'LAST_SLOT=4' >changer.conf
change 1
configure 'device = "/dev/nst0"; verify = true;' "$script"
engine 0 -c a.conf
said "on 2 volumes" "the tape LAB002L1 of slot 2 failed" \
    "skipping slot 3" "slot 4 (LAB004L1) is in /dev/nst0" \
    ", verified"
restore_tapes library 1 4
[ "$(changer slots 0)" = 4 ] || fail "$(changer slots 0) slots"
changer list 0 | grep -qx 2:LAB002L1 || fail "listed: $(changer list 0)"
slot_label 3 LAB003L1

# ---- The tape was not changed, and there is no operator

change 1
configure 'device = "/dev/nst0";' true
engine 4 -c a.conf
said "the tape holds volume 1 of this dump"

# ---- A recent dump is protected; there is room after it

change 3
make_image img 2M -t ext4 -O ^has_journal
configure 'device = "/dev/nst0"; rewind = false;'
sed -i '/date *=/d' a.conf
engine 0 -c a.conf
configure 'device = "/dev/nst0"; protect_days = 14;'
engine 1 -c a.conf
said "protect_days is 14" "weof"
# The drive has read past the end; each record must still be there.
configure 'device = "/dev/nst0"; append = true; verify = true;' "" 1
engine 0 -c a.conf --report report
said "volume 1 is file 1 of the tape"
not_said "on 2 volumes"
grep -qE '"tape_file": *1,' report || fail "report: $(cat report)"
# Data that is not a dump is named, also after a dump.
mt -f /dev/nst0 rewind
tar -c -b 20 -f /dev/nst0 tree/d || fail "tar cannot write a tape"
configure 'device = "/dev/nst0";'
engine 1 -c a.conf
said "file 0 of the tape is not a dump but a tar archive, \"tree/d/\"" \
    "overwrite_foreign"
configure 'device = "/dev/nst0"; append = true;'
engine 0 -c a.conf
said "volume 1 is file 1 of the tape"
configure 'device = "/dev/nst0"; file = 9;'
engine 1 -c a.conf
said "the tape has no file 9, it ends after 2 files"
# After erasing, the tape is empty: an appended volume goes to its beginning.
mt -f /dev/nst0 rewind
mt -f /dev/nst0 weof
configure 'device = "/dev/nst0"; append = true; verify = true;' "" 1
engine 0 -c a.conf
said "volume 1 is file 0 of the tape"
mt -f /dev/nst0 rewind
mt -f /dev/nst0 weof
configure 'device = "/dev/nst0"; protect_days = 14; block_size = 32768;
    verify = true;'
engine 0 -c a.conf
said "volume 1 is file 0 of the tape" "32768-byte blocks"
echo "all is well"
exit 0
