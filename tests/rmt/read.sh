#!/usr/bin/env bash
# out-rmt: a volume is read as it was written, from files and tapes, through
# either of Debian's servers; what a server or the network does to it is noticed
# and, where that is possible, survived.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/rmt/rmt-lib.sh
. "$top_srcdir/tests/rmt/rmt-lib.sh"

[ -n "${PYTHON3:-}" ] || skip "needs python3"
make_short
local_rsh rsh
mkdir dumps
head -c 3500000 /dev/urandom >whole
cp whole dumps/set002
: >dumps/empty

# reading EXPECTED_STATUS OPTION... -- KEY=VALUE...: into the file `got`.
reading () {
	local expected=$1 status=0 options=()
	shift
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	"$top_builddir/tests/volumes/read-volume" "${options[@]}" out-rmt "$@" \
	    >got 2>err </dev/null || status=$?
	[ "$status" -eq "$expected" ] ||
	    fail "read-volume ${options[*]} $*: $status, not $expected: $(cat err)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
}

# server_words OPTION...: of rmt-server, as values of the option rsh.
server_words () {
	local word
	words=()
	for word in "$python" -I -S "$tools/rmt-server" --log "$scratch/log" \
	    --count "$scratch/count" "$@"; do
		words+=("rsh=$word")
	done
	rm -rf log count*
}

target=target=u@h:$short/dumps/set%v

for server in "${servers[@]}"; do
	here=("$target" "rsh=$short/rsh" "rmt=$server")
	reading 0 -n 2 -- "${here[@]}"
	said "opened u@h:$short/dumps/set002, 3500000 bytes, seeks" \
	    "end at 3500000"
	same_file whole got
	reading 0 -n 2 -g 1234567 -- "${here[@]}"
	cmp got <(tail -c +1234568 whole) || fail "$server: a position"
	reading 0 -n 2 -s 1048576:1500000 -- "${here[@]}"
	said "skipped 1500000"
	cmp got <(head -c 1048576 whole; head -c 1500000 /dev/zero
	    tail -c +2548577 whole) || fail "$server: passing over"
	# Not to the end; what is in flight does not delay it.
	reading 0 -n 2 -c 1 -- "${here[@]}"
	reading 0 -- "target=h:$short/dumps/empty" "rsh=$short/rsh" \
	    "rmt=$server"
	said "end at 0"
	reading 1 -n 3 -- "${here[@]}"
	said "No such file or directory" "failure 3"
	not_said "create it"
done
reading 1 -- "target=h:$short/dumps/set%l-%d" "rsh=$short/rsh"
said "level and date"
cp whole dumps/set0-20010909
reading 0 -d 1000000000 -- "target=h:$short/dumps/set%l-%d" "rsh=$short/rsh" \
    "rmt=${servers[0]:-/usr/sbin/rmt}"
same_file whole got

# Either order of a seek is found out; without any, rmt ends.
for seek in dump tar; do
	server_words --seek "$seek"
	reading 0 -n 2 -- "$target" "${words[@]}"
	said "3500000 bytes, seeks"
	same_file whole got
done
server_words
reading 0 -n 2 -s 1048576:100000 -- "$target" "${words[@]}"
said " 0 bytes, streams" "skipped 0"
same_file whole got

# A lost connection: read on where it was, with and without a seek.
for seek in "" dump; do
	server_words ${seek:+--seek "$seek"} --fault die@30 --at R
	reading 0 -n 2 -- "$target" "${words[@]}"
	said "connecting again in 1 s (attempt 1 of 10), to read on at byte"
	same_file whole got
done
server_words --seek dump --fault die@30 --at R --times 5
reading 1 -n 2 -- "$target" "${words[@]}" reconnect_attempts=0
said "the connection has ended" "failed at"

# Bad places cost the rest of their record, if rmt can seek.
server_words --seek tar --bad-at 1500000
reading 2 -n 2 -b 10240 -- "$target" "${words[@]}"
said "bytes 1499136 to 1505279 cannot be read" "lost 6144" "end at 3500000"
cmp got <(head -c 1499136 whole; head -c 6144 /dev/zero
    tail -c +1505281 whole) || fail "not only the bad place is missing"
server_words --bad-at 1500000
reading 1 -n 2 -- "$target" "${words[@]}"
said "cannot be read: Input/output error"

# Answers that cannot be right.
for fault in huge garbage more; do
	server_words --seek dump --fault "$fault@5" --at R
	reading 1 -n 2 -- "$target" "${words[@]}"
done
server_words --seek dump --fault huge@2 --at L
reading 1 -n 2 -- "$target" "${words[@]}"
server_words --seek dump --fault e5@4 --at L
reading 1 -n 2 -g 1000 -- "$target" "${words[@]}"
said "cannot be positioned"
server_words --seek dump --fault more@4 --at L
reading 1 -n 2 -g 1000 -- "$target" "${words[@]}"
said "went to another place"

# A tape: records of any length, up to the file mark.
"$python" - tape whole <<'END'
import sys
data = open(sys.argv[2], "rb").read()
items = [data[i:i + 10240] for i in range(0, 1024000, 10240)]
items += [None, b"another dump", None]
items[50] = items[50] + items.pop(51)       # a longer one
with open(sys.argv[1], "wb") as f:
    f.write(" ".join(map(str, [0] + [-1 if i is None else len(i)
                                     for i in items])).encode() + b"\n")
    f.write(b"".join(i for i in items if i is not None))
END
cp tape tape.new
server_words --tape "$scratch/tape"
tape=("target=h:/dev/nst0" tape=true)
reading 0 -- "${tape[@]}" "${words[@]}"
said " 0 bytes, seeks" "end at 1024000"
cmp got <(head -c 1024000 whole) || fail "the records of a tape"
# It is left after the file mark.
reading 0 -- "${tape[@]}" "${words[@]}"
[ "$(cat got)" = "another dump" ] || fail "the next file of a tape"
# Records are counted, forward and, once all has been read, from the beginning.
cp tape.new tape
reading 0 -g 60 -- "${tape[@]}" "${words[@]}"
cmp got <(head -c 1024000 whole | tail -c +624641) || fail "record 60 of a tape"
cp tape.new tape
reading 0 -n 1 -s 40:3 -- "${tape[@]}" "${words[@]}"
cp tape.new tape
reading 0 -g 5000 -- "${tape[@]}" "${words[@]}"
[ ! -s got ] || fail "there is something behind the end"
cp tape.new tape
server_words --tape "$scratch/tape" --bad 20
reading 2 -- "${tape[@]}" "${words[@]}"
said "a record cannot be read" "lost 0" "end at 1013760"
cmp got <(head -c 204800 whole; head -c 1024000 whole | tail -c +215041) ||
    fail "not only the bad record is missing"
cp tape.new tape
server_words --tape "$scratch/tape" --fault die@20 --at R
reading 1 -- "${tape[@]}" "${words[@]}"
said "the connection has ended"

# A malicious server cannot hold it up, nor make it take more than it asked for.
while read -r kind text; do
	words=()
	for word in "$python" -I -S "$tools/rmt-hostile" "$kind" \
	    "$scratch/mark"; do
		words+=("rsh=$word")
	done
	reading 1 -- target=h:/v "${words[@]}" timeout=1 reconnect_attempts=0
	said "$text"
done <<'END'
R-huge sent more than was requested
R-more sent more than was requested
R-zeros is not an rmt answer
R-silence nothing received for 1 seconds
R-drip an answer takes longer than 1 seconds
R-crumbs in too many pieces
R-negative "A-1" is not an rmt answer
R-order cannot be read
END
words=("rsh=$python" rsh=-I rsh=-S "rsh=$tools/rmt-hostile" rsh=R-endless
    "rsh=$scratch/mark")
reading 0 -c 5 -- target=h:/v "${words[@]}" timeout=1
