#!/usr/bin/env bash
# What restore(8) cannot bring back from a dump, dumpengine-restore does: the
# dump is complete, with notes, and so is the restored tree.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
need_root
need setfattr setfacl mknod

# Two filesystems that take large attributes.
for image in from to; do
	make_image $image.img 32M -t ext4 -b 4096 -I 256 -O ea_inode
	can_mount $image.img $image rw || skip "cannot mount: $(cat mount.log)"
done

# Names of 255 bytes, of files, links and directories in each other.
long=$(printf 'n%.0s' {1..254})
mkdir "from/${long}d" "from/${long}d/${long}d"
echo inside >"from/${long}d/${long}d/${long}f"
ln "from/${long}d/${long}d/${long}f" "from/${long}h"
ln -s target "from/${long}l"
echo beside >from/beside
# Attributes, of files and directories.
"$PYTHON3" - from <<'END' || skip "cannot set large attributes here"
import os, sys
top = sys.argv[1]
os.mkdir(top + '/dir')
open(top + '/file', 'w').close()
for path in ('/dir', '/file'):
    for i, size in enumerate((5000, 65536, 4096, 3000, 2000, 10)):
        os.setxattr(top + path, 'user.%d-%d' % (i, size), os.urandom(size))
    os.setxattr(top + path, 'trusted.large', os.urandom(9000))
END
users=$(printf ',u:%s:r' {1000..1600})
touch from/list
mkdir from/listed
setfacl -m "${users#,}" from/list from/listed 2>setfacl.log ||
    fail "cannot set a long list: $(cat setfacl.log)"
setfacl -d -m "${users#,}" from/listed 2>setfacl.log ||
    fail "cannot set a long default list: $(cat setfacl.log)"
# Times and device numbers.
touch -d 1950-01-01T00:00:00.123456789Z from/old
touch -d 2300-01-01T00:00:00.987654321Z from/late
mknod from/device b 4000 1048575
unmount from

configure_dump a.conf from.img dumps/a
engine 0 -c a.conf
said "longer than 254 bytes" "larger than restore(8) can read" \
    "outside the range of restore(8)" "too large for restore(8)"
not_said "NOT COMPLETE"
scan dumps/a
restore_into to 0 -r -q -f "$scratch/dumps/a"
can_mount from.img from || fail "cannot mount again: $(cat mount.log)"
equal_trees from to
restore 0 --verify -q -f dumps/a
restore 0 -C -q -D "$scratch/to" -f dumps/a

# With the attributes on further volumes.
find to -mindepth 1 ! -name lost+found -delete
configure_job set.conf 'plugin = "fs-ext2"; device = "from.img";' \
    'plugin = "out-file"; path = "dumps/set%v"; volume_size = 65536;' \
    "blocking = 10;"
engine 0 -q -c set.conf
[ "$(find dumps -name 'set*' | wc -l)" -gt 3 ] || fail "$(ls dumps)"
restore_into to 0 -r -q -f "$scratch/dumps/set%v"
equal_trees from to
restore 0 --verify -q -M -f dumps/set
