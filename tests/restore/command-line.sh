#!/usr/bin/env bash
# The letters of restore(8) in every form, what is refused, the environment, the
# jobs of a configuration, volumes, and the exit statuses.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkdir -p tree/sub
for n in 1 2 3 4 5 6 7 8; do
	head -c 100000 /dev/urandom >tree/sub/$n
done
echo hello >tree/hello
make_image a.img 4M tree
configure_dump a.conf a.img "$scratch/dumps/a"
engine 0 -c a.conf
a=$scratch/dumps/a
configure_job volumes.conf "plugin = \"fs-ext2\"; device = \"$scratch/a.img\";" \
    "plugin = \"out-file\"; path = \"$scratch/dumps/v.%v\"; volume_size = \"256 KiB\";"
engine 0 -c volumes.conf

# One letter and one word for the same thing; bundled, and in the old style
restore 0 -t -f "$a"
cp out listed
grep -qE '^ +[0-9]+	\./hello$' listed || fail "$(cat listed)"
for arguments in "-tf $a" "tf $a" "tbf 32 $a" "-t -b 10 -f $a" "--list --file=$a" \
    "--list --file $a" "tHf 100 $a" "-tclkVaf $a" "-ty -f $a ." \
    "-t -f $a /" "-tdf $a"; do
	# shellcheck disable=SC2086
	restore 0 $arguments
	same_file out listed
done
TAPE=$a restore 0 -t
same_file out listed
input=$a restore 0 tf -
same_file out listed
restore 0 -tv -f "$a" hello
grep -qE '^leaf +[0-9]+	\./hello$' out || fail "$(cat out)"
restore 0 -t0 -f "$a" hello
tail -c 8 out | tr '\0' '!' | grep -qF './hello!' || fail "$(cat out)"

printf '%s\n' hello '' ./sub/3 >names
restore 0 -t -X "$scratch/names" -f "$a"
[ "$(tail -n 2 out | cut -f 2 | tr '\n' ' ')" = './hello ./sub/3 ' ] ||
    fail "-X: $(cat out)"

# What a job has written, and volumes in each of their ways
job () {
	restore 0 -t -c "$scratch/volumes.conf" --job test
}
job
grep -qF ./sub/8 out || fail "$(cat out)"
for set in "-M -f dumps/v." "-f dumps/v.001" \
    "-f dumps/v.%v" "-f dumps/v.001,dumps/v.002,dumps/v.003,dumps/v.004" \
    "-f dumps/v.003,dumps/v.001,dumps/v.004,dumps/v.002"; do
	rm -rf back
	# shellcheck disable=SC2086
	restore_into back 0 -x ${set//dumps/$scratch/dumps}
	diff -r tree/sub back/sub || fail "$set"
done

# Numbers of any width; another dump that is numbered on is none of its volumes.
for n in 1 2 3 4; do cp "dumps/v.00$n" "dumps/w$n"; done
cp "$a" dumps/w5
restore_into numbered 0 -r -f "$scratch/dumps/w1"
diff -r tree/sub numbered/sub || fail "numbered volumes"
cp "$a" dumps/one1
cp dumps/v.002 dumps/one2
restore 0 -t -f dumps/one1

# A volume is missing: what was on it is named, and the rest is there.
mv dumps/v.002 aside
restore_into part 2 -x -M -f "$scratch/dumps/v."
said "volume 2" "missing from the set"
[ -e part/hello ] || fail "hello is not there"
same_file part/sub/8 tree/sub/8
restore 2 --verify -M -f "$scratch/dumps/v."

# At a terminal, the operator says where it is, as for restore(8).
if "$PYTHON3" -c 'import pty; pty.openpty()' 2>/dev/null; then
	mkdir typed
	( cd typed && "$PYTHON3" "$tools/terminal" \
	    --answer "volume 2 mounted.*\?=$scratch/absent" \
	    --answer "volume 2 mounted.*\?=$scratch/aside" \
	    --answer "set owner.*\?=no" \
	    "$restore_program" ${trusted[@]+"${trusted[@]}"} -x . -M \
	    -f "$scratch/dumps/v." >../terminal.log 2>&1 </dev/null ) ||
	    fail "typed name: exit status $?: $(cat terminal.log)"
	diff -r tree/sub typed/sub || fail "typed name: $(cat terminal.log)"
fi
mv aside dumps/v.002

# Refused, with status 1 and nothing on standard output
refused () {
	restore 1 "${@:2}"
	said "$1"
	printed_nothing
}
refused "say what to do"
refused "say what to do" -f "$a"
refused "cannot be used together" -t -x -f "$a"
refused "-x and --drill" -x --drill 3 -f "$a"
refused "takes no names" -r -f "$a" hello
refused "must be an integer from 1" -t -b 0 -f "$a"
refused "must be an integer from 1" -t -s x -f "$a"
refused "--if-exists: maybe" -x --if-exists maybe -f "$a"
refused "-u and --if-exists" -x -u --if-exists skip -f "$a"
refused "-f and --job" -t -f "$a" --job test
refused "--config has no effect" -t --config a.conf
refused "has no job nobody" -t -c "$scratch/a.conf" --job nobody
refused "takes one set" --verify -f "$a" -f "$a"
refused "-A is for" -r -A x -f "$a"
refused "-Q is for" -C -Q x -f "$a"
refused "f needs an argument" tf
refused "No such file" -t -f "$scratch/nothing"
refused "too short to be a dump" -t -f "$scratch/a.conf"
refused "not a dump" -t -f "$scratch/a.img"
refused "xz" -t -f "$top_srcdir/tests/images/ext2.img.xz"
refused "-q and -v" -t -q -v -f "$a"

# Helps
restore 0 --help
for option in $(grep -oE '"[a-z-]+", (no|required)_argument' \
    "$top_srcdir/core/cli/restore_arguments.c" | cut -d '"' -f 2); do
	grep -q -- "--$option" out || fail "--help lacks --$option"
	grep -q "Fl -$option" "$top_srcdir/man/dumpengine-restore.8" ||
	    fail "the manual lacks --$option"
done
restore 0 --version
[ "$(cat out)" = "dumpengine-restore $VERSION" ] || fail "$(cat out)"

# Standard output that cannot be written
if [ -e /dev/full ]; then
	"$restore_program" ${trusted[@]+"${trusted[@]}"} -t -f "$a" >/dev/full 2>err
	[ $? = 3 ] || fail "a full disk: $(cat err)"
fi

# The answers that a script for restore(8) has put into standard input
mkdir answered
chmod 700 answered
printf '1\ny\n' >answers
input=$scratch/answers restore_into answered 0 -x -f "$a" hello
[ "$(stat -c %a answered)" = 755 ] || fail "$(stat answered)"
chmod 700 answered
printf 'n\n' >answers
input=$scratch/answers restore_into answered 0 -xu -f "$a" hello
[ "$(stat -c %a answered)" = 700 ] || fail "$(stat answered)"

# The report
restore_into reported 0 -x -f "$a" --report "$scratch/report" hello
restore_into reported 4 -x -f "$a" --report "$scratch/report.4" hello
restore_into reported 2 -x -u -f "$a" --report "$scratch/report.2" hello nothing
restore 0 --drill 3 --seed 7 -f "$a" --report drill
cat >check.py <<'END'
import json

def load(name):
    with open(name) as file:
        return json.load(file)

whole = load('report')
assert (whole['exit_status'], whole['action'], whole['files'], whole['bytes']) == (0, 'extract', 1, 6), whole
assert whole['sets'][0]['level'] == 0 and whole['sets'][0]['label'] == 'testing', whole
assert load('report.4')['exit_status'] == 4
part = load('report.2')
assert part['missing'] == 1 and part['found'][0]['kind'] == 'missing', part
drill = load('drill')
assert drill['drill']['seed'] == 7 and len(drill['drill']['files']) == 3, drill
assert all(file['ok'] for file in drill['drill']['files']), drill
END
"$PYTHON3" check.py >check.log 2>&1 || fail "$(cat check.log)"

# An ordinary user restores into a directory of his own.
if is_root && command -v setpriv >/dev/null; then
	mkdir own
	chown 12345:12345 own
	chmod o+x . "$TMPDIR"; chmod 1777 "$TMPDIR"
	if setpriv --reuid 12345 --regid 12345 --clear-groups test -r "$a" -a -x own; then
		(cd own && setpriv --reuid 12345 --regid 12345 --clear-groups \
		    "$restore_program" -r -f "$a" </dev/null >../out 2>../err) ||
		    fail "an ordinary user: $(cat err)"
		diff -r tree/sub own/sub || fail "own differs"
		said "owner"
	fi
fi
