#!/usr/bin/env bash
# Several write to the catalogue at once: each waits for the other, and nothing is
# lost.  A run that cannot wait leaves what it knows for the next one.  With SOAK=1
# in the environment, the wait is seen to end, which takes minutes.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/catalog-lib.sh
. "$top_srcdir/tests/catalog/catalog-lib.sh"
# shellcheck source=tests/catalog/ask-lib.sh
. "$top_srcdir/tests/catalog/ask-lib.sh"
need_source

mkdir tree
echo text >tree/file
head -c 200000 /dev/urandom >tree/large
make_image a.img 1M tree -t ext2
catalogue=$scratch/catalog.sqlite

# job DATE: a dump of that date
job () {
	cat >job.conf <<-END
	catalog = $(quoted "$catalogue");
	jobs = ( {
	  name = "home"; date = $1; keep = { last = 1; };
	  eot = { plugin = "eot-script"; command = "./handler"; };
	  source = { plugin = "fs-ext2"; device = "a.img"; };
	  output = { plugin = "out-file"; path = "dumps/$1"; $more };
	} );
	END
}
more=
printf '#!/bin/sh\nexit 0\n' >handler
chmod +x handler

# hold: another process is writing, until let_go.
hold () {
	rm -f held
	exec {release}> >(exec "$PYTHON3" -c '
import sqlite3, sys
c = sqlite3.connect(sys.argv[1], isolation_level=None)
c.execute("BEGIN IMMEDIATE")
c.execute("UPDATE dump SET label = label")
open("held", "w").close()
sys.stdin.read()
c.execute("COMMIT")
' "$catalogue")
	wait_for 30 test -e held || fail "the catalogue cannot be locked"
}
let_go () { exec {release}>&-; }

# has_opened PID: it waits for the catalogue, or is about to.
has_opened () {
	find "/proc/$1/fd" -lname "$catalogue*" 2>/dev/null | grep -q .
}

# meanwhile STATUS COMMAND...: it is started while another one writes.
meanwhile () {
	local expected=$1 pid
	shift
	hold
	"$@" >out 2>err {release}>&- </dev/null &
	pid=$!
	wait_for 30 has_opened $pid || fail "$*: does not open it: $(cat err)"
	gone "$pid" && fail "$*: does not wait: $(cat err)"
	let_go
	wait "$pid"
	status=$?
	[ "$status" -eq "$expected" ] || fail "$*: $status: $(cat err)"
	! grep -qE "warning|error" err || fail "$*: $(cat err)"
}
gone () { ! kill -0 "$1" 2>/dev/null; }

for i in 1 2 3; do
	job $((date + i))
	engine 0 -q -c job.conf
done
job $((date + 4))
meanwhile 0 "$DUMPENGINE" -c job.conf
said "the catalogue $catalogue knows the dump"
[ "$(left)" = '*' ] || fail "left for the catalogue: $(left)"
program=("$catalog_program" ${trusted[@]+"${trusted[@]}"} --catalog "$catalogue")
cp -r dumps kept
meanwhile 0 "${program[@]}" -c job.conf expire
knows "SELECT state, date FROM dump" "complete|$((date + 4))"
meanwhile 0 "${program[@]}" forget "home@@$((date + 4))"
knows "SELECT count(*) FROM dump" 0
meanwhile 0 "${program[@]}" rebuild kept
knows "SELECT count(*) FROM dump" 4
knows "SELECT count(*) FROM volume" 4
[ "$(ask "SELECT count(DISTINCT dump) FROM directory")" = 4 ] ||
    fail "the names are not there again"

# A run that is aborted waits for a second only.
more='volume_size = "64k";'
job $((date + 5))
cat >handler <<'END'
#!/bin/sh
: >reached
while [ ! -e go ]; do sleep 0.1; done
END
hold
setsid "$DUMPENGINE" -c job.conf >out 2>err {release}>&- </dev/null &
run=$!
wait_for 30 test -e reached || fail "there is no second volume: $(cat err)"
kill "$run"
: >go
wait "$run"
status=$?
[ "$status" -eq 3 ] || fail "aborted: $status: $(cat err)"
said "warning: the catalogue does not know the dump yet: $catalogue: " \
    "another process" "the next run adds it"
[[ $(left) = *.part ]] || fail "left for the catalogue: $(left)"
let_go
more=
job $((date + 6))
engine 0 -c job.conf
[ "$(left)" = '*' ] || fail "left for the catalogue: $(left)"
knows "SELECT state FROM dump WHERE date > $((date + 4)) ORDER BY date" \
    aborted complete
knows "SELECT count(*) FROM volume JOIN dump ON dump.id = volume.dump
    WHERE date = $((date + 5))" 1
knows "PRAGMA integrity_check" ok

[ -n "${SOAK:-}" ] || exit 0
hold
job $((date + 7))
engine 0 -c job.conf {release}>&-
said "warning: the catalogue does not know the dump yet: $catalogue: " \
    "DUMP IS DONE"
for command in "-c job.conf expire" "forget home@@$((date + 6))" "rebuild dumps"; do
	# shellcheck disable=SC2086
	"${program[@]}" $command >out 2>err {release}>&-
	[ $? -eq 3 ] || fail "$command: $(cat err)"
	said "$catalogue: cannot write to it: another process"
done
let_go
job $((date + 8))
engine 0 -c job.conf
knows "SELECT count(*) FROM dump" 8
