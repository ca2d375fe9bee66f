/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/catalog_help.h"

/* A full disk or closed pipe on standard output is a failure too. */
static enum exit_status
finish(FILE *out)
{
	return fflush(out) == 0 && !ferror(out) ? STATUS_COMPLETE :
	    STATUS_NOT_STARTED;
}

enum exit_status
catalog_help_print(FILE *out)
{
	fputs(
"usage: dumpengine-catalog COMMAND [OPTION...] [NAME...]\n"
"       dumpengine-catalog --help | --version\n"
"\n"
"Ask the catalogue which dump is on which medium, and what is in it.\n"
"\n"
"Commands:\n"
"  list [JOB...]         list the dumps; what is missing from their chains is told\n"
"  show DUMP...          show all that is known of a dump, and its volumes\n"
"  find PATTERN...       list all versions of files; a pattern with a slash is for\n"
"                        paths\n"
"  which PATH...         list the volumes that a restore needs, in order, and print\n"
"                        its commands\n"
"  volumes               list what is on which medium, and what needs it\n"
"  may-overwrite MEDIUM...\n"
"                        does what is on them stay, by bar code or label?\n"
"  add SET...            read sets into the catalogue, as -f of dumpengine-restore\n"
"                        names them, or what a run has left (FILE.part)\n"
"  rebuild MEDIUM...     add all sets on tapes and in directories\n"
"  check [DUMP...]       are volumes where they should be, and as large?\n"
"  forget DUMP...        remove dumps from the catalogue; volumes stay as they are\n"
"  expire                let go what no rule of its job keeps; says why\n"
"  status                fail if the last good dump of a job is too old\n"
"  export                print everything, as JSON\n"
"\n"
"DUMP is an id or JOB@DATE, as list shows them.\n"
"\n"
"Options:\n"
"      --catalog FILE    the catalogue; default:\n"
"                        /var/lib/dumpengine/catalog.sqlite\n"
"  -c, --config FILE     the configuration of dumpengine\n"
"      --job JOB         only this job\n"
"      --at DATE         as it was then: 2026-11-01 (its end), \"2026-11-01 03:00\",\n"
"                        @SECONDS, yesterday, \"3 days ago\"\n"
"      --json            print JSON\n"
"  -H, --no-header       for scripts: no titles, one tab between columns\n"
"  -M, --multi-volume    with add and rebuild: the name is a prefix, followed by\n"
"                        001, 002 and so on\n"
"  -s, --tape-file N     with add: file of the tape; the first is 1\n"
"      --read            with check: read them, compare digests, note the date\n"
"      --key FILE        with add, rebuild and check --read: decrypt volumes by this\n"
"                        key\n"
"      --force           with forget: even if other dumps build on it\n"
"  -n, --dry-run         with expire: only say what would go\n"
"      --trust FILE      as root, use this file, or those in this directory, even\n"
"                        if other users can write to it\n"
"  -d, --debug           print more messages\n"
"  -q, --quiet           print only errors and warnings\n"
"      --help            print this text\n"
"      --version         print the version\n"
"\n"
"Exit status: 0 found; 1 could not start; 2 something was not found, is missing or\n"
"too old; 3 aborted.  See dumpengine-catalog(8).\n", out);
	return finish(out);
}

enum exit_status
catalog_help_print_version(FILE *out)
{
	fprintf(out, "dumpengine-catalog %s\n", PACKAGE_VERSION);
	return finish(out);
}
