#!/usr/bin/env bash
# changer-mtx, against a changer that is a folder: bin/mtx and bin/mt.
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
test "$3" != status || { test -s drive && echo ' ONLINE IM_REP_EN'; }
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

# One after the other, without the cleaning tape and the empty slots.
fresh "1 A00001,2 CLN001,4 A00002,7 A00003"
next 0 "1 A00001"
next 0 "4 A00002"
grep -qF "slot 2 is passed over" out || fail "$(cat out)"
next 0 "7 A00003"
next 1 ""
said "no tape is left behind slot 7"
[ "$(grep -c . slots)" -eq 4 ] || fail "not all are back: $(cat slots)"
! grep -q "load 8" calls || fail "it used the slot for import and export"

# A bad one, wrong labels, a range; the alternate tag is no part of a label.
fresh "1 A1,2 A2,3 B3,4 A4,5 A5"
echo 2 >bad
echo "TAPES='A?' FIRST_SLOT=2 LAST_SLOT=4" >changer.conf
next 0 "4 A4"
grep -qF "slot 2 (A2) is passed over: it cannot be loaded" out ||
    fail "$(cat out)"
next 1 ""
said "up to 4"

# A tape without a label, and a drive that never gets ready.
fresh "1 ,3 "
next 0 "1 "
fresh "1 A1,2 A2"
echo "READY_SECONDS=1" >changer.conf
printf '#!/bin/sh\nexit 0\n' >bin/mt
next 1 ""
[ "$(sort slots)" = "$(printf '1 A1\n2 A2')" ] || fail "$(cat slots)"

# No changer at all.
printf '#!/bin/sh\nexit 1\n' >bin/mtx.broken
chmod +x bin/mtx.broken
mv bin/mtx bin/mtx.good
mv bin/mtx.broken bin/mtx
next 1 ""
said "is the changer on"
mv bin/mtx.good bin/mtx

# At the end of the last volume there is nothing to be done.
: >calls
DUMPENGINE_NEXT_VOLUME=0 run dash "$changer" /dev/nst0 1
[ "$status" -eq 0 ] && [ ! -s calls ] || fail "it did: $(cat calls)"

# Bacula's form
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
