#!/usr/bin/env bash
# Invalid configurations: each is refused with file, line and advice, and exit
# status 1; nothing is written, and nothing goes to standard output.
# shellcheck source=tests/lib.sh
. "${top_srcdir:-.}/tests/lib.sh"

mkdir dumps
export DUMPENGINE_PLUGIN_PATH=$DUMPENGINE_PLUGIN_PATH:$TEST_PLUGINS

cat >good.conf <<'END'
# line 1
jobs = (
  { name   = "home";
    level  = 0;
    label  = "nightly";
    date   = "2026-11-22T03:00:00Z";
    source = { plugin = "fs-fault";
      files = 3; };
    output = { plugin = "out-file";
      path = "dumps/x";
      overwrite = false; };
    ring   = { slaves = 4;
      blocking = 64; };
    eot    = { plugin = "eot-script"; command = "true"; };
  } );
END
engine 0 -c good.conf
only x
rm dumps/x
cases=0

# refused FILE TEXT...
refused () {
	local file=$1
	shift
	engine 1 -c "$file"
	said "$@"
	printed_nothing
	only
	cases=$((cases + 1))
}

# Replace one line of the good file: LINE|NEW TEXT|WHERE|MESSAGE.
# WHERE is the line that must be named, and the setting if there is one.
while IFS='|' read -r line text where message; do
	case $line in '' | '#'*) continue ;; esac
	LINE=$line TEXT=$text awk \
	    'NR == ENVIRON["LINE"] { print ENVIRON["TEXT"]; next } { print }' \
	    good.conf >x.conf
	refused x.conf "x.conf:$where" "$message"
done <<'END'
# syntax errors
1|}|1:|syntax error
1|jobs|2:|syntax error
1|"text"|1:|syntax error
1|= 5;|1:|syntax error
1|x = ;|1:|syntax error
1|x = 5 5;|1:|syntax error
1|x = [1, "a"];|1:|
1|x = "not closed|
1|5x = 1;|1:|syntax error
1|@include "nowhere.conf"|1:|
1|/* a comment without an end|
2|jobs = |15:|syntax error
2|jobs (|2:|syntax error
2|jobs = {|3:|syntax error
3|  { name   = home;|3:|syntax error
3|  { name   = 'home';|3:|syntax error
3|  { name   == "home";|3:|syntax error
3|  { name|4:|syntax error
3|   name   = "home";|3:|syntax error
4|    level  = ;|4:|syntax error
4|    level  = 0 0;|4:|syntax error
4|    level  = 0, ;|4:|syntax error
4|    level  = zero;|4:|syntax error
4|    level  = 08;|4:|
4|    level  = 99999999999999999999999;|4:|
5|    label  = "night"ly";|6:|syntax error
5|    label  = $label;|5:|syntax error
7|    source =  plugin = "fs-fault";|7:|syntax error
8|      files = 3; |15:|syntax error
8|      files = 3; }};|8:|syntax error
9|    output = { plugin = out-file;|9:|syntax error
10|      path = dumps/x;|10:|syntax error
11|      overwrite = yes; };|11:|syntax error
11|      overwrite = False x; };|11:|syntax error
13|      blocking = 64k; };|13:|syntax error
13|      blocking = 0x; };|13:|syntax error
15|  } ) );|15:|syntax error
15|  );|15:|syntax error
15|  }|16:|syntax error
# duplicate settings
4|    level = 0; level = 0;|4:|duplicate setting
5|    name = "other";|5:|duplicate setting
11|      path = "dumps/y"; };|11:|duplicate setting
14|    ring = { };|14:|duplicate setting
15|  } ); jobs = ();|15:|duplicate setting
# unknown settings
1|job = 5;|1: job: |did you mean jobs?
1|jbos = ();|1: jbos: |did you mean jobs?
1|dumpdates = 5;|1: dumpdates: |invalid value 5
1|dumpdate = "x";|1: dumpdate: |did you mean dumpdates?
1|something = { };|1: something: |no such option
3|  { nmae   = "home";|3: nmae: |did you mean name?
3|  { Name   = "home";|3: Name: |did you mean name?
4|    levl   = 0;|4: levl: |did you mean level?
5|    lable  = "nightly";|5: lable: |did you mean label?
6|    dates  = 0;|6: dates: |did you mean date?
6|    compression = 9;|6: compression: |a job has no such option
7|    soruce = { plugin = "fs-fault";|7: soruce: |did you mean source?
8|      fils = 3; };|8: fils: |fs-fault has no such option; did you mean files?
8|      device = "x"; };|8: device: |fs-fault has no such option
8|      output = { }; };|8: output: |fs-fault has no such option
9|    ouput = { plugin = "out-file";|9: ouput: |did you mean output?
10|      pth = "dumps/x";|10: pth: |did you mean path?
10|      file = "dumps/x";|10: file: |out-file has no such option
11|      over_write = false; };|11: over_write: |did you mean overwrite?
12|    rings  = { slaves = 4;|12: rings: |did you mean ring?
12|    ring   = { slave = 4;|12: slave: |did you mean slaves?
13|      bloking = 64; };|13: bloking: |did you mean blocking?
13|      blocks = 64; };|13: blocks: |ring has no such option
14|    eto    = { plugin = "eot-script"; };|14: eto: |did you mean eot?
# missing settings
3|  { |3: name: |missing
7|    eat = { plugin = "fs-fault";|3: source: |missing; add a group
9|    eat = { plugin = "out-file";|3: output: |missing; add a group
7|    source = {|7: plugin: |missing
9|    output = {|9: plugin: |missing
10||9: path: |missing; required by out-file
14|    eot    = { };|14: plugin: |missing
2|jbs = (| jobs: |missing
# wrong types
2|jobs = [ ]; x = (|2: jobs: |list of at least one job
2|jobs = (); x = (|2: jobs: |list of at least one job
2|jobs = "home"; x = (|2: jobs: |list of at least one job
2|jobs = ( 5,|2: jobs: |element 1 is not a group
2|jobs = ( ( ),|2: jobs: |element 1 is not a group
2|jobs = ( "home",|2: jobs: |element 1 is not a group
3|  { name   = 5;|3: name: |invalid value 5; expected a text
3|  { name   = true;|3: name: |invalid value true; expected a text
3|  { name   = [ "home" ];|3: name: |invalid value (a list); expected a text
3|  { name   = { };|3: name: |invalid value (a group); expected a text
3|  { name   = 1.5;|3: name: |invalid value (a fraction); expected a text
4|    level  = "0";|4: level: |invalid value "0"; expected an integer
4|    level  = false;|4: level: |invalid value false; expected an integer
4|    level  = 0.0;|4: level: |invalid value (a fraction); expected an integer
5|    label  = 7;|5: label: |invalid value 7; expected a text
5|    label  = ();|5: label: |invalid value (an empty list); expected a text
6|    date   = true;|6: date: |invalid value true; expected a date
6|    date   = 1.6e9;|6: date: |invalid value (a fraction); expected a date
6|    date   = [ 1 ];|6: date: |invalid value (a list); expected a date
7|    source = "fs-fault"; x = {|7: source: |must be a group
7|    source = ( "fs-fault" ); x = {|7: source: |must be a group
7|    source = { plugin = 5;|7: plugin: |must be a nonempty text
7|    source = { plugin = "";|7: plugin: |must be a nonempty text
7|    source = { plugin = true;|7: plugin: |must be a nonempty text
8|      files = "3"; };|8: files: |invalid value "3"; expected an integer
8|      size = "much"; };|8: size: |invalid value "much"; expected a size
8|      size = "1,5 MiB"; };|8: size: |; expected a size
8|      size = "-1"; };|8: size: |; expected a size
8|      files = 4294967299; };|8: 4294967299: |needs the suffix L
8|      size = true; };|8: size: |invalid value true; expected a size
9|    output = 5; x = { plugin = "out-file";|9: output: |must be a group
10|      path = 5;|10: path: |invalid value 5; expected a text
10|      path = ( );|10: path: |invalid value (an empty list)
11|      overwrite = "false"; };|11: overwrite: |invalid value "false"; expected true or false
11|      overwrite = 0; };|11: overwrite: |invalid value 0; expected true or false
12|    ring   = { slaves = "4";|12: slaves: |invalid value "4"; expected an integer from 1 to 64
13|      blocking = "64 KiB"; };|13: blocking: |; expected an integer from 1 to 1024
13|      blocking = true; };|13: blocking: |invalid value true
14|    eot    = "eot-script";|14: eot: |must be a group
14|    eot    = { plugin = 5; };|14: plugin: |must be a nonempty text
# out of range
3|  { name   = "";|3: name: |is 0 bytes long; expected 1 to 64
3|  { name   = "12345678901234567890123456789012345678901234567890123456789012345";|3: name: |is 65 bytes long; expected 1 to 64
4|    level  = 1;|4: level: |set dumpdates
4|    level  = -1;|4: level: |out of range
4|    level  = 1; dumpdates = 1;|4: dumpdates: |invalid value 1
4|    update_dumpdates = true;|4: update_dumpdates: |without dumpdates
4|    dumpdates = "d"; since = "2026-01-01"; update_dumpdates = true;|4: update_dumpdates: |with since
4|    dumpdates = "d"; subtree = "/a"; update_dumpdates = true;|4: update_dumpdates: |with subtree
4|    dumpdates = "d"; subtree = "/a"; level = 1;|4: subtree: |level 0
4|    subtree = "/a"; since = "2026-01-01";|4: subtree: |without since
4|    since = "yesterday";|4: since: |invalid value "yesterday"
4|    honor_nodump = -1;|4: honor_nodump: |out of range
4|    exclude = "/";|4: exclude: |the root
4|    exclude = [ "a", "/b/../c" ];|4: exclude: |".."
4|    exclude = "#2";|4: exclude: |the root
4|    exclude = "#0";|4: exclude: |not a possible inode number
4|    exclude = "#99999999999";|4: exclude: |not a possible inode number
4|    exclude = "..";|4: exclude: |is not the name of a file
4|    exclude = "";|4: exclude: |
5|    label  = "1234567890123456";|5: label: |is 16 bytes long; expected 0 to 15
6|    date   = 0;|6: date: |out of range
6|    date   = -5;|6: date: |out of range
6|    date   = 2147483648L;|6: date: |out of range
6|    date   = "2039-01-01";|6: date: |out of range
6|    date   = "1969-07-20";|6: date: |out of range
8|      files = -1; };|8: files: |-1 is out of range (0 to 1000000)
8|      files = 1000001; };|8: files: |out of range

8|      size = "2 GiB"; };|8: size: |out of range
10|      path = "";|10: path: |is 0 bytes long
12|    ring   = { slaves = 0;|12: slaves: |0 is out of range (1 to 64)
12|    ring   = { slaves = 65;|12: slaves: |65 is out of range (1 to 64)
12|    ring   = { slaves = -4;|12: slaves: |-4 is out of range
12|    ring   = { slaves = 4294967297;|12: 4294967297: |needs the suffix L
13|      blocking = 0; };|13: blocking: |0 is out of range (1 to 1024)
13|      blocking = 1025; };|13: blocking: |1025 is out of range (1 to 1024)
13|      blocking = 9223372036854775807; };|13: blocking: |out of range
# bad dates
6|    date   = "yesterday";|6: date: |invalid value "yesterday"; expected a date
6|    date   = "";|6: date: |; expected a date
6|    date   = "2026-13-01";|6: date: |; expected a date
6|    date   = "2026-02-30";|6: date: |; expected a date
6|    date   = "2026-11-22T25:00";|6: date: |; expected a date
6|    date   = "22.11.2026";|6: date: |; expected a date
6|    date   = "1600000000x";|6: date: |; expected a date
# bad names
3|  { name   = "a b";|3: name: |invalid name "a b"
3|  { name   = "a/b";|3: name: |invalid name "a/b"
3|  { name   = "../x";|3: name: |invalid name "../x"
3|  { name   = ".hidden";|3: name: |invalid name ".hidden"
3|  { name   = "-q";|3: name: |invalid name "-q"
3|  { name   = "ä";|3: name: |invalid name
3|  { name   = "a\nb";|3: name: |invalid name "a?b"
5|    label  = "a\tb";|5: label: |control characters
5|    label  = "\x1b[2J";|5: label: |control characters
# plugins
7|    source = { plugin = "fs-none";|7: plugin: |no plugin fs-none
7|    source = { plugin = "out-file";|7: plugin: |of kind output
9|    output = { plugin = "fs-fault";|9: plugin: |of kind source
9|    output = { plugin = "/nowhere/x.so";|9: plugin: |/nowhere/x.so: no such file
9|    output = { plugin = "./x.conf";|9: plugin: |cannot load plugin
9|    output = { plugin = "bad-version";|9: plugin: |version 99
9|    output = { plugin = "../x";|9: plugin: |no such file
# two jobs with the same name
15|  }, { name = "home"; } );|15: name: |already the name of the job at line 3
END
[ "$cases" -ge 100 ] || fail "only $cases damaged files"

# Files that are no configuration at all.
: >empty.conf
refused empty.conf "empty.conf: jobs: missing"
head -c 2000 /dev/urandom >random.conf
refused random.conf "random.conf:"
printf 'jobs = (\0);' >nul.conf
refused nul.conf "nul.conf:"
for bytes in 20 50 100 200 300 350; do
	head -c "$bytes" good.conf >cut.conf
	refused cut.conf "cut.conf:"
done
printf '%s' "$(printf '(%.0s' {1..5000})" | sed '1s/^/jobs = /' >deep.conf
refused deep.conf "deep.conf:"
refused dumps "dumps: cannot read the configuration: Is a directory"
refused nothing.conf "nothing.conf: cannot read the configuration: No such"

# The error is in an included file.
echo 'slavs = 5;' >included.conf
sed '12s/.*/    ring = {\n@include "included.conf"/; 13s/.*/};/' \
    good.conf >x.conf
refused x.conf "included.conf:1: slavs: "
echo '@include "loop.conf"' >loop.conf
refused loop.conf "loop.conf:1:"

# All errors of a file are shown at once, each once.
cat >x.conf <<'END'
jobs = (
  { name   = "a b";
    level  = "zero";
    lable  = "x";
    date   = "soon";
    source = { plugin = "fs-none"; };
    output = { plugin = "out-file";
      pth = "dumps/x"; };
    ring   = { slaves = 99;
      blocking = 0; };
    eot    = 5;
  },
  { source = { plugin = "fs-fault"; files = "3"; };
  } );
other = 1;
END
refused x.conf "x.conf:2: name: " "x.conf:3: level: " "x.conf:4: lable: " \
    "x.conf:5: date: " "x.conf:6: plugin: " "x.conf:8: pth: " \
    "x.conf:7: path: missing" "x.conf:9: slaves: " "x.conf:10: blocking: " \
    "x.conf:11: eot: " "x.conf:13: name: missing" "x.conf:13: files: " \
    "x.conf:13: output: missing" "x.conf:15: other: "
[ "$(wc -l <err)" -eq 14 ] || fail "not 14 errors: $(cat err)"

# --check and -q report the same.
cp err all
engine 1 --check -c x.conf
same_file all err
engine 1 -q -c x.conf
same_file all err
echo "$cases damaged files were refused"
