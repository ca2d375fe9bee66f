#!/usr/bin/env bash
# A path too long for restore(8) to create is noted; the rest is restored.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

need_source
need_python
need_debugfs
need_restore

# Sixteen directories of 255 bytes, including slashes: 4080.  The first of the
# two files has a path of 4092 bytes, the other one more.
mkdir dumps
make_image a.img 16M -t ext4
name=$(printf 'd%.0s' {1..254})
echo x >x
requests=("write x short")
for _ in {1..16}; do
	requests+=("mkdir $name" "cd $name")
done
debugfs a.img "${requests[@]}" "write x fffffffffff" "write x gggggggggggg"
configure_dump a.conf a.img dumps/a
engine 0 -c a.conf
said "its path has 4093 bytes; restore(8) cannot create it"
not_said "its path has 4092 bytes"
not_said "NOT COMPLETE"
scan dumps/a
mkdir restored
(cd restored && timeout 60 "$RESTORE" -r -y -f ../dumps/a) >restore.log 2>&1 \
    </dev/null
[ "$(cat restored/short)" = x ] || fail "the short path: $(cat restore.log)"
cat >found.py <<'END'
import os, sys
os.chdir(sys.argv[1])
for i in range(16):
    os.chdir('d' * 254)
print(sorted(name[0] for name in os.listdir('.')))
END
[ "$("$PYTHON3" found.py restored)" = "['f']" ] ||
    fail "at the end is $("$PYTHON3" found.py restored): $(cat restore.log)"
