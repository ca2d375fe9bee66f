# measure.py - run a command and measure its cost; medians and their spread
"""Waits for all processes that a command leaves behind, so that the whole tree
is counted, whoever reaps it."""
import ctypes
import os
import re
import shutil
import statistics
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36


def become_subreaper():
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


class Failed(Exception):
    pass


class Sample:
    """One run."""
    def __init__(self, wall, cpu, size):
        self.wall = wall        # seconds
        self.cpu = cpu          # user and system seconds of all processes
        self.size = size        # bytes of the dump


def start(command, log, env):
    """Start it in its own process group, with /dev/null as input and a log as output."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setpgid(0, 0)
        null = os.open('/dev/null', os.O_RDONLY)
        out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(null, 0)
        os.dup2(out, 1)
        os.dup2(out, 2)
        os.execvpe(command[0], command, env)
    finally:
        os._exit(127)


def wait_all(main):
    """The status of the main process, and the user and system time of all that have ended."""
    status, cpu = None, 0.0
    while True:
        try:
            pid, code, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return status, cpu
        cpu += usage.ru_utime + usage.ru_stime
        if pid == main:
            status = code


def run(command, log, size, preload=None):
    """Time it; `size` returns the size of its output in bytes."""
    env = dict(os.environ, LC_ALL='C')
    if preload:
        env['LD_PRELOAD'] = preload
    begun = time.monotonic()
    status, cpu = wait_all(start(command, log, env))
    wall = time.monotonic() - begun
    if status != 0:
        with open(log, errors='replace') as f:
            raise Failed(f'{" ".join(command)}: status {status}: {f.read()[-600:]}')
    try:
        return Sample(wall, cpu, size())
    except OSError as e:
        raise Failed(f'{" ".join(command)}: {e}') from e


def system_calls(command, log, preload=None):
    """How many calls the whole process tree makes; None without strace."""
    if shutil.which('strace') is None:
        return None
    table = log + '.strace'
    prefix = ['strace', '-f', '-c', '-o', table]
    if preload:
        prefix += ['-E', 'LD_PRELOAD=' + preload]
    done = subprocess.run(prefix + command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL)
    if done.returncode != 0:
        return None
    with open(table) as f:
        for line in f:
            words = line.split()
            if words and words[-1] == 'total':
                return int(words[3])
    return None


def median(values):
    return statistics.median(values)


def spread(values):
    """Half the range between minimum and maximum, in percent of the median."""
    middle = median(values)
    return 50 * (max(values) - min(values)) / middle if middle else 0.0


def growth(points):
    """The exponent of cost over size between the first and the last point."""
    import math
    (n0, c0), (n1, c1) = points[0], points[-1]
    if c0 <= 0 or c1 <= 0 or n0 == n1:
        return 0.0
    return math.log(c1 / c0) / math.log(n1 / n0)


def machine():
    def first(path, pattern, default):
        try:
            with open(path) as f:
                found = re.search(pattern, f.read(), re.M)
                return found.group(1) if found else default
        except OSError:
            return default
    return (f'{os.cpu_count()} × {first("/proc/cpuinfo", r"^model name.*: (.*)$", "unknown processor")}, '
            f'{int(first("/proc/meminfo", r"^MemTotal: *([0-9]+)", "0")) / 1048576:.0f} GiB, '
            f'Linux {os.uname().release.split("-")[0]}')


def descendants(pid):
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f'/proc/{parent}/task'):
                with open(f'/proc/{parent}/task/{task}/children') as f:
                    found += map(int, f.read().split())
        except OSError:
            pass
    return found


def tree_memory(command, log, preload=None):
    """Peak total memory of its processes, counting shared pages once; sampled every 2 ms."""
    env = dict(os.environ, LC_ALL='C')
    if preload:
        env['LD_PRELOAD'] = preload
    main, most = start(command, log, env), 0
    ourselves = os.readlink('/proc/self/exe')
    while True:
        total = 0
        for pid in descendants(main):
            try:
                if os.readlink(f'/proc/{pid}/exe') == ourselves:    # before exec
                    continue
                with open(f'/proc/{pid}/smaps_rollup') as f:
                    total += int(re.search(r'^Pss: *([0-9]+)', f.read(), re.M).group(1)) * 1024
            except (OSError, AttributeError):
                pass
        most = max(most, total)
        pid, _ = os.waitpid(main, os.WNOHANG)
        if pid:
            wait_all(None)
            return most
        time.sleep(0.002)
