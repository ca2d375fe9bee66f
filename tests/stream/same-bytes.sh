#!/usr/bin/env bash
# A filesystem gives the same bytes on every machine, of 32 or 64 bits and
# either byte order, and in every version: tests/images/digests has their
# digests.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_python
need xz
without_index=yes

# The digest of a stream, except for the host name, and so the checksum, in its
# headers.
cat >digest.py <<'END'
import hashlib, struct, sys
stream = bytearray(open(sys.argv[1], 'rb').read())
for at in range(0, len(stream), 1024):
    block = stream[at:at + 1024]
    if struct.unpack_from('<I', block, 24)[0] == 60012 and \
            sum(struct.unpack('<256I', block)) & 0xffffffff == 84446:
        stream[at + 28:at + 32] = bytes(4)
        stream[at + 824:at + 888] = bytes(64)
print(hashlib.sha256(stream).hexdigest())
END

for image in "$top_srcdir"/tests/images/*.img.xz; do
	name=$(basename "$image" .img.xz)
	xz -dc "$image" >image || fail "cannot unpack $image"
	for slaves in 1 4; do
		configure_dump a.conf image dump "slaves = $slaves; blocking = 10;"
		engine 0 -c a.conf
		echo "$name $("$PYTHON3" digest.py dump)" >>"digests.$slaves"
		rm dump
	done
done
diff "$top_srcdir/tests/images/digests" digests.1 >differ ||
    fail "other bytes than before: $(cat differ)"
diff digests.1 digests.4 >differ || fail "4 slaves: $(cat differ)"
