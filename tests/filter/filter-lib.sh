# shellcheck shell=bash disable=SC2154
# filter-lib.sh - shared by the tests of filters, besides lib.sh
#
#     . "${top_srcdir:-.}/tests/lib.sh"
#     . "$top_srcdir/tests/volumes/volumes-lib.sh"
#     . "$top_srcdir/tests/filter/filter-lib.sh"

# For reading, filters are found in the plugin directories.
export DUMPENGINE_PLUGIN_PATH=$DUMPENGINE_PLUGIN_PATH:$TEST_PLUGINS

# shellcheck disable=SC2034	# for the scripts
zstd_small='{ plugin = "filter-zstd"; frame_size = "16 KiB"; }'

# make_mixed_tree TREE: what compresses well, little, and not at all, with
# attributes in between.
make_mixed_tree () {
	local i
	make_small_tree "$1"
	for i in 1 2 3; do
		seq 1 $((i * 6000)) >"$1/numbers$i"
		setfattr -n user.much -v "$(printf '%0900d' "$i")" \
		    "$1/numbers$i"
		head -c $((i * 40000)) /dev/urandom >"$1/random$i"
	done
	head -c 300000 /dev/zero >"$1/zeros"
}

# configure_filtered FILE IMAGE OUTPUT FILTERS [RING [JOB]]
configure_filtered () {
	configure_set "$1" "$2" "$3" "${5:-blocking = 4;}" "" \
	    "filters = ( $4 ); ${6:-}"
}

# undo FOLDER TO: each of its volumes, by zstd(1).
undo () {
	local volume
	rm -rf "$2"
	mkdir "$2"
	for volume in "$1"/*; do
		zstd -qdc "$volume" >"$2/${volume##*/}" 2>zstd.log ||
		    fail "zstd -dc $volume: $(cat zstd.log)"
	done
}

# ours ARGUMENT...: dumpengine-restore, which must succeed.
ours () {
	"${DUMPENGINE%/*}/dumpengine-restore" ${trusted[@]+"${trusted[@]}"} "$@" \
	    >"$scratch/ours.log" 2>&1 </dev/null ||
	    fail "dumpengine-restore $*: $(head -c 2000 "$scratch/ours.log")"
}
