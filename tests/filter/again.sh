#!/usr/bin/env bash
# What an aborted dump has left, the next one may overwrite, and what was complete
# is protected, by its mark; or, where a passphrase leaves no place for one, as the
# history knows how the volume begins.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/filter/filter-lib.sh
. "$top_srcdir/tests/filter/filter-lib.sh"
# shellcheck source=tests/catalog/catalog-lib.sh
. "$top_srcdir/tests/catalog/catalog-lib.sh"
need_source
need_python
for plugin in filter-age filter-zstd out-rmt; do
	[ -e "$top_builddir/.libs/$plugin.so" ] || skip "$plugin is not built"
done
need age-keygen setfattr

make_mixed_tree tree
make_image img 8M tree -b 1024 -N 128 -t ext4 -O ^has_journal
age-keygen -o key 2>/dev/null
sealed="$zstd_small, { plugin = \"filter-age\";
    recipients = \"$(age-keygen -y key)\"; }"
echo 'open sesame' >passphrase
secret="$zstd_small, { plugin = \"filter-age\"; work_factor = 10;
    passphrase_file = $(quoted "$scratch/passphrase"); }"
day=0
mkdir dumps

# dump STATUS OUTPUT [OPTION...]: another day
dump () {
	local expected=$1
	day=$((day + 1))
	date=$((1790000000 + day * 86400))
	configure_filtered set.conf img "$2" "$filters" "" "${job:-}"
	with_catalog set.conf "dumpdates = \"dumpdates\";"
	shift 2
	engine "$expected" -c set.conf "$@"
}

# started_anew: nothing is known, and nothing there
started_anew () {
	rm -rf dumps/* tape count dumpdates catalog.sqlite* "$DUMPENGINE_STATE_DIR"
}

# readable KEY: of the last dump, all of it is there
readable () {
	ours --verify -M -f dumps/set --key "$1"
}

# Files: the first two of three are there when the dump is aborted.
cat >handler <<'END'
#!/bin/sh
[ "$DUMPENGINE_VOLUME" != 2 ] || exit 2
END
chmod +x handler
small='volume_size = "150 KiB";'
for filters in "$sealed" "$secret"; do
	started_anew
	ending='eot = { plugin = "eot-script"; command = "./handler"; };'
	job=$ending dump 3 "$to_files $small"
	only set001 set002
	dump 0 "$to_files $small"
	[ "$(count_of dumps)" -gt 2 ] || fail "$(ls dumps)"
	key=$([ "$filters" = "$sealed" ] && echo key || echo passphrase)
	readable "$key"

	# Now it is complete, and something builds on it.
	cp dumps/set001 before
	dump 1 "$to_files"
	said "is volume 1 of the level 0 dump of" "which is complete as far as"
	dump 1 "$to_files overwrite = true;" --level 1
	said "is volume 1 of the level 0 dump of" "on which other dumps depend"
	same_file dumps/set001 before
	dump 0 "$to_files overwrite = true;"
	cmp -s dumps/set001 before && fail "it was not replaced"

	# Without what this machine knows, a passphrase makes it anything.
	rm -r "$DUMPENGINE_STATE_DIR"
	dump 1 "$to_files"
	said "dumps/set001 already exists"
done

# A tape; it asks the catalogue as well.
drive=/dev/nst$$
to_tape () {
	echo "plugin = \"out-rmt\"; target = \"host:$drive\";
	    protect = \"catalog\"; rsh = [ $(quoted "$PYTHON3"), \"-I\", \"-S\",
	      $(quoted "$tools/rmt-server"), \"--look\",
	      ${1:-} \"--tape\", $(quoted "$scratch/tape") ];"
}
for filters in "$sealed" "$secret"; do
	started_anew
	dump 4 "$(to_tape "\"--fault\", \"e5@40\", \"--times\", \"9\",
	    \"--count\", $(quoted "$scratch/count"),")" -q
	[ "$(stat -c %s tape)" -gt 100000 ] || fail "nothing was written"
	dump 0 "$(to_tape)"
	knows "SELECT state FROM dump ORDER BY id" aborted complete
	dump 1 "$(to_tape)" -q
	said "is volume 1 of the level 0 dump" "which the catalogue keeps as dump 2"
	rm -r "$DUMPENGINE_STATE_DIR"
	dump 1 "$(to_tape)" -q
	if [ "$filters" = "$sealed" ]; then
		said "which the catalogue keeps as dump 2"
	else
		said "file 0 of the tape is not a dump but data encrypted by age"
	fi
done
exit 0
