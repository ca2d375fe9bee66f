#!/usr/bin/env bash
# out-rmt on a tape that is not rewound: the file of a volume is known, so the
# volume is written again in its place, and a tape that was full from the start is
# exchanged; what has passed filters ends where the tape does, without that.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/rmt/rmt-lib.sh
. "$top_srcdir/tests/rmt/rmt-lib.sh"
# shellcheck source=tests/filter/filter-lib.sh
. "$top_srcdir/tests/filter/filter-lib.sh"

need_rmt
need setsid
make_short
make_single
records=$(($(stat -c %s single) / 4096))

# Each file of a tape; prints where the tape is, and how many there are.
cat >files.py <<'END'
import sys
f = open(sys.argv[1], "rb")
at, *lengths = map(int, f.readline().split())
n, part = 0, b""
for length in lengths:
    if length >= 0:
        part += f.read(length)
        continue
    open(sys.argv[2] % n, "wb").write(part)
    n, part = n + 1, b""
print(at, n)
END
files () {
	rm -f f[0-9]
	"$python" files.py tape f%d >place || fail "$(head -n 1 tape)"
	[ "$(cat place)" = "$*" ] || fail "$(cat place), not $*: $(cat err)"
}

# behind FILTERS EOT SERVER_OPTIONS OPTION...: write behind another file, of
# $earlier records.
earlier=1
behind () {
	local -a options
	local filters=$1 eot=$2
	read -ra options <<<"$3"
	shift 3
	fresh
	rm -f log count*
	"$python" - $earlier >tape <<-'END'
	import sys
	n = int(sys.argv[1])
	print(n + 1, "7 " * n + "-1\n" + "another" * n, end="")
	END
	configure_set a.conf img "$(to_rmt /dev/nst9 "$(server --look --tape \
	    "$scratch/tape" --log "$scratch/log" --count "$scratch/count" \
	    "${options[@]}")" "window = 6; rewind = false;" "$@")" \
	    "blocking = 4;" "$eot" "${filters:+filters = ( $filters );}"
}

# ---- The connection is lost, or the volume fails

for how in dump tar; do
	behind "" "" "--status $how --fault die@20"
	engine 0 -c a.conf --report report
	said "rewriting it"
	grep -qE '"tape_file": *1,' report || fail "report: $(cat report)"
	files $((records + 3)) 2
	same_file single f1
done
behind "" "" "--status dump --fault flip@20" "verify = true;"
ends 0 "verification failed; rewriting it"
files $((records + 3)) 2
same_file single f1
behind "" "" "--status dump --fault e5@20"
ends 4 "cannot be written"
files 2 2
# By an rmt that does not tell; one has ended when asked.
for how in junk exits; do
	behind "" "" "--status $how --fault die@20"
	ends 3 "cannot rewrite the volume" "rewind = false"
done
behind "" "" "--status exits"
ends 0
files $((records + 3)) 2
# Another tape has been put in meanwhile.
cat >wrap <<END
#!/bin/sh
echo >>'$scratch/calls'
[ \$(wc -l <'$scratch/calls') -ne 3 ] || cp '$scratch/other' '$scratch/tape'
exec "\$@"
END
chmod +x wrap
for other in '0;' '4 5 -1 5 -1;othermore.'; do
	behind "" "" "--status dump --fault die@20"
	sed -i 's/rsh = \[/& ".\/wrap",/' a.conf
	rm -f calls
	printf '%s' "$other" | tr ';' '\n' >other
	ends 4 "file 1 of the tape is not the volume that is to be written again"
	[ "$(tail -n +2 tape)" = "$(tail -n +2 other)" ] || fail "it was written"
done

# ---- The end of the tape

next="plugin = \"eot-script\"; command = \"$python files.py tape"
next+=" dumps/\$DUMPENGINE_VOLUME.%d >>places; rm tape; true\";"
earlier=$((records + 9))
full=$((records + 10))
behind "" "$next" "--status dump --capacity $full"
ends 0 "holds only 0 tape blocks" "its medium is too small"
files $((records + 1)) 1
same_file single f0
behind "" "" "--status tar --capacity $full"
ends 4 "holds only 0 tape blocks"
files $full 1
earlier=1

[ -n "$(command -v zstd)" ] || skip "the rest needs zstd"
next="at_end = true; $next"
while read -r capacity how; do
	for filters in "$zstd_small" "$zstd_small, { plugin = $(quoted \
	    "$TEST_PLUGINS/filter-fault.so"); }"; do
		behind "$filters" "$next" "--status dump --capacity $capacity $how"
		ends 0
		not_said "rewriting it"
		[ "$(count_of dumps)" -ge 3 ] || fail "$(ls dumps)"
		mv dumps/1.1 dumps/1.0
		mv dumps another
		mkdir dumps
		for volume in another/*; do
			number=${volume##*/}
			mv "$volume" "dumps/00${number%.0}"
		done
		rmdir another
		if [ "$filters" = "$zstd_small" ]; then
			undo dumps plain
			same_stream single plain/*
		else
			rm -rf restored
			mkdir restored
			(cd restored && ours -r -f "../dumps/%v")
			rm -rf restored/restoresymtable restored/lost+found
			same_tree tree restored
		fi
	done
done <<'END'
30
47 --warn 3 --hold 10
71 --warn 1
END
# The drive does not go back: the volume is written again, and ends earlier.
behind "$zstd_small" "$next" "--status dump --capacity 47 --warn 2 --fault e5@4 --at I"
ends 0 "rewriting it"
