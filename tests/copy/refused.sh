#!/usr/bin/env bash
# Nothing that is damaged is copied in silence, nothing that was written by others
# in another way is copied at all, and a set is never overwritten by its copy.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
# shellcheck source=tests/copy/copy-lib.sh
. "$top_srcdir/tests/copy/copy-lib.sh"

mkdir tree set
for i in 1 2 3; do
	head -c 1500000 /dev/urandom >tree/$i
done
make_image img 8M tree -t ext4 -O ^has_journal
configure_set set.conf img \
    'plugin = "out-file"; path = "set/v%v"; volume_size = "2 MiB";'
engine 0 -q -c set.conf
configure_copy 'plugin = "out-file"; path = "dumps/copy"; overwrite = true;'

# damage OFFSET: of the second volume
damage () {
	rm -rf bad
	cp -r set bad
	printf '\252\125\252' | dd of=bad/v002 bs=1 seek="$1" conv=notrunc \
	    2>dd.log || fail "$(cat dd.log)"
}

# refused STATUS FROM TEXT...
refused () {
	local expected=$1 from=$2
	shift 2
	copy "$expected" --from "$from"
	said "$@"
	only
}

# Contents, which only the index knows; several places; a header.
damage 1300000
refused 3 bad/v001 "bad/v001: volume 2, bytes 1048576 to 2097151: they are not" \
    "dumpengine-restore --verify" "THE ENTIRE COPY IS ABORTED"
restore 2 --verify -f bad/v001
damage 1025
cp bad/v002 two
printf x | dd of=two bs=1 seek=1200000 conv=notrunc 2>dd.log
cp two bad/v002
refused 3 bad/v001 "volume 2, bytes 0 to 2097151: they are not"
damage 5
refused 3 bad/v001 "volume 2, from byte 0: the header of the volume is damaged" \
    "a set that is damaged is not copied"
"$PYTHON3" - <<'END' || fail "no header"
data = bytearray(open('set/v001', 'rb').read())
block = next(at for at in range(20 * 1024, len(data), 1024)
             if data[at + 24:at + 28] == (60012).to_bytes(4, 'little'))
data[block + 40] ^= 1
open('header', 'wb').write(data)

END
cp -f header bad/v001
refused 3 bad/v001 "a header is damaged"

# What is missing.
rm -rf bad
cp -r set bad
truncate -s 1000000 bad/v002
refused 3 bad/v001 "bad/v001: volume 2, from byte 999424: a tape block is cut off"
truncate -s 999424 bad/v002
refused 3 bad/v001 "bad/v001: volume 3, from byte 0: the end of the volume before"
rm bad/v003
cp set/v002 bad
refused 3 bad/v001 "the end of the set is missing, behind volume 2"
rm -rf bad
cp -r set bad
rm bad/v002
refused 3 bad/v001 "volume 2"
copy 3 --from 'bad/v%v'
said "bad/v%v: volume 2: it cannot be opened; a copy needs all volumes"
refused 1 nothing "nothing: cannot be opened: No such file"
refused 1 set/v002 "set/v002: it is volume 2 of a set; begin with volume 1"
refused 1 copies.conf "copies.conf: "

# The index alone is no set: without one, the contents are what they are.
cp -r set plain
last=plain/v003
"$PYTHON3" - "$last" <<'END' || fail "no index"
import sys
data = bytearray(open(sys.argv[1], 'rb').read())
data[-2000] ^= 1
at = data.rindex(b'DEx1')
data[at + 200] ^= 1
open(sys.argv[1], 'wb').write(data)
END
copy 0 --from plain/v001
said "warning: plain/v001: the index is damaged, so nothing tells whether"
rm dumps/copy
without_index=y
configure_set plain.conf img 'plugin = "out-file"; path = "none";'
engine 0 -q -c plain.conf
copy 0 --from none
said "none: there is no index, so nothing tells" "COPY IS DONE"
not_said "warning"
restore 0 --verify -f dumps/copy
rm dumps/copy

# Sets of others: those that would not be the same again.
foreign () { "$PYTHON3" "$tools/dialects" "$@"; }
"$PYTHON3" - <<'END'
import struct
data = bytearray(open('none', 'rb').read())
def stamp(at):
    struct.pack_into('<I', data, at + 28, 0)
    total = sum(struct.unpack_from('<256I', data, at)) & 0xffffffff
    struct.pack_into('<I', data, at + 28, (84446 - total) & 0xffffffff)
for at in range(0, len(data), 1024):
    kind, = struct.unpack_from('<I', data, at)
    if kind == 2 and data[at + 24:at + 28] == (60012).to_bytes(4, 'little') and data[at + 164] == 1:
        data[at + 164] = 1 | 1 << 1         # two blocks
        stamp(at)
        break
open('packed', 'wb').write(data)
END
refused 3 packed "packed addresses, as dump 0.4b49"

# Where it cannot be read twice.
"$copy_program" ${trusted[@]+"${trusted[@]}"} -c copies.conf --to test --from - \
    <none >out 2>err && fail "a pipe was copied"
said "-: cannot be read a second time"

# The set would be overwritten: by its own name, by another, by a later volume.
cp none dumps/copy
refused_place () {
	copy 1 --from "$1"
	said "would overwrite the set that is copied"
}
refused_place dumps/copy
same_file none dumps/copy
ln dumps/copy dumps/other
ln -s dumps/copy link
refused_place link
configure_copy 'plugin = "out-file"; path = ("first", "dumps/copy");
    volume_size = "1 MiB"; overwrite = true;'
refused_place dumps/copy
same_file none dumps/copy
rm -f dumps/* first

# The configuration, and the command line.
configure_copy 'plugin = "out-file"; path = "dumps/copy";'
run "$copy_program" ${trusted[@]+"${trusted[@]}"} -c copies.conf --from none --to tset
[ $status = 1 ] || fail "status $status"
said "copies.conf has no copy or job tset; did you mean test?"
run "$copy_program" ${trusted[@]+"${trusted[@]}"} -c copies.conf --from none --to vault
said "copies.conf has no copy or job vault; add where to write it, for example:" \
    "copies = ( { name = \"vault\"; output = { plugin = \"out-tape\"; device ="
copy 1
said "say what to copy: --from SET or --dump DUMP"
copy 1 --from none --dump home@2026-11-01
said "--from and --dump cannot be used together"
copy 1 --from none set
said "set: what is it for?"
copy 1 --dump 1 -M
said "-M and --dump cannot be used together"
copy 1 --from none -s 0
said "-s: 0: must be an integer from 1 to"
engine 1 -c copies.conf
said "copies.conf has no jobs, only copies; these are for dumpengine-copy"
more='level = 1; source = { plugin = "fs-ext2"; device = "img"; };'
configure_copy 'plugin = "out-file"; path = "dumps/copy";'
copy 1 --from none
said "copies.conf:3: level: is of a dump; a copy has only name, output, filters" \
    "copies.conf:3: source: is of a dump"
more='colour = "red";'
configure_copy 'plugin = "out-file"; path = "dumps/copy";'
copy 1 --from none
said "copies.conf:3: colour: "
only
