/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_out_tape_read.c - volumes are read from drives that behave like real
 * ones
 *
 * Every record comes once and in order, whatever its length; a bad block costs
 * itself and nothing else.
 */
#include "plugins/out-tape/out-tape.h"

#include <stdarg.h>

#include "fake_drive.h"
#include "unit.h"

#define ROOM ((size_t)1 << 20)
#define RECORD 10240u
#define BLOCK 2048u		/* of a drive with fixed blocks */

struct bench {
	struct fake_room room;
	struct fake_tape tape;
	struct de_host host;
	const char *devices[1];
	int64_t file, block_size;	/* options; -1: not set */
	void *self;
	struct de_reading about;
	char told[4096];
};

static struct bench bench;
static uint8_t got[ROOM];

static const struct de_output *
ops(void)
{
	return de_plugin_entry()->output;
}

/* ---------------------------------------------------------------- the host */

__attribute__((format(printf, 3, 4)))
static void
take_report(const struct de_host *host, enum de_severity severity,
    const char *format, ...)
{
	struct bench *b = host->context;
	size_t used = strlen(b->told);
	va_list ap;

	(void)severity;
	va_start(ap, format);
	vsnprintf(b->told + used, sizeof(b->told) - used, format, ap);
	va_end(ap);
	used = strlen(b->told);
	snprintf(b->told + used, sizeof(b->told) - used, "\n");
}

static bool
is_set(const struct de_host *host, const char *key)
{
	const struct bench *b = host->context;

	return strcmp(key, "file") == 0 && b->file != -1;
}

static int64_t
get_integer(const struct de_host *host, const char *key)
{
	const struct bench *b = host->context;

	return strcmp(key, "file") == 0 ? b->file :
	    strcmp(key, "block_size") == 0 && b->block_size > 0 ?
	    b->block_size : 0;
}

static bool
get_boolean(const struct de_host *host, const char *key)
{
	(void)host;
	return strcmp(key, "rewind") == 0;
}

static const char *
get_string(const struct de_host *host, const char *key)
{
	(void)host;
	(void)key;
	return NULL;
}

static size_t
get_strings(const struct de_host *host, const char *key,
    const char *const **items)
{
	const struct bench *b = host->context;

	ck_assert_str_eq(key, "device");
	*items = b->devices;
	return 1;
}

static bool
never(const struct de_host *host)
{
	(void)host;
	return false;
}

static uint64_t
monotonic_ns(const struct de_host *host)
{
	const struct bench *b = host->context;
	return b->room.now;
}

/* --------------------------------------------------------------- the bench */

static struct bench *
set_up(void)
{
	struct bench *b = &bench;

	memset(b, 0, sizeof(*b));
	fake_room_init(&b->room);
	fake_tape_init(&b->tape);
	b->host = (struct de_host){
		.struct_size = sizeof(b->host),
		.api_version = DE_API_VERSION,
		.context = b,
		.report = take_report,
		.get_integer = get_integer,
		.get_boolean = get_boolean,
		.get_string = get_string,
		.get_strings = get_strings,
		.is_set = is_set,
		.cancelled = never,
		.monotonic_ns = monotonic_ns,
	};
	b->devices[0] = "/dev/nst0";
	b->file = b->block_size = -1;
	fake_drive_load(&b->room.drives[0], &b->tape);
	return b;
}

static void
tear_down(struct bench *b)
{
	if (b->self != NULL)
		de_plugin_entry()->destroy(b->self);
	fake_tape_free(&b->tape);
}

#define said(b, text)							\
	do {								\
		if (strstr((b)->told, text) == NULL)			\
			ck_abort_msg("\"%s\" is not in: %s", text,	\
			    (b)->told);					\
	} while (0)

static struct fake_drive *
drive(struct bench *b)
{
	return &b->room.drives[0];
}

static void
put_record(struct bench *b, uint32_t number, size_t size)
{
	memset(got, 'x', size);
	put32(got, number);
	fake_tape_put(&b->tape, got, size);
}

/* A file of the tape: records `first` to `end` - 1, in blocks of `size`. */
static void
put_file(struct bench *b, uint32_t first, uint32_t end, size_t size)
{
	while (first < end)
		put_record(b, first++, size);
	fake_tape_put(&b->tape, NULL, 0);
}

static enum de_status
open_volume(struct bench *b)
{
	const struct de_volume facts = {
		.struct_size = sizeof(facts),
		.number = 1,
		.job = "",
		.label = "",
	};

	if (b->self == NULL)
		ck_assert_int_eq(out_tape_create_on(&b->host,
		    &fake_drive_calls, &b->room, &b->self), DE_OK);
	b->about = (struct de_reading){ .struct_size = sizeof(b->about) };
	return ops()->open_reading(b->self, &facts, &b->about);
}

static void
close_volume(struct bench *b)
{
	ops()->close_reading(b->self);
	ck_assert(!drive(b)->is_open);
}

static enum de_status
read_next(struct bench *b, size_t room, size_t *length)
{
	return ops()->read_record(b->self, got, room, length);
}

static void
check_record(struct bench *b, uint32_t number, size_t size)
{
	size_t length;
	const enum de_status status = read_next(b, ROOM, &length);

	if (status != DE_OK)
		ck_abort_msg("record %u: %d: %s", number, status, b->told);
	ck_assert_uint_eq(length, size);
	ck_assert_uint_eq(get32(got), number);
}

static void
check_lost(struct bench *b, size_t bytes)
{
	size_t length;

	ck_assert_int_eq(read_next(b, ROOM, &length), DE_LOST);
	ck_assert_uint_eq(length, bytes);
}

/* It stays at the end, and the next file is not touched. */
static void
check_end(struct bench *b)
{
	size_t length;

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(read_next(b, ROOM, &length), DE_NO_MORE);
}

static bool
has(const struct bench *b, uint32_t property)
{
	return (b->about.properties & property) != 0;
}

/* ------------------------------------------------------------------ volumes */

START_TEST(record_size_is_found_out)
{
	static const size_t sizes[] = { 1024, RECORD, 65536, ROOM };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct bench *b = set_up();
		put_file(b, 0, 3, sizes[i]);
		put_file(b, 7, 8, sizes[i]);
		ck_assert_int_eq(open_volume(b), DE_OK);
		ck_assert_str_eq(b->about.name, "/dev/nst0");
		ck_assert_uint_eq(b->about.record_size, sizes[i]);
		ck_assert(has(b, DE_READING_RECORDS));
		ck_assert(has(b, DE_READING_SEEKS));
		for (uint32_t n = 0; n < 3; n++)
			check_record(b, n, sizes[i]);
		check_end(b);
		close_volume(b);
		tear_down(b);
	}
}
END_TEST

START_TEST(reading_begins_where_the_tape_is)
{
	struct bench *b = set_up();

	put_file(b, 0, 3, RECORD);
	put_file(b, 10, 12, RECORD);
	drive(b)->at = 4;
	ck_assert_int_eq(open_volume(b), DE_OK);
	check_record(b, 10, RECORD);
	check_record(b, 11, RECORD);
	check_end(b);
	close_volume(b);
	tear_down(b);
}
END_TEST

START_TEST(file_of_the_tape_is_found)
{
	struct bench *b = set_up();

	put_file(b, 0, 3, RECORD);
	put_file(b, 10, 12, RECORD);
	drive(b)->at = 2;
	b->file = 1;
	ck_assert_int_eq(open_volume(b), DE_OK);
	check_record(b, 10, RECORD);
	close_volume(b);
	tear_down(b);

	b = set_up();
	put_file(b, 0, 3, RECORD);
	b->file = 3;
	ck_assert_int_eq(open_volume(b), DE_FAILED);
	said(b, "the tape has no file 3");
	ck_assert(!drive(b)->is_open);
	tear_down(b);
}
END_TEST

START_TEST(empty_tape_has_no_record)
{
	struct bench *b = set_up();

	ck_assert_int_eq(open_volume(b), DE_OK);
	ck_assert(!has(b, DE_READING_SEEKS));
	check_end(b);
	close_volume(b);
	tear_down(b);
}
END_TEST

START_TEST(volume_without_a_file_mark)
{
	struct bench *b = set_up();

	put_record(b, 0, RECORD);
	ck_assert_int_eq(open_volume(b), DE_OK);
	check_record(b, 0, RECORD);
	check_end(b);
	close_volume(b);
	tear_down(b);
}
END_TEST

START_TEST(protected_tape_is_read)
{
	struct bench *b = set_up();

	put_file(b, 0, 1, RECORD);
	b->tape.is_protected = true;
	ck_assert_int_eq(open_volume(b), DE_OK);
	ck_assert(!drive(b)->may_write);
	check_record(b, 0, RECORD);
	close_volume(b);
	tear_down(b);
}
END_TEST

START_TEST(drive_that_is_not_ready)
{
	struct bench *b = set_up();

	fake_drive_load(drive(b), NULL);
	ck_assert_int_eq(open_volume(b), DE_FAILED);
	ck_assert_int_eq(b->about.failure, DE_FAILURE_NO_MEDIUM);
	ck_assert_str_eq(b->about.name, "/dev/nst0");
	said(b, "there is no tape in the drive");
	fake_drive_load(drive(b), &b->tape);
	drive(b)->in_use = true;
	ck_assert_int_eq(open_volume(b), DE_FAILED);
	ck_assert_int_eq(b->about.failure, DE_FAILURE_BUSY);
	tear_down(b);
}
END_TEST

/* ------------------------------------------------------------ block lengths */

START_TEST(longer_record_comes_in_pieces)
{
	struct bench *b = set_up();
	size_t length;

	put_record(b, 0, RECORD);
	put_record(b, 1, 2 * RECORD);
	put_record(b, 2, RECORD);
	ck_assert_int_eq(open_volume(b), DE_OK);
	check_record(b, 0, RECORD);
	ck_assert_int_eq(read_next(b, RECORD, &length), DE_OK);
	ck_assert_uint_eq(length, RECORD);
	ck_assert_uint_eq(get32(got), 1);
	ck_assert_int_eq(read_next(b, RECORD, &length), DE_OK);
	ck_assert_uint_eq(length, RECORD);
	ck_assert_int_eq(got[0], 'x');
	check_record(b, 2, RECORD);
	close_volume(b);
	tear_down(b);
}
END_TEST

START_TEST(longer_record_and_no_way_back)
{
	struct bench *b = set_up();
	size_t length;

	drive(b)->stays = true;
	put_record(b, 0, RECORD);
	put_record(b, 1, 2 * RECORD);
	ck_assert_int_eq(open_volume(b), DE_OK);
	check_record(b, 0, RECORD);
	ck_assert_int_eq(read_next(b, RECORD, &length), DE_FAILED);
	said(b, "spacing back failed");
	close_volume(b);
	tear_down(b);
}
END_TEST

START_TEST(block_longer_than_any_record_is_lost)
{
	struct bench *b = set_up();
	uint8_t *block = calloc(1, 2 * ROOM);

	ck_assert_ptr_nonnull(block);
	put_record(b, 0, RECORD);
	fake_tape_put(&b->tape, block, 2 * ROOM);
	put_record(b, 2, RECORD);
	ck_assert_int_eq(open_volume(b), DE_OK);
	check_record(b, 0, RECORD);
	check_lost(b, 0);
	said(b, "block 1 has more than 1048576 bytes");
	check_record(b, 2, RECORD);
	close_volume(b);
	free(block);
	tear_down(b);
}
END_TEST

START_TEST(driver_that_reads_little_at_once)
{
	struct bench *b = set_up();

	drive(b)->reads_at_most = 65536;
	put_file(b, 0, 3, 65536);
	ck_assert_int_eq(open_volume(b), DE_OK);
	for (uint32_t n = 0; n < 3; n++)
		check_record(b, n, 65536);
	check_end(b);
	close_volume(b);
	tear_down(b);
}
END_TEST

/* All there is in one call, up to the file mark. */
START_TEST(fixed_blocks)
{
	for (int own = 0; own < 2; own++) {
		struct bench *b = set_up();
		uint64_t at;
		size_t length;

		drive(b)->only_fixed = own;
		drive(b)->block_size = BLOCK;
		b->block_size = own ? 0 : BLOCK;
		put_file(b, 0, 300, BLOCK);
		ck_assert_int_eq(open_volume(b), DE_OK);
		ck_assert(has(b, DE_READING_FIXED));
		ck_assert(has(b, DE_READING_SEEKS));
		ck_assert_uint_eq(b->about.record_size, BLOCK);
		ck_assert_int_eq(read_next(b, ROOM, &length), DE_OK);
		ck_assert_uint_eq(length, BLOCK);
		ck_assert_int_eq(read_next(b, ROOM, &length), DE_OK);
		ck_assert_uint_eq(length, 299 * BLOCK);
		check_end(b);
		ck_assert_int_eq(ops()->go_to(b->self, 299), DE_OK);
		check_record(b, 299, BLOCK);
		ck_assert_int_eq(ops()->tell(b->self, &at), DE_OK);
		ck_assert_uint_eq(at, 300);
		close_volume(b);
		tear_down(b);
	}
}
END_TEST

START_TEST(drive_without_any_block_size)
{
	struct bench *b = set_up();

	drive(b)->only_fixed = true;
	ck_assert_int_eq(open_volume(b), DE_FAILED);
	said(b, "accepts no block size");
	tear_down(b);
}
END_TEST

/* ---------------------------------------------------------------- positions */

START_TEST(every_position_is_reached_from_every_other)
{
	struct bench *b = set_up();
	uint64_t at;

	put_file(b, 0, 2, RECORD);
	put_file(b, 100, 106, RECORD);
	put_file(b, 200, 202, RECORD);
	b->file = 1;
	ck_assert_int_eq(open_volume(b), DE_OK);
	ck_assert_int_eq(ops()->tell(b->self, &at), DE_OK);
	ck_assert_uint_eq(at, 3);
	for (uint32_t from = 0; from < 6; from++)
		for (uint32_t to = 0; to < 6; to++) {
			ck_assert_int_eq(ops()->go_to(b->self, 3 + from),
			    DE_OK);
			check_record(b, 100 + from, RECORD);
			ck_assert_int_eq(ops()->go_to(b->self, 3 + to), DE_OK);
			ck_assert_int_eq(ops()->tell(b->self, &at), DE_OK);
			ck_assert_uint_eq(at, 3 + to);
			check_record(b, 100 + to, RECORD);
		}
	close_volume(b);
	tear_down(b);
}
END_TEST

/* It does not end up in the next file, but at the end of its own. */
/* By spacing and counting, if the drive tells no position. */
START_TEST(every_position_is_reached_by_spacing)
{
	for (int stays = 0; stays < 2; stays++) {
		struct bench *b = set_up();
		uint64_t at;

		drive(b)->tells = false;
		drive(b)->stays = stays != 0;
		put_file(b, 0, 2, RECORD);
		put_file(b, 100, 106, RECORD);
		put_file(b, 200, 202, RECORD);
		b->file = 1;
		ck_assert_int_eq(open_volume(b), DE_OK);
		ck_assert(has(b, DE_READING_SEEKS));
		ck_assert_int_eq(ops()->tell(b->self, &at), DE_OK);
		ck_assert_uint_eq(at, 0);
		for (uint32_t from = 0; from < 6; from++)
			for (uint32_t to = 0; to < 6; to++) {
				ck_assert_int_eq(ops()->go_to(b->self, from),
				    DE_OK);
				check_record(b, 100 + from, RECORD);
				ck_assert_int_eq(ops()->go_to(b->self, to),
				    DE_OK);
				check_record(b, 100 + to, RECORD);
				ck_assert_int_eq(ops()->tell(b->self, &at),
				    DE_OK);
				ck_assert_uint_eq(at, to + 1);
			}
		/* Its end, and back; not the next file. */
		ck_assert_int_eq(ops()->go_to(b->self, 9), DE_OK);
		check_end(b);
		ck_assert_int_eq(ops()->tell(b->self, &at), DE_FAILED);
		ck_assert_int_eq(ops()->go_to(b->self, 5), DE_OK);
		check_record(b, 105, RECORD);
		check_end(b);
		ck_assert_int_eq(ops()->go_to(b->self, 0), DE_OK);
		check_record(b, 100, RECORD);
		close_volume(b);
		tear_down(b);
	}
}
END_TEST

/* Wherever the tape is, also where the drive cannot say. */
START_TEST(last_records_are_found_from_the_end)
{
	static const uint64_t from[] = { 0, 3, 5, 9 };

	for (int tells = 0; tells < 2; tells++) {
		struct bench *b = set_up();
		uint64_t at;

		drive(b)->tells = tells != 0;
		put_file(b, 0, 2, RECORD);
		put_file(b, 100, 106, RECORD);
		put_file(b, 200, 202, RECORD);
		b->file = 1;
		ck_assert_int_eq(open_volume(b), DE_OK);
		const uint64_t first = tells ? 3 : 0;
		for (size_t i = 0; i < 4; i++) {
			ck_assert_int_eq(ops()->go_to(b->self, first + from[i]),
			    DE_OK);
			ck_assert_int_eq(ops()->go_to(b->self, UINT64_MAX - 2),
			    DE_OK);
			ck_assert_int_eq(ops()->tell(b->self, &at), tells ?
			    DE_OK : DE_FAILED);
			check_record(b, 104, RECORD);
			check_record(b, 105, RECORD);
			check_end(b);
			ck_assert_int_eq(ops()->go_to(b->self, UINT64_MAX - 1),
			    DE_OK);
			check_record(b, 105, RECORD);
			check_end(b);
			ck_assert_int_eq(ops()->go_to(b->self, first + 2),
			    DE_OK);
			ck_assert_int_eq(ops()->tell(b->self, &at), DE_OK);
			ck_assert_uint_eq(at, first + 2);
			check_record(b, 102, RECORD);
		}
		close_volume(b);
		tear_down(b);
	}
}
END_TEST

START_TEST(last_records_are_not_found_by_drives_that_only_go_forward)
{
	struct bench *b = set_up();

	drive(b)->tells = false;
	drive(b)->stays = true;
	put_file(b, 0, 6, RECORD);
	b->file = 0;
	ck_assert_int_eq(open_volume(b), DE_OK);
	ck_assert_int_eq(ops()->go_to(b->self, UINT64_MAX - 1), DE_FAILED);
	said(b, "cannot be positioned");
	ck_assert_int_eq(ops()->go_to(b->self, 4), DE_OK);
	check_record(b, 4, RECORD);
	close_volume(b);
	tear_down(b);
}
END_TEST

START_TEST(position_beyond_the_volume_is_its_end)
{
	for (int mark = 0; mark < 2; mark++) {
		struct bench *b = set_up();
		uint64_t at;

		for (uint32_t n = 0; n < 5; n++)
			put_record(b, n, RECORD);
		if (mark) {
			fake_tape_put(&b->tape, NULL, 0);
			put_file(b, 100, 120, RECORD);
		}
		ck_assert_int_eq(open_volume(b), DE_OK);
		check_record(b, 0, RECORD);
		ck_assert_int_eq(ops()->go_to(b->self, 12), DE_OK);
		check_end(b);
		ck_assert_int_eq(ops()->tell(b->self, &at), DE_OK);
		ck_assert_uint_eq(at, 5);
		ck_assert_int_eq(ops()->go_to(b->self, 4), DE_OK);
		check_record(b, 4, RECORD);
		check_end(b);
		ck_assert_int_eq(ops()->go_to(b->self, 7), DE_OK);
		check_end(b);
		close_volume(b);
		tear_down(b);
	}
}
END_TEST

START_TEST(position_before_the_volume_is_refused)
{
	struct bench *b = set_up();

	put_file(b, 0, 2, RECORD);
	put_file(b, 100, 106, RECORD);
	b->file = 1;
	ck_assert_int_eq(open_volume(b), DE_OK);
	ck_assert_int_eq(ops()->go_to(b->self, 2), DE_FAILED);
	said(b, "block 2 is not one of volume 1");
	close_volume(b);
	tear_down(b);
}
END_TEST

START_TEST(drives_that_count_something_else_do_not_seek)
{
	for (int i = 0; i < 2; i++) {
		struct bench *b = set_up();
		uint64_t at;

		drive(b)->tells = i;
		drive(b)->tells_places = true;
		put_file(b, 0, 3, RECORD);
		ck_assert_int_eq(open_volume(b), DE_OK);
		ck_assert(!has(b, DE_READING_SEEKS));
		ck_assert_int_eq(ops()->tell(b->self, &at), DE_FAILED);
		for (uint32_t n = 0; n < 3; n++)
			check_record(b, n, RECORD);
		check_end(b);
		close_volume(b);
		tear_down(b);
	}
}
END_TEST

/* ------------------------------------------------------------------- damage */

/* Any block but the first, on any kind of drive. */
START_TEST(bad_block_costs_itself)
{
	for (uint32_t bad = 1; bad < 6; bad++)
		for (unsigned int how = 0; how < 4; how++) {
			struct bench *b = set_up();

			drive(b)->tells = (how & 1) != 0;
			drive(b)->stays_at_bad = (how & 2) != 0;
			put_file(b, 0, 6, RECORD);
			b->tape.blocks[bad].is_bad = true;
			ck_assert_int_eq(open_volume(b), DE_OK);
			for (uint32_t n = 0; n < bad; n++)
				check_record(b, n, RECORD);
			check_lost(b, drive(b)->tells ? RECORD : 0);
			if (how == 2)	/* not known to be the same one */
				check_lost(b, 0);
			said(b, "cannot be read: Input/output error");
			for (uint32_t n = bad + 1; n < 6; n++)
				check_record(b, n, RECORD);
			check_end(b);
			close_volume(b);
			tear_down(b);
		}
}
END_TEST

START_TEST(bad_blocks_at_the_beginning)
{
	struct bench *b = set_up();

	put_file(b, 0, 6, RECORD);
	b->tape.blocks[0].is_bad = b->tape.blocks[1].is_bad = true;
	ck_assert_int_eq(open_volume(b), DE_OK);
	ck_assert(has(b, DE_READING_SEEKS));
	check_lost(b, 2 * RECORD);
	check_record(b, 2, RECORD);
	ck_assert_int_eq(ops()->go_to(b->self, 5), DE_OK);
	check_record(b, 5, RECORD);
	close_volume(b);
	tear_down(b);
}
END_TEST

/* The driver drops the good ones that it has read with them. */
START_TEST(bad_fixed_block_costs_itself)
{
	struct bench *b = set_up();
	size_t length;

	drive(b)->only_fixed = true;
	drive(b)->block_size = BLOCK;
	put_file(b, 0, 40, BLOCK);
	b->tape.blocks[20].is_bad = true;
	ck_assert_int_eq(open_volume(b), DE_OK);
	for (uint32_t n = 0; n < 20; n++)
		check_record(b, n, BLOCK);
	check_lost(b, BLOCK);
	ck_assert_int_eq(read_next(b, ROOM, &length), DE_OK);
	ck_assert_uint_eq(get32(got), 21);
	close_volume(b);
	tear_down(b);
}
END_TEST

/* Once is enough for what was no bad block. */
START_TEST(error_that_passes_costs_nothing)
{
	struct bench *b = set_up();

	put_file(b, 0, 6, RECORD);
	drive(b)->read_fails = 4;
	ck_assert_int_eq(open_volume(b), DE_OK);
	for (uint32_t n = 0; n < 6; n++)
		check_record(b, n, RECORD);
	check_end(b);
	ck_assert_str_eq(b->told, "");
	close_volume(b);
	tear_down(b);
}
END_TEST

START_TEST(bad_block_that_cannot_be_passed)
{
	struct bench *b = set_up();
	size_t length;

	drive(b)->stays_at_bad = drive(b)->cannot_pass = true;
	put_file(b, 0, 6, RECORD);
	b->tape.blocks[2].is_bad = true;
	ck_assert_int_eq(open_volume(b), DE_OK);
	check_record(b, 0, RECORD);
	check_record(b, 1, RECORD);
	ck_assert_int_eq(read_next(b, ROOM, &length), DE_FAILED);
	said(b, "the bad block cannot be passed over");
	close_volume(b);
	tear_down(b);
}
END_TEST

START_TEST(many_errors_are_counted)
{
	struct bench *b = set_up();

	put_file(b, 0, 100, 1024);
	for (size_t i = 1; i < 51; i++)
		b->tape.blocks[i].is_bad = true;
	ck_assert_int_eq(open_volume(b), DE_OK);
	check_record(b, 0, 1024);
	for (size_t i = 1; i < 51; i++)
		check_lost(b, 1024);
	check_record(b, 51, 1024);
	close_volume(b);
	said(b, "50 blocks in all cannot be read");
	tear_down(b);
}
END_TEST

START_TEST(reset_is_survived)
{
	struct bench *b = set_up();

	put_file(b, 0, 6, RECORD);
	drive(b)->read_reset_at = 4;
	ck_assert_int_eq(open_volume(b), DE_OK);
	for (uint32_t n = 0; n < 6; n++)
		check_record(b, n, RECORD);
	check_end(b);
	said(b, "the drive was reset; reading on at block 3");
	close_volume(b);
	tear_down(b);

	b = set_up();
	drive(b)->tells = false;
	put_file(b, 0, 6, RECORD);
	drive(b)->read_reset_at = 2;
	ck_assert_int_eq(open_volume(b), DE_OK);
	check_record(b, 0, RECORD);
	size_t length;
	ck_assert_int_eq(read_next(b, ROOM, &length), DE_FAILED);
	said(b, "the drive was reset");
	close_volume(b);
	tear_down(b);
}
END_TEST

START_TEST(drive_that_vanishes)
{
	struct bench *b = set_up();
	size_t length;

	put_file(b, 0, 6, RECORD);
	ck_assert_int_eq(open_volume(b), DE_OK);
	check_record(b, 0, RECORD);
	drive(b)->is_absent = true;
	drive(b)->read_fails = drive(b)->reads + 1;
	ck_assert_int_eq(read_next(b, ROOM, &length), DE_FAILED);
	said(b, "the drive does not respond");
	close_volume(b);
	tear_down(b);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		record_size_is_found_out,
		reading_begins_where_the_tape_is,
		file_of_the_tape_is_found,
		empty_tape_has_no_record,
		volume_without_a_file_mark,
		protected_tape_is_read,
		drive_that_is_not_ready,
		longer_record_comes_in_pieces,
		longer_record_and_no_way_back,
		block_longer_than_any_record_is_lost,
		driver_that_reads_little_at_once,
		fixed_blocks,
		drive_without_any_block_size,
		every_position_is_reached_from_every_other,
		every_position_is_reached_by_spacing,
		last_records_are_found_from_the_end,
		last_records_are_not_found_by_drives_that_only_go_forward,
		position_beyond_the_volume_is_its_end,
		position_before_the_volume_is_refused,
		drives_that_count_something_else_do_not_seek,
		bad_block_costs_itself,
		bad_blocks_at_the_beginning,
		bad_fixed_block_costs_itself,
		error_that_passes_costs_nothing,
		bad_block_that_cannot_be_passed,
		many_errors_are_counted,
		reset_is_survived,
		drive_that_vanishes,
	};
	return unit_run("out_tape_read", tests, COUNT(tests));
}
