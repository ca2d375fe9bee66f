# shellcheck shell=bash disable=SC2154
# shared-lib.sh - shared by the tests of shared media, in addition to lib.sh

out_names="plugin = $(quoted "$TEST_PLUGINS/out-names.so");"

# job NAME OUTPUT [JOB]: print a job that dumps img.
job () {
	printf '{ name = "%s"; %s source = { plugin = "fs-ext2"; device = "img"; };
	output = { %s }; }' "$1" "${3:-}" "$2"
}

# jobs FILE JOB...
jobs () {
	local file=$1 sep=
	shift
	{
		echo 'jobs = ('
		for job; do
			printf '%s%s\n' "$sep" "$job"
			sep=,
		done
		echo ');'
	} >"$file"
}

# to_file PATH [OPTION...]
to_file () {
	local path=$1
	shift
	echo "plugin = \"out-file\"; path = $(quoted "$path"); $*"
}
