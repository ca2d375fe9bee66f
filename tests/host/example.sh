#!/usr/bin/env bash
# A plugin outside the tree: built with its own Makefile against the installed
# header, loaded by path and by name, and used in a dump.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

without_index=yes
need "${PKG_CONFIG:-pkg-config}"
need gcc
need_python
case $scratch in *[[:space:]]*) skip "libtool cannot install below a blank" ;; esac

# An installed dumpengine; anything already built is not built again.
"$MAKE" -C "$top_builddir" install DESTDIR="$scratch/root" >install.log 2>&1 ||
    fail "make install: $(tail -20 install.log)"
# shellcheck disable=SC2153	# not the plugindir below
installed=$scratch/root$PLUGINDIR
header=$(find root -name plugin.h)
[ -n "$header" ] || fail "no header is installed"
same_file "$top_srcdir/include/dumpengine/plugin.h" "$header"
[ -x "$(find root -name dumpengine -type f)" ] ||
    fail "no program is installed"
[ -e "$installed/out-file.so" ] || fail "no plugins in $installed"

export PKG_CONFIG_PATH=$scratch/root$LIBDIR/pkgconfig
export PKG_CONFIG_SYSROOT_DIR=$scratch/root
"$PKG_CONFIG" --exists dumpengine || fail "pkg-config does not know dumpengine"
[ "$("$PKG_CONFIG" --modversion dumpengine)" = "$VERSION" ] ||
    fail "pkg-config has version $("$PKG_CONFIG" --modversion dumpengine)"
plugindir=$("$PKG_CONFIG" --variable=plugindir dumpengine)
[ "${plugindir#"$scratch/root"}" = "$PLUGINDIR" ] ||
    fail "pkg-config has plugindir $plugindir, not $PLUGINDIR"

# The example, away from the tree.
cp -r "$top_srcdir/examples/out-count" example
chmod -R u+w example
flags="-O2 -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Werror \
${SANITIZER_FLAGS:-}"
"$MAKE" -C example CC=gcc CFLAGS="$flags" >make.log 2>&1 ||
    fail "the example does not build: $(cat make.log)"
grep -q -- "-I$scratch/root" make.log ||
    fail "it was not built with the installed header: $(cat make.log)"

# By path.
mkdir dumps
source="plugin = $(quoted "$TEST_PLUGINS/fs-fault.so"); files = 50;"
configure_job a.conf "$source" \
    'plugin = "example/out-count.so"; path = "volumes";' "blocking = 10;"
engine 0 -c a.conf
configure_job b.conf "$source" 'plugin = "out-file"; path = "dumps/b";' \
    "blocking = 10;"
engine 0 -c b.conf
bytes=$(stat -c %s dumps/b)
expected=$("$PYTHON3" - dumps/b <<'END'
import sys
h = 14695981039346656037
for byte in open(sys.argv[1], 'rb').read():
    h = (h ^ byte) * 1099511628211 & (1 << 64) - 1
print('%016x' % h)
END
)
expected="volume 1: $((bytes / 10240)) records, $bytes bytes, checksum $expected"
[ "$(cat volumes)" = "$expected" ] ||
    fail "it counted \"$(cat volumes)\", not \"$expected\""

# A filter.
cp -r "$top_srcdir/examples/filter-invert" filter
chmod -R u+w filter
"$MAKE" -C filter CC=gcc CFLAGS="$flags" >make.log 2>&1 ||
    fail "the example of a filter does not build: $(cat make.log)"
configure_job f.conf "$source" 'plugin = "out-file"; path = "dumps/f";' \
    "blocking = 10;"
sed -i 's|^  output|  filters = ( { plugin = "filter/filter-invert.so"; } );\n&|' f.conf
engine 0 -c f.conf
[ "$(stat -c %s dumps/f)" -gt "$bytes" ] ||
    fail "the filtered volume is too short: $(ls -l dumps)"
for dump in b f; do
	DUMPENGINE_PLUGIN_PATH=$DUMPENGINE_PLUGIN_PATH:$scratch/filter \
	    "$top_builddir/dumpengine-restore" "${trusted[@]}" -tf dumps/$dump \
	    >list.$dump 2>err || fail "dumps/$dump: $(cat err)"
done
same_file list.b list.f

# By name, from the plugin directory.
"$MAKE" -C example install plugindir="$PLUGINDIR" DESTDIR="$scratch/root" \
    >make.log 2>&1 || fail "make install of the example: $(cat make.log)"
export DUMPENGINE_PLUGIN_PATH=$installed
engine 0 --list-plugins
grep -q "^output  out-count " out || fail "it is not listed: $(cat out)"
engine 0 --plugin-help out-count
grep -q "^  capacity$" out || fail "no help for it: $(cat out)"
configure_job c.conf "$source" 'plugin = "out-count"; path = "volumes";' \
    "blocking = 10;"
engine 0 -c c.conf
[ "$(cat volumes)" = "$expected
$expected" ] || fail "by name it counted: $(cat volumes)"

# Its options are checked, and its end of volume is one.
configure_job d.conf "$source" 'plugin = "out-count"; pth = "volumes";'
engine 1 -c d.conf
said "d.conf:6: pth: out-count has no such option; did you mean path?"
configure_job e.conf "$source" \
    'plugin = "out-count"; path = "volumes"; capacity = "25 KiB";' \
    "blocking = 10;"
engine 4 -c e.conf
said "volumes holds only 20 tape blocks"
[ "$(wc -l <volumes)" -eq 2 ] || fail "a volume that was not written left a line"

# It also builds for debugging, and errors are found early.
"$MAKE" -C example clean >make.log 2>&1 || fail "$(cat make.log)"
[ ! -e example/out-count.so ] || fail "make clean leaves it there"
