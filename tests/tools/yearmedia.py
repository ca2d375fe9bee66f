"""Files and the tapes of a virtual library, and which volumes are on them by their own headers; for the tool `year`.

A tape is a file of rmt-server: a line with the position and the lengths of the records, -1 for a file mark, then
the records.  A drive is a symbolic link to the tape that is in it, dangling if none is.
"""
import fcntl, hashlib, os, struct

MAGIC = 60012                           # of the headers of a dump
TS_TAPE = 1


def read_tape(path):
    """The position, and the records; None for a file mark."""
    with open(path, 'rb') as f:
        at, *lengths = map(int, f.readline().split())
        return at, [None if n < 0 else f.read(n) for n in lengths]


def write_tape(path, at, items):
    with open(path + '.new', 'wb') as f:
        f.write(' '.join(map(str, [at] + [-1 if i is None else len(i) for i in items])).encode() + b'\n')
        f.write(b''.join(i for i in items if i is not None))
    os.replace(path + '.new', path)


def text(field):
    return field.split(b'\0')[0].decode('ascii', 'replace')


class Volume:
    """What is in a file, or a file of a tape; `number` is None if it is no volume of a dump."""

    def __init__(self, place, data):
        self.place = place              # (path, file of the tape, from 0, or None)
        self.digest = hashlib.blake2b(data, digest_size=16).digest()
        self.size = len(data)
        self.number = self.dump = None
        if len(data) >= 1024:
            kind, date, _, number, _, _, magic = struct.unpack_from('<7i', data)
            if kind == TS_TAPE and magic == MAGIC:
                level, = struct.unpack_from('<i', data, 692)
                self.number, self.dump = number, (text(data[760:824]), date, level)


class Media:
    def __init__(self, folder):
        self.folder, self.seen = folder, {}

    def make(self, tapes):
        for name in 'disk', 'tapes', 'vault', 'drives':
            os.makedirs(os.path.join(self.folder, name))
        for n in range(1, tapes + 1):
            write_tape(self.tape('E%05dL8' % n), 0, [])

    def tape(self, name):
        return os.path.join(self.folder, 'tapes', name)

    def tapes(self):
        """The names of those in the library; a server that was killed leaves others."""
        return sorted(t for t in os.listdir(os.path.join(self.folder, 'tapes')) if not t.startswith('.'))

    def drive(self, name):
        return os.path.join(self.folder, 'drives', name)

    def load(self, drive, tape, file=0):
        """Put a tape into a drive: at that file, -1 for the end of all; None empties the drive."""
        link = self.drive(drive)
        if os.path.exists(link):
            with open(link, 'rb') as f:         # no server has it open any more
                fcntl.flock(f, fcntl.LOCK_EX)
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink('../tapes/' + tape if tape else 'empty/none', link)
        if tape:
            _, items = read_tape(self.tape(tape))
            starts = [0] + [i + 1 for i, item in enumerate(items) if item is None]
            write_tape(self.tape(tape), starts[file], items)

    def volumes(self):
        """All that are there."""
        found = []
        for folder in 'disk', 'tapes':
            folder = os.path.join(self.folder, folder)
            for name in sorted(os.listdir(folder)):
                if not name.startswith('.'):
                    found += self.on(os.path.join(folder, name), folder.endswith('tapes'))
        return found

    def on(self, path, is_tape):
        st = os.stat(path)
        mark = st.st_ino, st.st_size, st.st_mtime_ns
        if self.seen.get(path, (None,))[0] != mark:
            self.seen[path] = mark, self.look(path, is_tape)
        return self.seen[path][1]

    def look(self, path, is_tape):
        if not is_tape:
            with open(path, 'rb') as f:
                return [Volume((path, None), f.read())]
        found, part = [], []
        for item in read_tape(path)[1] + [None]:
            if item is not None:
                part.append(item)
            elif part:
                found.append(Volume((path, len(found)), b''.join(part)))
                part = []
        return found

    def of(self, dump):
        """{number: volume} of a dump; of several, the last one."""
        return {v.number: v for v in self.volumes() if v.dump == dump}
