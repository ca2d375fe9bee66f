# shellcheck shell=bash disable=SC2154
# levels-lib.sh - chains of dumps of rising levels, and their restores

need_source
need_restore
need_python
mkdir dumps

# configure_levels FILE IMAGE [SETTINGS OF THE JOB]: the dump of level N goes to
# dumps/N; its date is that of the clock, like those of the changes.
configure_levels () {
	cat >"$1" <<-END
	dumpdates = $(quoted "$scratch/dumpdates");
	jobs = ( {
	  name   = "test";
	  label  = "testing";
	  source = { plugin = "fs-ext2"; device = $(quoted "$2"); };
	  output = { plugin = "out-file"; path = "dumps/%l"; overwrite = true; };
	  ${3:-}
	} );
	END
}

# restore_level DUMP FOLDER: on top of the earlier ones.
restore_level () {
	local dump
	dump=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
	mkdir -p "$2"
	(cd "$2" && timeout 120 "$RESTORE" -r -y -f "$dump") \
	    >restore.log 2>&1 </dev/null || fail "restore $1: $(cat restore.log)"
	! grep -vE '^(\./)?[^:]*: warning: |Operation not permitted' \
	    restore.log | grep -q . ||
	    fail "messages of restore $1: $(head -c 4000 restore.log)"
}

# compare_level IMAGE FOLDER [OPTION of treecmp...]: is it the same?
compare_level () {
	local image=$1 folder=$2
	shift 2
	can_mount "$image" now ro || fail "$(cat mount.log)"
	same_tree now "$folder" --ignore restoresymtable "$@"
	unmount now
}

# dump_level N IMAGE FOLDER [OPTION of treecmp...]: dump it, restore, compare.
dump_level () {
	local level=$1 image=$2 folder=$3
	shift 3
	engine 0 -c levels.conf --level "$level"
	said "date of this level $level dump: "
	scan "dumps/$level"
	restore_level "dumps/$level" "$folder"
	compare_level "$image" "$folder" "$@"
}

# change IMAGE COMMAND...: run it on the mounted image.
change () {
	local image=$1
	shift
	can_mount "$image" now rw || fail "$(cat mount.log)"
	"$@" >change.log 2>&1 || fail "$*: $(cat change.log)"
	unmount now
}

# scan_part DUMP: like scan, but names may refer to files that are left out.
scan_part () {
	"$PYTHON3" "$tools/dumpscan" --strict "$1" >scan.log 2>&1
	! grep -E '^(violation|note):' scan.log | grep -v ': links: ' ||
	    fail "dumpscan --strict $1: $(head -c 4000 scan.log)"
	grep -q '^maps ' scan.log || fail "$(cat scan.log)"
}
