#!/usr/bin/env bash
# A mounted set is the tree that was dumped: what find, cp, tar and rsync see of
# it, with owners, times, attributes, links and holes; on several volumes, too.
# Eight readers at once read what is there.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/mount/mount-lib.sh
. "$top_srcdir/tests/mount/mount-lib.sh"
need_source
need_python
need setfattr

mkdir dumps
make_image native.img 64M -t ext4 -I 256 -b 4096 -O ea_inode
can_mount native.img tree rw || skip "cannot mount: $(cat mount.log)"
maketree tree --many 200 --native || fail "cannot make the tree"
# Too large for restore(8), so it is behind the end of the set.
head -c 9000 /dev/urandom | base64 -w 0 >large
for path in sizes/513 sizes; do
	setfattr -n user.large -v "$(cat large)" "tree/$path" ||
	    fail "no large attribute"
done
unmount tree
# Kernels without quotas mount it only to read it.
debugfs native.img 'feature project' 'sif /sizes projid 77' \
    'sif /sizes/513 projid 78'
can_mount native.img tree ro || fail "$(cat mount.log)"

configure_dump one.conf native.img dumps/one
engine 0 -c one.conf
mount_set 0 seen -d dumps/one
printed_nothing
said "where its files are, is in its index"
equal_trees tree seen --strict-times --project
[ "$(lsattr -dp seen/sizes | awk '{ print $1 }')" = 77 ] ||
    fail "$(lsattr -dp seen/sizes tree/sizes)"
[ "$(getfattr --only-values -n user.large seen/sizes seen/sizes/513)" = \
    "$(cat large large)" ] || fail "the large attributes are not there"
getfattr -n user.none seen/sizes/513 2>err && fail "user.none is there"
said "No such attribute"
[ "$(cd seen && find . | sort)" = "$(cd tree && find . | sort)" ] ||
    fail "find: $(find seen)"
cp -a seen copy || fail "cannot copy it"
equal_trees tree copy --strict-times --ignore-xattr user.large --no-flags

# Nothing of it can be changed.
for change in 'echo >seen/new' 'rm seen/sizes/513' 'chmod 700 seen/sizes' \
    'touch seen/sizes/513' 'ln seen/sizes/513 seen/new'; do
	eval "$change" 2>err && fail "$change"
	said "Read-only file system"
done
fusermount3 -u seen || fail "cannot unmount it"

# Without an index.
sed 's,dumps/one,dumps/plain,; s/^  date .*/& index = false;/' one.conf \
    >plain.conf
engine 0 -c plain.conf
not_kept () { not_said "where its files are, is in"; }
see_plain () {
	mount_set 0 seen -d "$@" dumps/plain
	diff -r tree/sizes seen/sizes >different || fail "$(cat different)"
	fusermount3 -u seen || fail "cannot unmount it"
}
see_plain --index-file kept
not_kept
said "where its files are is kept in kept"
mount_set 0 seen -d --index-file kept dumps/plain
said "where its files are, is in kept"
equal_trees tree seen --strict-times
fusermount3 -u seen || fail "cannot unmount it"
see_plain --index-file none/kept
said "none/kept: where the files of dumps/plain are cannot be kept: No such file"

# What is kept is made again if it is damaged, or of another set.
truncate -s -8 kept
see_plain --index-file kept
said "kept: it is of another set, or damaged; it is made again"
"$PYTHON3" -c 'import sys
kept = bytearray(open("kept", "rb").read())
kept[len(kept) // 2] ^= 1
open("kept", "wb").write(kept)' || fail "cannot damage it"
see_plain --index-file kept
said "it is made again"
head -c 100 dumps/plain >kept
see_plain --index-file kept
said "it is made again"
see_plain --index-file kept
said "where its files are, is in kept"
rm kept
mkfifo kept
see_plain --index-file kept
said "kept: it is not used: " FIFO
rm kept

# Without the option it is in the cache.
see_plain
said "where its files are is kept in $XDG_CACHE_HOME/dumpengine/"
see_plain
said "where its files are, is in $XDG_CACHE_HOME/dumpengine/"
[ "$(ls "$XDG_CACHE_HOME/dumpengine" | wc -l)" -eq 1 ] ||
    fail "$(ls -a "$XDG_CACHE_HOME/dumpengine")"

# The same name, but another set: what is in it has moved.
"$PYTHON3" -c 'import sys
plain = open("dumps/plain", "rb").read()
at = len(plain) // 20480 * 10240
moved = plain[:at] + bytes(10240) + plain[at:-10240]
open("dumps/plain", "wb").write(moved)' || fail "cannot move it"
mount_set 0 seen dumps/plain
said "what was kept does not fit"
diff -r tree/sizes seen/sizes >different 2>&1
[ "$(wc -l <different)" -le 1 ] || fail "$(cat different)"
fusermount3 -u seen || fail "cannot unmount it"
mount_set 1 seen --index-file kept dumps/one dumps/one
said "for a single set"

# Seven volumes, and others that are missing.
size=$(($(stat -c %s dumps/one) / 6 / 10240 * 10240))
configure_job volumes.conf \
    "plugin = \"fs-ext2\"; device = $(quoted native.img);" \
    "plugin = \"out-file\"; path = \"dumps/v%v\"; volume_size = $size;"
engine 0 -c volumes.conf
[ "$(ls dumps | grep -c ^v)" -ge 6 ] || fail "$(ls dumps)"
mount_set 0 seen 'dumps/v%v'
equal_trees tree seen --strict-times

cat >readers.py <<'END'
import os, random, sys, threading
tree, seen, faults = sys.argv[1], sys.argv[2], []
files = [os.path.join(d, f)[len(tree) + 1:] for d, _, names in os.walk(tree)
         for f in names]
files = [f for f in files if os.path.isfile(os.path.join(tree, f)) and not
         os.path.islink(os.path.join(tree, f))]
def read(seed):
    r = random.Random(seed)
    for _ in range(300):
        f = r.choice(files)
        size = os.stat(os.path.join(tree, f)).st_size
        at = r.randrange(size + 1)
        n = r.randrange(1, 200000)
        with open(os.path.join(tree, f), 'rb') as a, \
             open(os.path.join(seen, f), 'rb') as b:
            if os.pread(a.fileno(), n, at) != os.pread(b.fileno(), n, at):
                faults.append(f'{f}: {n} bytes at {at} differ')
                return
readers = [threading.Thread(target=read, args=(i,)) for i in range(8)]
for t in readers: t.start()
for t in readers: t.join()
print('\n'.join(faults) or f'{len(files)} files', file=sys.stderr)
sys.exit(bool(faults))
END
"$PYTHON3" readers.py tree seen 2>err || fail "$(cat err)"
said files
fusermount3 -u seen || fail "cannot unmount it"

# What is on a volume that is gone cannot be read; all else can.
mv dumps/v003 gone
hold_set seen 'dumps/v%v'
(cd tree && find . -type f -size +1k -print0) >names
whole=0 lost=0
while IFS= read -r -d '' name; do
	if cat "seen/$name" >content 2>cat.log; then
		same_file "tree/$name" content
		whole=$((whole + 1))
	else
		grep -q 'Input/output error' cat.log || fail "$(cat cat.log)"
		lost=$((lost + 1))
	fi
done <names
[ "$lost" -gt 0 ] && [ "$whole" -gt "$lost" ] ||
    fail "$whole files are whole, and $lost are lost"
grep -q 'volume 3' held || fail "nobody says so: $(cat held)"
end_set 2 seen

# From a tape of another machine, which is wound to each place, or read again.
cat >rsh <<END_OF_RSH
#!/bin/sh
exec "$PYTHON3" -I -S "$tools/rmt-server" --tape "$scratch/tape" "\$@"
END_OF_RSH
chmod +x rsh
rm dumps/plain
engine 0 -c plain.conf
for set in one plain; do
	"$PYTHON3" - "dumps/$set" tape <<-'END_OF_PYTHON'
	import sys
	data = open(sys.argv[1], "rb").read()
	assert len(data) % 32768 == 0
	open(sys.argv[2], "wb").write(b"0" + b" 32768" * (len(data) // 32768) +
	                              b" -1\n" + data)
	END_OF_PYTHON
	RSH=$scratch/rsh mount_set 0 seen -d host:/dev/nst0
	equal_trees tree seen --strict-times
	fusermount3 -u seen || fail "cannot unmount it"
done

# A record that cannot be read: where files behind it are is not known then, and
# nothing else is taken for what they had.
count=$(($(stat -c %s dumps/plain) / 32768))
sed -i "s,--tape,--bad $((count / 2)) &," rsh
"$PYTHON3" - dumps/plain tape <<'END_OF_PYTHON'
import sys
data = open(sys.argv[1], "rb").read()
open(sys.argv[2], "wb").write(b"0" + b" 32768" * (len(data) // 32768) +
                              b" -1\n" + data)
END_OF_PYTHON
RSH=$scratch/rsh mount_set 0 seen host:/dev/nst0
said "a record cannot be read"
whole=0 lost=0
while IFS= read -r -d '' name; do
	if cat "seen/$name" >content 2>cat.log; then
		same_file "tree/$name" content
		whole=$((whole + 1))
	else
		grep -q 'Input/output error' cat.log || fail "$(cat cat.log)"
		lost=$((lost + 1))
	fi
done <names
[ "$lost" -gt 0 ] && [ "$whole" -gt 0 ] ||
    fail "$whole files are whole, and $lost are lost"
fusermount3 -u seen || fail "cannot unmount it"
