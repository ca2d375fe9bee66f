#!/usr/bin/env bash
# Each long option in a document is one of the program, of configure, of the
# benchmark, or of another program named below; and each path in the source tree
# exists.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_python
[ -x "$top_srcdir/configure" ] || skip "needs configure"

"$DUMPENGINE" --help >known || fail "no help"
"$top_builddir/dumpengine-restore" --help >>known || fail "no help of restore"
[ ! -x "$top_builddir/dumpengine-mount" ] ||
    "$top_builddir/dumpengine-mount" --help >>known ||
    fail "no help of mount"
"$top_builddir/dumpengine-catalog" --help >>known || fail "no help of catalog"
"$top_builddir/dumpengine-copy" --help >>known || fail "no help of copy"
"$top_srcdir/configure" --help >>known || fail "no help of configure"
grep -o "'--[a-z-]*'" "$top_srcdir/bench/bench" >>known
# cp, df, gdb, jq, pkg-config, systemctl, useradd, valgrind
printf '%s\n' --arg --args --cflags --create-home --home-dir --leak-check \
    --now --output --reflink --shell --system --variable >>known

cat >options.py <<'END'
import glob, os, re, sys

top = sys.argv[1]
sys.path.insert(0, top + '/tests/documents')
sys.dont_write_bytecode = True
from blocks import documents

OPTION = re.compile(r'(?<![\w-])--[a-z][a-z-]+')
known = set(OPTION.findall(open('known').read()))
bad = total = 0
for name in documents(top):
    text = open(f'{top}/{name}', encoding='utf-8').read().replace('\\-', '-')
    text = re.sub(r'Fl -(?=[a-z])', '--', text)
    for number, line in enumerate(text.split('\n'), 1):
        for option in OPTION.findall(line):
            total += 1
            if option not in known:
                print(f'{name}:{number}: no program has {option}')
                bad = 1
PATH = re.compile(r'(?<![\w./-])(?:tests|conf|core|doc|man|plugins|examples|include|bench)/[\w./*-]*[\w*/]')
for name in documents(top):
    if not name.endswith('.md'):
        continue
    for number, line in enumerate(open(f'{top}/{name}', encoding='utf-8').read().split('\n'), 1):
        for path in PATH.findall(line):
            path = path.removesuffix('.log')
            if not glob.glob(f'{top}/{path}') and not os.path.exists(f'{top}/{path}.c'):
                print(f'{name}:{number}: there is no {path}')
                bad = 1
if total < 100:
    sys.exit(f'only {total} options were found')
sys.exit(bad)
END
"$PYTHON3" options.py "$(realpath "$top_srcdir")" >options.log 2>&1 ||
    fail "$(cat options.log)"
