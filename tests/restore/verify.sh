#!/usr/bin/env bash
# --verify finds each fault of a set, says it in a line, and writes nothing; a
# whole set has none.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkdir -p tree/sizes
for size in 0 1 1023 1024 1025 40000 524288 524289 1000000; do
	head -c "$size" /dev/urandom >"tree/sizes/$size"
done
ln -s sizes tree/link
make_image one.img 8M tree -t ext4 -b 4096
configure_dump one.conf one.img dumps/one
engine 0 -c one.conf
"$PYTHON3" "$tools/dumpscan" --json --list dumps/one >list.json ||
    fail "dumpscan: $(head -c 500 list.json)"

mkdir empty
restore_into empty 0 --verify -f "$scratch/dumps/one"
printed_nothing
! grep -q warning err || fail "$(cat err)"
input=dumps/one restore 0 --verify -f -

# damage EXPRESSION: dumps/bad is dumps/one with these blocks changed; `find` is
# the first header of a type (and an inode), `fix` makes its checksum right.
damage () {
	"$PYTHON3" - "$1" <<-'END' || fail "cannot damage it: $1"
	import struct, sys
	b = bytearray(open("dumps/one", "rb").read())
	def is_header(at):
	    return struct.unpack_from("<I", b, at + 24)[0] == 60012 and \
	        sum(struct.unpack_from("<256I", b, at)) & 0xffffffff == 84446
	def find(kind, inode=None):
	    for at in range(0, len(b), 1024):
	        if is_header(at) and struct.unpack_from("<I", b, at)[0] == kind \
	                and inode in (None, struct.unpack_from("<I", b, at + 20)[0]):
	            return at
	    raise SystemExit("no such header")
	def fix(at):
	    struct.pack_into("<I", b, at + 28, 0)
	    rest = 84446 - sum(struct.unpack_from("<256I", b, at))
	    struct.pack_into("<I", b, at + 28, rest & 0xffffffff)
	exec(sys.argv[1])
	open("dumps/bad", "wb").write(b)
	END
}

# faulty TEXT...
faulty () {
	restore 2 --verify -f dumps/bad
	printed_nothing
	said "$@"
}

number () {		# the inode of a path in the image
	restore 0 -t -f dumps/one "$1"
	sed -n 's/^ *\([0-9]*\)	.*/\1/p' out | head -1
}
file=$(number sizes/524289)
directory=$(number sizes)

damage "at = find(2, $file); b[at:at + 1024] = bytes(1024)"
faulty "./sizes/524289 (inode $file): is in the map of this set, but not in it"
damage "at = find(4, $file); b[at + 30] ^= 255"
faulty "headers within an inode"
damage "at = find(4, $file); del b[at - 20480:at + 2048]"
faulty "./sizes/524289 (inode $file): bytes "
damage "del b[len(b) // 2:]"
faulty "the end of the set is missing"
# The map of inodes in this set: one is not there, one should be
damage "at = find(3) + 1024; b[at + ($file - 1) // 8] &= ~(1 << ($file - 1) % 8)"
faulty "./sizes/524289 (inode $file): is in the set, but not in its map"
damage "at = find(3) + 1024; b[at + 125] |= 1"
faulty "inode 1001: is in the map of this set, but not in use"
damage "at = find(3); b[at:at + 1024] = bytes(1024)"
faulty "the map of the inodes in the set is lost"
# The map of inodes in use
damage "at = find(6) + 1024; b[at + ($file - 1) // 8] &= ~(1 << ($file - 1) % 8)"
faulty "524289 is inode $file, which is not in use"
# Names
damage "at = b.index(b'524289', find(2, $directory)); b[at - 8] = 3; b[at - 7] = 0"
faulty "./sizes (inode $directory): 524289 is inode 3, which is not in use"
damage "at = b.index(b'524289', find(2, $directory)); b[at - 4] = 3"
faulty "./sizes (inode $directory): "

# A volume of several is not there: what was on it is named.
configure_job volumes.conf \
    "plugin = \"fs-ext2\"; device = $(quoted "$scratch/one.img");" \
    "plugin = \"out-file\"; path = \"dumps/v%v\"; volume_size = \"1 MiB\";"
engine 0 -c volumes.conf
restore 0 --verify -f dumps/v%v
mv dumps/v*2 aside
restore 2 --verify -f dumps/v%v
said "volume 2: it cannot be opened" " (inode $file): "
[ -z "$(ls -A empty)" ] || fail "it wrote: $(ls -A empty)"
