#!/usr/bin/env bash
# Levels of snapshots: found by the name of the device.  Nothing that changes
# while a snapshot is made, or since one was made elsewhere, is missing from all
# dumps.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"
need_debugfs

mkdir tree
echo v1 >tree/a
make_image a.img 8M tree -t ext4
remove='rm -f copy.img'
configure () {
	configure_levels levels.conf a.img "state_dir = $(quoted "$TMPDIR/state");
	  ${3:-}
	  snapshot = { create = $(quoted "$1"); device = $(quoted "${2:-copy.img}");
	  remove = $(quoted "$remove"); };"
}
# Changes while `create` runs, and time passes before it ends.
cat >make <<END
#!/bin/sh
cp a.img copy.img
if [ -e change ]; then
	sleep 1.1
	echo v2 >v2
	printf 'rm a\nwrite v2 a\n' >requests
	"$DEBUGFS" -w -f requests a.img >debugfs.log 2>&1
	sleep 1.1
fi
END
chmod +x make
: >change
configure ./make
engine 0 -c levels.conf
rm change
sleep 1.1
engine 0 -c levels.conf --level 1
not_said "warning"
said "date of last level 0 dump"
sleep 1.1
engine 0 -c levels.conf --level 2
not_said "warning"
said "date of last level 1 dump"
for level in 0 1 2; do
	restore_level "dumps/$level" back
done
[ "$(cat back/a)" = v2 ] || fail "a is \"$(cat back/a)\", not \"v2\""
grep -q "^a.img 0 " dumpdates || fail "$(cat dumpdates)"

# A snapshot made elsewhere: its date is given, or the filesystem knows it.
# elsewhere SETTINGS: level 0 of a copy made before a change of a.img
elsewhere () {
	rm -rf back dumpdates dumps/*
	cp a.img copy.img
	made=$(date +%s)
	sleep 1.1
	echo "$1" >text
	debugfs a.img "rm a" "write text a"
	sleep 1.1
	configure_levels levels.conf copy.img "${2//@made@/$made}"
	engine 0 -c levels.conf
	cp a.img copy.img
	configure_levels levels.conf copy.img ""
	engine 0 -c levels.conf --level 1
	not_said "warning"
	for level in 0 1; do
		restore_level "dumps/$level" back
	done
	[ "$(cat back/a)" = "$1" ] || fail "a is \"$(cat back/a)\", not \"$1\""
}
elsewhere v3 'snapshot_date = @made@;'
elsewhere v4 ''
configure_levels levels.conf copy.img "snapshot_date = $(($(date +%s) + 3600));"
engine 1 -c levels.conf
said "snapshot_date: is in the future"
engine 1 -c levels.conf --check
configure true
sed -i 's/snapshot = {/snapshot_date = 5; &/' levels.conf
engine 1 -c levels.conf
said "snapshot_date: is for a snapshot that was made elsewhere"
