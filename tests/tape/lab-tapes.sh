#!/usr/bin/env bash
# The tests on drives that keep their data, in one machine, as one takes long to
# begin.  Each can be run alone, too.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/tape/tape-lab-lib.sh
. "$top_srcdir/tests/tape/tape-lab-lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"
if [ "${1:-}" != inside ]; then
	make_read_sets
	lab_seconds=1800
	in_lab lab-tapes.sh -k data -n 2 -s 16
fi

# Each with erased tapes of so many MB; the first needs some that were never
# written, as they come with the machine.  The last writes to /etc.
skipped=
while read -r name size <&3; do
	[ "$size" = - ] || new_tapes "$size"
	begun=$SECONDS
	bash "$top_srcdir/tests/tape/$name.sh" inside 3<&-
	status=$?
	echo "$name: status $status, $((SECONDS - begun)) s"
	case $status in
	0) ;;
	77) skipped+=" $name" ;;
	*) fail "$name has failed" ;;
	esac
done 3<<'END'
lab-rmt -
lab-data 4
lab-filter 4
lab-read 48
lab-nightly 4
END
[ -z "$skipped" ] || skip "the rest has passed, but not run:$skipped"
exit 0
