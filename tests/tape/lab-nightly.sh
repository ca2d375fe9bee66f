#!/usr/bin/env bash
# The example in dumpengine-nightly(7), on a changer: a level 0 on two tapes and
# two dumps of level 1 on one each, the list of the tapes, no protected tape is
# used, and the chain is restored.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/tape/tape-lab-lib.sh
. "$top_srcdir/tests/tape/tape-lab-lib.sh"
[ "${1:-}" = inside ] || { need jq; in_lab lab-nightly.sh -k data -n 2 -s 4; }
need jq

# What is written to the root of this machine is lost with it.
mkdir -p /dev/vg0 /etc/dumpengine /usr/local/sbin
cp "$top_srcdir"/conf/{changer-mtx,changer.conf,nightly-tape,nightly-tape.conf} \
    /etc/dumpengine
cat >/usr/local/sbin/dumpengine <<-END
#!/bin/sh
export DUMPENGINE_PLUGIN_PATH='$DUMPENGINE_PLUGIN_PATH'
exec '$DUMPENGINE' "\$@"
END
cat >/usr/local/sbin/lvcreate <<'END'
#!/bin/sh
cp /dev/vg0/home /dev/vg0/home-dump
END
cat >/usr/local/sbin/lvremove <<'END'
#!/bin/sh
rm -f /dev/vg0/home-dump
END
chmod +x /usr/local/sbin/*

mkdir tree tree/al
for i in 1 2 3; do
	head -c 1600000 /dev/urandom >"tree/al/$i"
done
echo 'Dear Bo,' >tree/al/letter.txt
make_image img 12M tree -t ext4 -O ^has_journal
mv img /dev/vg0/home

# All four tapes are in the slots.
for drive in 0 1; do
	mt -f "/dev/nst$drive" offline
	mtx -f /dev/changer unload $((drive + 1)) $drive || fail "cannot unload"
done

# nightly STATUS LEVEL LINE...: these lines are new in the list.
nightly () {
	local before expected=$1 level=$2
	shift 2
	before=$(grep -c "" /var/lib/dumpengine/tapes 2>/dev/null || :)
	run /etc/dumpengine/nightly-tape "$level"
	[ "$status" -eq "$expected" ] ||
	    fail "nightly-tape $level: status $status: $(cat out err)"
	[ "$(tail -n +$((before + 1)) /var/lib/dumpengine/tapes |
	    cut -d ' ' -f 2-)" = "$(printf '%s\n' "$@")" ] ||
	    fail "the list is $(cat /var/lib/dumpengine/tapes)"
}
nightly 0 0 "home level 0 volume 1 tape LAB001L1 complete" \
    "home level 0 volume 2 tape LAB002L1 complete"
said_nothing
sleep 1
echo 'Dear Al,' >tree/al/letter.txt
debugfs /dev/vg0/home 'rm /al/letter.txt' \
    'write tree/al/letter.txt /al/letter.txt'
nightly 0 1 "home level 1 volume 1 tape LAB003L1 complete"
nightly 0 1 "home level 1 volume 1 tape LAB004L1 complete"
said_nothing

# All tapes hold protected dumps: none is used.
nightly 4 1 ""
said "no untried tape remains"

# Restore as described in the manual.
changer () { /etc/dumpengine/changer-mtx /dev/changer "$1" "$2" /dev/nst0 0; }
loaded=$(changer loaded 0)
[ "$loaded" = 0 ] || changer unload "$loaded" || fail "$loaded is not unloaded"
changer load 1 || fail "$(mtx -f /dev/changer status)"
cat >next <<'END'
#!/bin/sh
test "$2" = 2 || exit 0
/etc/dumpengine/changer-mtx /dev/changer unload 1 /dev/nst0 0 &&
    /etc/dumpengine/changer-mtx /dev/changer load 2 /dev/nst0 0
END
chmod +x next
mkdir back
(cd back && timeout 100 "$RESTORE" -r -y -f /dev/nst0 -F ../next) >restore.log 2>&1 \
    </dev/null || fail "restore: $(cat restore.log)"
grep -qx 'Dear Bo,' back/al/letter.txt || fail "$(cat restore.log)"
changer unload 2 || fail "$(mtx -f /dev/changer status)"
changer load 4 || fail "$(mtx -f /dev/changer status)"
(cd back && timeout 100 "$RESTORE" -r -y -f /dev/nst0) >restore.log 2>&1 \
    </dev/null || fail "restore: $(cat restore.log)"
rm -f back/restoresymtable
for file in tree/al/*; do
	same_file "$file" "back/al/$(basename "$file")"
done
