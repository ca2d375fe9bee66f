#!/usr/bin/env bash
# The catalogue is made again from the volumes alone, with an index or without,
# and has the same rows as those that the runs wrote, but for what volumes do not
# tell.
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

# dump LEVEL INDEX [SETTING...]
dump () {
	local level=$1 index=$2
	shift 2
	cat >job.conf <<-END
	catalog = $(quoted "$scratch/catalog");
	jobs = ( {
	  name = "home"; label = "weekly"; level = $level; index = $index;
	  dumpdates = "dumpdates"; date = $((date + level));
	  source = { plugin = "fs-ext2"; device = "a.img"; };
	  output = { plugin = "out-file"; path = "dumps/%l-%v"; $* };
	} );
	END
	engine 0 -c job.conf
}

# told FILE: the catalogue but for what only a run knows; `blocks' of the dump
# and the digest of the last volume are unknown to volumes
told () {
	catalog 0 export --json
	"$PYTHON3" -c 'import json, sys
a = json.load(sys.stdin)
bare = sys.argv[1:] == ["bare"]
for d in a["dumps"]:
    for key in ("begun", "ended", "status", "findings", "notes"):
        del d[key]
    d["volumes"][-1]["digest"] = None
    for v in d["volumes"]:
        v["written"] = v["verified"] = None
        if bare:
            v["digest"] = None
    if bare:
        for key in "name job source uuid program config".split():
            d[key] = None
json.dump(a, sys.stdout, indent=1)' "$@" <out
}

dump 0 true 'volume_size = ("128k", "1M");'
dump 1 true
told >before
[ "$(grep -c '"path":' before)" -ge 90 ] || fail "$(cat before)"
grep -q '"path": "./sub/%0A %25%FF"' before || fail "$(cat before)"
rm catalog*
catalog 0 rebuild dumps
said "dumps/0-001: added as home@2020-09-13T12:26:40 (1)" \
    "dumps/1-001: added as home@2020-09-13T12:26:41 (2)"
told >after
same_file before after

# Again, and one by one: nothing changes.
catalog 0 add dumps/1-001 dumps/0-001,dumps/0-002
catalog 0 add -M dumps/0-
told >after
same_file before after

# Without an index
rm -f catalog* dumps/* dumpdates
dump 0 false 'volume_size = ("128k", "1M");'
dump 1 false
told bare >before
rm catalog*
catalog 0 rebuild dumps
said "added as @2020-09-13T12:26:40 (1)"
told bare >after
same_file before after
rm catalog*
catalog 0 add --job home -M dumps/0-
said "added as home@2020-09-13T12:26:40 (1)"

# What a run has left, as another program had the catalogue
rm -f catalog* dumps/* dumpdates
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
cp dumps/0-001 more/b
head -c 30000 dumps/0-001 >more/c
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
