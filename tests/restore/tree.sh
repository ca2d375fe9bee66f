#!/usr/bin/env bash
# Every kind of file comes back: by -r, by -x, in parts, from volumes, through
# a pipe, and for an ordinary user as far as that user may.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

if is_root; then
	make_image native.img 64M -t ext4 -I 256 -b 4096
	can_mount native.img tree rw || skip "cannot mount: $(cat mount.log)"
	maketree tree --many 500 --native || fail "cannot make the tree"
	unmount tree
	can_mount native.img tree ro || fail "$(cat mount.log)"
	flags=--strict-times
else
	mkdir tree
	maketree tree --many 500 || fail "cannot make the tree"
	make_image native.img 64M tree -t ext4 -b 4096
	flags=--no-flags
fi
dump=$scratch/dumps/one
configure_dump one.conf native.img dumps/one
engine 0 -c one.conf

# All of it
restore_into rebuilt 0 -r -f "$dump"
equal_trees tree rebuilt $flags
printed_nothing
restore_into extracted 0 -x -o -f "$dump"
equal_trees tree extracted $flags
mkfifo pipe
cat "$dump" >pipe &
input=$scratch/pipe restore_into piped 0 -r -f -
equal_trees tree piped $flags
rm -rf extracted piped

# Nothing differs, and then something does.
restore_into . 0 -C -D "$scratch/rebuilt" -f "$dump"
chmod 4711 rebuilt/sizes
echo longer >>rebuilt/sizes/1
rm rebuilt/sizes/0
restore_into . 2 -C -D "$scratch/rebuilt" -f "$dump"
said "sizes (" "sizes/1 (inode" "sizes/0: is not there"
rm -rf rebuilt

# Parts of it: what is only on the way has its own mode, too.
restore_into part 0 -x -f "$dump" sizes/513 ./sizes/1024
[ "$(cd part && find . -type f | sort | tr '\n' ' ')" = \
    "./sizes/1024 ./sizes/513 " ] || fail "part holds: $(find part)"
same_file part/sizes/513 tree/sizes/513
[ "$(stat -c %a:%Y part/sizes)" = "$(stat -c %a:%Y tree/sizes)" ] ||
    fail "sizes: $(stat part/sizes)"
restore_into part 2 -x -u -f "$dump" sizes/513 sizes/none
said "sizes/none: there is no such name in the set"
printf 'sizes/1025\n\nsizes/none\n' >names
restore_into part 2 -x -f "$dump" -X "$scratch/names"
same_file part/sizes/1025 tree/sizes/1025
restore_into alone 0 -x -h -f "$dump" sizes
[ -z "$(ls alone/sizes)" ] || fail "-h: $(find alone)"
restore_into numbers 0 -x -m -f "$dump" sizes/513
same_file "numbers/$(stat -c %i tree/sizes/513)" tree/sizes/513
restore_into dry 0 -x -N -f "$dump"
[ -z "$(ls -A dry)" ] || fail "-N wrote: $(ls -A dry)"

# What is there already
restore_into part 4 -x -f "$dump" sizes/513
said "sizes/513 exists"
echo mine >part/sizes/513
restore_into part 0 -x --if-exists skip -f "$dump" sizes/513
restore_into part 0 -x --if-exists newer -f "$dump" sizes/513
[ "$(cat part/sizes/513)" = mine ] || fail "it was replaced"
restore_into part 2 -x --if-exists fail -f "$dump" sizes/513
restore_into part 0 -x --if-exists replace -f "$dump" sizes/513
same_file part/sizes/513 tree/sizes/513
