#!/usr/bin/env bash
# out-rmt on a tape drive: the end of the tape in the middle of the window, file
# marks, rewinding, and drives that are not ready.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/rmt/rmt-lib.sh"
without_index=yes

need_rmt
need setsid

plain_set

# What precedes the first file mark, and what follows it
cat >unwind.py <<'END'
import sys
f = open(sys.argv[1], "rb")
at, *lengths = map(int, f.readline().split())
end = lengths.index(-1)
open(sys.argv[2], "wb").write(f.read(sum(lengths[:end])))
print("behind:", len([n for n in lengths[end:] if n >= 0]), "marks:",
      lengths.count(-1))
END
# to_tape SERVER_OPTIONS OPTION...: each tape goes to dumps when it has ended.
to_tape () {
	local -a options
	read -ra options <<<"$1"
	shift
	fresh
	rm -f tape log count*
	configure_set a.conf img "$(to_rmt /dev/nst9 "$(server --tape \
	    "$scratch/tape" --log "$scratch/log" --count "$scratch/count" \
	    "${options[@]}")" "window = 6;" "$@")" "$ring" \
	    "plugin = \"eot-script\"; at_end = true; command =
	    \"$python unwind.py tape dumps/00\$DUMPENGINE_VOLUME;
	    rm tape; true\";"
}
for verify in false true; do
	to_tape "" "verify = $verify;"
	ends 0 "behind: 0 marks: 1"
	same_file plain/one dumps/001
	grep -q '^O/dev/nst9 1 O_WRONLY$' log || fail "opened as $(cat log)"
done
while read -r verify how; do
	to_tape "--capacity 20 $how" "verify = $verify;"
	ends 0
	not_said "transient error"
	whole
	[ "$(stat -c %s dumps/001)" -eq 81920 ] ||
	    fail "$how: volume 1 has $(stat -c %s dumps/001) bytes"
done <<'END'
true
false --warn 1
true --hold 10 --warn 3
END
# It cannot be backed up: the volume is rewritten, and ends there.
to_tape "--capacity 20 --warn 3 --hold 30 --fault e5@3 --at I"
ends 0 "the tape is full after 81920 bytes" "rewriting it"
whole
# Ejected, not rewound; after another file.
to_tape "" "eject = true;"
ends 0
[ "$(grep -c '^I7 1' log)" -eq 1 ] || fail "not ejected: $(cat log)"
to_tape "" "rewind = false; verify = true;"
ends 0
same_file plain/one dumps/001
to_tape "--fault die@20" "rewind = false;"
ends 3 "cannot rewrite the volume" "rewind = false"
to_tape "--fault die@20 --times 2"
ends 0 "rewriting it"
same_file plain/one dumps/001
# Without a handler, the operator is asked.
no_handler () { sed -i '/eot = /,/};/d' a.conf; }
to_tape "--capacity 20"
no_handler
ends 4 "Is the new volume (number 2) mounted"
# Not ready.
to_tape "--fault e5@1 --at I"
no_handler
ends 1 "the tape drive is not ready" "is there a good tape"
to_tape "--fault e123@1 --at O"
no_handler
ends 1 "no tape in the drive"
to_tape "--fault e5@3 --at I"
no_handler
ends 4 "the file mark cannot be written"
