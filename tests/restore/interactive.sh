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

# At a terminal, with completion; and the question about the root.
cat >type.py <<'END'
import os, pty, select, sys, time

os.chdir(sys.argv[1])
pid, fd = pty.fork()
if pid == 0:
    os.environ['TERM'] = 'vt100'
    os.execv(sys.argv[2], sys.argv[2:])
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
for line, answer in ((b'add oth\t\r', b'er/'), (b'ad f\t\r', b'our'), (b'ls\r', b'*four')):
    read_until(prompt)
    os.write(fd, line)
    read_until(answer)
read_until(prompt)
os.write(fd, b'extract\r')
read_until(b"set owner/mode for '.'?")
os.write(fd, b'yes\r')
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
timeout 60 "$PYTHON3" type.py typed "$restore_program" \
    ${trusted[@]+"${trusted[@]}"} -i -f "$scratch/dumps/a" >typed.log 2>&1 ||
    fail "at a terminal: $(cat typed.log)"
(cd typed && find . -type f | sort | tr '\n' ' ') >found
[ "$(cat found)" = "./four ./other/three " ] || fail "typed: $(cat found)"
[ "$(stat -c %a typed)" = 755 ] || fail "$(stat typed)"
