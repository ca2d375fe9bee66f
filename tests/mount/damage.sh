#!/usr/bin/env bash
# Where a set is damaged, only the file concerned cannot be read.  However the
# program ends, nothing is left that fusermount3 could not clean up.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/mount/mount-lib.sh
. "$top_srcdir/tests/mount/mount-lib.sh"
need_source
need_python

mkdir -p tree/below dumps
for n in 1 2 3 4 5 6; do
	head -c 60000 /dev/urandom >"tree/$n"
	head -c 3000 /dev/urandom >"tree/below/$n"
done
head -c 1500000 /dev/urandom >tree/big
make_image one.img 8M tree -t ext4 -b 1024
configure_dump one.conf one.img dumps/one
engine 0 -c one.conf

# The first header of 4, and one in the middle of big.
"$PYTHON3" - "$(stat -c %s tree/big)" <<'END' || fail "cannot damage it"
import struct, subprocess
data = bytearray(open("dumps/one", "rb").read())
def inode(path):
    return int(subprocess.run(["debugfs", "-R", "stat " + path, "one.img"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        check=True).stdout.split()[1])
def find(path, kind):
    wanted = inode(path)
    return next(at for at in range(0, len(data), 1024)
        if struct.unpack_from("<II", data, at + 20) == (wanted, 60012)
        and data[at] == kind)
for at in find("/4", 2), find("/big", 4):
    data[at:at + 1024] = bytes(1024)
open("dumps/bad", "wb").write(data)

# A byte of the contents of big, which nothing but the digests can notice.
data = bytearray(open("dumps/one", "rb").read())
at = data.index(open("tree/big", "rb").read()[1400000:1400100])
data[at] ^= 1
open("dumps/flipped", "wb").write(data)
END

# whole PATH...: these are as they were.
whole () {
	local path
	for path; do
		same_file "tree/$path" "seen/$path"
	done
}

hold_set seen -o nodigest dumps/bad
whole 1 2 3 5 6 below/{1,2,3,4,5,6}
cat seen/4 2>err && fail "4 can be read"
said "Input/output error"
ls seen >list || fail "the directory cannot be listed"
grep -qx 4 list || fail "4 has no name"
head -c 500000 seen/big | cmp -s -n 500000 - tree/big ||
    fail "the beginning of big differs"
cat seen/big >/dev/null 2>err && fail "big can be read"
said "Input/output error"
grep -qF './big' held && grep -qF './4' held || fail "$(cat held)"
end_set 2 seen

# Whatever else is in that MiB may be damaged, too, as the digests say.
hold_set seen dumps/bad
cat seen/1 >/dev/null 2>err && fail "1 can be read"
said "Input/output error"
end_set 2 seen

# A byte that differs: what is elsewhere can be read, and it is said once.
hold_set seen dumps/flipped
whole 1 2 3 4 5 6 below/{1,2,3,4,5,6}
head -c 500000 seen/big | cmp -s -n 500000 - tree/big ||
    fail "the beginning of big differs"
for _ in 1 2; do
	cat seen/big >/dev/null 2>err && fail "big can be read"
	said "Input/output error"
done
[ "$(grep -c 'volume 1: bytes [0-9]* to [0-9]* are damaged' held)" -eq 1 ] ||
    fail "$(cat held)"
grep -q './big .*some cannot be read' held || fail "$(cat held)"
end_set 2 seen
hold_set seen -o nodigest dumps/flipped
cat seen/big >content || fail "big cannot be read"
[ "$(cmp -l tree/big content | wc -l)" -eq 1 ] ||
    fail "$(cmp -l tree/big content | head)"
end_set 0 seen

# A set that ends too early.
head -c 200000 dumps/one >dumps/short
hold_set seen dumps/short
whole 1
cat seen/big >/dev/null 2>err && fail "big can be read"
end_set 2 seen

# Signals unmount it.
for signal in INT TERM HUP; do
	hold_set seen dumps/one
	kill -"$signal" "$holder"
	wait "$holder" || fail "$signal: it ends with $?: $(cat held)"
	is_not_mounted seen || fail "$signal: it is still mounted"
done

# One that was killed leaves what can be cleaned up.
hold_set seen dumps/one
exec 3<seen/1
kill -KILL "$holder"
wait "$holder" 2>/dev/null
exec 3<&-
ls seen >list 2>err && fail "nobody is there, and answers"
fusermount3 -u seen || fail "it cannot be cleaned up"
hold_set seen dumps/one
whole 1 2 3 4 5 6 big
end_set 0 seen
[ -z "$(find "$TMPDIR" -type f ! -name dumpengine ! -path '*/state/*')" ] ||
    fail "temporary files are left: $(find "$TMPDIR")"
