#!/usr/bin/env bash
# Messages that the manuals explain or show exist in the program: each fixed
# part of one, between the variable parts, is in a string of the code.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need_python

cat >messages.py <<'END'
import glob, os, re, sys

top = sys.argv[1]
sys.path.insert(0, top + '/tests/documents')
sys.dont_write_bytecode = True
from blocks import blocks, unescape

# Texts of the system
SYSTEM = {os.strerror(number) for number in range(1, 134)}
# Blocks with messages, by their first lines
SHOWN = ('volume 2 started with block', 'volume 1: bytes', 'home: 41.27% done', 'home: level 1, 132 inodes', 'DUMP IS DONE', '/etc/dumpengine/home.conf:')


def literals(text):
    """The strings of C source, joined over line ends and PRI macros; a
    conversion is a tab."""
    text = text.replace("'\"'", "' '")
    joined = re.sub(r'(?<!\\)"\s*(?:PRI\w+\s*)?"', lambda found: '\t' if 'PRI' in found.group() else '', text)
    for literal in re.findall(r'"((?:[^"\\\n]|\\.)*)"', joined):
        literal = re.sub(r'%[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z|j|t)?[a-zA-Z%\t]?', '\t', literal)
        yield literal.replace('\\"', '"').replace('\\n', ' ')


def parts(message):
    """What does not change from run to run."""
    message = re.sub(r'%[a-z]|\bon vault\b|(?<!\S)"\.\.\."|\.\.\.|"[^"]*"|\b[A-Z]\b|(?<!\w)/[\w./-]+|\b[A-Z][a-z]{2} [A-Z][a-z]{2} +[\d :]+|[\w-]*\d[\w.%:]*', '\t', message)
    for part in re.split(r'[\t:;,()]', message):
        part = part.strip(' .')
        if len(part) > 5 and ' ' in part and part not in SYSTEM:
            yield part


def explained(page):
    """The items of the diagnostics of a page."""
    text = open(page, encoding='utf-8').read()
    found = re.search(r'^\.Sh DIAGNOSTICS\n(.*?)(?=^\.Sh |\Z)', text, re.M | re.S)
    if found:
        for item in re.findall(r'^\.It (.*)', found.group(1), re.M):
            yield unescape(item)


code = '\n'.join(literal for path in glob.glob(top + '/core/**/*.[ch]', recursive=True) + glob.glob(top + '/plugins/**/*.[ch]', recursive=True)
                 for literal in literals(open(path, encoding='utf-8').read()))
code = re.sub(' +', ' ', code)
messages = [(os.path.basename(page), item) for page in sorted(glob.glob(top + '/man/*.[1-9]') + glob.glob(top + '/plugins/*/*.[1-9]'))
            for item in explained(page)]
for block in blocks(top):
    if block.document.startswith('man/') and block.first.startswith(SHOWN):
        # A line continued in the next one is one message.
        lines = block.text if block.first.startswith(('volume', '/etc/dumpengine/home.conf:9')) else block.text.replace('\n', ' ')
        messages += [(block.document, line) for line in lines.split('\n')]


def is_said(part):
    """Is it in a text of the code, with up to two words that it inserts, or in
    two that it puts together?"""
    words = part.split(' ')
    if any(' '.join(words[:i]) in code and ' '.join(words[i:]) in code for i in range(3, len(words) - 2)):
        return True
    texts = [part] + [' '.join(words[:i] + ['\t'] + words[i + n:]) for n in (1, 2) for i in range(len(words) - n + 1)]
    return any(text in code for text in texts if len(text.split(' ')) > 1)


# Results in a report
result = re.search(r'^\.It Ic result Pq string\n(.*?)^\.It', open(top + '/man/dumpengine-report.5').read(), re.M | re.S).group(1)
results = re.findall(r'^\.Dq (.*?)(?: ,)?$', result, re.M)
if len(results) != 6:
    sys.exit(f'dumpengine-report.5 has the results {results}')

bad = 0
for text in results:
    if text not in code:
        print(f'dumpengine-report.5: no result is "{text}"')
        bad = 1
for page, message in messages:
    for part in parts(message):
        if not is_said(part):
            print(f'{page}: "{message}": no message says "{part}"')
            bad = 1
if len(messages) < 40:
    sys.exit(f'only {len(messages)} messages were found')
sys.exit(bad)
END
"$PYTHON3" messages.py "$(realpath "$top_srcdir")" >messages.log 2>&1 ||
    fail "$(cat messages.log)"
