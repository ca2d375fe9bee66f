#!/usr/bin/env bash
# An inode that dump -m has written without contents gets them from the newest
# level that has them, level by level and all at once; a number that was used
# again is not taken for the same file.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
need_root
PATH=$PATH:/usr/sbin:/sbin
command -v dump >/dev/null || skip "needs dump"
command -v losetup >/dev/null || skip "needs losetup"

make_image levels.img 8M -t ext4 -b 1024
can_mount levels.img now rw || skip "cannot mount: $(cat mount.log)"
unmount now
device=$(losetup -f --show levels.img) || skip "cannot make a loop device"
trap 'umount now 2>/dev/null; losetup -d "$device"; clean_up' EXIT

# change COMMAND...: in the filesystem.
change () {
	mount "$device" now || fail "cannot mount"
	(cd now && "$@") || fail "$* fails"
	rm -rf "tree-$level"
	cp -a now "tree-$level"
	umount now
}

# dumped OPTION...: with the stock dump, which takes what was changed in the
# second in which it begins for what is changed after it.
dumped () {
	touch changed
	wait_for 3 is_later changed || fail "the clock stands still"
	dump "-$level" "$@" -u -D "$scratch/dates" -f "dumps/$level" "$device" \
	    >dump.log 2>&1 || fail "dump: $(cat dump.log)"
}

level_0 () {
	mkdir d other
	for name in plain mode renamed linked d/moved swap-a swap-b both new \
	    twice gone; do
		echo "$name of level 0" >"$name"
	done
	mkfifo fifo
	ln -s target link
	setfattr -n user.old -v value mode
}
level_1 () {
	chmod 400 mode && setfattr -x user.old mode
	setfattr -n user.new -v value mode
	mv renamed other/name
	ln linked other/second
	mv d/moved other/moved
	mv swap-a x && mv swap-b swap-a && mv x swap-b
	echo "both of level 1" >both
	chmod 640 twice fifo
	chown -h 1234 link
	rm gone
}
level_2 () {
	chmod 600 both
	mv twice thrice && chown 4321 thrice
	rm linked
	mv other/moved plain
	mv d other/d
}
level=0
change level_0
dumped
level=1
change level_1
dumped -m
level=2
change level_2
dumped -m

# dump(8) keeps microseconds.
files=()
for level in 0 1 2; do
	files+=(-f "$scratch/dumps/$level")
	restore_into by-level 0 -r -f "$scratch/dumps/$level"
	[ "$level" = 0 ] ||
	    equal_trees "tree-$level" by-level --precision us
done
restore_into at-once 0 -r "${files[@]}"
equal_trees tree-2 at-once --precision us

# A selection of them, into an empty directory.
restore_into some 0 -x "${files[@]}" ./both ./thrice </dev/null
[ "$(cat some/both some/thrice)" = "both of level 1
twice of level 0" ] || fail "extracted: $(cat some/*)"

# What cannot be read a second time is named.
mkfifo pipe
cat dumps/0 >pipe &
restore_into piped 2 -r -f "$scratch/pipe" -f "$scratch/dumps/1"
wait
said "./mode (inode" "its contents are in an older set" "level by level"

# A copy with an old time under a number that was in use: dump has not got it.
level_3 () {
	number=$(stat -c %i new)
	rm new
	echo "another file" >new
	touch -d 2001-02-03 new
	echo "$number $(stat -c %i new)" >"$scratch/numbers"
}
level=3
change level_3
dumped -m
read -r old new <numbers
[ "$old" = "$new" ] || exit 0
restore_into by-level 2 -r -f "$scratch/dumps/3"
said "./new (inode $new): the set has only its owner, mode and times, and the file in the target was changed at another time"
restore_into at-once-3 2 -r "${files[@]}" -f "$scratch/dumps/3"
said "./new (inode $new): the set has only its owner, mode and times, and the file itself is not in the target"
[ ! -e at-once-3/new ] || fail "new is there: $(cat at-once-3/new)"
