#!/usr/bin/env bash
# Compressed and encrypted dumps on the drives of the tape lab, also of another
# machine: each tape ends with what can be undone, and what follows another file of
# a tape is found.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/tape/tape-lab-lib.sh
. "$top_srcdir/tests/tape/tape-lab-lib.sh"
# shellcheck source=tests/rmt/rmt-lib.sh
. "$top_srcdir/tests/rmt/rmt-lib.sh"
# shellcheck source=tests/filter/filter-lib.sh
. "$top_srcdir/tests/filter/filter-lib.sh"
need age age-keygen zstd
[ "${#servers[@]}" -gt 0 ] || skip "needs rmt-dump or rmt-tar"
[ "${1:-}" = inside ] || in_lab lab-filter.sh -k data -n 2 -s 4

mkdir tree small
for i in 1 2 3 4; do
	head -c 1400000 /dev/urandom >"tree/$i"
	seq 1 $((i * 20000)) >"tree/numbers$i"
done
head -c 300000 /dev/urandom >small/file
make_image img 14M tree -t ext4 -O ^has_journal
make_image img.small 2M small -t ext4 -O ^has_journal
local_rsh rsh
age-keygen -o key 2>/dev/null
zstd='{ plugin = "filter-zstd"; frame_size = "64 KiB"; }'
age="{ plugin = \"filter-age\"; recipients = [ \"$(age-keygen -y key)\" ]; }"

# dump STATUS IMAGE BLOCKING FILTERS OUTPUT
dump () {
	date=$((date + 1))
	cat >a.conf <<-END
	jobs = ( { name = "test"; date = $date; index = false;
	  source = { plugin = "fs-ext2"; device = "$PWD/$2"; };
	  output = { $5 };
	  filters = ( $4 );
	  ring = { blocking = $3; }; } );
	END
	engine "$1" -v -c a.conf --report report
}

# blank: both tapes, as `mt weof` leaves them.
blank () {
	local drive
	for drive in 0 1; do
		mt -f /dev/nst$drive rewind
		mt -f /dev/nst$drive weof
		mt -f /dev/nst$drive rewind
	done
}

# stream FILTERS DRIVE FILE: a file of its tape without its filters, by the
# tools of the system.
stream () {
	mt -f "/dev/nst$2" rewind
	[ "$3" = 0 ] || mt -f "/dev/nst$2" fsf "$3"
	dd if="/dev/nst$2" bs=1M of=raw 2>dd.log || fail "dd: $(cat dd.log)"
	case $1 in
	*age*) age -d -i key raw | zstd -qdc ;;
	*) zstd -qdc raw ;;
	esac >plain || fail "a volume on drive $2 cannot be undone"
}

# both_ways FILTERS BLOCKING: the set on the two drives is whole.
both_ways () {
	local drive restored
	rm -rf volumes stock ours
	mkdir volumes stock ours
	for drive in 0 1; do
		stream "$1" $drive 0
		mv plain volumes/set00$((drive + 1))
		mt -f /dev/nst$drive rewind
	done
	(cd stock && "$RESTORE" -r -y -M -b "$2" -f ../volumes/set) \
	    >restore.log 2>&1 </dev/null
	(cd ours && ours -r -y -c ../a.conf --job test --key ../key)
	for restored in stock ours; do
		rm -f $restored/restoresymtable
		same_tree tree $restored
	done
}

# The end of the tape.
drives='device = [ "/dev/nst0", "/dev/nst1" ];'
blank
dump 0 img 64 "$zstd, $age" "plugin = \"out-tape\"; $drives verify = true;"
said "on 2 volumes" ", verified"
both_ways "$zstd, $age" 64

# Of another machine.  What is not encrypted is not written twice.
blank
dump 0 img 32 "$zstd" "plugin = \"out-rmt\"; rsh = $(quoted "$PWD/rsh");
    rmt = $(quoted "${servers[0]}");
    target = [ \"h:/dev/nst0\", \"h:/dev/nst1\" ];"
said "on 2 volumes"
not_said "rewriting it"
both_ways "$zstd" 32

# Behind other files.
blank
for file in 0 1; do
	dump 0 img.small 32 "$zstd, $age" \
	    'plugin = "out-tape"; device = "/dev/nst0"; append = true;'
	said "volume 1 is file $file of the tape"
done
for server in "${servers[@]}"; do
	file=$((file + 1))
	mt -f /dev/nst0 rewind
	mt -f /dev/nst0 fsf "$file"
	dump 0 img.small 32 "$zstd, $age" "$(to_rmt /dev/nst0 \
	    "rsh = $(quoted "$PWD/rsh");" "rmt = $(quoted "$server");" \
	    "rewind = false; verify = true;")"
	grep -qE "\"tape_file\": *$file," report ||
	    fail "$server: not file $file: $(grep tape_file report)"
done
while [ "$file" -ge 0 ]; do
	stream "$zstd, $age" 0 "$file"
	rm -rf stock ours
	mkdir stock ours
	(cd stock && "$RESTORE" -r -y -f - <../plain) >restore.log 2>&1
	mt -f /dev/nst0 rewind
	(cd ours && ours -r -y -f /dev/nst0 -s $((file + 1)) --key ../key)
	for restored in stock ours; do
		rm -f $restored/restoresymtable
		same_tree small $restored
	done
	file=$((file - 1))
done
exit 0
