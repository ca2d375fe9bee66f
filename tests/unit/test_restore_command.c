/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_restore_command.c - the restore command for media that are not here
 */
#include "core/operator/restore_command.h"

#include <dumpengine/plugin.h>
#include <stdio.h>
#include <string.h>

#include "unit.h"

#define VOLUMES 4

static void
expect(const char *const *media, uint32_t properties, uint32_t blocking,
    const char *expected)
{
	struct restore_command c = { 0 };
	struct message_volume v = { .properties = properties };
	char text[RESTORE_COMMAND_BYTES];

	for (uint32_t i = 0; i < VOLUMES && media[i] != NULL; i++) {
		v.number = i + 1;
		snprintf(v.medium, sizeof(v.medium), "%s", media[i]);
		restore_command_note(&c, &v);
	}
	restore_command_format(&c, blocking, text);
	ck_assert_str_eq(text, expected);
}

START_TEST(media_of_every_kind)
{
	static const struct {
		const char *media[VOLUMES];
		uint32_t properties;
		uint32_t blocking;
		const char *expected;
	} cases[] = {
		{ { NULL }, 0, 32, "" },
		{ { "/d/a" }, 0, 10, "restore -r -f /d/a" },
		{ { "/d/a001" }, 0, 32, "restore -r -f /d/a001" },
		{ { "/d/a001", "/d/a002" }, 0, 32, "restore -r -M -f /d/a" },
		{ { "/d/a001", "/d/a002" }, 0, 1024,
		    "restore -r -M -b 1024 -f /d/a" },
		{ { "/d/a001", "/d/a003" }, 0, 32, "restore -r -f /d/a001" },
		{ { "/d/a001", "/e/a002" }, 0, 32, "restore -r -f /d/a001" },
		{ { "/d/a001", "/d/a002.gz" }, 0, 32,
		    "restore -r -f /d/a001" },
		{ { "001", "002" }, 0, 32, "restore -r -f 001" },
		{ { "/dev/nst0", "/dev/nst0", "/dev/nst0" },
		    DE_MEDIUM_STREAMS, 32, "restore -r -f /dev/nst0" },
		{ { "/dev/nst0", "/dev/nst1" }, DE_MEDIUM_STREAMS, 64,
		    "restore -r -b 64 -f /dev/nst0" },
		{ { "vault:/dev/nst0" }, DE_MEDIUM_STREAMS | DE_MEDIUM_ONCE,
		    64, "restore -r -b 64 -f vault:/dev/nst0" },
		{ { "me@vault:/srv/a$b" }, 0, 32,
		    "restore -r -f 'me@vault:/srv/a$b'" },
		{ { "standard output" }, DE_MEDIUM_ONCE, 33,
		    "restore -r -b 33 -f -" },
		{ { "/d/it's" }, 0, 32, "restore -r -f '/d/it'\\''s'" },
	};

	for (size_t i = 0; i < COUNT(cases); i++)
		expect(cases[i].media, cases[i].properties, cases[i].blocking,
		    cases[i].expected);
}
END_TEST

START_TEST(a_tape_is_read_from_the_file_that_the_dump_is)
{
	struct restore_command c = { 0 };
	struct message_volume v = { .number = 1, .tape_file = 3 };
	char text[RESTORE_COMMAND_BYTES];

	strcpy(v.medium, "/dev/nst0");
	restore_command_note(&c, &v);
	v = (struct message_volume){ .number = 2, .tape_file = 7 };
	strcpy(v.medium, "/dev/nst0");
	restore_command_note(&c, &v);
	restore_command_format(&c, 64, text);
	ck_assert_str_eq(text, "restore -r -b 64 -s 4 -f /dev/nst0");
	/* A catalogue that others have changed may say anything. */
	c.tape_file = INT64_MAX;
	restore_command_format(&c, 64, text);
	ck_assert_str_eq(text, "restore -r -b 64 -s 9223372036854775808 "
	    "-f /dev/nst0");
}
END_TEST

START_TEST(the_longest_name_of_quotes_fits)
{
	struct restore_command c = { 0 };
	struct message_volume v = { .number = 1 };
	char text[RESTORE_COMMAND_BYTES];

	memset(v.medium, '\'', sizeof(v.medium) - 1);
	restore_command_note(&c, &v);
	restore_command_format(&c, 1024, text);
	ck_assert_uint_eq(strlen(text), strlen("restore -r -b 1024 -f ''") +
	    4 * (sizeof(v.medium) - 1));
}
END_TEST

START_TEST(a_volume_that_is_told_of_twice_counts_once)
{
	struct restore_command c = { 0 };
	struct message_volume v = { .number = 1 };
	char text[RESTORE_COMMAND_BYTES];

	strcpy(v.medium, "/d/a001");
	restore_command_note(&c, &v);
	restore_command_note(&c, &v);
	restore_command_format(&c, 32, text);
	ck_assert_str_eq(text, "restore -r -f /d/a001");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		media_of_every_kind,
		a_tape_is_read_from_the_file_that_the_dump_is,
		the_longest_name_of_quotes_fits,
		a_volume_that_is_told_of_twice_counts_once,
	};
	return unit_run("restore_command", tests, COUNT(tests));
}
