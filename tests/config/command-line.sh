#!/usr/bin/env bash
# The command line: output, selection of jobs, quiet and verbose.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

printed () {
	local text
	for text; do
		grep -qF -- "$text" out || fail "no \"$text\" in its output:
$(cat out)"
	done
}

# Output goes to standard output, and only there.
engine 0 --version
[ "$(cat out)" = "dumpengine $VERSION" ] || fail "--version: $(cat out)"
said_nothing
engine 0 --help
said_nothing
printed "usage: dumpengine" "$SYSCONFDIR/dumpengine/dumpengine.conf" \
    "Exit status"
for option in -c --config --check --list-plugins --plugin-help -v --verbose \
    -q --quiet -h --help --version; do
	printed "$option"
done
cp out help
engine 0 -h
same_file help out
! grep -vF "$SYSCONFDIR" help | grep -E '.{81}' ||
    fail "--help has lines of more than 80 characters"

engine 0 --list-plugins
printed "output  out-file"
[ ! -e "$top_builddir/.libs/fs-ext2.so" ] || printed "source  fs-ext2"
said_nothing

# Every listed plugin has help; by path as well.
while read -r kind name _; do
	engine 0 --plugin-help "$name"
	printed "$name ($kind): " "Options:"
	said_nothing
	cp out by-name
	engine 0 --plugin-help "$top_builddir/.libs/$name.so"
	same_file by-name out
done <<-END
	$("$DUMPENGINE" --list-plugins)
END
engine 1 --plugin-help none
said "no plugin none"
printed_nothing

# Broken plugins are listed as such.
mkdir plugins
cp "$TEST_PLUGINS/out-fault.so" "$TEST_PLUGINS/bad-version.so" plugins
echo "no plugin" >plugins/text.so
echo "no plugin" >plugins/readme.txt
DUMPENGINE_PLUGIN_PATH=$PWD/plugins engine 0 --list-plugins
printed "output  out-fault" "broken  $PWD/plugins/bad-version.so" \
    "plugins/text.so"
! grep -q readme out || fail "it lists what is no shared object: $(cat out)"
[ "$(wc -l <out)" -eq 3 ] || fail "it lists: $(cat out)"
DUMPENGINE_PLUGIN_PATH=/nowhere engine 0 --list-plugins
printed_nothing

# Errors on the command line.
engine 1 --nonsense
said "nonsense" "dumpengine --help"
printed_nothing
engine 1 -c
said "dumpengine --help"
engine 1 --plugin-help
said "dumpengine --help"
engine 1 -c /nowhere/x.conf
said "/nowhere/x.conf: cannot read the configuration: No such file"

# Jobs: all, some, in the order of the file, unknown ones.
mkdir dumps
job () {
	echo "{ name = \"$1\";
	source = { plugin = $(quoted "$TEST_PLUGINS/fs-fault.so"); };
	output = { plugin = \"out-file\"; path = \"dumps/%j\"; }; }"
}
echo "jobs = ( $(job home), $(job srv), $(job var) );" >a.conf
engine 0 -c a.conf
only home srv var
[ "$(grep 'DUMP IS DONE' err | cut -d ' ' -f 2 | tr -d '\n')" = home:srv:var: ] ||
    fail "the jobs are not in the order of the file: $(cat err)"
rm dumps/*
engine 0 -c a.conf var home
only home var
[ "$(grep 'DUMP IS DONE' err | cut -d ' ' -f 2 | tr -d '\n')" = home:var: ] ||
    fail "the jobs are not in the order of the file: $(cat err)"
rm dumps/*
engine 0 --config=a.conf -q srv
said_nothing
only srv
rm dumps/*
engine 1 -c a.conf home hmoe sry xyzzy
said "has no job hmoe; did you mean home?" "has no job sry; did you mean srv?" \
    "has no job xyzzy"
not_said "xyzzy; did you mean" "has no job home"
only

# Quiet, normal, verbose.
engine 0 -q -c a.conf srv
said_nothing
printed_nothing
rm dumps/*
engine 0 -c a.conf srv
printed_nothing
said "date of this level 0 dump: " "dumping /dev/faulty" \
    "volume 1 started with block" " on 1 volume in " "DUMP IS DONE"
# A small dump takes five lines, without a verdict.
[ "$(wc -l <err)" -le 5 ] || fail "more than five lines: $(cat err)"
not_said "loaded" "bound" "estimated" "Pass" "MB" "kB"
grep -vE '^[0-2][0-9]:[0-5][0-9]:[0-5][0-9] srv: ' err &&
    fail "a message without time and job"
rm dumps/*
engine 0 -v -c a.conf srv
said "loaded" "label: none" "mapping (Pass I and II)" "estimated " \
    "dumping (Pass III) [directories]" "dumping (Pass IV) [regular files]" \
    "volume 1 completed at" "volume 1: " "records, XXH3 " "DUMP IS DONE"
# At most one rate, the one in the summary.
[ "$(grep -c '[KMGT]iB/s' err)" -le 1 ] || fail "two rates: $(cat err)"
not_said "-bound" " MB" " kB"

# Contradictory or meaningless options are refused.
together () {
	engine 1 "$@"
	said "dumpengine: error: " "Try "
	printed_nothing
}
together -c a.conf --check --estimate
said "--check and --estimate cannot be used together"
together -c a.conf --estimate --check
together -c a.conf --check --list-plugins
together --version --list-plugins
together -c a.conf -q -v
said "--verbose and --quiet cannot be used together"
together -c a.conf -c b.conf
said "--config cannot be given twice"
together -c a.conf --report a --report b
said "--report cannot be given twice"
together -c a.conf --report ""
said "--report: the file name is empty"
together -c a.conf -v --check --quiet
together --list-plugins extra
said "extra: --list-plugins takes no job names"
together --list-plugins -- -x
together --plugin-help out-file out-rmt
together --version x
together --list-plugins -c a.conf
together --list-plugins --level 1
said "--level has no effect with --list-plugins"
together --version --report r.json
together --trust nothing.there --list-plugins
said "--trust: nothing.there: No such file"
engine 0 --list-plugins -v
engine 0 --help extra -c none

# Output that cannot be printed is an error, even for an estimate.
for what in --estimate --list-plugins --version --help "--plugin-help out-file"; do
	for how in /dev/full -; do
		options=$what
		[ "$what" != --estimate ] || options="-c a.conf $what"
		# shellcheck disable=SC2086
		if [ "$how" = - ]; then
			"$DUMPENGINE" -q $options >&- 2>err </dev/null
		else
			"$DUMPENGINE" -q $options >"$how" 2>err </dev/null
		fi
		status=$?
		[ "$status" -eq 1 ] || fail "$what to $how: exit status $status"
		said "cannot write to standard output"
	done
done

# Without -c, the system's file is used.
[ -e "$SYSCONFDIR/dumpengine/dumpengine.conf" ] || {
	engine 1
	said "$SYSCONFDIR/dumpengine/dumpengine.conf"
}
