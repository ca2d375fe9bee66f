/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/help.h"

#include "core/host/options.h"

struct listing {
	FILE *out;
	struct plugin_registry *reg;
};

/* A full disk or closed pipe on standard output is a failure too. */
static enum exit_status
finish(FILE *out)
{
	return fflush(out) == 0 && !ferror(out) ? STATUS_COMPLETE :
	    STATUS_NOT_STARTED;
}

enum exit_status
help_print(FILE *out)
{
	fputs(
"usage: dumpengine [-c FILE] [-v | -q] [--level N] [--since DATE] [--no-update]\n"
"                  [--report FILE] [JOB...]\n"
"       dumpengine [-c FILE] [-v | -q] [--level N] [--since DATE]\n"
"                  --check | --estimate [JOB...]\n"
"       dumpengine --list-plugins | --plugin-help NAME | --help | --version\n"
"\n"
"Dump ext2, ext3 and ext4 filesystems, as the jobs of a configuration file\n"
"say, in the format that restore(8) reads.  Without JOB, run all jobs.\n"
"\n"
"  -c, --config FILE     the configuration file; default:\n"
"                        " SYSCONFDIR "/dumpengine/dumpengine.conf\n"
"      --check           check the file, the plugins, the sources and the\n"
"                        outputs; dump nothing\n"
"      --estimate        print how much a run would write; write nothing\n"
"      --level N         make dumps of this level, overriding the file;\n"
"                        -0 to -9 are short for --level 0 to --level 9\n"
"      --since DATE      dump what changed since DATE, regardless of the file and\n"
"                        of dumpdates\n"
"      --no-update       do not record dumps in a dumpdates file\n"
"      --list-plugins    list the plugins, and files that are not usable plugins\n"
"      --plugin-help NAME\n"
"                        show what a plugin does and its options\n"
"      --report FILE     write the results of the run to FILE, as JSON\n"
"      --trust FILE      as root, use this file, or those in this directory, even\n"
"                        if other users can write to it\n"
"  -v, --verbose         print more messages\n"
"  -q, --quiet           print only errors and warnings, never ask\n"
"  -h, --help            print this text\n"
"      --version         print the version\n"
"\n"
"Exit status: 0 all jobs are complete; 1 could not start; 2 finished, but\n"
"items are missing from a dump; 3 aborted; 4 an operator was needed but not\n"
"available; 5 a volume failed its verification.  See dumpengine(8); for the\n"
"file dumpengine.conf(5); for plugins dumpengine-plugin(3).\n", out);
	return finish(out);
}

enum exit_status
help_print_version(FILE *out)
{
	fprintf(out, "dumpengine %s\n", PACKAGE_VERSION);
	return finish(out);
}

static void
list_one(void *arg, const char *path)
{
	struct listing *l = arg;
	char why[1024];
	const struct plugin *p = plugin_load(l->reg, path, 0, why,
	    sizeof(why));

	if (p != NULL)
		fprintf(l->out, "%-7s %-12s %s\n",
		    plugin_kind_name(p->descriptor.kind), p->descriptor.name,
		    p->descriptor.summary);
	else
		fprintf(l->out, "broken  %s\n", why);
}

enum exit_status
help_list_plugins(FILE *out, struct plugin_registry *reg)
{
	struct listing l = { out, reg };

	plugin_each(list_one, &l);
	return finish(out);
}

static void
print_option(FILE *out, const struct de_option *o)
{
	char takes[OPTION_WHY_BYTES];

	option_describe(o, takes);
	fprintf(out, "  %s\n      %s\n      takes %s", o->key, o->help, takes);
	if ((o->flags & DE_OPTION_REQUIRED) != 0)
		fputs("; required\n", out);
	else if (o->default_value != NULL)
		fprintf(out, "; default: %s\n", o->default_value);
	else
		fputs("; not set by default\n", out);
}

enum exit_status
help_print_plugin(FILE *out, struct plugin_registry *reg, const char *name,
    struct report *rep)
{
	char why[1024];
	const struct plugin *p = plugin_load(reg, name, 0, why, sizeof(why));

	if (p == NULL) {
		report(rep, DE_ERROR, "%s", why);
		return STATUS_NOT_STARTED;
	}
	fprintf(out, "%s (%s): %s\n", p->descriptor.name,
	    plugin_kind_name(p->descriptor.kind), p->descriptor.summary);
	if (p->options[0].key != NULL)
		fputs("\nOptions:\n", out);
	for (const struct de_option *o = p->options; o->key != NULL; o++)
		print_option(out, o);
	return finish(out);
}
