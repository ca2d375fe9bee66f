#!/usr/bin/env bash
# What one run uses is locked against others, between its volumes too: they give
# up, or wait as wait_for_medium says, and report which process has it.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/shared/shared-lib.sh
. "$top_srcdir/tests/shared/shared-lib.sh"

need_source
make_small_image img tree
mkdir dumps

# The first run stops after volume 1, when nothing is open.
cat >pause <<'END'
#!/bin/sh
: >reached
until test -e go || ! test -e reached; do sleep 0.05; done
END
chmod +x pause
to_volumes () {
	echo "$(to_file 'dumps/%v' 'volume_size = "128 KiB"; overwrite = true;')"
}
reached () { [ -e reached ]; }

# begin [LOCK]: its process is $holder.
begin () {
	rm -f reached go dumps/*
	cat >first.conf <<-END
	jobs = ( { name = "first";
	  source = { plugin = "fs-ext2"; device = "img"; };
	  output = { $(to_volumes) };
	  ring = { blocking = 4; };
	  eot = { plugin = "eot-script"; command = "$PWD/pause";
	    ${1:+lock = $1;} }; } );
	END
	"$DUMPENGINE" -c first.conf >first.log 2>&1 </dev/null &
	holder=$!
	wait_for 60 reached || fail "it does not begin: $(cat first.log)"
}

finish () {
	: >go
	wait "$holder"
	status=$?
	[ "$status" -eq 0 ] || fail "the first run was disturbed, exit status $status:
$(cat first.log)"
}

# ---- The second gives up

begin
jobs second.conf "$(job second "$(to_file dumps/001 'overwrite = true;')")" \
    "$(job third "$(to_file other)")"
engine 1 -c second.conf
said "dumps/001: in use by process $holder (job first)" "wait_for_medium"
not_said " third: error"
[ -s other ] || fail "the job with another output did not run"
rm other
engine 1 --check -c second.conf
said "in use by process $holder" "ready to dump"
# --check is not a run, and another name is independent.
engine 0 --estimate -c second.conf
jobs third.conf "$(job third "$(to_file dumps/else)")"
engine 0 -c third.conf
rm dumps/else

# ---- The second waits

# For the name of a volume that the first run may reach.
jobs wait.conf "$(job waits "$(to_file dumps/004)" \
    "wait_for_medium = 600;")"
engine 0 --check -c wait.conf
"$DUMPENGINE" -c wait.conf >wait.log 2>&1 </dev/null &
waiter=$!
waits () { grep -q "waiting for it" wait.log; }
wait_for 60 waits || fail "it does not wait: $(cat wait.log)"
grep -q "in use by process $holder (job first)" wait.log ||
    fail "it does not say for whom: $(cat wait.log)"
# Until it is aborted,
kill -TERM "$waiter"
wait "$waiter"
status=$?
[ "$status" -eq 3 ] || fail "exit status $status, not 3: $(cat wait.log)"
grep -q "aborted by" wait.log || fail "$(cat wait.log)"
# or until it gets it.
"$DUMPENGINE" -c wait.conf >wait.log 2>&1 </dev/null &
waiter=$!
wait_for 60 waits || fail "it does not wait: $(cat wait.log)"
finish
wait "$waiter"
status=$?
[ "$status" -eq 0 ] || fail "exit status $status, not 0: $(cat wait.log)"

# ---- What a handler uses, by a name or a path

touch changer
begin "[ \"robot-$$\", \"$PWD/changer\" ]"
jobs second.conf "$(job second "$(to_file other)" \
    'eot = { plugin = "eot-script"; command = "true"; lock = "robot-'$$'"; };')" \
    "$(job third "$(to_file another)" \
    'eot = { plugin = "eot-script"; command = "true"; lock = "./changer"; };')"
engine 1 -c second.conf
said "robot-$$: in use by process $holder" "./changer: in use by process $holder"
finish
engine 0 -c second.conf
rm other another

# ---- The lock ends with the last process of the run

begin
mapfile -t left < <(descendants "$holder")
kill -KILL "$holder"
wait "$holder" 2>/dev/null
: >go
wait_for 60 all_gone "${left[@]}" || fail "processes of the first run live on"
jobs second.conf "$(job second "$(to_file dumps/001 'overwrite = true;')")"
engine 0 -c second.conf

# ---- Another user, with another lock directory, detects it at the device node

is_root && command -v setpriv >/dev/null || exit 0
truncate -s 8M disk
loop=$(losetup -f --show disk 2>/dev/null) || exit 0
trap 'losetup -d "$loop"; clean_up' EXIT
chmod 666 "$loop"
begin
finish
cat >first.conf <<END
jobs = ( { name = "first";
  source = { plugin = "fs-ext2"; device = "img"; };
  output = { plugin = "out-file"; path = [ "$loop", "/dev/null" ];
    overwrite = true; volume_size = "128 KiB"; };
  ring = { blocking = 4; };
  eot = { plugin = "eot-script"; command = "$PWD/pause"; }; } );
END
rm -f reached go
"$DUMPENGINE" -c first.conf >first.log 2>&1 </dev/null &
holder=$!
wait_for 60 reached || fail "it does not begin: $(cat first.log)"
jobs second.conf "$(job second "$(to_file "$loop" 'overwrite = true;')")"
chmod 755 .
chmod 644 img second.conf
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
if "${nobody[@]}" test -r second.conf -a -x "$DUMPENGINE" &&
    "${nobody[@]}" test -r "$DUMPENGINE_PLUGIN_PATH/out-file.so"; then
	run "${nobody[@]}" "$DUMPENGINE" -c second.conf
	[ "$status" -eq 1 ] || fail "exit status $status, not 1: $(cat err)"
	said "$loop: in use by process $holder"
fi
finish
