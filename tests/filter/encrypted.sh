#!/usr/bin/env bash
# A dump encrypted by filter-age is made without a secret key, shows nothing of
# its files, and is restored by `age -d | zstd -dc | restore` and by
# dumpengine-restore --key; without the key, or after damage, it is told why not.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/filter/filter-lib.sh
. "$top_srcdir/tests/filter/filter-lib.sh"
need_source
need_python
need_restore
need age age-keygen setfattr zstd

make_mixed_tree tree
yes 'a secret that nobody may see' | head -n 9000 >tree/hidden-name
head -c 900000 /dev/urandom >tree/noise
make_image img 8M tree -b 1024 -N 128 -t ext4 -O ^has_journal
for key in first second other; do
	age-keygen -o $key.key 2>/dev/null
done
first=$(age-keygen -y first.key)
second=$(age-keygen -y second.key)
recipients="recipients = [ \"$first\", \"$second\" ];"
encrypt="{ plugin = \"filter-age\"; $recipients }"

# refused STATUS FILE ARGUMENT...: dumpengine-restore -r of it, in back/.
refused () {
	local status=0
	rm -rf back
	mkdir back
	(cd back && "${DUMPENGINE%/*}/dumpengine-restore" "${trusted[@]}" -ry \
	    -f "../$2" "${@:3}") >log 2>&1 </dev/null || status=$?
	[ "$status" -eq "$1" ] ||
	    fail "$2 ${*:3}: status $status, not $1: $(cat log)"
}

# told TEXT: by it.
told () {
	grep -qF "$1" log || fail "not told \"$1\": $(cat log)"
}

# Several volumes, compressed.  The keys are elsewhere when they are written.
mkdir away
mv ./*.key away
fresh
configure_filtered set.conf img "$to_files verify = true; overwrite = true; \
    volume_size = \"300 KiB\";" "$zstd_small, $encrypt"
engine 0 -c set.conf
[ "$(count_of dumps)" -gt 3 ] || fail "only $(count_of dumps) volumes"
mv away/*.key .
rm -rf plain stock ours
mkdir plain stock ours
for volume in dumps/*; do
	[ "$(stat -c %s "$volume")" -le 307200 ] || fail "$volume is too long"
	age -d -i first.key "$volume" >zst || fail "age -d $volume"
	zstd -qdc zst >"plain/${volume##*/}" || fail "zstd -dc $volume"
done
(cd stock && "$RESTORE" -r -M -f ../plain/set </dev/null) >restore.log 2>&1
(cd ours && ours -r -M -f ../dumps/set --key ../second.key)
for restored in stock ours; do
	rm -rf $restored/restoresymtable $restored/lost+found
	same_tree tree $restored
done

# In one volume that is not compressed, nothing can be seen but its mark.
fresh
configure_filtered set.conf img "$to_files" "$encrypt"
engine 0 -q -c set.conf
for word in "a secret" hidden-name numbers1 testing; do
	grep -aq "$word" img tree/hidden-name set.conf ||
	    fail "$word would not be seen anyway"
	[ "$word" = testing ] || ! grep -aq "$word" dumps/* ||
	    fail "\"$word\" can be read in the volume"
done
[ "$(grep -ac '^-> dumpengine-volume 1 .* testing ' dumps/set001)" = 1 ] ||
    fail "the volume has no mark"
rm -rf stock ours
mkdir stock ours
(cd stock && age -d -i ../second.key ../dumps/set001 | "$RESTORE" -rf -) \
    >restore.log 2>&1
(cd ours && ours -xf ../dumps/set001 --key ../first.key ./hidden-name)
rm -rf stock/restoresymtable stock/lost+found
same_tree tree stock
cmp ours/hidden-name tree/hidden-name || fail "the single file differs"

# Wherever a medium is full, each volume is a whole age file.
ring="blocking = 4;"
mv dumps/set001 volume
fresh
configure_set single.conf img "$out_volumes" "$ring"
engine 0 -q -c single.conf
mv dumps/001 single
for media in "zstd capacity = 37;" "zstd capacity = 90; \
    shortens = false;" "cat capacity = 270;" "cat capacity = 300;"; do
	undo=${media%% *}
	filters=$encrypt
	[ "$undo" = cat ] || filters="$zstd_small, $encrypt"
	fresh
	configure_filtered set.conf img "$out_volumes verify = true; ${media#* }" \
	    "$filters"
	engine 0 -c set.conf
	[ "$(count_of dumps)" -gt 1 ] || fail "$media: only one volume"
	rm -rf plain
	mkdir plain
	for name in dumps/*; do
		age -d -i first.key -o out "$name" || fail "$media: age -d $name"
		if [ "$undo" = cat ]; then mv out "plain/${name##*/}"
		else zstd -qdc out >"plain/${name##*/}" || fail "$media: $name"
		fi
		rm -f out
	done
	"$PYTHON3" "$tools/volstrip" same single plain/* >strip.log 2>&1 ||
	    fail "$media: $(head -n 5 strip.log)"
done

# Without the right key.
refused 1 volume
told "it is encrypted, and 2 keys can open it; give one with --key FILE"
refused 1 volume --key ../other.key
told "it is encrypted for others"
refused 1 volume --key ../tree/numbers1
told "not a secret key"
[ -z "$(ls back)" ] || fail "something was restored without a key"

# Damage: nothing that is restored is wrong.
size=$(stat -c %s volume)
for at in 60 $((size / 3)) $((size - 9)); do
	"$PYTHON3" - "$at" <<-'END'
	import sys
	data = bytearray(open('volume', 'rb').read())
	data[int(sys.argv[1])] ^= 4
	open('bad', 'wb').write(data)
	END
	refused $((at == 60 ? 1 : 2)) bad --key ../first.key
	if [ "$at" = 60 ]; then
		told "its age header "
	else
		told "altered or damaged"
	fi
	find back -type f -size +0 ! -name restoresymtable -printf '%P\n' |
	    while read -r name; do
		cmp -s "back/$name" "tree/$name" || grep -q "$name" log ||
		    fail "$at: $name differs, and is not named: $(cat log)"
	done || exit 1
done

# By a passphrase, from a pipe; age(1) asks for it on a terminal.
fresh
configure_filtered set.conf img "$to_files volume_size = \"700 KiB\";" \
    '{ plugin = "filter-age"; work_factor = 10; passphrase_file = "/dev/fd/3"; }'
engine 0 -q -c set.conf 3< <(echo 'open sesame')
[ "$(count_of dumps)" -gt 1 ] || fail "only one volume"
echo 'open sesame' >passphrase
rm -rf ours plain
mkdir ours plain
(cd ours && ours -r -M -f ../dumps/set --key ../passphrase)
rm -rf ours/restoresymtable ours/lost+found
same_tree tree ours
"$tools/terminal" --answer 'passphrase=open sesame' \
    age -d -o plain/set001 dumps/set001 >log 2>&1 || fail "age: $(cat log)"
dumpscan_head=$(head -c 28 plain/set001 | tail -c 4 | od -An -tx4 | tr -d ' ')
[ "$dumpscan_head" = 0000ea6c ] || fail "no dump header: $dumpscan_head"

# What cannot work is told by --check.
fresh
configure_filtered set.conf img "$to_files" '{ plugin = "filter-age"; }'
engine 1 -q --check -c set.conf
said "nobody could decrypt the volumes"
