#!/usr/bin/env bash
# --at, of dumps on several media in a drive: it is told which one is wanted, in
# order, and none is that has nothing of what is wanted.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/restore/restore-lib.sh
. "$top_srcdir/tests/restore/restore-lib.sh"

mkdir tree media
for i in {10..59}; do
	head -c 100000 /dev/urandom >"tree/$i"
done
make_image img 8M tree -t ext4 -O ^has_journal
catalog=$scratch/catalog
cat >set.conf <<END
catalog = $(quoted "$catalog");
jobs = ( {
  name   = "set";
  source = { plugin = "fs-ext2"; device = $(quoted "$scratch/img"); };
  output = { plugin = "out-file"; path = $(quoted "$scratch/media/%v");
    volume_size = "1 MiB"; };
} );
END
engine 0 -c set.conf
volumes=$(find media -type f | wc -l)
[ "$volumes" -eq 5 ] || fail "there are $volumes volumes, not 5"

# A drive of another machine; what is in it is a file.
drive=/dev/..$scratch/drive
cat >rsh <<END
#!/bin/sh
exec "$PYTHON3" -I -S "$tools/rmt-server" "\$@"
END
cat >bring <<END
#!/bin/sh
echo "\$2" >>"$scratch/brought"
case \$DUMPENGINE_BARCODE:\$DUMPENGINE_LEVEL:\${DUMPENGINE_FILE-}:\${DUMPENGINE_MEDIUM-} in
DE000\$2L8:0::) ;;
*) exit 3 ;;
esac
cp "$scratch/media/00\$2" "$scratch/drive"
END
chmod +x rsh bring
export RSH=$scratch/rsh
"$PYTHON3" - "$catalog" "host:$drive" <<'END'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
c.execute("UPDATE volume SET output = 'out-rmt', name = ?", (sys.argv[2],))
for number in range(1, 6):
    c.execute("INSERT INTO medium (id, barcode) VALUES (?, ?)",
              (number, "DE000%dL8" % number))
c.execute("UPDATE volume SET medium = number")
c.commit()
END

# brought NUMBER...: these volumes, in this order.
brought () {
	local found
	found=$(tr '\n' ' ' <brought)
	[ "$found" = "$* " ] || fail "brought were $found, not $*: $(cat err)"
	rm brought
}
at=(--at now --catalog "$catalog")

restore_into all 0 -x "${at[@]}" -F "$scratch/bring"
for i in {10..59}; do
	same_file "all/$i" "tree/$i"
done
brought 1 2 3 4 5

# Directories are on the first, what belongs to large attributes on the last.
restore_into one 0 -x "${at[@]}" -F "$scratch/bring" 31
same_file one/31 tree/31
brought 1 3 5
restore_into some 0 -x "${at[@]}" -F "$scratch/bring" 12 57
same_file some/12 tree/12
same_file some/57 tree/57
brought 1 5

# The EOT handler of the job does it, if it can bring what is to be read.
sed "s,^exit 3,exit 4," bring >read-it
cat >>read-it <<END
[ "\$DUMPENGINE_REASON \$DUMPENGINE_JOB \$DUMPENGINE_VOLUME" = "read set \$2" ] || exit 4
[ "\$DUMPENGINE_DEVICE" = "\$1" ] && [ "\$1" = "host:$drive" ] || exit 4
END
chmod +x read-it
cp set.conf plain.conf
# with_handler COMMAND: read_command of the job's handler, if there is one
with_handler () {
	sed "s,^} );,  eot = { plugin = \"eot-script\"; command = \"exit 5\"; $1 }; &," \
	    plain.conf >set.conf
}
with_handler "read_command = \"$scratch/read-it\";"
at=(--at now -c "$scratch/set.conf")
restore_into handled 0 -x "${at[@]}" 12 57
same_file handled/57 tree/57
brought 1 5
said "running $scratch/read-it host:$drive 5"
with_handler "read_command = \"exit 3\";"
rm drive
restore_into aborted 3 -x "${at[@]}" 12
said "exited with status 3, which aborts the restore"
for command in "read_command = \"exit 1\";" ""; do
	with_handler "$command"
	rm -rf asked
	restore_into asked 4 -x "${at[@]}" 12
	said "(medium DE0001L8)"
done
at=(--at now --catalog "$catalog")

# If all places are wrong, several volumes are asked for in vain.
edit_catalogue () {
	"$PYTHON3" - "$catalog" "$1" <<-'END'
	import sqlite3, sys
	c = sqlite3.connect(sys.argv[1])
	c.execute(sys.argv[2])
	c.commit()
	END
}
edit_catalogue "UPDATE inode SET block = block + 1"
restore_into shifted 0 -x "${at[@]}" -F "$scratch/bring" 31
same_file shifted/31 tree/31
rm brought

# If it names a place that is none, all of it is read.
edit_catalogue "UPDATE inode SET block = 1 << 40"
restore_into wrong 0 -x "${at[@]}" -F "$scratch/bring" 31
same_file wrong/31 tree/31
brought 1 2 3 4 5
edit_catalogue "DELETE FROM inode"
restore_into without 0 -x "${at[@]}" -F "$scratch/bring" 31
same_file without/31 tree/31
brought 1 2 3 4 5

# Nobody is there; what is wanted is named.
cp media/003 drive
restore_into nobody 4 -x "${at[@]}"
said "host:$drive: volume 1 of level 0 of" "(medium DE0001L8): it is volume 3" \
    "is volume 1 of level 0 of"
[ -z "$(ls -A nobody)" ] || fail "written: $(ls -A nobody)"

# A chain in one drive: the directories of each, then the files of each.
is_root || exit 0
rm "$catalog" dumps/* 2>/dev/null
make_levels 0 1
"$PYTHON3" - "$catalog" "host:$drive" <<'END'
import sqlite3, sys
c = sqlite3.connect(sys.argv[1])
c.execute("UPDATE volume SET output = 'out-rmt', name = ?", (sys.argv[2],))
for level in 0, 1:
    c.execute("INSERT INTO medium (id, label) VALUES (?, ?)",
              (level + 1, "level-%d" % level))
    c.execute("""UPDATE volume SET medium = ? WHERE dump =
        (SELECT id FROM dump WHERE level = ?)""", (level + 1, level))
c.commit()
END
# It is a tape drive now, and one that is open does not let its tape go.
cat >rsh <<END
#!/bin/sh
exec "$PYTHON3" -I -S "$tools/rmt-server" --tape "$scratch/tape" \\
    --log "$scratch/log" "\$@"
END
cat >wind.py <<'END'
import sys
data = open(sys.argv[1], "rb").read()
count = len(data) // 32768
open(sys.argv[2], "wb").write(b"0" + b" 32768" * count + b" -1\n" + data)
END
cat >bring <<END
#!/bin/sh
[ "\$(grep -c ^O "$scratch/log")" = "\$(grep -c ^C "$scratch/log")" ] || exit 4
echo "\$DUMPENGINE_MEDIUM" >>"$scratch/brought"
"$PYTHON3" "$scratch/wind.py" "$scratch/dumps/\${DUMPENGINE_MEDIUM#level-}" \\
    "$scratch/tape"
END
echo 0 >tape
restore_into chain 0 -r "${at[@]}" -F "$scratch/bring"
equal_trees tree-1 chain
brought level-0 level-1 level-0 level-1

# Without a catalogue: for the files, the tape goes back to where the set began;
# -s counts from the beginning of the tape, and so do several sets on it.
cat >lone.py <<'END'
import os, sys
print(sorted(n for n in os.listdir(sys.argv[1])
             if os.path.isfile(os.path.join(sys.argv[1], n)) and not
             os.path.islink(os.path.join(sys.argv[1], n)))[0])
END
"$PYTHON3" - dumps/0 dumps/1 tape.both <<'END'
import sys
data, lengths = b"", []
for name in sys.argv[1:3]:
    part = open(name, "rb").read()
    data += part
    lengths += [32768] * (len(part) // 32768) + [-1]
open(sys.argv[3], "wb").write(" ".join(map(str, [0] + lengths)).encode() +
                              b"\n" + data)
END
lone=$("$PYTHON3" lone.py tree-0)
for wanted in tree-0: "tree-0:-s 1"; do
	cp tape.both tape
	# shellcheck disable=SC2086
	restore_into plain 0 -x -u ${wanted#*:} -f "host:$drive" "$lone"
	same_file "plain/$lone" "${wanted%%:*}/$lone"
	rm -r plain
done
# Behind the mark of the first, where the second begins.
cp tape.both tape
restore 0 -t -f "host:$drive"
restore_into second 0 -x -f "host:$drive"
cp tape.both tape
restore_into again 0 -x -s 2 -f "host:$drive"
equal_trees second again
restore_into both 0 -r -f "host:$drive" -f "host:$drive"
equal_trees tree-1 both
