#!/usr/bin/env bash
# Messages of an EOT handler are kept with -q, and shown if the run fails; they
# are in the report, with its facts about each medium.  After the last volume,
# its answer causes at most a warning.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need_python

make_data_image img 2 tree
# dump STATUS SCRIPT EOT ARGUMENT...
dump () {
	local expected=$1 eot=$3
	printf '#!/bin/sh\n%s\n' "$2" >handler
	chmod +x handler
	shift 3
	fresh
	configure_set a.conf img "$to_files volume_size = \"1 MiB\";" \
	    "blocking = 16;" "plugin = \"eot-script\";
	    command = $(quoted "$scratch/handler"); $eot"
	run setsid -w "$DUMPENGINE" -c a.conf --report report "$@"
	[ "$status" -eq "$expected" ] ||
	    fail "exit status $status, not $expected: $(cat err)"
}
# report_has CODE: about the job.
report_has () {
	"$PYTHON3" -c "import json
job = json.load(open('report'))['jobs'][0]
assert $1, job" || fail "the report: not $1"
}

facts='echo "BARCODE=E0100${DUMPENGINE_NEXT_VOLUME}L8"; echo SLOT=7; echo a=b'
dump 0 "$facts; echo SLOT=\$DUMPENGINE_NEXT_VOLUME" "" -q
said_nothing
report_has "job['volumes'][0]['handler'] == {}"
report_has "job['volumes'][1]['handler'] == {'BARCODE': 'E01002L8', 'SLOT': '2'}"
report_has "any(l['volume'] == 2 and l['text'] == 'a=b' for l in job['handler'])"

dump 4 'echo no tape is left in slots 1 to 8 >&2; exit 1' "" -q
said "test: no tape is left in slots 1 to 8"
report_has "any('no tape is left' in l['text'] for l in job['handler'])"
dump 3 'echo no tape is left in slots 1 to 8; exit 2' "" -q
said "no tape is left in slots 1 to 8"
# Not twice without -q.
dump 3 'echo no tape is left in slots 1 to 8; exit 2' ""
[ "$(grep -c "no tape is left" err)" -eq 1 ] || fail "reported twice: $(cat err)"

# ---- After the last volume

last='test "$DUMPENGINE_REASON" = end || exit 0'
dump 0 "$last; exit 77" "at_end = true;"
said "warning: $scratch/handler: exited with status 77; the dump was already complete"
not_said "error:" "aborts the dump"
dump 0 "$last; exit 1" "at_end = true;"
said "exited with status 1; the dump was already complete"
dump 0 "$last; kill -KILL \$\$" "at_end = true;"
said "exited with status 137; the dump was already complete"
dump 0 "$last; sleep 1000" "at_end = true; timeout = 1;"
said "killed after the timeout of 1 seconds; the dump was already complete"
not_said "error:"
dump 0 "$last; exit 0" "at_end = true;"
not_said "warning:"
