/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_config.c - reading jobs from files
 *
 * TEST_PLUGINS is the directory of the plugins built for the tests.
 */
#include "core/config/config.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "unit.h"

struct desk {
	char folder[64];
	char file[96];
	int messages;			/* a separate file */
	struct report *rep;
	struct plugin_registry *reg;
	char text[65536];		/* the messages */
};

static void
desk_open(struct desk *d)
{
	char name[128];

	strcpy(d->folder, "test_config.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(d->folder));
	snprintf(d->file, sizeof(d->file), "%s/x.conf", d->folder);
	snprintf(name, sizeof(name), "%s/messages", d->folder);
	d->messages = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
	ck_assert_int_ge(d->messages, 0);
	unlink(name);
	d->rep = report_new(d->messages, REPORT_NORMAL);
	d->reg = plugin_registry_new(d->rep, NULL);
	setenv("DUMPENGINE_PLUGIN_PATH", getenv("TEST_PLUGINS"), 1);
}

static void
desk_close(struct desk *d)
{
	plugin_registry_free(d->reg);
	report_free(d->rep);
	close(d->messages);
	unlink(d->file);
	rmdir(d->folder);
}

static void
write_text(const char *file, const char *text)
{
	FILE *f = fopen(file, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	ck_assert_int_eq(fclose(f), 0);
}

static struct config *
load_file(struct desk *d, const char *file)
{
	const struct config_request request = { .file = file };

	return config_load(&request, d->reg, d->rep);
}

static struct config *
load(struct desk *d, const char *text)
{
	write_text(d->file, text);
	struct config *config = load_file(d, d->file);
	const ssize_t n = pread(d->messages, d->text, sizeof(d->text) - 1, 0);
	d->text[n > 0 ? n : 0] = '\0';
	return config;
}

#define PLUGINS \
	"source = { plugin = \"fs-fault\"; };\n" \
	"output = { plugin = \"out-fault\"; };\n"

START_TEST(a_file_with_the_least_gets_the_defaults)
{
	struct desk d;

	desk_open(&d);
	struct config *c = load(&d, "jobs = ( { name = \"a\";\n" PLUGINS
	    "} );\n");
	ck_assert_msg(c != NULL, "%s", d.text);
	ck_assert_str_eq(d.text, "");
	ck_assert_uint_eq(c->job_count, 1);
	const struct job_config *job = config_find_job(c, "a");
	ck_assert_ptr_eq(job, &c->jobs[0]);
	ck_assert_str_eq(job_name(job), "a");
	ck_assert_int_eq(job->settings.level, 0);
	ck_assert_str_eq(job->settings.label, "none");
	ck_assert_int_eq(job->settings.ring.slaves, 4);
	ck_assert_int_eq(job->settings.ring.blocking, 32);
	ck_assert_str_eq(job->source.plugin->descriptor.name, "fs-fault");
	ck_assert_str_eq(job->output.plugin->descriptor.name, "out-fault");
	ck_assert_ptr_null(config_find_job(c, "b"));
	config_free(c);
	config_free(NULL);
	desk_close(&d);
}
END_TEST

START_TEST(everything_that_can_be_given_is_taken)
{
	struct desk d;

	desk_open(&d);
	struct config *c = load(&d,
	    "jobs = (\n"
	    "{ name = \"a.b_C-1\"; level = 0; label = \"123456789012345\";\n"
	    "  date = \"2026-11-22T03:00:00Z\";\n" PLUGINS
	    "  ring = { slaves = 64; blocking = 1024; }; },\n"
	    "{ name = \"second\"; date = 1600000000;\n"
	    "  source = { plugin = \"fs-fault\"; files = 3; };\n"
	    "  output = { plugin = \"out-fault\"; capacity = 9; };\n"
	    "  ring = { slaves = 1; blocking = 1; }; } );\n");
	ck_assert_msg(c != NULL, "%s", d.text);
	ck_assert_uint_eq(c->job_count, 2);
	ck_assert_int_eq(c->jobs[0].settings.date, 1795316400);
	ck_assert_int_eq(c->jobs[0].settings.ring.blocking, 1024);
	ck_assert_int_eq(c->jobs[1].settings.date, 1600000000);
	ck_assert_int_eq(option_number(c->jobs[1].output.options, "capacity"),
	    9);
	ck_assert_int_eq(option_number(c->jobs[1].source.options, "files"),
	    3);
	config_free(c);
	desk_close(&d);
}
END_TEST

START_TEST(all_mistakes_are_shown_at_once_with_their_lines)
{
	static const char *const said[] = {
		":2: name: ", ":3: level: ", ":4: lable: ", ":5: plugin: ",
		":6: colour: ", ":7: slaves: 65 is out of range (1 to 64)",
		":8: blocking: ", ":9: jbos: ", "did you mean label?",
		"did you mean jobs?",
	};
	struct desk d;

	desk_open(&d);
	struct config *c = load(&d,
	    "jobs = ( {\n"
	    "  name = \"a b\";\n"
	    "  level = \"zero\";\n"
	    "  lable = \"x\";\n"
	    "  source = { plugin = \"fs-none\"; };\n"
	    "  output = { plugin = \"out-fault\"; colour = 5; };\n"
	    "  ring = { slaves = 65;\n"
	    "    blocking = 0; }; } );\n"
	    "jbos = ();\n");
	ck_assert_ptr_null(c);
	for (size_t i = 0; i < COUNT(said); i++)
		ck_assert_msg(strstr(d.text, said[i]) != NULL,
		    "no \"%s\" in:\n%s", said[i], d.text);
	desk_close(&d);
}
END_TEST

START_TEST(a_mistake_in_an_included_file_is_named_there)
{
	struct desk d;
	char name[128];

	desk_open(&d);
	snprintf(name, sizeof(name), "%s/ring.conf", d.folder);
	write_text(name, "\n\nring = { slaves = 1000; };\n");
	ck_assert_ptr_null(load(&d, "jobs = ( { name = \"a\";\n" PLUGINS
	    "@include \"ring.conf\"\n } );\n"));
	ck_assert_msg(strstr(d.text, "ring.conf:3: slaves: ") != NULL,
	    "%s", d.text);
	unlink(name);
	desk_close(&d);
}
END_TEST

START_TEST(what_cannot_be_read_is_said_to_be_so)
{
	struct desk d;

	desk_open(&d);
	ck_assert_ptr_null(load_file(&d, "/nowhere/x.conf"));
	ck_assert_ptr_null(load_file(&d, d.folder));
	ck_assert_ptr_null(load(&d, ""));
	ck_assert_msg(strstr(d.text, "/nowhere/x.conf: cannot read the "
	    "configuration: No such file or directory\n") != NULL, "%s",
	    d.text);
	ck_assert_msg(strstr(d.text, "Is a directory\n") != NULL, "%s",
	    d.text);
	ck_assert_msg(strstr(d.text, "x.conf: jobs: missing") != NULL, "%s",
	    d.text);
	desk_close(&d);
}
END_TEST

START_TEST(numbers_too_large_for_64_bits_are_not_taken)
{
	struct desk d;

	desk_open(&d);
	struct config *c = load(&d, "jobs = ( { name = \"a\";\n"
	    "source = { plugin = \"fs-fault\"; };\n"
	    "output = { plugin = \"out-fault\";\n"
	    "  capacity = 18446744073709551617; }; } );\n");
	ck_assert_ptr_null(c);
	ck_assert_msg(strstr(d.text, ":4:") != NULL, "%s", d.text);
	desk_close(&d);
}
END_TEST

static int processes;		/* number forked */

static void
count_process(void)
{
	processes++;
}

/* One process reads the file, one tries everything in it. */
START_TEST(a_file_without_mistakes_takes_two_processes)
{
	struct desk d;

	desk_open(&d);
	ck_assert_int_eq(pthread_atfork(NULL, count_process, NULL), 0);
	struct config *c = load(&d, "jobs = (\n"
	    "{ name = \"a\";\n" PLUGINS "}, "
	    "{ name = \"b\";\n" PLUGINS "} );\n");
	ck_assert_msg(c != NULL, "%s", d.text);
	ck_assert_int_eq(processes, 2);
	config_free(c);
	desk_close(&d);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_file_with_the_least_gets_the_defaults,
		everything_that_can_be_given_is_taken,
		all_mistakes_are_shown_at_once_with_their_lines,
		a_mistake_in_an_included_file_is_named_there,
		what_cannot_be_read_is_said_to_be_so,
		numbers_too_large_for_64_bits_are_not_taken,
		a_file_without_mistakes_takes_two_processes,
	};
	return unit_run("config", tests, COUNT(tests));
}
