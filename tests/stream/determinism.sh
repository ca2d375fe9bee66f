#!/usr/bin/env bash
# The same filesystem, date and configuration give the same stream, bit for bit,
# whatever the number of slaves, and from run to run.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_python
without_index=yes

mkdir dumps tree
maketree tree --many 1000 || fail "cannot make the tree"
head -c 20000000 /dev/urandom >tree/large
make_image a.img 96M tree -t ext4 -b 4096

for blocking in 1 10 64; do
	configure_dump "$blocking.conf" a.img "dumps/$blocking" \
	    "blocking = $blocking; slaves = 4;"
	engine 0 -c "$blocking.conf"
	[ $(($(stat -c %s "dumps/$blocking") % (blocking * 1024))) -eq 0 ] ||
	    fail "a dump with blocking $blocking does not end with a record"
done
scan dumps/64

for slaves in 1 2 3 4 5 8 16 64; do
	configure_dump a.conf a.img dumps/a "slaves = $slaves; blocking = 10;"
	engine 0 -c a.conf
	same_file dumps/10 dumps/a
	rm dumps/a
done
for again in 1 2 3; do
	configure_dump a.conf a.img "dumps/again$again" "blocking = 10;"
	engine 0 -q -c a.conf
	said_nothing
	same_file dumps/10 "dumps/again$again"
done

# The output makes no difference.
configure_dump a.conf a.img - "blocking = 10;"
engine 0 -c a.conf
same_file dumps/10 out
mkfifo fifo
cat fifo >from-fifo &
configure_dump a.conf a.img fifo "blocking = 10;"
engine 0 -c a.conf
wait
same_file dumps/10 from-fifo

# With an index, what is before it is the same but for what TS_END says.
without_index=
for again in 1 2; do
	configure_dump a.conf a.img dumps/indexed "blocking = 10;"
	engine 0 -c a.conf
	mv dumps/indexed "indexed$again"
done
same_file indexed1 indexed2
scan indexed1
"$PYTHON3" - dumps/10 indexed1 <<'END' || fail "the index changes the stream"
import struct, sys
a, b = (open(name, 'rb').read() for name in sys.argv[1:])
assert len(b) > len(a) > 0
for at in range(0, len(a), 1024):
    one, other = a[at:at + 1024], bytearray(b[at:at + 1024])
    if other[904:908] == b'DEi1':
        other[904:908] = bytes(4)
        other[28:32] = one[28:32]       # c_checksum
    assert one == other, at
assert b[len(a) + 904:][:4] == b'DEx1' and b[-120:][:4] == b'DEp1'
END

# Date and label do, but only in the headers.
without_index=yes
configure_dump a.conf a.img dumps/later "blocking = 10;"
sed -i "s/$date/$((date + 1))/; s/testing/other/" a.conf
engine 0 -c a.conf
cmp -s dumps/10 dumps/later && fail "the date is not in the stream"
[ "$(stat -c %s dumps/10)" -eq "$(stat -c %s dumps/later)" ] ||
    fail "another date changes the length"
