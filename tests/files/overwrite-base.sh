#!/usr/bin/env bash
# A volume of a dump on which others depend is never overwritten; one of an
# unfinished dump may be.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source

make_data_image img 2 tree
mkdir state
chmod 700 state

# configure FILE LEVEL DATE OUTPUT [JOB [EOT]]
configure () {
	cat >"$1" <<-END
	dumpdates = "dumpdates";
	jobs = ( { name = "test"; level = $2; date = $3; ${5:-}
	  state_dir = "$scratch/state";
	  source = { plugin = "fs-ext2"; device = "img"; };
	  output = { plugin = "out-file"; $4 };
	  ${6:+eot = { $6 \};} } );
	END
}

# kept WHAT FILE: the base is unchanged.
kept () { cmp -s "$2" base || fail "$1: the base was overwritten"; }

# refused WHAT: a.conf is refused, also by --check, with the reason.
refused () {
	engine 1 --check -c a.conf
	said "dumps/v" "level 0 dump of img" "on which other dumps depend"
	engine 1 -q -c a.conf
	said "dumps/v" "level 0 dump of img" "on which other dumps depend"
	kept "$1" "${2:-dumps/v}"
}

# ---- A path without %l

fresh
over='path = "dumps/v"; overwrite = true;'
configure a.conf 0 1600000000 "$over"
engine 0 -q -c a.conf
cp dumps/v base
configure a.conf 1 1600001000 "$over"
refused "a level 1 over its base"
# Without state, the file's header and dumpdates are enough.
rm -rf state/*
refused "a level 1 over its base, without state"
# Under another name: a link.
ln -s v dumps/link
sed -i 's,dumps/v,dumps/link,' a.conf
engine 1 -q -c a.conf
said "dumps/link" "on which other dumps depend"
kept "a level 1 over its base, by a link" dumps/v

# A level 0 replaces the previous one, and all that depended on it.
engine 0 -q -c <(
	configure b.conf 1 1600001000 'path = "dumps/v.%l";'
	cat b.conf)
configure a.conf 0 1600002000 "$over"
engine 0 --check -c a.conf
engine 0 -q -c a.conf
! cmp -s dumps/v base || fail "a level 0 did not take the place of the old one"
[ "$(grep -c ' 0 ' dumpdates)" -eq 1 ] || fail "dumpdates: $(cat dumpdates)"

# One with less of the filesystem, which is not recorded, does not.
cp dumps/v base
for less in 'subtree = "1";' 'since = 1600001500;' \
    'update_dumpdates = false; exclude = "x";'; do
	configure a.conf 0 1600003000 "$over" "$less"
	refused "a job with $less"
done
configure a.conf 0 1600003000 "$over" 'update_dumpdates = false;'
engine 0 -q -c a.conf
! cmp -s dumps/v base || fail "a complete dump was replaced by a smaller one"

# In the middle of a chain.
fresh
rm -rf dumpdates state/*
for level in 0 1; do
	configure a.conf "$level" "160000${level}000" 'path = "dumps/v.%l";'
	engine 0 -q -c a.conf
done
cp dumps/v.0 base
configure a.conf 2 1600002000 'path = "dumps/v.0"; overwrite = true;'
refused "a level 2 over the level 0 below its base" dumps/v.0
# The same if only dumpdates knows of it, as after dump(8).
mv state known
mkdir -m 700 state
refused "a level 2 over a level 0 of dumpdates alone" dumps/v.0
rm -rf state
mv known state
# Dumps that this one supersedes may be overwritten.
configure a.conf 1 1600003000 'path = "dumps/v.%l"; overwrite = true;'
engine 0 -q -c a.conf

# Another job's.
cp img other
configure a.conf 0 1600004000 'path = "dumps/v.0"; overwrite = true;'
sed -i 's/"test"/"other"/; s/"img"/"other"/' a.conf
refused "the base of another filesystem" dumps/v.0

# ---- After a dump that was aborted

fresh
rm -rf dumpdates state/*
cat >handler <<'END'
#!/bin/sh
[ "$DUMPENGINE_VOLUME" = 2 ] && exit 2
exit 0
END
chmod +x handler
size='path = "dumps/v%v"; volume_size = "512 KiB";'
configure a.conf 0 1600000000 "$size" "" \
    'plugin = "eot-script"; command = "./handler";'
engine 3 -q -c a.conf
only v001 v002
configure a.conf 0 1600001000 "$size"
engine 0 --check -c a.conf
engine 0 -q -c a.conf
[ "$(count_of dumps)" -ge 4 ] || fail "$(ls dumps)"
# But not after one that was finished.
configure a.conf 0 1600002000 "$size"
engine 1 --check -c a.conf
said "dumps/v001 already exists" "volume 1 of the level 0 dump of img"
engine 1 -q -c a.conf
said "dumps/v001 already exists"
# Nor a file that is not a dump.
rm dumps/*
echo precious >dumps/v001
engine 1 -q -c a.conf
said "dumps/v001 already exists"

# ---- A disk

is_root || exit 0
truncate -s 8M disk
loop=$(losetup -f --show disk 2>/dev/null) || exit 0
trap 'losetup -d "$loop"; clean_up' EXIT
rm -rf dumpdates state/*
configure a.conf 0 1600000000 "path = \"$loop\"; overwrite = true;"
engine 0 --check -c a.conf
engine 0 -q -c a.conf
head -c 1048576 "$loop" >base
configure a.conf 1 1600001000 "path = \"$loop\"; overwrite = true;"
engine 1 --check -c a.conf
said "$loop" "on which other dumps depend"
engine 1 -q -c a.conf
said "$loop" "on which other dumps depend"
head -c 1048576 "$loop" | cmp -s - base || fail "a base on a disk is gone"
# A new level 0 that is not finished: nothing depends on the old one any more.
# The disk is too small for the new one.
head -c 9000000 /dev/urandom >tree/more
make_image img 24M tree -b 4096 -N 64 -t ext4 -O ^has_journal
configure a.conf 0 1600002000 "path = \"$loop\"; overwrite = true;"
run setsid -w "$DUMPENGINE" -q -c a.conf
[ "$status" -eq 4 ] || fail "exit status $status: $(cat err)"
! grep -q . dumpdates || fail "its base is gone; dumpdates: $(cat dumpdates)"
# One that is in use.
mkfs=$(command -v "$MKE2FS") && "$mkfs" -q -F "$loop" 2>/dev/null
if mkdir mnt && mount "$loop" mnt 2>/dev/null; then
	mounted+=("$scratch/mnt")
	engine 1 --check -c a.conf
	said "$loop" "in use"
	engine 1 -q -c a.conf
	said "$loop" "in use"
	umount mnt
fi
