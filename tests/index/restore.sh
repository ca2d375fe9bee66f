#!/usr/bin/env bash
# restore(8) reads a dump with an index exactly as one without: from a file, from
# a pipe, and from the program itself, whose reader stops before the index.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_restore
need_python

mkdir dumps tree
maketree tree --many 200 || fail "cannot make the tree"
mkdir tree/named
touch tree/named/{1..2000}
make_image a.img 64M tree -t ext4 -b 4096 -N 12000
without_index=yes
configure_dump a.conf a.img dumps/plain
engine 0 -q -c a.conf
without_index=
configure_dump a.conf a.img dumps/indexed
engine 0 -q -c a.conf
said_nothing
scan dumps/indexed
"$PYTHON3" "$tools/dumpindex" dumps/indexed >index || fail "no index"
[ "$(stat -c %s dumps/indexed)" -gt "$(stat -c %s dumps/plain)" ] ||
    fail "it takes no room"

# each COMMAND...: restore(8) must say and do the same with both.
each () {
	local dump
	for dump in plain indexed; do
		rm -rf "in-$dump"
		mkdir "in-$dump"
		(cd "in-$dump" && dump=../dumps/$dump && eval "$1") \
		    >"$dump.log" 2>&1
		echo "status $?" >>"$dump.log"
		sed -i "s/$dump/DUMP/g; s/  *[0-9.]* *seconds.*//" "$dump.log"
	done
	same_file plain.log indexed.log
	! grep -q 'status [^012]' indexed.log || fail "$1: $(tail indexed.log)"
	same_tree in-plain in-indexed
}
each '"$RESTORE" -t -f "$dump"'
each '"$RESTORE" -r -y -f "$dump"; rm -f restoresymtable'
each '"$RESTORE" -x -y -f "$dump" ./named/1 ./named/2000 <<<"1
n"'
each '"$RESTORE" -i -y -f "$dump" <<<"cd named
add 17
extract
1
n
quit"'
each '"$RESTORE" -r -y -f - <"$dump"; rm -f restoresymtable'
each 'cat "$dump" | "$RESTORE" -r -y -f -; rm -f restoresymtable'
restore_dump dumps/indexed restored
each '"$RESTORE" -C -y -D ../restored -f "$dump"'

# The reader has gone before the index comes, or while it does.
configure_dump pipe.conf a.img -
mkdir piped
# shellcheck disable=SC2034
(
	"$DUMPENGINE" -c pipe.conf 2>err
	echo $? >status
) | (cd piped && "$RESTORE" -r -y -f - >../restore.log 2>&1)
[ "$(cat status)" -eq 0 ] || fail "exit status $(cat status): $(cat err)"
said "DUMP IS DONE"
rm piped/restoresymtable
same_tree restored piped

# All of it through a pipe and a FIFO.
"$DUMPENGINE" -q -c pipe.conf | cat >from-pipe
scan from-pipe
mkfifo fifo
cat fifo >from-fifo &
configure_dump fifo.conf a.img fifo
engine 0 -q -c fifo.conf
wait
scan from-fifo
"$PYTHON3" "$tools/dumpindex" from-fifo >index.fifo || fail "no index"
diff <(grep -v 'config\|medium\|digest\|bytes' index) \
    <(grep -v 'config\|medium\|digest\|bytes' index.fifo) >diff.log ||
    fail "another index: $(cat diff.log)"
