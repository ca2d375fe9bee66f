#!/usr/bin/env bash
# A name that the filesystem accepts is not too long for a volume, a dumpdates
# file or a report: their temporary names are shorter.  --check finds names that
# are too long.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source

mkdir dumps tree
echo x >tree/x
make_image a.img 4M tree -t ext4

# configure NAME_OF_VOLUME NAME_OF_DUMPDATES
configure () {
	cat >a.conf <<-END
	dumpdates = "$2";
	jobs = ( { name = "test"; date = $date;
	  source = { plugin = "fs-ext2"; device = "a.img"; };
	  output = { plugin = "out-file"; path = "dumps/$1"; }; } );
	END
}

name () { printf "$2%.0s" $(seq "$1"); }

for length in 247 248 249 254 255; do
	configure "$(name "$length" v)" "$(name "$length" d)"
	engine 0 --check -c a.conf
	engine 0 -q -c a.conf --report "$(name "$length" r)"
	only "$(name "$length" v)"
	grep -q "^a.img 0 " "$(name "$length" d)" ||
	    fail "dumpdates of $length bytes: $(cat "$(name "$length" d)")"
	[ -s "$(name "$length" r)" ] || fail "no report of $length bytes"
	rm dumps/*
done

configure "$(name 256 v)" dumpdates
engine 1 --check -c a.conf
said "File name too long"
engine 1 -q -c a.conf
said "File name too long"
configure v "$(name 256 d)"
engine 1 --check -c a.conf
said "File name too long"
only
