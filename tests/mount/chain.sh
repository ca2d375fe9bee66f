#!/usr/bin/env bash
# A chain of levels is mounted as it was at its end: what was deleted is not
# there, and what was moved is in its place.  mount(8) can do it, too.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
# shellcheck source=tests/mount/mount-lib.sh
. "$top_srcdir/tests/mount/mount-lib.sh"

mkdir catalog
catalog=$scratch/catalog/catalog.sqlite
make_levels 0 1 2
mount_set 0 old dumps/0
equal_trees tree-0 old
mount_set 0 seen dumps/0 dumps/1 dumps/2
equal_trees tree-2 seen
equal_trees tree-0 old
umount seen || fail "cannot unmount it"

# The catalogue finds what it takes.
mount_set 0 seen --catalog "$catalog" --at "@$(stat -c %Y dumps/1)"
equal_trees tree-1 seen
umount seen || fail "cannot unmount it"
mount_set 1 seen --catalog "$catalog" --at 1999-12-31
mount_set 1 seen --catalog "$catalog" --at nonsense
said "must be a date"

# A chain that is none is refused.
mount_set 1 seen dumps/0 dumps/2
said "needs a dump of" "is missing"
is_not_mounted seen || fail "it is mounted"

# As mount(8) begins it.
ln -s "$mount_program" mount.fuse.dumpengine
trust=$(printf '%s ' ${trusted[@]+"${trusted[@]}"})
# shellcheck disable=SC2086
run ./mount.fuse.dumpengine $trust "$scratch/dumps/0" "$scratch/seen" -n -s -o \
    "rw,noauto,nofail,x-systemd.automount,allow_other,next=$scratch/dumps/1" \
    -t fuse.dumpengine
[ "$status" -eq 0 ] || fail "mount.fuse.dumpengine: $status: $(cat err)"
equal_trees tree-1 seen
grep "$scratch/seen" /proc/self/mounts | grep -q ' ro,.*allow_other' ||
    fail "$(grep "$scratch/seen" /proc/self/mounts)"

# A file of the chain, opened before it is unmounted, keeps it in use.
file=$(find seen -type f | head -1)
exec 3<"$file"
umount seen 2>err && fail "it is unmounted while $file is open"
said busy
exec 3<&-
umount seen || fail "cannot unmount it"

# What is wrong is said.
mount_set 1 seen --job none dumps/0 dumps/1
said "named once"
mount_set 1 seen dumps/none
mount_set 1 seen "$scratch/mount.fuse.dumpengine"
said "not a dump"
mount_set 1 seen -o nonsense dumps/0
said "cannot be used with these options"
run "$mount_program" dumps/0
[ "$status" -eq 1 ] || fail "without a directory: $status"
said "say what and where"
run "$mount_program" dumps/0 none
said "none: No such file"
run "$mount_program" --help
[ "$status" -eq 0 ] && grep -q '^usage: dumpengine-mount' out || fail "--help"
run "$mount_program" --version
[ "$(cat out)" = "dumpengine-mount $VERSION" ] || fail "$(cat out)"
gzip -k dumps/0
mount_set 1 seen dumps/0.gz
mount_set 1 seen - <dumps/0
is_not_mounted seen || fail "it is mounted"
