#!/usr/bin/env bash
# All dates of a job are folders, each the tree as it stood then.  A date is read
# when somebody looks into it; one whose volumes are gone is an error of its own.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
# shellcheck source=tests/mount/mount-lib.sh
. "$top_srcdir/tests/mount/mount-lib.sh"
need setpriv

mkdir catalog
catalog=$scratch/catalog/catalog.sqlite
make_levels 0 1

# The root of the last one is for its owner alone.
wait_for 3 is_later dumps || fail "the clock stands still"
can_mount levels.img now rw || fail "$(cat mount.log)"
chmod 700 now
mkdir tree-2
cp -a now/. tree-2 || fail "cannot copy the tree"
unmount now
engine 0 -c levels.conf --level 2

# Nothing is read for a list of them.
hold_set seen --catalog "$catalog" --job test -o allow_other
mapfile -t dates < <(ls seen)
[ "${#dates[@]}" -eq 4 ] && [ "${dates[3]}" = latest ] ||
    fail "the folders are ${dates[*]}"
for date in "${dates[@]:0:3}"; do
	[[ $date =~ ^2[0-9]{3}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$ ]] ||
	    fail "a folder has the name $date"
done
[ "$(readlink seen/latest)" = "${dates[2]}" ] ||
    fail "latest is $(readlink seen/latest)"
[ "$(ls -l seen | wc -l)" -eq 5 ] || fail "$(ls -l seen)"
! grep -q 'level' held || fail "trees are made: $(cat held)"
ls seen/none 2>err && fail "a date is there that is none"
said "No such file"

# Whoever may not look into the tree may not, even if he is the first.
stranger () (
	cd seen && setpriv --reuid 65534 --regid 65534 --clear-groups "$@" \
	    >"$scratch/out" 2>"$scratch/err"
)
stranger ls "${dates[2]}" && fail "a stranger can look into the last one"
said "Permission denied"
stranger ls "${dates[0]}" || fail "a stranger cannot look: $(cat err)"

for level in 0 1 2; do
	equal_trees "tree-$level" "seen/${dates[level]}"
done
equal_trees tree-2 seen/latest/
[ "$(stat -c %a seen/latest/)" = 700 ] || fail "$(stat seen/latest/)"

# Files of several dates are no links of each other.
cp -a seen copy || fail "cannot copy it"
for level in 0 1 2; do
	equal_trees "tree-$level" "copy/${dates[level]}"
done
[ -z "$(find seen \( -type d -o -links 1 \) -printf '%i\n' | sort |
    uniq -d)" ] || fail "different files have one number"
for change in 'mkdir seen/new' 'rm seen/latest' 'rmdir seen/2*'; do
	eval "$change" 2>err && fail "$change"
	said "Read-only file system"
done
end_set 0 seen

# The volumes of one are gone, and so is what builds on it.
mv dumps/1 gone
hold_set seen -c levels.conf --job test
[ "$(ls seen)" = "$(printf '%s\n' "${dates[@]}")" ] || fail "$(ls seen)"
equal_trees tree-0 "seen/${dates[0]}"
for level in 1 2; do
	ls "seen/${dates[level]}" 2>err && fail "level $level is there"
	said "Input/output error"
	grep -q "${dates[level]}: .*dumps/1: No such file" held ||
	    fail "nobody says so: $(cat held)"
done
end_set 2 seen

# A copy of it does as well.
"$PYTHON3" - "$catalog" "$scratch" <<'END' || fail "cannot note the copy"
import sqlite3, sys
catalog = sqlite3.connect(sys.argv[1])
catalog.execute("INSERT INTO volume (dump, copy, number, output, name, first,"
    " blocks) SELECT dump, 1, number, output, ? || '/gone', first, blocks"
    " FROM volume WHERE name = ? || '/dumps/1'", 2 * sys.argv[2:])
catalog.commit()
END
hold_set seen -c levels.conf --job test
for level in 1 2; do
	equal_trees "tree-$level" "seen/${dates[level]}"
done
end_set 0 seen

# What the catalogue does not have is left out.
"$top_builddir/dumpengine-catalog" ${trusted[@]+"${trusted[@]}"} \
    --catalog "$catalog" forget --force 2 >out 2>err || fail "$(cat err)"
hold_set seen -c levels.conf --job test
[ "$(ls seen)" = "$(printf '%s\n' "${dates[0]}" latest)" ] ||
    fail "$(ls seen)"
grep -q 'is left out: it needs the dump of' held || fail "$(cat held)"
equal_trees tree-0 seen/latest/
end_set 0 seen

# What cannot be is said.
mount_set 1 seen --catalog "$catalog" --job none
said "no dump of job none"
mount_set 1 seen --catalog "$scratch/none" --job test
"$top_builddir/dumpengine-catalog" ${trusted[@]+"${trusted[@]}"} \
    --catalog "$catalog" forget --force 1 >out 2>err || fail "$(cat err)"
mount_set 1 seen --catalog "$catalog" --job test
said "no dump of this job that can be restored"
mount_set 1 seen --catalog "$catalog" --job test one two
said "named once"

# Without a catalogue, a job is what it has written.
grep -v '^catalog' levels.conf >plain.conf
sed -i 's,dumps/%l,dumps/0,' plain.conf
mount_set 0 seen -c plain.conf --job test
equal_trees tree-0 seen
umount seen || fail "cannot unmount it"
mount_set 1 seen -c plain.conf --job test dumps/0
said "cannot be used together"
