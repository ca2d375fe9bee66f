# shellcheck shell=bash disable=SC2154
# misbehave-lib.sh - runs with a plugin of each kind that breaks the rules
#
# tests/plugins/misbehave.c lists the ways.

mkdir dumps
plugins=$TEST_PLUGINS

# configure_misbehave KIND CALLBACK ACT [OPTIONS [JOB]]: create a.conf, a dump
# in
# which the plugin of that kind (source, brief, output, eot) does ACT.
configure_misbehave () {
	local kind=$1 options="callback = \"$2\"; act = \"$3\"; ${4:-}"
	local source="plugin = $(quoted "$plugins/misbehaving-source.so");"
	local output="plugin = $(quoted "$plugins/misbehaving-output.so");"
	local eot=
	case $kind in
	source)	source="$source $options" ;;
	brief)
		source="plugin = $(quoted "$plugins/misbehaving-brief.so");"
		source="$source $options" ;;
	output)	output="$output path = \"dumps/a\"; $options" ;;
	eot)
		output="$output capacity = 3;"
		eot="eot = { plugin = $(quoted "$plugins/misbehaving-eot.so");"
		eot="$eot $options };" ;;
	esac
	rm -rf mark dumps
	mkdir dumps
	cat >a.conf <<-END
	jobs = ( {
	  name   = "test";
	  label  = "testing";
	  date   = $date;
	  ring   = { slaves = 3; blocking = 2; };
	  source = { $source };
	  output = { $output };
	  $eot
	  ${5:-}
	} );
	END
}

# The callbacks of a dump: KIND CALLBACK OPTIONS JOB, separated by commas.
source_callbacks="open close scan_begin scan_next scan_end read_directory
    map_file read_symlink read_xattrs read"
