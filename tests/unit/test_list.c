/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/list.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "names_tree.h"

/* What a list has written, terminated. */
struct output {
	int fd;
	char text[1 << 20];
};

static struct output *
output_new(void)
{
	struct output *o = calloc(1, sizeof(*o));

	ck_assert_ptr_nonnull(o);
	o->fd = open(tree_folder(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	ck_assert_int_ge(o->fd, 0);
	return o;
}

static void
output_check(struct output *o, const char *expected)
{
	const ssize_t n = pread(o->fd, o->text, sizeof(o->text) - 1, 0);

	ck_assert_int_ge(n, 0);
	o->text[n] = '\0';
	ck_assert_str_eq(o->text, expected);
	close(o->fd);
	free(o);
}

static struct list_config
config_of(const struct names *names, const struct output *o)
{
	return (struct list_config){
		.fd = o->fd, .names = names, .recursive = true,
	};
}

START_TEST(all_names_are_listed_like_restore_does)
{
	struct names *names = tree_small();
	struct output *o = output_new();
	const struct list_config config = config_of(names, o);
	struct list *l = list_new(&config);

	list_all(l);
	ck_assert(list_end(l));
	output_check(o,
	    "         2\t.\n"
	    "        12\t./d\n"
	    "        13\t./d/a\n"
	    "        14\t./d/e\n"
	    "        15\t./d/e/b\n"
	    "        16\t./d/ln\n"
	    "        17\t./f\n"
	    "        13\t./f/a2\n"
	    "        18\t./z\n");
	names_free(names);
}
END_TEST

START_TEST(verbose_tells_directories_and_leaves)
{
	struct names *names = tree_small();
	struct output *o = output_new();
	struct list_config config = config_of(names, o);

	config.verbose = true;
	struct list *l = list_new(&config);
	ck_assert(list_path(l, "d/e"));
	ck_assert(list_end(l));
	output_check(o,
	    "dir         14\t./d/e\n"
	    "leaf        15\t./d/e/b\n");
	names_free(names);
}
END_TEST

START_TEST(each_path_is_listed_in_its_turn)
{
	struct names *names = tree_small();
	struct output *o = output_new();
	const struct list_config config = config_of(names, o);
	struct list *l = list_new(&config);

	ck_assert(list_path(l, "f/a2"));
	ck_assert(list_path(l, "d/e/"));
	ck_assert(list_path(l, "d/e/b"));
	ck_assert(!list_path(l, "nope"));
	ck_assert(list_end(l));
	output_check(o,
	    "        13\t./f/a2\n"
	    "        14\t./d/e\n"
	    "        15\t./d/e/b\n"
	    "        15\t./d/e/b\n");
	names_free(names);
}
END_TEST

START_TEST(without_recursion_a_directory_is_one_line)
{
	struct names *names = tree_small();
	struct output *o = output_new();
	struct list_config config = config_of(names, o);

	config.recursive = false;
	struct list *l = list_new(&config);
	ck_assert(list_path(l, "d"));
	ck_assert(list_path(l, "."));
	ck_assert(list_end(l));
	output_check(o, "        12\t./d\n         2\t.\n");
	names_free(names);
}
END_TEST

START_TEST(only_what_the_set_has_is_listed)
{
	struct names *names = tree_small();
	struct output *o = output_new();
	struct list_config config = config_of(names, o);
	struct inomap dumped;

	ck_assert(inomap_init(&dumped, 20));
	inomap_add(&dumped, 2);
	inomap_add(&dumped, 15);
	config.dumped = &dumped;
	struct list *l = list_new(&config);
	list_all(l);
	ck_assert(list_path(l, "d"));
	ck_assert(!list_path(l, "z"));
	ck_assert(list_end(l));
	output_check(o,
	    "         2\t.\n"
	    "        15\t./d/e/b\n"
	    "        15\t./d/e/b\n");
	inomap_free(&dumped);
	names_free(names);
}
END_TEST

START_TEST(a_set_says_who_it_is)
{
	struct names *names = tree_small();
	struct output *o = output_new();
	const struct list_config config = config_of(names, o);
	struct list *l = list_new(&config);
	struct set_identity identity = {
		.date = 1600000000, .level = 0, .label = "none",
		.filesystem = "/srv", .device = "/dev/sda1", .host = "here",
	};

	list_identity(l, &identity);
	identity.base_date = 1500000000;
	identity.level = 3;
	list_identity(l, &identity);
	identity.host[0] = '\0';
	list_identity(l, &identity);
	ck_assert(list_end(l));
	output_check(o,
	    "Dump   date: Sun Sep 13 12:26:40 2020\n"
	    "Dumped from: the epoch\n"
	    "Level 0 dump of /srv on here:/dev/sda1\n"
	    "Label: none\n"
	    "Dump   date: Sun Sep 13 12:26:40 2020\n"
	    "Dumped from: Fri Jul 14 02:40:00 2017\n"
	    "Level 3 dump of /srv on here:/dev/sda1\n"
	    "Label: none\n"
	    "Dump   date: Sun Sep 13 12:26:40 2020\n"
	    "Dumped from: Fri Jul 14 02:40:00 2017\n");
	names_free(names);
}
END_TEST

/* A chain of directories with names of 250 bytes. */
static struct names *
deep(unsigned int levels)
{
	struct names *names = names_new(tree_folder());
	char name[250];

	memset(name, 'n', sizeof(name));
	ck_assert_ptr_nonnull(names);
	for (unsigned int i = 0; i < levels; i++) {
		ck_assert(names_begin_directory(names, NAMES_ROOT + i));
		ck_assert(names_add(names, NAMES_ROOT + i + 1, S_IFDIR, name,
		    sizeof(name)));
		ck_assert(names_end_directory(names));
	}
	ck_assert(names_begin_directory(names, NAMES_ROOT + levels));
	ck_assert(names_end_directory(names));
	ck_assert(names_finish(names));
	return names;
}

START_TEST(paths_are_listed_up_to_a_limit_and_the_rest_is_counted)
{
	struct names *names = deep(300);
	struct output *o = output_new();
	const struct list_config config = config_of(names, o);
	struct list *l = list_new(&config);
	/* That many directories of 251 bytes fit into the path of the next. */
	const unsigned int listed = (LIST_PATH_MAX - 1) / 251 + 1;

	list_all(l);
	ck_assert_uint_eq(list_too_long(l), 300 - listed);
	ck_assert(list_end(l));
	off_t bytes = 13;
	for (off_t i = 1; i <= (off_t)listed; i++)
		bytes += 10 + 1 + 1 + 251 * i + 1;
	ck_assert_int_eq(lseek(o->fd, 0, SEEK_END), bytes);
	close(o->fd);
	free(o);
	names_free(names);
}
END_TEST

START_TEST(a_full_disk_is_an_error)
{
	struct names *names = tree_small();
	struct list_config config = { .names = names, .recursive = true };

	config.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	if (config.fd >= 0) {
		struct list *l = list_new(&config);
		list_all(l);
		errno = 0;
		ck_assert(!list_end(l));
		ck_assert_int_eq(errno, ENOSPC);
		close(config.fd);
	}
	names_free(names);
}
END_TEST

START_TEST(names_that_would_harm_a_terminal_are_made_safe)
{
	static const struct tree_name names_of[] = {
		{ 2, 12, S_IFREG, "a\033[2J\nb" },
	};
	struct names *names = tree_of(names_of, 1);
	const int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	char text[256];

	ck_assert_int_ge(master, 0);
	ck_assert_int_eq(grantpt(master), 0);
	ck_assert_int_eq(unlockpt(master), 0);
	const int slave = open(ptsname(master), O_RDWR | O_NOCTTY | O_CLOEXEC);
	ck_assert_int_ge(slave, 0);
	const struct list_config config = { .fd = slave, .names = names };
	struct list *l = list_new(&config);
	ck_assert(list_path(l, "a\033[2J\nb"));
	ck_assert(list_end(l));
	const ssize_t n = read(master, text, sizeof(text) - 1);
	ck_assert_int_gt(n, 0);
	text[n] = '\0';
	/* The terminal makes \r\n of the newline. */
	ck_assert_str_eq(text, "        12\t./a?[2J?b\r\n");
	close(slave);
	close(master);
	names_free(names);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		all_names_are_listed_like_restore_does,
		verbose_tells_directories_and_leaves,
		each_path_is_listed_in_its_turn,
		without_recursion_a_directory_is_one_line,
		only_what_the_set_has_is_listed,
		a_set_says_who_it_is,
		paths_are_listed_up_to_a_limit_and_the_rest_is_counted,
		a_full_disk_is_an_error,
		names_that_would_harm_a_terminal_are_made_safe,
	};

	setenv("TZ", "UTC", 1);
	return unit_run("list", tests, COUNT(tests));
}
