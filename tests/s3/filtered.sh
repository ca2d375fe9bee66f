#!/usr/bin/env bash
# Compressed and encrypted objects: a single file costs little more than its bytes;
# dumpengine-copy reads and writes them; the catalogue checks them without a key,
# and expire removes those that still are what it has; what an aborted dump has
# left gives way to the next one.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/filter/filter-lib.sh"
. "$top_srcdir/tests/s3/s3-lib.sh"

need_s3
need_age_filters
need setfattr
unset without_index

age-keygen -o key 2>/dev/null
sealed="{ plugin = \"filter-age\"; recipients = \"$(age-keygen -y key)\"; }"
echo 'open sesame' >passphrase
secret="{ plugin = \"filter-age\"; work_factor = 10;
    passphrase_file = $(quoted "$scratch/passphrase"); }"

# ---- One file out of many: 1 MiB out of 3 GiB, and their frames, divided by 15

mkdir big
"$PYTHON3" - <<'END'
import os
for i in range(205):
    with open("big/%03d" % i, "w") as f:
        f.write(os.urandom(1 << 19).hex())
with open("big/file", "w") as f:
    f.write(os.urandom(35000).hex())
END
make_image big.img 270M big -b 4096 -N 1024 -t ext4 -O ^has_journal
afresh
configure_filtered a.conf big.img "$(to_s3 "s3://lab/big")" \
    "{ plugin = \"filter-zstd\"; frame_size = \"68 KiB\"; }, $sealed" \
    "blocking = 64;"
engine 0 -q -c a.conf
size=$(stat -c %s store/objects/big)
: >store/log
mkdir one
(cd one && ours -x -f s3://lab/big --key ../key ./file)
same_file one/file big/file
sent=$(awk '$2 == "GET" { sum += $4 } END { print sum }' store/log)
[ "$((sent * 50))" -le "$size" ] ||
    fail "$sent bytes of $size were sent for one file: $(cat store/log)"
rm -r big big.img one

# ---- Copies, there and back

make_mixed_tree tree
make_image img 8M tree -b 1024 -N 128 -t ext4 -O ^has_journal
mkdir dumps
sets="catalog = $(quoted "$scratch/catalog.sqlite");"

# configure NAME OBJECT FILTERS [JOB]: a job, and the copies of the test
configure () {
	cat >a.conf <<-END
	$sets
	jobs = ( {
	  name = "home"; date = $date; $4
	  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/img"); };
	  output = { $2 };
	  filters = ( $3 );
	  ring = { blocking = 4; };
	} );
	copies = ( {
	  name = "plain";
	  output = { plugin = "out-file"; path = $(quoted "$scratch/dumps/plain"); };
	  ring = { blocking = 4; };
	}, {
	  name = "store";
	  output = { $(to_s3 "s3://lab/copy-%v" 'volume_size = "150 KiB";') };
	  filters = ( $zstd_small, $secret );
	  ring = { blocking = 4; };
	} );
	END
}
copy () {
	run setsid "${DUMPENGINE%/*}/dumpengine-copy" ${trusted[@]+"${trusted[@]}"} \
	    -c a.conf "${@:2}"
	[ "$status" -eq "$1" ] || fail "copy ${*:2}: $status: $(cat err)"
}
catalog () {
	run "${DUMPENGINE%/*}/dumpengine-catalog" ${trusted[@]+"${trusted[@]}"} \
	    -c a.conf "${@:2}"
	[ "$status" -eq "$1" ] || fail "${*:2}: $status: $(cat out err)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
}
# states STATE...: what check says of the volumes
states () {
	local found
	found=$(cut -f 1 out | tr '\n' ' ')
	[ "$found" = "$* " ] || fail "$found, not $*: $(cat out err)"
}

afresh
configure home "$(to_s3 's3://lab/%d-%v' 'volume_size = "200 KiB";')" \
    "$zstd_small, $sealed" 'keep = { last = 1; };'
engine 0 -q -c a.conf
day=$(date -d "@$date" +%Y%m%d)
copy 3 --dump 1 --to plain
said "give one with --key FILE"
copy 0 --dump 1 --to plain --key key
not_said "warning"
scan dumps/plain
mkdir back
(cd back && ours -r -f ../dumps/plain)
same_tree tree back --ignore restoresymtable
copy 0 --from dumps/plain --to store
[ "$(find store/objects -name 'copy-*' | wc -l)" -gt 1 ] ||
    fail "$(ls store/objects)"
rm -r back dumps/plain
mkdir back
(cd back && ours -r -f 's3://lab/copy-%v' --key ../passphrase)
same_tree tree back --ignore restoresymtable
sed -i "s,recipients = ,identity = \"$scratch/key\"; &," a.conf
copy 0 --dump 1 --to plain
scan dumps/plain

# ---- The catalogue

catalog 0 -H check --read
grep -q '^good.*lab/'"$day"-001 out || fail "$(cat out)"
catalog 2 -H check --read --key key
grep -q '^good.*lab/'"$day"-001 out || fail "$(cat out err)"
grep -q '^unreadable.*lab/copy-001' out || fail "$(cat out err)"
said "s3://lab/copy-001: the passphrase in key is wrong"
rm -rf store/objects/copy-* dumps/plain catalog.sqlite* "$DUMPENGINE_STATE_DIR"
rm store/objects/*
engine 0 -q -c a.conf
last=$(find store/objects -type f | wc -l)
[ "$last" -gt 1 ] || fail "$(ls store/objects)"
catalog 0 -H check --read --key key
[ "$(cut -f 1 out | sort -u)" = good ] || fail "$(cat out err)"
rm catalog.sqlite*
catalog 0 add --key key "s3://lab/$day-%v"
catalog 0 -H check --read
[ "$(cut -f 1 out | sort | uniq -c | awk '{ print $2, $1 }' | tr '\n' ' ')" = \
    "good $((last - 1)) unknown 1 " ] || fail "$(cat out err)"
rm catalog.sqlite* store/objects/* && rm -rf "$DUMPENGINE_STATE_DIR"
engine 0 -q -c a.conf
cp "store/objects/$day-002" aside
printf '\377' | dd of="store/objects/$day-002" bs=1 seek=9000 conv=notrunc 2>dd.log
catalog 2 -H check --read
[ "$(cut -f 1 out | sed -n 2p)" = different ] || fail "$(cat out err)"
cp aside "store/objects/$day-002"
cp "store/objects/$day-002" "store/objects/$day-001"
old=$day
date=$((date + 86400))
configure home "$(to_s3 's3://lab/%d-%v')" "$zstd_small, $secret" \
    'keep = { last = 1; };'
engine 0 -q -c a.conf
day=$(date -d "@$date" +%Y%m%d)
catalog 0 expire
said "s3://lab/$old-001: not removed: it is not volume 1 of that dump" \
    "s3://lab/$old-002: removed"
holds "$old-001" "$day-001"

# ---- What an aborted dump has left gives way; what is complete does not

cat >handler <<'END'
#!/bin/sh
[ "$DUMPENGINE_VOLUME" != 2 ] || exit 2
END
chmod +x handler
for filters in "$sealed" "$secret"; do
	afresh
	configure home "$(to_s3 's3://lab/%v' 'volume_size = "150 KiB";')" \
	    "$zstd_small, $filters" \
	    'eot = { plugin = "eot-script"; command = "./handler"; };'
	engine 3 -q -c a.conf
	holds 001 002
	date=$((date + 86400))
	configure home "$(to_s3 's3://lab/%v' 'volume_size = "150 KiB";')" \
	    "$zstd_small, $filters" ''
	engine 0 -c a.conf
	said "s3://lab/001: removed, as it belongs to a dump that was given up" \
	    "s3://lab/002: removed, as it belongs to a dump that was given up"
	date=$((date + 86400))
	configure home "$(to_s3 's3://lab/%v')" "$zstd_small, $filters" ''
	engine 1 -c a.conf
	said "s3://lab/001 exists already"
done
