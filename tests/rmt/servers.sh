#!/usr/bin/env bash
# out-rmt: dumps through both of Debian's servers are the same as those of
# out-file, on one and on several volumes; the targets and commands that it
# accepts.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
. "$top_srcdir/tests/volumes/volumes-lib.sh"
. "$top_srcdir/tests/rmt/rmt-lib.sh"

need_rmt
[ "${#servers[@]}" -gt 0 ] || skip "needs rmt-dump or rmt-tar"

make_short
mkdir dumps plain
make_data_image img 3 tree
ring="blocking = 16;"
size='volume_size = "1 MiB";'
local_rsh rsh
rsh="rsh = $(quoted "$short/rsh");"
configure_set a.conf img 'plugin = "out-file"; path = "plain/one";' "$ring"
engine 0 -c a.conf
configure_set a.conf img "plugin = \"out-file\"; path = \"plain/set%v\"; $size" \
    "$ring"
engine 0 -c a.conf

for server in "${servers[@]}"; do
	rmt="rmt = $(quoted "$server");"
	for verify in false true; do
		fresh
		configure_set a.conf img "$(to_rmt "$short/dumps/one" "$rsh" \
		    "$rmt" "verify = $verify;")" "$ring"
		engine 0 -c a.conf
		same_file plain/one dumps/one
		configure_set a.conf img "$(to_rmt "$short/dumps/set%v" "$rsh" \
		    "$rmt" "verify = $verify; $size")" "$ring"
		engine 0 -c a.conf
		rm dumps/one
		mv plain/one .
		same_set plain dumps
		mv one plain
	done
	engine 0 --check -c a.conf
	said "ready to dump"
	# An existing file is emptied first.
	head -c 9000000 /dev/zero >dumps/one
	configure_set a.conf img "$(to_rmt "$short/dumps/one" "$rsh" "$rmt")" \
	    "$ring"
	engine 0 -c a.conf
	same_file plain/one dumps/one
	# Names of volumes from a list; windows of various sizes.
	for window in 1 2 1024; do
		fresh
		configure_set a.conf img "plugin = \"out-rmt\"; target =
		    [ \"h:$short/dumps/set001\", \"u@h:$short/dumps/set%v\" ];
		    $rsh $rmt $size window = $window;" "$ring"
		engine 0 -c a.conf
		mv plain/one .
		same_set plain dumps
		mv one plain
	done
	# Error messages of rmt.
	configure_set a.conf img "$(to_rmt "$short/nowhere/x" "$rsh" "$rmt")"
	engine 1 -c a.conf
	said "host:$short/nowhere/x: cannot be opened" "No such file" \
	    "its directory is missing on that host"
	configure_set a.conf img "$(to_rmt "$short/dumps" "$rsh" "$rmt")"
	engine 1 -c a.conf
	said "Is a directory" "name a file in it"
	# A missing drive does not become a file.
	configure_set a.conf img "$(to_rmt /dev/nst-missing-$$ "$rsh" "$rmt")"
	engine 1 -c a.conf
	said "/dev/nst-missing-$$" "no such drive"
	[ ! -e /dev/nst-missing-$$ ] || fail "it created a file in /dev"
	# A device in /dev that is not a tape.
	configure_set a.conf img "$(to_rmt /dev/null "$rsh" "$rmt")"
	engine 0 -c a.conf
	configure_set a.conf img "$(to_rmt /dev/null "$rsh" "$rmt" \
	    'tape = "true";')"
	engine 1 -c a.conf
	said "is not a tape drive"
	configure_set a.conf img "$(to_rmt /dev/null "$rsh" "$rmt" \
	    'verify = true; rewrite_attempts = 0;')"
	engine 1 --check -c a.conf
	said "cannot be read back; verify = true requires a file or a tape"
	engine 1 -c a.conf
	said "cannot be read back; verify = true requires a file or a tape"
done

# ---- Targets

# refused TARGET TEXT...
refused () {
	configure_set a.conf img "plugin = \"out-rmt\"; target =
	    $(quoted "$1"); $rsh"
	shift
	engine 1 -c a.conf
	said "$@"
	engine 1 --check -c a.conf
	said "$@"
}
name62=$(printf '%062d' 0)
refused "host:${name62}0" "63 bytes" "at most 62"
refused "host:$(printf 'a\nb')" "newline"
refused "host:" "has no file"
refused "file" "expected [user@]host:file"
refused ":file" "has no host"
refused "./a:b" "out-file"
refused "-oProxyCommand=x:file" "an invalid host name"
refused "-x@host:file" "an invalid user name"
# shellcheck disable=SC2016
refused '$(id)@host:file' "an invalid user name"
refused "h h:file" "an invalid host name"
refused "host:%x" "unknown %x"
# The second in a list, checked before anything is written.
configure_set a.conf img "plugin = \"out-rmt\"; target = [
    \"host:$short/dumps/x\", \"host:${name62}0\" ]; $rsh"
fresh
engine 1 -c a.conf
said "63 bytes"
only
# 62 are accepted.
rmt="rmt = $(quoted "${servers[0]}");"
long=$short/dumps/
long=$long$(printf "%0$((62 - ${#long}))d" 0)
configure_set a.conf img "$(to_rmt "$long" "$rsh" "$rmt")" "$ring"
engine 0 -c a.conf
same_file plain/one "$long"

# The same name for two volumes.
fresh
configure_set a.conf img "$(to_rmt "$short/dumps/same" "$rsh" "$rmt" "$size")" \
    "$ring"
run setsid -w "$DUMPENGINE" -c a.conf
[ "$status" -eq 4 ] || fail "exit status $status, not 4: $(cat err)"
said "holds an earlier volume of this dump" "%v"
same_file plain/set001 dumps/same

# ---- Commands

# arguments TARGET OPTIONS: the arguments that the command received.
cat >show <<END
#!/bin/sh
printf '<%s>' "\$@" >'$scratch/shown'
exit 3
END
chmod +x show
arguments () {
	configure_set a.conf img "plugin = \"out-rmt\"; target = $(quoted "$1"); $2"
	rm -f shown
	engine 1 --check -c a.conf
	said "the connection has ended" "ended with status 3"
	[ "$(cat shown)" = "$3" ] || fail "arguments $(cat shown), not $3"
}
me=$(id -un)
show="rsh = $(quoted "$short/show");"
arguments h:f "$show" "<h><-l><$me></etc/rmt>"
arguments u@h:f "$show" "<h><-l><u></etc/rmt>"
arguments 'u@[fe80::1]:f' "$show" "<fe80::1><-l><u></etc/rmt>"
arguments h:f "$show rmt = \"/opt/a b'c/rmt\";" \
    "<h><-l><$me><'/opt/a b'\\''c/rmt'>"
# shellcheck disable=SC2016
arguments h:f "$show rmt = [ \"sudo\", \"-n\", \"\$(x)\" ];" \
    "<h><-l><$me><sudo><-n><'\$(x)'>"
arguments h:f "rsh = \"$short/show -p  22\";" "<-p><22><h><-l><$me></etc/rmt>"
arguments h:f "rsh = [ \"$scratch/show\", \"a b\" ];" \
    "<a b><h><-l><$me></etc/rmt>"
RSH="$short/show -x" arguments h:f "" "<-x><h><-l><$me></etc/rmt>"
# ssh is only passed a user that was given.
mkdir bin
cp show bin/ssh
PATH=$scratch/bin:$PATH arguments h:f "" "<h></etc/rmt>"
PATH=$scratch/bin:$PATH arguments u@h:f "" "<h><-l><u></etc/rmt>"

configure_set a.conf img "plugin = \"out-rmt\"; target = \"h:f\";
    rsh = \"/no/such/program\";"
engine 1 -c a.conf
said "cannot run /no/such/program: No such file" "set the option rsh"
not_said "option \`rmt'" "status 127"
# ---- What --check finds, and what it leaves alone

# look TARGETS STATUS [TEXT...]
look () {
	local targets=$1 expected=$2
	shift 2
	configure_set a.conf img "plugin = \"out-rmt\"; target = $targets;
	    $rsh $rmt" "$ring"
	engine "$expected" --check -c a.conf
	said "$@"
}
fresh
echo precious >dumps/old
look "\"h:$short/dumps/new\"" 0 "ready to dump"
look "\"h:$short/dumps/old\"" 0 "ready to dump"
only old
[ "$(cat dumps/old)" = precious ] || fail "--check has written to a file"
look "\"h:$short/missing/new\"" 1 "its directory is missing on that host"
look "\"h:$short/dumps/old/new\"" 1 "Not a directory"
look "\"h:$short/dumps\"" 1 "is a directory, name a file in it"
look "[ \"h:$short/dumps/a\", \"h:$short/missing/%v\" ]" 1 \
    "its directory is missing on that host"
look "\"h:/dev/no-such-drive\"" 1 "no such drive"
[ ! -e /dev/no-such-drive ] || fail "--check created a file in /dev"

# ---- A banner alone is not worth a mail, but a failure is

cat >banner <<END
#!/bin/sh
echo "Unauthorized access is prohibited" >&2
shift 3
exec sh -c "\$*"
END
chmod +x banner
fresh
configure_set a.conf img "$(to_rmt "$short/dumps/one" \
    "rsh = \"$short/banner\";" "$rmt" "verify = true;")" "$ring"
engine 0 -q -c a.conf
said_nothing
rm dumps/one
engine 0 -c a.conf
said "Unauthorized access"
configure_set a.conf img "$(to_rmt "$short/dumps/two" \
    "rsh = \"$short/banner\"; rmt = \"/no/such/rmt\";")" "$ring"
engine 1 -q -c a.conf
said "warning: host:$short/dumps/two: Unauthorized access" "/no/such/rmt"

# A name is not interpreted by a shell.
configure_set a.conf img "$(to_rmt "$short/dumps/;touch x" "$rsh" "$rmt")" \
    "$ring"
fresh
engine 0 -c a.conf
only ";touch x"
