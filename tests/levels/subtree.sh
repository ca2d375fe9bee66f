#!/usr/bin/env bash
# A subtree is dumped with the directories that lead to it, and nothing else.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels/levels-lib.sh
. "$top_srcdir/tests/levels/levels-lib.sh"

mkdir -p tree/srv/mail/box tree/srv/web tree/home
echo 1 >tree/srv/mail/1
echo 2 >tree/srv/mail/box/2
echo 3 >tree/srv/web/3
echo 4 >tree/home/4
ln tree/home/4 tree/srv/mail/4
make_image a.img 8M tree -t ext4

# subtree PATH GONE...
subtree () {
	local path
	configure_levels levels.conf "$scratch/a.img" "subtree = $(quoted "$1");"
	shift
	rm -rf expected restored
	cp -a tree expected
	for path; do
		rm -rf "expected/${path:?}"
	done
	(cd expected && find . -type d -exec touch -r ../tree/{} {} \;)
	engine 0 -c levels.conf
	not_said "warning"
	scan_part dumps/0
	restore_dump dumps/0 restored
	same_tree expected restored --no-flags
}

subtree /srv/mail srv/web home
grep -q "(dir /srv/mail)" scan.log || fail "$(cat scan.log)"
subtree srv/mail/box srv/web srv/mail/1 srv/mail/4 home
subtree /srv/mail/box/2 srv/web srv/mail/1 srv/mail/4 home
subtree / nothing
subtree /home/ srv
[ ! -e dumpdates ] || fail "it was noted: $(cat dumpdates)"

# refused SETTINGS TEXT...: an error in the configuration, also by --check
refused () {
	local check
	configure_levels levels.conf "$scratch/a.img" "$1"
	shift
	for check in --check --estimate -q; do
		rm -f dumps/0
		engine 1 -c levels.conf --no-update $check
		said "levels.conf:7: subtree: " "$@"
		only
	done
}

ln -s mail tree/srv/post
make_image a.img 8M tree -t ext4
rm -f dumps/0
for path in /none /srv/none "srv/mail "; do
	refused "subtree = \"$path\";" "$path does not exist" \
	    "a path from the root of the filesystem"
done
refused 'subtree = "/home/4/below";' "/home/4 is a file, not a directory"
refused 'subtree = "/srv/post/box";' "/srv/post is a symbolic link"
refused 'subtree = "/srv/post";' "/srv/post is a symbolic link"
for path in ./srv srv/../home srv/./mail .. /; do
	[ "$path" = / ] || refused "subtree = \"$path\";" "invalid path"
done
refused 'subtree = "srv/mail"; exclude = "mail";' "is excluded by exclude"
refused 'subtree = "srv/mail/box"; exclude = [ "x", "/s*/mail" ];' \
    "is excluded by exclude"
if [ -n "${DEBUGFS:-}" ]; then
	inode=$("$DEBUGFS" -R "stat /srv" a.img 2>/dev/null |
	    sed -n 's/^Inode: \([0-9]*\).*/\1/p')
	refused "subtree = \"srv/mail\"; exclude = \"#$inode\";" \
	    "srv is excluded by its inode number"
	debugfs a.img "sif /srv/mail flags 0x80040"
	refused 'subtree = "srv/mail"; honor_nodump = 0;' \
	    "srv/mail has the nodump flag"
fi
