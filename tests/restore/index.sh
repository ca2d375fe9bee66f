#!/usr/bin/env bash
# A set with an index is restored by it: what is not wanted is not read, and its
# volumes are not missed.  One that is wrong or damaged does no harm.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkindex () {
	"$PYTHON3" "$tools/mkindex" "$@" >mkindex.log 2>&1 ||
	    fail "mkindex $*: $(cat mkindex.log)"
}

mkdir -p tree/a tree/b tree/c
touch code
for n in a b c; do
	head -c 4000000 /dev/urandom >tree/$n/1
	head -c 1000000 /dev/urandom >tree/$n/2
	head -c 5000 /dev/urandom >tree/$n/3
done
head -c 20000000 /dev/zero | tr '\0' 'x' >tree/large
make_image one.img 64M tree -t ext4 -b 4096
without_index=1
configure_dump one.conf one.img dumps/one
engine 0 -c one.conf
cp dumps/one plain
mkindex dumps/one

# by_index USE SET NAME...: restored from it; in its report, the index is USE.
by_index () {
	local use=$1 set=$2 name found
	shift 2
	rm -rf out-tree
	restore_into out-tree 0 -x --report "$scratch/report" -f "$set" "$@"
	for name; do
		[ -d "tree/$name" ] || same_file "out-tree/$name" "tree/$name"
	done
	found=$("$PYTHON3" -c 'import json, sys
print(json.load(open(sys.argv[1]))["sets"][0]["index"])' report) ||
	    fail "no report"
	[ "$found" = "$use" ] || fail "the index is \"$found\", not \"$use\"
$(cat code err)"
}

by_index used "$scratch/dumps/one" b/2
by_index used "$scratch/dumps/one" a/3 c/1 c/3
by_index "not used" "$scratch/plain" b/2
without_index=
configure_dump real.conf one.img dumps/real
engine 0 -c real.conf
by_index used "$scratch/dumps/real" b/2 c/3
without_index=1
by_index "not used" "$scratch/dumps/one" a b c large
restore 0 --verify --report report -f dumps/one
said_nothing_wrong () { ! grep -q warning err || fail "$(cat err)"; }
said_nothing_wrong
input=dumps/one restore 0 --verify -f -
said_nothing_wrong

# Whoever writes into a pipe can write the index, too, even if that comes late.
cat >late <<'END'
import select, sys
dump = open(sys.argv[1], "rb").read()
begin = dump.index(b"DEx1") // 1024 * 1024
out = sys.stdout.buffer
out.write(dump[:begin])
out.flush()
poll = select.poll()
poll.register(out, select.POLLERR)
if poll.poll(300):
    sys.exit("nobody reads on")
out.write(dump[begin:])
out.flush()
END
for mode in -r -x; do
	rm -rf piped
	mkdir piped
	{
		"$PYTHON3" late dumps/real 2>late.err
		echo $? >late.status
	} | (cd piped && "$restore_program" "$mode" -f - >../log 2>&1) ||
	    fail "$mode from a pipe: $(cat log)"
	[ "$(cat late.status)" -eq 0 ] || fail "$mode: $(cat late.err)"
	same_file piped/b/2 tree/b/2
done
mkdir piped-on
configure_dump pipe.conf one.img -
{
	"$DUMPENGINE" -q -c pipe.conf 2>late.err
	echo $? >late.status
} | (cd piped-on && "$restore_program" -r -f - >../log 2>&1) ||
    fail "from dumpengine: $(cat log)"
[ "$(cat late.status)" -eq 0 ] && [ ! -s late.err ] ||
    fail "exit status $(cat late.status): $(cat late.err)"
same_file piped-on/b/2 tree/b/2

# A megabyte is worth some chunks of read-ahead, and not all that is before it.
if command -v strace >/dev/null; then
	rm -rf out-tree
	mkdir out-tree
	cd out-tree || fail "cannot enter it"
	ASAN_OPTIONS=detect_leaks=0 strace -f -e trace=pread64 \
	    -o "$scratch/trace" "$restore_program" \
	    ${trusted[@]+"${trusted[@]}"} -x -f "$scratch/dumps/one" c/2 \
	    >"$scratch/err" 2>&1 </dev/null
	cd "$scratch" || fail "cannot return"
	same_file out-tree/c/2 tree/c/2
	bytes=$(sed -n 's/.*pread64(.* = \([0-9]*\)$/\1/p' trace |
	    awk '{ n += $1 } END { print n + 0 }')
	size=$(stat -c %s dumps/one)
	[ "$bytes" -gt 0 ] && [ "$bytes" -lt $((size / 3)) ] ||
	    fail "it read $bytes of $size bytes"
fi

# wrong CODE: what an index says is looked at before it is believed.
wrong () {
	local use=$1
	cp plain dumps/wrong
	mkindex --edit "$2" dumps/wrong
	echo "$2" >code
	by_index "$use" "$scratch/dumps/wrong" a/2 c/3
}
wrong used 'for i in inodes: i[1] += 3 if i[4] & 0o100000 else 0'
wrong used 'for i in inodes: i[1] += 9999999 if i[4] & 0o100000 else 0
about["volumes"][0]["blocks"] = 99999999'
wrong "not used" 'about["volumes"] = []'
wrong "not used" 'about["volumes"][0]["first"] = 1 << 62'
wrong "not used" 'about["volumes"] = [{"number": n, "first": n, "blocks": 1}
for n in range(1, 9)]'
wrong "not used" 'del inodes[8:]'
wrong "not used" 'inodes.reverse()'
wrong "not used" 'pointer["block"] = 1'
wrong "not used" 'pointer["block"] = 1 << 50'
wrong "not used" 'pointer["volume"] = 2'
wrong "not used" 'pointer["length"] = 1 << 62'
wrong "not used" 'pointer["digest"] = bytes(16)'
wrong used 'parts.append((99, 7, b"of a later version"))'
wrong "not used" 'parts.append((3, 1, b"no frame"))'
wrong "not used" 'parts.append((3, 0, bytes(64)))'

# What is in its place may be of another dump.
cp dumps/one dumps/mixed
"$PYTHON3" - <<'END'
import struct
b = bytearray(open('dumps/mixed', 'rb').read())
at = len(b) - 1024
struct.pack_into('<I', b, at + 4, 99)
struct.pack_into('<I', b, at + 28, 0)
struct.pack_into('<I', b, at + 28, (84446 - sum(struct.unpack_from('<256I',
                 b, at))) & 0xffffffff)
open('dumps/mixed', 'wb').write(b)
END
by_index "not used" "$scratch/dumps/mixed" a/2
head -c -512 dumps/one >dumps/short
by_index "not used" "$scratch/dumps/short" a/2

# Of several volumes, only those are opened that have something wanted.
configure_job volumes.conf \
    "plugin = \"fs-ext2\"; device = $(quoted "$scratch/one.img");" \
    "plugin = \"out-file\"; path = \"dumps/v%v\"; volume_size = \"4 MiB\";"
engine 0 -c volumes.conf
volumes=(dumps/v*)
last=$(printf 'dumps/v%03d' $((${#volumes[@]} + 1)))
mkindex --spill "$last" "${volumes[@]}"
restore 0 --verify -f dumps/v%v
said_nothing_wrong
by_index used "$scratch/dumps/v%v" b/2
by_index used "$scratch/dumps/v001" b/2
number=$(restore 0 -t -f dumps/v%v c/2 && sed -n 's/^ *\([0-9]*\)	.*/\1/p' out)
restore 0 -P "$scratch/table" -f dumps/v%v
volume=$(awk -v number="$number" '$1 <= number { volume = $2 }
    END { print volume }' table)
mkdir aside
unset "volumes[-1]"		# the end of the stream is on it
for v in "${volumes[@]:1}"; do
	case $v in
	*$(printf '%03d' "$volume")|*$(printf '%03d' $((volume + 1)))) ;;
	*) mv "$v" aside ;;
	esac
done
[ "$(find aside -type f | wc -l)" -gt 2 ] || fail "all volumes are needed"
by_index used "$scratch/dumps/v001" c/2
not_said "cannot be opened"
