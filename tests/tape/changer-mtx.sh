#!/usr/bin/env bash
# changer-mtx, with a changer that is a directory: bin/mtx and bin/mt.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need dash
mkdir bin
export STATE=$scratch
cat >bin/mtx <<'END_OF_MTX'
#!/bin/sh
# slots: "NUMBER LABEL" of the full ones; drive: "SLOT LABEL"; bad: slots
cd "$STATE" || exit 1
shift 2
echo "$*" >>calls
label () { sed -n "s/^$1 //p" slots; }
case $1 in
status)
	echo '  Storage Changer /dev/changer:1 Drives, 8 Slots ( 1 Import/Export )'
	if test -s drive
	then
		read -r slot label <drive
		echo "Data Transfer Element 0:Full (Storage Element $slot Loaded):VolumeTag = $label   "
	else
		echo 'Data Transfer Element 0:Empty'
	fi
	for slot in 1 2 3 4 5 6 7
	do
		if grep -q "^$slot " slots
		then
			tag=$(label "$slot")
			echo "      Storage Element $slot:Full :VolumeTag=$tag     :AlternateVolumeTag=ALT00$slot   "
		else
			echo "      Storage Element $slot:Empty"
		fi
	done
	echo '      Storage Element 8 IMPORT/EXPORT:Full :VolumeTag=NEW001'
	;;
load)
	grep -qx "$2" bad && exit 1
	test ! -s drive && grep -q "^$2 " slots || exit 1
	echo "$2 $(label "$2")" >drive
	sed -i "/^$2 /d" slots
	;;
unload)
	test -s drive || exit 1
	grep -q "^$2 " slots && exit 1
	cat drive >>slots
	: >drive
	;;
esac
END_OF_MTX
cat >bin/mt <<'END_OF_MT'
#!/bin/sh
cd "$STATE" || exit 1
echo "mt $3" >>calls
case $3 in
status)	test -s drive && echo ' ONLINE IM_REP_EN' ;;
offline)	test ! -e busy || { echo "$2: Device or resource busy" >&2; exit 2; } ;;
esac
END_OF_MT
chmod +x bin/mtx bin/mt
export PATH=$scratch/bin:$PATH CHANGER_CONF=$scratch/changer.conf
changer=$top_srcdir/conf/changer-mtx

# fresh SLOTS: "1 A,2 B"
fresh () {
	tr , '\n' <<<"$1" >slots
	: >drive
	: >bad
	: >calls
	: >changer.conf
}

# next STATUS DRIVE: one end of a volume.
next () {
	DUMPENGINE_NEXT_VOLUME=2 DUMPENGINE_REASON=eot run timeout 60 \
	    dash "$changer" /dev/nst0 1
	[ "$status" -eq "$1" ] ||
	    fail "line ${BASH_LINENO[0]}: status $status: $(cat out err)"
	[ "$(cat drive)" = "$2" ] ||
	    fail "line ${BASH_LINENO[0]}: \"$(cat drive)\" is loaded, not" \
	    "\"$2\": $(cat out err)"
}

# One after the other, skipping the cleaning tape and the empty slots.
fresh "1 A00001,2 CLN001,4 A00002,7 A00003"
next 0 "1 A00001"
next 0 "4 A00002"
grep -qF "skipping slot 2" out || fail "$(cat out)"
next 0 "7 A00003"
next 1 ""
said "no untried tape remains after slot 7"
[ "$(grep -c . slots)" -eq 4 ] || fail "not all are back: $(cat slots)"
! grep -q "load 8" calls || fail "it used the slot for import and export"

# A bad one, wrong labels, a range; the alternate tag is not part of a label.
fresh "1 A1,2 A2,3 B3,4 A4,5 A5"
echo 2 >bad
echo "TAPES='A?' FIRST_SLOT=2 LAST_SLOT=4" >changer.conf
next 0 "4 A4"
grep -qF "skipping slot 2 (A2): it cannot be loaded" out ||
    fail "$(cat out)"
next 1 ""
said "up to 4"

# ---- A refused tape, and a failed one

# again REASON REFUSED STATUS DRIVE [NOT_SAID]: for volume 2, of one dump.
again () {
	: >calls
	run timeout 60 env DUMPENGINE_NEXT_VOLUME=2 DUMPENGINE_VOLUME="${volume:-2}" \
	    DUMPENGINE_REASON="$1" DUMPENGINE_REFUSED="$2" DUMPENGINE_DATE="$dump" \
	    DUMPENGINE_JOB=test CHANGER_STATE="$scratch/state" dash "$changer" \
	    /dev/nst0 2
	[ "$status" -eq "$3" ] ||
	    fail "line ${BASH_LINENO[0]}: status $status: $(cat out err)"
	[ "$(cat drive)" = "$4" ] || fail "line ${BASH_LINENO[0]}:" \
	    "\"$(cat drive)\" is loaded, not \"$4\": $(cat out err)"
}
out_said () {
	grep -qF "$1" out || fail "line ${BASH_LINENO[0]}: no \"$1\" in $(cat out)"
}
# moved_nothing: not even accessed the drive.
moved_nothing () {
	! grep -E 'load|offline|rewind' calls || fail "line ${BASH_LINENO[0]}: moved"
}
dump=1
fresh "1 A1,3 A3,4 A4"
echo "5 A5" >drive
again protected 1 0 "1 A1"
out_said "tape A5 of slot 5 holds a dump that must be kept"
again write-protected 2 0 "3 A3"
out_said "A1 of slot 1 is write-protected"
grep -q failed out && fail "it is no failure: $(cat out)"
again foreign 3 0 "4 A4"
out_said "A3 of slot 3 holds something other than a dump"
# All have been tried: it does not start over.
again unreadable 4 1 ""
said "no untried tape remains after slot 4"
[ "$(grep -c . slots)" -eq 4 ] || fail "not all are back: $(cat slots)"

# In the same dump a full tape is not tried again, in another one it is.
dump=2
fresh "2 A2,3 A3"
echo "1 A1" >drive
again eot 0 0 "2 A2"
again eot 0 0 "3 A3"
again protected 1 1 ""
dump=3
echo "3 A3" >drive
sed -i '/^3 /d' slots
volume=1 again protected 1 0 "1 A1"
again eot 0 0 "2 A2"
again eot 0 1 ""
# A request that makes no sense.
dump=4
fresh "1 A1,2 A2"
echo "3 A3" >drive
echo "WRAP=no" >changer.conf
again protected 1 1 ""
# Without notes it skips the refused tape, and only that.
fresh "1 A1"
echo "3 A3" >drive
dump='' again full 1 0 "1 A1"
fresh "1 A1"
echo "3 A3" >drive
dump='' again eot 0 1 ""

# An empty drive gets the first tape; one that is offline gets the next.
fresh "1 A1,2 A2"
dump=5
volume=1 again no-medium 1 0 "1 A1"
again not-ready 2 0 "2 A2"
again error 0 1 ""
out_said "A2 of slot 2 failed; remove it"

# A drive that is in use or missing is left alone.
fresh "1 A1,3 A3"
echo "2 A2" >drive
again busy 1 1 "2 A2"
moved_nothing
said "another program has /dev/nst0 open: no tape is moved"
again no-device 1 1 "2 A2"
moved_nothing
said "does not answer: no tape is moved"
touch busy
again eot 0 1 "2 A2"
! grep -q '^unload' calls || fail "taken out of a drive that is busy"
said "offline fails: /dev/nst0: Device or resource busy"
rm busy

# ---- What the catalogue keeps is not loaded

cat >bin/dumpengine-catalog <<'END_OF_CATALOG'
#!/bin/sh
echo "$*" >>"$STATE/asked"
case $5 in
A1|A3)	echo "$5	no	it stays"; exit 2 ;;
A4)	echo "cannot open it" >&2; exit 1 ;;
esac
END_OF_CATALOG
chmod +x bin/dumpengine-catalog
fresh "1 A1,2 A2,3 A3,4 A4,5 -"
echo "CATALOG=/x/catalog" >changer.conf
next 0 "2 A2"
out_said "skipping slot 1 (A1): the catalogue keeps what is on it"
next 0 "4 A4"
next 0 "5 -"
next 1 ""
[ "$(sort -u asked | tr '\n' '|')" = "--catalog /x/catalog -H may-overwrite A1|--catalog /x/catalog -H may-overwrite A2|--catalog /x/catalog -H may-overwrite A3|--catalog /x/catalog -H may-overwrite A4|" ] ||
    fail "asked: $(cat asked)"
! grep -qE 'load [13] ' calls || fail "loaded what is kept: $(cat calls)"

# ---- For reading: by its bar code, whatever else is there

# bring STATUS DRIVE LABEL: also of a slot that dumps may not use
bring () {
	: >calls
	run timeout 60 env DUMPENGINE_REASON=read DUMPENGINE_VOLUME=2 \
	    DUMPENGINE_BARCODE="$3" dash "$changer" /dev/nst0 2
	[ "$status" -eq "$1" ] ||
	    fail "line ${BASH_LINENO[0]}: status $status: $(cat out err)"
	[ "$(cat drive)" = "$2" ] || fail "line ${BASH_LINENO[0]}:" \
	    "\"$(cat drive)\" is loaded, not \"$2\": $(cat out err)"
}
fresh "1 A1,3 A3,7 A.3"
echo "TAPES='B*' LAST_SLOT=2" >changer.conf
bring 0 "3 A3" A3
out_said "slot 3 (A3) is in /dev/nst0"
bring 0 "3 A3" A3
! grep -q load calls || fail "it was loaded again"
bring 0 "7 A.3" A.3
bring 1 "7 A.3" A9
said "no slot has the tape A9"
bring 1 "7 A.3" ""
said "the bar code of the tape is not known"
[ "$(sort slots | tr '\n' ' ')" = "1 A1 3 A3 " ] || fail "not all are back: $(cat slots)"
touch busy
bring 1 "7 A.3" A1
said "cannot move the tape in drive 0 to slot 7"
rm busy
echo 1 >bad
bring 1 "" A1
said "the tape A1 of slot 1 cannot be loaded"
fresh "1 A1,3 A3"
echo "2 A2" >drive

# ---- Before a run

check () {
	run env DUMPENGINE_REASON=check DUMPENGINE_NEXT_VOLUME=0 \
	    CHANGER="${robot:-drive}" DEVICE="${node:-drive}" dash "$changer" "" 0
	[ "$status" -eq "$1" ] ||
	    fail "line ${BASH_LINENO[0]}: status $status: $(cat out err)"
	[ "$1" -eq 0 ] || said "$2"
	moved_nothing
}
: >calls
check 0
robot=/dev/missing check 1 "CHANGER: /dev/missing does not exist"
node=/dev/missing check 1 "DEVICE: /dev/missing does not exist"
echo "DRIVE=1" >changer.conf
check 1 "has no drive 1"
echo "TAPES='B*'" >changer.conf
check 0
fresh "1 A1"
echo "TAPES='B*'" >changer.conf
check 1 "no tape to use in slots 1 to the last"

# A tape without a label, and a drive that never gets ready.
fresh "1 ,3 "
next 0 "1 "
fresh "1 A1,2 A2"
echo "READY_SECONDS=1" >changer.conf
printf '#!/bin/sh\nexit 0\n' >bin/mt
next 1 ""
[ "$(sort slots)" = "$(printf '1 A1\n2 A2')" ] || fail "$(cat slots)"

# No changer.
printf '#!/bin/sh\nexit 1\n' >bin/mtx.broken
chmod +x bin/mtx.broken
mv bin/mtx bin/mtx.good
mv bin/mtx.broken bin/mtx
next 1 ""
said "is the changer on"
mv bin/mtx.good bin/mtx

# At the end of the last volume nothing is to be done.
: >calls
DUMPENGINE_NEXT_VOLUME=0 run dash "$changer" /dev/nst0 1
[ "$status" -eq 0 ] && [ ! -s calls ] || fail "it did: $(cat calls)"

# Bacula's format
fresh "1 A1,3 B3"
# shellcheck disable=SC2016
printf '#!/bin/sh\ntest "$3" != status || echo ONLINE\n' >bin/mt
bacula () {
	run dash "$changer" /dev/changer "$1" "$2" /dev/nst0 0
	[ "$status" -eq 0 ] || fail "$1: status $status: $(cat err)"
}
bacula loaded 0
[ "$(cat out)" = 0 ] || fail "loaded: $(cat out)"
bacula list 0
[ "$(cat out)" = "$(printf '1:A1\n3:B3')" ] || fail "list: $(cat out)"
bacula slots 0
[ "$(cat out)" = 8 ] || fail "slots: $(cat out)"
bacula load 3
bacula loaded 0
[ "$(cat out)" = 3 ] || fail "loaded: $(cat out)"
bacula unload 3
[ ! -s drive ] || fail "it is still loaded: $(cat drive)"
run dash "$changer" /dev/changer shake 1 /dev/nst0 0
[ "$status" -eq 1 ] || fail "shake: status $status"
exit 0
