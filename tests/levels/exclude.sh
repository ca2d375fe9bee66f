#!/usr/bin/env bash
# Whatever exclude and the nodump flag leave out is in no directory and no map
# of the dump, and all the rest is.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"

need_debugfs
mkdir -p tree/{a/b/c,var/cache/sub,srv/x/y,home/{ann,bob}/tmp}
for file in a/1 a/b/2 a/b/c/3.o var/cache/4 var/cache/sub/5 var/6 srv/7.o \
    srv/x/8 srv/x/y/9.o home/ann/tmp/10 home/bob/tmp/11 home/bob/12 '#13'; do
	echo "$file" >"tree/$file"
done
ln tree/var/cache/4 tree/a/4	# a name here, one there
ln tree/var/cache/4 tree/var/cache/sub/4
make_image a.img 8M tree -t ext4

# inode_of PATH
inode_of () {
	"$DEBUGFS" -R "stat $1" a.img 2>/dev/null | sed -n 's/^Inode: \([0-9]*\).*/\1/p'
}

# without SETTINGS GONE...: the restored tree lacks exactly these paths.
without () {
	local settings=$1 path
	shift
	rm -rf expected restored
	cp -a tree expected
	for path; do
		rm -rf "expected/${path:?}"
	done
	(cd expected && find . -type d -exec touch -r ../tree/{} {} \;)
	configure_levels levels.conf "$scratch/a.img" "$settings"
	engine 0 -c levels.conf --no-update --level 0
	not_said "matches nothing"
	scan_part dumps/0
	restore_dump dumps/0 restored
	same_tree expected restored --no-flags
}

without 'exclude = "/var/cache";' var/cache
without 'exclude = [ "/var/cache/", "c", "*.o" ];' var/cache a/b/c srv/7.o \
    srv/x/y/9.o
without 'exclude = "srv/**/*.o";' srv/7.o srv/x/y/9.o
without 'exclude = "/home/*/tmp";' home/ann/tmp home/bob/tmp
without 'exclude = "/home/**";' home/ann home/bob
without 'exclude = "4";' var/cache/4 var/cache/sub/4 a/4
without 'exclude = "/a/4";' a/4
without "exclude = \"#$(inode_of /a/b)\";" a/b
without "exclude = [ \"#$(inode_of /a/4)\", \"#$(inode_of '/var/6')\" ];" \
    a/4 var/cache/4 var/cache/sub/4 var/6
without 'exclude = "[#]13";' '#13'

# Patterns that match nothing are named, at every level, and no others.
nothing_for () {
	local count=$1 level
	configure_levels levels.conf "$scratch/a.img" "exclude = [ $2 ];"
	shift 2
	for level in "--level 0" "--level 1 --since 2037-01-01"; do
		# shellcheck disable=SC2086 # two words
		engine 0 -c levels.conf --no-update $level
		[ "$(grep -c 'matches nothing' err)" -eq "$count" ] ||
		    fail "not $count patterns match nothing: $(cat err)"
		[ $# -eq 0 ] || said "$@"
	done
}

nothing_for 1 '"/mnt/var/cache", "4"' 'warning: exclude: "/mnt/var/cache" matches nothing on ' \
    "paths from the root of the filesystem" "symbolic links are not followed"
nothing_for 3 '"{9,11}", "[x", "none"' '"{9,11}" matches nothing' \
    "{a,b} is not a wildcard" '"[x" matches nothing' "a [ without ]" "names of files"
nothing_for 1 "\"#9999\", \"#$(inode_of /a/b)\"" '"#9999" matches nothing'
# Those made redundant by another have matched.
nothing_for 0 '"*.o", "7.o", "/var", "/var/cache", "/var/**/5", "cache", "9.o", "6"'
nothing_for 1 '"/var/none", "/a/**"' '"/var/none" matches nothing'

# A pattern that leaves out everything is an error.
configure_levels levels.conf "$scratch/a.img" 'exclude = "*";'
engine 0 -c levels.conf --no-update --level 0
said "warning: exclude leaves out everything on " "only the root directory"
configure_levels levels.conf "$scratch/a.img" 'exclude = "/a";'
engine 0 -c levels.conf --no-update --level 0
not_said "leaves out everything"

# The maps: an excluded directory and those below it are in neither; a file with
# names only there is not dumped.
configure_levels levels.conf "$scratch/a.img" 'exclude = "/var";'
engine 0 -c levels.conf --no-update --level 0
scan_part dumps/0

# The nodump flag counts from level 1, or from honor_nodump.
debugfs a.img "set_inode_field /srv/x flags 0x80040" \
    "set_inode_field /a/1 flags 0x80040"
without 'honor_nodump = 1;'
without 'honor_nodump = 0;' srv/x a/1
configure_levels levels.conf "$scratch/a.img"
engine 0 -c levels.conf --since 2001-01-01 --level 1
scan_part dumps/1
mkdir new
(cd new && printf '1\nn\n' | timeout 60 "$RESTORE" -x -y -f ../dumps/1 .) >restore.log 2>&1
[ ! -e new/srv/x ] && [ ! -e new/a/1 ] || fail "nodump is not honoured: $(find new)"
[ -e new/srv/7.o ] || fail "restore: $(cat restore.log)"
