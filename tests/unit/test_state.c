/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/state.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/restore/symtab.h"
#include "unit.h"

struct fixture {
	char folder[40];
	int root;
	int null;
	struct report *rep;
	char said[512];		/* the last message */
};

static void
take_message(void *arg, enum de_severity severity, const char *text)
{
	struct fixture *f = arg;

	(void)severity;
	snprintf(f->said, sizeof(f->said), "%s", text);
}

static void
setup(struct fixture *f)
{
	*f = (struct fixture){ .folder = "/tmp/test_state-XXXXXX" };
	ck_assert_ptr_nonnull(mkdtemp(f->folder));
	f->root = open(f->folder, O_RDONLY | O_DIRECTORY);
	f->null = open("/dev/null", O_WRONLY);
	f->rep = report_new(f->null, REPORT_NORMAL);
	report_set_taker(f->rep, take_message, f);
}

static void
teardown(struct fixture *f)
{
	unlinkat(f->root, STATE_NAME, 0);
	close(f->root);
	ck_assert_int_eq(rmdir(f->folder), 0);
	report_free(f->rep);
	close(f->null);
}

static struct names *
make_names(void)
{
	struct names *n = names_new("/tmp");

	ck_assert(names_begin_directory(n, 2));
	ck_assert(names_add(n, 12, S_IFDIR, "d", 1));
	ck_assert(names_add(n, 13, S_IFREG, "f", 1));
	ck_assert(names_add(n, 14, S_IFREG, STATE_NAME, strlen(STATE_NAME)));
	ck_assert(names_end_directory(n));
	ck_assert(names_begin_directory(n, 12));
	ck_assert(names_add(n, 15, S_IFREG, "g", 1));
	ck_assert(names_end_directory(n));
	ck_assert(names_finish(n));
	return n;
}

static const struct set_identity identity = {
	.date = INT64_C(5000000000), .base_date = 1700000000, .level = 3,
	.label = "a label of 16 ch", .filesystem = "/home",
	.device = "/dev/vg0/home", .host = "host", .dialect = "dumpengine",
};

static void
write_state(struct fixture *f, const struct inomap *present)
{
	struct names *n = make_names();

	ck_assert(state_write(f->root, &identity, n, present, f->rep));
	ck_assert_str_eq(f->said, "");
	names_free(n);
}

START_TEST(what_is_written_is_read)
{
	struct fixture f;
	struct state s;
	struct stat st;

	setup(&f);
	write_state(&f, NULL);
	ck_assert_int_eq(fstatat(f.root, STATE_NAME, &st, 0), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
	ck_assert_int_eq(state_read(&s, f.root, "/tmp", f.rep), STATE_READ);
	ck_assert_int_eq(s.identity.date, identity.date);
	ck_assert_int_eq(s.identity.base_date, identity.base_date);
	ck_assert_int_eq(s.identity.level, identity.level);
	ck_assert_str_eq(s.identity.label, identity.label);
	ck_assert_str_eq(s.identity.filesystem, identity.filesystem);
	ck_assert_str_eq(s.identity.device, identity.device);
	ck_assert_str_eq(s.identity.host, identity.host);
	ck_assert_str_eq(s.identity.dialect, identity.dialect);
	ck_assert_uint_eq(names_find_path(s.names, "d/g"), 15);
	ck_assert_uint_eq(names_find_path(s.names, "f"), 13);
	state_free(&s);
	teardown(&f);
}
END_TEST

START_TEST(it_is_not_in_itself)
{
	struct fixture f;
	struct inomap present;
	struct state s;

	setup(&f);
	ck_assert(inomap_init(&present, 100));
	inomap_add(&present, 14);
	inomap_add(&present, 15);
	for (unsigned int i = 0; i < 2; i++) {
		write_state(&f, i == 0 ? NULL : &present);
		ck_assert_int_eq(state_read(&s, f.root, "/tmp", f.rep),
		    STATE_READ);
		ck_assert_uint_eq(names_find_path(s.names, STATE_NAME), 0);
		ck_assert_uint_eq(names_find_path(s.names, "f"),
		    i == 0 ? 13 : 0);
		ck_assert_uint_eq(names_find_path(s.names, "d/g"), 15);
		state_free(&s);
	}
	inomap_free(&present);
	teardown(&f);
}
END_TEST

START_TEST(a_link_is_replaced_and_not_followed)
{
	struct fixture f;
	struct state s;
	struct stat st;

	setup(&f);
	ck_assert_int_eq(symlinkat("elsewhere", f.root, STATE_NAME), 0);
	ck_assert_int_eq(state_read(&s, f.root, "/tmp", f.rep), STATE_BAD);
	ck_assert_ptr_nonnull(strstr(f.said, "cannot be read"));
	f.said[0] = '\0';
	write_state(&f, NULL);
	ck_assert_int_eq(fstatat(f.root, STATE_NAME, &st,
	    AT_SYMLINK_NOFOLLOW), 0);
	ck_assert(S_ISREG(st.st_mode));
	ck_assert_int_eq(faccessat(f.root, "elsewhere", F_OK, 0), -1);
	teardown(&f);
}
END_TEST

START_TEST(without_a_file_there_is_no_state)
{
	struct fixture f;
	struct state s;

	setup(&f);
	ck_assert_int_eq(state_read(&s, f.root, "/tmp", f.rep), STATE_NONE);
	state_free(&s);
	ck_assert_str_eq(f.said, "");
	teardown(&f);
}
END_TEST

START_TEST(a_file_that_others_may_write_is_refused)
{
	struct fixture f;
	struct state s;

	setup(&f);
	write_state(&f, NULL);
	ck_assert_int_eq(fchmodat(f.root, STATE_NAME, 0666, 0), 0);
	ck_assert_int_eq(state_read(&s, f.root, "/tmp", f.rep), STATE_BAD);
	ck_assert_ptr_nonnull(strstr(f.said, "change its owner"));
	teardown(&f);
}
END_TEST

START_TEST(no_damage_goes_unnoticed)
{
	struct fixture f;
	struct state s;
	uint8_t byte;

	setup(&f);
	write_state(&f, NULL);
	const int fd = openat(f.root, STATE_NAME, O_RDWR);
	const off_t size = lseek(fd, 0, SEEK_END);
	for (off_t at = 0; at < size; at += at < 320 ? 13 : 3) {
		ck_assert_int_eq(pread(fd, &byte, 1, at), 1);
		byte ^= 0x10;
		ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
		ck_assert_int_eq(state_read(&s, f.root, "/tmp", f.rep),
		    STATE_BAD);
		ck_assert_ptr_nonnull(strstr(f.said, "is damaged"));
		byte ^= 0x10;
		ck_assert_int_eq(pwrite(fd, &byte, 1, at), 1);
	}
	for (off_t at = size - 1; at >= 0; at -= 61) {
		ck_assert_int_eq(ftruncate(fd, at), 0);
		ck_assert_int_eq(state_read(&s, f.root, "/tmp", f.rep),
		    STATE_BAD);
	}
	close(fd);
	teardown(&f);
}
END_TEST

/* A limit on the size of files stands for a full disk. */
START_TEST(what_cannot_be_written_leaves_the_old_one)
{
	const struct rlimit little = { 65536, RLIM_INFINITY };
	const struct rlimit enough = { RLIM_INFINITY, RLIM_INFINITY };
	struct names *n = names_new("/tmp");
	struct fixture f;
	struct state s;

	setup(&f);
	ck_assert(names_begin_directory(n, 2));
	for (uint32_t i = 0; i < 10000; i++) {
		char name[16];
		snprintf(name, sizeof(name), "%u", i);
		ck_assert(names_add(n, 11 + i, 0, name, strlen(name)));
	}
	ck_assert(names_end_directory(n));
	ck_assert(names_finish(n));
	write_state(&f, NULL);
	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &little), 0);
	ck_assert(!state_write(f.root, &identity, n, NULL, f.rep));
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &enough), 0);
	ck_assert_ptr_nonnull(strstr(f.said, "cannot be written"));
	ck_assert_int_eq(state_read(&s, f.root, "/tmp", f.rep), STATE_READ);
	state_free(&s);
	names_free(n);
	teardown(&f);	/* nothing else is there */
}
END_TEST

/* ------------------------------------------- as restore(8) on this machine */

struct member {
	const char *name;
	uint32_t inode;
	uint8_t type;
	uint32_t parent;	/* entry; counted from 1 */
};

struct image {
	uint8_t bytes[4096];
	size_t used;
	size_t entries;		/* where they begin */
};

static void
put(struct image *image, const void *bytes, size_t length)
{
	memcpy(image->bytes + image->used, bytes, length);
	image->used += length;
}

static void
put_number(struct image *image, uint64_t number, size_t size)
{
	const uint32_t half = (uint32_t)number;

	if (size == 4)
		put(image, &half, 4);
	else
		put(image, &number, 8);
}

static const struct member members[] = {
	{ ".", 2, 2, 1 }, { "file", 12, 1, 1 }, { "sub", 13, 2, 1 },
	{ "link", 12, 1, 3 }, { "empty", 14, 2, 3 },
};

static struct image
make_image(const struct member *m, size_t count)
{
	struct image image = { .used = 0 };
	size_t name = 0;

	for (size_t i = 0; i < count; i++) {
		const size_t length = strlen(m[i].name) / 8 * 8 + 8;
		memcpy(image.bytes + image.used, m[i].name,
		    strlen(m[i].name));
		image.used += length;
	}
	const size_t names = image.used;
	put_number(&image, 5, 8);	/* tables of directories */
	image.entries = image.used;
	for (size_t i = 0; i < count; i++) {
		const uint8_t kind[4] = {
			(uint8_t)strlen(m[i].name), m[i].type, 0, 0
		};
		put_number(&image, name, 8);
		put(&image, kind, 4);
		put_number(&image, m[i].inode, 4);
		put_number(&image, i + 1, 8);
		put_number(&image, m[i].parent, 8);
		image.used += 32;
		name += strlen(m[i].name) / 8 * 8 + 8;
	}
	image.used += 3 * 8ul;		/* the table by inode */
	put_number(&image, 1, 4);
	put_number(&image, names, 4);
	put_number(&image, 8, 4);
	put_number(&image, 3, 4);
	put_number(&image, 1700000000, 8);
	put_number(&image, 1800000000, 8);
	put_number(&image, 8193, 4);
	put_number(&image, 32, 4);
	put_number(&image, 0, 8);
	return image;
}

static void
write_image(struct fixture *f, const struct image *image)
{
	const int fd = openat(f->root, STATE_NAME,
	    O_WRONLY | O_CREAT | O_TRUNC, 0600);

	ck_assert_int_eq(write(fd, image->bytes, image->used),
	    (ssize_t)image->used);
	close(fd);
}

START_TEST(that_of_restore_is_read)
{
	const struct image image = make_image(members, COUNT(members));
	struct fixture f;
	struct state s;

	setup(&f);
	write_image(&f, &image);
	ck_assert_int_eq(state_read(&s, f.root, "/tmp", f.rep), STATE_READ);
	ck_assert_int_eq(s.identity.date, 1800000000);
	ck_assert_int_eq(s.identity.base_date, 1700000000);
	ck_assert_int_eq(s.identity.level, STATE_LEVEL_UNKNOWN);
	ck_assert_str_eq(s.identity.host, "");
	ck_assert_uint_eq(names_count(s.names), 4);
	ck_assert_uint_eq(names_find_path(s.names, "file"), 12);
	ck_assert_uint_eq(names_find_path(s.names, "sub/link"), 12);
	ck_assert(names_is_directory(s.names, 13));
	ck_assert(names_is_directory(s.names, 14));
	ck_assert_uint_eq(names_find_path(s.names, "sub/empty"), 14);
	state_free(&s);
	teardown(&f);
}
END_TEST

START_TEST(a_tree_that_does_not_hang_together_is_refused)
{
	static const struct member cases[][3] = {
		{ { ".", 3, 2, 1 }, { "a", 12, 1, 1 }, { "b", 13, 1, 1 } },
		{ { ".", 2, 1, 1 }, { "a", 12, 1, 1 }, { "b", 13, 1, 1 } },
		{ { ".", 2, 2, 1 }, { "a", 12, 2, 3 }, { "b", 13, 2, 2 } },
		{ { ".", 2, 2, 1 }, { "a", 12, 1, 1 }, { "b", 13, 1, 2 } },
		{ { ".", 2, 2, 1 }, { "a", 12, 2, 1 }, { "b", 12, 2, 1 } },
		{ { ".", 2, 2, 1 }, { "a", 12, 1, 0 }, { "b", 13, 1, 1 } },
		{ { ".", 2, 2, 1 }, { "a", 12, 1, 4 }, { "b", 13, 1, 1 } },
		{ { ".", 2, 2, 1 }, { "a/b", 12, 1, 1 }, { "b", 13, 1, 1 } },
		{ { ".", 2, 2, 1 }, { "a", 12, 3, 1 }, { "b", 13, 1, 1 } },
		{ { ".", 2, 2, 1 }, { "a", 0, 1, 1 }, { "b", 13, 1, 1 } },
	};
	struct fixture f;
	struct state s;

	setup(&f);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct image image = make_image(cases[i], 3);
		write_image(&f, &image);
		f.said[0] = '\0';
		ck_assert_msg(state_read(&s, f.root, "/tmp", f.rep) ==
		    STATE_BAD, "case %zu", i);
		ck_assert_ptr_nonnull(strstr(f.said, "is damaged"));
	}
	teardown(&f);
}
END_TEST

/* Whatever is in it: no crash, and a tree only if it hangs together. */
START_TEST(nothing_in_that_of_restore_is_trusted)
{
	static const uint8_t values[] = { 0, 1, 0x7f, 0x80, 0xff };
	struct fixture f;
	struct state s;

	setup(&f);
	const struct image good = make_image(members, COUNT(members));
	for (size_t at = 0; at < good.used; at += at % 3 == 0 ? 1 : 2) {
		struct image image = good;
		image.bytes[at] = values[at % COUNT(values)];
		write_image(&f, &image);
		if (state_read(&s, f.root, "/tmp", f.rep) == STATE_READ)
			ck_assert_uint_le(names_count(s.names), 4);
		state_free(&s);
	}
	for (size_t length = 0; length < good.used; length += 5) {
		struct image image = good;
		image.used = length;
		write_image(&f, &image);
		ck_assert_int_eq(state_read(&s, f.root, "/tmp", f.rep),
		    STATE_BAD);
	}
	teardown(&f);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_is_written_is_read,
		it_is_not_in_itself,
		a_link_is_replaced_and_not_followed,
		without_a_file_there_is_no_state,
		a_file_that_others_may_write_is_refused,
		no_damage_goes_unnoticed,
		what_cannot_be_written_leaves_the_old_one,
		that_of_restore_is_read,
		a_tree_that_does_not_hang_together_is_refused,
		nothing_in_that_of_restore_is_trusted,
	};

	return unit_run("state", tests, COUNT(tests));
}
