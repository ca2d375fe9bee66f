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

mkdir targets
before=$(look_outside)
for dump in evil/*; do
	name=${dump#evil/}
	file=$scratch/$dump
	attack "$name" -r -f "$file"
	case $name in
	*damaged*) continue ;;
	esac
	# Again, with what the first run has made in the way.
	attack "$name" -x -u -f "$file"
done
attack chain -r -f "$scratch/evil/level-0"
attack chain -r -f "$scratch/evil/level-1"
attack at-once -r -f "$scratch/evil/level-0" -f "$scratch/evil/level-1"

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
