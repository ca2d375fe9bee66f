# shellcheck shell=bash disable=SC2154
# mount-lib.sh - mounts sets

need_root
need fusermount3
[ -c /dev/fuse ] && : 2>/dev/null </dev/fuse || skip "needs /dev/fuse"
mount_program=$top_builddir/dumpengine-mount
[ -x "$mount_program" ] || skip "dumpengine-mount is not built"

export XDG_CACHE_HOME=$scratch/cache

is_mounted () { grep -q " $scratch/$1 fuse" /proc/self/mounts; }
is_not_mounted () { ! is_mounted "$1"; }

# mount_set STATUS FOLDER ARGUMENT... SET...: in the background; leaves out and
# err.
mount_set () {
	local expected=$1 folder=$2
	shift 2
	mkdir -p "$folder"
	run setsid "$mount_program" ${trusted[@]+"${trusted[@]}"} "$@" "$folder"
	[ "$status" -eq "$expected" ] || fail \
	    "dumpengine-mount $*: exit status $status, not $expected:
$(cat err)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
	[ "$expected" -ne 0 ] || mounted+=("$scratch/$folder")
}

# hold_set FOLDER SET...: in the foreground, as $holder, with its messages in
# held.
hold_set () {
	local folder=$1
	shift
	mkdir -p "$folder"
	setsid "$mount_program" ${trusted[@]+"${trusted[@]}"} -f "$@" \
	    "$folder" >/dev/null 2>held </dev/null &
	holder=$!
	mounted+=("$scratch/$folder")
	wait_for 10 is_mounted "$folder" || fail "it is not mounted: $(cat held)"
}

# end_set STATUS FOLDER: unmount it; nobody is left.
end_set () {
	local folder=$2
	fusermount3 -u "$folder" || fail "cannot unmount $folder"
	wait "$holder"
	status=$?
	! grep -qE 'Sanitizer|runtime error:' held || fail "$(cat held)"
	[ "$status" -eq "$1" ] ||
	    fail "it ends with $status, not $1: $(cat held)"
	is_not_mounted "$folder" || fail "$folder is still mounted"
}

# equal_trees A B [OPTION of treecmp]: everything, to the nanosecond.
equal_trees () {
	"$PYTHON3" "$tools/treecmp" --no-atime --ignore lost+found \
	    "$@" >treecmp.log 2>&1 ||
	    fail "treecmp $*: $(head -c 4000 treecmp.log)"
}
