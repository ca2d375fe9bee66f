# shellcheck shell=bash disable=SC2154
# ask-lib.sh - runs dumpengine-catalog, and makes dumps for it
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

catalog_program=$top_builddir/dumpengine-catalog
[ -x "$catalog_program" ] || fail "there is no $catalog_program"

# catalog STATUS ARGUMENT...: run it on $scratch/catalog and check its exit
# status; leaves out and err.
catalog () {
	local expected=$1
	shift
	setsid "$catalog_program" ${trusted[@]+"${trusted[@]}"} \
	    --catalog "${catalogue:-$scratch/catalog}" "$@" \
	    >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
	[ "$status" -eq "$expected" ] || fail \
	    "dumpengine-catalog $*: exit status $status, not $expected:
$(cat "$scratch/err" "$scratch/out")"
	! grep -qE 'Sanitizer|runtime error:' "$scratch/err" ||
	    fail "$(cat "$scratch/err")"
}

# printed TEXT...: is each of these in the answer?
printed () {
	local text
	for text; do
		grep -qF -- "$text" "$scratch/out" ||
		    fail "no \"$text\" in: $(cat "$scratch/out")"
	done
}

# as_expected: is the answer what is on standard input?
as_expected () {
	cat >"$scratch/expected"
	same_file "$scratch/out" "$scratch/expected"
}

# make_chain COUNT [SETTING...]: a filesystem that changes between its dumps, of
# levels 0, 1 and so on: dumps/0 and so on, and tree-0 and so on as it was then.
# Function change_N is called in it before dump N.  Needs root.
make_chain () {
	local count=$1 level
	shift
	make_image chain.img 16M -t ext4 -O '^inline_data' -b 1024
	cat >chain.conf <<-END
	catalog = $(quoted "$scratch/catalog");
	dumpdates = $(quoted "$scratch/dumpdates");
	jobs = ( {
	  name   = "home";
	  label  = "testing";
	  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/chain.img"); };
	  output = { plugin = "out-file"; path = "dumps/%l"; overwrite = true; };
	  $*
	} );
	END
	for ((level = 0; level < count; level++)); do
		wait_for 3 is_later dumps || fail "the clock stands still"
		can_mount chain.img now rw || skip "cannot mount: $(cat mount.log)"
		(cd now && "change_$level") || fail "change_$level"
		mkdir "tree-$level"
		cp -a now/. "tree-$level" || fail "cannot copy the tree"
		touch chain.changed
		# What changes in the second of the unmount is in the next dump, too.
		wait_for 3 is_later chain.changed ||
		    fail "the clock stands still"
		unmount now
		engine 0 -c chain.conf --level "$level"
	done
}
