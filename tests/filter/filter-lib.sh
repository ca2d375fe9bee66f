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

# configure_compressed FILE IMAGE OUTPUT [RING [JOB]]
configure_compressed () {
	configure_set "$1" "$2" "$3" "${4:-blocking = 4;}" "" \
	    "compress = \"zlib\"; ${5:-}"
}

# inflate FOLDER TO: the records of its volumes, decompressed, and headers as if
# they had always been plain.
inflate () {
	rm -rf "$2"
	mkdir "$2"
	"$PYTHON3" - "$1" "$2" >inflate.log 2>&1 <<-'END' ||
		import os, struct, sys, zlib
		def plain(block):
		    words = list(struct.unpack('<256I', block))
		    if words[6] != 60012 or sum(words) & 0xffffffff != 84446:
		        return block
		    assert words[222] & 0x80, 'a header without the flag'
		    words[222] &= ~0x80
		    words[7] = (words[7] + 0x80) & 0xffffffff
		    return struct.pack('<256I', *words)
		for name in os.listdir(sys.argv[1]):
		    if name.startswith('.'):
		        continue
		    data = open(os.path.join(sys.argv[1], name), 'rb').read()
		    record = struct.unpack_from('<I', data, 896)[0] * 1024
		    out, at = data[:record], record
		    while at < len(data):
		        word, = struct.unpack_from('<I', data, at)
		        part = data[at + 4:at + 4 + (word >> 4)]
		        assert len(part) == word >> 4 and word >> 1 & 7 == 0
		        assert len(part) <= record - 16 if word & 1 else True
		        out += zlib.decompress(part) if word & 1 else part
		        at += 4 + len(part)
		        assert len(out) % record == 0, 'a record of another size'
		    with open(os.path.join(sys.argv[2], name), 'wb') as f:
		        for i in range(0, len(out), 1024):
		            f.write(plain(out[i:i + 1024]))
	END
	    fail "$1: $(cat inflate.log)"
}

# need_age_filters: both filters are built, and there is age-keygen(1).
need_age_filters () {
	local filter
	for filter in filter-age filter-zstd; do
		[ -e "$top_builddir/.libs/$filter.so" ] ||
		    skip "$filter is not built"
	done
	need age-keygen
}

# make_single: an image `img', and its plain dump `single' in records of 4 KiB
make_single () {
	make_mixed_tree tree
	make_image img 8M tree -b 1024 -N 128 -t ext4 -O ^has_journal
	fresh
	configure_set single.conf img "$out_volumes" "blocking = 4;"
	engine 0 -q -c single.conf
	mv dumps/001 single
}
