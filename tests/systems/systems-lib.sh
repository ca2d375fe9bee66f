# shellcheck shell=bash
# systems-lib.sh - runs part of the tests on another Debian, in a directory
#
#     . "${top_srcdir:-.}/tests/lib.sh"
#     . "$top_srcdir/tests/systems/systems-lib.sh"
#     test_on SUITE ARCHITECTURE "HELPER..." TEST...
#
# The helpers are programs and plugins of the tests: of all these, only those
# and the tests that are programs themselves are built.
#
# debootstrap creates the directory at first; it is kept for later runs below
# $SYSTEMS_CACHE, by default ~/.cache/dumpengine-systems.  What is tested is a
# release made from this tree, built there with warnings as errors, and without
# debugging information.

systems_cache=${SYSTEMS_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/dumpengine-systems}

# Packages installed there, in addition to the base.
system_packages='acl attr check comerr-dev dump e2fsprogs gcc libblkid-dev
    libbz2-dev libc6-dev libconfig-dev libcurl4-openssl-dev libedit-dev
    libext2fs-dev libfuse3-dev libjansson-dev libmount-dev libsqlite3-dev
    libssl-dev libxxhash-dev libzstd-dev make pkgconf procps python3 xz-utils zlib1g-dev'

# The mirror for this system.
mirror () {
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
	    'Component: main' 2>/dev/null | grep '/debian/*$' | head -n 1
}

# in_system COMMAND: run it in a shell there, with the release at /src.
in_system () {
	# shellcheck disable=SC2016
	unshare -m --propagation slave bash -c "$let_go"'
		set -e
		mkdir -p "$1/src"
		mount --bind "$2" "$1/src"
		mount -t proc proc "$1/proc"
		mount --rbind /dev "$1/dev"
		mount -t sysfs sysfs "$1/sys"
		exec chroot "$1" /usr/bin/env -i HOME=/root LC_ALL=C \
		    PATH=/usr/sbin:/usr/bin:/sbin:/bin /bin/sh -c "$3"
	' in_system "$system" "$scratch/release" "$1"
}

# make_system SUITE ARCHITECTURE: leftovers of an interrupted one are removed.
make_system () {
	local from
	[ ! -e "$system/ready" ] || return 0
	from=$(mirror)
	[ -n "$from" ] || skip "found no mirror of Debian's packages"
	rm -rf --one-file-system "$system"
	mkdir -p "$systems_cache" || skip "cannot make $systems_cache"
	debootstrap --variant=minbase "--arch=$2" "$1" "$system" "$from" \
	    >debootstrap.log 2>&1 ||
	    skip "cannot fetch Debian $1: $(tail -n 1 debootstrap.log)"
	# shellcheck disable=SC2086
	in_system "apt-get -q update && DEBIAN_FRONTEND=noninteractive \
	    apt-get -q install -y --no-install-recommends $(echo $system_packages)" \
	    >apt.log 2>&1 || skip "cannot install there: $(tail -n 1 apt.log)"
	echo "$system_packages" >"$system/ready"
}

test_on () {
	local suite=$1 architecture=$2 helpers=$3 personality= speed=-O2
	local programs plugins
	shift 3
	need_root
	need apt-get debootstrap unshare chroot setarch
	unshare -m true 2>/dev/null || skip "cannot unshare mounts"
	system=$systems_cache/$suite-$architecture
	mkdir -p "$systems_cache" && exec 8>"$system.lock"
	flock 8
	mkdir release
	[ "$(cat "$system/ready" 2>/dev/null)" = "$system_packages" ] ||
	    rm -f "$system/ready"
	make_system "$suite" "$architecture"
	rmdir release
	"${MAKE:-make}" -s -C "$top_builddir" distdir \
	    "distdir=$scratch/release" >dist.log 2>&1 ||
	    fail "cannot make a release: $(tail -n 5 dist.log)"
	# What differs with 32 bits is seen without optimization, too.
	case $architecture in
	i386)
		personality="setarch i686"
		speed=-O0
		;;
	esac
	in_system "mkdir /src/build && cd /src/build &&
	    $personality ../configure --enable-werror CFLAGS=$speed \
	    >configure.log 2>&1 &&
	    make -j 2 >make.log 2>&1" || fail "it does not build there:
$(tail -n 20 release/build/configure.log release/build/make.log)"
	programs=$(printf '%s\n' $helpers "$@" | grep -v '\.\(sh\|la\)$' | xargs)
	plugins=$(printf '%s\n' $helpers | grep '\.la$' | xargs)
	in_system "cd /src/build && make -j 2 check TESTS='$*' \
	    check_PROGRAMS='$programs' check_LTLIBRARIES='$plugins' \
	    >check.log 2>&1"
	status=$?
	grep -E '^(PASS|FAIL|SKIP|XPASS|ERROR)' release/build/check.log
	[ "$status" -eq 0 ] || fail "on Debian $suite $architecture:
$(for log in $(grep -lE '^(FAIL|ERROR) ' release/build/tests/*/*.log); do
    tail -n 25 "$log"; done)"
	[ "$(grep -c '^PASS' release/build/check.log)" -gt 0 ] ||
	    fail "none of them has passed: $(tail -n 20 release/build/check.log)"
}
