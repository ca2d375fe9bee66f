# shellcheck shell=bash
# lib.sh - what the test scripts share
#
# Each script begins with `. "${top_srcdir:-.}/tests/lib.sh"`.  It gets an
# empty folder of its own, $scratch, which is its working folder and goes when
# it ends.  To run one by hand from the build folder:
#
#     make check TESTS=tests/stream/holes.sh

set -u
umask 022
: "${top_srcdir:?run me with make check TESTS=tests/FOLDER/NAME.sh}"
: "${top_builddir:?}" "${DUMPENGINE:?}" "${DUMPENGINE_PLUGIN_PATH:?}"
unset DUMPENGINE_CONFIG CDPATH
# What a make above us told its children is not meant for ours.
unset MAKEFLAGS MFLAGS MAKELEVEL GNUMAKEFLAGS

# Leaks of libraries; read in a sanitized build only.
export LSAN_OPTIONS="suppressions=$top_srcdir/tests/lsan.supp:print_suppressions=0"

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

# As root, dumpengine takes nothing that others could have written.  Who tests in
# a folder of another user has it say so.
program=$DUMPENGINE
trusted=()

# alone FOLDER: can nobody but root write it, or what leads to it?
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

# Undone in reverse order at the end.
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
    fail "no scratch folder"
trap clean_up EXIT
trap 'exit 99' HUP INT TERM
cd "$scratch" || exit 99
# restore keeps files there that have the same names for the same date.
mkdir "$scratch/tmp" || exit 99
export TMPDIR=$scratch/tmp
[ "$(id -u)" -ne 0 ] || trust_folders
# What past dumps were made of; not that of this machine.
export DUMPENGINE_STATE_DIR=$TMPDIR/state

is_root () { [ "$(id -u)" -eq 0 ]; }

need_root () { is_root || skip "needs root"; }

need () {
	local tool
	for tool; do
		command -v "$tool" >/dev/null 2>&1 || skip "needs $tool"
	done
}

# Of the tools that configure looked for.
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

# can_mount IMAGE FOLDER [OPTION]: mount it if this machine lets us.
can_mount () {
	is_root || return 1
	mkdir -p "$2"
	mount -o "loop,${3:-ro}" "$1" "$2" 2>mount.log || return 1
	mounted+=("$scratch/$2")
}

unmount () {
	umount "$1" || fail "cannot unmount $1"
}

# How a script for `unshare -m --propagation slave sh -c` begins.  The copies of
# what other tests have mounted would keep that in use, so they go; what our
# working folder is in is busy, and stays.
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

# A text for a configuration: with \ and " escaped.
quoted () {
	local text=${1//\\/\\\\}
	printf '"%s"' "${text//\"/\\\"}"
}

# configure_job FILE SOURCE OUTPUT [RING]: one job named "test"; SOURCE, OUTPUT
# and RING are the insides of these groups.
configure_job () {
	cat >"$1" <<-END
	jobs = ( {
	  name   = "test";
	  label  = "testing";
	  date   = $date;
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

# run COMMAND...: leaves $status, out and err.
run () {
	"$@" >out 2>err </dev/null
	status=$?
}

# engine STATUS ARGUMENT...: run it and expect that exit status.
engine () {
	engine_status=$1
	shift
	run "$DUMPENGINE" "$@"
	[ "$status" -eq "$engine_status" ] || fail \
	    "dumpengine $*: exit status $status, not $engine_status; it said:
$(cat err)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
}

# said TEXT...: each is in the messages of the last run.
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

said_nothing () { [ ! -s err ] || fail "it said: $(cat err)"; }

printed_nothing () { [ ! -s out ] || fail "it printed: $(head -c 500 out)"; }

# only NAME...: these and nothing else are in the folder of the dumps.
only () {
	local found expected
	found=$(cd dumps && find . -mindepth 1 | sort)
	expected=$(for name; do echo "./$name"; done | sort)
	[ "$found" = "$expected" ] ||
	    fail "dumps holds \"$found\", not \"$expected\""
}

# scan DUMP: no violation and nothing unusual.
scan () {
	"$PYTHON3" "$tools/dumpscan" --strict "$1" >scan.log 2>&1 ||
	    fail "dumpscan --strict $1: $(head -c 4000 scan.log)"
}

# restore_dump DUMP FOLDER: all of it, into a new folder.  What restore says
# and what is odd about it is a failure, as its exit status is 0 for most.
restore_dump () {
	local dump
	dump=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
	mkdir "$2"
	(cd "$2" && "$RESTORE" -r -y -f "$dump") >restore.log 2>&1 </dev/null ||
	    fail "restore: $(cat restore.log)"
	# Without root it cannot give files away, which is no fault of the dump.
	! grep -vE '^(\./)?[^:]*: warning: |Operation not permitted' \
	    restore.log | grep -q . ||
	    fail "restore said: $(head -c 4000 restore.log)"
	rm -f "$2/restoresymtable"
}

# What this restore loses of every dump: 0.4b48 and later set the capabilities
# of a file before its owner, which takes them away again.
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

# wait_for SECONDS COMMAND...: until it succeeds.  A busy machine has five times
# as long.
wait_for () {
	local tries=$(($1 * 100))
	shift
	while ! "$@"; do
		tries=$((tries - 1))
		[ "$tries" -gt 0 ] || return 1
		sleep 0.05
	done
}
