#!/usr/bin/env bash
# An invalid result of a callback counts as a failure, and a message says so:
# for each callback of each kind of plugin, and for the numbers, counts and
# names that it returns.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/misbehave/misbehave-lib.sh
. "$top_srcdir/tests/misbehave/misbehave-lib.sh"

readonly END=2 NO_MORE=3	# of enum de_status

# returns KIND CALLBACK "STATUS..." [OPTIONS [JOB]]: each of these is rejected.
returns () {
	local kind=$1 callback=$2 value name=$1
	for value in $3 77 -1; do
		configure_misbehave "$kind" "$callback" status \
		    "value = $value; ${4:-}" "${5:-}"
		# shellcheck disable=SC2086
		run "$DUMPENGINE" -c a.conf ${argument:-}
		[ "$status" -ne 0 ] && [ "$status" -lt 6 ] ||
		    fail "$kind: $callback() returned $value: exit status $status: $(cat err)"
		said "plugin misbehaving-$name: $callback() returned $value, which is not allowed here"
	done
}

returns source create "$END $NO_MORE"
returns source open "$END $NO_MORE"
returns source scan_begin "$END $NO_MORE"
returns source scan_begin "$END $NO_MORE" "nth = 3;"
returns source scan_next "$END"
returns source scan_next "$END" "nth = 6;"
returns brief scan_briefly "$END"
returns source read_directory "$END $NO_MORE"
returns source read_directory "$END $NO_MORE" "nth = 2;"
returns source map_file "$END $NO_MORE"
returns source read_symlink "$END"
returns source read_xattrs "$END $NO_MORE"
returns source read "$END $NO_MORE"
returns output create "$END $NO_MORE"
returns output open_volume "$END $NO_MORE"
returns output write "$NO_MORE"
returns output write "$NO_MORE" "nth = 2;"
returns output close_volume "$END $NO_MORE"
returns output begin_readback "$END $NO_MORE" "verify = true;"
returns output read_record "$END" "verify = true;"
returns output settle "$NO_MORE" "window = 2;"
returns eot create "$END $NO_MORE"
returns eot volume_ended "$END $NO_MORE"
snapshot="state_dir = $(quoted "$scratch"); snapshot = {
    device = \"b\"; create = \"true\"; remove = \"true\"; };"
returns source find_mount_point "$END $NO_MORE" "" "$snapshot"
returns source find_device "$END $NO_MORE" "" "$snapshot"
argument=--check
returns output check "$END $NO_MORE"
returns eot check "$END $NO_MORE"
returns source open "$END $NO_MORE"
argument=--estimate
returns source scan_next "$END"
argument=

# Reported once, not for every file.
configure_misbehave source read status "value = 3;"
run "$DUMPENGINE" -c a.conf
[ "$(grep -c 'read() returned' err)" -eq 1 ] || fail "reported more than once: $(cat err)"

# gives KIND CALLBACK ACT VALUE TEXT [OPTIONS]
gives () {
	configure_misbehave "$1" "$2" "$3" "value = $4; ${6:-}"
	run "$DUMPENGINE" -c a.conf
	[ "$status" -ne 0 ] && [ "$status" -lt 6 ] || fail \
	    "$1: $2() gave $3 $4: exit status $status: $(cat err)"
	said "plugin misbehaving-$1: $2() $5"
}

gives source scan_next give 0 "gave inode 0; expected 1 to 20"
gives source scan_next give 1 "gave inode 1; expected 3 to 20" "nth = 2;"
gives source scan_next give 21 "gave inode 21; expected 1 to 20"
gives brief scan_briefly give 0 "gave 0 inodes; expected 1 to"
gives brief scan_briefly give 9999 "gave 9999 inodes; expected 1 to"
gives source read_directory nothing 0 "gave an entry without a name"
gives source read_xattrs nothing 0 "gave an attribute without a name"
gives source read_xattrs give 0 "gave an attribute without a value"
gives output read_record give 0 "gave 0 bytes; expected 1 to 2048" "verify = true;"
gives output read_record give 99999 "gave 99999 bytes; expected 1 to 2048" \
    "verify = true;"
gives eot volume_ended give 3 "gave the unknown answer 3"
gives eot volume_ended give -1 "gave the unknown answer -1"
gives eot volume_ended nothing 0 "gave an unterminated medium name"

# The data read back is endless.
configure_misbehave output read_record nothing "verify = true;"
run "$DUMPENGINE" -c a.conf
[ "$status" -eq 5 ] || fail "endless: exit status $status: $(cat err)"
said "differs from what was written"

configure_misbehave source find_mount_point nothing "" "$snapshot"
run "$DUMPENGINE" -c a.conf
[ "$status" -eq 1 ] || fail "a path without an end: exit status $status"
said "find_mount_point() gave an unterminated path"
configure_misbehave source find_device nothing "" "$snapshot"
run "$DUMPENGINE" -c a.conf
[ "$status" -eq 1 ] || fail "a name without an end: exit status $status"
said "find_device() gave an unterminated name"

# A link that is left out is named, by the engine if not by the plugin.
configure_misbehave source read_symlink status "value = $NO_MORE;"
engine 2 -c a.conf
said "read_symlink() returned 3 without a finding" \
    "/link (inode 13): left out: cannot read its target"

# Texts that may be absent
for callback in source:open output:open_volume; do
	configure_misbehave "${callback%:*}" "${callback#*:}" nothing
	engine 0 -c a.conf
done

# A walk that goes on after being stopped stays stopped: here the output fails.
for callback in map_file read_directory; do
	configure_misbehave source "$callback" ignore
	sed -i 's/^  output = {/& capacity = 1;/' a.conf
	run setsid -w "$DUMPENGINE" -c a.conf
	[ "$status" -gt 2 ] || fail "$callback goes on: exit status $status: $(cat err)"
done

# Reading for a restore: reading STATUS TEXT CALLBACK ACT VALUE [OPTION...]
reading () {
	local expected=$1 text=$2 callback=$3 act=$4 value=$5
	shift 5
	run "$top_builddir/tests/volumes/read-volume" "$@" \
	    "$plugins/misbehaving-output.so" path=volume \
	    callback="$callback" act="$act" value="$value"
	[ "$status" -eq "$expected" ] ||
	    fail "$callback $act $value: exit status $status: $(cat err)"
	said "$text"
}

head -c 3000000 /dev/zero >volume
for value in $END $NO_MORE 4 77 -1; do
	allowed="returned $value, which is not allowed here"
	reading 1 "open_reading() $allowed" open_reading status "$value"
	case $value in
	"$NO_MORE" | 4) ;;
	*)	reading 1 "read_record() $allowed" read_record status "$value" ;;
	esac
	reading 1 "go_to() $allowed" go_to status "$value" -g 7
	# What does not tell its position is read from end to end.
	reading 0 "tell() $allowed" tell status "$value" -s 1:1000000
	said "skipped 0" "end at 3000000"
done
reading 0 "end at 0" read_record status "$NO_MORE"
reading 2 "lost 1048576" read_record status 4
reading 1 "gave 0 bytes; expected 1 to 1048576" read_record give 0
reading 1 "failure 0" open_reading give 99999
reading 1 "failure 8" open_reading give 8
reading 0 "opened , 0 bytes" open_reading nothing 0
