# shellcheck shell=bash disable=SC2154
# volumes-lib.sh - shared by the tests of several volumes, besides lib.sh
#
#     . "${top_srcdir:-.}/tests/lib.sh"
#     . "$top_srcdir/tests/volumes/volumes-lib.sh"

# shellcheck disable=SC2034	# for the scripts
out_volumes="plugin = $(quoted "$TEST_PLUGINS/out-volumes.so"); folder = \"dumps\";"
# shellcheck disable=SC2034
to_files='plugin = "out-file"; path = "dumps/set%v";'

# Some containers lack it.
need_pty () {
	"$PYTHON3" -c 'import pty; pty.openpty()' 2>/dev/null ||
	    skip "needs pseudo-terminals (/dev/pts)"
}

# One block size and few inodes give a small dump of known size, with everything
# that a volume may end in: files of several headers, holes, links, attributes,
# directories.  Including the maps, it has about 220 blocks.
make_small_tree () {
	mkdir "$1" "$1/dir" "$1/dir/sub" "$1/names"
	head -c 5000 /dev/urandom >"$1/dir/file"
	head -c 70000 /dev/urandom >"$1/larger"
	ln "$1/dir/file" "$1/dir/sub/link"
	ln -s ../larger "$1/dir/symlink"
	ln -s "$(printf 'x/%.0s' {1..300})" "$1/long"
	: >"$1/empty"
	truncate -s 700000 "$1/sparse"
	dd if=/dev/urandom of="$1/sparse" bs=1024 seek=3 count=5 conv=notrunc
	dd if=/dev/urandom of="$1/sparse" bs=1024 seek=600 count=20 conv=notrunc
	touch "$1/names"/{1..60}-a-name-that-makes-the-directory-larger
	setfattr -n user.color -v red "$1/dir/file"
	setfattr -n user.much -v "$(printf '%0700d' 7)" "$1/larger"
	setfattr -n user.dir -v yes "$1/dir"
	head -c 30000 /dev/urandom >"$1/zz"
} 2>/dev/null

# make_small_image IMAGE TREE
make_small_image () {
	make_small_tree "$2"
	make_image "$1" 4M "$2" -b 1024 -N 128 -t ext4 -O ^has_journal
}

# make_data_image IMAGE SIZE_IN_MIB TREE: a few large files.
make_data_image () {
	local i
	mkdir "$3"
	for i in 1 2 3 4; do
		head -c $(($2 * 262144)) /dev/urandom >"$3/$i"
	done
	make_image "$1" $(($2 + 4 + $2 / 4))M "$3" -b 4096 -N 64 -t ext4 \
	    -O ^has_journal
}

# configure_set FILE IMAGE OUTPUT [RING [EOT [JOB]]]: a job named "test";
# OUTPUT, RING and EOT are the contents of groups, JOB those of the job itself.
configure_set () {
	cat >"$1" <<-END
	jobs = ( {
	  name   = "test";
	  label  = "testing";
	  date   = $date;${without_index:+ index = false;}
	  ${6:-}
	  source = { plugin = "fs-ext2"; device = $(quoted "$2"); };
	  output = { $3 };
	  ring   = { ${4:-} };
	  ${5:+eot = { $5 \};}
	} );
	END
}

volstrip () { "$PYTHON3" "$tools/volstrip" "$@"; }

# scan_set VOLUME...: like scan, for a dump on several volumes.
scan_set () {
	"$PYTHON3" "$tools/dumpscan" --strict "$@" >scan.log 2>&1 ||
	    fail "dumpscan --strict $*: $(head -c 4000 scan.log)"
}

# same_stream SINGLE VOLUME...: the set has the contents of the single volume.
same_stream () {
	volstrip same "$@" >volstrip.log 2>&1 ||
	    fail "volstrip $*: $(cat volstrip.log)"
}

# same_set FOLDER FOLDER: the same volumes with the same bytes, nothing else.
same_set () {
	diff -rq -x '.count-*' "$1" "$2" >diff.log 2>&1 ||
	    fail "$1 and $2: $(cat diff.log)"
}

# count_of FOLDER: the number of its volumes.
count_of () { find "$1" -type f ! -name '.count-*' | wc -l; }

no_partial () {
	local found
	found=$(find dumps -name '*.partial*' -o -name '.dumpengine-*')
	[ -z "$found" ] || fail "left behind: $found"
}

# fresh: an empty directory for the dumps.
fresh () {
	rm -rf dumps
	mkdir dumps
}

# descendants PID: of a process, one per line, without itself.
descendants () {
	local file child
	local -a children
	for file in "/proc/$1/task"/*/children; do
		# It has no newline at the end, which read takes for a failure.
		children=()
		read -ra children <"$file"
		for child in "${children[@]}"; do
			echo "$child"
			descendants "$child"
		done
	done
} 2>/dev/null

# wait_until_written PID WHOLE: until part of it is in dumps, at random between
# nothing and everything in the directory WHOLE, or the run is over.
wait_until_written () {
	local part
	part=$(($(du -sb "$2" | cut -f 1) / 1024 * (RANDOM % 1024)))
	while kill -0 "$1" 2>/dev/null; do
		[ "$(du -sb dumps 2>/dev/null | cut -f 1)" -lt "$part" ] || break
	done
}

# newest PID: the descendant without descendants: the writer.
newest () { descendants "$1" | tail -n 1; }

gone () { ! kill -0 "$1" 2>/dev/null; }

# all_gone PID...
all_gone () {
	local pid
	for pid; do
		gone "$pid" || return 1
	done
}
