# comparison.py - programs that do the same in turn, and the table of their times
import argparse
import os
import random
import subprocess
import time

import measure


class Runner:
    """`command(target)` returns the command line; `prints` says that its time is what it prints."""
    def __init__(self, name, command, prints=False):
        self.name, self.command, self.prints = name, command, prints


class Target:
    """What the time of our program divided by that of another should be at most."""
    def __init__(self, other, most):
        self.other, self.most = other, most


class Comparison:
    """The tables of one run; `ours` is the name that the others are compared with."""
    def __init__(self, ours, options):
        self.ours, self.options = ours, options
        self.lines = []

    def say(self, line=''):
        print(line, flush=True)
        self.lines.append(line)

    def rounds(self, runners, measure_one, check=None):
        """All in turn, in a different order each round; the first one only warms up, and shows what was made."""
        samples = {r.name: [] for r in runners}
        dice = random.Random(1)
        until = time.monotonic() + self.options.minutes * 60 / self.options.parts
        number = 0
        while True:
            for r in dice.sample(runners, len(runners)):
                if r.name not in samples:
                    continue
                try:
                    sample = measure_one(r)
                    if number == 0 and check is not None:
                        check(r.name)
                except measure.Failed as e:
                    self.say(f'{r.name} failed; leaving it out: {e}')
                    del samples[r.name]
                    continue
                if number > 0 or self.options.rounds == 0:
                    samples[r.name].append(sample)
            number += 1
            if number > self.options.rounds or (number > self.options.least and time.monotonic() > until):
                return samples

    def table(self, title, samples, targets):
        has_size = any(s.size for found in samples.values() for s in found)
        self.say()
        self.say(f'### {title}: {max(map(len, samples.values()))} rounds')
        self.say()
        size_title, size_rule = (' MB |', '---|') if has_size else ('', '')
        self.say(f'| | wall, s | user+sys, s |{size_title} {self.ours}: wall to it | at most | |')
        self.say(f'|---|---|---|{size_rule}---|---|---|')
        mine = measure.median([s.wall for s in samples[self.ours]]) if samples.get(self.ours) else None
        for name, found in samples.items():
            self.say('| ' + ' | '.join(self.row(name, found, mine, targets, has_size)) + ' |')

    def row(self, name, found, mine, targets, has_size):
        wall, cpu = [s.wall for s in found], [s.cpu for s in found]
        middle = measure.median(wall)
        cells = [name, f'{middle:.3f} ±{measure.spread(wall):.0f} %', f'{measure.median(cpu):.3f}']
        if has_size:
            cells.append(f'{measure.median([s.size for s in found]) / 1e6:.1f}')
        if name == self.ours or mine is None:
            return cells + ['', '', '']
        ratio = mine / max(middle, 1e-6)
        for t in targets:
            if t.other == name:
                return cells + [f'{ratio:.3f}', f'{t.most:g}', 'met' if ratio <= t.most else 'missed']
        return cells + [f'{ratio:.3f}', '', '']

    def run(self, parts, notes=()):
        """`parts` is a dictionary of functions; those that were asked for are called."""
        wanted = self.options.only.split(',') if self.options.only else list(parts)
        if set(wanted) - set(parts):
            raise SystemExit(f'--only {self.options.only}: expected a list of {", ".join(parts)}')
        self.say(f'On {measure.machine()}; {time.strftime("%Y-%m-%d", time.gmtime())}, scale {self.options.scale:g}.')
        for note in notes:
            self.say(note)
        for name in wanted:
            try:
                parts[name]()
            except (measure.Failed, RuntimeError, subprocess.CalledProcessError) as e:
                self.say()
                self.say(f'Skipping a part: {e}')
            self.save()

    def save(self):
        """Insert it after the mark in the file; the text before it is written by hand."""
        if not self.options.results:
            return
        mark, text = '<!-- measured -->', ''
        try:
            with open(self.options.results) as f:
                text = f.read().split(mark)[0]
        except FileNotFoundError:
            pass
        with open(self.options.results, 'w') as f:
            f.write(text + mark + '\n\n' + '\n'.join(self.lines) + '\n')


def parse_options(description, parts, scale_help):
    p = argparse.ArgumentParser(description=description)
    p.add_argument('--folder', default=os.environ.get('BENCH_FOLDER', 'bench-data'), help='for inputs and outputs')
    p.add_argument('--scale', type=float, default=float(os.environ.get('BENCH_SCALE', '1')),
                   help='size of the inputs; 1 is ' + scale_help)
    p.add_argument('--minutes', type=float, default=float(os.environ.get('BENCH_MINUTES', '30')),
                   help='approximate total time')
    p.add_argument('--rounds', type=int, default=7, help='at most, after one that warms up')
    p.add_argument('--least', type=int, default=1, help='rounds at least')
    p.add_argument('--only', help='parts, with commas: ' + ', '.join(parts))
    p.add_argument('--no-root', action='store_true', help='do nothing that needs root')
    p.add_argument('--results', help='insert them after the mark in this file')
    options = p.parse_args()
    options.parts = len(parts)
    return options
