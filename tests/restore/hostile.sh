#!/usr/bin/env bash
# A dump made to do harm reaches nothing outside of the directory that it is
# restored into, whatever it is: names with slashes, links in the way, circles,
# devices, damage.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkdir outside evil
echo mine >outside/out
echo mine >outside/other
"$PYTHON3" "$tools/hostile" "$scratch/outside" evil || fail "no dumps"

# What is outside: names, contents, modes and times, those of the directory too.
look_outside () {
	stat -c '%n %a %u:%g %s %y %h' outside outside/* evil
	cat outside/*
	ls -a
}

# attack FOLDER ARGUMENT...: any exit status will do, but no signal.
attack () {
	local folder=$1
	shift
	mkdir -p "targets/$folder"
	cd "targets/$folder" || fail "no target"
	timeout 30 setsid "$restore_program" ${trusted[@]+"${trusted[@]}"} "$@" \
	    >"$TMPDIR/out" 2>"$TMPDIR/err" </dev/null
	status=$?
	cd "$scratch" || fail "cannot return"
	[ "$status" -le 4 ] || fail "$*: exit status $status:
$(tail -5 "$TMPDIR/err")"
	! grep -qE 'Sanitizer|runtime error:' "$TMPDIR/err" ||
	    fail "$(cat "$TMPDIR/err")"
	now=$(look_outside)
	[ "$now" = "$before" ] || fail "$* has reached out: $now
it was: $before"
}

# expect STATUS WORDS FOLDER ARGUMENT...: how the attack ends, and what is said.
expect () {
	local expected=$1 words=$2
	shift 2
	attack "$@"
	[ "$status" -eq "$expected" ] || fail "$*: exit status $status, not \
$expected: $(tail -5 "$TMPDIR/err")"
	[ -z "$words" ] || grep -qF -- "$words" "$TMPDIR/err" ||
	    fail "$*: no \"$words\" in: $(tail -5 "$TMPDIR/err")"
}

# Nothing is lost in silence: how these end, and what is said.
declare -A ends says
while read -r name number words; do
	ends[$name]=$number
	says[$name]=$words
done <<'END'
numbers 2 no directory of the set has a name for inode 21
root-file 2 in the set as a directory and as a file
root-link 2 in the set as a directory and as a file
repeated 2 ./twice (inode 21): it is in the set more than once
types 2 ./f (inode 22): it is in the set more than once
sizes 2 ./2 (inode 22): its size cannot be set
escapes 2 ./?1A???/lost?[31m (inode 22): it is missing
linked 2 hard links that are not in the set
own-directory 3 ./restoresymtable: cannot be written: Is a directory
END

mkdir targets
# A link that somebody has made in the target, of a file outside.
mkdir targets/linked
ln outside/out targets/linked/linked
before=$(look_outside)
for dump in evil/*; do
	name=${dump#evil/}
	file=$scratch/$dump
	if [ -n "${ends[$name]-}" ]; then
		expect "${ends[$name]}" "${says[$name]}" "$name" -r -f "$file"
	else
		attack "$name" -r -f "$file"
	fi
	case $name in
	*damaged*) continue ;;
	esac
	# Again, with what the first run has made in the way.
	attack "$name" -x -u -f "$file"
done
attack chain -r -f "$scratch/evil/level-0"
attack chain -r -f "$scratch/evil/level-1"
attack at-once -r -f "$scratch/evil/level-0" -f "$scratch/evil/level-1"

for good in numbers/good root-file/good root-link/good sizes/good; do
	[ "$(cat "targets/$good")" = good ] || fail "no $good"
done
[ "$(cat targets/repeated/twice)" = one ] ||
    fail "$(cat targets/repeated/twice)"

# What has only owner and mode does not change a file that is elsewhere, too,
# however many names it claims; it does change one that is all in the target.
rm targets/linked/linked
mkdir targets/linked-here
echo mine >targets/linked-here/linked
ln targets/linked-here/linked targets/linked-here/other
before=$(look_outside)
if [ "$(id -u)" -eq 0 ]; then
	attack linked-here -x -u -f "$scratch/evil/linked"
	[ "$(stat -c '%a %u' targets/linked-here/other)" = "6777 12345" ] ||
	    fail "$(stat targets/linked-here/other)"
fi

# Names that the program has for itself, at the root of the set.
expect 0 "left out, as the state for the next level has this name" own -r -f \
    "$scratch/evil/own-0"
expect 0 "" own -r -f "$scratch/evil/own-1"
expect 0 "" own-at-once -r -f "$scratch/evil/own-0" -f \
    "$scratch/evil/own-1"
for target in own own-at-once; do
	for file in .dumpengine-restore/.key=21 .restoresymtable.new=22 \
	    new/moved/out=27; do
		[ "$(cat "targets/$target/${file%=*}")" = "${file#*=}" ] ||
		    fail "$target: no $file: $(ls -lA targets/$target)"
	done
	[ -L targets/$target/.dumpengine-restore/25 ] || fail "no link"
	[ ! -e targets/$target/.dumpengine-restore-1 ] || fail "it stays"
done
# The state is not what the stream has under its name.
[ "$(head -c 8 targets/own/restoresymtable)" = deState1 ] ||
    fail "$(head -c 8 targets/own/restoresymtable)"

# What can be restored is.
for good in names/good deep/$(printf 'd%.0s' {1..200}); do
	[ -e "targets/$good" ] || fail "there is no $good"
done
for target in chain at-once; do
	[ -d targets/$target/d ] && [ -L targets/$target/e ] ||
	    fail "$target: $(ls -l targets/$target)"
	[ "$(cat targets/$target/d/new targets/$target/d/out)" = \
	    "$(printf 'it was here\ng')" ] || fail "$target: $(ls -l targets/$target/d)"
done

# --untrusted
attack untrusted -r --untrusted -f "$scratch/evil/devices"
[ ! -e targets/untrusted/null ] || fail "there is a device"
[ "$(stat -c %a targets/untrusted/setuid)" = 755 ] ||
    fail "$(stat targets/untrusted/setuid)"
[ "$(cat targets/untrusted/good)" = good ] || fail "good is not there"
rm -f targets/untrusted/immutable || fail "it is immutable"
