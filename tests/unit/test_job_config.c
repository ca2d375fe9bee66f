/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_job_config.c - each key of the tables reaches the typed settings
 */
#include "core/config/job_config.h"

#include "unit.h"

static void
job_new(struct job_config *job)
{
	memset(job, 0, sizeof(*job));
	job->options = option_set_new(config_job_options);
	job->ring = option_set_new(config_ring_options);
	job->volumes = option_set_new(config_volume_options);
	job->snapshot = option_set_new(config_snapshot_options);
	ck_assert(job->options != NULL && job->ring != NULL &&
	    job->volumes != NULL && job->snapshot != NULL);
}

/* Set it to a value other than the current one. */
static void
change_value(struct option_set *set, int index,
    const struct option_value *value)
{
	const struct de_option *o = &set->table[index];
	char why[OPTION_WHY_BYTES] = "";
	bool ok = false;

	switch (o->type) {
	case DE_OPTION_INTEGER:
	case DE_OPTION_SIZE:
	case DE_OPTION_TIME:
		/* The default may be at either end of the range. */
		ok = option_put_number(set, index,
		    value->known && value->number == o->max ? o->min : o->max,
		    why);
		break;
	case DE_OPTION_BOOLEAN:
		ok = option_put_boolean(set, index,
		    !value->known || value->number == 0, why);
		break;
	case DE_OPTION_STRING:
		/* Only this one says that it is not "none". */
		ok = option_put_text(set, index, strcmp(o->key, "compress") == 0 ?
		    "zlib" : "another", why);
		break;
	case DE_OPTION_STRINGS:
		ok = option_add_text(set, index, "another", why);
		break;
	case DE_OPTION_SIZES:
		ok = option_add_number(set, index, o->min, why);
		break;
	}
	ck_assert_msg(ok, "%s: %s", o->key, why);
}

static void
free_value(struct option_value *value)
{
	for (size_t i = 0; i < value->text_count; i++)
		free(value->texts[i]);
	free(value->texts);
	free(value->numbers);
}

static const struct file_settings file = { .dumpdates = "/file" };
static const struct file_settings no_file = { .catalog_files = true };

/*
 * Bytes are compared, so a text must have a different address: the previous
 * value is kept until then.
 */
static void
expect_all_taken(struct job_config *job, struct option_set *set)
{
	for (int i = 0; set->table[i].key != NULL; i++) {
		struct job_settings before;
		struct option_value value = set->values[i];
		job_config_take(job, &file);
		memcpy(&before, &job->settings, sizeof(before));
		memset(&set->values[i], 0, sizeof(set->values[i]));
		change_value(set, i, &value);
		job_config_take(job, &file);
		ck_assert_msg(memcmp(&before, &job->settings,
		    sizeof(before)) != 0, "%s is not taken",
		    set->table[i].key);
		free_value(&value);
	}
}

START_TEST(each_key_of_the_tables_is_taken)
{
	struct job_config job;

	job_new(&job);
	expect_all_taken(&job, job.ring);
	expect_all_taken(&job, job.volumes);
	expect_all_taken(&job, job.snapshot);
	job_config_clear(&job);
}
END_TEST

/*
 * update_dumpdates is true by default, so change_value() would not change it;
 * with since or subtree it is false.
 */
START_TEST(each_key_of_a_job_is_taken)
{
	struct job_config job;
	char why[OPTION_WHY_BYTES];

	job_new(&job);
	const int update = option_find(config_job_options, "update_dumpdates");
	ck_assert(option_put_boolean(job.options, update, true, why));
	expect_all_taken(&job, job.options);
	job_config_clear(&job);
}
END_TEST

START_TEST(defaults_are_what_the_header_says)
{
	struct job_config job;

	job_new(&job);
	option_set_free(job.snapshot);
	job.snapshot = NULL;
	job_config_take(&job, &no_file);
	const struct job_settings *s = &job.settings;
	ck_assert_ptr_null(s->name);
	ck_assert_uint_eq(s->level, 0);
	ck_assert_ptr_null(s->dumpdates);
	ck_assert(!s->updates_dumpdates);
	ck_assert_int_eq(s->since, 0);
	ck_assert_ptr_null(s->exclude);
	ck_assert_uint_eq(s->exclude_count, 0);
	ck_assert_uint_eq(s->honor_nodump, 1);
	ck_assert_ptr_null(s->subtree);
	ck_assert_str_eq(s->label, "none");
	ck_assert_int_eq(s->date, 0);
	ck_assert_int_eq(s->snapshot_date, 0);
	ck_assert_uint_eq(s->max_read_errors, 0);
	ck_assert(!s->notify);
	ck_assert(!s->freeze);
	ck_assert_int_eq(s->freeze_limit, 60);
	ck_assert_str_eq(s->state_dir, "/var/lib/dumpengine");
	ck_assert_int_eq(s->wait_for_medium, 0);
	ck_assert_uint_eq(s->ring.slaves, 4);
	ck_assert_uint_eq(s->ring.blocking, 32);
	ck_assert_uint_eq(s->ring.buffer, 0);
	ck_assert_int_eq(s->ring.start_fill, -1);
	ck_assert_uint_eq(s->volumes.size_count, 0);
	ck_assert_uint_eq(s->volumes.length_feet, 0);
	ck_assert_uint_eq(s->volumes.density_bpi, 0);
	ck_assert(!s->volumes.cartridge);
	ck_assert(!s->volumes.verify);
	ck_assert_uint_eq(s->volumes.rewrite_attempts, 2);
	ck_assert(!s->volumes.change_between_jobs);
	ck_assert(!job_has_snapshot(&job));
	job_config_clear(&job);
}
END_TEST

START_TEST(a_job_updates_dumpdates_if_it_is_a_base)
{
	struct job_config job;
	char why[OPTION_WHY_BYTES];

	job_new(&job);
	job_config_take(&job, &file);
	ck_assert_str_eq(job_dumpdates(&job), "/file");
	ck_assert(job_updates_dumpdates(&job));
	job_config_take(&job, &no_file);
	ck_assert(!job_updates_dumpdates(&job));
	ck_assert(option_put_text(job.options, option_find(config_job_options,
	    "dumpdates"), "/own", why));
	job_config_take(&job, &file);
	ck_assert_str_eq(job_dumpdates(&job), "/own");
	ck_assert(option_put_number(job.options, option_find(
	    config_job_options, "since"), 1600000000, why));
	job_config_take(&job, &file);
	ck_assert(!job_updates_dumpdates(&job));
	job_config_clear(&job);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		each_key_of_the_tables_is_taken,
		each_key_of_a_job_is_taken,
		defaults_are_what_the_header_says,
		a_job_updates_dumpdates_if_it_is_a_base,
	};
	return unit_run("job_config", tests, COUNT(tests));
}
