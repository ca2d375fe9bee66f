#!/usr/bin/env bash
# Of a damaged set everything that is whole comes back; what is not is named.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkdir -p tree/below
for n in 1 2 3 4 5 6 7 8; do
	head -c 60000 /dev/urandom >"tree/$n"
	head -c 3000 /dev/urandom >"tree/below/$n"
done
head -c 1500000 /dev/urandom >tree/big
make_image one.img 8M tree -t ext4 -b 1024
configure_dump one.conf one.img dumps/one
engine 0 -c one.conf

# damage EXPRESSION: change the blocks `b` of dumps/one; find(NAME) is the
# number of the header of an inode.
damage () {
	"$PYTHON3" - "$1" <<-'END' || fail "cannot damage it: $1"
	import os, struct, subprocess, sys
	data = open("dumps/one", "rb").read()
	b = [data[i:i + 1024] for i in range(0, len(data), 1024)]
	def inode(path):
	    return int(subprocess.run(["debugfs", "-R", "stat " + path,
	        "one.img"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
	        check=True).stdout.split()[1])
	def find(path):
	    wanted = inode(path)
	    return next(i for i, block in enumerate(b)
	        if struct.unpack_from("<II", block, 20) == (wanted, 60012)
	        and block[0] == 2)
	exec(sys.argv[1])
	open("dumps/bad", "wb").write(b"".join(b))
	END
	rm -rf back
	restore_into back 2 -r -f "$scratch/dumps/bad"
}

# whole PATH...: these are back as they were.
whole () {
	local path
	for path; do
		cmp -s "tree/$path" "back/$path" || fail "$path differs: $(cat err)"
	done
}

# A record of ten blocks in the middle of a file is gone: only that file is not
# whole, and it is said where.
damage 'at = find("/4") + 20; del b[at:at + 10]'
whole big 1 2 3 5 6 7 8 below/{1,2,3,4,5,6,7,8}
said "./4" "bytes"
! grep -qE '\./(1|2|3|5|6|7|8|below/.) ' err || fail "$(cat err)"

# A header is destroyed: its file is lost, the others are in their place.
# What is in its record may be damaged, too, and is said to be.
damage 'at = find("/4"); b[at] = bytes(1024)'
whole 1 2 3 5 6 7 8 below/{1,2,3,4,5,6,7,8}
said ./4 "./3" "may be wrong"

# In the middle of a file: what is behind it is in its place as well.
damage 'b[find("/big") + 513] = b"U" * 1024'
whole big 1 2 3 4 5 6 7 8
said ./big "may be wrong"

# A directory is lost, and with it the names of what was in it.
damage 'b[find("/below")] = bytes(1024)'
whole 1 2 3 4 5 6 7 8
said "the names of 8 inodes are lost" ./below
[ "$(cat back/\#* | cksum)" = "$(cat tree/below/? | cksum)" ] ||
    fail "what was in it: $(ls back)"

# The set ends early.
damage 'del b[find("/7"):]'
whole 1 2 3 4 5 6
said ./7 ./8 "the end of the set is missing"
