# shellcheck shell=bash disable=SC2154
# tape-lab-lib.sh - for tests that run on the drives of tests/tools/tape-lab
#
#     . "${top_srcdir:-.}/tests/lib.sh"
#     . "$top_srcdir/tests/tape/tape-lab-lib.sh"
#     [ "${1:-}" = inside ] || in_lab NAME -k data ...	# does not return
#
# The rest of the same script is run in the machine.

# in_lab NAME OPTION...: run this test, tests/tape/NAME, in the lab; for
# $lab_seconds at most.
lab_seconds=540
in_lab () {
	local name=$1
	shift
	[ -z "${SANITIZER_FLAGS:-}" ] || skip "too slow with sanitizers"
	need_root
	need_source
	need_restore
	need_python
	need qemu-system-x86_64 xz
	timeout -k 10 $((lab_seconds + 40)) \
	    "$tools/tape-lab/run" -t "$lab_seconds" "$@" -- \
	    bash "$top_srcdir/tests/tape/$name" inside
	status=$?
	[ "$status" -ne 125 ] || skip "the tape lab cannot run here"
	exit "$status"
}

# configure OUTPUT [EOT [BLOCKING]]: create a.conf for a dump of img to a tape;
# each with a different date.
configure () {
	local eot=
	[ -z "${2:-}" ] ||
	    eot="eot = { plugin = \"eot-script\"; command = \"$2\"; };"
	date=$((date + 1))
	cat >a.conf <<-END_OF_CONF
	jobs = ( {
	  name   = "test";
	  label  = "testing";
	  date   = $date;
	  source = { plugin = "fs-ext2"; device = "$PWD/img"; };
	  output = { plugin = "out-tape"; $1 };
	  $eot
	  ring   = { blocking = ${3:-64}; };
	} );
	END_OF_CONF
}

# put_away DRIVE: its tape, if there is one.
put_away () {
	local slot
	slot=$(mtx -f /dev/changer status | sed -n \
	    "s/.*Element $1:Full (Storage Element \([0-9]*\) .*/\1/p")
	[ -n "$slot" ] || return 0
	mt -f "/dev/nst$1" offline
	mtx -f /dev/changer unload "$slot" "$1" >mtx.log ||
	    fail "tape $slot cannot be unloaded"
}

# new_tapes MB: four erased tapes of that size, of which the first two are in the
# drives.  For several tests in one machine with -k data -n 2.  What was never
# written would be read as whatever the target's memory holds.
new_tapes () {
	local i tape
	put_away 0
	put_away 1
	for i in 4 3 2 1; do
		tape=LAB00${i}L1
		rm -f "/run/tapes/$tape"
		tgtimg --op new --device-type tape --barcode "$tape" \
		    --size "$1" --type data --file "/run/tapes/$tape" \
		    --thin-provisioning >tgtimg.log || fail "no tape $i"
		put_away 0
		mtx -f /dev/changer load "$i" 0 >mtx.log || fail "no tape $i"
		mt -f /dev/nst0 rewind
		mt -f /dev/nst0 weof || fail "tape $i is not erased"
		mt -f /dev/nst0 rewind
	done
	mtx -f /dev/changer load 2 1 >mtx.log || fail "no tape in drive 1"
}

# make_read_sets: what lab-read.sh reads in the machine, made where that is fast:
# a chain, and a large set with its table.  Needs tests/restore/restore-lib.sh.
make_read_sets () {
	need_root
	local i wanted
	catalog=$scratch/catalog
	make_levels 0 1
	mkdir tree
	for i in {1..20}; do
		head -c 1000000 /dev/urandom >"tree/$i"
	done
	make_image large.img 40M tree -t ext4 -O ^has_journal
	configure_dump large.conf large.img dumps/large
	engine 0 -c large.conf
	restore 0 -P "$scratch/table" -f dumps/large
	# The last file of the table
	wanted=$(sed -n '$s/	.*//p' table)
	restore 0 -t -f dumps/large
	wanted_file=$(awk -v inode="$wanted" '$1 == inode { print $2 }' out)
	# The catalogue says that they are on a tape.
	"$PYTHON3" - "$catalog" >dates <<-'END'
	import sqlite3, sys
	c = sqlite3.connect(sys.argv[1])
	print(*(row[0] for row in c.execute("SELECT date FROM dump ORDER BY date")))
	c.execute("INSERT INTO medium (id, label, barcode) VALUES (1, 'levels', 'DE0001L8')")
	c.execute("""UPDATE volume SET output = 'out-tape', name = '/dev/nst0', medium = 1,
	    file = (SELECT level FROM dump WHERE dump.id = volume.dump)""")
	c.commit()
	c.execute("PRAGMA journal_mode = DELETE")
	END
	export made=$scratch wanted_file
}
