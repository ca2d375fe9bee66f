#!/usr/bin/env bash
# A dump that could not be recorded in dumpdates, or that was killed or
# replaced, is known the next night: the next level is based on what restore
# would be given, and dumps that belong to no chain are named.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"
need_debugfs

mkdir tree
echo a >tree/a
make_image a.img 8M tree -t ext4
date_in () { od -An -tu4 -j4 -N4 "$1" | tr -d ' '; }
base_in () { od -An -tu4 -j8 -N4 "$1" | tr -d ' '; }
builds_on () {
	[ "$(base_in "$1")" = "$(date_in "$2")" ] ||
	    fail "$1 builds on $(base_in "$1"), not on $(date_in "$2")"
}

# hinder: an EOT handler that makes dumpdates unwritable at the end
cat >hinder <<'END'
#!/bin/sh
[ "$DUMPENGINE_REASON" = end ] || exit 0
rm -f dumpdates && mkdir dumpdates
END
chmod +x hinder
hindered='eot = { plugin = "eot-script"; command = "./hinder"; at_end = true; };'
night () {
	sleep 1.1
	debugfs a.img "write tree/a night-$1"
	configure_levels levels.conf a.img "${3:-}"
	engine "$2" -c levels.conf --level "$1"
}

night 0 0
cp dumpdates noted
night 1 2 "$hindered"
said "not recorded in"
rmdir dumpdates
cp noted dumpdates
night 2 0
said "could not be recorded when it was made; recording it now" \
    "date of last level 1 dump"
builds_on dumps/1 dumps/0
builds_on dumps/2 dumps/1
grep -q "^a.img 1 " dumpdates || fail "it is not noted: $(cat dumpdates)"
night 3 0
not_said "warning"
for level in 0 1 2 3; do
	restore_level "dumps/$level" back
done
[ -e back/night-2 ] && [ -e back/night-3 ] || fail "there is $(ls back)"

# A level 0 is known too.
cp dumpdates noted
night 0 2 "$hindered"
rmdir dumpdates
cp noted dumpdates
night 1 0
builds_on dumps/1 dumps/0
! grep -q "^a.img 2 " dumpdates || night 2 0

# The base of a level must not be replaced by one that it does not know.
cat >replace <<'END'
#!/bin/sh
[ "$DUMPENGINE_REASON" = end ] || exit 0
echo "a.img 0 $(date '+%a %b %e %H:%M:%S %Y %z')" >dumpdates
END
chmod +x replace
night 1 2 'eot = { plugin = "eot-script"; command = "./replace"; at_end = true; };'
said "the base of this dump is gone"
[ "$(cut -d ' ' -f 2 dumpdates)" = 0 ] || fail "$(cat dumpdates)"

# A level 1 whose base, a level 0, has been replaced is not a base, although it
# is newer.
rm -r dumpdates "$DUMPENGINE_STATE_DIR" dumps/*
night 0 0
sleep 1.1
middle=$(date '+%a %b %e %H:%M:%S %Y %z')
night 1 0
sed -i "s/ 0 .*/ 0 $middle/" dumpdates
night 2 0
said "the level 1 dump of" "builds on the level 0 dump of" \
    "another dump replaced it" "date of last level 0 dump: "

# One that is killed between two volumes is named once.
cat >kill-it <<'END'
#!/bin/sh
kill -KILL "$(cat supervisor)"
sleep 60
END
chmod +x kill-it
# killed SETTING: a level 0, by the EOT handler with that setting
killed () {
	configure_levels levels.conf a.img \
	    "eot = { plugin = \"eot-script\"; command = \"./kill-it\"; $1 };"
	[ -n "$1" ] || sed -i 's,dumps/%l"; overwrite = true,dumps/%l.%v"; volume_size = "32 KiB",' levels.conf
	rm -f dumpdates
	: >err
	"$DUMPENGINE" -c levels.conf >out 2>err &
	echo $! >supervisor
	wait $!
	[ ! -s dumpdates ] || fail "it was not killed: $(cat err)"
}
head -c 200000 /dev/urandom >tree/large
debugfs a.img "write tree/large large"
killed ""
night 0 0
said "warning: the level 0 dump of" "(job test) was killed before its end"
night 1 0
not_said "warning"

# One that is killed once its last volume is safe counts.
killed "at_end = true;"
night 1 0
said "could not be recorded when it was made; recording it now"
builds_on dumps/1 dumps/0
