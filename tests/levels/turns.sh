#!/usr/bin/env bash
# Dumps of one filesystem with one dumpdates file take turns: a level requested
# during another dump waits, or is refused, naming the other.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"

mkdir tree
echo a >tree/a
make_image a.img 8M tree -t ext4
ln -s a.img link.img
cat >hold <<'END'
#!/bin/sh
: >held
while [ -e held ]; do sleep 0.05; done
END
chmod +x hold

# conf FILE JOB LEVEL [DEVICE] [SETTINGS]
conf () {
	cat >"$1" <<-END
	dumpdates = "dumpdates";
	jobs = ( {
	  name = "$2"; level = $3; ${5:-}
	  source = { plugin = "fs-ext2"; device = "${4:-a.img}"; };
	  output = { plugin = "out-file"; path = "dumps/$2"; overwrite = true; };
	} );
	END
}
conf first.conf first 0
engine 0 -c first.conf
conf weekend.conf weekend 0 a.img \
    'eot = { plugin = "eot-script"; command = "./hold"; at_end = true; };'
sleep 1.1
"$DUMPENGINE" -c weekend.conf >weekend.out 2>&1 </dev/null &
weekend=$!
wait_for 60 test -e held || fail "it does not begin: $(cat weekend.out)"

conf nightly.conf nightly 1
engine 1 -c nightly.conf
said "a.img, with dumpdates: in use by process $weekend"
engine 1 -c nightly.conf --check
said "in use by"
conf link.conf nightly 1 link.img
engine 1 -c link.conf
# Whatever the device is called.
if loop=$(losetup -f --show -r a.img 2>/dev/null); then
	clean_up_loop () {
		umount "$scratch/mnt" 2>/dev/null
		losetup -d "$loop"
		clean_up
	}
	trap clean_up_loop EXIT
	tag=UUID=$(blkid -p -s UUID -o value a.img)
	mkdir mnt
	names=("$loop" "$tag")
	! mount -o ro "$loop" mnt 2>/dev/null || names+=("$PWD/mnt")
	for name in "${names[@]}"; do
		conf named.conf nightly 1 "$name"
		engine 1 -c named.conf
		said "$name, with dumpdates: in use by process $weekend"
		engine 1 -c named.conf --check
		said "in use by"
	done
	umount mnt 2>/dev/null
fi
# Another dumpdates file is independent.
sed 's/"dumpdates"/"others"/; s/level = 1/level = 0/; s,dumps/nightly,dumps/others,' nightly.conf >others.conf
engine 0 -c others.conf

conf waiting.conf nightly 1 a.img 'wait_for_medium = 60;'
"$DUMPENGINE" -c waiting.conf >waiting.out 2>&1 </dev/null &
waiting=$!
wait_for 60 grep -q "waiting for it" waiting.out ||
    fail "it does not wait: $(cat waiting.out)"
sleep 1.1
rm held
wait "$weekend" || fail "the first: $? $(cat weekend.out)"
wait "$waiting" || fail "the second: $? $(cat waiting.out)"
date_in () { od -An -tu4 -j4 -N4 "$1" | tr -d ' '; }
base_in () { od -An -tu4 -j8 -N4 "$1" | tr -d ' '; }
[ "$(base_in dumps/nightly)" = "$(date_in dumps/weekend)" ] ||
    fail "level 1 builds on $(base_in dumps/nightly), not on $(date_in dumps/weekend)"
