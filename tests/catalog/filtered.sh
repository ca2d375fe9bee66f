#!/usr/bin/env bash
# The catalogue and volumes that have passed filters: it knows what is on the
# medium, checks that without a key and the dump with one, finds them by --at, is
# made again from them, and expire removes those that still are what it has.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/ask-lib.sh
. "$top_srcdir/tests/catalog/ask-lib.sh"
# shellcheck source=tests/catalog/catalog-lib.sh
. "$top_srcdir/tests/catalog/catalog-lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/filter/filter-lib.sh
. "$top_srcdir/tests/filter/filter-lib.sh"
need_age_filters

mkdir tree
seq 1 30000 >tree/numbers
head -c 300000 /dev/urandom >tree/random
echo text >tree/file
make_image a.img 4M tree -t ext4 -O ^has_journal
catalog=$scratch/catalog
first=1790000000
age-keygen -o key 2>/dev/null
age-keygen -o other 2>/dev/null
sealed="{ plugin = \"filter-age\"; recipients = \"$(age-keygen -y key)\"; }"
echo 'open sesame' >passphrase
secret="{ plugin = \"filter-age\"; work_factor = 10;
    passphrase_file = $(quoted "$scratch/passphrase"); }"

# night NUMBER FILTERS [VOLUME_SIZE]: a dump, a day after the last one
configure () {
	cat >job.conf <<-END
	catalog = $(quoted "$catalog");
	dumpdates = $(quoted "$scratch/dumpdates");
	jobs = ( {
	  name   = "home"; level = 0; date = $((first + $1 * 86400));
	  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/a.img"); };
	  output = { plugin = "out-file"; path = $(quoted "$scratch/dumps/$1-%v");
	    ${3:+volume_size = \"$3\";} };
	  filters = ( $2 );
	  ring   = { blocking = 4; };
	  keep   = { last = 1; };
	} );
	END
}
night () {
	configure "$@"
	engine 0 -c job.conf
}

# results STATE...: what check says of the volumes, in their order
results () {
	[ "$(cut -f 1 out | tr '\n' ' ')" = "$* " ] ||
	    fail "$(cut -f 1 out | tr '\n' ' '), not $*: $(cat out err)"
}

# flip FILE AT: change a byte
flip () {
	printf '\377' | dd of="$1" bs=1 seek="$2" conv=notrunc 2>dd.log
}

night 0 "$zstd_small, $sealed" "150 KiB"
sizes=$(for volume in dumps/*; do stat -c %s "$volume"; done)
[ "$(echo "$sizes" | wc -l)" -eq 3 ] || fail "volumes of $sizes bytes"
# shellcheck disable=SC2086
knows "SELECT medium_bytes FROM volumes ORDER BY number" $sizes
knows "SELECT DISTINCT filters FROM volumes WHERE bytes > medium_bytes" \
    "filter-zstd,filter-age"
knows "SELECT count(DISTINCT medium_digest), count(DISTINCT head) FROM volume" \
    "3|3"
catalog 0 -H show 1
[ "$(awk 'NF > 9 { print $8 }' FS='\t' out | sort -u)" = \
    "filter-zstd,filter-age" ] || fail "$(cat out)"
catalog 0 -H volumes
[ "$(cut -f 9 out)" = "$sizes" ] || fail "$(cat out)"
catalog 0 which --job home file
printed "dumpengine-restore -x" \
    "# It reads the volumes once filter-zstd,filter-age is undone."

# What is on the medium is checked by its own digest; the dump, with a key.
catalog 0 -H check
results there there there
catalog 0 -H check --read
results good good good
knows "SELECT count(*) FROM volume WHERE verified IS NULL" 0
catalog 0 -H check --read --key key
results good good good
catalog 2 -H check --read --key other
results unreadable unreadable unreadable
said "no key in other opens it"
catalog 1 check --key key
said "--key has no effect with check unless"
catalog 1 list --key key
said "--key has no effect with list"
cp dumps/0-002 good
flip dumps/0-002 9000
catalog 0 -H check
catalog 2 -H check --read
results good different good
cp good dumps/0-002
"$PYTHON3" - "$catalog" <<'END'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
c.execute("UPDATE volume SET digest = '%032x' WHERE number = 2" % 1)
c.commit()
END
catalog 0 -H check --read
catalog 2 -H check --read --key key
results good different good

# A date; by --key, or as the configuration of its job says.
restore_into at 1 -x --at now --catalog "$catalog" -c "$scratch/job.conf" \
    ./file
said "give one with --key FILE"
restore_into at 0 -x --at now --catalog "$catalog" --key "$scratch/key" \
    ./file ./random
same_file at/file tree/file
same_file at/random tree/random
sed -i "s,recipients = ,identity = \"$scratch/key\"; &," job.conf
for way in "--at now --catalog $catalog -c" "--job home --config"; do
	rm -rf at
	# shellcheck disable=SC2086
	restore_into at 0 -x $way "$scratch/job.conf" ./random
	same_file at/random tree/random
done
sed -i "s,identity = \"$scratch/key\",identity = \"$scratch/other\"," job.conf
restore 0 -t --job home --config job.conf --key key
restore 1 -t --job home --config job.conf
said "no key in $scratch/other opens it"
cp good dumps/0-001
restore 1 -t --at now --catalog "$catalog" --key key
said "it is not what the catalogue has there, by its size or beginning"

# Made again, it has the same rows, but for the digests of the last volume.
rm -rf dumps/* catalog* dumpdates
night 0 "$zstd_small, $sealed" "150 KiB"
night 1 "$secret"
cut_export () {
	catalog 0 export --json
	"$PYTHON3" - out <<-'END'
	import json, sys
	a = json.load(open(sys.argv[1]))
	for d in a["dumps"]:
	    for key in "ended", "begun":
	        del d[key]
	    for v in d["volumes"]:
	        for key in "verified", "written":
	            del v[key]
	    for key in "digest", "medium_digest":
	        del d["volumes"][-1][key]
	json.dump(a, sys.stdout, indent=1)
	END
}
cut_export >before
[ "$(grep -c '"medium_digest": "' before)" -eq 2 ] || fail "$(cat before)"
[ "$(grep -c '"head": "' before)" -eq 4 ] || fail "$(cat before)"
cp -r catalog kept
rm catalog*
# Only what was not encrypted by a passphrase says which volume it is.
catalog 2 rebuild dumps
said "dumps/0-001: not added" "it is encrypted, and 1 key can open it" \
    "dumps/1-001: it is encrypted by a passphrase; give --key FILE" \
    "dumps/1-001: not added"
not_said "0-002" "0-003"
catalog 2 rebuild --key key dumps
catalog 2 rebuild --key passphrase dumps
cut_export >after
same_file before after
catalog 0 -H check --read
results good good unknown unknown
rm catalog*
catalog 0 add --key key dumps/0-001,dumps/0-002,dumps/0-003
catalog 0 add --key passphrase dumps/1-001
cut_export >after
same_file before after

# Only what the catalogue has is removed: not another dump, nor a longer file.
mv kept catalog
cp dumps/1-001 dumps/0-001
echo more >>dumps/0-003
configure 1 "$secret"
catalog 0 -c job.conf expire
said "$scratch/dumps/0-001: not removed: it is not volume 1 of that dump" \
    "$scratch/dumps/0-002: removed" \
    "$scratch/dumps/0-003: not removed: it is not volume 3 of that dump"
night 2 "$zstd_small"
catalog 0 -c job.conf expire
said "$scratch/dumps/1-001: removed"
only 0-001 0-003 2-001

# What is compressed as dump(8) does it shows its header, but is shorter, too.
rm -rf dumps/* catalog* dumpdates
sed 's/filters = ( .* );/compress = "zlib";/
    s/2-%v";/& volume_size = ("200 KiB", "1 MiB");/' job.conf >compress.conf
mv compress.conf job.conf
engine 0 -c job.conf
[ "$(count_of dumps)" -gt 1 ] || fail "$(ls dumps)"
catalog 0 -H check --read
[ "$(cut -f 1 out | sort -u)" = good ] || fail "$(cat out)"
catalog 0 export --json
[ "$(grep -o '"medium_digest":"' out | wc -l)" -eq "$(count_of dumps)" ] ||
    fail "$(cat out)"
flip dumps/2-001 90000
catalog 2 -H check --read
results different good
