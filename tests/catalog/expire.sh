#!/usr/bin/env bash
# expire lets go what no rule keeps, and nothing else: what a dump that stays
# builds on stays, and a file that is not that volume any more is left alone.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/ask-lib.sh
. "$top_srcdir/tests/catalog/ask-lib.sh"

mkdir -p tree dumps
echo text >tree/file
make_image a.img 4M tree -t ext4
first=1790000000

# night NUMBER LEVEL [KEEP]: a dump, a day after the last one
configure () {
	local keep='keep = { last = 2; };'
	cat >job.conf <<-END
	catalog = $(quoted "$scratch/catalog");
	dumpdates = $(quoted "$scratch/dumpdates");
	jobs = ( {
	  name   = "home"; level = $2; date = $((first + $1 * 86400));
	  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/a.img"); };
	  output = { plugin = "out-file"; path = $(quoted "$scratch/dumps/$1"); };
	  ${3-$keep}
	} );
	END
}
night () {
	configure "$@"
	engine 0 -c job.conf
}

# expire STATUS ARGUMENT...: what goes and what stays is in out, without the
# column of ids, and of each date only the day
expire () {
	local expected=$1
	shift
	catalog "$expected" -c job.conf -H expire "$@"
	cut -f 1,3- out | sed 's/T[0-9:]*//' >rows
}
day () {
	date -d "@$((first + $1 * 86400))" +%F
}

# A rule that keeps nothing is a mistake, and so is a span of nothing.
configure 0 0 'keep = { last = 0; };'
engine 1 -c job.conf --check
said "says nothing of what to keep; set one of last, hourly"
configure 0 0 'keep = { within = "30 dayz"; };'
engine 1 -c job.conf --check
said 'within: "30 dayz": expected a number of minutes, hours'

night 0 0
night 1 1
night 2 1
night 3 0
night 4 1
night 5 1

# Without the configuration nobody knows what to keep.
catalog 1 expire
grep -q "expire needs the configuration" err || fail "$(cat err)"

rows () {
	local n
	for n in 0 1 2; do
		printf 'goes\t%s\thome@%s\tno rule keeps it\n' \
		    "$((n > 0))" "$(day $n)"
	done
	printf 'stays\t0\thome@%s\tbase of a dump that stays\n' "$(day 3)"
	printf 'stays\t1\thome@%s\tlast\n' "$(day 4)"
	printf 'stays\t1\thome@%s\tlast, newest chain\n' "$(day 5)"
}
rows >expected
expire 0 --dry-run
same_file rows expected
[ "$(ls dumps | tr '\n' ' ')" = "0 1 2 3 4 5 " ] || fail "$(ls dumps)"

# One of the files is another one now, and one a link to something else.
echo other >dumps/1
mv dumps/2 elsewhere
ln -s ../elsewhere dumps/2
expire 0
same_file rows expected
said "$scratch/dumps/1: not removed: it is not volume 1 of that dump" \
    "$scratch/dumps/2: not removed: it is not volume 1 of that dump"
[ "$(ls dumps | tr '\n' ' ')" = "1 2 3 4 5 " ] || fail "$(ls dumps)"
[ "$(cat dumps/1)" = other ] && [ -s elsewhere ] || fail "a file is gone"

# The others are as they were, and there is nothing left to do.
grep '^stays' expected >still
expire 0
same_file rows still
restore 0 -t -f dumps/3 -f dumps/5
printed ./file

# What is in the way of removing a file is said, and made up for later.
night 6 0
night 7 1
configure 7 1 'keep = { last = 1; };'
if ! is_root; then
	chmod 555 dumps
	expire 2
	grep -q "dumps/5: not removed: Permission denied" err || fail "$(cat err)"
	chmod 755 dumps
fi
expire 0
[ "$(ls dumps | tr '\n' ' ')" = "1 2 6 7 " ] || fail "$(ls dumps)"

# A job without rules keeps everything.
configure 7 1 ''
expire 0
cut -f 1,4 rows | sort -u >what
printf 'stays\tits job keeps everything, base of a dump that stays\n' >expected
printf 'stays\tits job keeps everything\n' >>expected
sort -u expected >sorted
same_file what sorted

# A dump that dumpdates does not note is no base: the last one that is, stays.
configure 8 0 'keep = { last = 1; }; update_dumpdates = false;'
engine 0 -c job.conf
expire 0
grep "home@$(day 6)" rows | cut -f 1,4 >what
printf 'stays\tbase of a dump that stays, the next dump would build on it\n' \
    >expected
grep "home@$(day 7)" rows | cut -f 1,4 >>what
printf 'stays\tthe next dump would build on it\n' >>expected
same_file what expected
exit 0
