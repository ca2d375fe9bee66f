#!/usr/bin/env bash
# Dumps of systems that are no more, and of other machines, come back whole.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

if is_root; then
	expected=0 owners=--owners
else
	expected=2 owners=		# there are devices
fi
"$PYTHON3" "$tools/dialects" make dumps >names || fail "cannot make them"

while read -r name; do
	restore_into "of-$name" "$expected" -r -f "$scratch/dumps/$name"
	"$PYTHON3" "$tools/dialects" check "of-$name" $owners >different ||
	    fail "$name: $(cat different)"
	rm -rf "of-$name"
	# What has no place here is named once, and is no fault.
	case $name in
	sun*)	hidden="1 attribute directory, 1 attribute that is a file" ;;
	netapp)	hidden="2 hidden streams" ;;
	*)	continue ;;
	esac
	[ "$(grep -c "left out, as Linux .*: $hidden\$" err)" = 1 ] ||
	    fail "$name: no \"$hidden\": $(cat err)"
	restore 0 --verify -f "dumps/$name"
	said "left out, as Linux has no place for them: 1 "
done <names

restore_into verbose "$expected" -x -v -f "$scratch/dumps/sun" .
said "inode 3, mode 160755, 512 bytes: attribute directory, left out" \
    "inode 8, mode 100644, 12 bytes: attribute that is a file, left out"

# What was not recognised can be said.
restore_into . 1 -t --dialect linux -f "$scratch/dumps/v7-512"
said "not a dump of the dialect \"linux\""
restore_into . 0 -t --dialect sun -f "$scratch/dumps/linux-old"
grep -q 'fourteen bytes' out || fail "-t: $(cat out)"
