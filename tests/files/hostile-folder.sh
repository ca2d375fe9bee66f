#!/usr/bin/env bash
# In a directory where others may create files: their files are not written to,
# FIFOs of theirs do not block, and there is a warning about the directory.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source

mkdir dumps tree
echo x >tree/x
head -c 300000 /dev/urandom >tree/data
make_image a.img 4M tree -t ext4
configure_dump a.conf a.img open/dump

# ---- A directory without a sticky bit

mkdir open
for mode in 777 1777 755; do
	chmod "$mode" open
	engine 0 -c a.conf
	case $mode in
	777) said "open/dump: its directory is writable by everyone" ;;
	*) not_said "writable by everyone" ;;
	esac
	rm open/dump
done
chmod 777 open
engine 0 --check -c a.conf
said "open/dump: its directory is writable by everyone"
{
	echo 'dumpdates = "open/dumpdates";'
	sed 's,open/dump,dumps/a,' a.conf
} >b.conf
engine 0 -c b.conf --report open/report
said "open/report: its directory is writable" "open/dumpdates: its directory is writable"
rm dumps/a
chmod 1777 open

# ---- FIFOs in place of files

mkfifo fifo
cat >b.conf <<'END'
jobs = ( { name = "test"; source = { plugin = "./fifo"; };
  output = { plugin = "out-file"; path = "dumps/a"; }; } );
END
run timeout 20 "$DUMPENGINE" --check -c b.conf
[ "$status" -eq 1 ] || fail "a FIFO as a plugin: exit status $status"
said "fifo" "is a FIFO"

# It has no reader yet: this is reported, and it waits.
configure_dump b.conf a.img fifo
: >err
"$DUMPENGINE" -c b.conf >out 2>err </dev/null &
run=$!
wait_for 10 grep -q "waiting for a reader" err ||
    fail "it does not wait for a reader: $(cat err)"
cat fifo >through
wait "$run" || fail "through a FIFO: $(cat err)"
[ -s through ] || fail "the FIFO received nothing"
ln fifo second
engine 1 -q -c b.conf
said "fifo" "hard link"

# Leftovers of an interrupted run, and foreign files.
is_root || exit 0
need setpriv
other () {
	setpriv --reuid=65534 --regid=65534 --clear-groups \
	    --bounding-set=-all --inh-caps=-all "$@"
}
chmod 711 "$scratch"
chmod 777 open

other mkfifo -m 666 open/dump
exec 9<>open/dump
run timeout 20 "$DUMPENGINE" -q -c a.conf
[ "$status" -eq 1 ] || fail "a FIFO of another user: exit status $status"
said "open/dump" "another user"
run timeout 1 cat <&9
[ ! -s out ] || fail "they received $(wc -c <out) bytes of the dump"
exec 9>&-
rm open/dump

echo precious >victim
other ln -s "$scratch/victim" open/dump
sed 's/path = /overwrite = true; &/' a.conf >c.conf
engine 1 --check -c c.conf
said "open/dump" "symbolic link owned by another user"
engine 1 -q -c c.conf
said "open/dump" "symbolic link owned by another user"
[ "$(cat victim)" = precious ] || fail "a link of another user was followed"
rm open/dump

# Files that look like our leftovers stay, and their contents are not trusted.
id=0123456789abcdef
printf 'process=1\0file=%s\0name=x\0from=%s\0inode=%d\0to=%s\0replaces=0\0complete=1\0' \
    "$scratch/victim" "$scratch/victim" "$(stat -c %i victim)" \
    "$scratch/elsewhere" >text
other cp text "open/.dumpengine-$id.set"
other touch "open/.dumpengine-$id-mine"
engine 0 -q -c a.conf
[ -e victim ] && [ ! -e elsewhere ] || fail "a journal of another user was trusted"
[ -e "open/.dumpengine-$id-mine" ] || fail "a file of another user was removed"
rm -f open/dump open/.d*
# The same for our own, with names that it cannot have created.
install -m 600 text "open/.dumpengine-$id.set"
mkdir "open/.dumpengine-$id-folder"
ln -s "$scratch/victim" "open/.dumpengine-$id-link"
touch "open/.dumpengine-$id-0"
engine 0 -q -c a.conf
[ -e victim ] && [ ! -e elsewhere ] || fail "a foreign journal was trusted"
[ ! -e "open/.dumpengine-$id-0" ] || fail "leftovers remain: $(ls -A open)"
[ -e "open/.dumpengine-$id.set" ] && fail "leftovers remain: $(ls -A open)"
exit 0
