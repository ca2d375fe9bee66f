# shellcheck shell=bash disable=SC2154
# rmt-lib.sh - what the tests of out-rmt share, beside lib.sh and volumes-lib.sh

need_rmt () {
	need_source
	need_python
	[ -e "$top_builddir/.libs/out-rmt.so" ] || skip "out-rmt is not built"
}

# The servers of Debian: of the packages dump and tar.
servers=()
for server in /usr/sbin/rmt-dump /usr/sbin/rmt-tar; do
	[ -x "$server" ] && servers+=("$server")
done

# local_rsh FILE: a command as ssh that stays on this machine.
local_rsh () {
	cat >"$1" <<-'END'
	#!/bin/sh
	# HOST -l USER COMMAND...
	shift 3
	exec sh -c "$*"
	END
	chmod +x "$1"
}

# A server with faults, as the option rsh.
# server [OPTION of rmt-server...]
server () {
	local word list
	list="$(quoted "$PYTHON3"), $(quoted "$tools/rmt-server")"
	for word; do
		list="$list, $(quoted "$word")"
	done
	echo "rsh = [ $list ];"
}

# to_rmt FILE [OPTION...]: the inside of an output group.
to_rmt () {
	local file=$1
	shift
	echo "plugin = \"out-rmt\"; target = $(quoted "host:$file"); $*"
}
