#!/usr/bin/env bash
# What a run needs is not overwritten, whatever the paths of a dump, the report
# or dumpdates: the source, its snapshot, the configuration.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source

mkdir tree
head -c 100000 /dev/urandom >tree/data
make_image img 4M tree -t ext4
cp img img.orig
ln -s img link
over='overwrite = true;'

# configure PATH [RUN [JOB [DEVICE]]]: create a.conf, which must stay unchanged.
configure () {
	cat >a.conf <<-END_OF_CONF
	${2:-}
	jobs = ( { name = "test"; ${3:-}
	  source = { plugin = "fs-ext2"; device = "${4:-img}"; };
	  output = { plugin = "out-file"; path = "$1"; $over }; } );
	END_OF_CONF
	cp a.conf a.orig
}

# refused PATH WHAT [ARGUMENT...]
refused () {
	local path=$1 what=$2
	shift 2
	for check in "" --check; do
		engine 1 -q ${check:+"$check"} -c a.conf "$@"
		said "error: $path: " "$what"
		cmp img img.orig || fail "$path: the source was written to"
		cmp a.conf a.orig || fail "$path: the configuration is gone"
	done
}

configure img
refused img "the dump would overwrite the source of job test"
configure link
refused link "the source of job test"
configure a.conf
refused a.conf "the configuration"
configure dd 'dumpdates = "dd";'
refused dd "the dumpdates file of job test"
configure copy "" 'snapshot = { create = "cp img copy"; device = "copy";
    remove = "rm -f copy"; };'
refused copy "the snapshot of job test"
configure v 'dumpdates = "img";'
refused img "the dumpdates file would overwrite the source of job test"

configure v 'dumpdates = "dd";'
refused link "the report would overwrite the source of job test" --report link
refused a.conf "the configuration" --report a.conf
refused dd "the dumpdates file of job test" --report dd
engine 1 -q --estimate -c a.conf --report img
cmp img img.orig || fail "--estimate: its report replaced the source"
# What it includes is a part of the configuration.
echo 'label = "x";' >included
cp included included.orig
for path in included ./included; do
	configure "$path" "" '
@include "included"
'
	refused "$path" "the dump would overwrite the configuration"
	cmp included included.orig || fail "an included file is gone"
done
configure v "" '
@include "included"
'
refused included "the configuration" --report included
echo 'unknown = 1;' >>included
cp included included.orig
refused included "the configuration" --report included
cmp included included.orig || fail "the report replaced an included file"
configure v
# Even if the configuration does not say what the rest is.
echo "%" >>a.conf
cp a.conf a.orig
engine 1 -q -c a.conf --report a.conf
cmp a.conf a.orig || fail "the report replaced a configuration with a mistake"
# The report of a run refused for this reason does not replace a dump.
configure v
engine 0 -q -c a.conf
cp v v.orig
refused v "the dump would overwrite the report" --report v
cmp v v.orig || fail "the report replaced a dump"

# An EOT handler names a medium only once the dump is running.
printf '#!/bin/sh\ntest "$DUMPENGINE_REASON" = end || echo img >&3\n' >handler
chmod +x handler
configure v "" 'eot = { plugin = "eot-script"; command = "./handler"; };'
sed -i 's/path = "v";/& volume_size = "50 KiB";/' a.conf
engine 3 -q -c a.conf
said "img: the dump would overwrite the source of job test"
cmp img img.orig || fail "a handler had the source written to"

# Their names make no difference.
configure w
engine 0 -q -c a.conf --report report
is_root || exit 0
loop=$(losetup -f --show img 2>/dev/null) || exit 0
trap 'losetup -d "$loop"; clean_up' EXIT
configure img "" "" "$loop"
refused img "the source of job test"
configure "$loop"
refused "$loop" "the source of job test"
exit 0
