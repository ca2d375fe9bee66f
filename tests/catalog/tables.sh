#!/usr/bin/env bash
# archive_file and qfa_file are what restore -A and -Q need to bring files back,
# also from several volumes, and whatever happened while these were written.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"

need_source
need_python
mkdir -p tree/many tree/sub/deep
for i in {1..400}; do echo "$i" >"tree/many/a file of a long name, number $i"; done
head -c 300000 /dev/urandom >tree/sub/deep/large
head -c 20000 /dev/urandom >tree/sub/last
make_image a.img 16M tree -t ext4

# tables STATUS OUTPUT [JOB]: a dump, with both
tables () {
	fresh
	rm -f test.toc test-0.qfa
	configure_set job.conf a.img "$2" "blocking = 8;" "" \
	    "archive_file = \"%j.toc\"; qfa_file = \"%j-%l.qfa\"; ${3:-}"
	engine "$1" -c job.conf
}

# are_right PREFIX: the archive is the beginning of the stream, up to the first
# file, and its end; the positions are those that dumpengine-restore finds.
are_right () {
	cat dumps/"$1"* >all
	"$PYTHON3" - <<-'END' || fail "the archive is wrong"
	import struct, sys
	toc, all = open('test.toc', 'rb').read(), open('all', 'rb').read()
	def kind(b):
	    return struct.unpack_from('<i', b)[0]
	blocks = [toc[i:i + 1024] for i in range(0, len(toc), 1024)]
	ends = 0
	while blocks and kind(blocks[-1]) == 5:
	    blocks.pop()
	    ends += 1
	size = len(blocks) * 1024
	assert size > 0 and b''.join(blocks) == all[:size], 'not its beginning'
	first = all[size:size + 1024]
	mode = struct.unpack_from('<H', first, 32)[0]
	assert kind(first) == 2 and mode & 0o170000 != 0o040000, 'no file next'
	assert ends >= 1, 'no end'
	END
	"$top_builddir/dumpengine-restore" -M -P own.qfa -f "dumps/$1" 2>err ||
	    fail "$(cat err)"
	same_file own.qfa test-0.qfa
}

# brings_back LETTER TABLE PREFIX
brings_back () {
	[ -n "${RESTORE:-}" ] || return 0
	rm -rf back
	mkdir back
	(cd back && printf '\n\n\nn\n' | "$RESTORE" -x -y -M -b 8 -"$1" "../$2" \
	    -f "../dumps/$3" './many/a file of a long name, number 399' \
	    ./sub/last) >restore.log 2>&1
	same_file tree/sub/last back/sub/last
	same_file 'tree/many/a file of a long name, number 399' \
	    'back/many/a file of a long name, number 399'
}

tables 0 "$to_files"
are_right set
brings_back A test.toc set
brings_back Q test-0.qfa set
[ "$(stat -c %a test.toc)" = 600 ] || fail "$(ls -l test.toc)"

for sizes in '"40k", "1M"' '"64k"' '"200k"'; do
	tables 0 "$out_volumes volume_size = ($sizes);" "index = false;"
	[ "$(count_of dumps)" -gt 1 ] || fail "one volume"
	are_right ''
	mv test.toc planned.toc
	mv test-0.qfa planned.qfa
	[ -z "${SANITIZER_FLAGS:-}" ] || continue
	tables 0 "$out_volumes volume_size = ($sizes); kill = \"2:2\";" \
	    "index = false;"
	said "killed by signal 9"
	same_file planned.toc test.toc
	same_file planned.qfa test-0.qfa
done
# Media that end in the directories, behind the first file, and later.
for capacity in "5, 6, 7" "8, 4, 9" "10, 5, 5" "12, 20, 3000"; do
	tables 0 "$out_volumes capacity = ($capacity, 3000);"
	[ "$(count_of dumps)" -gt 1 ] || fail "one volume"
	are_right ''
done

# One that cannot be written: the dump is good, and the exit status tells.
tables 0 "$to_files"
sed -i 's|%j.toc|no/folder/%j.toc|; s|%j-%l.qfa|no/folder/qfa|' job.conf
fresh
engine 2 -c job.conf
said "archive_file: no/folder/test.toc: cannot be written: No such file" \
    "qfa_file: no/folder/qfa: cannot be written" "DUMP IS DONE"
