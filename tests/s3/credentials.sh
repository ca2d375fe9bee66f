#!/usr/bin/env bash
# out-s3: where the access key comes from; and what is said, without the secret,
# when it, the clock, the region, the bucket or the address is wrong.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/s3/s3-lib.sh"

need_s3

make_small_image img tree
secret=$AWS_SECRET_ACCESS_KEY

# check STATUS TEXT... [-- OPTION...]: dumpengine --check
check () {
	local expected=$1
	local -a texts=()
	shift
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		texts+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	configure_set a.conf img "$(to_s3 "s3://lab/one" "$@")"
	engine "$expected" --check -c a.conf
	! grep -qF "$secret" err out || fail "it told the secret: $(cat err)"
	said "${texts[@]}"
}

# ---- What is wrong

afresh
check 0
AWS_SECRET_ACCESS_KEY=wrong check 1 "the secret access key is wrong"
AWS_ACCESS_KEY_ID=OTHER check 1 "knows no such access key"
check 1 "set region to us-east-1" -- 'region = "elsewhere";'
configure_set a.conf img "$(to_s3 "s3://other/one")"
engine 1 --check -c a.conf
said "the bucket does not exist"
check 1 "connect to 127.0.0.1" "tried 2 times" -- \
    'endpoint = "http://127.0.0.1:1";'
check 1 "resolve host" -- 'endpoint = "http://store.invalid";'
check 1 "is not an address" -- 'endpoint = "store";'
check 1 "SSL" -- "endpoint = \"https://${AWS_ENDPOINT_URL#http://}\";"
check 1 "missing.pem" -- 'endpoint = "https://127.0.0.1:1";' \
    'ca_file = "missing.pem";'
check 1 "proxy" -- 'proxy = "http://no-proxy.invalid:1";'
check 0 -- 'style = "path";' 'part_size = "64 MiB";'
check 1 'is none of path, virtual and auto' -- 'style = "odd";'
check 1 'neither compliance nor governance' -- 'lock_mode = "odd";'
check 1 'has no use without' -- 'encryption_key = "k";'
check 1 'has blanks' -- 'storage_class = "A B";'
check 1 'part_size' -- 'part_size = "1 MiB";'
afresh --clock 1000
check 1 "the store's is 1000 seconds ahead"
afresh --clock -2000
check 1 "the store's is 2000 seconds behind"

# Virtual hosts: libcurl finds *.localhost itself.

afresh
check 0 -- "endpoint = \"http://localhost:${AWS_ENDPOINT_URL##*:}\";" \
    'style = "virtual";'
asked 1 '^404 GET /one'

# ---- Where the access key comes from

unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
check 1 "no access key"
AWS_ACCESS_KEY_ID=TESTKEY check 1 "only one of"
mkdir .aws
cat >.aws/credentials <<END
[default]
aws_access_key_id = TESTKEY
aws_secret_access_key = $secret

[half]
aws_access_key_id = TESTKEY

[wrong]
aws_access_key_id = TESTKEY
aws_secret_access_key = wrong
END
chmod 600 .aws/credentials
check 0
not_said "chmod"
chmod 644 .aws/credentials
check 0 "credentials: others can read or write it"
chmod 600 .aws/credentials
check 1 "secret access key is wrong" -- 'profile = "wrong";'
AWS_PROFILE=wrong check 1 "secret access key is wrong"
check 1 "[half] has no" -- 'profile = "half";'
check 1 "has no section [none]" -- 'profile = "none";'
mv .aws/credentials keys
check 1 "no access key"
check 0 -- "credentials_file = $(quoted "$PWD/keys");"
AWS_SHARED_CREDENTIALS_FILE=$PWD/keys check 0
head -c 5000 /dev/zero | tr '\0' x >long
check 1 "line 1 is too long" -- "credentials_file = $(quoted "$PWD/long");"
echo '[default]
region = elsewhere' >.aws/config
AWS_ACCESS_KEY_ID=TESTKEY AWS_SECRET_ACCESS_KEY=$secret check 1 \
    "set region to us-east-1"
rm .aws/config

# A command; what it prints stays unseen.

print="printf '{\"AccessKeyId\":\"TESTKEY\",\"SecretAccessKey\":\"%s\"}' $secret"
check 0 -- "credentials_command = $(quoted "$print");"
check 1 "failed with status 3" -- 'credentials_command = "exit 3";'
check 1 "is not a JSON object" -- \
    "credentials_command = $(quoted "echo $secret");"
check 1 "printed too much" -- 'credentials_command = "yes";'

# The metadata of a machine; an expired token is renewed.

afresh --metadata --session a-session-token
unset AWS_EC2_METADATA_DISABLED
AWS_EC2_METADATA_SERVICE_ENDPOINT=$AWS_ENDPOINT_URL
export AWS_EC2_METADATA_SERVICE_ENDPOINT
check 0
AWS_EC2_METADATA_SERVICE_ENDPOINT=http://127.0.0.1:1 check 1 \
    "the metadata service does not answer"
