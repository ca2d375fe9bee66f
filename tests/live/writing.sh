#!/usr/bin/env bash
# A write(2) that begins before a dump with live = true, and ends during or
# after it, sets the time of the file only at its beginning: the file is named
# where this can be detected, and the next level has it as it is then.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/live/live-lib.sh
. "$top_srcdir/tests/live/live-lib.sh"

need_source
need_restore
need_python
need_root

mkdir -p dumps tree/dir
writer=

clean_up_writing () {
	[ -z "$writer" ] || kill -KILL "$writer" 2>/dev/null
	clean_up_live
}
trap clean_up_writing EXIT

# level NUMBER OUTPUT [SETTINGS]: configure a dump.
level () {
	cat >l.conf <<-END
	dumpdates = "$scratch/dumpdates";
	jobs = ( {
	  name = "test";
	  state_dir = "$scratch/state";
	  level = $1;
	  ${3:-}
	  source = { plugin = "fs-ext2"; device = "$device"; live = true; };
	  output = { $2 };
	  ring = { blocking = 10; };
	} );
	END
}

# begin_writing FILE: a write(2) over it that stops in the middle.
begin_writing () {
	rm -f write.*
	"$PYTHON3" "$tools/slow-write" "$1" 1048576 write &
	writer=$!
	wait_for 60 test -e write.begun || {
		wait "$writer"
		[ $? -eq 77 ] && skip "needs userfaultfd"
		fail "the write does not begin"
	}
	# The dump begins in a later second.
	local begun
	begun=$(stat -c %Z "$1")
	later () { [ "$(date +%s)" -gt "$begun" ]; }
	wait_for 60 later || fail "the clock does not advance"
}

end_writing () {
	: >write.go
	wait "$writer" || fail "the write fails"
	writer=
}

# chain_restores: levels 0 and 1 restore the current tree.
chain_restores () {
	rm -rf back
	mkdir back
	local l
	for l in 0 1; do
		(cd back && "$RESTORE" -r -y -f "../dumps/$l") >restore.log \
		    2>&1 </dev/null || fail "restore: $(cat restore.log)"
	done
	same_file mnt/dir/slow back/dir/slow
}

make_live a.img 64M tree
mount_image a.img mnt rw

# It ends when the file has been dumped, as shown by the larger one after it.
: >mnt/dir/slow
head -c 20000000 /dev/urandom >mnt/dir/ylarge
[ "$(stat -c %i mnt/dir/slow)" -lt "$(stat -c %i mnt/dir/ylarge)" ] ||
    skip "the inodes are in another order"
begin_writing mnt/dir/slow
level 0 "$(holding dumps/0) hold = 800;" "date = $(date +%s);"
sed -i 's/hold = 1;//' l.conf
start l.conf
end_writing
finish 2
said "warning: /dir/slow (inode $(stat -c %i mnt/dir/slow)): its size or \
blocks changed during the dump, though its change time is older" \
    "BUT IT IS NOT COMPLETE"
not_said "ylarge"
scan dumps/0
level 1 'plugin = "out-file"; path = "dumps/1";'
engine 0 -c l.conf
scan dumps/1
chain_restores

# It ends after the dump, overwriting existing data: this cannot be detected, so
# the date of the dump is set back a little.
rm -f dumps/* dumpdates
rm -rf state
head -c 2000000 /dev/urandom >mnt/dir/slow
begin_writing mnt/dir/slow
level 0 'plugin = "out-file"; path = "dumps/0";'
engine 0 -c l.conf
end_writing
level 1 'plugin = "out-file"; path = "dumps/1";'
engine 0 -c l.conf
chain_restores
# Files unchanged for longer are not dumped again.
"$RESTORE" -t -f dumps/1 2>/dev/null >list
! grep -q "./dir/none" list || fail "level 1 has what did not change"
