#!/usr/bin/env bash
# The public header compiles by itself, as strict C99 and as C++.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

header=$top_srcdir/include/dumpengine/plugin.h
warnings="-pedantic -Wall -Wextra -Werror"

compile () {
	run "$@"
	[ "$status" -eq 0 ] || fail "$*: $(cat err)"
}

need gcc
for standard in c99 c11 c17 gnu99; do
	# shellcheck disable=SC2086
	compile gcc -std=$standard $warnings -Wstrict-prototypes -Wshadow \
	    -fsyntax-only -x c "$header"
done
if command -v clang >/dev/null; then
	# shellcheck disable=SC2086
	compile clang -std=c99 $warnings -fsyntax-only -x c "$header"
fi

# Included twice, and in a program that uses it.
cat >two.c <<END
#include <dumpengine/plugin.h>
#include <dumpengine/plugin.h>
static const struct de_option options[] = { DE_OPTIONS_END };
static const struct de_plugin p = {
	DE_PLUGIN_ABI,
	.options = options,
	.kind = DE_OUTPUT,
	.name = "p",
	.summary = "s",
};
DE_PLUGIN(p);
END
# shellcheck disable=SC2086
compile gcc -std=c99 $warnings -Wno-missing-field-initializers \
    -I "$top_srcdir/include" -fsyntax-only two.c

# It includes nothing of the engine.
! grep -E '^ *# *include' "$header" | grep -v '<std.*\.h>\|<sys/.*\.h>' ||
    fail "the header includes more than the standard"

need g++
for standard in c++11 c++17 gnu++11; do
	# shellcheck disable=SC2086
	compile g++ -std=$standard $warnings -fsyntax-only -x c++ "$header"
done
cat >use.cc <<END
#include <dumpengine/plugin.h>
static const struct de_option ended[] = { DE_OPTIONS_END };
static const struct de_option empty[] = { {} };
static_assert(sizeof(ended) == sizeof(empty), "one entry each");
static struct de_plugin p = { DE_PLUGIN_ABI, DE_OUTPUT, "p", "s", 0, 0, 0, 0, 0, 0, 0 };
DE_PLUGIN(p);
END
# shellcheck disable=SC2086
compile g++ -std=c++11 $warnings -I "$top_srcdir/include" -fsyntax-only use.cc
