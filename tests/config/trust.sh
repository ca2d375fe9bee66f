#!/usr/bin/env bash
# As root, no configuration, plugin or program is used that users other than
# root could have written; commands inherit nothing of our environment.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_root
[ ${#trusted[@]} -eq 0 ] || skip "others can write to the build directory"
id nobody >/dev/null 2>&1 || skip "needs a user nobody"
user=$(id -u nobody)

mkdir dumps safe open sticky theirs private
chmod 777 open
chmod 1777 sticky
chown nobody theirs
source="plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");"
output='plugin = "out-file"; path = "dumps/a"; overwrite = true;'
configure_job a.conf "$source" "$output"

# refused TEXT... ARGUMENT: --check and a run report it, and nothing runs.
refused () {
	local conf=${*: -1} texts=("${@:1:$#-1}")
	rm -f dumps/* ran
	engine 1 --check -c "$conf"
	said "users other than root can write" "${texts[@]}"
	engine 1 -c "$conf"
	said "users other than root can write" "${texts[@]}"
	[ ! -e ran ] && [ ! -e dumps/a ] || fail "it was run: $(cat err)"
}

# Make a file unsafe in each possible way: others can write it.
can_write_mode () { chmod o+w "$1"; }
can_write_group () { chgrp nogroup "$1"; chmod g+w "$1"; }
can_write_owner () { chown nobody "$1"; }
ways="mode group owner"
! setfacl -m u:nobody:rw a.conf 2>/dev/null || ways+=" list"
setfacl -b a.conf 2>/dev/null
can_write_list () { setfacl -m u:nobody:rw "$1"; }

# each_way COPY FILE CHECK: run CHECK with a COPY in all unsafe states and
# places.
each_way () {
	local from=$1 name=$2 way folder
	shift 2
	for way in $ways; do
		cp -p "$from" "safe/$name"
		"can_write_$way" "safe/$name"
		"$@" "safe/$name"
		rm -f "safe/$name"
	done
	for folder in open sticky theirs; do
		cp -p "$from" "$folder/$name"
		"$@" "$folder/$name"
		mkdir -p "$folder/mine"
		cp -p "$from" "$folder/mine/$name"
		if [ "$folder" = sticky ]; then
			engine 0 --check -c a.conf	# the way of mktemp -d
		else
			"$@" "$folder/mine/$name"
		fi
		# Through a link in a safe directory, and through "..".
		ln -sf "../$folder/$name" "safe/link-$name"
		"$@" "safe/link-$name"
		"$@" "safe/../$folder/$name"
		"$@" "$scratch/$folder/$name"
		rm -rf "$folder/$name" "$folder/mine" "safe/link-$name"
	done
	# A link in an open directory may lead elsewhere tomorrow.
	cp -p "$from" "safe/$name"
	ln -s "../safe/$name" "open/link-$name"
	"$@" "open/link-$name"
	ln -s ../safe open/folder
	"$@" "open/folder/$name"
	rm -f open/* "safe/$name"
}

# ---- The configuration, and included files

each_way a.conf a.conf refused
cp a.conf sticky/a.conf
mkdir sticky/mine
mv sticky/a.conf sticky/mine
engine 0 -c sticky/mine/a.conf
rm -r sticky/mine
chgrp root a.conf
chmod 664 a.conf
engine 0 -c a.conf
chmod 644 a.conf
including () {
	sed "s,label .*,\n@include $(quoted "$1")," a.conf >b.conf
	refused "b.conf:" "@include \"$1\"" b.conf
}
echo 'label = "x";' >label
each_way label label including
# For a descriptor, the file behind it counts; a pipe is trusted.
cp a.conf open/a.conf
engine 1 --check -c /dev/stdin <open/a.conf
engine_in () {
	"$DUMPENGINE" --check -q -c "$1" >out 2>err
	status=$?
}
engine_in - <open/a.conf
[ "$status" -eq 1 ] || fail "a file through a descriptor is not looked at"
said "users other than root can write"
cat open/a.conf | { engine_in -; [ "$status" -eq 0 ]; } || fail "a pipe: $(cat err)"
engine_in <(cat open/a.conf)
[ "$status" -eq 0 ] || fail "a pipe is refused: $(cat err)"

# ---- Plugins

loading () {
	configure_job b.conf "plugin = $(quoted "$1");" "$output"
	refused "b.conf:5: plugin: " b.conf
	engine 1 --plugin-help "$1"
	said "users other than root can write"
}
each_way "$TEST_PLUGINS/fs-fault.so" fs.so loading
found () {
	configure_job b.conf "plugin = \"$(basename "$1" .so)\";" "$output"
	DUMPENGINE_PLUGIN_PATH=$(dirname "$1"):$DUMPENGINE_PLUGIN_PATH \
	    refused "b.conf:5: plugin: " b.conf
	DUMPENGINE_PLUGIN_PATH=$(dirname "$1") engine 0 --list-plugins
	grep -q "^broken .*users other than root can write" out ||
	    fail "--list-plugins has loaded it: $(cat out)"
}
each_way "$TEST_PLUGINS/fs-fault.so" fs-x.so found

# ---- Programs

printf '#!/bin/sh\ntouch "%s"\n' "$scratch/ran" >program
chmod +x program
handler () {
	local text
	for text; do
		sed "s%^} .*%  eot = { plugin = \"eot-script\"; command = $(quoted "$text"); }; } );%" \
		    a.conf >b.conf
		refused "b.conf:" "command: " b.conf
	done
}
each_way program program handler
# A script is as safe as the interpreter of its first line.
cp /bin/sh theirs/sh
chown nobody theirs/sh
for line in "$scratch/theirs/sh" " /usr/bin/env $scratch/theirs/sh"; do
	printf '#!%s\ntouch "%s"\n' "$line" "$scratch/ran" >safe/script
	chmod +x safe/script
	handler safe/script "timeout 5 safe/script"
done
rm theirs/sh safe/script
cp -p program open/p
handler "open/p --word" "X=1 open/p" "sh open/p" "exec sh open/p" \
    "true; open/p" "true && { open/p; }" "test -e /x || nice -n 5 open/p" \
    "sh -c 'open/p'" "'open/p'" "cat </dev/null | open/p" "env -i sh open/p" \
    "timeout 5 open/p" "/bin/echo open/p"
chmod -x open/p
handler "sh open/p" ". open/p" "perl -w open/p"
rm open/p
if [ -e "$top_builddir/.libs/fs-ext2.so" ]; then
	snapshot () {
		configure_job b.conf 'plugin = "fs-ext2"; device = "img";' "$output"
		local key other
		for key in create remove; do
			other=create
			[ "$key" = remove ] || other=remove
			sed -i '/snapshot/d' b.conf
			sed -i "5i snapshot = { device = \"img\"; $other = \"true\"; $key = \"$1 x\"; };" b.conf
			refused "b.conf:5: $key: " b.conf
		done
	}
	each_way program program snapshot
fi
remote () {
	configure_job b.conf "$source" \
	    "plugin = \"out-rmt\"; target = \"h:/x\"; rsh = \"$1 -x\";"
	refused "b.conf:" "rsh: " b.conf
	configure_job b.conf "$source" \
	    "plugin = \"out-rmt\"; target = \"h:/x\"; rsh = (\"$1\", \"-x\");"
	refused "rsh: " b.conf
	configure_job b.conf "$source" 'plugin = "out-rmt"; target = "h:/x";'
	RSH="$1 -x" refused "RSH: " b.conf
}
each_way program rsh remote
chmod 711 "$scratch" "$scratch/tmp"
chmod 777 dumps
as_user () { setpriv --reuid "$user" --regid "$user" --clear-groups "$@" 2>/dev/null; }
reached=
! as_user test -r "$scratch/a.conf" || reached=yes
# A program that runs as another user may belong to that user, but to no other.
cp program theirs/program
chown nobody theirs/program
as () {
	sed "s|^} .*|  eot = { plugin = \"eot-script\"; $1 }; } );|" a.conf >b.conf
}
as 'command = "theirs/program"; user = "nobody";'
[ -z "$reached" ] || engine 0 --check -c b.conf
as 'command = "theirs/program"; user = "daemon";'
refused "owned by nobody" b.conf
as 'command = "theirs/program";'
refused "owned by nobody" b.conf

# ---- Allowed by name, only on the command line

engine 0 --check --trust theirs -c b.conf
engine 0 --check --trust theirs/program -c b.conf
engine 1 --check --trust open --trust sticky -c b.conf
cp b.conf open/b.conf
engine 1 --check --trust theirs -c open/b.conf
engine 1 --check --trust open -c open/b.conf
engine 0 --check --trust theirs --trust open/b.conf -c open/b.conf
mkdir open/bin
cp program open/bin/program
as 'command = "open/bin/program"; trust = "open";'
engine 1 --check -c b.conf
said "trust: "
# Other users do not need it.
if [ -n "$reached" ]; then
	as_user env HOME=/ "$DUMPENGINE" --check -c open/b.conf >out 2>err
	not_said "users other than root"
fi

# ---- The environment of commands

printf '#!/bin/sh\nenv >"%s/env.$1"\n' "$scratch/private" >handler
cat >>handler <<'END'
set -- $(sed 's/.*) //' /proc/$$/stat)
echo "session $4 terminal $5"
grep NoNewPrivs /proc/$$/status | tr '\t' ' '
readlink /proc/$$/fd/0
END
chmod +x handler
chmod 777 private
mkdir safe/bin
cp /bin/true open/mytool
cp /bin/true safe/bin/mytool
listed () {
	grep -vE '^(PATH|HOME|LOGNAME|SHELL|TZ|LANG|PWD|OLDPWD|SHLVL|_|DUMPENGINE_[A-Z_]+)=' \
	    "$1" && fail "$1 has more than it should: $(cat "$1")"
	[ "$(sed -n 's/^SHELL=//p' "$1")" = /bin/sh ] || fail "SHELL: $(cat "$1")"
	[ "$(sed -n 's/^LOGNAME=//p' "$1")" = "$2" ] || fail "LOGNAME: $(cat "$1")"
	! grep -E "^PATH=.*($scratch/open|theirs|::)" "$1" || fail "PATH: $(cat "$1")"
	grep -qE "^PATH=$scratch/safe/bin:" "$1" || fail "PATH: $(cat "$1")"
	grep -q '^TZ=UTC$' "$1" || fail "TZ: $(cat "$1")"
}
run_with () {
	rm -f dumps/* private/env.*
	EVIL=1 LD_PRELOAD_X=1 ENV=/x BASH_ENV=/x IFS=x TZ=UTC HOME=/wrong \
	    PATH="$scratch/open:$scratch/safe/bin:theirs::$PATH" engine 0 -v -c b.conf
}
as 'command = "mytool; ./handler one"; at_end = true;'
run_with
listed private/env.one root
if [ -n "$reached" ]; then
	as 'command = "./handler one"; at_end = true; user = "nobody";'
	run_with
	listed private/env.one nobody
	[ "$(sed -n 's/^HOME=//p' private/env.one)" != /wrong ] || fail "HOME is ours"
	pid=$(sed -n 's/.*eot-script: session \([0-9]*\) terminal .*/\1/p' err)
	[ -n "$pid" ] && [ "$pid" != "$(ps -o sid= -p $$ | tr -d ' ')" ] ||
	    fail "it is in our session: $(cat err)"
	said "terminal 0" "NoNewPrivs: 1" "/dev/null"
fi
if [ -e "$top_builddir/.libs/fs-ext2.so" ] && [ -n "${MKE2FS:-}" ]; then
	make_image img 8M -t ext4
	configure_job b.conf 'plugin = "fs-ext2"; device = "img";' "$output"
	mkdir state
	sed -i '5i state_dir = "state"; snapshot = { device = "img"; create = "./handler create"; remove = "./handler remove"; };' b.conf
	run_with
	listed private/env.create root
	listed private/env.remove root
fi
