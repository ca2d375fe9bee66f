#!/usr/bin/env bash
# The option tables, --plugin-help and the manual agree: each option is in the
# page with the same help, type, range and default, and no others are.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_python

# compare OPTIONS PAGE SECTION: OPTIONS as printed by --plugin-help.
cat >compare.py <<'END'
import re, sys

listing, page, section = sys.argv[1:]


def options(text):
    found = {}
    for key, help_, takes in re.findall(r'^  (\S+)\n      (.+)\n      (takes .+)$', text, re.M):
        found[key] = (help_, takes)
    return found


def items(text, section):
    """The items of a .Ss section, each with its first lines of text."""
    part = re.search(r'^\.Ss %s\n(.*?)(?=^\.S[sh] |\Z)' % re.escape(section), text, re.M | re.S)
    if part is None:
        sys.exit(f'{page}: has no section "{section}"')
    found = {}
    for key, body in re.findall(r'^\.It Ic (\S+)\n(.*?)(?=^\.It |^\.El)', part.group(1), re.M | re.S):
        if key in found:
            sys.exit(f'{page}: {key} is there twice')
        found[key] = body.replace('\\e', '\\').replace('\\-', '-').replace('\\(dq', '"').replace('\\&', '')
    return found


wanted = options(open(listing).read())
found = items(open(page).read(), section)
if not wanted:
    sys.exit(f'{listing}: has no options')
groups = set(sys.stdin.read().split())      # keys that are no options
bad = 0
for key, (help_, takes) in wanted.items():
    if key not in found:
        print(f'{page}: {section}: {key} is missing')
        bad = 1
        continue
    for text in (help_, takes):
        if text not in found[key]:
            print(f'{page}: {key}: does not say "{text}" but:\n{found[key]}')
            bad = 1
for key in sorted(set(found) ^ (set(wanted) | groups)):
    if key in found:
        print(f'{page}: {section}: {key} is no option')
        bad = 1
    elif key in groups:
        print(f'{page}: {section}: the group {key} is missing')
        bad = 1
sys.exit(bad)
END

compare () {
	"$PYTHON3" compare.py "$1" "$2" "$3" <<<"${4:-}" >compare.log 2>&1 ||
	    fail "$(cat compare.log)"
}

pages=0
for folder in "$top_srcdir"/plugins/*/; do
	name=$(basename "$folder")
	[ -e "$top_builddir/.libs/$name.so" ] || continue
	page=$folder/dumpengine-$name.5
	[ -s "$page" ] || fail "$name has no manual page"
	"$DUMPENGINE" --plugin-help "$name" >help || fail "no help for $name"
	compare help "$page" Options
	pages=$((pages + 1))
done
[ "$pages" -ge 1 ] || fail "no pages of plugins"

page=$top_srcdir/man/dumpengine.conf.5
"$top_builddir/tests/package/tables" top >tables || fail "no table of the top"
compare tables "$page" Top
"$top_builddir/tests/package/tables" job >tables || fail "no table of a job"
compare tables "$page" Job "source output ring eot snapshot keep"
"$top_builddir/tests/package/tables" ring >tables || fail "no table of the ring"
compare tables "$page" Ring
"$top_builddir/tests/package/tables" volumes >tables ||
    fail "no table of the volumes"
compare tables "$page" Volumes
"$top_builddir/tests/package/tables" snapshot >tables ||
    fail "no table of the snapshot"
compare tables "$page" Snapshot
"$top_builddir/tests/package/tables" keep >tables || fail "no table of keep"
compare tables "$page" Keep

# The command line: --help and dumpengine(8) have the same options.
page=$top_srcdir/man/dumpengine.8
"$DUMPENGINE" --help | grep -oE -- '--[a-z-]+' | sort -u >help
sed '/^\.Sh ENVIRONMENT/,$d' "$page" | grep -oE -- 'Fl -[a-z-]+' |
    sed 's/^Fl -/--/' | sort -u >manual
diff help manual >diff.log ||
    fail "--help and $page: $(cat diff.log)"

# Each has its own line in --help, once.
"$DUMPENGINE" --help | sed -nE 's/^  (-., |    )(--[a-z-]+).*/\2/p' | sort >lines
diff lines manual >diff.log ||
    fail "options that have no line in --help, or two: $(cat diff.log)"

# Readers of the program's page find the plugins, and the example files; those
# looking for a changer find what drives one.
for folder in "$top_srcdir"/plugins/*/; do
	name=dumpengine-$(basename "$folder")
	[ -e "$folder$name.5" ] || continue
	for page in dumpengine.8 dumpengine.conf.5; do
		sed -n '/^\.Sh SEE ALSO/,$p' "$top_srcdir/man/$page" |
		    grep -q "^\.Xr $name 5" || fail "$page does not refer to $name(5)"
	done
done
for file in "$top_srcdir"/conf/*.conf; do
	sed -n '/^\.Sh FILES/,/^\.Sh SEE/p' "$top_srcdir/man/dumpengine.conf.5" |
	    grep -qE "^\.It Pa (.* )?$(basename "$file")\$" ||
	    fail "dumpengine.conf(5): FILES lacks $(basename "$file")"
done
for page in man/dumpengine-nightly.7 plugins/out-tape/dumpengine-out-tape.5 \
    plugins/eot-script/dumpengine-eot-script.5; do
	grep -q '^\.Nd .*changer' "$top_srcdir/$page" ||
	    fail "$page: apropos changer does not find it"
done
lines=$(tr '\n' ' ' <"$top_srcdir/README.md" |
    sed -nE 's/.*fewer than ([0-9]+) lines of C.*/\1/p')
[ "$(wc -l <"$top_srcdir/examples/out-count/out-count.c")" -lt "${lines:-0}" ] ||
    fail "an output takes more than \"$lines\" lines, which README.md promises"

# No page has errors that a formatter detects.
if command -v mandoc >/dev/null; then
	for page in "$top_srcdir"/man/*.[1-9] "$top_srcdir"/plugins/*/*.5; do
		lint=$(mandoc -T lint -W warning "$page" 2>&1) || fail "$lint"
	done
fi
