#!/usr/bin/env bash
# The last line of a dump has the command that restores it, whatever the output;
# every restore can read the records, unless larger ones are configured.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need_python
need_restore

mkdir dumps "odd name"
make_small_image img img.tree

# command TEXT: it is what the last run printed
command () {
	grep -F "DUMP IS DONE; to restore it" err >line || fail "no command: $(cat err)"
	[ "$(sed 's/.*; to restore it[^:]*: //' line)" = "$1" ] ||
	    fail "it printed \"$(cat line)\", not \"$1\""
}

# works: and it works
works () {
	local command
	command=$(sed "s|.*; to restore it[^:]*: restore |$RESTORE -y |" line)
	rm -rf to
	mkdir to
	(cd to && eval "$command") >restore.log 2>&1 <"${1:-/dev/null}" ||
	    fail "$command: $(cat restore.log)"
	! grep -E 'too large|resync|error|abort' restore.log ||
	    fail "$command: $(cat restore.log)"
	rm -f to/restoresymtable
	same_tree img.tree to
}

blocking_of () { od -An -tu4 -j 896 -N 4 "$1" | tr -d ' '; }

# ---- A plain configuration

configure_dump a.conf img dumps/plain
engine 0 -c a.conf
[ "$(blocking_of dumps/plain)" -eq 32 ] ||
    fail "the default is records of $(blocking_of dumps/plain)"
command "restore -r -f $PWD/dumps/plain"
works

# ---- Larger records

configure_dump a.conf img "$PWD/odd name/it's" "blocking = 64;"
engine 0 -c a.conf
command "restore -r -b 64 -f '$PWD/odd name/it'\\''s'"
works
configure_dump a.conf img dumps/33 "blocking = 33;"
engine 0 -c a.conf
command "restore -r -b 33 -f $PWD/dumps/33"
works

# ---- Volumes with numbered names, and with others

configure_set a.conf img 'plugin = "out-file"; path = "dumps/set.%v";
    volume_size = "100 KiB";'
engine 0 -c a.conf
command "restore -r -M -f $PWD/dumps/set."
works
configure_set a.conf img 'plugin = "out-file";
    path = ["dumps/one", "dumps/two"]; volume_size = ("100 KiB", "1 GiB");'
engine 0 -c a.conf
command "restore -r -f $PWD/dumps/one"

# ---- A pipe, and a level on top of another

configure_dump a.conf img -
engine 0 -c a.conf
mv out dumps/piped
command "restore -r -f -"
works dumps/piped
configure_job a.conf 'plugin = "fs-ext2"; device = "img";' \
    'plugin = "out-file"; path = "dumps/%l";'
sed -i 's|^  name|  dumpdates = "dumpdates";\n  name|' a.conf
engine 0 -c a.conf
sed -i 's|^  date.*|  date = 1600000010; level = 1;|' a.conf
engine 0 -c a.conf
said "to restore it on top of level 0: restore -r -f $PWD/dumps/1"
