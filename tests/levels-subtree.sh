#!/usr/bin/env bash
# A subtree is dumped with the directories on the way to it and nothing else.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/levels-lib.sh
. "$top_srcdir/tests/levels-lib.sh"

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

for path in /none /srv/none /home/4/below; do
	configure_levels levels.conf "$scratch/a.img" "subtree = \"$path\";"
	run "$DUMPENGINE" -c levels.conf
	[ "$status" -ne 0 ] || fail "$path was dumped"
	said "there is no $path in it"
done
