#!/usr/bin/env bash
# Files left behind in a checkout are found, whether in git or not; a release
# without them passes.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
need git

mkdir -p sources/.ci sources/core/cli
cd sources || exit 99
git init -q . || fail "git init"
git config user.name tester
git config user.email tester@localhost
touch .ci/run core/cli/main.c Makefile.am
printf '*.o\n' >.gitignore
git add . && git commit -q -m "all that there is" || fail "git commit"
cd .. || exit 99
printf '%s\n' Makefile.am configure core/cli/main.c >listed

leavings () { run "$tools/leavings" sources listed; }

touch sources/core/cli/main.o	# ignored
leavings
[ "$status" = 0 ] || fail "a clean checkout: status $status, $(cat err)"

touch "sources/an image"
leavings
[ "$status" = 1 ] || fail "a file that git does not know: status $status"
said "left in the sources: an image (not in git)"

git -C sources add "an image"
leavings
[ "$status" = 1 ] || fail "a file that git tracks and no release holds: status $status"
said "left in the sources: an image (in git, but in no release)"

rm -rf sources/.git
leavings
[ "$status" = 77 ] || fail "no checkout: status $status"
