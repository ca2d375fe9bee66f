#!/usr/bin/env bash
# out-s3: an upload of a run that was killed is found and ended by the next run,
# and those of others are left alone.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/s3/s3-lib.sh"

need_s3

make_data_image img 12 tree
to_one="$(to_s3 "s3://lab/one" 'part_size = "5 MiB"; timeout = 600;')"
configure_set a.conf img "$to_one"

# Uploads of others: one of this object, from before, and one of another.
foreign () {
	mkdir -p store/uploads/1 store/uploads/2
	echo '{ "key": "one", "meta": {}, "begun": "2020-01-01T00:00:00Z" }' \
	    >store/uploads/1/about
	echo '{ "key": "one.more", "meta": {}, "begun": "2099-01-01T00:00:00Z" }' \
	    >store/uploads/2/about
}

only_foreign () {
	[ "$(echo store/uploads/*)" = "store/uploads/1 store/uploads/2" ] ||
	    fail "$(ls store/uploads; cat err)"
	rm -r store/uploads/1 store/uploads/2
	no_upload
}

# The same store, with the same address, after each start.
afresh
S3_SERVER_PORT=${AWS_ENDPOINT_URL##*:}
export S3_SERVER_PORT

# With its upload known, and killed before that is.
for fault in hang@partNumber=2 lose@uploads= hang@POST.*uploadId; do
	afresh --fault "$fault"
	foreign
	setsid "$DUMPENGINE" -c a.conf >out 2>err </dev/null &
	wait_for 20 grep -qE '^(hang|lost)' store/log || fail "$(cat err)"
	kill -KILL -$!
	wait $! 2>/dev/null
	[ "$(find store/uploads -mindepth 1 -maxdepth 1 | wc -l)" -ge 3 ] ||
	    fail "it left no upload: $(ls store/uploads)"
	[ -n "$(find tmp/state/s3 -name '.dumpengine-s3-*')" ] ||
	    fail "it left no note of it"

	# The next run, even one with other objects.
	serve
	configure_set b.conf img "$(to_s3 "s3://lab/two")"
	engine 0 -c b.conf
	said "s3://lab/one: the upload that an interrupted run left there" \
	    "has been ended"
	only_foreign
	engine 0 -c a.conf
	not_said "interrupted run"
	holds one two
done

# A run that is alive keeps its upload.

afresh --fault "hang:1:1@partNumber=2"
configure_set a.conf img "$(to_s3 "s3://lab/one" \
    'part_size = "5 MiB"; timeout = 3;')"
setsid "$DUMPENGINE" -c a.conf >first.out 2>first.err </dev/null &
first=$!
wait_for 20 grep -q '^hang' store/log || fail "$(cat first.err)"
engine 0 -c b.conf
not_said "interrupted run"
wait "$first" || fail "$(cat first.err)"
holds one two

# Without a place for its notes it works, and says what is lost.

afresh
: >file
configure_set a.conf img "$(to_s3 "s3://lab/one" \
    "part_size = \"5 MiB\"; state_dir = $(quoted "$PWD/file");")"
engine 0 -c a.conf
said "an upload that a crash interrupts will not be found"
holds one
