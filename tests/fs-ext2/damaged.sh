#!/usr/bin/env bash
# Whatever bits flip in the metadata of a filesystem, the source reads what is
# left: it does not crash or hang, returns nothing impossible, and reports the
# damage.  FIRST and CASES select other cases, and more.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/fs-ext2/fs-ext2-lib.sh
. "$top_srcdir/tests/fs-ext2/fs-ext2-lib.sh"

need_for_fs_ext2
small_tree tree 100
# An extent tree of three levels, and indirect blocks of all three.
"$PYTHON3" - <<'END'
with open('tree/sparse/deep', 'wb') as f:
    for i in range(1000):
        f.seek(i * 40960)
        f.write(b'deep')
    f.seek(100000000)
    f.write(b'far')
END
head -c 30000 /dev/urandom >value
cases=60
[ -z "${SANITIZER_FLAGS:-}" ] || cases=20

# damage NAME SIZE OPTION of mke2fs...
damage () {
	local name=$1 size=$2
	shift 2
	make_image "$name.img" "$size" tree "$@"
	case $name in values*) debugfs "$name.img" \
	    "ea_set -f value attributes/one user.value" ;; esac
	timeout 500 "$top_builddir/tests/fs-ext2/walk" \
	    "$top_builddir/.libs/fs-ext2.so" "$name.img" "${FIRST:-1}" \
	    "${CASES:-$cases}" >"$name.log" 2>&1 ||
	    fail "$name.img: $(tail -40 "$name.log")"
	grep -q 'findings [1-9]' "$name.log" ||
	    fail "$name.img: no damage was found: $(cat "$name.log")"
	echo "$name $(cat "$name.log")"
}

damage ext2 16M -t ext2 -b 1024 -I 128
damage ext3 16M -t ext3 -b 2048 -I 256
damage ext4 16M -t ext4 -b 1024
damage no-checksums 16M -t ext4 -b 1024 -O ^metadata_csum,uninit_bg
damage inline 16M -t ext4 -O inline_data -I 256
damage bigalloc 32M -t ext4 -b 1024 -C 4096 -O bigalloc,^metadata_csum
damage values 16M -t ext4 -b 1024 -O ea_inode,^metadata_csum
rm tree/sparse/deep
damage large-blocks 16M -t ext4 -b 65536 -O ^metadata_csum,inline_data
