#!/usr/bin/env bash
# --check opens what a dump would open and writes nothing; the configurations
# in conf/ pass it, and run unchanged.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_python

mkdir dumps demo tree
echo x >tree/x
make_image demo/tree.ext4 8M tree -t ext4
configure_dump a.conf demo/tree.ext4 dumps/a
engine 0 --check -c a.conf
said "ready to dump demo/tree.ext4"
printed_nothing
only
engine 0 --check -q -c a.conf
said_nothing
only

# An output that refuses.
configure_job b.conf 'plugin = "fs-ext2"; device = "demo/tree.ext4";' \
    "plugin = $(quoted "$TEST_PLUGINS/out-fault.so"); fail_check = true;"
engine 1 --check -c b.conf
said "checks badly"
engine 0 -c b.conf

# on_store FILE: check and run it with an object store.
on_store () (
	# shellcheck source=tests/volumes/volumes-lib.sh
	. "$top_srcdir/tests/volumes/volumes-lib.sh"
	# shellcheck source=tests/s3/s3-lib.sh
	. "$top_srcdir/tests/s3/s3-lib.sh"
	trap stop_server EXIT
	serve
	without_index=
	engine 0 --check -c "$1"
	engine 0 -c "$1"
)

# Those for devices that are missing here: all but the device is correct.
shopt -s nullglob
found=0
for file in "$top_srcdir"/conf/*.conf; do
	found=$((found + 1))
	case ${file##*/} in
	changer.conf)			# of changer-mtx, not of the engine
		sh -n "$file" || fail "$file: not what a shell reads"
		continue
		;;
	tape.conf | nightly-tape.conf)
		[ ! -e /dev/vg0/home ] || continue
		engine 1 --check -c "$file"
		said "/dev/vg0/home"
		not_said ".conf:"
		continue
		;;
	s3.conf)
		on_store "$file" || exit
		continue
		;;
	esac
	engine 0 --check -c "$file"
	engine 0 -c "$file"
	[ ! -s out ] || scan out
done
[ "$found" -gt 0 ] || fail "there are no configurations in conf/"
for dump in demo/*.dump; do
	scan "$dump"
done

# Commands to make and remove a snapshot; they are not run.
# commands CREATE REMOVE
commands () {
	cat >s.conf <<-END_OF_CONF
	jobs = ( { name = "test";
	  source = { plugin = "fs-ext2"; device = "demo/tree.ext4"; };
	  output = { plugin = "out-file"; path = "dumps/s"; };
	  snapshot = { create = "$1"; device = "copy"; remove = "$2"; }; } );
	END_OF_CONF
}
printf '#!/no/such/interpreter\n' >script
chmod +x script
commands ./missing "rm -f copy"
engine 1 --check -c s.conf
said "snapshot.create: ./missing does not exist or is not executable"
not_said "ready"
commands "LANG=C no-such-program copy" ./script
engine 1 --check -c s.conf
said "snapshot.create: no-such-program not found in PATH" \
    "snapshot.remove: the interpreter in the first line of ./script is missing"
commands "touch copy && cp demo/tree.ext4 copy" "rm -f copy"
engine 0 --check -c s.conf
[ ! -e copy ] || fail "--check made a snapshot"
