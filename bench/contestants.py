# contestants.py - the programs to measure, and their command lines
import os
import shutil
import subprocess


def quoted(text):
    return '"' + text.replace('\\', '\\\\').replace('"', '\\"') + '"'


class Contestant:
    """`command(job)` returns the command line; `needs_mount`: it reads files, not blocks."""
    def __init__(self, name, command, needs_mount=False, to_null=True, to_file=True, is_ours=False):
        self.name, self.command, self.needs_mount = name, command, needs_mount
        self.to_null, self.to_file, self.is_ours = to_null, to_file, is_ours


BLOCKING = 64           # of dumpengine


class Job:
    """One dump: its device, mount point and output."""
    def __init__(self, device, out, used, folder, mount=None, ring='', since=None, config=''):
        self.device, self.out, self.used, self.folder = device, out, used, folder
        self.mount, self.ring, self.since, self.config = mount, ring, since, config


def dumpengine(job, output=''):
    conf = job.folder + '/bench.conf'
    level = f'level = 1; since = {job.since};' if job.since else ''
    # Records of the same size as with dump -b 64, unless their size is varied.
    ring = job.ring if 'blocking' in job.ring else f'blocking = {BLOCKING}; {job.ring}'
    with open(conf, 'w') as f:
        f.write(f'jobs = ( {{ name = "bench"; {level} {job.config}\n'
                f'  source = {{ plugin = "fs-ext2"; device = {quoted(job.device)}; }};\n'
                f'  output = {{ plugin = "out-file"; path = {quoted(job.out)}; overwrite = true; '
                f'{output} }};\n'
                f'  ring = {{ {ring} }};\n}} );\n')
    return [os.environ.get('DUMPENGINE', 'dumpengine'), '-q', '-c', conf]


def dump(*options):
    def command(job):
        args = ['dump', '-1' if job.since else '-0', *options]
        if job.since:
            import time
            dates = job.folder + '/dumpdates'
            with open(dates, 'w') as f:
                when = time.strftime('%a %b %e %H:%M:%S %Y +0000', time.gmtime(job.since))
                f.write(f'{job.device} 0 {when}\n')
            args += ['-D', dates]
        return args + ['-f', job.out, job.device]
    return command


def tar(job):
    if job.out == '/dev/null':      # GNU tar detects it and then reads nothing
        return ['sh', '-c', 'tar -C "$1" -cf - . | cat >/dev/null', 'sh', job.mount]
    return ['tar', '-C', job.mount, '-cf', job.out, '.']


def partclone(job):
    return ['partclone.extfs', '-c', '-F', '-q', '-f', '1', '-a', '0', '-z', '1048576', '-L', job.folder + '/partclone.log',
            '-s', job.device, '-O', job.out]


def fsarchiver(job):
    return ['fsarchiver', '-o', '-z', '0', '-j', str(os.cpu_count()), 'savefs', job.out, job.device]


def dd(*options):
    return lambda job: ['dd', f'if={job.device}', f'of={job.out}', 'bs=1M', f'count={max(1, job.used >> 20)}',
                        'status=none', *options]


def installed(root):
    """dumpengine, and the installed others; some need a block device or a mount, hence root."""
    has = lambda tool: shutil.which(tool) is not None
    found = [Contestant('dumpengine', dumpengine, is_ours=True),
             Contestant('dumpengine without fsync', lambda job: dumpengine(job, 'fsync = false;'), to_null=False,
                        is_ours=True)]
    if has('dump') and root:
        found += [Contestant('dump', dump()), Contestant('dump -b 64', dump('-b', '64')),
                  Contestant('dump -b 1024', dump('-b', '1024'))]
    if has('tar') and root:
        found.append(Contestant('tar', tar, needs_mount=True))
    if has('partclone.extfs'):
        found.append(Contestant('partclone', partclone))
    if has('fsarchiver') and root:
        found.append(Contestant('fsarchiver', fsarchiver, to_null=False))
    found += [Contestant('dd', dd(), to_null=True), Contestant('dd with fsync', dd('conv=fsync'), to_null=False)]
    return found


NOSYNC = 'void sync(void) { }\n'


def make_nosync(folder):
    """dump(8) calls sync(2), which would flush what all programs on the machine have written."""
    library, source = folder + '/nosync.so', folder + '/nosync.c'
    if os.path.exists(library):
        return library
    with open(source, 'w') as f:
        f.write(NOSYNC)
    done = subprocess.run([os.environ.get('CC', 'cc').split()[0], '-shared', '-fPIC', '-o', library, source],
                          stderr=subprocess.DEVNULL)
    return library if done.returncode == 0 else None
