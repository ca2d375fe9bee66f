#!/usr/bin/env bash
# Both of Debian's rmt, on the drives of the tape lab: dumps that others depend
# on are not overwritten, blank and erased tapes are, and a volume begins where
# it should.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/tape/tape-lab-lib.sh
. "$top_srcdir/tests/tape/tape-lab-lib.sh"
# shellcheck source=tests/rmt/rmt-lib.sh
. "$top_srcdir/tests/rmt/rmt-lib.sh"
[ "${#servers[@]}" -gt 0 ] || skip "needs rmt-dump or rmt-tar"
[ "${1:-}" = inside ] || in_lab lab-rmt.sh -k data -n 2 -s 16

drive=/dev/nst0
mkdir tree state
head -c 300000 /dev/urandom >tree/file
make_image img 4M tree
local_rsh rsh

# configure LEVEL DATE [OPTION...]; also uses $server.
configure () {
	local level=$1 when=$2
	shift 2
	cat >a.conf <<-END
	dumpdates = "dumpdates";
	jobs = ( { name = "test"; level = $level; date = $when;
	  state_dir = "$PWD/state";
	  source = { plugin = "fs-ext2"; device = "$PWD/img"; };
	  output = { $(to_rmt "$drive" "rsh = $(quoted "$PWD/rsh");" \
	    "rmt = $(quoted "$server");" "$@") };
	  ring = { blocking = 32; }; } );
	END
}

# holds FILE LEVEL: file number FILE of the tape is the dump of that level.
holds () {
	mt -f "$drive" rewind
	"$RESTORE" -t -v -s $(($1 + 1)) -f "$drive" >restore.log 2>&1 \
	    </dev/null || fail "$server: restore -t: $(cat restore.log)"
	grep -q "^Level $2 dump" restore.log ||
	    fail "$server: file $1 is not level $2: $(cat restore.log)"
}

# refused TEXT...
refused () {
	engine 1 --check -c a.conf
	said "$@"
	run setsid -w "$DUMPENGINE" -q -c a.conf
	[ "$status" -eq 1 ] || [ "$status" -eq 4 ] ||
	    fail "$server: exit status $status: $(cat err)"
	said "$@"
}

blank=yes
for server in "${servers[@]}"; do
	rm -rf state/* dumpdates
	mt -f "$drive" rewind
	# The first was never written.
	[ "$blank" ] || mt -f "$drive" weof
	blank=
	configure 0 1600000000
	engine 0 --check -c a.conf
	engine 0 -q -c a.conf
	holds 0 0
	configure 1 1600001000
	refused "file 0 of the tape" "level 0 dump"
	holds 0 0
	configure 1 1600001000 "rewind = false;"
	mt -f "$drive" rewind
	refused "the file at the tape's position" "level 0 dump"
	mt -f "$drive" eod
	engine 0 --check -c a.conf
	engine 0 -q -c a.conf
	holds 0 0
	holds 1 1
	# Before the file mark at its end, where a reader leaves it.
	mt -f "$drive" rewind
	mt -f "$drive" fsf 1
	dd if="$drive" bs=64k of=one 2>dd.log || fail "dd: $(cat dd.log)"
	mt -f "$drive" rewind
	mt -f "$drive" fsf 1
	mt -f "$drive" fsr $(($(stat -c %s one) / 32768))
	configure 2 1600002000 "rewind = false;"
	engine 0 -q -c a.conf
	holds 0 0
	holds 2 2
	configure 0 1600003000
	engine 0 --check -c a.conf
	engine 0 -q -c a.conf
	holds 0 0
	mt -f "$drive" rewind
	tar -cf "$drive" tree
	rm -rf state/* dumpdates
	configure 0 1600000000
	refused "a tar archive" "overwrite_foreign"
	configure 0 1600000000 "overwrite_foreign = true;"
	engine 0 -q -c a.conf
	holds 0 0
done
exit 0
