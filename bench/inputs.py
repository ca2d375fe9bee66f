# inputs.py - the filesystems to dump
"""Created once and kept.  As root through a loop mount, so that the kernel
allocates the blocks; otherwise by mke2fs -d.  The contents come from a fixed
seed and are the same in every run."""
import os
import random
import shutil
import subprocess

MIB = 1 << 20


def sh(*command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise RuntimeError(f'{" ".join(command)}: {done.stdout.decode(errors="replace")}')
    return done.stdout.decode(errors='replace')


class Bytes:
    """Bytes that do not repeat soon; never a whole block of zeros."""
    def __init__(self):
        self.pool = random.Random(1).randbytes(4 * MIB)
        self.at = 0

    def take(self, n):
        self.at = (self.at * 1103515245 + 12345) % (3 * MIB)
        if n <= MIB:
            return self.pool[self.at:self.at + n]
        return self.pool[self.at:] * (n // MIB + 1)

    def write(self, path, size):
        with open(path, 'wb') as f:
            while size > 0:
                n = min(size, MIB)
                f.write(self.take(n))
                size -= n


class Text:
    """Words as they are frequent in a language; compresses to about a third."""
    def __init__(self):
        dice = random.Random(3)
        letters = 'etaoinshrdlcumwfgypbvk'
        words = [''.join(dice.choices(letters, range(44, 0, -2), k=dice.randint(2, 11))) for _ in range(20000)]
        weights = [1 / (i + 2) for i in range(len(words))]
        self.pool = ' '.join(dice.choices(words, weights, k=12 << 20)).encode()
        self.dice = dice

    def write(self, path, size):
        with open(path, 'wb') as f:
            while size > 0:
                n = min(size, self.dice.randint(4096, 65536))
                at = self.dice.randrange(len(self.pool) - n)
                f.write(self.pool[at:at + n])
                size -= n


def text(root, scale):
    data = Text()
    for i in range(24):
        data.write(f'{root}/text-{i:02}', int(128 * MIB * scale))


def large(root, scale):
    data = Bytes()
    for i in range(24):
        data.write(f'{root}/large-{i:02}', int(128 * MIB * scale))


def many(root, count, size_of, per_folder=500):
    data = Bytes()
    for first in range(0, count, per_folder):
        folder = f'{root}/{first // per_folder // 50:02}/{first // per_folder:05}'
        os.makedirs(folder)
        for i in range(first, min(count, first + per_folder)):
            fd = os.open(f'{folder}/file-{i:07}', os.O_WRONLY | os.O_CREAT, 0o644)
            size = size_of(i)
            if size:
                os.write(fd, data.take(size))
            os.close(fd)


def small(root, scale):
    """0 to 16 KiB, 4 KiB on average; a few are larger."""
    dice = random.Random(2)
    many(root, int(200000 * scale), lambda i: int(dice.expovariate(1 / 4096)) % 16384)


def empty(root, count):
    many(root, count, lambda i: 0)


def fragmented(root, scale):
    """Remove every second file of 8 KiB, and fill the gaps with large files."""
    data = Bytes()
    count = int(40000 * scale)
    many(root, count, lambda i: 8192)
    fd = os.open(root, os.O_RDONLY)
    os.fsync(fd)
    for i in range(0, count, 2):
        os.unlink(f'{root}/{i // 500 // 50:02}/{i // 500:05}/file-{i:07}')
    os.fsync(fd)
    os.close(fd)
    free = os.statvfs(root).f_bavail * os.statvfs(root).f_frsize
    for i in range(8):
        path = f'{root}/pieces-{i}'
        data.write(path, free // 10 // MIB * MIB + MIB)
        fd = os.open(path, os.O_RDONLY)
        os.fsync(fd)
        os.close(fd)


class Inputs:
    def __init__(self, folder, scale, root):
        self.folder, self.scale, self.root = folder, scale, root
        os.makedirs(folder, exist_ok=True)

    def make(self, name, fill, size, inodes):
        """An image of that size in bytes, with the contents created by `fill(folder)`."""
        image = f'{self.folder}/{name}-{self.scale:g}{"" if self.root else "-d"}.ext4'
        if os.path.exists(image):
            return image
        print(f'  making {os.path.basename(image)}', flush=True)
        partial, tree = image + '.partial', self.folder + '/tree'
        options = ['-t', 'ext4', '-b', '4096', '-m', '0', '-N', str(inodes), '-E', 'lazy_itable_init=0,nodiscard']
        with open(partial, 'wb') as f:
            f.truncate(size // MIB * MIB)
        shutil.rmtree(tree, ignore_errors=True)
        os.makedirs(tree)
        if self.root:
            sh('mke2fs', '-q', '-F', *options, partial)
            sh('mount', '-o', 'loop,noatime', partial, tree)
            try:
                fill(tree)
            finally:
                sh('umount', tree)
        else:
            fill(tree)
            sh('mke2fs', '-q', '-F', '-d', tree, *options, partial)
            shutil.rmtree(tree)
        fd = os.open(partial, os.O_RDWR)
        os.fsync(fd)
        os.close(fd)
        os.rename(partial, image)
        return image

    def large(self):
        s = self.scale
        return self.make('large', lambda t: large(t, s), int((3300 * s + 40) * MIB), 1000)

    def text(self):
        s = self.scale
        return self.make('text', lambda t: text(t, s), int((3300 * s + 40) * MIB), 1000)

    def small(self):
        s = self.scale
        count = int(200000 * s)
        return self.make('small', lambda t: small(t, s), int((1300 * s + 40) * MIB), count + count // 100 + 1000)

    def fragmented(self):
        s = self.scale
        count = int(40000 * s)
        return self.make('fragmented', lambda t: fragmented(t, s), int((330 * s + 60) * MIB), count + count // 100 + 1000)

    def inodes(self, count):
        return self.make(f'inodes-{count}', lambda t: empty(t, count), count * 350 + 40 * MIB,
                         count + count // 100 + 1000)

    def changed(self, count, changes=100):
        """The same with that many files changed later: the image, and the date to dump since."""
        image = self.inodes(count)
        since = int(os.stat(image).st_mtime) + 10
        changed = image + '.changed'
        if not os.path.exists(changed):
            partial = changed + '.partial'
            sh('cp', '--sparse=always', image, partial)
            with open(self.folder + '/requests', 'w') as f:
                for k in range(changes):
                    i = k * (count // changes)
                    path = f'{i // 500 // 50:02}/{i // 500:05}/file-{i:07}'
                    f.write(f'sif /{path} ctime @{since + 60}\n')
            sh('debugfs', '-w', '-f', self.folder + '/requests', partial)
            os.rename(partial, changed)
        return changed, since


def used_bytes(image):
    """Blocks in use, from the superblock."""
    with open(image, 'rb') as f:
        f.seek(1024)
        sb = f.read(1024)
    word = lambda at: int.from_bytes(sb[at:at + 4], 'little')
    return (word(4) - word(12)) * (1024 << word(24))
