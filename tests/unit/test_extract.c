/* SPDX-License-Identifier: BSD-3-Clause */
#include <limits.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "core/restore/directories.h"
#include "tests/unit/restore_folder.h"

#define SECONDS INT64_C(5000000000)	/* in 2128 */

/* A folder, and the extraction that goes on in it. */
struct world {
	struct restore_folder f;
	struct target *target;
	struct extract_config config;
	struct extract *extract;
	struct header header;
	void *inode;
	enum verdict answer;
	bool replace;
	unsigned int asked;
};

static enum verdict
answer(void *arg, const char *path, bool *replace)
{
	struct world *w = arg;

	ck_assert_int_eq(strncmp(path, "./", 2), 0);
	w->asked++;
	*replace = w->replace;
	return w->answer;
}

static void
start(struct world *w)
{
	w->target = target_new(w->f.fd, w->f.names, w->f.settings.workers);
	w->config = (struct extract_config){
		.settings = &w->f.settings,
		.names = w->f.names,
		.target = w->target,
		.outcome = w->f.outcome,
		.rep = w->f.rep,
		.max_inode = 1000,
		.ask = answer,
		.ask_arg = w,
	};
	w->extract = extract_new(&w->config);
	ck_assert_ptr_nonnull(w->extract);
}

static void
enter(struct world *w, const char *names)
{
	memset(w, 0, sizeof(*w));
	restore_folder_begin(&w->f);
	restore_folder_names(&w->f, names);
	start(w);
}

static void
leave(struct world *w)
{
	extract_free(w->extract);
	target_free(w->target);
	restore_folder_end(&w->f);
}

static struct header *
header(struct world *w, uint32_t inode, mode_t mode)
{
	w->header = (struct header){
		.inode = inode,
		.is_exact = true,
		.flags_are_linux = true,
		.meta = {
			.number = inode,
			.mode = (uint16_t)mode,
			.links = 1,
			.uid = getuid(),
			.gid = getgid(),
			.atime = { SECONDS, 1 },
			.mtime = { SECONDS + 1, 999999999 },
		},
	};
	return &w->header;
}

static bool
begin(struct world *w)
{
	w->inode = extract_work.begin(w->extract, 0, &w->header);
	return w->inode != NULL;
}

static void
data(struct world *w, uint64_t offset, const char *text)
{
	extract_work.data(w->inode, offset, (const uint8_t *)text,
	    strlen(text));
}

static void
attribute(struct world *w, const char *name, const void *value, size_t length)
{
	const struct de_xattr xattr = {
		.struct_size = sizeof(xattr),
		.name = name,
		.value = value,
		.value_length = length,
	};

	extract_work.xattr(w->inode, &xattr);
}

static void
end(struct world *w)
{
	extract_work.end(w->inode, true);
}

/* A whole file, or link, with that text. */
static void
put(struct world *w, uint32_t inode, mode_t mode, const char *text)
{
	header(w, inode, mode)->meta.size = strlen(text);
	if (!begin(w))
		return;
	data(w, 0, text);
	end(w);
}

static void
assert_whole(const struct world *w)
{
	ck_assert_msg(outcome_status(w->f.outcome) == STATUS_COMPLETE,
	    "said: %s", w->f.said);
}

static bool
has_xattr(const struct world *w, const char *name, const char *attribute_name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", w->f.path, name);
	return lgetxattr(path, attribute_name, NULL, 0) != -1;
}

static bool
is_root(void)
{
	return geteuid() == 0;
}

/* --------------------------------------------------------------- contents */

START_TEST(a_file_comes_back_with_mode_and_nanoseconds)
{
	struct world w;

	enter(&w, "12:a");
	put(&w, 12, S_IFREG | 0741, "text");
	restore_folder_assert_text(&w.f, "a", "text");
	const struct stat st = restore_folder_stat(&w.f, "a");
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0741);
	ck_assert_int_eq(st.st_atim.tv_sec, SECONDS);
	ck_assert_int_eq(st.st_atim.tv_nsec, 1);
	ck_assert_int_eq(st.st_mtim.tv_sec, SECONDS + 1);
	ck_assert_int_eq(st.st_mtim.tv_nsec, 999999999);
	assert_whole(&w);
	ck_assert(inomap_has(extract_done(w.extract), 12));
	ck_assert_uint_eq(extract_files(w.extract), 1);
	ck_assert_uint_eq(extract_bytes(w.extract), 4);
	leave(&w);
}
END_TEST

START_TEST(a_terabyte_of_hole_is_not_written)
{
	const uint64_t size = UINT64_C(1) << 40;
	struct world w;

	enter(&w, "12:a");
	header(&w, 12, S_IFREG | 0600)->meta.size = size;
	ck_assert(begin(&w));
	data(&w, 0, "front");
	extract_work.hole(w.inode, 5, size / 2 - 5);
	data(&w, size / 2, "middle");
	extract_work.hole(w.inode, size / 2 + 6, size / 2 - 6);
	end(&w);
	const struct stat st = restore_folder_stat(&w.f, "a");
	ck_assert_uint_eq((uint64_t)st.st_size, size);
	ck_assert_int_lt(st.st_blocks, 1000);
	assert_whole(&w);
	leave(&w);
}
END_TEST

START_TEST(lost_bytes_are_named_and_the_rest_is_there)
{
	struct world w;

	enter(&w, "12:a 13:b");
	header(&w, 12, S_IFREG | 0600)->meta.size = 20;
	ck_assert(begin(&w));
	data(&w, 0, "front");
	extract_work.lost(w.inode, 5, 10, "unreadable");
	data(&w, 15, "after");
	extract_work.end(w.inode, false);
	char found[21] = "";
	const int fd = openat(w.f.fd, "a", O_RDONLY);
	ck_assert_int_eq(read(fd, found, 20), 20);
	close(fd);
	ck_assert_mem_eq(found, "front\0\0\0\0\0\0\0\0\0\0after", 20);
	restore_folder_assert_said(&w.f, "./a (inode 12): bytes 5 to 14 are "
	    "lost: unreadable");
	header(&w, 13, S_IFREG | 0600)->meta.size = 20;
	ck_assert(begin(&w));
	extract_work.end(w.inode, false);
	restore_folder_assert_said(&w.f, "./b (inode 13): it was not restored "
	    "to its end");
	ck_assert_uint_eq(outcome_count(w.f.outcome, OUTCOME_MISSING), 2);
	ck_assert_uint_eq(inomap_count(extract_done(w.extract)), 0);
	ck_assert_uint_eq(inomap_count(extract_seen(w.extract)), 2);
	leave(&w);
}
END_TEST

START_TEST(an_impossible_size_is_named)
{
	struct world w;

	enter(&w, "12:a 13:b");
	header(&w, 12, S_IFREG | 0600)->meta.size = UINT64_MAX;
	ck_assert(begin(&w));
	end(&w);
	restore_folder_assert_said(&w.f, "is impossible");
	header(&w, 13, S_IFREG | 0600)->meta.size = INT64_MAX;
	ck_assert(begin(&w));
	data(&w, INT64_MAX - 10, "text");
	end(&w);
	restore_folder_assert_said(&w.f, "./b (inode 13): bytes "
	    "9223372036854775797 to 9223372036854775800 cannot be written");
	ck_assert_int_eq(extract_verdict(w.extract), VERDICT_GO_ON);
	leave(&w);
}
END_TEST

/* ------------------------------------------------------------------- types */

START_TEST(links_have_targets_of_up_to_4095_bytes)
{
	char longest[PATH_MAX + 2], found[PATH_MAX + 1];
	struct world w;

	enter(&w, "12:a 13:b 14:c 15:d 16:e");
	memset(longest, 'x', sizeof(longest));
	for (size_t i = 200; i < sizeof(longest); i += 200)
		longest[i] = '/';
	longest[PATH_MAX - 1] = '\0';
	put(&w, 12, S_IFLNK | 0777, longest);
	ck_assert_int_eq(readlinkat(w.f.fd, "a", found, sizeof(found)),
	    PATH_MAX - 1);
	ck_assert_mem_eq(found, longest, PATH_MAX - 1);
	const struct stat st = restore_folder_stat(&w.f, "a");
	ck_assert_int_eq(st.st_mtim.tv_sec, SECONDS + 1);
	assert_whole(&w);
	longest[PATH_MAX - 1] = 'x';
	longest[PATH_MAX + 1] = '\0';
	put(&w, 13, S_IFLNK | 0777, longest);
	restore_folder_assert_said(&w.f, "./b (inode 13): the target of this "
	    "link is too long");
	put(&w, 14, S_IFLNK | 0777, "");
	restore_folder_assert_said(&w.f, "./c (inode 14): the target of this "
	    "link is missing");
	/* It ends at the first NUL, and with the size. */
	header(&w, 15, S_IFLNK | 0777)->meta.size = 5;
	ck_assert(begin(&w));
	extract_work.data(w.inode, 0, (const uint8_t *)"abcdefgh", 8);
	end(&w);
	ck_assert_int_eq(readlinkat(w.f.fd, "d", found, sizeof(found)), 5);
	header(&w, 16, S_IFLNK | 0777)->meta.size = 8;
	ck_assert(begin(&w));
	extract_work.data(w.inode, 0, (const uint8_t *)"abc\0efgh", 8);
	end(&w);
	ck_assert_int_eq(readlinkat(w.f.fd, "e", found, sizeof(found)), 3);
	ck_assert_uint_eq(outcome_count(w.f.outcome, OUTCOME_MISSING), 2);
	leave(&w);
}
END_TEST

START_TEST(fifos_and_sockets_are_made)
{
	struct world w;

	enter(&w, "12:fifo 13:socket");
	put(&w, 12, S_IFIFO | 0640, "");
	put(&w, 13, S_IFSOCK | 0604, "");
	ck_assert_uint_eq(restore_folder_stat(&w.f, "fifo").st_mode,
	    S_IFIFO | 0640);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "socket").st_mode,
	    S_IFSOCK | 0604);
	ck_assert_int_eq(restore_folder_stat(&w.f, "fifo").st_mtim.tv_nsec,
	    999999999);
	assert_whole(&w);
	leave(&w);
}
END_TEST

START_TEST(devices_have_all_bits_of_their_numbers)
{
	struct world w;

	enter(&w, "12:c 13:b");
	header(&w, 12, S_IFCHR | 0600);
	w.header.meta.device_major = 4095;
	w.header.meta.device_minor = 1048575;
	if (begin(&w))
		end(&w);
	if (!is_root()) {
		header(&w, 13, S_IFBLK | 0600)->meta.device_major = 1;
		if (begin(&w))
			end(&w);
		ck_assert_uint_eq(restore_folder_count(&w.f, "may not restore "
		    "devices"), 1);
	} else {
		const struct stat st = restore_folder_stat(&w.f, "c");
		ck_assert_uint_eq(major(st.st_rdev), 4095);
		ck_assert_uint_eq(minor(st.st_rdev), 1048575);
	}
	assert_whole(&w);
	leave(&w);
}
END_TEST

START_TEST(an_unknown_type_is_named)
{
	struct world w;

	enter(&w, "12:a");
	put(&w, 12, 0, "");
	restore_folder_assert_said(&w.f, "./a (inode 12): it is of an unknown "
	    "type (mode 00)");
	ck_assert(inomap_has(extract_seen(w.extract), 12));
	leave(&w);
}
END_TEST

START_TEST(hidden_inodes_and_directories_are_passed_over)
{
	struct world w;

	enter(&w, "12:a");
	header(&w, 12, S_IFREG)->is_hidden = true;
	ck_assert(!begin(&w));
	header(&w, 12, S_IFDIR);
	ck_assert(!begin(&w));
	header(&w, 13, S_IFREG);
	ck_assert(!begin(&w));
	assert_whole(&w);
	leave(&w);
}
END_TEST

START_TEST(a_name_may_have_255_bytes)
{
	char names[300] = "12:";
	struct world w;

	memset(names + 3, 'n', 255);
	enter(&w, names);
	put(&w, 12, S_IFREG | 0600, "text");
	restore_folder_assert_text(&w.f, names + 3, "text");
	leave(&w);
}
END_TEST

/* ------------------------------------------------------------------- names */

START_TEST(all_names_of_an_inode_are_linked)
{
	struct world w;

	enter(&w, "12:a 12:b 12:c 13:l 13:m");
	put(&w, 12, S_IFREG | 0600, "text");
	put(&w, 13, S_IFLNK | 0777, "to");
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a").st_nlink, 3);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a").st_ino,
	    restore_folder_stat(&w.f, "c").st_ino);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "m").st_nlink, 2);
	assert_whole(&w);
	leave(&w);
}
END_TEST

START_TEST(only_wanted_names_are_made)
{
	struct inomap wanted;
	struct world w;

	enter(&w, "12:a 12:b 12:c 13:d");
	ck_assert(inomap_init(&wanted, names_count(w.f.names)));
	inomap_add(&wanted, names_lookup(w.f.names, NAMES_ROOT, "b", 1) + 1);
	extract_free(w.extract);
	w.config.wanted = &wanted;
	w.extract = extract_new(&w.config);
	put(&w, 12, S_IFREG | 0600, "text");
	put(&w, 13, S_IFREG | 0600, "text");
	ck_assert(!restore_folder_has(&w.f, "a"));
	restore_folder_assert_text(&w.f, "b", "text");
	ck_assert(!restore_folder_has(&w.f, "c"));
	ck_assert(!restore_folder_has(&w.f, "d"));
	assert_whole(&w);
	inomap_free(&wanted);
	leave(&w);
}
END_TEST

START_TEST(by_number_a_file_is_made_once_in_the_root)
{
	struct world w;

	enter(&w, "12:a 12:b");
	w.f.settings.by_number = true;
	w.f.settings.verbose = true;
	put(&w, 12, S_IFREG | 0600, "text");
	restore_folder_assert_text(&w.f, "12", "text");
	ck_assert(!restore_folder_has(&w.f, "a"));
	ck_assert(!restore_folder_has(&w.f, "b"));
	ck_assert_str_eq(w.f.said, "extract ./12\n");
	leave(&w);
}
END_TEST

START_TEST(a_dry_run_writes_nothing_and_notices_losses)
{
	struct world w;

	enter(&w, "12:a 13:b");
	w.f.settings.dry_run = true;
	put(&w, 12, S_IFREG | 0600, "text");
	header(&w, 13, S_IFREG | 0600)->meta.size = 5;
	ck_assert(begin(&w));
	extract_work.lost(w.inode, 0, 5, "unreadable");
	end(&w);
	restore_folder_assert_said(&w.f, "./b (inode 13): bytes 0 to 4 are "
	    "lost");
	ck_assert(!restore_folder_has(&w.f, "a"));
	ck_assert(!restore_folder_has(&w.f, "b"));
	leave(&w);
}
END_TEST

/* ---------------------------------------------------------- what is there */

START_TEST(a_file_that_exists_is_dealt_with_as_told)
{
	static const struct {
		enum if_exists if_exists;
		bool replace;
		enum verdict answer;
		bool is_replaced;
		bool is_missing;
	} cases[] = {
		{ IF_EXISTS_REPLACE, false, VERDICT_GO_ON, true, false },
		{ IF_EXISTS_SKIP, false, VERDICT_GO_ON, false, false },
		{ IF_EXISTS_FAIL, false, VERDICT_GO_ON, false, true },
		{ IF_EXISTS_NEWER, false, VERDICT_GO_ON, true, false },
		{ IF_EXISTS_ASK, true, VERDICT_GO_ON, true, false },
		{ IF_EXISTS_ASK, false, VERDICT_GO_ON, false, false },
		{ IF_EXISTS_ASK, true, VERDICT_NO_OPERATOR, false, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct world w;
		enter(&w, "12:a 13:b");
		w.f.settings.if_exists = cases[i].if_exists;
		w.replace = cases[i].replace;
		w.answer = cases[i].answer;
		restore_folder_write(&w.f, "a", "old");
		put(&w, 12, S_IFREG | 0600, "new");
		restore_folder_assert_text(&w.f, "a",
		    cases[i].is_replaced ? "new" : "old");
		ck_assert_uint_eq(outcome_count(w.f.outcome, OUTCOME_MISSING),
		    cases[i].is_missing);
		ck_assert_int_eq(extract_verdict(w.extract), cases[i].answer);
		ck_assert_uint_eq(w.asked,
		    cases[i].if_exists == IF_EXISTS_ASK);
		/* What ends the run ends it for all. */
		put(&w, 13, S_IFREG | 0600, "new");
		ck_assert_int_eq(restore_folder_has(&w.f, "b"),
		    cases[i].answer == VERDICT_GO_ON);
		leave(&w);
	}
}
END_TEST

START_TEST(a_newer_file_is_left)
{
	const struct timespec times[2] = {
		{ .tv_sec = SECONDS + 2 }, { .tv_sec = SECONDS + 2 },
	};
	struct world w;

	enter(&w, "12:a");
	w.f.settings.if_exists = IF_EXISTS_NEWER;
	restore_folder_write(&w.f, "a", "old");
	ck_assert_int_eq(utimensat(w.f.fd, "a", times, 0), 0);
	put(&w, 12, S_IFREG | 0600, "new");
	restore_folder_assert_text(&w.f, "a", "old");
	restore_folder_assert_said(&w.f, "note: ./a (inode 12): it is there "
	    "already, newer than in the set");
	assert_whole(&w);
	leave(&w);
}
END_TEST

START_TEST(a_name_that_stays_does_not_keep_others_from_being_made)
{
	struct world w;

	enter(&w, "12:a 12:b 12:c");
	w.f.settings.if_exists = IF_EXISTS_SKIP;
	restore_folder_write(&w.f, "a", "old");
	restore_folder_write(&w.f, "c", "old");
	put(&w, 12, S_IFREG | 0600, "new");
	restore_folder_assert_text(&w.f, "a", "old");
	restore_folder_assert_text(&w.f, "b", "new");
	restore_folder_assert_text(&w.f, "c", "old");
	assert_whole(&w);
	leave(&w);
}
END_TEST

START_TEST(what_is_in_the_way_is_neither_opened_nor_followed)
{
	struct world w;

	enter(&w, "12:link 13:fifo 14:hard 14:hard2 15:directory");
	restore_folder_write(&w.f, "outside", "untouched");
	ck_assert_int_eq(symlinkat("outside", w.f.fd, "link"), 0);
	ck_assert_int_eq(mkfifoat(w.f.fd, "fifo", 0600), 0);
	ck_assert_int_eq(linkat(w.f.fd, "outside", w.f.fd, "hard", 0), 0);
	ck_assert_int_eq(linkat(w.f.fd, "outside", w.f.fd, "hard2", 0), 0);
	ck_assert_int_eq(mkdirat(w.f.fd, "directory", 0700), 0);
	for (uint32_t inode = 12; inode <= 15; inode++)
		put(&w, inode, S_IFREG | 0600, "new");
	restore_folder_assert_text(&w.f, "outside", "untouched");
	restore_folder_assert_text(&w.f, "link", "new");
	restore_folder_assert_text(&w.f, "fifo", "new");
	restore_folder_assert_text(&w.f, "hard", "new");
	restore_folder_assert_text(&w.f, "hard2", "new");
	ck_assert_uint_eq(restore_folder_stat(&w.f, "outside").st_nlink, 1);
	restore_folder_assert_said(&w.f, "./directory (inode 15): a directory "
	    "is in the way of it");
	ck_assert_uint_eq(outcome_count(w.f.outcome, OUTCOME_MISSING), 1);
	leave(&w);
}
END_TEST

START_TEST(a_link_in_place_of_a_directory_leads_nowhere)
{
	struct world w;

	memset(&w, 0, sizeof(w));
	restore_folder_begin(&w.f);
	names_begin_directory(w.f.names, NAMES_ROOT);
	restore_folder_name(&w.f, 11, S_IFDIR, "d");
	restore_folder_name(&w.f, 13, S_IFREG, "g");
	names_end_directory(w.f.names);
	names_begin_directory(w.f.names, 11);
	restore_folder_name(&w.f, 12, S_IFREG, "f");
	restore_folder_name(&w.f, 13, S_IFREG, "g");
	names_end_directory(w.f.names);
	restore_folder_finish_names(&w.f);
	start(&w);
	ck_assert_int_eq(mkdirat(w.f.fd, "outside", 0700), 0);
	ck_assert_int_eq(symlinkat("outside", w.f.fd, "d"), 0);
	put(&w, 12, S_IFREG | 0600, "new");
	put(&w, 13, S_IFREG | 0600, "new");
	ck_assert(!restore_folder_has(&w.f, "outside/f"));
	ck_assert(!restore_folder_has(&w.f, "outside/g"));
	restore_folder_assert_said(&w.f, "./d/f (inode 12): its directory "
	    "cannot be opened");
	restore_folder_assert_text(&w.f, "g", "new");
	restore_folder_assert_said(&w.f, "./g (inode 13): ./d/g cannot be "
	    "made");
	leave(&w);
}
END_TEST

START_TEST(an_immutable_file_is_no_obstacle)
{
	struct world w;

	enter(&w, "12:a 13:b 13:c");
	restore_folder_write(&w.f, "a", "old");
	restore_folder_write(&w.f, "c", "old");
	if (is_root() && restore_folder_set_flags(&w.f, "a", FS_IMMUTABLE_FL) &&
	    restore_folder_set_flags(&w.f, "c", FS_APPEND_FL) &&
	    restore_folder_set_flags(&w.f, ".", FS_IMMUTABLE_FL)) {
		put(&w, 12, S_IFREG | 0600, "new");
		put(&w, 13, S_IFREG | 0600, "new");
		restore_folder_assert_text(&w.f, "a", "new");
		restore_folder_assert_text(&w.f, "c", "new");
		assert_whole(&w);
	}
	leave(&w);
}
END_TEST

START_TEST(other_names_of_a_replaced_file_keep_its_flags)
{
	struct world w;

	enter(&w, "12:a");
	restore_folder_write(&w.f, "a", "old");
	ck_assert_int_eq(linkat(w.f.fd, "a", w.f.fd, "elsewhere", 0), 0);
	if (is_root() &&
	    restore_folder_set_flags(&w.f, "a", FS_IMMUTABLE_FL)) {
		put(&w, 12, S_IFREG | 0600, "new");
		restore_folder_assert_text(&w.f, "a", "new");
		restore_folder_assert_text(&w.f, "elsewhere", "old");
		ck_assert_int_ne(restore_folder_flags(&w.f, "elsewhere") &
		    FS_IMMUTABLE_FL, 0);
		assert_whole(&w);
	}
	leave(&w);
}
END_TEST

/* --------------------------------------------------------------- attributes */

START_TEST(owner_flags_and_attributes_are_set_in_the_right_order)
{
	static const uint8_t capability[20] = { 1, 0, 0, 2, 0x20 };
	struct world w;

	if (!is_root())
		return;
	enter(&w, "12:a");
	header(&w, 12, S_IFREG | 06755);
	w.header.meta.uid = 1234567;
	w.header.meta.gid = 7654321;
	w.header.meta.size = 4;
	const bool has_flags = restore_folder_flags(&w.f, ".") != -1;
	if (has_flags)
		w.header.meta.flags = FS_IMMUTABLE_FL | FS_NODUMP_FL |
		    FS_EXTENT_FL;
	ck_assert(begin(&w));
	data(&w, 0, "text");
	attribute(&w, "security.capability", capability, sizeof(capability));
	attribute(&w, "trusted.a", "value", 5);
	end(&w);
	assert_whole(&w);
	const struct stat st = restore_folder_stat(&w.f, "a");
	ck_assert_uint_eq(st.st_mode, S_IFREG | 06755);
	ck_assert_uint_eq(st.st_uid, 1234567);
	ck_assert_uint_eq(st.st_gid, 7654321);
	ck_assert(has_xattr(&w, "a", "security.capability"));
	ck_assert(has_xattr(&w, "a", "trusted.a"));
	if (has_flags)
		ck_assert_int_eq(restore_folder_flags(&w.f, "a") &
		    (FS_IMMUTABLE_FL | FS_NODUMP_FL),
		    FS_IMMUTABLE_FL | FS_NODUMP_FL);
	leave(&w);
}
END_TEST

START_TEST(links_and_fifos_have_attributes_too)
{
	struct world w;

	if (!is_root())
		return;
	enter(&w, "12:link 13:fifo");
	header(&w, 12, S_IFLNK | 0777)->meta.size = 7;
	w.header.meta.uid = 1234;
	ck_assert(begin(&w));
	data(&w, 0, "nowhere");
	attribute(&w, "trusted.a", "value", 5);
	end(&w);
	header(&w, 13, S_IFIFO | 0600);
	ck_assert(begin(&w));
	attribute(&w, "trusted.b", "value", 5);
	end(&w);
	assert_whole(&w);
	ck_assert(has_xattr(&w, "link", "trusted.a"));
	ck_assert(has_xattr(&w, "fifo", "trusted.b"));
	ck_assert_uint_eq(restore_folder_stat(&w.f, "link").st_uid, 1234);
	leave(&w);
}
END_TEST

/* As file_getattr(2) gives them; -1: the kernel or filesystem has none. */
static int
flags_of_name(const struct world *w, const char *name)
{
	uint32_t attributes[6] = { 0 };

	if (syscall(468, w->f.fd, name, attributes, sizeof(attributes),
	    AT_SYMLINK_NOFOLLOW) == -1)
		return -1;
	/* The first word on little-endian machines. */
	return (int)((attributes[0] | attributes[1]) & (FS_XFLAG_NOATIME |
	    FS_XFLAG_NODUMP));
}

START_TEST(links_and_fifos_have_flags_where_the_kernel_can_set_them)
{
	struct world w;

	enter(&w, "12:link 13:fifo");
	header(&w, 12, S_IFLNK | 0777)->meta.size = 7;
	w.header.meta.flags = FS_NOATIME_FL;
	w.header.meta.project = 1234;
	ck_assert(begin(&w));
	data(&w, 0, "nowhere");
	end(&w);
	header(&w, 13, S_IFIFO | 0600)->meta.flags = FS_NODUMP_FL;
	ck_assert(begin(&w));
	end(&w);
	assert_whole(&w);
	if (restore_folder_count(&w.f, "its flags (see chattr(1)) cannot be "
	    "set") == 0) {
		ck_assert_int_eq(flags_of_name(&w, "link"), FS_XFLAG_NOATIME);
		ck_assert_int_eq(flags_of_name(&w, "fifo"), FS_XFLAG_NODUMP);
	}
	leave(&w);
}
END_TEST

START_TEST(an_attribute_that_the_kernel_refuses_is_named)
{
	static char large[70000];
	struct world w;

	enter(&w, "12:a");
	header(&w, 12, S_IFREG | 0600);
	ck_assert(begin(&w));
	attribute(&w, "user.large", large, sizeof(large));
	attribute(&w, "strange.name", "value", 5);
	extract_work.lost_xattrs(w.inode, "unreadable");
	end(&w);
	restore_folder_assert_said(&w.f, "./a (inode 12): its attribute "
	    "user.large (70000 bytes) cannot be set: ");
	restore_folder_assert_said(&w.f, "its attribute strange.name");
	restore_folder_assert_said(&w.f, "attributes are lost: unreadable");
	ck_assert_uint_eq(outcome_count(w.f.outcome, OUTCOME_ATTRIBUTE), 3);
	leave(&w);
}
END_TEST

START_TEST(what_a_directory_gives_to_new_files_is_taken_back)
{
	/* u::rwx u:1234:rwx g::--- m::rwx o::--- */
	static const uint8_t list[] = {
		2, 0, 0, 0,
		1, 0, 7, 0, 255, 255, 255, 255,
		2, 0, 7, 0, 0xd2, 4, 0, 0,
		4, 0, 0, 0, 255, 255, 255, 255,
		16, 0, 7, 0, 255, 255, 255, 255,
		32, 0, 0, 0, 255, 255, 255, 255,
	};
	struct world w;

	enter(&w, "12:a 13:b");
	const bool has_lists = fsetxattr(w.f.fd, "system.posix_acl_default",
	    list, sizeof(list), 0) == 0;
	const bool has_flags = restore_folder_set_flags(&w.f, ".",
	    FS_NODUMP_FL | FS_NOATIME_FL);
	put(&w, 12, S_IFREG | 0640, "text");
	header(&w, 13, S_IFREG | 0670);
	ck_assert(begin(&w));
	if (has_lists)
		attribute(&w, "system.posix_acl_access", list, sizeof(list));
	end(&w);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a").st_mode,
	    S_IFREG | 0640);
	ck_assert(!has_xattr(&w, "a", "system.posix_acl_access"));
	ck_assert_int_eq(has_xattr(&w, "b", "system.posix_acl_access"),
	    has_lists);
	if (has_flags)
		ck_assert_int_eq(restore_folder_flags(&w.f, "a") &
		    (FS_NODUMP_FL | FS_NOATIME_FL), 0);
	assert_whole(&w);
	leave(&w);
}
END_TEST

START_TEST(late_attributes_reach_files_that_were_written)
{
	const struct de_xattr late = {
		.struct_size = sizeof(late),
		.name = "user.late",
		.value = "value",
		.value_length = 5,
	};
	struct world w;

	enter(&w, "12:a 13:b");
	restore_folder_write(&w.f, "b", "old");
	if (fsetxattr(w.f.fd, "user.probe", "", 0, 0) == -1) {
		leave(&w);
		return;
	}
	header(&w, 12, S_IFREG | 0400);
	if (is_root() && restore_folder_flags(&w.f, ".") != -1)
		w.header.meta.flags = FS_IMMUTABLE_FL;
	ck_assert(begin(&w));
	end(&w);
	assert_whole(&w);
	const int flags = restore_folder_flags(&w.f, "a");
	if (is_root())
		extract_late_xattr(w.extract, 12, &late);
	extract_late_xattr(w.extract, 13, &late);
	extract_late_xattr(w.extract, 14, &late);
	assert_whole(&w);
	ck_assert_int_eq(has_xattr(&w, "a", "user.late"), is_root());
	ck_assert(!has_xattr(&w, "b", "user.late"));
	ck_assert_int_eq(restore_folder_flags(&w.f, "a"), flags);
	leave(&w);
}
END_TEST

START_TEST(late_attributes_reach_a_file_under_any_name)
{
	const struct de_xattr late = {
		.struct_size = sizeof(late),
		.name = "user.late",
		.value = "value",
		.value_length = 5,
	};
	struct world w;

	enter(&w, "12:a 12:b 13:c 13:d 14:gone");
	restore_folder_write(&w.f, "a", "old");
	restore_folder_write(&w.f, "d", "old");
	w.f.settings.if_exists = IF_EXISTS_SKIP;
	if (fsetxattr(w.f.fd, "user.probe", "", 0, 0) == -1) {
		leave(&w);
		return;
	}
	put(&w, 12, S_IFREG | 0600, "text");
	put(&w, 13, S_IFREG | 0600, "text");
	put(&w, 14, S_IFREG | 0600, "text");
	ck_assert_int_eq(unlinkat(w.f.fd, "gone", 0), 0);
	extract_late_xattr(w.extract, 12, &late);
	extract_late_xattr(w.extract, 13, &late);
	assert_whole(&w);
	ck_assert(!has_xattr(&w, "a", "user.late"));
	ck_assert(has_xattr(&w, "b", "user.late"));
	ck_assert(has_xattr(&w, "c", "user.late"));
	ck_assert(!has_xattr(&w, "d", "user.late"));
	extract_late_xattr(w.extract, 14, &late);
	restore_folder_assert_said(&w.f, "./gone (inode 14): its attribute "
	    "user.late cannot be set: ");
	leave(&w);
}
END_TEST

/* ----------------------------------------------------------- metadata only */

/* As the set has it that restored it before. */
static void
set_time(struct world *w, const char *name)
{
	const struct timespec times[2] = {
		{ SECONDS, 0 }, { SECONDS + 1, 0 },
	};

	ck_assert_int_eq(utimensat(w->f.fd, name, times, 0), 0);
}

START_TEST(metadata_alone_changes_what_is_there)
{
	struct world w;

	enter(&w, "12:a 13:fifo 14:gone 15:hard 16:other");
	restore_folder_write(&w.f, "a", "contents");
	ck_assert_int_eq(mkfifoat(w.f.fd, "fifo", 0600), 0);
	restore_folder_write(&w.f, "hard", "contents");
	ck_assert_int_eq(linkat(w.f.fd, "hard", w.f.fd, "outside", 0), 0);
	ck_assert_int_eq(mkfifoat(w.f.fd, "other", 0600), 0);
	const int a = openat(w.f.fd, "a", O_RDONLY);
	const bool has_xattrs = fsetxattr(a, "user.old", "", 0, 0) == 0;
	close(a);
	set_time(&w, "a");
	if (is_root())
		restore_folder_set_flags(&w.f, "a", FS_IMMUTABLE_FL);

	header(&w, 12, S_IFREG | 0451)->metadata_only = true;
	ck_assert(begin(&w));
	if (has_xattrs)
		attribute(&w, "user.new", "value", 5);
	end(&w);
	restore_folder_assert_text(&w.f, "a", "contents");
	const struct stat st = restore_folder_stat(&w.f, "a");
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0451);
	ck_assert_int_eq(st.st_mtim.tv_sec, SECONDS + 1);
	ck_assert(!has_xattr(&w, "a", "user.old"));
	ck_assert_int_eq(has_xattr(&w, "a", "user.new"), has_xattrs);
	header(&w, 13, S_IFIFO | 0640)->metadata_only = true;
	ck_assert(begin(&w));
	end(&w);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "fifo").st_mode,
	    S_IFIFO | 0640);
	assert_whole(&w);

	for (uint32_t inode = 14; inode <= 16; inode++) {
		header(&w, inode, S_IFREG | 0777)->metadata_only = true;
		ck_assert(begin(&w));
		end(&w);
	}
	restore_folder_assert_said(&w.f, "./gone (inode 14): the set has only "
	    "its owner, mode and times");
	restore_folder_assert_said(&w.f, "./hard (inode 15): its owner, mode "
	    "and times are left as they are, as it has hard links");
	restore_folder_assert_said(&w.f, "./other (inode 16): the set has "
	    "only");
	ck_assert_uint_eq(restore_folder_stat(&w.f, "hard").st_mode,
	    S_IFREG | 0644);
	leave(&w);
}
END_TEST

START_TEST(metadata_alone_finds_the_file_under_any_name)
{
	struct world w;

	enter(&w, "12:a 12:b 12:c");
	restore_folder_write(&w.f, "b", "contents");
	set_time(&w, "b");
	header(&w, 12, S_IFREG | 0604)->metadata_only = true;
	ck_assert(begin(&w));
	end(&w);
	assert_whole(&w);
	restore_folder_assert_text(&w.f, "a", "contents");
	restore_folder_assert_text(&w.f, "c", "contents");
	ck_assert_uint_eq(restore_folder_stat(&w.f, "b").st_nlink, 3);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a").st_mode,
	    S_IFREG | 0604);
	leave(&w);
}
END_TEST

START_TEST(metadata_alone_follows_contents_of_the_same_run)
{
	struct world w;

	enter(&w, "12:a 12:b 13:c");
	restore_folder_write(&w.f, "a", "old");
	w.f.settings.if_exists = IF_EXISTS_SKIP;
	for (uint32_t generation = 1; generation <= 2; generation++) {
		const uint32_t inode = 11 + generation;
		put(&w, inode, S_IFREG | 0600, "text");
		header(&w, inode, S_IFREG | 0604)->metadata_only = true;
		w.header.meta.generation = 2 - generation;
		w.header.meta.mtime.seconds = SECONDS - 1000;
		ck_assert(begin(&w));
		end(&w);
	}
	/* The name that was in the way is somebody else's. */
	restore_folder_assert_text(&w.f, "a", "old");
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a").st_mode,
	    S_IFREG | 0644);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "b").st_mode,
	    S_IFREG | 0604);
	ck_assert_uint_eq(extract_files(w.extract), 2);
	/* Without generations, it may be the number that is the same. */
	restore_folder_assert_said(&w.f, "./c (inode 13): the set has only its "
	    "owner, mode and times, and the file in the target was changed");
	ck_assert_uint_eq(outcome_count(w.f.outcome, OUTCOME_MISSING), 1);
	leave(&w);
}
END_TEST

/* --------------------------------------------------- who may do what, where */

START_TEST(an_untrusted_stream_gets_nothing_dangerous)
{
	struct world w;

	enter(&w, "12:a 13:device");
	w.f.settings.untrusted = true;
	header(&w, 12, S_IFREG | 06755);
	w.header.meta.flags = FS_IMMUTABLE_FL | FS_APPEND_FL;
	ck_assert(begin(&w));
	attribute(&w, "trusted.a", "value", 5);
	attribute(&w, "security.capability", "value", 5);
	end(&w);
	header(&w, 13, S_IFCHR | 0666);
	w.header.meta.device_major = 1;
	w.header.meta.device_minor = 3;
	ck_assert(begin(&w));
	end(&w);
	ck_assert_uint_eq(restore_folder_stat(&w.f, "a").st_mode,
	    S_IFREG | 0755);
	ck_assert(!has_xattr(&w, "a", "trusted.a"));
	ck_assert(!restore_folder_has(&w.f, "device"));
	if (restore_folder_flags(&w.f, "a") != -1)
		ck_assert_int_eq(restore_folder_flags(&w.f, "a") &
		    (FS_IMMUTABLE_FL | FS_APPEND_FL), 0);
	ck_assert_uint_eq(outcome_count(w.f.outcome, OUTCOME_NOTE), 5);
	assert_whole(&w);
	leave(&w);
}
END_TEST

/* In a child: the parent stays root. */
static void
run_as_ordinary_user(struct world *w, void (*run)(struct world *w))
{
	const pid_t child = fork();
	int status = 0;

	if (child == 0) {
		if (setgid(ORDINARY) == -1 || setuid(ORDINARY) == -1)
			_exit(2);
		extract_free(w->extract);
		w->extract = extract_new(&w->config);
		run(w);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert_int_eq(status, 0);
}

/* In the child, where Check cannot stop the test. */
static void
expect(const struct world *w, bool truth, const char *what)
{
	if (truth)
		return;
	fprintf(stderr, "not so: %s; said: %s\n", what, w->f.said);
	_exit(3);
}

#define EXPECT(w, truth) expect(w, truth, #truth)

static void
restore_what_is_not_permitted(struct world *w)
{
	for (uint32_t inode = 12; inode <= 13; inode++) {
		header(w, inode, S_IFREG | 06755);
		w->header.meta.uid = 0;
		w->header.meta.gid = 0;
		EXPECT(w, begin(w));
		attribute(w, "trusted.a", "value", 5);
		attribute(w, "security.x", "value", 5);
		end(w);
	}
	for (uint32_t inode = 14; inode <= 15; inode++) {
		header(w, inode, S_IFCHR | 0600)->meta.device_major = 1;
		if (begin(w))
			end(w);
	}
	EXPECT(w, restore_folder_count(&w->f, "may not restore owners") == 1);
	EXPECT(w, restore_folder_count(&w->f, "trusted attributes") == 1);
	EXPECT(w, restore_folder_count(&w->f, "security attributes") == 1);
	EXPECT(w, restore_folder_count(&w->f, "devices") == 1);
	EXPECT(w, outcome_status(w->f.outcome) == STATUS_COMPLETE);
	EXPECT(w, restore_folder_stat(&w->f, "a").st_mode == (S_IFREG | 0755));
}

START_TEST(what_an_ordinary_user_may_not_do_is_said_once)
{
	struct world w;

	if (!is_root())
		return;
	enter(&w, "12:a 13:b 14:c 15:d");
	ck_assert_int_eq(fchown(w.f.fd, ORDINARY, ORDINARY), 0);
	run_as_ordinary_user(&w, restore_what_is_not_permitted);
	leave(&w);
}
END_TEST

static void
restore_into_closed_directory(struct world *w)
{
	put(w, 12, S_IFREG | 0600, "new");
	EXPECT(w, outcome_status(w->f.outcome) == STATUS_COMPLETE);
	restore_folder_assert_text(&w->f, "a", "new");
}

START_TEST(an_ordinary_user_replaces_files_in_a_directory_closed_to_writing)
{
	struct world w;

	if (!is_root())
		return;
	enter(&w, "12:a");
	restore_folder_write(&w.f, "a", "old");
	ck_assert_int_eq(fchown(w.f.fd, ORDINARY, ORDINARY), 0);
	ck_assert_int_eq(fchmod(w.f.fd, 0500), 0);
	run_as_ordinary_user(&w, restore_into_closed_directory);
	leave(&w);
}
END_TEST

START_TEST(a_full_target_ends_the_run)
{
	static char block[100000];
	struct world w;

	memset(block, 'x', sizeof(block) - 1);
	enter(&w, "12:a 13:b");
	if (is_root() && mount("none", w.f.path, "tmpfs", 0, "size=64k") == 0) {
		close(w.f.fd);
		w.f.fd = open(w.f.path, O_RDONLY | O_DIRECTORY);
		extract_free(w.extract);
		target_free(w.target);
		start(&w);
		put(&w, 12, S_IFREG | 0600, block);
		ck_assert_int_eq(extract_verdict(w.extract), VERDICT_ABORT);
		restore_folder_assert_said(&w.f, "the target is full; make "
		    "room there");
		restore_folder_assert_said(&w.f, "./a (inode 12): bytes 0 to "
		    "99998 cannot be written: No space left on device");
		put(&w, 13, S_IFREG | 0600, "text");
		ck_assert(!restore_folder_has(&w.f, "b"));
		close(w.f.fd);
		w.f.fd = -1;
		ck_assert_int_eq(umount(w.f.path), 0);
	}
	leave(&w);
}
END_TEST

START_TEST(a_target_that_is_read_only_ends_the_run)
{
	struct world w;

	enter(&w, "12:a");
	if (is_root() && mount("none", w.f.path, "tmpfs", MS_RDONLY, "") == 0) {
		close(w.f.fd);
		w.f.fd = open(w.f.path, O_RDONLY | O_DIRECTORY);
		extract_free(w.extract);
		target_free(w.target);
		start(&w);
		put(&w, 12, S_IFREG | 0600, "text");
		ck_assert_int_eq(extract_verdict(w.extract), VERDICT_ABORT);
		restore_folder_assert_said(&w.f, "read-only");
		close(w.f.fd);
		w.f.fd = -1;
		ck_assert_int_eq(umount(w.f.path), 0);
	}
	leave(&w);
}
END_TEST

/* ------------------------------------------------------------ with a crew */

START_TEST(a_crew_restores_many_files)
{
	const uint32_t count = 500;
	static atomic_int cancelled;
	struct world w;

	memset(&w, 0, sizeof(w));
	restore_folder_begin(&w.f);
	w.f.settings.workers = 4;
	names_begin_directory(w.f.names, NAMES_ROOT);
	for (uint32_t i = 0; i < count; i++) {
		char name[16];
		snprintf(name, sizeof(name), "%u", i);
		restore_folder_name(&w.f, 100 + i, S_IFREG, name);
	}
	names_end_directory(w.f.names);
	restore_folder_finish_names(&w.f);
	start(&w);
	struct crew *crew = crew_new(&extract_work, w.extract, 4, &cancelled);
	for (uint32_t i = 0; i < count; i++) {
		char text[16];
		snprintf(text, sizeof(text), "%u", i);
		header(&w, 100 + i, S_IFREG | 0600)->meta.size = strlen(text);
		struct set_item item = {
			.kind = SET_INODE,
			.inode = 100 + i,
			.header = &w.header,
		};
		ck_assert(crew_put(crew, &item, NAMES_ROOT));
		item.kind = SET_DATA;
		item.bytes = (uint8_t *)text;
		item.length = strlen(text);
		ck_assert(crew_put(crew, &item, 0));
		item.kind = SET_INODE_END;
		item.complete = true;
		ck_assert(crew_put(crew, &item, 0));
	}
	crew_wait(crew);
	crew_free(crew);
	assert_whole(&w);
	ck_assert_uint_eq(inomap_count(extract_done(w.extract)), count);
	restore_folder_assert_text(&w.f, "0", "0");
	restore_folder_assert_text(&w.f, "499", "499");
	leave(&w);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_file_comes_back_with_mode_and_nanoseconds,
		a_terabyte_of_hole_is_not_written,
		lost_bytes_are_named_and_the_rest_is_there,
		an_impossible_size_is_named,
		links_have_targets_of_up_to_4095_bytes,
		fifos_and_sockets_are_made,
		devices_have_all_bits_of_their_numbers,
		an_unknown_type_is_named,
		hidden_inodes_and_directories_are_passed_over,
		a_name_may_have_255_bytes,
		all_names_of_an_inode_are_linked,
		only_wanted_names_are_made,
		by_number_a_file_is_made_once_in_the_root,
		a_dry_run_writes_nothing_and_notices_losses,
		a_file_that_exists_is_dealt_with_as_told,
		a_newer_file_is_left,
		a_name_that_stays_does_not_keep_others_from_being_made,
		what_is_in_the_way_is_neither_opened_nor_followed,
		a_link_in_place_of_a_directory_leads_nowhere,
		an_immutable_file_is_no_obstacle,
		other_names_of_a_replaced_file_keep_its_flags,
		owner_flags_and_attributes_are_set_in_the_right_order,
		links_and_fifos_have_attributes_too,
		links_and_fifos_have_flags_where_the_kernel_can_set_them,
		an_attribute_that_the_kernel_refuses_is_named,
		what_a_directory_gives_to_new_files_is_taken_back,
		late_attributes_reach_files_that_were_written,
		late_attributes_reach_a_file_under_any_name,
		metadata_alone_changes_what_is_there,
		metadata_alone_finds_the_file_under_any_name,
		metadata_alone_follows_contents_of_the_same_run,
		an_untrusted_stream_gets_nothing_dangerous,
		what_an_ordinary_user_may_not_do_is_said_once,
		an_ordinary_user_replaces_files_in_a_directory_closed_to_writing,
		a_full_target_ends_the_run,
		a_target_that_is_read_only_ends_the_run,
		a_crew_restores_many_files,
	};
	return unit_run("extract", tests, COUNT(tests));
}
