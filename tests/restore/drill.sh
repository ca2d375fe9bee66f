#!/usr/bin/env bash
# --drill restores files chosen at random, compares them with the set, reports
# each, and leaves nothing behind, even when it is ended halfway.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkdir -p tree/a tree/b scratch
for ((i = 0; i < 60; i++)); do
	head -c $((i * 997)) /dev/urandom >tree/a/$i
done
truncate -s 3M tree/b/sparse
echo end >>tree/b/sparse
head -c 6000000 /dev/urandom >tree/b/large
make_image one.img 32M tree -t ext4 -b 4096
configure_dump one.conf one.img dumps/one
engine 0 -c one.conf

# drill STATUS ARGUMENT...
drill () {
	local expected=$1
	shift
	restore "$expected" -T scratch --report report.json -f dumps/one "$@"
	[ -z "$(ls -A scratch)" ] || fail "left: $(ls -A scratch)"
}

# told EXPRESSION: true of the report `r` and its drill `d`
told () {
	"$PYTHON3" -c 'import json, sys
r = json.load(open("report.json"))
d = r["drill"]
sys.exit(not eval(sys.argv[1]))' "$1" ||
	    fail "not true: $1: $(cat report.json)"
}

drill 0 --drill 20 --seed 7
told 'd["seed"] == 7 and d["asked"] == 20 and d["restored"] == 20'
told 'd["faults"] == 0 and len(d["files"]) == 20'
told 'all(f["ok"] and f["fault"] is None for f in d["files"])'
told 'd["bytes"] == sum(f["size"] for f in d["files"])'
mv report.json first.json
drill 0 --drill 20 --seed 7
told '[f["path"] for f in d["files"]] == [f["path"] for f in
    json.load(open("first.json"))["drill"]["files"]]'
drill 0 --drill 20 --seed 8
told '[f["path"] for f in d["files"]] != [f["path"] for f in
    json.load(open("first.json"))["drill"]["files"]]'
# A seed of its own is shown.
drill 0 --drill 1
said "seed "
told '"seed %d" % d["seed"] in open("err").read()'

# All of them; the digests are those of the files.
drill 0 --drill 1000
told 'd["restored"] == 62'
told 'any(f["holes_left_out"] for f in d["files"])'
"$PYTHON3" -c 'import json
for f in json.load(open("report.json"))["drill"]["files"]:
    if not f["holes_left_out"]:
        print(f["xxh3_128"], f["path"])' >digests
while read -r digest path; do
	[ "$("$top_builddir/tests/volumes/xxh3" <"tree/$path")" = "$digest" ] ||
	    fail "$path: not $digest"
done <digests
[ "$(wc -l <digests)" -ge 60 ] || fail "$(cat digests)"

# A file that is damaged on the medium
"$PYTHON3" - <<'END'
b = bytearray(open("dumps/one", "rb").read())
at = b.rindex(open("tree/b/large", "rb").read()[3000000:3001000])
at -= at % 1024
del b[at:at + 300 * 1024]
open("dumps/bad", "wb").write(b)
END
restore 2 -T scratch --report report.json -f dumps/bad --drill 1000
told 'd["faults"] >= 1 and r["exit_status"] == 2'
told '[f["ok"] for f in d["files"] if f["path"] == "./b/large"] == [False]'
said "./b/large"
[ -z "$(ls -A scratch)" ] || fail "left: $(ls -A scratch)"

# Ended halfway: the set comes through a pipe, and not all of it.
mkfifo pipe
setsid "$restore_program" ${trusted[@]+"${trusted[@]}"} -T scratch -f - \
    --drill 1000 <pipe >out 2>err &
drill=$!
exec 5>pipe
head -c 4M dumps/one >&5
has_begun () { [ -n "$(find scratch -type f)" ]; }
wait_for 20 has_begun || fail "it restores nothing: $(cat err)"
kill -TERM "$drill"
exec 5>&-
wait "$drill"
status=$?
[ "$status" -eq 3 ] || fail "exit status $status after SIGTERM: $(cat err)"
[ -z "$(ls -A scratch)" ] || fail "left: $(ls -A scratch)"

# Nowhere to restore to
restore 1 -T nowhere -f dumps/one --drill 1
said "nowhere"
