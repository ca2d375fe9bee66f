# shellcheck shell=bash disable=SC2154
# rmt-lib.sh - shared by the tests of out-rmt, in addition to volumes-lib.sh

# Sets of several outputs are compared.
# shellcheck disable=SC2034
without_index=yes

need_rmt () {
	need_source
	need_python
	[ -e "$top_builddir/.libs/out-rmt.so" ] || skip "out-rmt is not built"
}

# The interpreter itself, not a wrapper that finds it: it is started often.
python=$("${PYTHON3:-true}" -c 'import sys; print(sys.executable)')

# Debian's servers, from the packages dump and tar.
servers=()
for server in /usr/sbin/rmt-dump /usr/sbin/rmt-tar; do
	[ -x "$server" ] && servers+=("$server")
done

# A short name for the scratch directory, in $short: rmt-dump has a limit.
make_short () {
	short=/tmp/rmt-test.$$
	ln -s "$scratch" "$short" || fail "cannot make a short name"
	trap 'rm -f "$short"; clean_up' EXIT
}

# local_rsh FILE: a command like ssh that stays on this machine.
local_rsh () {
	cat >"$1" <<-'END'
	#!/bin/sh
	# HOST -l USER COMMAND...
	shift 3
	exec sh -c "$*"
	END
	chmod +x "$1"
}

# A server with faults, for the option rsh.
# server [OPTION of rmt-server...]
server () {
	local word list
	list="$(quoted "$python"), \"-I\", \"-S\", $(quoted "$tools/rmt-server")"
	for word; do
		list="$list, $(quoted "$word")"
	done
	echo "rsh = [ $list ];"
}

# to_rmt FILE [OPTION...]: the contents of an output group.
to_rmt () {
	local file=$1
	shift
	echo "plugin = \"out-rmt\"; target = $(quoted "host:$file"); $*"
}

# restore_set FOLDER VOLUME...: restore a whole set into a new directory.
restore_set () {
	local folder=$1 n=0 volume
	shift
	for volume; do
		n=$((n + 1))
		ln -s "$PWD/$volume" "set$(printf %03d $n)"
	done
	mkdir "$folder"
	(cd "$folder" && "$RESTORE" -r -y -M -f ../set) >restore.log 2>&1 \
	    </dev/null || fail "restore -M: $(cat restore.log)"
	rm -f "$folder/restoresymtable" set0*
}

# to_server SERVER_OPTIONS OPTION...: configure a dump through rmt-server.
to_server () {
	local -a options
	read -ra options <<<"$1"
	shift
	rm -rf log count*
	fresh
	configure_set a.conf img "$(to_rmt "$short/dumps/one" \
	    "$(server --log "$scratch/log" --count "$scratch/count" \
	    "${options[@]}")" "$@")" "$ring"
}

# ends STATUS TEXT...: check the result without an operator.
ends () {
	local expected=$1
	shift
	run timeout 60 setsid -w "$DUMPENGINE" -c a.conf
	[ "$status" -eq "$expected" ] ||
	    fail "exit status $status, not $expected: $(cat err a.conf)"
	! grep -qE 'Sanitizer|runtime error:' err || fail "$(cat err)"
	said "$@"
}

# plain_set: make img, and its dump on one volume, plain/one, according to
# $ring.
plain_set () {
	make_short
	mkdir plain
	make_small_image img tree
	ring="blocking = 4;"
	configure_set a.conf img 'plugin = "out-file"; path = "plain/one";' \
	    "$ring"
	engine 0 -c a.conf
}

# whole: the set has the contents of plain/one, in complete records.
whole () {
	local file
	scan_set dumps/*
	same_stream plain/one dumps/*
	for file in dumps/*; do
		[ $(($(stat -c %s "$file") % 4096)) -eq 0 ] ||
		    fail "$file has $(stat -c %s "$file") bytes"
	done
}
