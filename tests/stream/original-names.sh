#!/usr/bin/env bash
# A name of 255 bytes is in the dump twice: shortened, as restore(8) can read it,
# and as it is, where restore(8) does not look.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_restore
need_python

# Files, a directory with contents, a link, and names that just fit; the long
# ones in several chunks, one after another and with others in between.
mkdir -p dumps tree/sub
long=$(printf 'n%.0s' {1..250})
for i in 1 2 3; do
	echo "long $i" >"tree/sub/${long}0000$i"
	echo "short $i" >"tree/sub/short$i"
done
echo fits >"tree/sub/${long}0004"
mkdir "tree/sub/${long}0000d"
echo inside >"tree/sub/${long}0000d/inside"
ln -s target "tree/sub/${long}0000l"
ln "tree/sub/short1" "tree/sub/${long}0000h"
euro=$(printf '€%.0s' {1..85})
echo euro >"tree/$euro"
make_image a.img 8M tree
configure_dump a.conf a.img dumps/a
engine 0 --report report.json -c a.conf
said "note: /sub/${long}00001 (inode " "/sub/${long}0000d (inode " \
    "/sub/${long}0000l (inode " "longer than 254 bytes"
not_said "${long}0004" "NOT COMPLETE"
grep -q '"notes": 7' report.json || fail "not 7 notes: $(cat report.json)"
scan dumps/a
"$PYTHON3" "$tools/dumpscan" --json dumps/a >scan.json
grep -q '"original_names": 7' scan.json || fail "$(cat scan.json)"
for i in "${long}00001" "${long}00002" "${long}00003" "${long}0000d" \
    "${long}0000l" "${long}0000h" "$euro"; do
	grep -qaF "$i" dumps/a || fail "not in the dump: $i"
done

# names FOLDER: its contents, each with whether its name is shortened
names () {
	(cd "$1" && find sub -type f -exec cat {} + | sort
	    find . -mindepth 1 ! -name lost+found | wc -l
	    find . -name '*~*~*' | wc -l
	    readlink sub/n*~*~[0-9]*)
}
expected="fits
inside
long 1
long 2
long 3
short 1
short 1
short 2
short 3
13
7
target"
restore_dump dumps/a restored
[ "$(names restored)" = "$expected" ] || fail "-r gives $(names restored)"
mkdir extracted
(cd extracted && "$RESTORE" -x -y -f ../dumps/a <<<"1
n") >restore.log 2>&1
[ "$(names extracted)" = "$expected" ] ||
    fail "-x gives $(names extracted): $(cat restore.log)"
"$RESTORE" -t -y -f dumps/a >list 2>list.err
[ "$(grep -c '~[0-9a-f]*~[0-9]*$' list)" -eq 7 ] || fail "-t: $(cat list)"
! grep -v '^Level\|^Label\|^Dump' list.err | grep -q . || fail "$(cat list.err)"
# Here the shortened names are those that exist.  (Flags depend on where this
# runs.)
"$RESTORE" -C -y -D "$scratch/restored" -f dumps/a >compare.log 2>&1
! grep -v ': flags changed \|^Dump \|^Dumped from\|^Level \|^Label\|^filesys\|^Some files' \
    compare.log | grep -q . || fail "-C says: $(cat compare.log)"
