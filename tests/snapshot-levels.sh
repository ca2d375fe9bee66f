#!/usr/bin/env bash
# Levels of snapshots: found by the name of the device, and nothing that changes
# while a snapshot is made, or since one was made elsewhere, is in no dump.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels-lib.sh
. "$top_srcdir/tests/levels-lib.sh"
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
# What changes while `create` runs, and time goes on before it ends.
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
