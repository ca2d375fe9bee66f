"""Run what the documents show.

    commands.py TOP WORLD FIXTURE

Each block of a document has a line in the file blocks, in the order of the
document: how it is tested, a tab, and the first line of the block.  A block that
has none, and a line that has no block, are failures.  WORLD stands for / where a
block names one of the places below; for each document it is a new copy of
FIXTURE.  A line that begins with + has a command that is run behind the block of
the line before.  How a block is tested:

    none REASON         it cannot be run here
    shown REASON        it is no command, but what is printed, or a syntax
    run [OPTION...]     by sh -e; it has to end with status 0.  Options:
                        status=N  with that status
                        answers=A,B  these lines are its standard input
                        in=FOLDER  that folder of the world is current
                        has=PATH  the file or folder is there afterwards
    cron                a line of a crontab: its command is run
    save PATH           put it into that file of the world
    conf                a configuration; --check has nothing against it
    part                settings of a job; the others are added; then as conf
    same FILE           the configuration FILE, without its comments
    within FILE         each line is in FILE
    json                it can be parsed
    c NAME              the source of the plugin NAME: build and load it
    cxx                 declarations that a C++ compiler takes
    units               a unit file, as systemd reads it
    script              a script of the shell: its syntax, and shellcheck
"""
import json
import os
import re
import shutil
import subprocess
import sys

from blocks import blocks

top, world, fixture = sys.argv[1:]
PLACES = ('/etc/dumpengine', '/etc/systemd/system', '/backup', '/dev/vg0', '/dev/nst0', '/dev/nst1', '/dev/changer', '/mnt',
          '/var/lib', '/var/tmp', '/run/dumpengine', '/usr/local', '/spool', '/archive', '/disk1', '/disk2', '/disk3', '/disk4',
          '/tapes')
PLACE = re.compile(r'(?<![\w./$}~-])(' + '|'.join(PLACES) + r')(?![\w-])')
PARTS = {
    'source': 'source = { plugin = "fs-ext2"; device = "/dev/vg0/home-snapshot"; };',
    'output': 'output = { plugin = "out-file"; path = "/backup/part.%v"; };',
    'name': 'name = "part";',
}


class Failed(Exception):
    """A block does not do what its line says."""


def here(text):
    """`text` with the places of the world."""
    text = text.replace('vault:/srv/', 'vault:srv/').replace('"ssh ', f'"{world}/usr/local/sbin/ssh ')
    return PLACE.sub(lambda found: world + found.group(1), text)


def run(command, status=0, answers='', folder='.', **more):
    """Run a command; what it printed."""
    done = subprocess.run(command, cwd=os.path.join(world, folder), input=answers, text=True, errors='replace',
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True, timeout=600, check=False, **more)
    if done.returncode != status:
        raise Failed(f'exit status {done.returncode}, not {status}:\n{done.stdout}')
    return done.stdout


def save(path, text):
    """Put text into a file of the world."""
    path = os.path.join(world, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text + '\n')
    if text.startswith('#!'):
        os.chmod(path, 0o755)


def check(text):
    """--check of a configuration.  There are no tape drives here, and no more."""
    save('check.conf', here(text))
    has_tape = '"out-tape"' in text
    said = run(['dumpengine', '--check', '-c', 'check.conf'], 1 if has_tape else 0)
    for line in said.splitlines():
        if 'error:' in line and not (has_tape and '/dev/nst' in line):
            raise Failed(said)


def check_part(text):
    """--check of a job that has these settings."""
    if re.match(r'(volume_size|path)\b', text):
        # The settings stand for each other.
        return [check_part(f'output = {{ plugin = "out-file"; path = "/backup/part.%v"; {line} }};') for line in text.splitlines()]
    if re.match(r'(command)\b', text):
        text = f'eot = {{ plugin = "eot-script"; {text} }};'
    added = [part for key, part in PARTS.items() if not re.search(rf'^{key}\s*=', text, re.M)]
    return check('jobs = ( {\n' + '\n'.join(added) + '\n' + text + '\n} );')


def settings(text):
    """A configuration without comments and white space."""
    text = re.sub(r'(#|//).*', '', text)
    return re.sub(r'\s+', '', text)


def read(path):
    """The text of a file of the tree."""
    with open(os.path.join(top, path), encoding='utf-8') as file:
        return file.read()


def test(block, how):
    """Test one block."""
    verb, *words = how.split(' ')
    text = block.text
    options = dict(word.split('=', 1) for word in words if '=' in word) if verb in ('run', 'cron') else {}
    if verb in ('none', 'shown'):
        if len(words) < 3:
            raise Failed(f'"{verb}" needs a reason')
    elif verb == 'run':
        answers = ''.join(line + '\n' for line in here(options.get('answers', '')).split(',')) if 'answers' in options else ''
        run(['sh', '-e', '-c', here(text)], int(options.get('status', 0)), answers, options.get('in', '.'))
        for path in options.get('has', '').split(',') if 'has' in options else []:
            if not os.path.lexists(os.path.join(world, path)):
                raise Failed(f'{path} is not there')
    elif verb == 'cron':
        found = re.fullmatch(r'((?:[\d*/,-]+\s+){5})(\S.*)', text.strip())
        if found is None:
            raise Failed('is no line of a crontab')
        run(['sh', '-c', here(found.group(2))], int(options.get('status', 0)))
    elif verb == 'save':
        save(words[0], here(text))
    elif verb == 'conf':
        check(text)
    elif verb == 'part':
        check_part(text)
    elif verb == 'json':
        json.loads(text)
    elif verb == 'same':
        if settings(text) != settings(read(words[0])):
            raise Failed(f'{words[0]} is another configuration:\n{settings(text)}\n{settings(read(words[0]))}')
    elif verb == 'within':
        lines = read(words[0]).split('\n')
        for line in text.split('\n'):
            if line not in lines:
                raise Failed(f'{words[0]} has no line "{line}"')
    elif verb == 'c':
        save(f'{words[0]}.c', text)
    elif verb == 'cxx':
        save('x.cc', '#include <dumpengine/plugin.h>\n'
             'static const de_option options[] = { {} };\n'
             'static enum de_status create(const de_host *, void **) { return DE_OK; }\n'
             'static void destroy(void *) {}\n'
             'static const de_output output = { sizeof(output) };\n' + text)
        if shutil.which('g++'):
            run(['g++', '-Wall', '-fsyntax-only', f'-I{top}/include', 'x.cc'])
    elif verb == 'units':
        for line in text.split('\n'):
            if line and not re.match(r'#|\[[A-Z]\w+\]$|[A-Z]\w+=\S', line):
                raise Failed(f'"{line}" is no line of a unit')
    elif verb == 'script':
        save('script', text)
        run(['sh', '-n', 'script'])
    else:
        raise Failed(f'"{verb}" is no way to test a block')


def table():
    """The file blocks: documents, each with the ways and first lines of its blocks."""
    found = {}
    for line in read('tests/documents/blocks').split('\n'):
        if not line or line.startswith('#'):
            continue
        if line.startswith('['):
            lines = found.setdefault(line.strip('[]'), [])
        else:
            how, first = line.split('\t', 1)
            if how == '+':
                lines[-1][2].append(first)
            else:
                lines.append((how, first, []))
    return found


def main():
    """Test all blocks; show what fails."""
    ways = table()
    shown = {}
    for block in blocks(top):
        shown.setdefault(block.document, []).append(block)
    failures = 0
    for document in sorted(set(ways) | set(shown)):
        has = [block.first for block in shown.get(document, [])]
        listed = [first for how, first, after in ways.get(document, [])]
        if has != listed:
            failures += 1
            print(f'{document}: its blocks are not those of tests/documents/blocks:')
            for first in has:
                if first not in listed:
                    print(f'  not listed: {first}')
            for first in listed:
                if first not in has:
                    print(f'  not in the document: {first}')
            if sorted(has) == sorted(listed):
                print('  they have another order')
            continue
        shutil.rmtree(world, ignore_errors=True)
        subprocess.run(['cp', '-a', fixture, world], check=True)
        for block, (how, first, after) in zip(shown.get(document, []), ways.get(document, [])):
            try:
                test(block, how)
                for command in after:
                    run(['sh', '-e', '-c', here(command)])
            except (Failed, ValueError, OSError, subprocess.TimeoutExpired) as why:
                failures += 1
                print(f'{document}:{block.line}: {how}: {first}\n{why}')
    return 1 if failures else 0


sys.exit(main())
