#!/usr/bin/env bash
# Wherever a volume ends, even near an attribute record, restore gives every
# file
# its attributes.  (It loses those of a record when the volume ends within it or
# right after it, and exits with 0.)
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need_python
need_restore
need setfattr

mkdir tree tree/dir
head -c 30000 /dev/urandom >tree/a
head -c 3000 /dev/urandom >tree/b
head -c 3000 /dev/urandom >tree/c
head -c 12000 /dev/urandom >tree/d
: >tree/dir/e
setfattr -n user.much -v "$(printf '%02500d' 7)" tree/b
setfattr -n user.little -v 1 tree/c
setfattr -n user.little -v 1 tree/d
setfattr -n user.last -v 1 tree/dir/e
make_image img 4M tree -b 4096 -N 64 -t ext4 -O ^has_journal

# restored WHAT
restored () {
	mkdir to
	(cd to && "$RESTORE" -r -y -M -f "$scratch/dumps/set") >restore.log \
	    2>&1 </dev/null || fail "$1: restore: $(cat restore.log)"
	rm -f to/restoresymtable
	[ ! -s restore.log ] || fail "$1: messages of restore: $(cat restore.log)"
	same_tree tree to
	rm -rf to
}

# each BLOCKING FROM: for every size of volume 1 from FROM records.
each () {
	local blocking=$1 records size
	fresh
	configure_set a.conf img "$out_volumes" "blocking = $1;"
	engine 0 -q -c a.conf
	records=$(($(stat -c %s dumps/001) / 1024 / blocking))
	for ((size = $2; size < records; size++)); do
		fresh
		configure_set a.conf img "$to_files volume_size =
		    ($((size * blocking * 1024)), \"1 MiB\");" \
		    "blocking = $blocking;"
		engine 0 -q -c a.conf
		restored "volume_size of $size records of $blocking blocks"
		fresh
		configure_set a.conf img "$out_volumes capacity = ($size, 900);" \
		    "blocking = $blocking;"
		engine 0 -q -c a.conf
		for volume in dumps/???; do
			mv "$volume" "dumps/set${volume##*/}"
		done
		restored "end of tape behind $size records of $blocking blocks"
	done
}

each 8 4
# With a sanitizer, the others would show nothing more.
[ -z "${SANITIZER_FLAGS:-}" ] || exit 0
each 10 4
each 3 11
each 1 32
