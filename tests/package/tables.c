/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * tables.c - print a table of the engine's own options
 *
 * `tables top`, `job`, `ring` or `volumes`, in the form of
 * `dumpengine --plugin-help`.
 */
#include <stdio.h>
#include <string.h>

#include "core/config/config.h"

static void
print_option(const struct de_option *o)
{
	char takes[OPTION_WHY_BYTES];

	option_describe(o, takes);
	printf("  %s\n      %s\n      takes %s", o->key, o->help, takes);
	if ((o->flags & DE_OPTION_REQUIRED) != 0)
		puts("; required");
	else if (o->default_value != NULL)
		printf("; default: %s\n", o->default_value);
	else
		puts("; not set by default");
}

int
main(int argc, char **argv)
{
	const struct de_option *table = config_job_options;

	if (argc == 2 && strcmp(argv[1], "top") == 0)
		table = config_top_options;
	else if (argc == 2 && strcmp(argv[1], "ring") == 0)
		table = config_ring_options;
	else if (argc == 2 && strcmp(argv[1], "volumes") == 0)
		table = config_volume_options;
	else if (argc == 2 && strcmp(argv[1], "snapshot") == 0)
		table = config_snapshot_options;
	else if (argc == 2 && strcmp(argv[1], "keep") == 0)
		table = config_keep_options;
	else if (argc != 2 || strcmp(argv[1], "job") != 0)
		return 2;
	for (; table->key != NULL; table++)
		print_option(table);
	return 0;
}
