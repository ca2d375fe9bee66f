/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/mount_help.h"

static enum exit_status
finish(FILE *out)
{
	return fflush(out) == 0 && !ferror(out) ? STATUS_COMPLETE :
	    STATUS_NOT_STARTED;
}

enum exit_status
mount_help_print(FILE *out)
{
	fputs(
"usage: dumpengine-mount [OPTION...] SET... DIRECTORY\n"
"       dumpengine-mount [OPTION...] --job NAME [--at DATE] [DRIVE] DIRECTORY\n"
"       dumpengine-mount --help | --version\n"
"\n"
"Show what a member of the dump family has written as a read-only filesystem on\n"
"DIRECTORY.  SET is a file, a tape drive, HOST:FILE or s3://BUCKET/KEY; %v\n"
"stands for the number of the volume; A,B,C names each volume.  Once for each\n"
"level, the oldest first.\n"
"fusermount3 -u DIRECTORY, or umount as root, ends it.\n"
"\n"
"  -f, --foreground      stay in the foreground, and show what cannot be read\n"
"  -o, --options LIST    of mount(8) and FUSE, such as allow_other, dev, suid;\n"
"                        next=SET adds a set to the chain; key=FILE is\n"
"                        --key; nodigest compares nothing with the digests of\n"
"                        the index\n"
"  -c, --config FILE     with --job, --at: the configuration of dumpengine\n"
"      --job NAME        all dates of this job, as the catalogue has them, each in\n"
"                        a folder; a drive for tapes may be named before DIRECTORY\n"
"      --at DATE         only the tree of that date\n"
"      --catalog FILE    the catalogue\n"
"      --index-file FILE keep there where the files of a set without an index are\n"
"  -M, --multi-volume    SET is a prefix, followed by 001, 002 and so on\n"
"  -b, --record-size N   KiB in a record; default: found out\n"
"  -s, --tape-file N     file of the tape; the first is 1\n"
"  -l, --remote-file     what is on HOST is a file, not a tape drive\n"
"  -F, --volume-script FILE\n"
"                        run it when another volume is needed\n"
"      --key FILE        decrypt volumes by this key\n"
"      --dialect NAME    who wrote the set; default: found out\n"
"  -T, --temporary DIRECTORY\n"
"                        for temporary files; default: TMPDIR or /tmp\n"
"      --trust FILE      as root, use this file, or those in this directory, even\n"
"                        if other users can write to it\n"
"  -d, --debug           print more messages\n"
"  -q, --quiet           print only errors and warnings, never ask\n"
"      --help            print this text\n"
"      --version         print the version\n"
"\n"
"Exit status: 0 mounted, or with -f unmounted; 1 could not start; 2 with -f,\n"
"something could not be read; 3 aborted; 4 an operator was needed but not\n"
"available.  See dumpengine-mount(8).\n", out);
	return finish(out);
}

enum exit_status
mount_help_print_version(FILE *out)
{
	fprintf(out, "dumpengine-mount %s\n", PACKAGE_VERSION);
	return finish(out);
}
