#!/usr/bin/env bash
# A filter that fails, lies or crashes ends the run with what it said, and leaves
# nothing that looks like a volume; mistakes in its options are told with their
# lines; a writer that is killed is replaced.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/filter/filter-lib.sh
. "$top_srcdir/tests/filter/filter-lib.sh"
need_source
need_python
need setfattr zstd

make_small_image img tree
fault="plugin = $(quoted "$TEST_PLUGINS/filter-fault.so");"

# with FAULT STATUS TEXT: the run ends so.
with () {
	fresh
	configure_filtered set.conf img "$to_files rewrite_attempts = 0;" \
	    "{ $fault fault = \"$1\"; at = 3; }"
	engine "$2" -c set.conf
	said "$3"
	[ -z "$(ls dumps)" ] || fail "$1: left behind: $(ls dumps)"
}
with begin 1 "does not begin, as told"
with encode 4 "does not encode, as told"
with done 4 "fails at the end of a piece, as told"
with end 4 "does not end, as told"
with head 1 "begin_volume() put more bytes than it may"
with plan 1 "begin_volume() plans pieces of 5000 bytes, 10 when encoded"
with more 4 "encode() gave"
with crash 4 "filter-fault"

# On the second volume, from its checkpoint.
fresh
configure_filtered set.conf img \
    "$to_files volume_size = \"100 KiB\"; rewrite_attempts = 0;" \
    "{ $fault fault = \"encode\"; on = 2; }"
engine 4 -c set.conf
[ "$(count_of dumps)" -eq 1 ] || fail "after a good volume: $(ls dumps)"

# A writer that is killed once, by the output.
fresh
configure_filtered set.conf img "$out_volumes kill = \"2:9\";
    capacity = 20;" "$zstd_small"
engine 0 -c set.conf
said "rewriting it from its checkpoint"
rm -rf restored
mkdir restored
(cd restored && ours -r -f "../dumps/%v")
rm -rf restored/restoresymtable restored/lost+found
same_tree tree restored

# --check asks the filter.
configure_filtered set.conf img "$to_files" "{ $fault fault = \"check\"; }"
engine 1 --check -c set.conf
said "filter-fault: is not ready, as told"

# What is wrong in a configuration.
# refused FILTERS TEXT...
refused () {
	cat >bad.conf <<-END
	jobs = ( { name = "test";
	  source = { plugin = "fs-ext2"; device = "img"; };
	  output = { plugin = "out-file"; path = "x"; };
	  filters =
	    $1;
	} );
	END
	engine 1 --check -c bad.conf
	shift
	said "$@"
}
refused '( { plugin = "filter-zstd"; level = 20; } )' \
    "bad.conf:5: level: " "20 is out of range (1 to 19)"
refused '( { plugin = "filter-zstd"; levle = 2; } )' \
    "bad.conf:5: levle: filter-zstd has no such option; did you mean level?"
refused '( { plugin = "out-file"; path = "x"; } )' \
    "bad.conf:5: plugin: out-file is of kind output; expected one of kind filter"
refused '{ plugin = "filter-zstd"; }' "filters: must be a list"
refused '( )' "filters: must be a list"
refused '( "filter-zstd" )' "filters: element 1 is not a group"
refused '( { level = 3; } )' "plugin: missing"

# Volumes that another dump needs are recognised by their marks.
fresh
configure_filtered set.conf img "$to_files overwrite = true;" "$zstd_small" "" \
    'dumpdates = "dumpdates";'
engine 0 -q -c set.conf
sed -i 's/label  = /level = 1; label = /' set.conf
sed -i 's/date = *[0-9]*;/date = 1600000100;/' set.conf
engine 1 -c set.conf
said "dumps/set001"
