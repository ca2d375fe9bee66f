#!/usr/bin/env bash
# out-s3 with OpenStack Swift, which checks signatures: dumps and restores, also
# while the store fails, and when it is stopped and started in the middle.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/s3/s3-lib.sh"

need_s3
lab=$tools/s3-lab/run

if [ "${1:-}" != inside ]; then
	need dpkg-query flock openssl curl
	missing=$("$lab" --missing)
	[ -z "$missing" ] || skip "not installed: $missing"
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	"$lab" -t 300 --tls -- "$BASH" "$top_srcdir/tests/s3/lab.sh" inside
	status=$?
	[ "$status" -ne 125 ] || skip "Swift cannot run here"
	exit "$status"
fi

make_data_image img 12 tree
configure_set a.conf img 'plugin = "out-file"; path = "plain";'
engine 0 -c a.conf
AWS_SECRET_ACCESS_KEY=$S3_LAB_SECRET
AWS_ACCESS_KEY_ID=S3LABWRITER000000001
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION=us-east-1
export AWS_ENDPOINT_URL=$S3_ENDPOINT
number=0

# to_lab [OPTION...]: another object
to_lab () {
	number=$((number + 1))
	configure_set a.conf img "$(to_s3 "s3://$S3_BUCKET/a+b ~/$number.%v" \
	    "part_size = \"5 MiB\"; ca_file = $(quoted "$S3_CA_FILE");" \
	    'timeout = 5; verify = true;' "$@")"
}

# fault [FAULT...]: the dump is whole
fault () {
	"$S3_LAB_CTL" fault "$@"
	to_lab
	dump 0
	no_left
}

no_left () {
	local left
	left=$(find tmp/state/s3 -name '.dumpengine-*')
	[ -z "$left" ] || fail "still in its list: $(cat "$left")"
}

fault
fault error-every=3
fault reset-every=4 match=PUT
fault lose-every=1 times=1 'match=POST.*uploadId'
fault corrupt-every=1 times=2 match=partNumber
"$S3_LAB_CTL" fault delay=200
to_lab
(
	trap - EXIT
	sleep 1
	"$S3_LAB_CTL" kill
	sleep 1
	"$S3_LAB_CTL" start
) &
dump 0
wait $!
no_left

# What it has is what was written.

"$S3_LAB_CTL" fault
cat >b.conf <<END
jobs = ( { name = "test"; source = { plugin = "fs-ext2"; device = "img"; };
  output = { $(to_s3 "s3://$S3_BUCKET/a+b ~/3.%v" \
    "ca_file = $(quoted "$S3_CA_FILE");") }; } );
END
mkdir all
(cd all && "${DUMPENGINE%/*}/dumpengine-restore" -x -c ../b.conf --job test) \
    2>err || fail "$(cat err)"
same_tree tree all

# ---- What is wrong

to_lab
AWS_SECRET_ACCESS_KEY=wrong engine 1 --check -c a.conf
said "the secret access key is wrong"
AWS_ACCESS_KEY_ID=$S3_STRANGER_KEY_ID \
    AWS_SECRET_ACCESS_KEY=$S3_STRANGER_SECRET engine 1 --check -c a.conf
said "access denied"
AWS_REGION=elsewhere engine 1 --check -c a.conf
said "set region to us-east-1"
sed -i '/ca_file/s/ca_file = "[^"]*";//' a.conf
engine 1 --check -c a.conf
said "certificate"
