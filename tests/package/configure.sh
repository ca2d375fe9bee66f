#!/usr/bin/env bash
# configure says what cannot be built and what to install, and lists everything
# that will be built.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
[ -x "$top_srcdir/configure" ] || skip "needs configure"
[ ! -e "$top_srcdir/config.status" ] || skip "the sources are configured"
case $top_srcdir in *[[:space:]]*) skip "configure refuses a blank" ;; esac
need pkgconf

# The configuration of the build directory must not affect these.
unset CFLAGS CPPFLAGS LDFLAGS PKG_CONFIG_PATH PKG_CONFIG_LIBDIR

# configure STATUS OPTION-OR-VARIABLE...
configure () {
	local expected=$1
	shift
	mkdir -p build
	(cd build && "$top_srcdir/configure" --cache-file=../cache "$@") \
	    >out 2>err </dev/null
	status=$?
	# A variable of one run is not for the next.
	sed -i '/ac_cv_env_/d; /pkg_cv_/d' cache
	[ "$status" -eq "$expected" ] ||
	    fail "configure $*: status $status, not $expected: $(tail -n 9 err)"
}

configure 1 --disable-shared
said "--disable-shared cannot work" "plugins are shared objects"

configure 1 PKG_CONFIG_LIBDIR="$scratch/nothing"
said "libconfig" "apt-get install libconfig-dev"

found="CONFIG_CFLAGS=-I. CONFIG_LIBS=-lconfig CRYPTO_CFLAGS=-I.
    CRYPTO_LIBS=-lcrypto CURL_CFLAGS=-I. CURL_LIBS=-lcurl EDIT_CFLAGS=-I. EDIT_LIBS=-ledit
    JANSSON_CFLAGS=-I. JANSSON_LIBS=-ljansson
    SQLITE_CFLAGS=-I. SQLITE_LIBS=-lsqlite3
    XXHASH_CFLAGS=-I. XXHASH_LIBS=-lxxhash ZLIB_CFLAGS=-I. ZLIB_LIBS=-lz
    ZSTD_CFLAGS=-I. ZSTD_LIBS=-lzstd CHECK_CFLAGS=-I. CHECK_LIBS=-lcheck"
missing () {
	# shellcheck disable=SC2086
	configure 1 PKG_CONFIG_LIBDIR="$scratch/nothing" $found "${@:2}"
	said "fs-ext2 needs" "apt-get install $1" "--disable-fs-ext2"
}
missing libext2fs-dev
missing comerr-dev EXT2FS_CFLAGS=-I. EXT2FS_LIBS=-lext2fs
missing libmount-dev EXT2FS_CFLAGS=-I. EXT2FS_LIBS=-lext2fs COM_ERR_CFLAGS=-I. \
    COM_ERR_LIBS=-lcom_err
missing libblkid-dev EXT2FS_CFLAGS=-I. EXT2FS_LIBS=-lext2fs COM_ERR_CFLAGS=-I. \
    COM_ERR_LIBS=-lcom_err MOUNT_CFLAGS=-I. MOUNT_LIBS=-lmount

# shellcheck disable=SC2086
configure 0 PKG_CONFIG_LIBDIR="$scratch/nothing" $found --disable-fs-ext2
grep -qE '^ *hardening +yes$' out || fail "no hardening: $(tail -n 15 out)"
for folder in "$top_srcdir"/plugins/*/local.am; do
	plugin=$(basename "$(dirname "$folder")")
	line=$(grep -E " $plugin  *(yes|no)\$" out) ||
	    fail "its list lacks $plugin: $(tail -n 15 out)"
	if [ "$plugin" = fs-ext2 ]; then expected=no; else expected=yes; fi
	[ "${line##* }" = "$expected" ] || fail "not $expected: $line"
done

# shellcheck disable=SC2086
configure 0 PKG_CONFIG_LIBDIR="$scratch/nothing" $found --disable-fs-ext2 \
    --disable-hardening
grep -qE '^ *hardening +no$' out || fail "hardening: $(tail -n 15 out)"
! grep -qE '^HARDENING_(C|LD)FLAGS = .' build/Makefile ||
    fail "flags without hardening: $(grep ^HARDENING build/Makefile)"
