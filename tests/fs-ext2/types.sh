#!/usr/bin/env bash
# Wrong types in directory entries are corrected in the dump, and attributes
# that restore could not set are named: nothing is lost silently.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_debugfs
need_restore
need_python
mkdir -p dumps tree/dir
for name in fifo device socket link gone; do
	echo "$name" >"tree/$name"
done
ln -s target tree/symlink
echo text >tree/file
echo text >tree/dir/file

# types DUMP NAME=TYPE...: the types in its directories
types () {
	"$PYTHON3" - "$@" <<-'END' || fail "$1"
	import sys

	data = open(sys.argv[1], 'rb').read()
	for wanted in sys.argv[2:]:
	    name, number = wanted.split('=')
	    at = data.find(bytes([len(name)]) + name.encode() + b'\0')
	    if at < 0:
	        sys.exit(f'{name} has no entry')
	    if data[at - 1] != int(number):
	        sys.exit(f'{name} is of type {data[at - 1]}, not {number}')
	END
}

make_image plain.img 8M tree -t ext4 -I 256 -O ^metadata_csum,^has_journal \
    -E root_owner
cp plain.img img
debugfs img "sif fifo mode 010644" "sif fifo flags 0" \
    "sif device mode 060600" "sif device flags 0" \
    "sif socket mode 0140600" "sif socket flags 0"
configure_dump a.conf img dumps/a
engine 0 -c a.conf
types dumps/a fifo=1 device=6 socket=12 symlink=10 file=8 dir=4
scan dumps/a
said "note: /fifo (inode " "its directory entry gives another type"
[ "$(grep -c 'another type' err)" -eq 3 ] || fail "$(cat err)"

# Entries without types
make_image none.img 8M tree -t ext2 -O ^filetype -E root_owner
configure_dump a.conf none.img dumps/b
engine 0 -c a.conf
types dumps/b symlink=10 file=8 dir=4
not_said "another type"

# ---- Access control lists that Linux would not accept

	# Version 1, then tags and permissions: owner, unknown tag, group,
	# others
printf '\1\0\0\0\1\0\6\0\x34\x12\6\0\4\0\4\0\x20\0\4\0' >strange
printf '\1\0\0\0\1\0\6\0\4\0\4\0\x20\0\4\0' >good
cp plain.img img
debugfs img "ea_set -f strange -r dir/file system.posix_acl_access" \
    "ea_set -f strange -r dir system.posix_acl_default" \
    "ea_set -f good -r file system.posix_acl_access" \
    "ea_set -f good -r link system.posix_acl_default"
"$DEBUGFS" -R "ea_list dir/file" img 2>/dev/null | grep -q posix_acl_access ||
    skip "this debugfs sets no such lists"
configure_dump a.conf img dumps/c
engine 2 -c a.conf
scan dumps/c
for path in /dir/file /dir /link; do
	grep -q "warning: $path (inode [0-9]*): its attribute system.posix_acl" err ||
	    fail "$path is not named: $(cat err)"
done
said "it is not an access control list that Linux accepts" \
    "only directories can have it"
[ "$(grep -c 'is left out' err)" -eq 3 ] || fail "$(cat err)"
restore_dump dumps/c restored
same_tree tree restored --no-flags
