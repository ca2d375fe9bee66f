#!/usr/bin/env bash
# However many volumes: never more processes than the supervisor, a checkpoint
# and a writer; none of them grows; and the set is complete.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
# They use memory and processes of their own.
[ -z "${SANITIZER_FLAGS:-}" ] || skip "not under a sanitizer"
need_python

# The index costs some hundred bytes a volume, which are not looked for here.
without_index=yes

make_data_image img 17 tree

# At each end of volume, the handler waits until the watcher has looked.
cat >look <<'END'
#!/bin/sh
echo "$DUMPENGINE_VOLUME" >ask
read -r answer <answers
END
chmod +x look
mkfifo ask answers

# Looks at the processes of a run whenever it pauses between two volumes: at most
# three may exist, besides the one that runs the handler, and none grows from
# volume to volume.
cat >watch.py <<'END'
import collections, os, select, subprocess, sys, time

ask = os.open('ask', os.O_RDWR)
answers = os.open('answers', os.O_RDWR)
run = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)
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


def engines():
    facts = {pid: status(pid) for pid in {run.pid, *children(run.pid)}}
    return {pid: s for pid, s in facts.items() if s.get('Name') == 'dumpengine' and s['State'][0] not in 'ZX'}


def look(volume):
    """One that hands over is on its way out: it is waited for, however long that takes."""
    deadline = time.monotonic() + 120
    while len(found := engines()) > 3 + 1:
        if time.monotonic() > deadline:
            sys.exit(f'volume {volume} has ended, and {len(found)} processes stay: {sorted(found)}')
        time.sleep(0.01)
    for pid, facts in found.items():
        who = 'supervisor' if pid == run.pid else 'worker'
        for key in 'VmHWM', 'RssAnon':
            if key in facts:
                value = int(facts[key].split()[0])
                memory[who, key][volume] = max(value, memory[who, key].get(volume, 0))


ends = 0
while run.poll() is None:
    if select.select([ask], [], [], 0.1)[0]:
        look(int(os.read(ask, 100)))
        ends += 1
        os.write(answers, b'go on\n')
wrong = run.returncode != 0 or ends < 200
print(ends, 'volumes ended, exit status', run.returncode)
for (who, key), values in sorted(memory.items()):
    volumes = sorted(values)
    count = len(volumes) // 5
    early = max(values[v] for v in volumes[count:2 * count])
    late = max(values[v] for v in volumes[-count:])
    print(who, key, 'early', early, 'kB, late', late, 'kB')
    # The supervisor keeps something about each volume for the report.
    wrong |= late > early + 256 + (2 * len(volumes) if who == 'supervisor' else 0)
sys.exit(wrong)
END

for count in 300 500; do
		# The headers and maps come on top of the data.
	size=$((17 * 1024 / (count - 1) / 4 * 4))
	[ "$size" -ge 32 ] || size=32
	fresh
	configure_set a.conf img "$to_files volume_size = \"$size KiB\";" \
	    "blocking = 4; slaves = 2;" \
	    "plugin = \"eot-script\"; command = \"./look\";"
	"$PYTHON3" watch.py "$DUMPENGINE" -q -c a.conf --report report \
	    >watch.log 2>err || fail "$(cat watch.log err)"
	[ "$(count_of dumps)" -ge "$count" ] ||
	    fail "$(count_of dumps) volumes, not $count"
	cat watch.log
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
