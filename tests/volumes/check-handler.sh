#!/usr/bin/env bash
# --check finds out whether the EOT handler could do its work, without doing it:
# problems that the first change of volumes would meet are reported in advance.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need dash

make_data_image img 2 tree
mkdir dumps

# check STATUS COMMAND TEXT...
check () {
	local expected=$1
	rm -f calls
	configure_set a.conf img "$to_files" "" \
	    "plugin = \"eot-script\"; command = \"$2\"; ${options:-}"
	shift 2
	engine "$expected" --check -c a.conf
	[ $# -eq 0 ] || said "$@"
}

# handler TEXT
handler () {
	printf '#!/bin/sh\n%s\n' "$1" >handler
	chmod +x handler
}

# What a shell would not find or run.
check 1 ./missing "./missing does not exist or is not executable"
check 1 no-such-program "no-such-program not found in PATH"
check 1 "LANG=C TZ=UTC ./missing with words" "./missing does not exist"
check 1 ./dumps "./dumps does not exist or is not executable"
handler 'echo "$DUMPENGINE_REASON $*" >>calls; exit 0'
chmod -x handler
check 1 ./handler "./handler does not exist or is not executable"
chmod +x handler

# The file exists, but not its interpreter; DOS line ends cause this too.
for line in '#!/no/such/interpreter' $'#!/bin/sh\r'; do
	printf '%s\nexit 0\n' "$line" >handler
	check 1 ./handler "the first line of ./handler is missing"
done
handler 'echo "$DUMPENGINE_REASON $*" >>calls; exit 0'

# A file that it would run is not run: this would change a medium.
check 0 ./handler
check 0 "LANG=C ./handler with words"
check 0 true
check 0 exit
# What only the shell can determine is left to it.
check 0 'if true; then ./missing; fi'
[ ! -e calls ] || fail "it was run: $(cat calls)"

# A script that supports a check is checked.
handler '# dumpengine: can be checked
echo "$DUMPENGINE_REASON $DUMPENGINE_NEXT_VOLUME" >>calls; exit 0'
check 0 ./handler
[ "$(cat calls)" = "check 0" ] || fail "run as $(cat calls)"
handler '# dumpengine: can be checked
echo "the robot is out"; exit 1'
check 1 ./handler "the robot is out" "cannot change the medium"
PATH=$scratch:$PATH check 1 handler "cannot change the medium"

# changer-mtx supports it.
printf 'CHANGER=/dev/missing-changer\n' >changer.conf
printf '#!/bin/sh\nexit 1\n' | tee mtx >mt
chmod +x mtx mt
ln -s "$top_srcdir/conf/changer-mtx" changer-mtx
command="CHANGER_CONF=$scratch/changer.conf PATH=$scratch:/usr/bin:/bin"
check 1 "$command ./changer-mtx" "CHANGER: /dev/missing-changer does not exist"

if is_root && getent passwd nobody >/dev/null; then
	handler 'exit 0'
	chmod 700 handler
	options='user = "nobody";' check 1 ./handler \
	    "./handler does not exist or is not executable for user nobody"
fi
exit 0
