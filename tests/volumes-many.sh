#!/usr/bin/env bash
# However many volumes: never more processes than the supervisor, a checkpoint
# and a writer; none of them grows; and the set is whole.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes-lib.sh
. "$top_srcdir/tests/volumes-lib.sh"
need_source
# They take memory, and processes, of their own.
[ -z "${SANITIZER_FLAGS:-}" ] || skip "not under a sanitizer"
need_python

make_data_image img 17 tree

# Looks at the processes of a run all the time: the highest number of processes
# that live at once, and the memory of each, by the volume that is written.
cat >watch.py <<'END'
import collections, os, subprocess, sys

run = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
most, fourth, samples = 0, 0, 0
lingered = 0
four_since = {}     # which four lived at once, and the volume at which they were first seen
memory = collections.defaultdict(dict)


def children(pid):
    found = []
    try:
        for task in os.listdir(f'/proc/{pid}/task'):
            with open(f'/proc/{pid}/task/{task}/children') as f:
                for child in f.read().split():
                    found += [int(child)] + children(child)
    except OSError:
        pass
    return found


def status(pid):
    try:
        with open(f'/proc/{pid}/status') as f:
            return dict(line.split(':\t', 1) for line in f.read().splitlines() if ':\t' in line)
    except OSError:
        return {}


while run.poll() is None:
    # A process may move to another parent while they are counted.
    alive = {run.pid, *children(run.pid)}
    facts = {pid: status(pid) for pid in alive}
    again = {pid: status(pid) for pid in alive}
    living = [pid for pid in alive if again[pid].get('State', 'Z')[0] not in 'ZX' and facts[pid]]
    samples += 1
    most = max(most, len(living))
    fourth += len(living) > 3
    volume = len(os.listdir('dumps'))
    if len(living) > 3:
        four = frozenset(living)
        four_since = {four: four_since.get(four, volume)}
        lingered = max(lingered, volume - four_since[four])
    for pid in living:
        who = 'supervisor' if pid == run.pid else 'worker'
        for key in 'VmHWM', 'RssAnon':
            if key in facts[pid]:
                value = int(facts[pid][key].split()[0])
                memory[who, key][volume] = max(value, memory[who, key].get(volume, 0))
print('samples', samples, 'most', most, 'a fourth', fourth, 'over volumes', lingered)
# A fourth one is on its way out, when a volume has just been handed over: it is gone before the writer ends, which
# has the one volume, and the next may have begun until the folder is read.  How long that takes is the system's.
wrong = run.returncode != 0 or samples < 200 or most > 4 or lingered > 2 or fourth > samples / 2
for (who, key), values in sorted(memory.items()):
    volumes = sorted(values)
    count = len(volumes) // 5
    early = max(values[v] for v in volumes[count:2 * count])
    # Not the very last, when the report is made of all of them.
    late = max(values[v] for v in volumes[-count:-2])
    print(who, key, 'early', early, 'kB, late', late, 'kB')
    # A supervisor remembers something of each volume, for the report.
    wrong |= late > early + 256 + (2 * len(volumes) if who == 'supervisor' else 0)
sys.exit(wrong)
END

for count in 300 500; do
	# The headers and maps are a little on top of the data.
	size=$((17 * 1024 / (count - 1) / 4 * 4))
	[ "$size" -ge 32 ] || size=32
	fresh
	configure_set a.conf img "$to_files volume_size = \"$size KiB\";" \
	    "blocking = 4; slaves = 2;"
	"$PYTHON3" watch.py "$DUMPENGINE" -q -c a.conf --report report \
	    >watch.log 2>err || fail "$(cat watch.log err)"
	[ "$(count_of dumps)" -ge "$count" ] ||
	    fail "$(count_of dumps) volumes, not $count"
	cat watch.log
	[ -z "${SANITIZER_FLAGS:-}" ] || continue
	scan_set dumps/set???
done
fresh
configure_set a.conf img "$to_files" "blocking = 4;"
engine 0 -q -c a.conf
mv dumps/set001 single
fresh
configure_set a.conf img "$to_files volume_size = \"32 KiB\";" "blocking = 4;"
engine 0 -q -c a.conf
[ "$(count_of dumps)" -gt 500 ] || fail "only $(count_of dumps) volumes"
same_stream single dumps/*
