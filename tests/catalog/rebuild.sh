#!/usr/bin/env bash
# The catalogue is made again from the volumes alone, with an index or without,
# and has the same rows as those that the runs wrote, but for what volumes do not
# tell: dumpengine-catalog(8) lists it.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/ask-lib.sh
. "$top_srcdir/tests/catalog/ask-lib.sh"

mkdir -p tree/sub/empty
for i in $(seq 40); do
	head -c $((i * 500)) /dev/urandom >"tree/sub/$i"
done
ln tree/sub/1 tree/link
ln -s sub tree/symlink
odd=$(printf 'tree/sub/\n %%\xff')
echo odd >"$odd"
make_image a.img 4M tree -t ext4
# In each dump, this is missing.
debugfs a.img "link sub again"

# No UTF-8, and such as escapes are made of.
strange=$(printf '%%5C \\ \xff')
mkdir "$strange"
sets=$strange/dumps
mkdir "$sets"

# dump LEVEL INDEX [SETTING...]: `settings' are of the job, the others of its
# output.
settings=
dump () {
	local level=$1 index=$2
	shift 2
	cat >"$strange/job.conf" <<-END
	catalog = $(quoted "$scratch/catalog");
	jobs = ( {
	  name = "home"; label = $(quoted "$strange"); level = $level;
	  dumpdates = "dumpdates"; index = $index; $settings
	  exclude = ( $(quoted "$strange") );
	  source = { plugin = "fs-ext2"; device = "a.img"; };
	  output = { plugin = "out-file";
	    path = $(quoted "${sets//%/%%}/%l-%v"); $* };
	} );
	END
	engine 2 -c "$strange/job.conf"
	said "1 item is missing"
}

# told KIND: the catalogue but for what sets of this kind do not tell, which is
# all that is known of them but nothing.
told () {
	catalog 0 export --json
	"$PYTHON3" - "$1" out <<-'END'
	import json, sys
	unknown = {
	    "index": (["ended"], ["verified"]),
	    "date": (["begun", "ended"], ["written", "verified"]),
	    "none": ("name job source uuid exclude program config begun ended "
	        "status findings notes state".split(), ["written", "verified"]),
	}
	of_dump, of_volume = unknown[sys.argv[1]]
	a = json.load(open(sys.argv[2]))
	for d in a["dumps"]:
	    for key in of_dump:
	        del d[key]
	    for v in d["volumes"]:
	        for key in of_volume:
	            del v[key]
	    if sys.argv[1] != "none":
	        del d["volumes"][-1]["digest"]
	json.dump(a, sys.stdout, indent=1)
	END
}

# forget: no catalogue, no dumps
forget () { rm -rf catalog* "$sets"/* dumpdates; }

volumes='volume_size = ("128k", "1M");'
dump 0 true "$volumes"
wait_for 3 is_later "$sets/0-001" || fail "the clock stands still"
dump 1 true
told index >before
[ "$(grep -c '"path":' before)" -ge 90 ] || fail "$(cat before)"
grep -q '"path": "./sub/%0A %25%FF"' before || fail "$(cat before)"
grep -q '"label": "%255C \\\\ %FF"' before || fail "$(cat before)"
grep -q '"config": ".*/%255C \\\\ %FF/job.conf"' before || fail "$(cat before)"
[ "$(grep -c '"state": "incomplete"' before)" -eq 2 ] || fail "$(cat before)"
rm catalog*
catalog 0 rebuild "$sets"
told index >after
same_file before after
# Of a set, it is when its index was made.
! grep -q '"ended":null' out || fail "$(cat out)"

# Again, and one by one: nothing changes, also not what a run has said.
catalog 0 add "$sets/1-001" "$sets/0-001,$sets/0-002"
catalog 0 add -M "$sets/0-"
told index >after
same_file before after

# Dumps that can be repeated byte for byte tell no times.
forget
settings="date = $date;" dump 0 true "$volumes"
settings="date = $((date + 1));" dump 1 true
told date >before
rm catalog*
catalog 0 rebuild "$sets"
said "/0-001: added as home@2020-09-13T12:26:40 (1)" \
    "/1-001: added as home@2020-09-13T12:26:41 (2)"
told date >after
same_file before after

# Without an index
forget
settings="date = $date;" dump 0 false "$volumes"
settings="date = $((date + 1));" dump 1 false
told none >before
grep -q '"digest": "' before || fail "$(cat before)"
! grep -q '"digest": null' before || fail "$(cat before)"
rm catalog*
catalog 0 rebuild "$sets"
said "added as @2020-09-13T12:26:40 (1)"
told none >after
same_file before after
rm catalog*
catalog 0 add --job home -M "$sets/0-"
said "added as home@2020-09-13T12:26:40 (1)"

# What a run has left, as another program had the catalogue
forget
mkdir catalog
dump 0 true
said "the catalogue does not know the dump yet"
rmdir catalog
part=$(echo "$DUMPENGINE_STATE_DIR"/catalog/*.part)
catalog 0 add "$part"
[ -z "$(ls "$DUMPENGINE_STATE_DIR/catalog")" ] ||
    fail "$(ls "$DUMPENGINE_STATE_DIR/catalog") is left"
catalog 0 find 40

# What is no set, or damaged, is told, and the rest added.
mkdir more
cp "$sets/0-001" more/b
head -c 30000 "$sets/0-001" >more/c
head -c 70000 /dev/urandom >more/a
rm catalog*
catalog 2 add more/a more/b none
said "more/a: not added" "more/b: added as" "none: not added"
rm catalog*
catalog 2 rebuild more/c
said "more/c: damaged; the catalogue lacks some of it"
catalog 0 list
printed incomplete
catalog 2 rebuild more/c.part none/
rm more/c
catalog 0 rebuild more
