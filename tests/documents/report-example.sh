#!/usr/bin/env bash
# The example in dumpengine-report(5) has the same keys as a report, with values
# of the same types, and the section for each object lists them.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_source
need_debugfs
need_python

# A dump with everything that a report can contain: a note, two volumes, a
# medium refused for the second, and a handler that reports facts.
mkdir tree dumps
echo hello >tree/file
head -c 400000 /dev/urandom >tree/data
make_image img 4M tree
debugfs img 'set_inode_field /file flags 0x10'
cat >handler <<'END'
#!/bin/sh
name=dumps/home.002
test "$DUMPENGINE_NEXT_VOLUME" != "$DUMPENGINE_VOLUME" || name=dumps/other.002
echo BARCODE=E01002L8
echo SLOT=2
echo "volume $DUMPENGINE_NEXT_VOLUME goes to $name"
echo "$name" >&3
END
chmod +x handler
echo precious >dumps/home.002
cat >a.conf <<END
jobs = ( {
  name   = "home";
  source = { plugin = "fs-ext2"; device = "img"; };
  output = { plugin = "out-file"; path = "dumps/%j.%v"; verify = true;
             volume_size = [ "256 KiB", "1 MiB" ]; };
  eot    = { plugin = "eot-script"; command = "$scratch/handler"; };
} );
END
engine 0 -c a.conf --report report

cat >compare.py <<'END'
import json, re, sys

top, report = sys.argv[1:]
sys.path.insert(0, top + '/tests/documents')
sys.dont_write_bytecode = True
from blocks import blocks

PAGE = 'man/dumpengine-report.5'
KIND = {dict: 'object', list: 'array', str: 'string', bool: 'boolean', int: 'integer', float: 'number', type(None): 'null'}
# Objects with arbitrary keys.
OPEN = ('.jobs[].volumes[].handler',)


def keys(value, path=''):
    """The path of each key, with the kinds of its values."""
    if isinstance(value, dict):
        for key, inner in value.items():
            inside = path + '.' + ('*' if path in OPEN else key)
            yield inside, KIND[type(inner)]
            yield from keys(inner, inside)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner, path + '[]')


def gather(value):
    found = {}
    for path, kind in keys(value):
        found.setdefault(path, set()).add(kind)
    return found


block = next(b for b in blocks(top) if b.document == PAGE and b.first == '{')
example = gather(json.loads(block.text))
real = gather(json.load(open(report)))
bad = [f'the example lacks {path}' for path in sorted(set(real) - set(example))]
bad += [f'no report has {path}' for path in sorted(set(example) - set(real))]
for path in sorted(set(example) & set(real)):
    # A value may be null in either.
    a, b = example[path] - {'null'}, real[path] - {'null'}
    if a and b and a != b and {'integer', 'number'} != a | b:
        bad.append(f'{path} is {a} in the example, {b} in a report')

# The sections
page = open(top + '/' + PAGE).read()
for section, prefix in (('The run', '.'), ('A job', '.jobs[].'), ('A finding', '.jobs[].found[].'),
                        ('A volume', '.jobs[].volumes[].'), ('A rewrite', '.jobs[].rewrites[].')):
    part = re.search(rf'^\.Ss {section}\n(.*?)(?=^\.S[sh] |\Z)', page, re.M | re.S).group(1)
    told = set()
    for line in re.findall(r'^\.It Ic (.*)', part, re.M):
        told |= set(re.findall(r'\w+', line.split(' Pq ')[0]))
    has = {path[len(prefix):] for path in real if re.fullmatch(re.escape(prefix) + r'\w+', path)}
    bad += [f'section "{section}" lacks {key}' for key in sorted(has - told)]
    bad += [f'section "{section}" has {key}, which no report has' for key in sorted(told - has)]
if bad:
    sys.exit('\n'.join(bad))
END
"$PYTHON3" compare.py "$(realpath "$top_srcdir")" report >compare.log 2>&1 ||
    fail "$(cat compare.log)
$(cat report)"
