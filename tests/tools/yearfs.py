"""A small ext4 image that changes, and what is in it; for the tool `year`.

The image is changed by debugfs(8), or in place where debugfs cannot, and the tree is kept beside it by what
was asked for, never by reading it back.  References of a night are therefore independent of the engine.
"""
import os, stat, struct, subprocess

ENTRIES = 70                            # at most, so that 2 MiB are enough
NAMES = ['a', 'letter.txt', 'with blank', "o'clock", 'Makefile', '.hidden', 'x' * 100, 'größe', '$HOME', 'b;c',
         'notes', 'core', 'old', 'new', 'src', '-r', '#1', 'z(1)', 'a&b', '*']
KINDS = {'file': stat.S_IFREG, 'folder': stat.S_IFDIR, 'link': stat.S_IFLNK, 'fifo': stat.S_IFIFO}


class Node:
    """An inode, which may have several names."""

    def __init__(self, kind, mode, data=b''):
        self.kind, self.mode, self.data = kind, mode, data
        self.uid = self.gid = self.mtime = 0
        self.attributes = {}


class Damage(Exception):
    """Of the image or of what debugfs was asked for: a fault of the test."""


class Raw:
    """The first group of an image with blocks of 1 KiB, read and written without debugfs."""

    def __init__(self, path):
        self.file = open(path, 'r+b')
        sb = self.at(1024, 1024)
        self.inode_size, = struct.unpack_from('<H', sb, 88)
        descriptor = self.at(2048, 64)
        self.table, = struct.unpack_from('<I', descriptor, 8)

    def at(self, offset, size):
        self.file.seek(offset)
        return self.file.read(size)

    def put(self, offset, data):
        self.file.seek(offset)
        self.file.write(data)

    def place(self, number):
        return self.table * 1024 + (number - 1) * self.inode_size

    def blocks(self, number):
        """Those of a short file or folder, or None."""
        inode = self.at(self.place(number), 128)
        flags, = struct.unpack_from('<I', inode, 32)
        if not flags & 0x80000:
            return [b for b in struct.unpack_from('<12I', inode, 40) if b]
        magic, count, _, depth = struct.unpack_from('<4H', inode, 40)
        if magic != 0xf30a or depth != 0:
            return None
        found = []
        for i in range(count):
            block, length, _, start = struct.unpack_from('<IHHI', inode, 52 + 12 * i)
            if block != len(found):
                return None
            found += range(start, start + length)
        return found

    def lookup(self, path):
        number = 2
        for name in path.encode().split(b'/') if path else []:
            number = self.entry(number, name)
        return number

    def entry(self, folder, name):
        for block in self.blocks(folder):
            data, at = self.at(block * 1024, 1024), 0
            while at < 1024:
                number, length, n = struct.unpack_from('<IHB', data, at)
                if number and data[at + 8:at + 8 + n] == name:
                    return number
                at += length
        raise Damage('%r is not in folder %d' % (name, folder))

    def rewrite(self, path, data, when):
        """Other bytes in the same blocks; False if that cannot be done."""
        number = self.lookup(path)
        blocks = self.blocks(number)
        if blocks is None or len(blocks) != -(-len(data) // 1024):
            return False
        for i, block in enumerate(blocks):
            self.put(block * 1024, data[i * 1024:i * 1024 + 1024].ljust(1024, b'\0'))
        place = self.place(number)
        self.put(place + 4, struct.pack('<I', len(data)))
        for field in 12, 16:
            self.put(place + field, struct.pack('<I', when))
        return True

    def move_folder(self, path, parent):
        """Its entry ".." is that of its new parent."""
        block = self.blocks(self.lookup(path))[0]
        self.put(block * 1024 + 12, struct.pack('<I', self.lookup(parent)))


def quoted(path):
    return '"/%s"' % path.replace('"', '""')


class Filesystem:
    def __init__(self, image, rng, say, options, with_attributes):
        self.image, self.rng, self.say = image, rng, say
        self.with_attributes = with_attributes
        self.tree = {'': Node('folder', 0o755)}
        self.count = self.written = 0
        run = subprocess.run([os.environ['MKE2FS'], '-q', '-F', '-b', '1024', '-I', '256', '-N', '512', *options,
                              image, '2M'], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True)
        if run.returncode != 0:
            raise Damage('mke2fs: ' + run.stdout)
        self.requests, self.later = ['rmdir /lost+found'], []
        self.touched, self.changed = {''}, set()

    # ------------------------------------------------------------------ what there is
    def snapshot(self):
        """{path: (identity, kind, data, mode, uid, gid, mtime, attributes)}"""
        return {path: (id(n), n.kind, n.data, n.mode, n.uid, n.gid, n.mtime, tuple(sorted(n.attributes.items())))
                for path, n in self.tree.items()}

    def some(self, kind):
        found = sorted(p for p, n in self.tree.items() if n.kind == kind and p)
        return self.rng.choice(found) if found else None

    def below(self, path):
        return [p for p in self.tree if p.startswith(path + '/')]

    def folder(self):
        return self.rng.choice(sorted(p for p, n in self.tree.items() if n.kind == 'folder'))

    def new_name(self):
        folder = self.folder()
        if folder.count('/') > 5:
            folder = ''
        name = self.rng.choice(NAMES)
        path = os.path.join(folder, name)
        while path in self.tree:
            self.count += 1
            path = os.path.join(folder, '%s.%d' % (name, self.count))
        return path

    def names_of(self, node):
        return [p for p, n in self.tree.items() if n is node]

    # ------------------------------------------------------------------------- changes
    def ask(self, request, *words):
        self.requests.append(' '.join([request, *words]))

    def field(self, path, name, value):
        self.ask('set_inode_field', quoted(path), name, value)

    def touch_folder(self, path):
        self.touched.add(os.path.dirname(path))

    def count_links(self, folder):
        """Those of a folder whose subfolders have changed."""
        if folder in self.tree:
            depth = folder.count('/') + 1 if folder else 0
            n = sum(1 for p in (self.below(folder) if folder else self.tree)
                    if p and self.tree[p].kind == 'folder' and p.count('/') == depth)
            self.field(folder, 'links_count', str(n + 2))

    def content(self):
        rng = self.rng
        self.count += 1
        size = rng.choice([0, 1, 30, 700, 1024, 3000, 3000, 9000, 25000])
        text = ('%d %d ' % (self.count, rng.randrange(1 << 60))).encode()
        return (text * (size // len(text) + 1))[:size]

    def make(self, kind, path):
        rng = self.rng
        node = Node(kind, rng.choice([0o644, 0o600, 0o755, 0o640]))
        if kind == 'file':
            node.data = self.content()
            source = '%s.source.%d' % (self.image, self.count)
            with open(source, 'wb') as out:
                out.write(node.data)
            self.ask('write', source, quoted(path))
        elif kind == 'folder':
            node.mode = rng.choice([0o755, 0o700, 0o775])
            self.ask('mkdir', quoted(path))
        elif kind == 'link':
            node.mode = 0o777
            node.data = rng.choice([b'letter.txt', b'../nowhere', b'/etc/passwd', b't' * 90])
            self.ask('symlink', quoted(path), node.data.decode())
        else:
            self.ask('cd', quoted(os.path.dirname(path)))       # it takes a name, not a path
            self.ask('mknod', quoted(os.path.basename(path))[:1] + quoted(os.path.basename(path))[2:], 'p')
            self.ask('cd /')
        if kind != 'link':
            node.uid, node.gid = rng.choice([(0, 0), (1000, 1000), (1001, 100)])
        self.tree[path] = node
        self.touch_folder(path)
        self.describe(path)

    def describe(self, path, when=None):
        """Put owner, mode and, by default now, mtime into the image."""
        node = self.tree[path]
        node.mtime = self.when if when is None else when
        if node.kind != 'link':
            self.field(path, 'mode', '0%o' % (KINDS[node.kind] | node.mode))
        self.field(path, 'uid', str(node.uid))
        self.field(path, 'gid', str(node.gid))
        self.field(path, 'mtime', '@%d' % node.mtime)
        self.changed.add(path)

    def remove(self, path):
        for p in sorted(self.below(path) + [path], reverse=True):
            node = self.tree.pop(p)
            self.changed.discard(p)
            self.touched.discard(p)
            self.ask('rmdir' if node.kind == 'folder' else 'rm', quoted(p))
            rest = self.names_of(node)
            self.changed.update(rest)
        self.touch_folder(path)

    def rename(self, old, new):
        node = self.tree[old]
        self.ask('ln', quoted(old), quoted(new))
        self.ask('unlink', quoted(old))
        moved = {p: self.tree.pop(p) for p in self.below(old) + [old]}
        for p, n in moved.items():
            self.tree[new + p[len(old):]] = n
        for paths in self.touched, self.changed:
            for p in [p for p in paths if p == old or p.startswith(old + '/')]:
                paths.remove(p)
                paths.add(new + p[len(old):])
        self.touch_folder(old)
        self.touch_folder(new)
        self.changed.add(new)
        if node.kind == 'folder':
            self.later.append(('move', node))
            self.count_links(os.path.dirname(old))
            self.count_links(os.path.dirname(new))

    def rewrite(self, path):
        node = self.tree[path]
        data = bytes(b ^ 1 for b in node.data)
        self.later.append(('rewrite', path, node, data))

    # What can happen on a day, by name.
    def do_make(self):
        self.make(self.rng.choice(['file'] * 4 + ['folder', 'folder', 'link', 'fifo']), self.new_name())

    def do_remove(self):
        path = self.some(self.rng.choice(['file', 'file', 'file', 'link', 'fifo']))
        if path:
            self.remove(path)

    def do_remove_folder(self):
        path = self.some('folder')
        if path and self.rng.random() < .3:
            self.remove(path)

    def do_replace(self):
        path = self.some('file')
        if path:
            self.remove(path)
            self.make('file', path)

    def do_rewrite(self):
        path = self.some('file')
        if path and path not in self.changed and self.tree[path].data and len(self.tree[path].data) <= 4096:
            self.rewrite(path)

    def do_rename(self):
        path, new = self.some(self.rng.choice(['file', 'file', 'link', 'folder'])), self.new_name()
        if path and not new.startswith(path + '/'):
            self.rename(path, new)

    def do_rename_over(self):
        path, over = self.some('file'), self.some('file')
        if path and self.tree[path] is not self.tree[over]:
            self.remove(over)
            self.rename(path, over)

    def do_swap(self):
        one, two = self.some('file'), self.some('file')
        if one and one != two:
            self.rename(one, 'swapped')
            self.rename(two, one)
            self.rename('swapped', two)

    def do_link(self):
        path, new = self.some('file'), self.new_name()
        if path:
            self.ask('ln', quoted(path), quoted(new))
            self.tree[new] = self.tree[path]
            self.field(new, 'links_count', str(len(self.names_of(self.tree[new]))))
            self.touch_folder(new)
            self.changed.add(new)

    def do_other_type(self):
        path = self.some(self.rng.choice(['file', 'link', 'folder']))
        if path and len(self.below(path)) < 5:
            kind = self.tree[path].kind
            self.remove(path)
            self.make(self.rng.choice([k for k in KINDS if k != kind]), path)

    def do_mode(self):
        path = self.some(self.rng.choice(['file', 'folder', 'fifo']))
        if path:
            self.tree[path].mode = self.rng.choice([0o600, 0o644, 0o755, 0o777, 0o700])
            self.tree[path].uid = self.rng.choice([0, 1000, 1002])
            self.describe(path, self.tree[path].mtime)

    def do_old_time(self):
        path = self.some('file')
        if path:
            self.describe(path, self.rng.randrange(10 ** 9))

    def do_attribute(self):
        path = self.some(self.rng.choice(['file', 'folder']))
        if path and self.with_attributes:
            name = self.rng.choice(['user.one', 'user.two'])
            node = self.tree[path]
            if node.kind == 'file' and name in node.attributes and self.rng.random() < .3:
                self.ask('ea_rm', quoted(path), name)
                del node.attributes[name]
            else:
                self.count += 1
                node.attributes[name] = b'value %d' % self.count
                self.ask('ea_set', quoted(path), name, '"value %d"' % self.count)
            self.changed.add(path)

    def change(self, steps, when):
        """That many changes, all of them at that time."""
        self.when = when
        things = [getattr(self, n) for n in sorted(dir(self)) if n.startswith('do_')]
        for _ in range(steps):
            if len(self.tree) > ENTRIES or self.full():
                self.do_remove()
            elif len(self.tree) < 12:
                self.do_make()
            else:
                self.rng.choice(things)()
        self.apply()

    def full(self):
        return sum(len(n.data) + 1024 for n in self.tree.values()) > 700000

    def apply(self):
        when = self.when
        for path in sorted(self.touched):
            if path in self.tree:
                self.tree[path].mtime = when
                self.field(path, 'mtime', '@%d' % when)
        for path in sorted(self.touched | self.changed):
            if path in self.tree:
                self.field(path, 'ctime', '@%d' % when)
        self.debugfs(when)
        self.patch(when)
        self.requests, self.later = [], []
        self.touched, self.changed = set(), set()

    def debugfs(self, when):
        self.written += self.rng.randrange(5, 60)       # as the kernel counts
        requests = ['set_current_time @%d' % when] + self.requests + \
            ['set_super_value kbytes_written %d' % self.written]
        with open(self.image + '.requests', 'w', encoding='utf-8') as out:
            print(*requests, sep='\n', file=out)
        run = subprocess.run([os.environ['DEBUGFS'], '-w', '-f', self.image + '.requests', self.image],
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             text=True, errors='replace')
        lines = run.stdout.splitlines()
        for line in lines:
            if line and not line.startswith(('debugfs', 'Allocated inode: ', 'Setting current time')):
                raise Damage('debugfs: %s\n%s' % (run.stdout, line))
        folder = os.path.dirname(self.image) or '.'
        for name in os.listdir(folder):
            if name.startswith(os.path.basename(self.image) + '.source.'):
                os.unlink(os.path.join(folder, name))

    def patch(self, when):
        if not self.later:
            return
        raw = Raw(self.image)
        for what, *rest in self.later:
            if what == 'move':
                for path in self.names_of(rest[0]):
                    raw.move_folder(path, os.path.dirname(path))
            elif what == 'rewrite':
                path, node, data = rest
                path = (self.names_of(node) or [None])[0]
                if path is not None and raw.rewrite(path, data, when):
                    node.data, node.mtime = data, when
        raw.file.close()


# ------------------------------------------------------------------------- comparing
def inside(tree, paths):
    """The part of a tree that these paths name, and the folders that lead there."""
    part = {p: e for p, e in tree.items() if any(p == q or p.startswith(q + '/') for q in paths)}
    ways = set()
    for path in paths:
        while path:
            path = os.path.dirname(path)
            ways.add(path)
    return part, ways - set(part)


def differences(tree, folder, ways=frozenset(), folder_times=True):
    """What is wrong in a folder that should hold that tree, as texts; only the existence of `ways` counts."""
    wrong, found, links = [], {''}, {}
    for at, folders, files in os.walk(folder):
        for name in folders + files:
            found.add(os.path.relpath(os.path.join(at, name), folder))
    found.discard('restoresymtable')
    for path in sorted(found - set(tree) - set(ways)):
        wrong.append('%s should not be there' % path)
    for path in sorted(set(tree) - found):
        wrong.append('%s is missing' % path)
    for path in sorted(set(tree) & found):
        if path:                        # the folder itself is the caller's
            wrong += ['%s: %s' % (path, what) for what in
                      different(tree[path], os.path.join(folder, path), folder_times)]
            if tree[path][1] != 'folder':
                st = os.lstat(os.path.join(folder, path))
                links.setdefault(tree[path][0], set()).add((st.st_dev, st.st_ino))
    inodes = [i for group in links.values() for i in group]
    if len(inodes) != len(links) or len(set(inodes)) != len(inodes):
        wrong.append('hard links differ')
    return wrong


def different(entry, path, folder_times):
    _, kind, data, mode, uid, gid, mtime, attributes = entry
    st = os.lstat(path)
    if stat.S_IFMT(st.st_mode) != KINDS[kind]:
        yield 'it is of type 0%o, not a %s' % (stat.S_IFMT(st.st_mode), kind)
        return
    if kind == 'file':
        with open(path, 'rb') as f:
            there = f.read()
        if there != data:
            yield 'its contents, %d bytes %r..., are not the %d bytes %r...' % (
                len(there), there[:40], len(data), data[:40])
    if kind == 'link':
        if os.readlink(os.fsencode(path)) != data:
            yield 'it leads to %s' % os.readlink(path)
        return
    if stat.S_IMODE(st.st_mode) != mode:
        yield 'its mode is 0%o, not 0%o' % (stat.S_IMODE(st.st_mode), mode)
    if os.geteuid() == 0 and (st.st_uid, st.st_gid) != (uid, gid):
        yield 'its owner is %d:%d, not %d:%d' % (st.st_uid, st.st_gid, uid, gid)
    if (kind != 'folder' or folder_times) and int(st.st_mtime) != mtime:
        yield 'its mtime is %d, not %d' % (st.st_mtime, mtime)
    if kind in ('file', 'folder'):
        there = {n: os.getxattr(path, n) for n in os.listxattr(path) if n.startswith('user.')} \
            if attributes or os.listxattr(path) else {}
        if there != dict(attributes):
            yield 'its attributes are %r, not %r' % (there, dict(attributes))
