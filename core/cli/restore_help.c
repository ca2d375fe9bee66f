/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/restore_help.h"

/* A full disk or closed pipe on standard output is a failure too. */
static enum exit_status
finish(FILE *out)
{
	return fflush(out) == 0 && !ferror(out) ? STATUS_COMPLETE :
	    STATUS_NOT_STARTED;
}

enum exit_status
restore_help_print(FILE *out)
{
	fputs(
"usage: dumpengine-restore -t | -x | -C [OPTION...] [-f SET]... [NAME...]\n"
"       dumpengine-restore -r | -R | -i [OPTION...] [-f SET]...\n"
"       dumpengine-restore -P FILE | --verify | --drill N [OPTION...] [-f SET]\n"
"       dumpengine-restore --help | --version\n"
"\n"
"Read what a member of the dump family has written: list it, restore it into\n"
"the current directory, compare it, check it.\n"
"\n"
"What to do:\n"
"  -t, --list            list the names in the set\n"
"  -x, --extract         restore the named files and directories, or everything\n"
"  -r, --rebuild         restore a filesystem, level by level or all at once\n"
"  -R, --resume          continue a -r that was interrupted\n"
"  -C, --compare         compare the set with what is on disk\n"
"  -i, --interactive     choose at a prompt what to restore\n"
"  -P, --positions FILE  write a table of positions for -Q to FILE\n"
"      --verify          check the set itself; write nothing\n"
"      --drill N         restore N files into a scratch directory and check them\n"
"\n"
"Where the set is:\n"
"  -f, --file SET        a file, a tape drive, HOST:FILE, s3://BUCKET/KEY, or - for\n"
"                        standard input; %v stands for the number of the volume;\n"
"                        A,B,C names each volume; once for each level, the oldest\n"
"                        first; default: TAPE of the environment, or /dev/st0\n"
"  -M, --multi-volume    SET is a prefix, followed by 001, 002 and so on\n"
"  -c, --config FILE     with --job or --at: the configuration of dumpengine\n"
"      --job NAME        read what this job of the configuration has written;\n"
"                        with --at: the job in the catalogue\n"
"      --at DATE         find the sets in the catalogue: the tree as it was then\n"
"      --catalog FILE    the catalogue; without --at: the newest tree in it\n"
"  -b, --record-size N   KiB in a record; default: found out\n"
"  -s, --tape-file N     file of the tape; the first is 1\n"
"  -l, --remote-file     what is on HOST is a file, not a tape drive\n"
"  -F, --volume-script FILE\n"
"                        run it when another volume is needed\n"
"      --key FILE        decrypt volumes by this key\n"
"  -A, --contents FILE   take the directories from this table of contents\n"
"  -Q, --use-positions FILE\n"
"                        find files by this table of positions\n"
"      --dialect NAME    who wrote the set; default: found out\n"
"\n"
"How:\n"
"  -X, --names-from FILE take names from FILE, one a line; - is standard input\n"
"  -h, --no-recursion    directories without what is in them\n"
"  -m, --by-number       name restored files by inode number\n"
"  -D, --root DIRECTORY  with -C: compare with this directory\n"
"  -L, --limit N         with -C: end after N differences\n"
"  -u, --unlink          as --if-exists replace\n"
"      --if-exists fail | skip | newer | replace\n"
"                        what to do with files that are there already\n"
"      --untrusted       restore no devices, set-ID bits or trusted attributes\n"
"  -N, --dry-run         do everything but write\n"
"  -a, --all-volumes     read all volumes, beginning with the first (always done)\n"
"  -o, --root-owner      set owner and mode of the current directory, too\n"
"  -y, --yes             go on after damage and without missing volumes\n"
"  -T, --temporary DIRECTORY\n"
"                        for temporary files; default: TMPDIR or /tmp\n"
"  -0, --null            with -t: end names with a zero byte\n"
"      --seed N          with --drill: choose the same files again\n"
"      --report FILE     write the result to FILE, as JSON\n"
"      --trust FILE      as root, use this file, or those in this directory, even\n"
"                        if other users can write to it\n"
"  -v, --verbose         show each file\n"
"  -d, --debug           print more messages\n"
"  -q, --quiet           print only errors and warnings, never ask\n"
"      --help            print this text\n"
"      --version         print the version\n"
"  -V, --volumes, -H N, -c, -k\n"
"                        accepted without meaning, as restore(8) has them\n"
"\n"
"Exit status: 0 all of it is there; 1 could not start; 2 something is missing or\n"
"differs; 3 aborted; 4 an operator was needed but not available.\n"
"See dumpengine-restore(8).\n", out);
	return finish(out);
}

enum exit_status
restore_help_print_version(FILE *out)
{
	fprintf(out, "dumpengine-restore %s\n", PACKAGE_VERSION);
	return finish(out);
}
