#!/usr/bin/env bash
# A plugin is built against a dumpengine that is not installed: pkg-config is
# pointed to the build tree, and finds the header and plugins there.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need "${PKG_CONFIG:-pkg-config}"
case $scratch in *[[:space:]]*) skip "-I cannot have a blank in a .pc" ;; esac

export PKG_CONFIG_PATH=$top_builddir
unset PKG_CONFIG_SYSROOT_DIR PKG_CONFIG_LIBDIR PKG_CONFIG_DISABLE_UNINSTALLED
"$PKG_CONFIG" --uninstalled dumpengine ||
    fail "pkg-config has one that is installed"
[ "$("$PKG_CONFIG" --modversion dumpengine)" = "$VERSION" ] ||
    fail "it is $("$PKG_CONFIG" --modversion dumpengine), not $VERSION"
plugindir=$("$PKG_CONFIG" --variable=plugindir dumpengine)
[ "$plugindir" = "$DUMPENGINE_PLUGIN_PATH" ] ||
    fail "plugins are in $plugindir, not $DUMPENGINE_PLUGIN_PATH"

cp -r "$top_srcdir/examples/out-count" example
chmod -R u+w example
"$MAKE" -C example CC="$CC" CFLAGS="-O2 -Wall -Wextra -Werror ${SANITIZER_FLAGS:-}" \
    >make.log 2>&1 || fail "the example does not build: $(cat make.log)"
grep -qF -- "-I$top_srcdir/include" make.log ||
    fail "it was not built with the header of the source: $(cat make.log)"

configure_job a.conf \
    "plugin = $(quoted "$TEST_PLUGINS/fs-fault.so"); files = 5;" \
    'plugin = "example/out-count.so"; path = "volumes";'
engine 0 -c a.conf
grep -q '^volume 1: ' volumes || fail "it counted: $(cat volumes)"
