# shellcheck shell=bash disable=SC2154
# faults-lib.sh - runs with a source or an output that fails on demand
#
# In every case, messages say what failed and where, the exit status says how
# the run ended, and nothing is left behind.

need_python
mkdir dumps
source_plugin="plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");"
output_plugin="plugin = $(quoted "$TEST_PLUGINS/out-fault.so");"
slaves="slaves = 3; blocking = 2;"

# scan_but NOTE DUMP: like scan, except for one known and unavoidable note.
scan_but () {
	"$PYTHON3" "$tools/dumpscan" --strict "$2" >scan.log 2>&1
	! grep -E '^(violation|note):' scan.log | grep -vE "$1" ||
	    fail "dumpscan --strict $2: $(head -c 4000 scan.log)"
	grep -q '^maps ' scan.log || fail "$(cat scan.log)"
}

# source_fault STATUS FAULT [OPTIONS] -- TEXT...: dump to a file.
source_fault () {
	local expected=$1 fault=$2 options=
	shift 2
	[ "$1" = -- ] || { options=$1; shift; }
	shift
	configure_job a.conf "$source_plugin fault = \"$fault\"; $options" \
	    'plugin = "out-file"; path = "dumps/a";' "$slaves"
	engine "$expected" -c a.conf
	said "$@"
	printed_nothing
	case $expected in
	0 | 2)
		only a
		case $fault in
		# The maps are written before the fault is known.
		link | vanish | becomes-directory)
			scan_but 'map-missing|entry-missing' dumps/a ;;
		# So is the end, which says that attributes follow.
		xattr-shrinks | xattr-late | xattr-vanish)
			scan_but ': end-more: ' dumps/a ;;
		directory | shrinks | grows) scan_but ': nameless: |: [0-9]* more$' dumps/a ;;
		*) scan dumps/a ;;
		esac
		rm dumps/a ;;
	3 | 4)
		said "THE ENTIRE DUMP IS ABORTED"
		not_said "DUMP IS DONE"
		only ;;
	*)
		said "THE ENTIRE DUMP IS ABORTED: it could not be started"
		only ;;
	esac
}

# output_fault STATUS OPTIONS -- TEXT...
output_fault () {
	local expected=$1 options=$2
	shift 3
	configure_job a.conf "$source_plugin" \
	    "$output_plugin path = \"dumps/b\"; $options" "$slaves"
	engine "$expected" -c a.conf
	said "$@"
	only
}
