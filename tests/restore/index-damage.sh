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

# On several volumes, with attributes behind the end of the stream: headers of
# volumes, maps, directories, the end, and the index.  The catalogue knows which
# volume it is.
make_image several.img 8M tree -t ext4 -b 1024 -O ea_inode
head -c 20000 /dev/urandom >value
debugfs several.img "ea_set -f value /f8 user.large"
mkdir several
cat >several.conf <<END
catalog = $(quoted "$scratch/catalog");
jobs = ( {
  name   = "several";
  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/several.img"); };
  output = { plugin = "out-file"; path = $(quoted "$scratch/several/%v");
    volume_size = "900k"; };
} );
END
engine 0 -c several.conf
cat >several.py <<'END'
import os
import random
import re
import shutil
import subprocess
import sys

catalog, restore = sys.argv[1], sys.argv[2:]
volumes = sorted(os.listdir('several'))
whole = {v: open('several/' + v, 'rb').read() for v in volumes}
files = {}
for folder, _, names in os.walk('tree'):
    for name in names:
        path = os.path.join(folder, name)
        files['.' + path[4:]] = open(path, 'rb').read()


def run(*arguments, folder='.'):
    return subprocess.run(arguments, cwd=folder, text=True, errors='replace',
                          stdin=subprocess.DEVNULL, capture_output=True)


def check(volume):
    number = int(volume)
    p = run(*restore, '--verify', '-M', '-f', 'several/')
    if p.returncode != 2 or 'index is damaged' not in p.stderr and \
            not re.search(rf'volume {number}: bytes \d+ to \d+ are not',
                          p.stderr):
        return f'--verify ends with {p.returncode}: {p.stderr}'
    os.mkdir('into')
    q = run(*restore, '-x', '-y', '-M', '-f', '../several/', folder='into')
    found = set()
    for folder, _, names in os.walk('into'):
        for name in names:
            with open(os.path.join(folder, name), 'rb') as f:
                found.add(f.read())
    shutil.rmtree('into')
    # A name in a directory is named there, by its inode.
    lost = [n for n in files if files[n] not in found and
            n + ' (inode' not in p.stderr and
            f': {os.path.basename(n)} is inode' not in p.stderr]
    if q.returncode not in (0, 2) or lost:
        return f'-x ends with {q.returncode}, without {lost}: {q.stderr}'
    r = run(catalog, '--catalog', 'catalog', '-H', 'check', '--read')
    states = [line.split('\t')[0] for line in r.stdout.splitlines()]
    if states != ['different' if v == volume else 'good' for v in volumes]:
        return f'check --read: {r.stdout}'
    return None


shutil.rmtree('into', ignore_errors=True)
random.seed(5)
last = volumes[-1]
places = [(v, at) for v in volumes for at in (random.randrange(1024),
          len(whole[v]) - 1 - random.randrange(1024),
          random.randrange(len(whole[v])), random.randrange(50000))] + \
    [(last, random.randrange(len(whole[last]) - 60000, len(whole[last])))
     for n in range(20)]
wrong = 0
for volume, at in places:
    bad = bytearray(whole[volume])
    bad[at] ^= random.randrange(1, 256)
    with open('several/' + volume, 'wb') as f:
        f.write(bad)
    fault = check(volume)
    if fault:
        print(f'volume {volume}, byte {at}: {fault}')
        wrong += 1
    with open('several/' + volume, 'wb') as f:
        f.write(whole[volume])
print(f'{len(places)} places on {len(volumes)} volumes')
sys.exit(wrong > 0 or len(volumes) < 3)
END
"$PYTHON3" several.py "$top_builddir/dumpengine-catalog" "$restore_program" \
    ${trusted[@]+"${trusted[@]}"} >several.log 2>&1 ||
    fail "$(head -c 4000 several.log)"
