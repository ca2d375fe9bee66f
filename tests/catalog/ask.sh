#!/usr/bin/env bash
# The catalogue is asked: dumps and gaps in their chains, all versions of a file,
# what is on which medium, whether the dumps are recent; and dumps are forgotten.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/ask-lib.sh
. "$top_srcdir/tests/catalog/ask-lib.sh"
need_debugfs

# levels COUNT: dumps of levels 0, 1 and so on, a second apart
levels () {
	local level
	for ((level = 0; level < $1; level++)); do
		echo "$level" >file
		debugfs a.img 'rm sub/file' 'write file sub/file'
		cat >job.conf <<-END
		catalog = $(quoted "$scratch/catalog");
		jobs = ( {
		  name = "home"; label = "weekly"; level = $level;
		  dumpdates = "dumpdates"; date = $((date + level));
		  max_age = "${max_age:-100 years}";
		  source = { plugin = "fs-ext2"; device = "a.img"; };
		  output = { plugin = "out-file"; path = "dumps/%l-%v";
		    volume_size = ("64k", "1M"); overwrite = true; };
		} );
		END
		engine 0 -c job.conf
		catalog 0 add "dumps/$level-001,dumps/$level-002"
	done
}
uuid=11111111-2222-3333-4444-555555555555
mkdir -p tree/sub
echo >tree/sub/file
head -c 100000 /dev/urandom >tree/large
make_image a.img 4M tree -t ext4 -U "$uuid"
levels 3

# Titles for people, tabs for scripts, objects for programs
catalog 0 list
[ "$(head -n 1 out | tr -s ' ')" = \
    " ID DUMP LEVEL BASE STATE VOLUMES BYTES GAP" ] || fail "$(cat out)"
catalog 0 -H list home
[ "$(cut -f 1-6,8 out | tr '\t' ' ')" = \
"1 home@2020-09-13T12:26:40 0 - complete 2 -
2 home@2020-09-13T12:26:41 1 1 complete 2 -
3 home@2020-09-13T12:26:42 2 2 complete 2 -" ] || fail "$(cat out)"
catalog 0 list --json
"$PYTHON3" -c 'import json, sys
a = json.load(sys.stdin)
assert [d["base_id"] for d in a] == [None, 1, 2], a
assert a[0]["uuid"] == sys.argv[1] and a[0]["gap"] is None, a' "$uuid" <out ||
    fail "$(cat out)"
catalog 0 list --at 2020-09-13T12:26
[ "$(wc -l <out)" = 4 ] || fail "$(cat out)"
catalog 0 list --at "@$date"
[ "$(wc -l <out)" = 2 ] || fail "$(cat out)"

# A dump by its id and by its date
for name in 2 home@2020-09-13T12:26:41 home@@$((date + 1)); do
	catalog 0 show "$name"
	printed "name: home@2020-09-13T12:26:41" "uuid: $uuid" \
	    "chain: 1 2" "$scratch/dumps/1-001"
done
catalog 0 show 1 3 --json
"$PYTHON3" -c 'import json, sys
a = json.load(sys.stdin)
assert [len(d["volumes"]) for d in a] == [2, 2], a
assert a[1]["chain"] == [1, 2, 3], a' <out || fail "$(cat out)"
catalog 2 show home@2020-09-13
said "several dumps are of that date" "1, 2, 3"
catalog 2 show 9 home other@2020-09-13 home@tuesday
said "9: there is no such dump" "home: this names no dump" \
    "other@2020-09-13: there is no such dump" "tuesday is no date"

# Versions of a file, in all dumps and in the tree of a date
catalog 0 -H find file
[ "$(cut -f 1,3,6 out | tr '\t' ' ')" = "1 2 ./sub/file
2 2 ./sub/file
3 2 ./sub/file" ] || fail "$(cat out)"
catalog 0 -H find 's*/file' --at "@$((date + 1))"
[ "$(cut -f 1,6 out)" = "2	./sub/file" ] || fail "$(cat out)"
catalog 0 find '**/file' --json
[ "$(grep -c '"path":"./sub/file"' out)" = 3 ] || fail "$(cat out)"
catalog 2 find nothing
said "nothing: no such name"
catalog 2 find file --job other

# What is on which medium, and what needs it
catalog 0 -H volumes
[ "$(cut -f 4,7,10,11 out | sed "s,$scratch/,," | tr '\t' ' ')" = \
"1 1 1,2,3 dumps/0-001
1 2 1,2,3 dumps/0-002
2 1 2,3 dumps/1-001
2 2 2,3 dumps/1-002
3 1 3 dumps/2-001
3 2 3 dumps/2-002" ] || fail "$(cat out)"
catalog 0 volumes --json
"$PYTHON3" -c 'import json, sys
assert json.load(sys.stdin)[0]["needed_by"] == [1, 2, 3]' <out ||
    fail "$(cat out)"

# Are they there, and what they were?
catalog 0 check --read
[ "$(grep -c '^good' out)" = 6 ] || fail "$(cat out)"
catalog 0 -H show 1
[ "$(grep -c 'dumps/0' out)" = 2 ] || fail "$(cat out)"
printf x | dd of=dumps/1-001 bs=1 seek=40000 conv=notrunc 2>dd.log
catalog 0 check
mv dumps/2-002 aside
catalog 2 check --read
[ "$(grep -v '^good' out | awk 'NR > 1 { print $1, $2, $5 }')" = \
"different 2 1
missing 3 2" ] || fail "$(cat out)"
mv aside dumps/2-002
catalog 0 check 3

# Are they recent?
catalog 0 status -c job.conf
printed "home              good    2020-09-13T12:26:42"
sed -i 's/100 years/36 hours/' job.conf
catalog 2 status -c job.conf
printed "home              old     2020-09-13T12:26:42" "129600"
sed -i 's/"home"/"other"/' job.conf
catalog 2 -H status -c job.conf
[ "$(cut -f 1,2 out | tr '\t' ' ')" = "other never
home good" ] || fail "$(cat out)"
sed -i 's/36 hours/a while/' job.conf
catalog 1 status -c job.conf
said 'job.conf:5: max_age: "a while": expected a number of minutes, hours'

# The configuration names the catalogue.
sed -i '/max_age/d' job.conf
run "$catalog_program" ${trusted[@]+"${trusted[@]}"} -c job.conf list
[ "$status" = 0 ] || fail "$(cat err)"

# What others build on is not forgotten by mistake.
catalog 1 forget 2
said "home@2020-09-13T12:26:42 (3) builds on what is to be forgotten" "--force"
catalog 0 forget 2 --force
catalog 2 -H list
[ "$(cut -f 1,4,8 out | tr '\t' ' ')" = "1 - -
3 - no base of 2020-09-13T12:26:41" ] || fail "$(cat out)"
catalog 2 status -c job.conf --job nothing
catalog 0 -H status
[ "$(cut -f 7 out)" = 1 ] || fail "$(cat out)"
catalog 2 find file --at 2020-09-14
said "a dump that it builds on is not in the catalogue"
catalog 0 forget 3 1
catalog 0 -H list
printed_nothing

# What cannot be
for words in "" "lits" "list --json -H" "show" "volumes x" "list --force" \
    "forget 1 --at today" "find x --at someday" "export --job x" "add '' -s 0" \
    "list --job a b" "list -q -d"; do
	# shellcheck disable=SC2086
	catalog 1 $words
	said "dumpengine-catalog: error: "
done
catalog 1 lits
said "did you mean list?"
catalogue=$scratch/none catalog 1 list
said "$scratch/none"
[ ! -e none ] || fail "a catalogue was made"
