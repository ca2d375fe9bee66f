#!/usr/bin/env bash
# out-s3: volumes become objects, in parts or as a whole, which restore reads; no
# object is overwritten; what the options ask for is in the requests.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/s3/s3-lib.sh"

need_s3
need_restore

make_data_image img 12 tree
configure_set a.conf img 'plugin = "out-file"; path = "plain";'
engine 0 -c a.conf

# ---- In parts, verified

afresh
configure_set a.conf img "$(to_s3 "s3://lab/a b/%j~set.%v" \
    'part_size = "5 MiB"; verify = true;')"
engine 0 --check -c a.conf
not_said error warning
dump 0 "on s3://lab/a b/test~set.001"
holds "a%20b%2Ftest~set.001"
asked 3 '^200 PUT .*partNumber='
same_file plain "store/objects/a%20b%2Ftest~set.001"

# Never again.

dump 1 "exists already, and objects are never overwritten"
engine 1 --check -c a.conf
said "exists already"
same_file plain "store/objects/a%20b%2Ftest~set.001"

# ---- Reading: by the job and by single files, which cost little more

mkdir some
(cd some && "${DUMPENGINE%/*}/dumpengine-restore" -x -c ../a.conf --job test \
    ./2) 2>err || fail "$(cat err)"
same_file tree/2 some/2
mkdir all
(cd all && "${DUMPENGINE%/*}/dumpengine-restore" -x -c ../a.conf --job test) \
    2>err || fail "$(cat err)"
same_tree tree all

# By its name, with the store and the key from the environment; and by the
# catalogue, with those of the job.

restore=${DUMPENGINE%/*}/dumpengine-restore
unset without_index
afresh
configure_set a.conf img "$(to_s3 "s3://lab/%j-%d.%v" \
    "endpoint = \"$AWS_ENDPOINT_URL\"; volume_size = \"5 MiB\";")"
sed -i "1i catalog = \"$PWD/catalog.sqlite\";" a.conf
dump 0
mkdir named dated
(cd named && "$restore" -x -f 's3://lab/test-20200913.%v' ./4) 2>err ||
    fail "$(cat err)"
same_file tree/4 named/4
(
	unset AWS_ENDPOINT_URL
	cd dated && "$restore" -x --at now -c ../a.conf --job test ./3
) 2>err || fail "$(cat err)"
same_file tree/3 dated/3
without_index=yes

# ---- Several volumes; small ones are sent as a whole

afresh
configure_set a.conf img "$(to_s3 "s3://lab/set.%v" \
    'part_size = "5 MiB"; volume_size = "4 MiB";')"
dump 0
asked 0 'POST'
[ "$(find store/objects -type f | wc -l)" -ge 4 ] || fail "$(ls store/objects)"
no_upload
same_stream plain store/objects/*
mkdir restored
(cd restored && "$RESTORE" -r -y -M -f ../store/objects/set.) >restore.log \
    2>&1 </dev/null || fail "$(cat restore.log)"
rm -f restored/restoresymtable
same_tree tree restored

# ---- What the store is asked for

afresh --session a-session-token
export AWS_SESSION_TOKEN=a-session-token
configure_set a.conf img "$(to_s3 "s3://lab/one" 'storage_class = "COLD";
    encryption = "AES256"; lock_days = 30; lock_mode = "governance";')"
dump 0
not_said "does not say that it is locked"
until=$(date -u -d '+30 days' +%Y-%m-%d)
grep -q '"x-class": "COLD"' store/meta || fail "$(cat store/meta)"
grep -q '"x-sse": "AES256"' store/meta || fail "$(cat store/meta)"
grep -q '"x-amz-object-lock-mode": "GOVERNANCE"' store/meta ||
    fail "$(cat store/meta)"
grep -q "retain-until-date\": \"$until" store/meta || fail "$(cat store/meta)"
unset AWS_SESSION_TOKEN
afresh --no-lock
dump 0 "the store does not say that it is locked"

# ---- Another object gets the name meanwhile: it is kept

for store in "" --no-condition --ignore-condition; do
	# shellcheck disable=SC2086
	afresh $store --fault "late:1:1@partNumber=1"
	configure_set a.conf img "$(to_s3 "s3://lab/one" 'part_size = "5 MiB";')"
	(wait_for 20 grep -q uploads= store/log && echo other >store/objects/one) &
	dump 4 "another object got this name meanwhile; it is kept"
	wait $!
	[ "$(cat store/objects/one)" = other ] || fail "$store: it was replaced"
	no_upload
done
afresh --no-condition
dump 0
holds one

# ---- A volume of a dump that was given up may go

afresh --fault "403:1:1@set.002"
configure_set a.conf img "$(to_s3 "s3://lab/set.%v" 'volume_size = "7 MiB";')"
dump 4 "access denied"
holds set.001
serve
dump 0 "s3://lab/set.001: removed, as it belongs to a dump that was given up"
holds set.001 set.002

# ---- Names

configure_set a.conf img "$(to_s3 "s3://lab/set" 'volume_size = "2 MiB";')"
engine 1 --check -c a.conf
said "would hold two volumes"
for object in /tmp/x s3://lab s3:///x "s3://la b/x" 's3://lab/%x'; do
	configure_set a.conf img "$(to_s3 "$object")"
	engine 1 --check -c a.conf
done
said "has an unknown %x"
