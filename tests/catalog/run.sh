#!/usr/bin/env bash
# A run tells the catalogue of the dump and its volumes, also of an aborted one.
# Whatever keeps it from that is a warning; the next run catches up.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/catalog/catalog-lib.sh
. "$top_srcdir/tests/catalog/catalog-lib.sh"

need_source
mkdir -p tree/sub
echo old >tree/file~
head -c 300000 /dev/urandom >tree/file
make_image a.img 8M tree -t ext4 -U 11111111-2222-3333-4444-555555555555

# job LEVEL [SETTING...]: at the top of the file
job () {
	local level=$1
	shift
	cat >job.conf <<-END
	jobs = ( {
	  name = "home"; label = "weekly"; level = $level;
	  dumpdates = "dumpdates";
	  exclude = ("lost+found", "*~"); date = $((date + level));
	  source = { plugin = "fs-ext2"; device = "a.img"; };
	  output = { plugin = "out-file"; path = "dump-%l-%v"; verify = true;
	    volume_size = ("64k", "1M"); overwrite = true; };
	} );
	END
	with_catalog job.conf "$@"
}

# --check says whether it can be written.
job 0 'catalog = "no/folder/catalog";'
sed -i 1d job.conf
engine 1 -c job.conf --check
said "catalog: no/folder/catalog: cannot be made: no/folder: No such file"
if ! is_root; then
	mkdir closed
	chmod 555 closed
	sed -i 's,no/folder,closed,' job.conf
	engine 1 -c job.conf --check
	said "catalog: closed/catalog: cannot be made: closed: Permission denied"
fi
job 0
echo no database >catalog.sqlite
engine 1 -c job.conf --check
said "catalog.sqlite: "

# It is a warning for the dump, which is all right.
engine 0 -c job.conf --report report.json
said "warning: the catalogue does not know the dump yet: catalog.sqlite: " \
    "dumpengine-catalog add --catalog catalog.sqlite $DUMPENGINE_STATE_DIR/" \
    "DUMP IS DONE"
grep -q '"in_catalog": false' report.json || fail "$(cat report.json)"
[[ $(left) = home-*.part ]] || fail "left for the catalogue: $(left)"

# The next run adds it as well.
rm catalog.sqlite
job 1
engine 0 -c job.conf --check
said_nothing_bad () { not_said warning error; }
said_nothing_bad
[ ! -e catalog.sqlite ] || fail "--check has made a catalogue"
engine 0 -c job.conf --report report.json
said_nothing_bad
said "the catalogue catalog.sqlite knows the dump"
grep -q '"in_catalog": true' report.json || fail "$(cat report.json)"
[ "$(left)" = '*' ] || fail "left for the catalogue: $(left)"
[ "$(stat -c %a catalog.sqlite)" = 600 ] || fail "$(ls -l catalog.sqlite)"
here=$(pwd)
host=$(uname -n | cut -c -63)
knows "SELECT job.name, host, device, label, level, date, base_date, source,
    uuid, exclude, output, program, state, status, findings, config
    FROM dump JOIN job ON job.id = dump.job ORDER BY date" \
    "home|$host|a.img|weekly|0|$date||fs-ext2|11111111-2222-3333-4444-555555555555|[\"lost+found\",\"*~\"]|out-file|$("$DUMPENGINE" --version | head -1)|complete|0|0|$here/job.conf" \
    "home|$host|a.img|weekly|1|$((date + 1))|$date|fs-ext2|11111111-2222-3333-4444-555555555555|[\"lost+found\",\"*~\"]|out-file|$("$DUMPENGINE" --version | head -1)|complete|0|0|$here/job.conf"
first=$(($(stat -c %s dump-0-001) / 1024))
rest=$(($(stat -c %s dump-0-002) / 1024))
knows "SELECT number, copy, v.output, v.name, file, first, v.blocks, length(digest),
    verified >= written, record_blocks FROM volume AS v JOIN dump
    ON dump.id = v.dump WHERE level = 0 ORDER BY number" \
    "1|0|out-file|$here/dump-0-001||0|$first|32|1|32" \
    "2|0|out-file|$here/dump-0-002||$first|$rest|32|1|32"
knows "SELECT sum(blocks) FROM dump WHERE level = 0" "$((first + rest))"

# The same dump again is the same row.
job 0
engine 0 -c job.conf
knows "SELECT count(*) FROM dump" 2

# An aborted dump is one, with what was safe of it.
sed -i 's/"1M"/"64k"/; s,path = "[^"]*",path = "full/%v",' job.conf
sed -i "s/date = [0-9]*;/date = $((date + 7));/" job.conf
mkdir full
ln -s /nowhere/there full/003
engine 4 -q -c job.conf
said "ABORTED"
knows "SELECT state, status FROM dump WHERE date = $((date + 7))" "aborted|4"
knows "SELECT number, name FROM volume JOIN dump ON dump.id = volume.dump
    WHERE date = $((date + 7)) ORDER BY number" \
    "1|$here/full/001" "2|$here/full/002"

# What the EOT handler said of a medium.
job 0
sed -i 's|output = |eot = { plugin = "eot-script"; command = "./load"; }; &|
    s|date = [0-9]*;|date = 7;|; s|"1M"|"200k"|' job.conf
printf '#!/bin/sh\necho "BARCODE=E0100${DUMPENGINE_NEXT_VOLUME}L8"\n' >load
chmod +x load
engine 0 -q -c job.conf
knows "SELECT number, barcode, medium.state FROM volume JOIN dump
    ON dump.id = volume.dump LEFT JOIN medium ON medium.id = volume.medium
    WHERE date = 7 AND number < 3 ORDER BY number" "1||" "2|E01002L8|in use"

# No volume goes where the catalogue is.
job 0
sed -i 's,path = "[^"]*",path = "catalog.sqlite",' job.conf
engine 1 -c job.conf
said "the dump would overwrite the catalogue"
