#!/usr/bin/env bash
# The commands of -i, sent by a script and typed at a terminal.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkdir -p 'tree/a dir/sub' tree/other
echo one >'tree/a dir/one'
echo two >'tree/a dir/sub/two'
echo three >tree/other/three
echo four >tree/four
chmod 750 tree/other
make_image a.img 4M tree
configure_dump a.conf a.img dumps/a
engine 0 -c a.conf

cat >commands <<'END'
what
ls
cd "a dir"
pwd
ls -l
find t*
add sub
ls
cd ..
add f* nothing other
delete other/three
ls other /a\ dir/sub
nonsense
extract
ls
verbose
ls four
quit
END
input=$scratch/commands restore_into there 0 -i -f "$scratch/dumps/a"
said "nothing: there is no such name in the set" "nonsense: there is no such"
(cd there && find . -type f | sort | tr '\n' ' ') >found
[ "$(cat found)" = "./a dir/sub/two ./four " ] || fail "there: $(cat found)"
[ "$(stat -c %a there/other)" = 750 ] || fail "$(stat there/other)"
cat >wanted <<'END'
Level 0 dump of
Label: testing
 a dir/
./a dir
sub/
./a dir/sub/two
*sub/
*two
 three
verbose mode on
END
while read -r line; do
	grep -qF -- "$line" out || fail "no \"$line\" in: $(cat out)"
done <wanted
grep -qE '^ +[0-9]+ four$' out || fail "no number of four: $(cat out)"

# The end of the input is the end; what was chosen is not extracted.
printf 'add\n' >commands
input=$scratch/commands restore_into nothing 0 -i -f "$scratch/dumps/a"
[ -z "$(ls -A nothing)" ] || fail "nothing has $(ls -A nothing)"

# ls -l knows files as well; afterwards they can still be extracted.
ln tree/four tree/other/link
chown 12 tree/four 2>/dev/null
chmod 6751 tree/four
touch -d '2001-02-03 04:05' tree/four
truncate -s 5000000 'tree/a dir/one'
ln -s four tree/symlink
mkfifo -m 620 tree/queue
make_image a.img 8M tree
rm dumps/a
engine 0 -c a.conf
owner=$(stat -c '%u %g' tree/four)
printf 'ls -l\nls -l four "a dir/one"\nadd four\nextract\n' >commands
input=$scratch/commands restore_into long 0 -i -f "$scratch/dumps/a"
[ "$(grep -c 'reading the headers' err)" -eq 1 ] || fail "$(cat err)"
cat >wanted <<END
-rwsr-s--x 2 $owner 5 2001-02-03 04:05 four
lrwxrwxrwx 1 4 symlink@
prw--w---- 1 0 queue|
drwxr-x--- 2 other/
-rw-r--r-- 1 5000000 one
END
# shellcheck disable=SC2020
while read -r line; do
	pattern=$(printf '%s' "$line" | sed 's/[|]/[|]/; s/ \+/ .*/g')
	grep -qE -- "^$pattern\$" out || fail "no \"$line\" in: $(cat out)"
done <wanted
! grep -q '?' out || fail "unknown: $(cat out)"
[ "$(cat long/four)" = four ] || fail "$(ls -l long)"

# A pipe would have to be read through, and nobody can be asked.
printf 'ls -l\nadd four\nextract\n' >commands
mkfifo pipe
cat dumps/a >pipe &
input=$scratch/commands restore_into piped 0 -i -f "$scratch/pipe"
wait
said "ls -l shows only what belongs to directories"
grep -qE '^-[?]{9} .* four$' out || fail "$(cat out)"
grep -qE '^drwxr-x--- .* other/$' out || fail "$(cat out)"
[ "$(cat piped/four)" = four ] || fail "$(ls -l piped)"

# At a terminal, with completion; and the question about the root.
cat >type.py <<'END'
import os, pty, select, sys, time

what = sys.argv[1]
os.chdir(sys.argv[2])
pid, fd = pty.fork()
if pid == 0:
    os.environ['TERM'] = 'vt100'
    os.execv(sys.argv[3], sys.argv[3:])
seen = b''


def read_until(text):
    global seen
    end = time.monotonic() + 30
    while text not in seen:
        if time.monotonic() > end or not select.select([fd], [], [], 30)[0]:
            sys.exit(f'no {text} in {seen}')
        seen += os.read(fd, 4096)
    seen = seen[seen.index(text) + len(text):]


prompt = b'dumpengine-restore > '


def choose():
    for line, answer in ((b'ls -l four\r', b' 5 2001-02-03'), (b'add oth\t\r', b'er/'), (b'ad f\t\r', b'our'), (b'ls\r', b'*four')):
        read_until(prompt)
        os.write(fd, line)
        read_until(answer)
    read_until(prompt)
    os.write(fd, b'extract\r')
    read_until(b"set owner/mode for '.'?")
    os.write(fd, b'yes\r')


def stop():
    read_until(prompt)
    os.write(fd, b'ls -l\r')
    read_until(b'ls -l has to read all of')
    read_until(b'read it?')
    os.write(fd, b'yes\r')
    read_until(b'stops it')
    os.write(fd, b'\x03')
    read_until(b'stopped: files that were not reached')
    read_until(b'l?????????')


choose() if what == 'choose' else stop()
read_until(prompt)
os.write(fd, b'quit\r')
said = b''
try:
    while more := os.read(fd, 4096):
        said += more
except OSError:
    pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
if status != 0:
    sys.exit(f'exit status {status}: {said.decode(errors="replace")}')
END
mkdir typed
chmod 711 typed
timeout 60 "$PYTHON3" type.py choose typed "$restore_program" \
    ${trusted[@]+"${trusted[@]}"} -i -f "$scratch/dumps/a" >typed.log 2>&1 ||
    fail "at a terminal: $(cat typed.log)"
(cd typed && find . -type f | sort | tr '\n' ' ') >found
[ "$(cat found)" = "./four ./other/link ./other/three " ] || fail "typed: $(cat found)"
[ "$(stat -c %a typed)" = 755 ] || fail "$(stat typed)"

# ^C stops reading for ls -l, and no more.  The pipe is too slow to come first.
head -c 3000000 /dev/urandom >tree/random
rm -r 'tree/a dir'
make_image a.img 8M tree
rm dumps/a
engine 0 -c a.conf
cat >trickle.py <<'END'
import sys, time

try:
    with open(sys.argv[1], 'rb') as dump, open(sys.argv[2], 'wb', 0) as pipe:
        while piece := dump.read(20480):
            pipe.write(piece)
            time.sleep(0.05)
except BrokenPipeError:
    pass
END
"$PYTHON3" trickle.py dumps/a pipe &
timeout 60 "$PYTHON3" type.py stop typed "$restore_program" \
    ${trusted[@]+"${trusted[@]}"} -i -f "$scratch/pipe" >typed.log 2>&1 ||
    fail "stopping: $(cat typed.log)"
wait
