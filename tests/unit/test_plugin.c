/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_plugin.c - loading plugins, and refusing invalid ones
 *
 * TEST_PLUGINS is the directory of the plugins built for the tests.
 */
#include "core/host/plugin.h"

#include <stdatomic.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/host/instance.h"
#include "core/host/options.h"
#include "unit.h"

struct desk {
	struct report *rep;
	struct plugin_registry *reg;
	char why[1024];
	char path[4096];
};

static void
desk_open(struct desk *d)
{
	const int fd = open("/dev/null", O_WRONLY);

	d->rep = report_new(fd, REPORT_VERBOSE);
	d->reg = plugin_registry_new(d->rep, NULL);
	ck_assert_ptr_nonnull(d->reg);
	ck_assert_ptr_nonnull(getenv("TEST_PLUGINS"));
	setenv("DUMPENGINE_PLUGIN_PATH", getenv("TEST_PLUGINS"), 1);
}

static void
desk_close(struct desk *d)
{
	plugin_registry_free(d->reg);
	report_free(d->rep);
}

static const struct plugin *
load_path(struct desk *d, const char *name, enum de_kind kind)
{
	snprintf(d->path, sizeof(d->path), "%s/%s.so", getenv("TEST_PLUGINS"),
	    name);
	memset(d->why, '\0', sizeof(d->why));
	return plugin_load(d->reg, d->path, kind, d->why, sizeof(d->why));
}

START_TEST(a_plugin_is_found_by_name_and_by_path_and_loaded_once)
{
	struct desk d;

	desk_open(&d);
	const struct plugin *p = load_path(&d, "out-fault", DE_OUTPUT);
	ck_assert_msg(p != NULL, "%s", d.why);
	ck_assert_str_eq(p->descriptor.name, "out-fault");
	ck_assert_ptr_eq(plugin_load(d.reg, "out-fault", DE_OUTPUT, d.why,
	    sizeof(d.why)), p);
	ck_assert_ptr_eq(plugin_load(d.reg, "out-fault", 0, d.why,
	    sizeof(d.why)), p);
	ck_assert_ptr_nonnull(p->options);
	ck_assert_ptr_nonnull(p->output.write);
	desk_close(&d);
}
END_TEST

START_TEST(what_is_missing_is_named_with_where_it_was_looked_for)
{
	struct desk d;

	desk_open(&d);
	setenv("DUMPENGINE_PLUGIN_PATH", "/nowhere/a:/nowhere/b", 1);
	ck_assert_ptr_null(plugin_load(d.reg, "out-none", 0, d.why,
	    sizeof(d.why)));
	ck_assert_ptr_nonnull(strstr(d.why, "out-none"));
	ck_assert_ptr_nonnull(strstr(d.why, "/nowhere/a:/nowhere/b"));
	ck_assert_ptr_null(plugin_load(d.reg, "/nowhere/x.so", 0, d.why,
	    sizeof(d.why)));
	ck_assert_ptr_nonnull(strstr(d.why, "/nowhere/x.so"));
	desk_close(&d);
}
END_TEST

START_TEST(the_folders_of_the_path_are_searched_in_turn)
{
	struct desk d;
	char list[8192];

	desk_open(&d);
	snprintf(list, sizeof(list), ":/nowhere::%s:", getenv("TEST_PLUGINS"));
	setenv("DUMPENGINE_PLUGIN_PATH", list, 1);
	ck_assert_ptr_nonnull(plugin_load(d.reg, "out-fault", DE_OUTPUT,
	    d.why, sizeof(d.why)));
	desk_close(&d);
}
END_TEST

START_TEST(the_wrong_kind_is_refused)
{
	struct desk d;

	desk_open(&d);
	ck_assert_ptr_null(load_path(&d, "out-fault", DE_SOURCE));
	ck_assert_ptr_nonnull(strstr(d.why, "of kind output"));
	ck_assert_ptr_nonnull(strstr(d.why, "expected one of kind source"));
	desk_close(&d);
}
END_TEST

START_TEST(each_broken_plugin_has_a_reason_of_its_own)
{
	static const struct {
		const char *name, *why;
	} cases[] = {
		{ "bad-version", "was built for version 99 of the plugin" },
		{ "bad-entry", "no function de_plugin_entry" },
		{ "bad-nothing", "returned NULL" },
		{ "bad-short", "begin it with DE_PLUGIN_ABI" },
		{ "bad-name", "has no name" },
		{ "bad-create", "lacks the callback create" },
		{ "bad-write", "lacks the callback output.write" },
		{ "bad-output", "lacks the callback output" },
		{ "bad-source", "lacks the callback source.open" },
		{ "bad-kind", "of kind 77" },
		{ "bad-default", "default" },
		{ "bad-help", "option depth has no help" },
		{ "bad-table", "has no end" },
		{ "bad-size", "option_size is not set" },
		{ "bad-symbol", "undefined symbol" },
	};
	struct desk d;

	desk_open(&d);
	for (size_t i = 0; i < COUNT(cases); i++) {
		ck_assert_msg(load_path(&d, cases[i].name, 0) == NULL,
		    "%s is taken", cases[i].name);
		ck_assert_msg(strstr(d.why, cases[i].why) != NULL,
		    "%s: \"%s\" does not say \"%s\"", cases[i].name, d.why,
		    cases[i].why);
		ck_assert_msg(strstr(d.why, d.path) != NULL,
		    "%s: \"%s\" does not name the file", cases[i].name, d.why);
		ck_assert_ptr_null(strchr(d.why, '\n'));
	}
	desk_close(&d);
}
END_TEST

START_TEST(a_plugin_of_a_newer_header_is_taken)
{
	struct desk d;

	desk_open(&d);
	/* its structures and table entries have additional members */
	const struct plugin *p = load_path(&d, "new-output", DE_OUTPUT);
	ck_assert_msg(p != NULL, "%s", d.why);
	ck_assert_str_eq(p->options[0].key, "depth");
	ck_assert_str_eq(p->options[1].key, "width");
	ck_assert_ptr_null(p->options[2].key);
	desk_close(&d);
}
END_TEST

START_TEST(services_give_the_values_of_the_table)
{
	static const atomic_int cancelled;
	struct desk d;
	char why[OPTION_WHY_BYTES];

	desk_open(&d);
	const struct plugin *p = load_path(&d, "out-fault", DE_OUTPUT);
	ck_assert_msg(p != NULL, "%s", d.why);
	struct option_set *set = option_set_new(p->options);
	ck_assert(option_put_number(set, option_find(p->options, "capacity"),
	    7, why));
	struct instance *in = instance_new(p, set, d.rep, &cancelled);
	ck_assert_ptr_nonnull(in);
	const struct de_host *host = &in->host;
	ck_assert_int_eq(host->get_integer(host, "capacity"), 7);
	ck_assert(host->is_set(host, "capacity"));
	ck_assert(!host->is_set(host, "fail_write"));
	/* an unknown key, or one of another type */
	ck_assert_int_eq(host->get_integer(host, "none"), 0);
	ck_assert_int_eq(host->get_integer(host, "path"), 0);
	ck_assert_ptr_null(host->get_string(host, "capacity"));
	ck_assert_ptr_null(host->get_string(host, "none"));
	ck_assert(!host->get_boolean(host, "capacity"));
	ck_assert(!host->get_boolean(host, "none"));
	ck_assert(!host->is_set(host, "none"));
	const char *const *items;
	ck_assert_uint_eq(host->get_strings(host, "none", &items), 0);
	ck_assert_ptr_null(items);
	ck_assert(!host->cancelled(host));
	const uint64_t now = host->monotonic_ns(host);
	ck_assert_uint_ge(host->monotonic_ns(host), now);
	ck_assert_uint_eq(host->struct_size, sizeof(*host));
	ck_assert_uint_eq(host->api_version, DE_API_VERSION);
	instance_free(in);
	instance_free(NULL);
	option_set_free(set);
	desk_close(&d);
}
END_TEST

START_TEST(a_create_that_fails_makes_no_instance)
{
	static const atomic_int cancelled;
	struct desk d;

	desk_open(&d);
	const struct plugin *p = load_path(&d, "bad-instance", DE_OUTPUT);
	ck_assert_msg(p != NULL, "%s", d.why);
	struct option_set *set = option_set_new(p->options);
	ck_assert_ptr_null(instance_new(p, set, d.rep, &cancelled));
	option_set_free(set);
	desk_close(&d);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_plugin_is_found_by_name_and_by_path_and_loaded_once,
		what_is_missing_is_named_with_where_it_was_looked_for,
		the_folders_of_the_path_are_searched_in_turn,
		the_wrong_kind_is_refused,
		each_broken_plugin_has_a_reason_of_its_own,
		a_plugin_of_a_newer_header_is_taken,
		services_give_the_values_of_the_table,
		a_create_that_fails_makes_no_instance,
	};
	return unit_run("plugin", tests, COUNT(tests));
}
