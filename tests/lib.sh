# shellcheck shell=bash
# lib.sh - shared by the test scripts
#
# Each script begins with `. "${top_srcdir:-.}/tests/lib.sh"`.  It gets its own
# empty directory, $scratch, which becomes the working directory and is removed
# at the end.  To run one by hand from the build directory:
#
#     make check TESTS=tests/stream/holes.sh

set -u
umask 022
: "${top_srcdir:?run me with make check TESTS=tests/FOLDER/NAME.sh}"
: "${top_builddir:?}" "${DUMPENGINE:?}" "${DUMPENGINE_PLUGIN_PATH:?}"
unset DUMPENGINE_CONFIG CDPATH
# Settings that an outer make passes to its children are not meant for ours.
unset MAKEFLAGS MFLAGS MAKELEVEL GNUMAKEFLAGS

# Leaks in libraries; only read in a sanitized build.
export LSAN_OPTIONS="suppressions=$top_srcdir/tests/lsan.supp:print_suppressions=0"
# It takes what stands before thread-local data of a library for a header, and
# crashes over it at the end.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}intercept_tls_get_addr=0"

# The python3 that configure found is also that of the tools.
[ -z "${PYTHON3:-}" ] || export PATH="${PYTHON3%/*}:$PATH"

tools=$top_srcdir/tests/tools
date=1600000000			# of every dump; makes them repeatable
engine_status=			# of the last run
status=				# of the last `run`

fail () {
	printf 'FAILED: %s\n' "$*" >&2
	exit 1
}

skip () {
	printf 'skipped: %s\n' "$*" >&2
	exit 77
}

# As root, dumpengine refuses files that others could have written.  When tests
# run in a directory of another user, trust it explicitly.
program=$DUMPENGINE
trusted=()

# alone FOLDER: can only root write to it and to the directories above it?
alone () {
	local folder mode
	folder=$(realpath "$1")
	while :; do
		[ "$(stat -c %u "$folder")" -eq 0 ] || return 1
		mode=$(stat -c %A "$folder")
		case $mode in
		????????wt | ????????wT) ;;
		????????w?) return 1 ;;
		?????w????) [ "$(stat -c %g "$folder")" -eq 0 ] || return 1 ;;
		esac
		[ "$folder" != / ] || return 0
		folder=$(dirname "$folder")
	done
}

trust_folders () {
	local folder
	for folder in "$top_srcdir" "$top_builddir"; do
		alone "$folder" || trusted+=(--trust "$(realpath "$folder")")
	done
	[ ${#trusted[@]} -gt 0 ] || return
	{
		echo '#!/bin/bash'
		printf 'exec %q' "$program"
		printf ' %q' "${trusted[@]}"
		echo ' "$@"'
	} >"$scratch/tmp/dumpengine"
	chmod +x "$scratch/tmp/dumpengine"
	export DUMPENGINE=$scratch/tmp/dumpengine
}

# Run in reverse order at the end.
mounted=()

clean_up () {
	local i
	for ((i = ${#mounted[@]} - 1; i >= 0; i--)); do
		umount "${mounted[i]}" 2>/dev/null ||
		    umount -l "${mounted[i]}" 2>/dev/null
	done
	cd / || return
	[ -n "${KEEP_SCRATCH:-}" ] && return
	chattr -R -ia "$scratch" 2>/dev/null
	chmod -R u+rwX "$scratch" 2>/dev/null
	rm -rf "$scratch"
}

mkdir -p "$top_builddir/tests"
scratch=$(mktemp -d "$top_builddir/tests/scratch.XXXXXX") ||
    fail "cannot create the scratch directory"
trap clean_up EXIT
trap 'exit 99' HUP INT TERM
cd "$scratch" || exit 99
# restore keeps files there, with the same names for the same date.
mkdir "$scratch/tmp" || exit 99
export TMPDIR=$scratch/tmp
[ "$(id -u)" -ne 0 ] || trust_folders
# Traces of past dumps; not those of this machine.
export DUMPENGINE_STATE_DIR=$TMPDIR/state

is_root () { [ "$(id -u)" -eq 0 ]; }

need_root () { is_root || skip "needs root"; }

need () {
	local tool
	for tool; do
		command -v "$tool" >/dev/null 2>&1 || skip "needs $tool"
	done
}

# Prefer the tools that configure found.
need_source () {
	[ -e "$top_builddir/.libs/fs-ext2.so" ] ||
	    skip "fs-ext2 is not built"
	[ -n "${MKE2FS:-}" ] || skip "needs mke2fs"
}
need_debugfs () { [ -n "${DEBUGFS:-}" ] || skip "needs debugfs"; }
need_restore () { [ -n "${RESTORE:-}" ] || skip "needs restore"; }
need_python () { [ -n "${PYTHON3:-}" ] || skip "needs python3"; }

maketree () { "$PYTHON3" "$tools/maketree" "$@"; }

# make_image IMAGE SIZE [TREE] [OPTION of mke2fs...]
make_image () {
	local image=$1 size=$2 tree=
	shift 2
	case ${1:--} in -*) ;; *) tree=$1; shift ;; esac
	rm -f "$image"
	"$MKE2FS" -q -F ${tree:+-d "$tree"} "$@" "$image" "$size" \
	    >mke2fs.log 2>&1 || fail "mke2fs $*: $(cat mke2fs.log)"
}

# debugfs IMAGE REQUEST...: change an image.
debugfs () {
	local image=$1
	shift
	printf '%s\n' "$@" >debugfs.requests
	"$DEBUGFS" -w -f debugfs.requests "$image" >debugfs.log 2>&1 ||
	    fail "debugfs: $(cat debugfs.log)"
	! grep -v '^debugfs' debugfs.log | grep -qiE 'not found|invalid|usage|bad' ||
	    fail "debugfs: $(cat debugfs.log)"
}

# can_mount IMAGE FOLDER [OPTION]: mount it if this machine permits.
can_mount () {
	is_root || return 1
	mkdir -p "$2"
	mount -o "loop,${3:-ro}" "$1" "$2" 2>mount.log || return 1
	mounted+=("$scratch/$2")
}

unmount () {
	umount "$1" || fail "cannot unmount $1"
}

# The beginning of a script for `unshare -m --propagation slave sh -c`.  It
# unmounts the copies of other tests' mounts, which would keep these in use; the
# one that contains our working directory is busy, and stays.
# shellcheck disable=SC2016,SC2034
let_go='
	built=$(realpath "$top_builddir")
	tac /proc/self/mounts | while read -r source place _; do
		place=$(printf %b "$place")
		case $source:$place in
		/dev/loop*:* | *:"$built"/*)
			umount "$place" 2>/dev/null
		esac
	done || :
'

# Quote a text for a configuration: escape \ and ".
quoted () {
	local text=${1//\\/\\\\}
	printf '"%s"' "${text//\"/\\\"}"
}

# configure_job FILE SOURCE OUTPUT [RING]: a job named "test"; SOURCE, OUTPUT
# and RING are the contents of these groups.  Its index tells FILE and where the
# volumes are: those who compare bytes may set without_index.
without_index=
configure_job () {
	cat >"$1" <<-END
	jobs = ( {
	  name   = "test";
	  label  = "testing";
	  date   = $date;${without_index:+ index = false;}
	  source = { $2 };
	  output = { $3 };
	  ring   = { ${4:-} };
	} );
	END
}

# configure_dump FILE IMAGE DUMP [RING]
configure_dump () {
	configure_job "$1" "plugin = \"fs-ext2\"; device = $(quoted "$2");" \
	    "plugin = \"out-file\"; path = $(quoted "$3");" "${4:-}"
}

# run COMMAND...: sets $status, and leaves out and err.
run () {
	"$@" >out 2>err </dev/null
	status=$?
}

# engine STATUS ARGUMENT...: run it and check its exit status.
engine () {
	engine_status=$1
	shift
	run "$DUMPENGINE" "$@"
	[ "$status" -eq "$engine_status" ] || fail \
	    "dumpengine $*: exit status $status, not $engine_status; it said:
$(cat err)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
}

# said TEXT...: each must be in the messages of the last run.
said () {
	local text
	for text; do
		grep -qF -- "$text" err || fail "no \"$text\" in its messages:
$(cat err)"
	done
}

not_said () {
	local text
	for text; do
		! grep -qF -- "$text" err || fail "\"$text\" in its messages:
$(cat err)"
	done
}

said_nothing () { [ ! -s err ] || fail "unexpected messages: $(cat err)"; }

printed_nothing () { [ ! -s out ] || fail "it printed: $(head -c 500 out)"; }

# only NAME...: the directory of the dumps must contain exactly these.
only () {
	local found expected
	found=$(cd dumps && find . -mindepth 1 | sort)
	expected=$(for name; do echo "./$name"; done | sort)
	[ "$found" = "$expected" ] ||
	    fail "dumps holds \"$found\", not \"$expected\""
}

# scan DUMP: it must have no violation and nothing unusual.
scan () {
	"$PYTHON3" "$tools/dumpscan" --strict "$1" >scan.log 2>&1 ||
	    fail "dumpscan --strict $1: $(head -c 4000 scan.log)"
}

# restore_dump DUMP FOLDER: restore all of it into a new directory.  Any message
# of restore is a failure, because its exit status is 0 for most errors.
restore_dump () {
	local dump
	dump=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
	mkdir "$2"
	(cd "$2" && "$RESTORE" -r -y -f "$dump") >restore.log 2>&1 </dev/null ||
	    fail "restore: $(cat restore.log)"
	# Without root it cannot give files away; that is not the dump's fault.
	! grep -vE '^(\./)?[^:]*: warning: |Operation not permitted' \
	    restore.log | grep -q . ||
	    fail "messages of restore: $(head -c 4000 restore.log)"
	rm -f "$2/restoresymtable"
}

# What this restore loses of every dump: 0.4b48 and later set the capabilities
# of a file before its owner, which removes them again.
set_aside () {
	case $("$RESTORE" 2>&1) in
	*"restore 0.4b47 "*) ;;
	*) echo --ignore-xattr security.capability ;;
	esac
}

# same_tree A B [OPTION of treecmp...]
same_tree () {
	# shellcheck disable=SC2046
	"$PYTHON3" "$tools/treecmp" --no-atime --no-root-times \
	    --ignore lost+found $(set_aside) "$@" >treecmp.log 2>&1 ||
	    fail "treecmp $*: $(head -c 4000 treecmp.log)"
}

same_file () {
	cmp "$1" "$2" >cmp.log 2>&1 || fail "$(cat cmp.log)"
}

# wait_for SECONDS COMMAND...: until it succeeds.  On a busy machine it waits
# five times as long.
wait_for () {
	local tries=$(($1 * 100))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}
