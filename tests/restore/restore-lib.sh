# shellcheck shell=bash disable=SC2154
# restore-lib.sh - runs dumpengine-restore

need_source
need_python
mkdir dumps

restore_program=$top_builddir/dumpengine-restore
[ -x "$restore_program" ] || fail "there is no $restore_program"

# restore STATUS ARGUMENT...: run it without a terminal and check its exit
# status; leaves out and err.
restore () {
	local expected=$1
	shift
	setsid "$restore_program" ${trusted[@]+"${trusted[@]}"} "$@" \
	    >"$scratch/out" 2>"$scratch/err" <"${input:-/dev/null}"
	status=$?
	[ "$status" -eq "$expected" ] || fail \
	    "dumpengine-restore $*: exit status $status, not $expected:
$(cat "$scratch/err")"
	! grep -qE 'Sanitizer|runtime error:' "$scratch/err" ||
	    fail "$(cat "$scratch/err")"
}

# restore_into FOLDER STATUS ARGUMENT...: in that directory, made if needed.
restore_into () {
	local folder=$1
	shift
	mkdir -p "$folder"
	cd "$folder" || fail "cannot enter $folder"
	restore "$@"
	cd "$scratch" || fail "cannot return"
}

# equal_trees A B [OPTION of treecmp]: everything, to the nanosecond.
equal_trees () {
	"$PYTHON3" "$tools/treecmp" --no-atime --ignore lost+found \
	    --ignore restoresymtable "$@" >treecmp.log 2>&1 ||
	    fail "treecmp $*: $(head -c 4000 treecmp.log)"
}

# is_later FOLDER: is it another second than when it was changed?
is_later () { [ "$(date +%s)" -gt "$(stat -c %Y "$1")" ]; }

# make_levels LEVEL...: a filesystem that changes between its dumps: dumps/0 and
# so on, and tree-0 and so on as it was then; noted in the file $catalog, if it
# is set.  Needs root.
make_levels () {
	local level
	make_image levels.img 16M -t ext4 -O '^inline_data' -b 1024
	cat >levels.conf <<-END
	dumpdates = $(quoted "$scratch/dumpdates");
	${catalog:+catalog = $(quoted "$catalog");}
	jobs = ( {
	  name   = "test";
	  label  = "testing";
	  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/levels.img"); };
	  output = { plugin = "out-file"; path = "dumps/%l"; overwrite = true; };
	} );
	END
	for level; do
		# Two levels of the same second could not be told apart.
		wait_for 3 is_later dumps || fail "the clock stands still"
		can_mount levels.img now rw || skip "cannot mount: $(cat mount.log)"
		"$tools/mutate" now --seed "$((level + 7))" --steps 60 \
		    >mutate.log 2>&1 || fail "$(cat mutate.log)"
		mkdir "tree-$level"
		cp -a now/. "tree-$level" || fail "cannot copy the tree"
		unmount now
		engine 0 -c levels.conf --level "$level"
	done
}
