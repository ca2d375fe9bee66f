# shellcheck shell=bash disable=SC2154
# s3-lib.sh - shared by the tests of out-s3, in addition to volumes-lib.sh

# Sets of several outputs are compared.
# shellcheck disable=SC2034
without_index=yes

need_s3 () {
	need_source
	need_python
	[ -e "$top_builddir/.libs/out-s3.so" ] || skip "out-s3 is not built"
}

# Nothing of this machine's own.
unset AWS_PROFILE AWS_SESSION_TOKEN AWS_REGION AWS_DEFAULT_REGION
unset AWS_ENDPOINT_URL_S3 AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE
unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY
export HOME=$scratch AWS_EC2_METADATA_DISABLED=true
export AWS_ACCESS_KEY_ID=TESTKEY AWS_SECRET_ACCESS_KEY=test/secret+key

server=			# its process
stop_server () {
	[ -z "$server" ] || kill "$server" 2>/dev/null
	[ -z "$server" ] || wait "$server" 2>/dev/null
	server=
}
trap 'stop_server; clean_up' EXIT

# serve [OPTION of s3-server...]: start it; its objects stay.
serve () {
	stop_server
	mkdir -p store
	rm -f store/address
	"$PYTHON3" -I -S "$tools/s3-server" store "$@" >>server.log 2>&1 &
	server=$!
	wait_for 20 [ -e store/address ] || fail "no server: $(cat server.log)"
	AWS_ENDPOINT_URL=$(cat store/address)
	export AWS_ENDPOINT_URL
}

# afresh [OPTION of s3-server...]: the same without objects, and without state.
afresh () {
	stop_server
	rm -rf store tmp/state
	serve "$@"
}

# to_s3 OBJECT [OPTION...]: the contents of an output group.
to_s3 () {
	local object=$1
	shift
	echo "plugin = \"out-s3\"; object = $(quoted "$object"); $*"
}

# dump STATUS TEXT...: run the job of a.conf without an operator.
dump () {
	local expected=$1
	shift
	run timeout 120 setsid -w "$DUMPENGINE" -c a.conf
	[ "$status" -eq "$expected" ] ||
	    fail "exit status $status, not $expected: $(cat err a.conf)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
	! grep -qF "$AWS_SECRET_ACCESS_KEY" err out || fail "it told the secret"
	said "$@"
}

# holds KEY...: the store has these objects, no upload, and we know of none.
holds () {
	local found expected
	found=$(cd store/objects && find . -type f | sort)
	expected=$(for key; do echo "./lab%2F$key"; done | sed 's,lab%2F,,' | sort)
	[ "$found" = "$expected" ] ||
	    fail "the store holds \"$found\", not \"$expected\""
	no_upload
}

no_upload () {
	local left
	left=$(ls store/uploads)
	[ -z "$left" ] || fail "left an upload: $left; $(cat err)"
	left=$(find tmp/state/s3 -name '.dumpengine-*' 2>/dev/null)
	[ -z "$left" ] || fail "still in its list: $(cat "$left")"
}

# asked COUNT PATTERN: so many requests of the log match.
asked () {
	local count
	count=$(grep -cE "$2" store/log)
	[ "$count" -eq "$1" ] ||
	    fail "$count requests, not $1, match $2: $(cat store/log)"
}
