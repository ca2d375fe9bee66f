#!/usr/bin/env bash
# The stock restore creates the same tree from a set of volumes, however small,
# and finds no difference when comparing: with numbered names (-M), and when it
# has to ask for each volume.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need_python
need_restore
need setfattr

make_small_image small small.tree
mkdir full.tree
maketree --many 300 full.tree 2>maketree.log || fail "$(cat maketree.log)"
make_image full 24M full.tree -b 4096 -t ext4 -O ^has_journal

# Messages of restore that are not a dump's fault: only root can give files
# away; and it asks for volumes by name.
harmless='^(\./)?[^:]*: warning: |Operation not permitted|^Mount tape volume|^Enter .*name|^default is|^\(default is|^Dump tape is|^You have not read any (tapes|volumes)|^Unless you know which volume|^towards the first|^Specify next volume|^set owner/mode|^(RESTORE: )?Launching |^Tape block size|^$'

# restored FOLDER TREE LOG
restored () {
	rm -f "$1/restoresymtable"
	! grep -vE "$harmless" "$3" | grep -q . ||
	    fail "messages of restore: $(head -c 3000 "$3")"
	same_tree "$2" "$1"
	chmod -R u+rwX "$1" 2>/dev/null
	rm -rf "$1"
}

# What restore, from 0.4b49 on, must be told about records over 32 KiB.
told () {
	grep -q "blocking = 64" "$scratch/a.conf" && echo "-b 64"
}

# by_prefix TREE: restore -M numbers the names itself.
by_prefix () {
	local prefix=$PWD/dumps/set
	mkdir to
	# shellcheck disable=SC2046
	(cd to && "$RESTORE" -r -y $(told) -M -f "$prefix") >restore.log 2>&1 \
	    </dev/null || fail "restore -M: $(cat restore.log)"
	restored to "$1" restore.log
}

# by_script TREE: restore asks a script, which replaces the last volume with the
# next.
by_script () {
	local here=$PWD
	cat >next <<-END
	#!/bin/sh
	# restore -F: "DEVICE VOLUME", where the number is that of the one
	# wanted
	exec ln -sf "$here/dumps/set\$(printf %03d "\$2")" "$here/volume"
	END
	chmod +x next
	ln -sf "$here/dumps/set001" volume
	mkdir to
	# shellcheck disable=SC2046
	(cd to && "$RESTORE" -r -y $(told) -f "$here/volume" -F "$here/next") \
	    >restore.log 2>&1 </dev/null || fail "restore -F: $(cat restore.log)"
	restored to "$1" restore.log
}

# by_answers TREE: restore asks on its terminal, and is given each name.
by_answers () {
	need_pty
	local here=$PWD i
	for ((i = 2; i <= $(count_of dumps); i++)); do
		printf '%s/dumps/set%03d\n' "$here" "$i"
	done >answers
	mkdir to
	(cd to && "$PYTHON3" "$tools/terminal" --lines "$here/answers" \
	    --after '[Nn]ame|volume' \
	    "$RESTORE" -r -y $(told) -f "$here/dumps/set001") >restore.log 2>&1 ||
	    fail "restore: $(cat restore.log)"
	rm -f to/restoresymtable
	same_tree "$1" to
	chmod -R u+rwX to 2>/dev/null
	rm -rf to
}

# dump_set IMAGE RING SIZES
dump_set () {
	fresh
	configure_set a.conf "$1" "$to_files volume_size = $3;" "$2"
	engine 0 -q -c a.conf
	scan_set dumps/*
}

# ---- Small volumes, of even and odd sizes

for size in 32 33 35 40 47 64 100 150 223; do
	dump_set small "blocking = 1;" "$((size * 1024))"
	by_prefix small.tree
done
for size in 32 36 44 64 100; do
	dump_set small "blocking = 4;" "$((size * 1024))"
	by_prefix small.tree
	by_script small.tree
done
dump_set small "blocking = 64;" '"64 KiB"'
by_prefix small.tree
by_script small.tree

# ---- Ended by the medium, not as planned

for capacity in 32 37 41 58 90 130 222; do
	fresh
	configure_set a.conf small "$out_volumes capacity = ($capacity);" \
	    "blocking = 1;"
	engine 0 -q -c a.conf
	for volume in dumps/???; do
		mv "$volume" "dumps/set${volume##*/}"
	done
	by_prefix small.tree
done

# ---- Every kind of file

dump_set full "blocking = 10;" '"320 KiB"'
by_prefix full.tree
by_script full.tree
dump_set full "blocking = 64;" '("64 KiB", "1 MiB", "192 KiB", "700 KiB")'
by_prefix full.tree
dump_set full "blocking = 32;" '"32 KiB"'
[ "$(count_of dumps)" -gt 250 ] || fail "only $(count_of dumps) volumes"
by_prefix full.tree
dump_set full "blocking = 20;" '"3 MiB"'
by_answers full.tree

# ---- restore -C: nothing differs from the filesystem

if can_mount full mnt; then
	configure_set a.conf full "$to_files volume_size = \"1 MiB\";" \
	    "blocking = 10;"
	fresh
	engine 0 -q -c a.conf
	"$RESTORE" -C -y -M -f dumps/set -D "$PWD/mnt" >restore.log 2>&1 \
	    </dev/null || fail "restore -C: $(cat restore.log)"
	grep -q "filesys = " restore.log || fail "no comparison: $(cat restore.log)"
		# Mounting changes the times of the root.
	! grep -iE 'changed|differ|unable|missing|not found|does not exist' \
	    restore.log | grep -v 'compare has differences' | grep -q . ||
	    fail "restore -C: $(cat restore.log)"
fi
