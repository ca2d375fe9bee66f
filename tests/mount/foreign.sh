#!/usr/bin/env bash
# Sets that others have written can be mounted, also compressed ones; and one that
# was made to do harm does none.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/mount/mount-lib.sh
. "$top_srcdir/tests/mount/mount-lib.sh"
need_python
need xz

mkdir dialects foreign
"$PYTHON3" "$tools/dialects" make dialects >names || fail "cannot make them"
while read -r name; do
	mount_set 0 seen "dialects/$name"
	"$PYTHON3" "$tools/dialects" check seen --owners >different ||
	    fail "$name: $(cat different)"
	umount seen || fail "cannot unmount it"
done <names

# Each is copied, and what came of it is compared with its manifest.
tar -xJf "$top_srcdir/tests/images/foreign.tar.xz" -C foreign ||
    fail "cannot unpack the dumps"
cat >copy-one <<END
#!/bin/sh
set=\$(echo "\$*" | tr ' ' ,)
mkdir -p "$scratch/seen"
"$mount_program" ${trusted[*]+"${trusted[*]@Q}"} -q "\$set" "$scratch/seen" ||
    exit
cp -a "$scratch/seen/." .
status=\$?
umount "$scratch/seen"
exit \$status
END
chmod +x copy-one
"$PYTHON3" "$tools/judge" -c foreign "$scratch/copy-one {vols}" \
    >judge.log 2>&1 || fail "$(head -c 4000 judge.log)"

# Hostile ones: whatever is there can be looked at.
mkdir outside evil
"$PYTHON3" "$tools/hostile" "$scratch/outside" evil || fail "no dumps"
begun_or_ended () { is_mounted seen || ! kill -0 "$holder" 2>/dev/null; }

for dump in evil/*; do
	mkdir -p seen
	setsid "$mount_program" ${trusted[@]+"${trusted[@]}"} -f "$dump" seen \
	    >out 2>held </dev/null &
	holder=$!
	wait_for 30 begun_or_ended || fail "$dump: it does not begin"
	if is_mounted seen; then
		mounted+=("$scratch/seen")
		timeout 30 find seen -xdev -type f -size -100000k \
		    -exec cat {} + >/dev/null 2>&1
		[ $? -ne 124 ] || fail "$dump: find does not end"
		timeout 30 getfattr -R -d -m - seen >/dev/null 2>&1
		stat seen >/dev/null 2>err || fail "$dump: $(cat err held)"
		umount seen || fail "$dump: cannot unmount it"
	fi
	wait "$holder"
	status=$?
	[ "$status" -le 4 ] || fail "$dump: exit status $status: $(cat held)"
	! grep -qE 'Sanitizer|runtime error:' held || fail "$(cat held)"
done
