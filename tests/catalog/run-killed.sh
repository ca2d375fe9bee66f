#!/usr/bin/env bash
# Whenever a run is killed, all of its processes at once, the next one finds what
# is there: no volume that was noted is lost to the catalogue, a dump is complete
# there only with all of its volumes, and what was not noted is added from them.
# Two runs at once both end up in it.  With SOAK=1 in the environment it is killed
# a hundred times.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/catalog-lib.sh
. "$top_srcdir/tests/catalog/catalog-lib.sh"
# shellcheck source=tests/catalog/ask-lib.sh
. "$top_srcdir/tests/catalog/ask-lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
[ -z "${SANITIZER_FLAGS:-}" ] || skip "not under a sanitizer"
catalogue=$scratch/catalog.sqlite

mkdir -p tree/many
for i in {1..2000}; do echo "$i" >"tree/many/$i"; done
head -c 4000000 /dev/urandom >tree/large
make_image a.img 32M tree -t ext4
entries=$(find tree -mindepth 1 | wc -l)

# configure JOB DATE
configure () {
	configure_set "$1.conf" a.img "plugin = \"out-file\";
	    path = \"dumps/%j-$2-%v\"; volume_size = (\"1M\", \"3M\", \"1M\");"
	sed -i "s/\"test\"/\"$1\"/; s/date   = [0-9]*/date = $2/" "$1.conf"
	with_catalog "$1.conf"
}

# is_whole DATE: its volumes and names, in the catalogue
is_whole () {
	knows "SELECT count(*) FROM volume JOIN dump ON dump.id = volume.dump
	    WHERE date = $1" "$volumes"
	knows "SELECT sum(entries) FROM directory JOIN dump
	    ON dump.id = directory.dump WHERE date = $1" "$((entries + 1))"
}

fresh
configure test "$date"
begun=$(date +%s%N)
engine 0 -c test.conf
took=$((($(date +%s%N) - begun) / 1000))
volumes=$(count_of dumps)
[ "$volumes" -ge 4 ] || fail "$volumes volumes"
is_whole "$date"

# state DATE: of a dump, and how many of its volumes are known
state () {
	ask "SELECT state, count(volume.id) FROM dump LEFT JOIN volume
	    ON volume.dump = dump.id WHERE date = $1 GROUP BY dump.id"
}

# repaired DATE: from its volumes, the catalogue learns the rest.
repaired () {
	catalog 0 add "dumps/test-$1-001"
	[ "$(state "$1")" = "complete|$volumes" ] ||
	    fail "after add: $(state "$1")"
	is_whole "$1"
}

# From before its last volume, the supervisor hears nothing; then all are killed.
fresh
killed_date=$((date + 500))
configure test $killed_date
sed -i 's|^  output = |  eot = { plugin = "eot-script"; command = "./stop"; };&|' \
    test.conf
cat >stop <<-END
#!/bin/sh
[ "\$DUMPENGINE_NEXT_VOLUME" -lt $volumes ] || kill -s STOP \$(cat supervisor)
END
chmod +x stop
# Is the last volume safe, and does the writer wait, or is it through?
looks=0
is_through () {
	local switches
	[ -e "dumps/test-$killed_date-00$volumes" ] || return 1
	compgen -G "$DUMPENGINE_STATE_DIR/catalog/*.names" >/dev/null && return
	switches=$(grep -E '^State|ctxt' "/proc/$(newest "$run")/status" 2>&1)
	[ "$switches" = "$before" ] && looks=$((looks + 1)) || looks=0
	before=$switches
	[ "$looks" -ge 5 ]
}
before=
setsid sh -c 'echo $$ >supervisor; exec "$@"' sh "$DUMPENGINE" -q -c test.conf \
    2>err &
run=$!
wait_for 30 is_through
through=$?
kill -s KILL -- "-$run"
wait "$run" 2>/dev/null
[ "$through" -eq 0 ] || fail "the last volume is not complete: $(cat err)"
compgen -G "$DUMPENGINE_STATE_DIR/catalog/*.names" >/dev/null &&
    fail "there are names of volumes that are not known"
mv dumps kept
fresh
configure test $((killed_date + 1))
engine 0 -c test.conf
rm -rf dumps
mv kept dumps
[[ $(state $killed_date) = aborted* ]] ||
    fail "of the last volume nothing was known, but $(state $killed_date)"
repaired $killed_date

# A dump that an earlier version had added without its volumes
"$PYTHON3" - <<END
import sqlite3
c = sqlite3.connect("catalog.sqlite")
c.execute("DELETE FROM volume WHERE dump = (SELECT id FROM dump "
    "WHERE date = $killed_date)")
c.execute("UPDATE dump SET status = NULL WHERE date = $killed_date")
c.commit()
END
[ "$(state $killed_date)" = "complete|0" ] || fail "$(state $killed_date)"
repaired $killed_date

# What was added while the run was killed.
killed=0
whole=0
unnoted=0
for ((i = 1; i <= ${SOAK:+94} + 6; i++)); do
	fresh
	configure test $((date + i))
	setsid "$DUMPENGINE" -q -c test.conf 2>err &
	run=$!
	# At any time until well behind its end.
	sleep "$(printf '0.%06d' $((took * i % (took * 5 / 4) % 1000000)))"
	kill -s KILL -- "-$run" 2>/dev/null && killed=$((killed + 1))
	wait "$run" 2>/dev/null
	was=$(cd dumps && find . -name "test-*-???" | wc -l)
	rm -rf kept
	mv dumps kept
	mkdir dumps
	configure test $((date + 1000 + i))
	engine 0 -c test.conf
	[ "$(left)" = '*' ] || fail "left for the catalogue: $(left)"
	is_whole $((date + 1000 + i))
	knows "PRAGMA integrity_check" ok
	rm -rf dumps
	mv kept dumps
	found=$(state $((date + i)))
	case $found in
	complete*)
		[ "$found" = "complete|$volumes" ] || fail "$found"
		whole=$((whole + 1)) ;;
	aborted*)
		# Those of the last second may be missing, or only the note of
		# the last one.
		[ "$was" -lt "$volumes" ] || {
			repaired $((date + i))
			unnoted=$((unnoted + 1))
		} ;;
	'')
		[ "$was" -eq 0 ] || fail "$was volumes, but no dump" ;;
	*)
		fail "$found" ;;
	esac
	rm -f dumps/*
done
echo "killed $killed times, $whole of the dumps were complete, and $unnoted" \
    "after the last volume and before that was noted"

# Two at once, which share the catalogue and state_dir; one finds what the other
# is about to add.
rm -f catalog.sqlite*
for i in 1 2 3; do
	fresh
	configure one $((date + i))
	configure two $((date + 100 + i))
	"$DUMPENGINE" -q -c one.conf 2>err.one &
	one=$!
	"$DUMPENGINE" -q -c two.conf 2>err.two &
	wait "$one" || fail "$(cat err.one)"
	wait $! || fail "$(cat err.two)"
	[ ! -s err.one ] && [ ! -s err.two ] || fail "$(cat err.one err.two)"
	is_whole $((date + i))
	is_whole $((date + 100 + i))
	[ "$(left)" = '*' ] || fail "left for the catalogue: $(left)"
done
