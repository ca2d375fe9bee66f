# shellcheck shell=bash disable=SC2154
# copy-lib.sh - shared by the tests of dumpengine-copy, besides lib.sh,
# volumes-lib.sh and restore-lib.sh

copy_program=$top_builddir/dumpengine-copy
[ -x "$copy_program" ] || fail "there is no $copy_program"

# copy STATUS ARGUMENT...: to "test" without a terminal, and check its exit
# status; leaves out and err.
copy () {
	local expected=$1
	shift
	setsid "$copy_program" ${trusted[@]+"${trusted[@]}"} -c copies.conf --to test "$@" \
	    >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
	[ "$status" -eq "$expected" ] || fail \
	    "dumpengine-copy $*: exit status $status, not $expected:
$(cat "$scratch/err")"
	! grep -qE 'Sanitizer|runtime error:' "$scratch/err" ||
	    fail "$(cat "$scratch/err")"
}

# configure_copy OUTPUT [RING [EOT]]: a copy named "test"; $top is put at the top
# of the file, and $more into the copy.
top=
more=
configure_copy () {
	cat >copies.conf <<-END
	$top
	copies = ( {
	  name   = "test"; $more
	  output = { $1 };
	  ring   = { ${2:-} };
	  ${3:+eot = { $3 \};}
	} );
	END
}

# same_folder A B: the same files.
same_folder () {
	diff -r "$1" "$2" >diff.log 2>&1 || fail "$1 and $2: $(cat diff.log)"
}
