#!/usr/bin/env bash
# --report describes the run as JSON, whether it succeeded or failed; a report
# is written completely or not at all.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"
# shellcheck source=tests/volumes/volumes-lib.sh
. "$top_srcdir/tests/volumes/volumes-lib.sh"
need_source
need_python

make_data_image img 2 tree
small='volume_size = "512 KiB";'

# check CODE: "r" is the report; all assertions in CODE must hold.
check () {
	cat >check.py <<-END
	import json, os, time
	r = json.load(open('report'))
	def has(o, names):
	    missing = set(names.split()) - set(o)
	    assert not missing, missing
	times = ('source_seconds output_seconds ring_full_seconds '
	         'output_idle_seconds output_stalls verdict')
	has(r, 'schema program started ended exit_status jobs')
	assert r['schema'] == 1
	assert r['program'].startswith('dumpengine ')
	assert time.time() - 60 < r['started'] <= r['ended'] <= time.time()
	for job in r['jobs']:
	    has(job, 'name level label device mount_point filesystem uuid exit_status result findings '
	             'estimated_blocks blocks bytes started seconds volumes rewrites '
	             'date base_date base_level noted_in_dumpdates ' + times)
	    for v in job['volumes']:
	        has(v, 'number medium ended_by blocks records bytes started ended seconds kb_per_second bytes_per_second '
	               'xxh3_128 verified ' + times)
	        assert v['bytes'] == v['blocks'] * 1024
	        assert v['ended_by'] in ('size', 'eot', 'error', 'end')
	        assert v['verdict'] in (None, 'source-bound', 'output-bound')
				    # Such a short time has no verdict.
	        assert (v['verdict'] is None) == (v['output_seconds'] + v['output_idle_seconds'] < 0.25)
	        assert abs(v['bytes_per_second'] / 1024 - v['kb_per_second']) < 0.001 * v['kb_per_second']
	        assert all(v[t] >= 0 for t in times.split()[:-1])
	    for w in job['rewrites']:
	        has(w, 'volume why')
	job = r['jobs'][0] if r['jobs'] else None
	$1
	END
	"$PYTHON3" check.py 2>check.log ||
	    fail "$(tail -n 3 check.log): $(head -c 3000 report)"
	[ -z "$(find . -maxdepth 1 -name '.dumpengine-*')" ] ||
	    fail "left behind: $(ls -A)"
	rm -f report
}

# ---- Success

fresh
configure_set a.conf img "$to_files $small" "blocking = 16;"
engine 0 -c a.conf --report report
check "
assert r['exit_status'] == job['exit_status'] == 0
assert job['name'] == 'test' and job['label'] == 'testing' and job['level'] == 0
assert job['device'].endswith('img') and job['filesystem'] == 'ext4' and len(job['uuid']) == 36
assert job['result'] == 'complete' and job['findings'] == 0 and job['rewrites'] == []
names = sorted(os.listdir('dumps'))
assert [os.path.basename(v['medium']) for v in job['volumes']] == names
assert [v['tape_file'] for v in job['volumes']] == [None] * len(names)
assert [v['number'] for v in job['volumes']] == list(range(1, len(names) + 1))
assert [v['bytes'] for v in job['volumes']] == [os.path.getsize('dumps/' + n) for n in names]
assert sum(v['blocks'] for v in job['volumes']) == job['blocks']
assert job['bytes'] == job['blocks'] * 1024
assert [v['ended_by'] for v in job['volumes']] == ['size'] * (len(names) - 1) + ['end']
assert abs(job['estimated_blocks'] - job['blocks']) < job['blocks'] / 10
assert len(names) > 3
"
fresh
configure_set a.conf img "$out_volumes capacity = (40); kill = \"2:3\";" \
    "blocking = 16;"
engine 0 -c a.conf --report report
check "
assert [v['ended_by'] for v in job['volumes']] == ['eot'] * (len(job['volumes']) - 1) + ['end']
assert [w['volume'] for w in job['rewrites']] == [2]
assert 'signal 9' in job['rewrites'][0]['why']
"

# A slow output is what limits the dump.
fresh
configure_set a.conf img "$out_volumes delay = 3;" "blocking = 16;"
engine 0 -c a.conf --report report
check "
assert job['verdict'] == job['volumes'][0]['verdict'] == 'output-bound'
assert job['output_seconds'] > 0.3
assert job['volumes'][0]['seconds'] >= job['volumes'][0]['output_seconds']
"

# To standard output.
fresh
configure_set a.conf img "$to_files" "blocking = 16;"
engine 0 -q -c a.conf --report -
cp out report
check "assert r['exit_status'] == 0"

# Several jobs, one of which fails.
fresh
cat >a.conf <<END
jobs = (
  { name = "one"; source = { plugin = "fs-ext2"; device = "img"; };
    output = { plugin = "out-file"; path = "dumps/one"; }; },
  { name = "two"; source = { plugin = "fs-ext2"; device = "missing"; };
    output = { plugin = "out-file"; path = "dumps/two"; }; },
  { name = "three"; source = { plugin = "fs-ext2"; device = "img"; };
    output = { plugin = "out-file"; path = "dumps/three"; }; } );
END
engine 1 -c a.conf --report report
check "
assert r['exit_status'] == 1
assert [j['name'] for j in r['jobs']] == ['one', 'two', 'three']
assert [j['exit_status'] for j in r['jobs']] == [0, 1, 0]
assert r['jobs'][1]['volumes'] == []
"

# ---- Failure

echo nonsense >report
engine 1 -c missing.conf --report report
check "assert r['exit_status'] == 1 and r['jobs'] == []"
echo 'jobs = 7;' >a.conf
engine 1 -c a.conf --report report
check "assert r['exit_status'] == 1 and r['jobs'] == []"

fresh
configure_set a.conf img "$out_volumes $small block = \"3:4\";" "blocking = 16;"
: >err
"$DUMPENGINE" -c a.conf --report report >out 2>err </dev/null &
run=$!
wait_for 20 test -e dumps/.count-block || fail "it does not get there"
kill -s TERM "$run"
wait "$run"
[ $? -eq 3 ] || fail "not aborted"
check "
assert r['exit_status'] == job['exit_status'] == 3 and job['result'] == 'aborted'
assert [v['number'] for v in job['volumes']] == [1, 2]
"

fresh
configure_set a.conf img "$out_volumes $small fail_write = \"2:4\";" \
    "blocking = 16;"
engine 4 -q -c a.conf --report report
check "assert r['exit_status'] == job['exit_status'] == 4"

# Names that are not UTF-8 do not break it, and no two of them look alike.
fresh
: >media
names=(a '\344' '\345' '\\xe4' '\300\200' '\355\240\200' '\303\244' '?' '\357\277\275')
for name in "${names[@]}"; do
	# shellcheck disable=SC2059
	name=$(printf "$name")
	configure_set a.conf img "plugin = \"out-file\"; path = $(quoted "dumps/$name");" \
	    "blocking = 16;"
	engine 0 -c a.conf --report report
	"$PYTHON3" -c 'import json
medium = json.load(open("report", encoding="utf-8"))["jobs"][0]["volumes"][0]["medium"]
print(ascii(medium))' >>media
	check "assert r['exit_status'] == 0"
done
[ "$(sort -u media | wc -l)" -eq "${#names[@]}" ] || fail "names look alike: $(cat media)"
[ "$(sed -n 2p media)" = "'dumps/\\\\xe4'" ] || fail "not as in the manual: $(cat media)"

# ---- A run without its report is not complete, but nothing else is harmed

fresh
configure_set a.conf img "$to_files" "blocking = 16;"
engine 2 -c a.conf --report missing/report
said "missing/report"
only set001
fresh
mkdir -p folder
engine 2 -c a.conf --report folder
said "folder"
[ -z "$(ls -A folder)" ] || fail "left behind: $(ls -A folder)"
if [ -w /dev/full ]; then
	fresh
	"$DUMPENGINE" -q -c a.conf --report - >/dev/full 2>err </dev/null
	[ $? -eq 2 ] || fail "a full standard output is not noticed"
	said "report"
fi
