#!/usr/bin/env bash
# A truncated image: what is past its end is named, and the rest is restored.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_python
need_debugfs
need_restore
mkdir dumps tree tree/dir

head -c 300000 /dev/urandom >tree/dir/one
head -c 300000 /dev/urandom >tree/dir/two
head -c 100000 /dev/urandom >tree/three
make_image img 8M tree -b 1024 -N 64 -t ext4 -O ^has_journal -E root_owner

# Where each of them is; the last file loses its end.
blocks_of () {
	"$DEBUGFS" -R "blocks $1" img 2>/dev/null | tr ' ' '\n' | grep .
}
last=0
for file in dir/one dir/two three; do
	block=$(blocks_of "/$file" | sort -n | tail -1)
	[ "$block" -gt "$last" ] && last=$block && victim=$file
done
cut=$((last - 9))
inode=$("$DEBUGFS" -R "stat /$victim" img 2>/dev/null |
    sed -n 's/^Inode: \([0-9]*\).*/\1/p')
truncate -s $((cut * 1024)) img

configure_dump a.conf img dumps/a
engine 2 -c a.conf
said "/$victim (inode $inode):" "cannot be read and are zeros" \
    "(address $((cut * 1024)) of the device, block $cut)"
scan dumps/a

restore_dump dumps/a restored
lost=$("$PYTHON3" - tree/$victim restored/$victim <<-'END'
	import sys
	a, b = (open(name, 'rb').read() for name in sys.argv[1:])
	differ = [i for i in range(len(a)) if a[i] != b[i]]
	assert len(a) == len(b) and not any(b[differ[0]:])
	print((len(a) - differ[0] // 1024 * 1024 + 1023) // 1024)
	END
) || fail "not zeros at its end"
[ "$lost" -eq 10 ] || fail "$lost blocks were lost, not 10"
rm "tree/$victim" "restored/$victim"
touch -d @1 tree/dir restored/dir
same_tree tree restored
