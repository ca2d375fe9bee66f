#!/usr/bin/env bash
# A byte that flips anywhere in a set with an index is found by --verify, which
# names the files that may have it; everything else is restored as it was.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkdir -p tree/sub/deep
for n in 1 2 3 4 5 6 7 8; do
	head -c $((n * 61000)) /dev/urandom >tree/f$n
	head -c $((n * 900)) /dev/urandom >tree/sub/deep/g$n
done
make_image one.img 8M tree -t ext4 -b 1024
configure_dump one.conf one.img dumps/one
engine 0 -c one.conf

cat >flip.py <<'END'
import importlib.machinery
import importlib.util
import os
import random
import re
import shutil
import subprocess
import sys

loader = importlib.machinery.SourceFileLoader('mkindex', sys.argv[1])
spec = importlib.util.spec_from_loader('mkindex', loader)
mkindex = importlib.util.module_from_spec(spec)
sys.dont_write_bytecode = True
loader.exec_module(mkindex)
program = sys.argv[2:]
plain = open('plain', 'rb').read()
whole = open('dumps/one', 'rb').read()
made = mkindex.Set(['plain'])
files = {}
for folder, _, names in os.walk('tree'):
    for name in names:
        path = os.path.join(folder, name)
        files['.' + path[4:]] = open(path, 'rb').read()


def inode_at(block):
    """The number of the inode that has this block; None: the maps, an end."""
    if made.inodes[0][1] <= block < made.end:
        return [i for i in made.inodes if i[1] <= block][-1][0]
    return None


def run(*arguments, folder='.'):
    return subprocess.run(program + list(arguments), cwd=folder, text=True,
                          stdin=subprocess.DEVNULL, capture_output=True)


def check(at, restore):
    bad = bytearray(whole)
    bad[at] ^= random.randrange(1, 256)
    with open('bad', 'wb') as f:
        f.write(bad)
    p = run('--verify', '-f', 'bad')
    inode = inode_at(at // 1024)
    if p.returncode != 2:
        return f'--verify ends with {p.returncode}'
    if at >= len(plain) and 'the index is damaged' not in p.stderr:
        return 'the index is not named'
    if at < len(plain) and not re.search(
            r'volume 1: bytes \d+ to \d+ are not', p.stderr):
        return 'the bytes are not named'
    if inode and not re.search(rf'\binode {inode}\b', p.stderr):
        return f'inode {inode} is not named'
    if not restore:
        return None
    named = set(re.findall(r'(\./\S+) \(inode', p.stderr))
    q = run('-x', '-f', '../bad', folder='into')
    found = set()
    for folder, _, names in os.walk('into'):
        for name in names:
            with open(os.path.join(folder, name), 'rb') as f:
                found.add(f.read())
    shutil.rmtree('into')
    os.mkdir('into')
    lost = [n for n in files if n not in named and files[n] not in found]
    if q.returncode not in (0, 2) or lost:
        return f'-x ends with {q.returncode}, without {lost}:\n{q.stderr}'
    return None


random.seed(16)
os.mkdir('into')
places = [0, 5, 1024 * 7, len(plain) - 1, len(plain), len(whole) - 1024,
          len(whole) - 1] + \
    [random.randrange(len(plain)) for n in range(150)] + \
    [i[1] * 1024 + random.randrange(1024) for i in made.inodes] + \
    [random.randrange(len(plain), len(whole)) for n in range(30)]
wrong = 0
for n, place in enumerate(places):
    fault = check(place, n % 5 == 0)
    if fault:
        print(f'byte {place}: {fault}')
        wrong += 1
print(f'{len(places)} places')
sys.exit(wrong > 0 or len(places) < 200)
END
# What it is without the index
without_index=1
configure_dump plain.conf one.img plain
engine 0 -c plain.conf
"$PYTHON3" flip.py "$tools/mkindex" "$restore_program" \
    ${trusted[@]+"${trusted[@]}"} >flip.log 2>&1 ||
    fail "$(head -c 4000 flip.log)"
