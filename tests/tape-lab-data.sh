#!/usr/bin/env bash
# Drives that keep their data: a dump over two drives, and one over an
# autochanger with changer-mtx, come back by restore from the tapes.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/tape-lab-lib.sh
. "$top_srcdir/tests/tape-lab-lib.sh"
[ "${1:-}" = inside ] || in_lab tape-lab-data.sh -k data -n 2 -s 6

mkdir tree tree/d
for i in 1 2 3 4; do
	head -c 2400000 /dev/urandom >"tree/$i"
done
ln -s ../1 tree/d/link
make_image img 16M tree -t ext4 -O ^has_journal

# change TAPE: have it in drive 0.
change () {
	local loaded
	loaded=$(mtx -f /dev/changer status |
	    sed -n 's/.*Element 0:Full (Storage Element \([0-9]*\) .*/\1/p')
	[ "$loaded" = "$1" ] && return
	mt -f /dev/nst0 offline
	[ -z "$loaded" ] || mtx -f /dev/changer unload "$loaded" 0
	mtx -f /dev/changer load "$1" 0 && mt -f /dev/nst0 rewind
}

# restore_tapes FOLDER: tapes 1 and 2, one after the other in drive 0.
restore_tapes () {
	mkdir "$1"
	change 1
	cat >next <<-'END_OF_NEXT'
	#!/bin/sh
	test "$2" = 2 || exit 0
	mt -f /dev/nst0 offline
	mtx -f /dev/changer unload 1 0
	mtx -f /dev/changer load 2 0
	mt -f /dev/nst0 rewind
	END_OF_NEXT
	chmod +x next
	(cd "$1" && timeout 100 "$RESTORE" -r -y -b 64 -f /dev/nst0 -F ../next) \
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
restore_tapes two

# ---- The changer, and each volume is read back

change 1
configure 'device = "/dev/nst0"; verify = true;' "$top_srcdir/conf/changer-mtx"
engine 0 -c a.conf
said "on 2 volumes" "slot 2 (LAB002L1) is in /dev/nst0" \
    "read back and the same"
restore_tapes changer

# ---- Nobody has changed the tape, and nobody is there

change 1
configure 'device = "/dev/nst0";' true
engine 4 -c a.conf
said "the tape holds volume 1 of this dump"

# ---- What is young is protected; behind it there is room

change 3
make_image img 2M -t ext4 -O ^has_journal
configure 'device = "/dev/nst0"; rewind = false;'
sed -i '/date *=/d' a.conf
engine 0 -c a.conf
configure 'device = "/dev/nst0"; protect_days = 14;'
engine 1 -c a.conf
said "protect_days is 14" "weof"
configure 'device = "/dev/nst0"; append = true; verify = true;'
engine 0 -c a.conf
said "volume 1 is file 1 of the tape"
mt -f /dev/nst0 rewind
mt -f /dev/nst0 weof
configure 'device = "/dev/nst0"; protect_days = 14; block_size = 32768;
    verify = true;'
engine 0 -c a.conf
said "volume 1 is file 0 of the tape" "blocks of 32768 bytes"
echo "all is well"
exit 0
