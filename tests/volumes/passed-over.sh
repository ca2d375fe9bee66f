#!/usr/bin/env bash
# Refused media are skipped while the EOT handler has others: they do not count
# as attempts at the volume.  The handler is told why, and how many there were.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need setsid

make_data_image img 2 tree
ring="blocking = 16;"
size='volume_size = "1 MiB";'

# handler TEXT: what it does when called, after recording why.
handler () {
	# shellcheck disable=SC2016	# for the handler
	printf '#!/bin/sh\n%s\n%s\n' \
	    'echo "$DUMPENGINE_REASON $DUMPENGINE_REFUSED $DUMPENGINE_VOLUME" >>calls' \
	    "$1" >handler
	chmod +x handler
}

# dump STATUS OUTPUT: without an operator.
dump () {
	fresh
	: >calls
	configure_set a.conf img "$out_volumes $2" "$ring" \
	    'plugin = "eot-script"; command = "./handler";'
	run setsid -w "$DUMPENGINE" -c a.conf
	[ "$status" -eq "$1" ] || fail "line ${BASH_LINENO[0]}: exit status" \
	    "$status, not $1: $(cat err)"
}

# called LINE...: exactly like this.
called () {
	printf '%s\n' "$@" >expected
	cmp -s expected calls || fail "line ${BASH_LINENO[0]}: called as" \
	    "$(tr '\n' ',' <calls), not as $(tr '\n' ',' <expected)"
}

handler 'exit 0'

# Every reason has its name; at the first volume and at a later one.
dump 0 'rewrite_attempts = 0; refuse = (3, 5, 6, 7, 8, 9, 10);'
called "no-medium 1 1" "write-protected 2 1" "protected 3 1" "foreign 4 1" \
    "unreadable 5 1" "full 6 1" "error 7 1"
not_said "rewriting it" "could not be opened"
said "volume 1: the medium is write-protected" "no medium in the drive" \
    "holds data that is not a dump"
dump 0 "$size rewrite_attempts = 0; refuse = (0, 6, 6, 8, 0, 6);"
called "size 0 1" "protected 1 2" "protected 2 2" "unreadable 3 2" \
    "size 0 2" "protected 1 3"

# Media that are full from the beginning, like tapes to be appended to.
dump 0 "$size rewrite_attempts = 0; capacity = (64, 0, 1, 0, 0, 64);"
called "size 0 1" "full 1 2" "full 2 2" "full 3 2" "full 4 2" "size 0 2"

# A failure that another medium does not avoid is an attempt.
dump 1 'rewrite_attempts = 2; refuse = (1, 1, 1, 1);'
called "busy 1 1" "busy 2 1"
said "volume 1: in use by another program"
dump 4 "$size rewrite_attempts = 1; refuse = (0, 2, 4, 1);"
called "size 0 1" "no-device 1 2"
# An unknown reason, as from a later interface, is none.
dump 1 'rewrite_attempts = 1; refuse = (77, 77);'
called "error 1 1"
said "it could not be opened"
# With these settings no medium would do.
dump 1 'refuse = (11);'
[ ! -s calls ] || fail "called: $(cat calls)"
said "it cannot be written with these settings"

# A handler that does nothing is stopped: by a medium that is known, ...
dump 1 "rewrite_attempts = 1; refuse = (6, 6, 6, 6, 6); marks = (7, 8, 7, 8, 7);"
called "protected 1 1" "protected 2 1" "protected 3 1"
# ... an empty drive, ...
dump 1 "rewrite_attempts = 1; refuse = (3, 3, 3, 3);"
called "no-medium 1 1" "no-medium 2 1"
# ... and media that look like any others.
dump 1 "rewrite_attempts = 0; refuse = ($(yes 5, | head -n 149 | tr -d '\n') 5);"
[ "$(wc -l <calls)" -eq 100 ] || fail "called $(wc -l <calls) times"

# A volume that was begun and has failed is an attempt, whatever was refused.
dump 4 'rewrite_attempts = 1; fail_write = "1:3"; times = 2; refuse = (6, 6, 0, 6);'
called "protected 1 1" "protected 2 1" "error 0 1" "protected 1 1"
said "volume 1: write failed; rewriting it from its checkpoint"

# A handler that has no more media says so, and the reason for giving up is
# right.
handler 'exit 1'
dump 4 'refuse = (6);'
called "protected 1 1"
said "volume 1: the medium holds a dump that must be kept"
handler 'exit 9'
dump 3 'refuse = (6);'
said "aborted the dump because volume 1 could not be opened"
not_said "at the end of volume"
exit 0
