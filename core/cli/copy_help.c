/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/copy_help.h"

/* A full disk or closed pipe on standard output is a failure too. */
static enum exit_status
finish(FILE *out)
{
	return fflush(out) == 0 && !ferror(out) ? STATUS_COMPLETE :
	    STATUS_NOT_STARTED;
}

enum exit_status
copy_help_print(FILE *out)
{
	fputs(
"usage: dumpengine-copy [-c FILE] [-M] [-b N] [-s N] [-F SCRIPT] [-l]\n"
"                       [--key FILE] [-v | -q] --from SET --to NAME\n"
"       dumpengine-copy [-c FILE] [-b N] [-F SCRIPT] [--key FILE] [-v | -q]\n"
"                       --dump DUMP --to NAME\n"
"       dumpengine-copy --help | --version\n"
"\n"
"Copy a dump from any medium to any other.  Its volumes are cut anew, and what is\n"
"on them is checked against the index of the set.\n"
"\n"
"      --to NAME         where to: an entry of `copies' in the configuration, or the\n"
"                        output of a job; for a tape, for example:\n"
"                        copies = ( { name = \"vault\"; output = {\n"
"                            plugin = \"out-tape\"; device = \"/dev/nst0\"; }; } );\n"
"  -f, --from SET        the set, as -f of dumpengine-restore names it: a file, the\n"
"                        first of several, FILE,FILE, a drive, HOST:FILE,\n"
"                        s3://BUCKET/KEY\n"
"      --dump DUMP       the dump of the catalogue with this id, or JOB@DATE\n"
"  -c, --config FILE     the configuration file; default:\n"
"                        " SYSCONFDIR "/dumpengine/dumpengine.conf\n"
"  -M, --multi-volume    SET is a prefix, followed by 001, 002 and so on\n"
"  -s, --tape-file N     file of the tape; the first is 1\n"
"  -b, --record-size N   tape blocks of 1024 bytes in a record of SET\n"
"  -F, --volume-script SCRIPT\n"
"                        run it for a volume of SET that is not there\n"
"  -l, --remote-file     HOST:FILE is a file, and no drive\n"
"      --key FILE        decrypt the volumes of SET by this key\n"
"      --trust FILE      as root, use this file, or those in this directory, even\n"
"                        if other users can write to it\n"
"  -v, --verbose         print more messages\n"
"  -q, --quiet           print only errors and warnings, never ask\n"
"  -h, --help            print this text\n"
"      --version         print the version\n"
"\n"
"Exit status: 0 the copy is complete; 1 could not start; 3 aborted, also because\n"
"the set is damaged; 4 an operator was needed but not available; 5 a volume failed\n"
"its verification.  See dumpengine-copy(8).\n", out);
	return finish(out);
}

enum exit_status
copy_help_print_version(FILE *out)
{
	fprintf(out, "dumpengine-copy %s\n", PACKAGE_VERSION);
	return finish(out);
}
