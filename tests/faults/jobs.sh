#!/usr/bin/env bash
# After a failed job the others still run; the worst status counts.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/faults/faults-lib.sh
. "$top_srcdir/tests/faults/faults-lib.sh"

job () {
	echo "{ name = \"$1\"; source = { $source_plugin fault = \"$2\"; };
	output = { plugin = \"out-file\"; path = \"dumps/%j\"; }; }"
}
{
	echo "jobs = ( $(job one open), $(job two none), $(job three mode),"
	echo "$(job four none) );"
} >a.conf
engine 2 -c a.conf
only two three four
said " one: error: " " three: warning: "
rm dumps/*
{
	echo "jobs = ( $(job one scan), $(job two mode), $(job three open) );"
} >a.conf
engine 3 -c a.conf
only two
rm dumps/*
engine 1 -c a.conf three
only
