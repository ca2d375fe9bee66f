#!/usr/bin/env bash
# out-rmt through a real ssh, with a separate server and keys on this machine:
# both kinds of rmt; messages when a key is refused; and ssh, its server and rmt
# killed in the middle.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/rmt/rmt-lib.sh"

PATH=$PATH:/usr/sbin:/sbin
need_rmt
need ssh sshd ssh-keygen
[ "${#servers[@]}" -gt 0 ] || skip "needs rmt-dump or rmt-tar"
sshd=$(command -v sshd)

sshd_pid=
make_short
end_sshd () {
	[ -z "$sshd_pid" ] || kill "$sshd_pid" 2>/dev/null
	rm -f "$short"
	clean_up
}
trap end_sshd EXIT

mkdir keys
for key in host user other; do
	ssh-keygen -q -t ed25519 -N '' -f "keys/$key" ||
	    fail "ssh-keygen does not work"
done
cp keys/user.pub keys/authorized
# Its unprivileged process needs this directory.
! is_root || mkdir -p /run/sshd

# start_sshd: on an unused port.
start_sshd () {
	local tries
	for ((tries = 0; tries < 10; tries++)); do
		port=$((20000 + RANDOM % 20000))
		cat >sshd.conf <<-END
		ListenAddress 127.0.0.1
		Port $port
		HostKey $scratch/keys/host
		AuthorizedKeysFile $scratch/keys/authorized
		PidFile $scratch/sshd.pid
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		PermitRootLogin yes
		PrintMotd no
		MaxStartups 100
		END
		"$sshd" -D -e -f sshd.conf 2>sshd.log &
		sshd_pid=$!
		# shellcheck disable=SC2317
		is_up () {
			grep -q 'Server listening' sshd.log ||
			    gone "$sshd_pid"
		}
		wait_for 60 is_up || fail "sshd: $(cat sshd.log)"
		gone "$sshd_pid" || return 0
	done
	fail "sshd does not start: $(cat sshd.log)"
}
start_sshd
echo "[127.0.0.1]:$port $(cut -d ' ' -f 1,2 keys/host.pub)" >keys/known

me=$(id -un)
ssh="ssh -F /dev/null -p $port -o BatchMode=yes -o IdentitiesOnly=yes"
ssh="$ssh -o UserKnownHostsFile=$scratch/keys/known -o LogLevel=ERROR"
# shellcheck disable=SC2086
timeout 60 $ssh -i keys/user "$me@127.0.0.1" true >ssh.log 2>&1 || {
	! grep -q 'account is locked' sshd.log || skip "$me may not log in"
	fail "ssh: $(cat ssh.log sshd.log)"
}

make_small_image img tree
mkdir plain
ring="blocking = 4;"
size='volume_size = "96 KiB";'
configure_set a.conf img "plugin = \"out-file\"; path = \"plain/set%v\"; $size" \
    "$ring"
engine 0 -c a.conf
to_ssh () {
	configure_set a.conf img "plugin = \"out-rmt\"; target =
	    $(quoted "$me@127.0.0.1:$short/dumps/set%v"); rsh =
	    $(quoted "$ssh -i $scratch/keys/user"); $size $*" "$ring"
}

for server in "${servers[@]}"; do
	fresh
	to_ssh "rmt = $(quoted "$server"); verify = true;"
	engine 0 --check -c a.conf
	engine 0 -c a.conf
	same_set plain dumps
	scan_set dumps/*
	if [ -n "${RESTORE:-}" ]; then
		rm -rf back
		restore_set back dumps/*
		same_tree tree back
	fi
done

# Arguments survive the remote shell unchanged.
mkdir "dir with 'x' \$(y)"
ln -s "${servers[0]}" "dir with 'x' \$(y)/rmt"
fresh
to_ssh "rmt = $(quoted "$scratch/dir with 'x' \$(y)/rmt");"
engine 0 -c a.conf
same_set plain dumps

# ---- Messages for an operator

fresh
to_ssh "rmt = \"/no/such/rmt\";"
engine 1 -c a.conf
said "/no/such/rmt" "ended with status 127" "option \`rmt'"
to_ssh "rmt = $(quoted "${servers[0]}");"
sed -i "s|keys/user|keys/other|" a.conf
engine 1 -c a.conf
said "Permission denied (publickey)" "ended with status 255" "true' by hand"
engine 1 --check -c a.conf
said "Permission denied (publickey)"
to_ssh "rmt = $(quoted "${servers[0]}");"
sed -i "s|-p $port|-p 1|" a.conf
engine 1 -c a.conf
said "Connection refused" "ended with status 255"
only

# ---- Killed in the middle, and a server that is away for a while

pids_of () {
	local pid
	for pid in $(descendants "$1"); do
		[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != "$2" ] ||
		    echo "$pid"
	done
}
# The dump is slow, to leave time for it.
fresh
configure_job a.conf \
    "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so"); delay = 20; files = 200;" \
    'plugin = "out-file"; path = "plain/slow";' "slaves = 1; blocking = 1;"
engine 0 -c a.conf
configure_job a.conf \
    "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so"); delay = 20; files = 200;" \
    "plugin = \"out-rmt\"; target = $(quoted "$me@127.0.0.1:$short/dumps/slow");
    rsh = $(quoted "$ssh -i $scratch/keys/user");
    rmt = $(quoted "${servers[0]}"); window = 8;" "slaves = 1; blocking = 1;"
: >err
"$DUMPENGINE" -c a.conf >out 2>err </dev/null &
pid=$!
begun () { [ "$(grep -c 'volume 1 started' err)" -ge "$1" ]; }
ended () { grep -c 'the connection has ended' err; }

# sever ROOT NAME: kill those processes below ROOT, once, and wait until this is
# noticed.  Their successors are left alone.
sever () {
	local count
	local -a victims
	found () {
		mapfile -t victims < <(pids_of "$1" "$2")
		[ "${#victims[@]}" -gt 0 ]
	}
	noticed () { [ "$(ended)" -gt "$count" ]; }
	count=$(ended)
	wait_for 60 found "$1" "$2" || fail "there is no $2: $(cat err)"
	kill -9 "${victims[@]}"
	wait_for 60 noticed || fail "$2 killed: $(cat err)"
}
wait_for 60 begun 1 || fail "not begun: $(cat err)"
sever "$pid" ssh
wait_for 60 begun 2 || fail "not begun for the second time: $(cat err)"
sever "$sshd_pid" "$(basename "${servers[0]}")"
wait_for 60 begun 3 || fail "not begun for the third time: $(cat err)"
# shellcheck disable=SC2046 # a list
kill -9 "$sshd_pid" $(descendants "$sshd_pid") 2>/dev/null
wait "$sshd_pid"
wait_for 60 grep -q "next attempt in" err ||
    fail "no further attempt: $(cat err)"
"$sshd" -D -e -f sshd.conf 2>>sshd.log &
sshd_pid=$!
wait "$pid"
status=$?
[ "$status" -eq 0 ] || fail "exit status $status: $(cat err)"
said "the connection has ended" "rewriting it" "next attempt in 1 s"
same_file plain/slow dumps/slow
