"""The blocks of code that the documents show: commands, settings, examples."""
import glob
import os
import re


class Block:
    """A block: its document, the line it begins on, and its text."""

    def __init__(self, document, line, text):
        self.document = document
        self.line = line
        self.text = text
        self.first = next(t for t in text.split('\n') if t.strip()).strip()


def unescape(line):
    """A line of mdoc as it is shown."""
    for code, shown in (('\\e', '\\'), ('\\-', '-'), ('\\(dq', '"'), ('\\&', '')):
        line = line.replace(code, shown)
    return line


def mdoc_blocks(lines):
    """.Bd -literal to .Ed, .Dl, and a command that is .Li."""
    inside = None
    for number, line in enumerate(lines, 1):
        if line.startswith('.Bd -literal'):
            inside = number, []
        elif line.startswith('.Ed') and inside:
            yield inside[0] + 1, '\n'.join(inside[1])
            inside = None
        elif inside:
            inside[1].append(unescape(line))
        elif line.startswith(('.Dl ', '.Li cc ')):
            yield number, unescape(line[4:])


def indented_blocks(lines, prefix):
    """Paragraphs that are indented by four blanks or more behind `prefix`."""
    inside = None
    for number, line in enumerate(lines, 1):
        text = line[len(prefix):] if line.startswith(prefix) else None
        if text is None and line.rstrip() == prefix.rstrip():
            text = ''
        if text is not None and text.startswith('    '):
            if inside is None:
                inside = number, []
            inside[1].append(text[4:])
        elif inside and text == '':
            inside[1].append('')
        elif inside:
            yield inside[0], '\n'.join(inside[1]).rstrip('\n')
            inside = None
    if inside:
        yield inside[0], '\n'.join(inside[1]).rstrip('\n')


def comment_at_top(lines):
    """The comment at the top of a file, and nothing else of it."""
    for number, line in enumerate(lines):
        if not line.startswith('#'):
            return lines[:number]
    return lines


def documents(top):
    """All documents that are delivered, by their names from the top."""
    found = []
    for pattern in ('*.md', 'doc/*.md', 'bench/README.md', 'man/*.[1-9]', 'plugins/*/*.[1-9]', 'conf/*', 'examples/*/README.md', 'examples/*/Makefile'):
        found += glob.glob(os.path.join(glob.escape(top), pattern))
    return sorted(os.path.relpath(path, top) for path in found if not path.endswith(('.am', '~')))


def blocks(top):
    """All blocks of all documents, in their order."""
    for name in documents(top):
        with open(os.path.join(top, name), encoding='utf-8') as file:
            lines = file.read().split('\n')
        if re.search(r'\.[1-9]$', name):
            found = mdoc_blocks(lines)
        elif name.endswith('.md'):
            found = indented_blocks(lines, '')
        else:
            found = indented_blocks(comment_at_top(lines), '# ')
        for line, text in found:
            if text.strip():
                yield Block(name, line, text)
        if name.startswith('conf/'):
            yield Block(name, 1, '\n'.join(lines))


if __name__ == '__main__':
    import sys
    for block in blocks(sys.argv[1]):
        print(f'{block.document}\t{block.first}')
