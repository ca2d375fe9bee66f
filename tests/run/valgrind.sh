#!/usr/bin/env bash
# No invalid access and no leak, in dumps that succeed and in those that fail.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need valgrind
[ -z "${SANITIZER_FLAGS:-}" ] || skip "the build is sanitized"
need_source
need_python

mkdir dumps tree
maketree tree --many 200 --block 4096 || fail "cannot make the tree"
make_image a.img 64M tree -t ext4 -b 4096

# checked STATUS ARGUMENT...
checked () {
	local expected=$1
	shift
	run valgrind --quiet --error-exitcode=99 --leak-check=full \
	    --errors-for-leak-kinds=definite --show-leak-kinds=definite \
	    --suppressions="$top_srcdir/tests/valgrind.supp" \
	    "$program" "${trusted[@]}" "$@"
	[ "$status" -eq "$expected" ] ||
	    fail "$*: exit status $status, not $expected: $(cat err)"
	# For loop device ioctls, which valgrind does not know.
	! grep -v -e 'unhandled ioctl' -e 'spurious value errors' \
	    -e 'README_MISSING_SYSCALL_OR_IOCTL' err | grep -q '^==' || fail "$*: $(cat err)"
}

configure_dump a.conf a.img dumps/a "slaves = 2;"
checked 0 -c a.conf
scan dumps/a
checked 1 -c a.conf
checked 0 --list-plugins
checked 1 --plugin-help "$TEST_PLUGINS/bad-version.so"
echo 'jobs = ( { name = "a b"; ring = 5; source = { plugin = "none"; }; } );' \
    >bad.conf
checked 1 -c bad.conf
for fault in read mode map name-long scan-late xattr-large; do
	configure_job a.conf \
	    "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");
	    fault = \"$fault\";" \
	    'plugin = "out-file"; path = "/dev/null";' "slaves = 2;"
	case $fault in
	scan-late) checked 3 -c a.conf ;;
	name-long | xattr-large) checked 0 -c a.conf ;;
	*) checked 2 -c a.conf ;;
	esac
done
configure_job a.conf "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");" \
    "plugin = $(quoted "$TEST_PLUGINS/out-fault.so"); fail_write = 2;" \
    "slaves = 2; blocking = 2;"
checked 4 -c a.conf

# Restoring it, listing, comparing and checking it, also what is damaged
program=$top_builddir/dumpengine-restore
head -c 200000 dumps/a >dumps/short
for set in a short; do
	expected=0
	[ "$set" = a ] || expected=2
	mkdir "back-$set"
	cd "back-$set" || fail "no directory"
	checked "$expected" -r -f "../dumps/$set"
	rm out err
	cd ..
	checked "$expected" -t -f "dumps/$set"
	checked "$expected" --verify -f "dumps/$set"
	checked "$expected" -C -D "back-$set" -f "dumps/$set"
done
