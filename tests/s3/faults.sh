#!/usr/bin/env bash
# out-s3: whatever happens to requests and answers, the dump ends up whole, or a
# message says why not; no upload is left.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/s3/s3-lib.sh"

need_s3

make_data_image img 12 tree
configure_set a.conf img 'plugin = "out-file"; path = "plain";'
engine 0 -c a.conf
options='part_size = "5 MiB"; timeout = 1; attempts = 4;'
configure_set a.conf img "$(to_s3 "s3://lab/one" "$options")"

# ---- What passes: the dump is whole

while read -r fault; do
	afresh --fault "$fault"
	dump 0
	holds one
	same_file plain store/objects/one
done <<'END'
503:2@.
500:1:2@uploads=
reset:2:3@partNumber
hang:1:1@partNumber=2
flip:1:2@partNumber=1
lose:1:1@partNumber=3
lose:1:1@POST.*uploads=
lose:1:1@POST.*uploadId
error200:1:2@POST.*uploadId
hang:1:1@POST.*uploadId
cut:1:1@POST.*uploads=
END

# The store goes away and comes back.

configure_set a.conf img "$(to_s3 "s3://lab/one" 'part_size = "5 MiB";')"
afresh --fault "late@partNumber"
S3_SERVER_PORT=${AWS_ENDPOINT_URL##*:}
export S3_SERVER_PORT
(
	trap - EXIT
	wait_for 20 grep -q partNumber=1 store/log
	kill "$server"
	sleep 1
	exec "$PYTHON3" -I -S "$tools/s3-server" store
) >>server.log 2>&1 &
second=$!
dump 0 "connect to" "trying again"
kill "$second"
wait "$second" 2>/dev/null
unset S3_SERVER_PORT
server=
holds one
same_file plain store/objects/one

# ---- What does not: it says so, with nothing left

configure_set a.conf img "$(to_s3 "s3://lab/one" "$options")"
while read -r expected fault text; do
	afresh --fault "$fault"
	dump "$expected" "$text"
	holds
done <<'END'
4 403@partNumber=2 part 2 cannot be written: access denied
4 503@partNumber=2 status 503 SlowDown; trying again
4 gone@partNumber=3 NoSuchUpload
4 403@POST.*uploadId cannot be completed: access denied
4 bomb@POST.*uploads= without an UploadId
4 deep@POST.*uploads= without an UploadId
4 garbage@POST.*uploads= without an UploadId
4 huge@POST.*uploads= cannot be written
END
afresh --room $((8 << 20))
dump 4 "the store is full (QuotaExceeded)"
holds
afresh --fault "error200@POST.*uploadId"
dump 4 "InternalError"
holds

# A volume that cannot be verified goes.

configure_set a.conf img "$(to_s3 "s3://lab/one" "$options" \
    'verify = true; rewrite_attempts = 0;')"
afresh --room $((8 << 20))
dump 4 "the store is full (QuotaExceeded)" "no room"
not_said "verification failed"
holds
afresh --fault "change:5:1@GET"
dump 5 "the object was replaced while it was read"
holds
afresh --no-ranges
dump 5 "the store sends more than it was asked for"
holds

# ---- Reading

configure_set a.conf img "$(to_s3 "s3://lab/one" "$options")"
read_all () {
	run timeout 60 "${DUMPENGINE%/*}/dumpengine-restore" --verify \
	    -c a.conf --job test
}
afresh
dump 0
while read -r expected fault text; do
	serve --fault "$fault"
	read_all
	[ "$status" -eq "$expected" ] ||
	    fail "$fault: exit status $status: $(cat err)"
	said ${text:+"$text"}
done <<'END'
0 503:2@GET
0 cut:2@GET
0 hang:1:1@GET
1 403@GET access denied
1 500@GET tried 4 times
END
for fault in change garbage; do
	serve --fault "$fault:3@GET"
	read_all
	[ "$status" -ne 0 ] || fail "$fault: not noticed: $(cat err)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
done
serve
rm store/objects/one
read_all
said "no such object"

# ---- It can be aborted at any time

for fault in hang@partNumber hang@POST.*uploads= hang@GET; do
	afresh --fault "$fault"
	configure_set a.conf img "$(to_s3 "s3://lab/one" \
	    'part_size = "5 MiB"; timeout = 600;')"
	setsid "$DUMPENGINE" -c a.conf >out 2>err </dev/null &
	wait_for 20 grep -q hang store/log || fail "$(cat err store/log)"
	kill -TERM $!
	wait $!
	status=$?
	[ "$status" -eq 3 ] || [ "$status" -eq 1 ] ||
	    fail "$fault: exit status $status: $(cat err)"
	holds
done
