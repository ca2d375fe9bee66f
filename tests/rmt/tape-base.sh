#!/usr/bin/env bash
# A remote tape is examined before it is written: dumps that others depend on,
# foreign data and unreadable files stay, and a tape with many files is searched
# to its end.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
# shellcheck source=tests/rmt/rmt-lib.sh
. "$top_srcdir/tests/rmt/rmt-lib.sh"

need_rmt
need setsid
make_short
make_small_image img tree
make_small_image other other.tree
mkdir state
chmod 700 state

# A tape of FILE..., positioned at the beginning, or with -e at its end; an
# empty
# word is an empty file.
cat >wind.py <<'END'
import sys
words = sys.argv[2:]
at_end = words[:1] == ["-e"]
lengths, data = [], b""
for name in words[at_end:]:
    content = open(name, "rb").read() if name else b""
    lengths += [len(content[i:i + 4096])
                for i in range(0, len(content), 4096)] + [-1]
    data += content
at = len(lengths) if at_end else 0
open(sys.argv[1], "wb").write(
    " ".join(map(str, [at] + lengths)).encode() + b"\n" + data)
END
# Its files become PREFIX0, PREFIX1 and so on; prints their number.
cat >unwind.py <<'END'
import sys
f = open(sys.argv[1], "rb")
at, *lengths = map(int, f.readline().split())
n, part = 0, b""
for length in lengths:
    if length >= 0:
        part += f.read(length)
        continue
    open("%s%d" % (sys.argv[2], n), "wb").write(part)
    n, part = n + 1, b""
print(n, "rest" if part else "")
END
tape () { "$python" wind.py tape "$@"; }
files () { rm -f f[0-9]; [ "$("$python" unwind.py tape f)" = "$1 " ]; }

# configure LEVEL DATE [OPTION of server...]; also uses $image, $set and $eot.
drive=/dev/nst$$		# not in use by any other test
image=img set="" eot="" to_mark=
configure () {
	local level=$1 when=$2
	shift 2
	rm -f count*
	cat >a.conf <<-END
	dumpdates = "dumpdates";
	jobs = ( { name = "test"; level = $level; date = $when;
	  state_dir = "$scratch/state";
	  source = { plugin = "fs-ext2"; device = "$image"; };
	  output = { $(to_rmt $drive "$(server --look --tape \
	    "$scratch/tape" --count "$scratch/count" "$@")" "$set") };
	  ring = { blocking = 4; };
	  $eot } );
	END
}

# same_tape: it is unchanged; it may be rewound, unless set otherwise.
same_tape () {
	[[ $set != *"rewind = false"* ]] || [ "$to_mark" ] || cmp -s tape before || return 1
	LC_ALL=C sed '1s/^[0-9]*//' before >before.content
	LC_ALL=C sed '1s/^[0-9]*//' tape | cmp -s - before.content
}

# refused TEXT...: also by --check; the tape is unchanged, except for its
# position without the option rewind.
refused () {
	cp tape before
	engine 1 --check -c a.conf
	said "$@"
	same_tape || fail "--check: the tape was written, or moved: $*"
	run timeout 60 setsid -w "$DUMPENGINE" -q -c a.conf
	[ "$status" -eq 1 ] || [ "$status" -eq 4 ] ||
	    fail "exit status $status: $(cat err)"
	said "$@"
	same_tape || fail "the tape was written, or moved: $*"
}

# ---- The base of the next level

rm -f tape
configure 0 1600000000
engine 0 --check -c a.conf
engine 0 -q -c a.conf
files 1 || fail "a blank tape has not one file: $(head -n 1 tape)"
cp f0 base
cp -a state state.known
for _ in known unknown; do
	configure 1 1600001000
	refused "$drive: file 0 of the tape" "level 0 dump" \
	    "on which another dump depends" \
	    "on host: mt -f $drive rewind; mt -f $drive weof"
	rm -rf state/*
done
cp -a state.known/. state

# A handler that loads another tape is told why, and the dump continues.
cat >changer <<END
#!/bin/sh
echo "\$DUMPENGINE_REASON" >>'$scratch/reasons'
rm -f '$scratch/tape'
END
chmod +x changer
cp tape base.tape
eot="eot = { plugin = \"eot-script\"; command = \"$short/changer\"; };"
configure 1 1600001000
engine 0 -q -c a.conf
[ "$(head -n 1 reasons)" = protected ] || fail "reason: $(cat reasons)"
files 1 || fail "the tape that was put in has not one file"
cp f0 level1
eot=
configure 2 1600002000
refused "level 1 dump" "on which another dump depends"

# After another file, which itself is not needed.
head -c 20000 /dev/urandom >junk
printf '07070100' | cat - junk >cpio
tape base
configure 2 1600002000
refused "file 0 of the tape" "level 0 dump"
image=other
of_other="of $(date -d @1600000500 '+%Y-%m-%d %H:%M')"
configure 0 1600000500
tape base
refused "file 0 of the tape" "level 0 dump"
rm -f tape
engine 0 -q -c a.conf
files 1 || fail "no dump of the other filesystem"
cp f0 other0
image=img
tape other0
configure 0 1600003000
refused "file 0 of the tape" "$of_other"
# Permission by the operator: erased at the drive.
tape ""
configure 1 1600001500
engine 0 -q -c a.conf
files 1 || fail "a blanked tape: $(head -n 1 tape)"

# ---- A level 0 replaces the previous one

tape base
configure 0 1600004000
cp dumpdates dumpdates.before
engine 0 --check -c a.conf
cmp -s dumpdates dumpdates.before || fail "--check: $(cat dumpdates)"
engine 0 -q -c a.conf
files 1 || fail "a level 0 is not written over the last"
! cmp -s f0 base || fail "a level 0 is not written over the last"
cp f0 base
# Not if another file after it is needed.
tape base other0
configure 0 1600005000
refused "file 1 of the tape" "$of_other"
tape base "" other0
configure 0 1600005000
refused "file 2 of the tape" "$of_other"

# ---- Age, other data, and unreadable files

rm -rf state/* dumpdates
configure 0 "$(date +%s)"
rm -f tape
engine 0 -q -c a.conf
files 1
cp f0 young
rm -rf state/* dumpdates
set="protect_days = 3;"
configure 0 "$(($(date +%s) + 1))"
refused "protect_days is 3"
set=
engine 1 --check -c a.conf
said "protect_days is 3"
configure 0 "$(($(date +%s) + 1))"
engine 0 -q -c a.conf

rm -rf state/* dumpdates
tape cpio
configure 0 1600000000
refused "file 0 of the tape is not a dump but a cpio archive" overwrite_foreign
head -c 1048577 /dev/zero >large
printf '0 1048577 -1\n' | cat - large >tape
refused "data in blocks larger than those of a dump"
tape young
configure 0 1600000000 --bad 0
refused "file 0 of the tape cannot be read"
tape base
configure 0 1600000000 --endless
sed -i 's/plugin = "out-rmt"/& ; timeout = 20/' a.conf
refused "no end of data found"
for what in cpio large bad; do
	set="overwrite_foreign = true;"
	configure 0 1600000000
	tape "$what" 2>/dev/null || {
		tape young
		configure 0 1600000000 --bad 0
	}
	[ "$what" != large ] || printf '0 1048577 -1\n' | cat - large >tape
	engine 0 -q -c a.conf
	files 1 || fail "$what: not overwritten: $(head -n 1 tape)"
	rm -rf state/* dumpdates
done
# But not what other dumps depend on.
rm -f tape
configure 0 1600000000
engine 0 -q -c a.conf
configure 1 1600001000
refused "level 0 dump"
set=
# A tape that was never written gives an error at once.
rm -rf tape state/* dumpdates
configure 0 1600000000 --blank
engine 0 -q -c a.conf
files 1 || fail "a blank tape that cannot be read"
cp f0 base

# ---- A handler that has left the tape of an earlier volume in the drive

set=
eot="eot = { plugin = \"eot-script\"; command = \"true\"; };"
rm -rf tape state/* dumpdates
configure 0 1600000000 --capacity 20
run timeout 60 setsid -w "$DUMPENGINE" -q -c a.conf
[ "$status" -eq 4 ] || fail "exit status $status, not 4: $(cat err)"
said "the tape holds volume 1 of this dump"
files 1 || fail "unchanged tape: $(head -n 1 tape)"
[ "$(stat -c %s f0)" -eq 81920 ] ||
    fail "volume 1 has $(stat -c %s f0) bytes, not 81920"
eot=
rm -rf tape state/* dumpdates
configure 0 1600000000
engine 0 -q -c a.conf

# ---- The position of the tape

set="rewind = false;"
configure 1 1600001000
tape -e base
engine 0 --check -c a.conf
engine 0 -q -c a.conf
files 2 || fail "not after the base: $(head -n 1 tape)"
cmp -s f0 base || fail "appending overwrote the base"
cp f1 level1
tape base
configure 2 1600002000
refused "the file at the tape's position" "level 0 dump" \
    "on host: mt -f $drive weof"
tape base level1
refused "the file at the tape's position" "level 0 dump"
# Before the file mark at the end of a file, with and without more files.
marked () {
	local at=$1
	shift
	tape "$@"
	sed -i "1s/^[0-9]*/$at/" tape
}
length=$(($(stat -c %s base) / 4096))
marked "$length" base level1
to_mark=yes
refused "the file at the tape's position" "level 1 dump"
to_mark=
marked 3 base level1
refused "is not a dump but"
set="rewind = false; overwrite_foreign = true;"
configure 2 1600002000
marked 3 base
engine 1 -q -c a.conf
said "positioned inside a file" "mt -f $drive eod there"
files 1 || fail "within a file: $(head -n 1 tape)"
cmp -s f0 base || fail "within a file, the base was overwritten"
set="rewind = false;"
configure 2 1600002000
marked "$length" base
engine 0 -q -c a.conf
files 2 || fail "in front of the mark: $(head -n 1 tape)"
cmp -s f0 base || fail "in front of the mark, the base was overwritten"
# Blank, or erased.
for blank in -e ""; do
	rm -rf state/* dumpdates
	tape "$blank"
	configure 0 1600006000
	engine 0 -q -c a.conf
	files 1 || fail "blank ($blank): $(head -n 1 tape)"
	[ -s f0 ] || fail "blank ($blank): file 0 is empty"
done
exit 0
