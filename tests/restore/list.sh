#!/usr/bin/env bash
# -t lists what restore -t lists, in its form: names, numbers, headings; only
# the order within a directory may be another one.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

need_debugfs
mkdir tree
maketree tree --many 300 || fail "cannot make the tree"
make_image big.img 48M tree -t ext4 -b 4096
configure_dump big.conf big.img dumps/big
engine 0 -c big.conf

# A chain of two levels: gone is removed, added comes.
mkdir -p small/dir
echo 1 >small/dir/stays
echo 2 >small/dir/gone
make_image small.img 4M small -t ext4
# dump LEVEL DATE
dump () {
	cat >small.conf <<-END
	dumpdates = $(quoted "$scratch/dumpdates");
	jobs = ( { name = "test"; label = "testing"; date = "$2";
	  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/small.img"); };
	  output = { plugin = "out-file"; path = "dumps/%l"; };
	} );
	END
	engine 0 -c small.conf --level "$1"
}
debugfs small.img "sif / ctime 20200101" "sif /lost+found ctime 20200101" \
    "sif /dir ctime 20200101" "sif /dir/stays ctime 20200101" \
    "sif /dir/gone ctime 20200101"
dump 0 2021-01-01
debugfs small.img "rm /dir/gone" "symlink /dir/added stays" \
    "sif /dir ctime 20220101" "sif /dir/added ctime 20220101"
dump 1 2023-01-01

# The lines about files; the headings come first, in order.
entries () { grep -aE "^(dir |leaf)? *[0-9]+	" "$1" | sort; }
headings () { grep -aE '^(Dump  |Dumped|Level|Label:)' "$1"; }

# as_restore ARGUMENT...: both list the same.
as_restore () {
	local part
	"$RESTORE" -f "$@" >expected 2>/dev/null </dev/null
	restore 0 -f "$@"
	for part in headings entries; do
		$part expected >expected.part
		$part out >out.part
		cmp expected.part out.part || fail "restore -f $*: $part differ:
$(diff -a expected.part out.part | head -20)"
	done
}

if [ -n "${RESTORE:-}" ]; then
	for dump in dumps/big dumps/0 dumps/1; do
		as_restore "$dump" -t
		as_restore "$dump" -tv
		as_restore "$dump" -t .
		as_restore "$dump" -th
	done
	as_restore dumps/big -t sizes
	as_restore dumps/big -tv sizes/1024 ./names links/
	as_restore dumps/big -th sizes names
	as_restore dumps/big -t sizes sizes/1
	as_restore dumps/big -t sizes/../names
	as_restore dumps/1 -t dir
fi

# listed PATH...: these, and no others
listed () {
	[ "$(entries out | cut -f 2 | sort | tr '\n' ' ')" = \
	    "$(printf '%s\n' "$@" | sort | tr '\n' ' ')" ] ||
	    fail "expected: $*; it listed: $(cat out)"
}

# Without any restore to compare with
restore 0 -t -f dumps/1 dir/added
listed ./dir/added
[ "$(headings out | grep -c .)" -eq 4 ] || fail "$(cat out)"
restore 2 -t -f dumps/0 dir/none dir/gone
said "dir/none"
listed ./dir/gone
# Not in this set, though in the filesystem
restore 2 -t -f dumps/1 dir/stays
said "dir/stays"
# Both sets at once: the tree of the second, all that is in either
restore 0 -t -f dumps/0 -f dumps/1
listed . ./lost+found ./dir ./dir/stays ./dir/added

# Standard output is a full disk.
if [ -c /dev/full ]; then
	setsid "$restore_program" ${trusted[@]+"${trusted[@]}"} -t -f dumps/0 \
	    >/dev/full 2>err </dev/null
	status=$?
	[ "$status" -eq 3 ] || fail "a full disk: exit status $status"
	said "cannot write the list: No space left on device"
fi

# Whoever reads the list has seen enough of it.
"$PYTHON3" -c 'import os, subprocess, sys
r, w = os.pipe()
os.close(r)
sys.exit(subprocess.run(sys.argv[1:], stdout=w).returncode)' \
    "$restore_program" ${trusted[@]+"${trusted[@]}"} -t -f dumps/0 2>err \
    </dev/null
status=$?
[ "$status" -eq 0 ] && [ ! -s err ] || fail "a closed pipe: $status, $(cat err)"
