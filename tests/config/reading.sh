#!/usr/bin/env bash
# The configuration is read from anywhere, together with what it includes; files
# that are no configuration are reported as such.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

mkdir dumps
fault="plugin = $(quoted "$TEST_PLUGINS/fs-fault.so");"
configure_job a.conf "$fault" 'plugin = "out-file"; path = "dumps/a"; overwrite = true;'

# done_with ARGUMENT...: a run with standard input from the file "in".
done_with () {
	rm -f dumps/*
	timeout 20 "$DUMPENGINE" -q "$@" <in >out 2>err
	status=$?
	[ "$status" -eq 0 ] || fail "$*: exit status $status: $(cat err)"
	[ -s dumps/a ] || fail "$*: no dump"
}

# refused FILE TEXT...
refused () {
	local file=$1
	shift
	engine 1 --check -c "$file"
	said "$@"
	not_said "syntax error" "Sanitizer"
}

# ---- Open descriptors

cp a.conf in
done_with -c -
done_with -c /dev/stdin
done_with -c /dev/fd/0
done_with -c <(cat a.conf)
mkfifo in.fifo
cat a.conf >in.fifo &
mv in in.file
ln -s in.fifo in
done_with -c -
wait
rm in
mv in.file in
# A named FIFO; one without a writer does not block it for ever.
cat a.conf >in.fifo &
done_with -c in.fifo
wait
begun=$SECONDS
refused in.fifo "in.fifo: cannot read the configuration: the FIFO has no writer"
[ $((SECONDS - begun)) -lt 60 ] || fail "took $((SECONDS - begun)) s"
# Messages contain its name, and an empty one has no jobs.
echo 'jobs = 5;' >in
timeout 20 "$DUMPENGINE" -c - <in >out 2>err
said "standard input:1: jobs: "
timeout 20 "$DUMPENGINE" -c - <&- >out 2>err && fail "closed input is taken"
said "standard input: jobs: missing"
echo 'jobs = ( ( ;' >in
timeout 20 "$DUMPENGINE" -c /dev/stdin <in >out 2>err && fail "not refused"
said "/dev/stdin:" "syntax error"

# ---- Included files: beside the file, or in the current directory

mkdir folder folder/deep
echo 'label = "included";' >label.conf
echo 'label = "beside";' >folder/label.conf
echo '@include "label.conf"' >folder/deep/label.conf
sed 's/label.*/\n@include "label.conf"/' a.conf >folder/b.conf
cp folder/b.conf in
label () {
	strings -n 6 dumps/a | grep -qx "$1" || fail "the label is not $1"
}
done_with -c folder/b.conf
label beside
done_with -c -
label included
# Also in an included file; and by absolute path.
sed 's,label.conf,deep/label.conf,' folder/b.conf >folder/c.conf
done_with -c folder/c.conf
label beside
sed "s,label.conf,$scratch/label.conf," folder/b.conf >folder/c.conf
done_with -c folder/c.conf
label included
# Errors after it are reported at their own lines, and those in it under its
# name.
sed 's/ring .*/ringg = 1;/' folder/b.conf >folder/c.conf
line=$(grep -n ringg folder/c.conf | cut -d : -f 1)
refused folder/c.conf "folder/c.conf:$line: ringg: "
printf '# one\nlabel = 7;\nlevel = "x"; # no line end' >folder/label.conf
refused folder/c.conf "folder/c.conf:$line: ringg: " \
    "folder/label.conf:2: label: " "folder/label.conf:3: level: "
# Not in a comment or string.
printf '/*\n@include "none"\n*/\n# \n#@include "none"\n' >d.conf
cat a.conf >>d.conf
engine 0 --check -c d.conf
echo '@include "none.conf"' >d.conf
refused d.conf 'd.conf:1: @include "none.conf": none.conf cannot be read: No such'
echo '@include "folder"' >d.conf
refused d.conf 'd.conf:1: @include "folder": folder is not a regular file'
echo '@include "in.fifo"' >d.conf
refused d.conf 'd.conf:1: @include "in.fifo": in.fifo is not a regular file'

# ---- Loops

printf '\n@include "d.conf"\n' >d.conf
refused d.conf 'd.conf:2: @include "d.conf": include loop: d.conf includes itself'
echo '@include "e.conf"' >d.conf
printf '#\n#\n@include "f.conf"\n' >e.conf
echo '@include "./d.conf"' >f.conf
refused d.conf 'f.conf:1: @include "./d.conf": include loop: ./d.conf includes this'
ln -s f.conf g.conf
echo '@include "g.conf"' >f.conf
refused d.conf 'f.conf:1: @include "g.conf": include loop: '
# The same file twice is not a loop; ten levels are allowed, an eleventh is not.
echo >nothing.conf
{ cat a.conf; printf '@include "nothing.conf"\n@include "nothing.conf"\n'; } >d.conf
engine 0 --check -c d.conf
for n in 1 2 3 4 5 6 7 8 9 10; do
	echo "@include \"n$((n + 1)).conf\"" >n$n.conf
done
cp a.conf n10.conf
engine 0 --check -c n1.conf
echo '@include "n11.conf"' >n10.conf
cp a.conf n11.conf
refused n1.conf 'n10.conf:1: @include "n11.conf": includes are nested'

# ---- Byte order marks, and files that are not text

printf '\357\273\277' | cat - a.conf >bom.conf
engine 0 --check -c bom.conf
printf '\357\273\277label = "marked";' >label.conf
sed 's/label.*/\n@include "label.conf"/' a.conf >b.conf
rm -f dumps/a
engine 0 -c b.conf
label marked
iconv -t UTF-16 a.conf >utf16.conf 2>/dev/null ||
    printf '\377\376j\0o\0' >utf16.conf
refused utf16.conf "utf16.conf: is UTF-16"
printf 'jobs = (\0);' >nul.conf
refused nul.conf "nul.conf: contains a NUL byte"
head -c 17000000 /dev/zero | tr '\0' ' ' >large.conf
refused large.conf "large.conf: too large"

# Errors in numbers are shown together with others.
sed 's/date .*/date = 99999999999;/; s/label .*/lable = 1;/' a.conf >b.conf
refused b.conf "an integer this large needs the suffix L" "lable: "

# Interrupted while waiting for its configuration.
mkfifo never
sleep 60 >never &
sleeper=$!
: >err
"$DUMPENGINE" -c never >out 2>err &
run=$!
wait_for 20 bash -c "[ -n \"\$(pgrep -P $run)\" ]" || fail "it reads nothing"
kill -s TERM "$run"
wait "$run"
status=$?
kill "$sleeper"
[ "$status" -eq 3 ] || fail "exit status $status, not 3: $(cat err)"
said "aborted by"
