#!/usr/bin/env bash
# Closed or failing standard descriptors do no harm.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
without_index=yes

need_source

mkdir dumps tree
head -c 300000 /dev/urandom >tree/y
make_image a.img 8M tree -t ext4
configure_dump whole.conf a.img dumps/whole
engine 0 -c whole.conf

# run_with REDIRECTIONS: dump with these; the dump must be the same.
run_with () {
	configure_dump a.conf a.img dumps/a
	eval "\"\$DUMPENGINE\" -v -c a.conf $1"
	status=$?
	[ "$status" -eq 0 ] || fail "with $1: exit status $status"
	same_file dumps/whole dumps/a
	rm dumps/a
}
run_with '<&-'
run_with '>&- 2>/dev/null'
run_with '2>&-'
run_with '<&- >&- 2>&-'
run_with '2>/dev/full'
# shellcheck disable=SC2016	# that is for the shell that runs it
run_with '2>&1 >/dev/full | true; (exit "${PIPESTATUS[0]}")'

# A dump to a closed or full standard output does not pass for a good one.
configure_dump a.conf a.img -
"$DUMPENGINE" -c a.conf >/dev/full 2>err
status=$?
[ "$status" -eq 3 ] || fail "to /dev/full: exit status $status, not 3"
said "standard output" "full"
"$DUMPENGINE" -c a.conf >&- 2>err
status=$?
[ "$status" -ne 0 ] ||
    fail "a dump to a closed standard output is reported complete"

# The output of the program itself.
for option in --help --version --list-plugins "--plugin-help out-file"; do
	# shellcheck disable=SC2086
	"$DUMPENGINE" $option >/dev/full 2>err
	status=$?
	[ "$status" -eq 1 ] ||
	    fail "$option >/dev/full: exit status $status, not 1"
	[ -s err ] || fail "$option >/dev/full fails without a message"
done
