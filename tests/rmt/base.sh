#!/usr/bin/env bash
# A remote file with a volume on which other dumps depend is not emptied; a dump
# that a new level 0 replaces is no longer a base.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/rmt/rmt-lib.sh
. "$top_srcdir/tests/rmt/rmt-lib.sh"

need_rmt
[ "${#servers[@]}" -gt 0 ] || skip "needs rmt-dump or rmt-tar"

make_short
make_data_image img 2 tree
mkdir state
chmod 700 state
local_rsh rsh
printf '#!/bin/sh\nexit 2\n' >stop
chmod +x stop

# configure LEVEL DATE FILE [JOB [OUTPUT]]
configure () {
	cat >a.conf <<-END
	dumpdates = "dumpdates";
	jobs = ( { name = "test"; level = $1; date = $2; ${4:-}
	  state_dir = "$scratch/state";
	  source = { plugin = "fs-ext2"; device = "img"; };
	  output = { $(to_rmt "$short/dumps/$3" "rsh = $(quoted "$scratch/rsh");" \
	    "rmt = $(quoted "$server");") ${5:-} }; } );
	END
}

# refused WHAT: also by --check; and the base is unchanged.
refused () {
	engine 1 --check -c a.conf
	said "dumps/v" "level 0 dump of img" "other dumps depend"
	engine 1 -q -c a.conf
	said "dumps/v" "level 0 dump of img" "other dumps depend"
	cmp -s dumps/v base || fail "$server: $1: the base was overwritten"
}

for server in "${servers[@]}"; do
	fresh
	rm -rf dumpdates state/* base
	configure 0 1600000000 v
	engine 0 -q -c a.conf
	cp dumps/v base
	configure 1 1600001000 v
	refused "a level 1 over its base"
	rm -rf state/*
	refused "a level 1 over its base, without state"
	ln -s v dumps/vlink
	configure 1 1600001000 vlink
	refused "a level 1 over its base, by a link"
	rm -rf dumpdates dumps/v
	configure 0 1600000000 v
	engine 0 -q -c a.conf
	cmp -s dumps/v base || fail "$server: the same dump differs"
	configure 1 1600001000 'v.%l'
	engine 0 -q -c a.conf
	configure 2 1600002000 v
	refused "a level 2 over the base of its base"

	# A level 0 replaces it; once it has, the next one is dumped completely.
	configure 0 1600003000 v
	engine 0 --check -c a.conf
	engine 0 -q -c a.conf
	! cmp -s dumps/v base || fail "$server: a level 0 is not written"
	[ "$(wc -l <dumpdates)" -eq 1 ] || fail "dumpdates: $(cat dumpdates)"

	# If it fails, nothing depends on the dump that it has emptied.
	configure 0 1600004000 v '
	  eot = { plugin = "eot-script"; command = "./stop"; };' \
	    'volume_size = "1 MiB";'
	engine 3 -q -c a.conf
	configure 1 1600005000 'w.%l'
	engine 0 -c a.conf
	said "assuming a level 0 dump"
done

# ---- An earlier volume of the same dump, under another name of its file

# aliased TARGET...
aliased () {
	local each list=
	for each; do
		list="$list${list:+, }$(quoted "$each")"
	done
	rm -rf dumpdates state/*
	configure 0 1600000000 v '' 'volume_size = "1 MiB";'
	sed -i "s|target = [^;]*;|target = [ $list ];|" a.conf
	run timeout 60 setsid -w "$DUMPENGINE" -q -c a.conf
	[ "$status" -eq 4 ] || fail "exit status $status, not 4: $(cat err)"
	said "already holds volume 1 of this dump, written under another name"
	cmp -s dumps/v first || fail "$server: volume 1 was overwritten"
}
for server in "${servers[@]}"; do
	fresh
	rm -rf dumpdates state/*
	configure 0 1600000000 'v%v' '' 'volume_size = "1 MiB";'
	engine 0 -q -c a.conf
	cp dumps/v001 first
	fresh
	ln -s v dumps/alias
	aliased "host:$short/dumps/v" "host:$short/dumps/alias" \
	    "host:$short/dumps/rest%v"
	fresh
	aliased "host:$short/dumps/v" "h2:$short/dumps/v" \
	    "host:$short/dumps/rest%v"
done

# ---- Age, and files that are not dumps

for server in "${servers[@]}"; do
	fresh
	rm -rf dumpdates state/*
	now=$(date +%s)
	configure 0 "$now" v
	engine 0 -q -c a.conf
	cp dumps/v base
	rm -rf dumpdates state/*
	configure 0 $((now + 1)) v '' 'protect_days = 2;'
	refused_young () {
		engine 1 "$@" -c a.conf
		said "dumps/v" "level 0 dump" "protect_days is 2"
		cmp -s dumps/v base || fail "$server: a young dump was overwritten"
	}
	refused_young --check
	refused_young -q
	configure 0 1600000000 v '' 'protect_days = 2;'
	echo precious >dumps/v
	engine 0 --check -c a.conf
	said "dumps/v is not a dump but data of unknown type"
	[ "$(cat dumps/v)" = precious ] || fail "$server: --check writes"
	engine 0 -q -c a.conf
	said "warning:" "dumps/v is not a dump but data of unknown type"
done

# ---- Files that may be written but not read

# unread OPTION...
unread () {
	rm -rf dumpdates state/*
	cat >a.conf <<-END
	dumpdates = "dumpdates";
	jobs = ( { name = "test"; level = 0; date = 1600000000;
	  state_dir = "$scratch/state";
	  source = { plugin = "fs-ext2"; device = "img"; };
	  output = { $(to_rmt "$short/dumps/v" \
	    "$(server --look --unreadable)") $* }; } );
	END
}
unread
for mode in --check -q; do
	engine 1 $mode -c a.conf
	said "dumps/v cannot be read (Permission denied)" \
	    "its contents are unknown" "set overwrite_foreign"
done
unread "overwrite_foreign = true;"
engine 0 -q -c a.conf
said "warning:" "dumps/v cannot be read (Permission denied)"
exit 0
