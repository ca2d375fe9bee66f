#!/usr/bin/env bash
# Two jobs of a file that write to the same thing under any name are refused
# before anything is written, unless the first is kept or changed in between.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/shared/shared-lib.sh
. "$top_srcdir/tests/shared/shared-lib.sh"

need_source
mkdir tree dumps
echo x >tree/x
make_image img 4M tree -t ext4
ln -s dumps link

# clash OUTPUT OUTPUT [TEXT...]: both --check and a run report it, and do
# nothing.
clash () {
	local first=$1 second=$2
	shift 2
	jobs a.conf "$(job one "$first")" "$(job two "$second")"
	engine 1 --check -c a.conf
	said " two: error: " "job one (line 2)" "would be overwritten" "$@"
	not_said "ready to dump"
	engine 1 -c a.conf
	said " two: error: " "would be overwritten" "$@"
	not_said "dumping img"
	only
	# Each alone is fine.
	run "$DUMPENGINE" --check -c a.conf two
	not_said "would be overwritten"
}

# together OUTPUT OUTPUT: the two are compatible.
together () {
	jobs a.conf "$(job one "$1")" "$(job two "$2")"
	engine 0 --check -c a.conf
	not_said "would be overwritten"
	engine 0 -c a.conf >/dev/null
	rm -f dumps/*
}

# ---- Files, by their directory

clash "$(to_file dumps/a)" "$(to_file dumps/a)" "dumps/a: job one (line"
clash "$(to_file dumps/a)" "$(to_file ./dumps//../link/a 'overwrite = true;')"
clash "$(to_file "$PWD/dumps/a")" "$(to_file link/a)"
clash "$(to_file 'dumps/%v')" "$(to_file dumps/%v)"
clash "$(to_file 'dumps/%v')" "$(to_file dumps/003)"
clash 'plugin = "out-file"; path = [ "dumps/a", "dumps/b" ];' \
    'plugin = "out-file"; path = [ "dumps/c", "dumps/b" ];'
together "$(to_file 'dumps/%j')" "$(to_file dumps/%j)"
together "$(to_file 'dumps/%j.%v')" "$(to_file dumps/%j.%v)"
together "$(to_file dumps/a)" "$(to_file dumps/b)"

# A link at the name is written through, so its target counts.
touch dumps/a
ln -s a dumps/b
jobs a.conf "$(job one "$(to_file dumps/a 'overwrite = true;')")" \
    "$(job two "$(to_file dumps/b 'overwrite = true;')")"
engine 1 -c a.conf
said "dumps/b: job one (line 2) writes to it as dumps/a, and would be overwritten"
[ ! -s dumps/a ] || fail "dumps/a was written"
rm dumps/*

# ---- Combinations that lose nothing

together "$(to_file /dev/null)" "$(to_file /dev/null)"
jobs a.conf "$(job one "$(to_file -)")" "$(job two "$(to_file -)")"
engine 0 -c a.conf
mkfifo fifo
cat fifo >/dev/null &
cat=$!
exec 8>fifo
together "$(to_file fifo)" "$(to_file fifo)"
exec 8>&-
wait "$cat"

# ---- The medium is changed, if the later job says so

together "$(to_file dumps/a)" \
    "$(to_file dumps/a 'overwrite = true; change_between_jobs = true;')"
clash "$(to_file dumps/a 'change_between_jobs = true;')" \
    "$(to_file dumps/a 'overwrite = true;')" "change_between_jobs"

# ---- Levels are those of the command line

jobs a.conf "$(job one "$(to_file 'dumps/%l')" 'dumpdates = "dates";')" \
    "$(job two "$(to_file 'dumps/%l')" 'dumpdates = "dates"; level = 1;')"
engine 0 --check -c a.conf
engine 1 --check --level 3 -c a.conf
said "would be overwritten"

# ---- As named by plugins

clash "$out_names names = [ \"a\", \"b\" ];" "$out_names names = [ \"b\" ];" \
    "b: job one (line"
together "$out_names names = [ \"a\" ];" "$out_names names = [ \"b\" ];"
together "$out_names names = [ \"a\" ];" "$out_names names = [ \"a\" ]; keeps = -1;"
together "$out_names names = [ \"a\" ];" "$out_names names = [ \"a\" ]; keeps = 1;"
clash "$out_names names = [ \"a\" ]; keeps = 1;" \
    "$out_names names = [ \"a\" ]; keeps = 1;"
clash "$out_names names = [ \"a\" ]; keeps = -1;" \
    "$out_names names = [ \"a\" ]; keeps = 7;"
clash "$out_names names = [ \"a\" ]; keeps = -1;" "$out_names names = [ \"a\" ];"

# A job whose plugin fails to name them is not run, and does not stop others.
while read -r fault text; do
	jobs a.conf "$(job one "$out_names fault = \"$fault\";")" \
	    "$(job two "$(to_file dumps/two)")"
	engine 1 --check -c a.conf
	said " one: error: out-names: cannot find out what it uses" "ready to dump"
	engine 1 -c a.conf
	said " one: error: out-names: cannot find out what it uses" "$text"
	only two
	rm dumps/*
done <<'END'
fail it failed
crash was killed by signal 6 (Aborted) in name_resources() of
exit was ended with status 0 by name_resources() of
END

# ---- Targets of rmt, by host and path

if [ -e "$top_builddir/.libs/out-rmt.so" ]; then
	to_target () {
		local target=$1
		shift
		echo "plugin = \"out-rmt\"; rsh = \"false\"; target = $(quoted "$target"); $*"
	}
	clash "$(to_target host:/a/b)" "$(to_target root@HOST.:/a/./c/..//b)"
	clash "$(to_target host:/dev/nst0)" "$(to_target host:/dev/st0m)"
	clash "$(to_target "localhost:$PWD/dumps/a")" "$(to_file link/a)"
	jobs a.conf "$(job one "$(to_target host:/dev/nst0)")" \
	    "$(job two "$(to_target host:/dev/nst0 'rewind = false;')")" \
	    "$(job three "$(to_target other:/dev/nst0)")" \
	    "$(job four "$(to_target me@host:a)")" \
	    "$(job five "$(to_target you@host:a)")"
	engine 1 --check -c a.conf
	not_said "would be overwritten"
fi

# ---- Devices, by their numbers

is_root || exit 0
mknod tape c 9 128 && mknod same c 9 32 && mknod other c 9 1 2>/dev/null ||
    skip "the rest needs to make device nodes"
to_tape () { echo "plugin = \"out-tape\"; device = \"$1\"; ${2:-}"; }
if [ -e "$top_builddir/.libs/out-tape.so" ]; then
	clash "$(to_tape tape)" "$(to_tape same)" "append = true"
	clash "$(to_tape tape)" "$(to_tape tape 'file = 0;')"
	clash "$(to_tape tape 'append = true;')" "$(to_tape same)"
	jobs a.conf "$(job one "$(to_tape tape)")" \
	    "$(job two "$(to_tape tape 'file = 1;')")" \
	    "$(job three "$(to_tape same 'append = true;')")" \
	    "$(job four "$(to_tape other)")"
	run "$DUMPENGINE" --check -c a.conf
	not_said "would be overwritten"
fi
truncate -s 8M disk
loop=$(losetup -f --show disk 2>/dev/null) || exit 0
again=$(losetup -f --show disk 2>/dev/null)
trap 'losetup -d "$loop" "$again"; clean_up' EXIT
ln -s "$loop" name
clash "$(to_file "$loop" 'overwrite = true;')" \
    "$(to_file name 'overwrite = true;')"
clash "$(to_file "$loop" 'overwrite = true;')" \
    "$(to_file "$again" 'overwrite = true;')"
clash "$(to_file "$loop" 'overwrite = true;')" "$(to_file disk)"
[ "$(tr -d '\0' <disk | wc -c)" -eq 0 ] || fail "the disk was written to"
