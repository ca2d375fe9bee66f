#!/usr/bin/env bash
# A dump through a pipe: into restore, into /dev/null, and to readers that close
# it.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

without_index=yes
need_source
need_restore

mkdir dumps tree
echo hello >tree/x
head -c 3000000 /dev/urandom >tree/y
make_image a.img 16M tree -t ext4
configure_dump whole.conf a.img dumps/whole
engine 0 -c whole.conf

# Standard output into restore; without any messages in it.
configure_dump a.conf a.img -
(
	"$DUMPENGINE" -v -c a.conf 2>err
	echo $? >status
) | (
	"$RESTORE" -tf - >listing 2>restore.err
	cat >/dev/null
)
[ "$(cat status)" -eq 0 ] || fail "exit status $(cat status): $(cat err)"
said "standard output" "DUMP IS DONE"
grep -q "\./y$" listing || fail "restore lists: $(cat listing restore.err)"
mkdir restored
"$DUMPENGINE" -q -c a.conf | (cd restored && "$RESTORE" -ryf -) \
    >restore.log 2>&1
same_file tree/y restored/y

# /dev/null; even as a plain path it is not replaced by a file.
configure_dump n.conf a.img /dev/null
engine 0 --check -c n.conf
engine 0 -c n.conf
[ -c /dev/null ] || fail "/dev/null is no device any more"
said "/dev/null"

# A reader of standard output or of a FIFO that closes it.
(
	"$DUMPENGINE" -c a.conf 2>err
	echo $? >status
) | head -c 100000 >/dev/null
[ "$(cat status)" -eq 3 ] || fail "exit status $(cat status), not 3"
said "pipe with no reader left"
mkfifo fifo
configure_dump f.conf a.img fifo
head -c 100000 fifo >/dev/null &
engine 3 -c f.conf
wait
said "fifo" "pipe with no reader left"
[ -p fifo ] || fail "the fifo is gone"
# A FIFO without a reader does not block for ever.
engine 1 -q -c f.conf
said "fifo: this FIFO has no reader; start the reader first"

# A standard output that is a file is written at its position, not from its
# beginning.
echo "in front" >file
"$DUMPENGINE" -q -c a.conf >>file || fail "cannot append to a file"
tail -c +10 file >dump
same_file dumps/whole dump
