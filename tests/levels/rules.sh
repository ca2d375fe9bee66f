#!/usr/bin/env bash
# A dump is a base only for those that would select no more than it did, whether
# of another job or of the same one before its exclude was changed; jobs that
# share a dumpdates file do not disturb each other.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"
need_debugfs

mkdir -p tree/cache
echo a >tree/a
echo b >tree/cache/b
make_image a.img 8M tree -t ext4
# job NAME [SETTINGS]
job () {
	cat <<-END
	{ name = "$1"; ${2:-}
	  source = { plugin = "fs-ext2"; device = "a.img"; };
	  output = { plugin = "out-file"; path = "dumps/$1-%l"; overwrite = true; };
	}
	END
}
{
	echo "dumpdates = \"dumpdates\"; jobs = ("
	job full
	echo ,
	job narrow 'exclude = [ "/cache" ];'
	echo ,
	job narrower 'exclude = [ "*.o", "/cache" ];'
	echo ,
	job flags 'honor_nodump = 0;'
	echo ,
	job marked 'honor_nodump = 9;'
	echo ");"
} >levels.conf

# dump LEVEL JOB EXPECTED [TEXT...]
dump () {
	local level=$1 job=$2 expected=$3
	shift 3
	sleep 1.1
	engine 0 -c levels.conf --level "$level" "$job"
	said "date of this level $expected dump" "$@"
}

# builds LEVEL JOB ON: the date in the file ON is that of the base.
date_in () { od -An -tu4 -j4 -N4 "$1" | tr -d ' '; }
base_in () { od -An -tu4 -j8 -N4 "$1" | tr -d ' '; }
builds_on () {
	[ "$(base_in "$1")" = "$(date_in "$2")" ] ||
	    fail "$1 builds on $(base_in "$1"), not on $(date_in "$2")"
}

# With only a narrow one, a full level 1 becomes a level 0.
dump 0 narrow 0
dump 1 full 0 "left out files that this one takes (exclude, subtree or nodump; job narrow)" \
    "warning"
# In reverse it is a base, also for one that leaves out even more.
dump 1 narrow 1
not_said "warning"
builds_on dumps/narrow-1 dumps/full-0
dump 2 narrower 2
builds_on dumps/narrower-2 dumps/narrow-1
dump 2 full 2 "cannot be the base: it left out files that this one takes"
not_said "warning"
builds_on dumps/full-2 dumps/full-0

# The narrow one replaces its line, but the full one is still there.
dump 0 narrow 0
dump 1 full 1
not_said "warning"
builds_on dumps/full-1 dumps/full-0
mkdir back
restore_level dumps/full-0 back
restore_level dumps/full-1 back
[ "$(cat back/cache/b)" = b ] || fail "cache/b did not come back"
# Until its line is removed.
sed -i '/ 0 /d' dumpdates
dump 1 full 0 "assuming a level 0 dump"

# The nodump flag: a base that honoured it lacks the files so marked.
dump 0 flags 0
dump 1 marked 1
builds_on dumps/marked-1 dumps/full-0
dump 1 full 1
builds_on dumps/full-1 dumps/flags-0

# The same job, after its exclude was removed.
rm -f dumpdates dumps/*
dump 0 narrow 0
sed -i 's|exclude = \[ "/cache" \];||' levels.conf
dump 1 narrow 0 "left out files that this one takes"
dump 1 narrow 1
not_said "warning"
