#!/usr/bin/env bash
# Directory trees that are no trees: directories with several names, loops,
# files without a name.  Each is reported once, and the rest is a complete dump.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"

need_debugfs
mkdir -p tree/a/b/c tree/x/y
echo 1 >tree/a/1
echo 2 >tree/a/b/c/2
echo 3 >tree/x/y/3

# damaged NAME REQUEST...: an image modified by debugfs.
damaged () {
	make_image a.img 8M tree -t ext4
	debugfs a.img "$@"
	configure_levels levels.conf "$scratch/a.img"
}

# dumps TEXT...: with these findings, each as often as it is given.
dumps () {
	engine 2 -c levels.conf
	said "$@"
	[ "$(grep -c 'warning: /.*(inode\|warning: (no path' err)" -eq $# ] ||
	    fail "more or fewer than $# findings: $(cat err)"
	scan dumps/0
	rm -rf restored
	restore_dump dumps/0 restored
}

# A second name, in another directory, in the same, and in itself.
damaged "link a/b x/again"
dumps 'additional name "again"'
[ -e restored/a/b/c/2 ] && [ ! -e restored/x/again ] || fail "$(find restored)"
damaged "link a/b a/again" "link a/b a/more" "link a a/b/c/loop" \
    "link . x/top"
engine 2 -c levels.conf
scan dumps/0
rm -rf restored
restore_dump dumps/0 restored
same_tree tree restored --no-flags

# A loop that nothing leads to.
damaged "link x x/y/loop" "unlink x"
engine 2 -c levels.conf
said "no path leads from the root to this directory" \
    "it has no name in any directory"
scan dumps/0
rm -rf restored
restore_dump dumps/0 restored
[ ! -e restored/x ] && [ -e restored/a/b/c/2 ] || fail "$(find restored)"

# A file without a name, and a directory tree.
damaged "unlink a/1"
dumps "it has no name in any directory"
damaged "unlink a/b"
engine 2 -c levels.conf
said "no path leads from the root to this directory"
scan dumps/0

# Deeper than the paths that restore creates: named, but in the dump.
make_image a.img 16M -t ext4 -N 8000 -b 1024
{
	for ((i = 0; i < 1000; i++)); do
		echo "mkdir deep"
		echo "cd deep"
	done
} >debugfs.requests
"$DEBUGFS" -w -f debugfs.requests a.img >/dev/null 2>&1
configure_levels levels.conf "$scratch/a.img" 'exclude = [ "**/deep/**/none", "nothing" ];'
engine 0 -c levels.conf
said "its path has 5000 bytes; restore(8) cannot create it"
scan dumps/0
count=$("$PYTHON3" "$tools/dumpscan" --json dumps/0 | grep -o '"dirs": *[0-9]*' | head -n 1)
[ -z "$count" ] || [ "${count##* }" -gt 1000 ] || fail "$count"
