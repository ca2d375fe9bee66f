#!/usr/bin/env bash
# The index describes what is on the media, wherever volumes end, after they have
# been written again, and with attributes before it that restore(8) cannot take.
# It is on several volumes if need be.  (tests/volumes/every-capacity.sh has an
# end in each place of it.)
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need_debugfs
need_restore
need_python

mkdir tree dumps
for i in {1..9}; do
	head -c 200000 /dev/urandom >"tree/$i"
done
"$PYTHON3" - <<'END'
import random
for i in range(1500):
    with open('tree/of-many-%d' % i, 'w') as f:
        f.truncate(random.randrange(1 << 15))
END
make_image img 16M tree -t ext4 -b 4096 -N 4000 -O ea_inode
head -c 20000 /dev/urandom >value
debugfs img "ea_set -f value 3 user.large"

# index_of VOLUME...: checks all; sets $first, the volume on which it begins
index_of () {
	"$PYTHON3" "$tools/dumpscan" --strict --json "$@" >scan.json ||
	    fail "dumpscan $*: $(head -c 4000 scan.json)"
	first=$("$PYTHON3" - "${@: -1}" <<-'END'
	import struct, sys
	end = open(sys.argv[1], 'rb').read()[-120:]
	print(struct.unpack_from('<I', end, 4)[0] if end[:4] == b'DEp1' else 0)
	END
	)
	[ "$first" -gt 0 ] || fail "$*: no index"
	grep -q '"late_xattrs": 1' scan.json || fail "no late attributes"
}

restore_quietly () {
	rm -rf restored
	mkdir restored
	(cd restored && "$RESTORE" -r -y -f "../$1") >restore.log 2>&1 \
	    </dev/null || fail "restore $1: $(cat restore.log)"
	[ ! -s restore.log ] || fail "restore $1: $(cat restore.log)"
}

without_index=yes
configure_set a.conf img "$out_volumes" "blocking = 1;"
engine 0 -q -c a.conf
length=$(stat -c %s dumps/001)
without_index=

# It begins where the first volume ends, or before.
for more in 0 1 4; do
	fresh
	configure_set a.conf img \
	    "$out_volumes capacity = ($((length / 1024 + more)), 500);" \
	    "blocking = 1;"
	engine 0 -q -c a.conf
	index_of dumps/*
	[ "$first" -eq $((more == 0 ? 2 : 1)) ] && [ "$(count_of dumps)" -eq 2 ] ||
	    fail "$more more: volume $first of $(count_of dumps)"
done
# No medium is changed for the index alone.
printf '#!/bin/sh\necho "$DUMPENGINE_REASON" >>calls\n' >handler
chmod +x handler
for more in 0 1; do
	fresh
	rm -f calls
	configure_set e.conf img \
	    "$out_volumes capacity = ($((length / 1024 + more)), 500);" \
	    "blocking = 1;" 'plugin = "eot-script"; command = "./handler";'
	engine 0 -c e.conf
	said "the index of the dump is left out: the medium is full"
	[ ! -e calls ] && [ "$(count_of dumps)" -eq 1 ] ||
	    fail "$more more: $(count_of dumps) volumes; $(cat calls)"
	restore_quietly dumps/001
	same_file tree/9 restored/9
done
rm -rf restored
fresh
configure_set a.conf img "$out_volumes capacity = ($((length / 1024)), 500);" \
    "blocking = 1;"
engine 0 -q -c a.conf
mkdir restored
(cd restored && "$RESTORE" -r -y -M -f ../dumps/) >restore.log 2>&1 \
    </dev/null || fail "restore -M: $(cat restore.log)"
[ ! -s restore.log ] || fail "restore -M: $(cat restore.log)"
same_file tree/9 restored/9

# Records are acknowledged late: what is not rolls forward.
for capacities in "30, 35, 500" "500"; do
	fresh
	configure_set c.conf img "plugin = $(quoted "$TEST_PLUGINS/out-late.so");
	    folder = \"dumps\"; window = 5; capacity = ($capacities);" \
	    "blocking = 64;"
	engine 0 -q -c c.conf
	index_of dumps/0*
done

# Volumes are written again, after a failure in the last and another one.
small="volume_size = \"2 MiB\";"
for what in 'fail_write = "1:9"; times = 1' 'fail_write = "2:9"; times = 2' \
    'fail_close = 2' 'capacity = (9, 500, 30, 500)' \
    'verify = true; fail_readback = 2'; do
	fresh
	configure_set b.conf img "$out_volumes $small $what; retry = 9;" \
	    "blocking = 16;"
	engine 0 -c b.conf
	index_of dumps/0*
done
