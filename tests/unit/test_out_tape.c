/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_out_tape.c - dumps to drives that behave like real ones, or worse
 *
 * Each record must be on the tapes exactly once, whatever the drive does.
 */
#include "plugins/out-tape/out-tape.h"

#include <stdarg.h>
#include <time.h>

#include "fake_drive.h"
#include "unit.h"

#define RECORD 4096u
#define TAPES 4
#define HEADER UINT32_MAX	/* in place of a record's number */
#define DATE 1700000000
#define DAY 86400

struct setting {
	const char *key;
	int64_t value;
};

struct bench {
	struct fake_room room;
	struct fake_tape tapes[TAPES];
	struct de_host host;
	const char *devices[FAKE_DRIVES];
	size_t device_count;
	struct setting settings[6];
	void *self;
	char told[4096];	/* all messages, one per line */
	int64_t date;
	const char *medium;	/* from an EOT handler */
	enum de_dump_state state;	/* of all other dumps, and what the */
	enum de_dump_hold hold;		/* catalogue says of them */
	const char *protect;		/* option; NULL: not set */
	bool cannot_retire;
	int64_t retired[8];		/* dates, and how many */
	size_t retired_count;
	enum de_failure refused;	/* why a volume was not opened */
	uint64_t mark;			/* identifies what was refused */
	bool verify;
	bool doubled_is_right;	/* at the end of a tape */
	bool torn_is_right;	/* likewise */
};

/* Too large for the stack of a test under valgrind. */
static struct bench bench;

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

static const struct setting *
find_setting(const struct de_host *host, const char *key)
{
	const struct bench *b = host->context;

	for (size_t i = 0; i < COUNT(b->settings); i++)
		if (b->settings[i].key != NULL &&
		    strcmp(b->settings[i].key, key) == 0)
			return &b->settings[i];
	return NULL;
}

static bool
is_set(const struct de_host *host, const char *key)
{
	return find_setting(host, key) != NULL;
}

static int64_t
get_integer(const struct de_host *host, const char *key)
{
	const struct setting *s = find_setting(host, key);
	const struct de_option *o = de_plugin_entry()->options;

	if (s != NULL)
		return s->value;
	while (o->key != NULL && strcmp(o->key, key) != 0)
		o++;
	ck_assert_ptr_nonnull(o->key);
	return o->default_value == NULL ? 0 :
	    strcmp(o->default_value, "true") == 0 ? 1 :
	    strtoll(o->default_value, NULL, 10);
}

static const char *
get_string(const struct de_host *host, const char *key)
{
	const struct bench *b = host->context;

	ck_assert_str_eq(key, "protect");
	return b->protect;
}

static bool
get_boolean(const struct de_host *host, const char *key)
{
	return get_integer(host, key) != 0;
}

static size_t
get_strings(const struct de_host *host, const char *key,
    const char *const **items)
{
	const struct bench *b = host->context;

	ck_assert_str_eq(key, "device");
	*items = b->devices;
	return b->device_count;
}

static bool
never(const struct de_host *host)
{
	(void)host;
	return false;
}

static bool
always(const struct de_host *host)
{
	(void)host;
	return true;
}

static uint64_t
monotonic_ns(const struct de_host *host)
{
	const struct bench *b = host->context;
	return b->room.now;
}

static enum de_dump_state
dump_state(const struct de_host *host, const struct de_dump_found *found)
{
	const struct bench *b = host->context;

	ck_assert_str_eq(found->filesystem, "/home");
	ck_assert_str_eq(found->host, "elsewhere");
	return found->date == b->date ? DE_DUMP_UNFINISHED : b->state;
}

static enum de_status
dump_retire(const struct de_host *host, const struct de_dump_found *found)
{
	struct bench *b = host->context;

	if (b->cannot_retire)
		return DE_FAILED;
	ck_assert_uint_lt(b->retired_count, COUNT(b->retired));
	b->retired[b->retired_count++] = found->date;
	return DE_OK;
}

/* --------------------------------------------------------------- the bench */

/* One drive, with the first tape loaded. */
static struct bench *
set_up(void)
{
	struct bench *b = &bench;

	memset(b, 0, sizeof(*b));
	fake_room_init(&b->room);
	for (size_t i = 0; i < TAPES; i++)
		fake_tape_init(&b->tapes[i]);
	b->host = (struct de_host){
		.struct_size = sizeof(b->host),
		.api_version = DE_API_VERSION,
		.context = b,
		.report = take_report,
		.get_string = get_string,
		.get_integer = get_integer,
		.get_boolean = get_boolean,
		.get_strings = get_strings,
		.is_set = is_set,
		.cancelled = never,
		.monotonic_ns = monotonic_ns,
	};
	b->devices[0] = "/dev/nst0";
	b->devices[1] = "/dev/nst1";
	b->device_count = 1;
	b->date = DATE;
	fake_drive_load(&b->room.drives[0], &b->tapes[0]);
	return b;
}

static void
set(struct bench *b, const char *key, int64_t value)
{
	size_t i = 0;

	while (b->settings[i].key != NULL &&
	    strcmp(b->settings[i].key, key) != 0)
		ck_assert_uint_lt(++i, COUNT(b->settings));
	b->settings[i] = (struct setting){ key, value };
}

/* Begin another dump. */
static void
create(struct bench *b)
{
	if (b->self != NULL)
		de_plugin_entry()->destroy(b->self);
	b->self = NULL;
	b->told[0] = '\0';
	ck_assert_int_eq(out_tape_create_on(&b->host, &fake_drive_calls,
	    &b->room, &b->self), DE_OK);
}

static void
tear_down(struct bench *b)
{
	if (b->self != NULL)
		de_plugin_entry()->destroy(b->self);
	for (size_t i = 0; i < TAPES; i++)
		fake_tape_free(&b->tapes[i]);
}

static void
check_said(const struct bench *b, const char *text, int line)
{
	if (strstr(b->told, text) == NULL)
		ck_abort_msg("line %d: \"%s\" is not in: %s", line, text,
		    b->told);
}
#define said(b, text) check_said(b, text, __LINE__)

static void
not_said(const struct bench *b, const char *text)
{
	if (strstr(b->told, text) != NULL)
		ck_abort_msg("\"%s\" is in: %s", text, b->told);
}

/* ------------------------------------------------------------- the volumes */

static struct de_volume
volume(const struct bench *b, uint32_t number)
{
	return (struct de_volume){
		.struct_size = sizeof(struct de_volume),
		.number = number,
		.record_size = RECORD,
		.level = 0,
		.date = b->date,
		.job = "job",
		.label = "label",
		.medium = b->medium,
	};
}

/* What begins every volume, see doc/stream-format.md. */
static void
make_header(const struct bench *b, uint32_t number, uint8_t record[RECORD])
{
	uint32_t sum = 0;

	memset(record, 0, RECORD);
	put32(record, 1);
	put32(record + 4, (uint32_t)b->date);
	put32(record + 12, number);
	put32(record + 24, 60012);
	strcpy((char *)record + 676, "label");
	strcpy((char *)record + 696, "/home");
	strcpy((char *)record + 824, "elsewhere");
	for (size_t i = 0; i < 1024; i += 4)
		sum += get32(record + i);
	put32(record + 28, 84446 - sum);
}

/* Each KiB of a record identifies it. */
static void
make_record(uint32_t number, uint8_t record[RECORD])
{
	memset(record, 'x', RECORD);
	for (uint32_t i = 0; i < RECORD / 1024; i++) {
		put32(record + i * 1024, number);
		put32(record + i * 1024 + 4, i);
	}
}

enum ending {
	DONE,			/* all records are on the tapes */
	FULL,			/* the volume is complete, and more follow */
	TOO_SMALL,		/* even its header has no room */
	FAILED,
	NOT_OPENED
};

/* Read it back: the header, then records `first` to `end` - 1. */
static enum de_status
verify(struct bench *b, uint32_t number, uint32_t first, uint32_t end)
{
	uint8_t expected[RECORD], got[RECORD];
	enum de_status status = ops()->begin_readback(b->self);
	size_t length;

	make_header(b, number, expected);
	while (status == DE_OK) {
		status = ops()->read_record(b->self, got, sizeof(got), &length);
		if (status != DE_OK)
			break;
		ck_assert_uint_eq(length, RECORD);
		ck_assert_mem_eq(got, expected, RECORD);
		ck_assert_uint_le(first, end);
		make_record(first++, expected);
	}
	if (status != DE_NO_MORE)
		return DE_FAILED;
	ck_assert_uint_eq(first, end + 1);
	return DE_OK;
}

static enum de_status
close_complete(struct bench *b, uint32_t number, uint32_t first, uint32_t end)
{
	if (b->verify && verify(b, number, first, end) != DE_OK) {
		ops()->close_volume(b->self, DE_CLOSE_DISCARD);
		return DE_FAILED;
	}
	return ops()->close_volume(b->self, DE_CLOSE_COMPLETE);
}

/* *next is the first record not on any volume yet. */
static enum ending
write_volume(struct bench *b, uint32_t number, uint32_t *next, uint32_t total)
{
	const struct de_volume facts = volume(b, number);
	struct de_medium medium = { .struct_size = sizeof(medium) };
	uint8_t record[RECORD];
	uint32_t n = *next;

	if (ops()->open_volume(b->self, &facts, &medium) != DE_OK) {
		b->refused = medium.failure;
		b->mark = medium.mark;
		return NOT_OPENED;
	}
	make_header(b, number, record);
	enum de_status status = ops()->write(b->self, record, RECORD);
	const bool too_small = status == DE_END_OF_VOLUME;
	for (; status == DE_OK && n < total; n++) {
		make_record(n, record);
		status = ops()->write(b->self, record, RECORD);
		if (status != DE_OK)
			break;
	}
	if (status == DE_FAILED || too_small) {
		ops()->close_volume(b->self, DE_CLOSE_DISCARD);
		return too_small ? TOO_SMALL : FAILED;
	}
	/* What follows the first refusal is refused too. */
	if (status == DE_END_OF_VOLUME)
		ck_assert_int_eq(ops()->write(b->self, record, RECORD),
		    DE_END_OF_VOLUME);
	if (close_complete(b, number, *next, n) != DE_OK)
		return FAILED;
	*next = n;
	return status == DE_OK ? DONE : FULL;
}

/* Write to tape after tape in the first drive; returns how many volumes. */
static uint32_t
dump(struct bench *b, uint32_t total)
{
	uint32_t next = 0, number = 1;
	size_t tape = 0;
	enum ending ending;

	while ((ending = write_volume(b, number, &next, total)) != DONE) {
		if (ending != FULL && ending != TOO_SMALL)
			ck_abort_msg("%d: %s", (int)ending, b->told);
		number += ending == FULL;
		const struct de_volume facts = volume(b, number);
		ck_assert(ending != FULL ||
		    ops()->needs_change(b->self, &facts));
		ck_assert_uint_lt(++tape, TAPES);
		fake_drive_load(&b->room.drives[0], &b->tapes[tape]);
	}
	return number;
}

/* Read a file of a tape; 0 bytes if it is empty or missing. */
static size_t
file_bytes(const struct fake_tape *tape, int file, uint8_t *bytes, size_t room)
{
	size_t n = 0;

	for (size_t i = 0; i < tape->count; i++) {
		const struct fake_block *block = &tape->blocks[i];
		if (block->size == 0) {
			file--;
		} else if (file == 0) {
			ck_assert_uint_le(n + block->size, room);
			memcpy(bytes + n, block->data, block->size);
			n += block->size;
		}
	}
	return n;
}

/*
 * Check the volumes of the dump on the tapes from `first` on, at file number
 * `file`: each record occurs once, in order, and each volume is followed by a
 * file mark and nothing else.
 */
static void
check_tapes(const struct bench *b, size_t first, int file, uint32_t volumes,
    uint32_t total)
{
	static uint8_t bytes[FAKE_BLOCKS * 1024];
	uint8_t expected[RECORD];
	uint32_t next = 0, number = 1;

	for (size_t i = first; number <= volumes; i++) {
		ck_assert_uint_lt(i, TAPES);
		const struct fake_tape *tape = &b->tapes[i];
		size_t length = file_bytes(tape, file, bytes, sizeof(bytes));
		if (length == 0)
			continue;	/* it was too small */
		ck_assert_uint_eq(tape->blocks[tape->count - 1].size, 0);
		ck_assert_uint_gt(tape->blocks[tape->count - 2].size, 0);
		if (b->torn_is_right)
			length -= length % RECORD;
		ck_assert_uint_eq(length % RECORD, 0);
		make_header(b, number, expected);
		ck_assert_mem_eq(bytes, expected, RECORD);
		for (size_t at = RECORD; at < length; at += RECORD) {
			if (b->doubled_is_right && at == RECORD && next > 0 &&
			    get32(bytes + at) == next - 1)
				continue;
			make_record(next++, expected);
			ck_assert_mem_eq(bytes + at, expected, RECORD);
		}
		number++;
	}
	ck_assert_uint_eq(next, total);
}

/* ----------------------------------------------------------- end of a tape */

/* Eight records; the first tape ends after `capacity` blocks. */
static void
end_of_tape(enum fake_warning warning, size_t capacity, int block_size,
    bool tells, bool stays)
{
	struct bench *b = set_up();
	struct fake_drive *d = &b->room.drives[0];

	d->tells = tells;
	d->stays = stays;
	b->tapes[0].warning = warning;
	b->tapes[0].capacity = capacity;
	b->verify = capacity % 3 == 0 && warning != FAKE_WARNS_CARRYING &&
	    warning != FAKE_WARNS_PART;
	b->doubled_is_right = !tells && warning == FAKE_WARNS_CARRYING;
	b->torn_is_right = !tells && warning == FAKE_WARNS_PART;
	set(b, "block_size", block_size);
	create(b);
	const uint32_t volumes = dump(b, 8);
	check_tapes(b, 0, 0, volumes, 8);
	tear_down(b);
}

/* With the end of the tape at each block of each record. */
static void
every_end_of_tape(enum fake_warning warning, int block_size)
{
	const size_t blocks = block_size == 0 ? 1 : RECORD /
	    (size_t)block_size;

	for (size_t capacity = 0; capacity <= 10 * blocks; capacity++)
		for (unsigned int how = 0; how < 4; how++)
			end_of_tape(warning, capacity, block_size,
			    (how & 1) != 0, (how & 2) != 0);
}

START_TEST(tape_ends_behind_a_refused_write)
{
	every_end_of_tape(FAKE_WARNS_BEHIND, 0);
	every_end_of_tape(FAKE_WARNS_BEHIND, 1024);
}
END_TEST

START_TEST(tape_ends_with_a_write_that_is_on_it)
{
	every_end_of_tape(FAKE_WARNS_CARRYING, 0);
	every_end_of_tape(FAKE_WARNS_CARRYING, 1024);
}
END_TEST

START_TEST(tape_ends_with_a_short_write)
{
	every_end_of_tape(FAKE_WARNS_SHORT, 0);
	every_end_of_tape(FAKE_WARNS_SHORT, 1024);
	every_end_of_tape(FAKE_WARNS_SHORT, 2048);
}
END_TEST

START_TEST(tape_ends_with_a_part_that_is_on_it)
{
	every_end_of_tape(FAKE_WARNS_PART, 0);
	every_end_of_tape(FAKE_WARNS_PART, 1024);
}
END_TEST

/* A position in other units does not help, and does no harm. */
/* Twelve records of which four must go: two others, the last shorter, follow. */
static void
take_back(enum fake_warning warning, size_t capacity, bool stays)
{
	static uint8_t bytes[16 * RECORD], expected[16 * RECORD];
	struct bench *b = set_up();
	struct de_volume facts = volume(b, 1);
	struct de_medium medium = { .struct_size = sizeof(medium) };
	uint32_t n = 1;

	b->room.drives[0].tells = true;
	b->room.drives[0].stays = stays;
	b->tapes[0].warning = warning;
	b->tapes[0].capacity = capacity;
	create(b);
	facts.properties = DE_VOLUME_FILTERED;
	ck_assert_int_eq(ops()->open_volume(b->self, &facts, &medium), DE_OK);
	make_header(b, 1, expected);
	enum de_status status = ops()->write(b->self, expected, RECORD);
	for (; status == DE_OK && n < 12; n++) {
		make_record(n, expected + n * RECORD);
		status = ops()->write(b->self, expected + n * RECORD, RECORD);
	}
	ck_assert_int_ne(status, DE_FAILED);
	const uint32_t kept = n - 4;
	ck_assert_int_eq(ops()->shorten(b->self, kept * RECORD), DE_OK);
	make_record(100, expected + kept * RECORD);
	make_record(101, expected + (kept + 1) * RECORD);
	ck_assert_int_eq(ops()->write(b->self, expected + kept * RECORD,
	    RECORD), DE_OK);
	ck_assert_int_eq(ops()->write(b->self, expected + (kept + 1) * RECORD,
	    RECORD / 2), DE_OK);
	ck_assert_int_eq(ops()->close_volume(b->self, DE_CLOSE_COMPLETE),
	    DE_OK);
	const size_t length = file_bytes(&b->tapes[0], 0, bytes,
	    sizeof(bytes));
	ck_assert_uint_eq(length, (kept + 1) * RECORD + RECORD / 2);
	ck_assert_mem_eq(bytes, expected, length);
	tear_down(b);
}

START_TEST(full_tape_takes_back_what_is_too_much)
{
	static const enum fake_warning warnings[] = { FAKE_WARNS_BEHIND,
	    FAKE_WARNS_CARRYING, FAKE_WARNS_SHORT, FAKE_WARNS_PART };

	for (size_t i = 0; i < COUNT(warnings); i++)
		for (size_t capacity = 8; capacity < 14; capacity++)
			for (int stays = 0; stays < 2; stays++)
				take_back(warnings[i], capacity, stays == 1);
}
END_TEST

START_TEST(drive_that_tells_a_place_on_the_medium)
{
	for (size_t capacity = 0; capacity < 40; capacity++)
		for (int block_size = 0; block_size <= 1024; block_size += 1024) {
			struct bench *b = set_up();

			b->room.drives[0].tells_places = true;
			b->tapes[0].warning = FAKE_WARNS_SHORT;
			b->tapes[0].capacity = capacity;
			set(b, "block_size", block_size);
			create(b);
			const uint32_t volumes = dump(b, 8);
			check_tapes(b, 0, 0, volumes, 8);
			tear_down(b);
		}
}
END_TEST

START_TEST(every_tape_of_many_is_cut)
{
	for (size_t capacity = 3; capacity < 12; capacity++) {
		struct bench *b = set_up();

		for (size_t i = 0; i < TAPES; i++) {
			b->tapes[i].warning = (enum fake_warning)
			    ((capacity + i) % 4);
			b->tapes[i].capacity = capacity;
		}
		create(b);
		const uint32_t volumes = dump(b, 7);
		check_tapes(b, 0, 0, volumes, 7);
		tear_down(b);
	}
}
END_TEST

START_TEST(interrupted_writes_are_done_again)
{
	struct bench *b = set_up();

	create(b);
	b->room.drives[0].interrupted = 3;
	ck_assert_uint_eq(dump(b, 5), 1);
	check_tapes(b, 0, 0, 1, 5);
	tear_down(b);
}
END_TEST

/* ------------------------------------------------------------------ errors */

/* One volume with an error; then, on the same tape, one without. */
static void
fails_once(struct bench *b, const char *text, bool retries)
{
	uint32_t next = 0;

	if (b->self == NULL)
		create(b);
	ck_assert_int_eq(write_volume(b, 1, &next, 5), FAILED);
	said(b, "/dev/nst0: ");
	said(b, text);
	ck_assert_int_eq(ops()->may_retry(b->self), retries);
	ck_assert(!b->room.drives[0].is_open);
	ck_assert_int_eq(write_volume(b, 1, &next, 5), DONE);
	check_tapes(b, 0, 0, 1, 5);
	tear_down(b);
}

START_TEST(bad_record_fails_the_volume)
{
	struct bench *b = set_up();

	b->room.drives[0].write_fails = 4;
	fails_once(b, "volume 1: cannot write after record 3", false);
}
END_TEST

START_TEST(late_error_at_the_file_mark_fails_the_volume)
{
	struct bench *b = set_up();

	b->room.drives[0].mark_fails = 1;
	b->room.drives[0].buffered = 2;
	fails_once(b, "volume 1: cannot write the file mark", false);
}
END_TEST

START_TEST(lost_file_mark_fails_the_volume)
{
	struct bench *b = set_up();

	b->room.drives[0].mark_fails = 1;
	fails_once(b, "file mark", false);
}
END_TEST

START_TEST(late_error_in_rewinding_fails_the_volume)
{
	struct bench *b = set_up();

	/* The first three examine the tape. */
	b->room.drives[0].rewind_fails = 4;
	fails_once(b, "volume 1 may lack its end", false);
}
END_TEST

START_TEST(late_error_at_close_fails_the_volume)
{
	struct bench *b = set_up();

	b->room.drives[0].close_fails = 1;
	b->told[0] = '\0';
	create(b);
	uint32_t next = 0;
	ck_assert_int_eq(write_volume(b, 1, &next, 5), FAILED);
	said(b, "volume 1 may lack its end: closing the drive failed");
	b->room.drives[0].close_fails = 0;
	ck_assert_int_eq(write_volume(b, 1, &next, 5), DONE);
	check_tapes(b, 0, 0, 1, 5);
	tear_down(b);
}
END_TEST

START_TEST(error_in_reading_back_fails_the_volume)
{
	struct bench *b = set_up();

	b->verify = true;
	create(b);
	b->room.drives[0].read_fails = 4;
	uint32_t next = 0;
	ck_assert_int_eq(write_volume(b, 1, &next, 5), FAILED);
	said(b, "volume 1 cannot be read back");
	/* Nothing is left that looks complete. */
	uint8_t bytes[RECORD * 6];
	ck_assert_uint_eq(file_bytes(&b->tapes[0], 0, bytes, sizeof(bytes)),
	    0);
	b->room.drives[0].read_fails = 0;
	ck_assert_int_eq(write_volume(b, 1, &next, 5), DONE);
	check_tapes(b, 0, 0, 1, 5);
	tear_down(b);
}
END_TEST

START_TEST(reset_is_got_over_twice)
{
	struct bench *b = set_up();
	struct fake_drive *d = &b->room.drives[0];
	uint32_t next = 0;

	create(b);
	for (int i = 0; i < 3; i++) {
		d->reset_at = d->writes + 3;
		ck_assert_int_eq(write_volume(b, 1, &next, 5), FAILED);
		said(b, "the drive was reset");
		ck_assert_int_eq(ops()->may_retry(b->self), i < 2);
	}
	ck_assert_int_eq(write_volume(b, 1, &next, 5), DONE);
	check_tapes(b, 0, 0, 1, 5);
	/* The attempts are counted per volume. */
	fake_drive_load(d, &b->tapes[1]);
	d->reset_at = d->writes + 2;
	ck_assert_int_eq(write_volume(b, 2, &next, 9), FAILED);
	ck_assert(ops()->may_retry(b->self));
	tear_down(b);
}
END_TEST

START_TEST(reset_at_the_last_record)
{
	struct bench *b = set_up();

	b->room.drives[0].reset_at = 6;
	set(b, "block_size", 1024);
	fails_once(b, "the drive was reset", true);
}
END_TEST

START_TEST(soft_errors_are_told_of)
{
	struct bench *b = set_up();

	create(b);
	b->room.drives[0].soft_errors = 7;
	dump(b, 3);
	said(b, "7 errors");
	tear_down(b);
}
END_TEST

/* --------------------------------------------------------- before a volume */

/* Refused with that message; once corrected, it works. */
static void
refused(struct bench *b, const char *text)
{
	uint32_t next = 0;

	if (b->self == NULL)
		create(b);
	ck_assert_int_eq(write_volume(b, 1, &next, 3), NOT_OPENED);
	ck_assert(!b->room.drives[0].is_open);
	said(b, "/dev/nst0");
	said(b, text);
}

#define refused_as(b, failure)						\
	ck_assert_int_eq((b)->refused, DE_FAILURE_##failure)

static void
works(struct bench *b)
{
	uint32_t next = 0;

	if (write_volume(b, 1, &next, 3) != DONE)
		ck_abort_msg("%s", b->told);
	tear_down(b);
}

START_TEST(empty_drive_is_told_of_at_once)
{
	struct bench *b = set_up();

	fake_drive_load(&b->room.drives[0], NULL);
	refused(b, "there is no tape in the drive");
	refused_as(b, NO_MEDIUM);
	said(b, "insert one and wait");
	ck_assert_uint_eq(b->room.now, 0);
	fake_drive_load(&b->room.drives[0], &b->tapes[0]);
	works(b);
}
END_TEST

START_TEST(write_protected_tape)
{
	struct bench *b = set_up();

	b->tapes[0].is_protected = true;
	refused(b, "write-protected");
	refused_as(b, WRITE_PROTECTED);
	said(b, "move the tab");
	not_said(b, "Read-only");
	b->tapes[0].is_protected = false;
	works(b);
}
END_TEST

START_TEST(drive_in_use)
{
	struct bench *b = set_up();

	b->room.drives[0].in_use = true;
	refused(b, "in use by another program");
	refused_as(b, BUSY);
	b->room.drives[0].in_use = false;
	works(b);
}
END_TEST

START_TEST(absent_drive)
{
	struct bench *b = set_up();

	b->room.drives[0].is_absent = true;
	refused(b, "switched on");
	refused_as(b, NO_DEVICE);
	b->room.drives[0].is_absent = false;
	works(b);
}
END_TEST

START_TEST(other_things_than_drives)
{
	struct bench *b = set_up();

	b->room.drives[0].is_file = true;
	refused(b, "out-file");
	refused_as(b, SETTINGS);
	b->room.drives[0].is_file = false;
	b->room.drives[0].is_no_tape_drive = true;
	refused(b, "is not a tape drive");
	b->room.drives[0].is_no_tape_drive = false;
	works(b);
}
END_TEST

START_TEST(device_that_rewinds)
{
	struct bench *b = set_up();

	b->room.drives[0].rewinds = true;
	set(b, "append", 1);
	refused(b, "is the device that rewinds");
	set(b, "append", 0);
	create(b);
	works(b);
}
END_TEST

START_TEST(drive_that_is_loading_is_waited_for)
{
	struct bench *b = set_up();

	b->room.drives[0].ready_after = 20;
	create(b);
	works(b);
	b = set_up();
	b->room.drives[0].ready_after = 2000;
	set(b, "wait_ready", 60);
	refused(b, "not ready after 60 seconds");
	refused_as(b, NOT_READY);
	b->room.drives[0].ready_after = 0;
	works(b);
}
END_TEST

/* Not ready, with that SCSI code: reported at once. */
static void
is_not_waited_for(uint8_t code, uint8_t qualifier, bool new_sense,
    const char *text)
{
	struct bench *b = set_up();
	struct fake_drive *d = &b->room.drives[0];

	d->off_line = true;
	d->code = code;
	d->qualifier = qualifier;
	d->new_sense = new_sense;
	refused(b, text);
	ck_assert_uint_eq(b->room.now, 0);
	d->off_line = false;
	works(b);
}

START_TEST(drive_that_will_not_be_ready_by_itself)
{
	for (int new_sense = 0; new_sense <= 1; new_sense++) {
		is_not_waited_for(0x04, 0x02, new_sense, "mt -f /dev/nst0 load");
		is_not_waited_for(0x04, 0x03, new_sense, "requests attention");
		is_not_waited_for(0x3a, 0x01, new_sense, "there is no tape");
	}
	is_not_waited_for(0x30, 0x03, false, "incompatible or a cleaning cartridge");
	/* It is loading. */
	struct bench *b = set_up();
	b->room.drives[0].ready_after = 20;
	b->room.drives[0].code = 0x04;
	b->room.drives[0].qualifier = 0x01;
	create(b);
	works(b);
}
END_TEST

START_TEST(unknown_position_is_rewound)
{
	struct bench *b = set_up();

	b->room.drives[0].lost = true;
	create(b);
	works(b);
}
END_TEST

START_TEST(tape_that_cannot_be_rewound)
{
	struct bench *b = set_up();

	b->room.drives[0].rewind_fails = 1;
	refused(b, "cannot be rewound");
	works(b);
}
END_TEST

START_TEST(block_size_that_the_drive_does_not_take)
{
	struct bench *b = set_up();

	b->room.drives[0].wants = 512;
	set(b, "block_size", 1024);
	refused(b, "block_size = 1024");
	refused_as(b, SETTINGS);
	b->room.drives[0].wants = 0;
	works(b);
}
END_TEST

START_TEST(drive_of_one_block_size)
{
	struct bench *b = set_up();

	b->room.drives[0].only_fixed = true;
	b->room.drives[0].wants = b->room.drives[0].block_size = 2048;
	refused(b, "block_size = 0");
	set(b, "block_size", 2048);
	b->tapes[0].warning = FAKE_WARNS_SHORT;
	b->tapes[0].capacity = 9;
	b->verify = true;
	create(b);
	const uint32_t volumes = dump(b, 8);
	ck_assert_uint_eq(volumes, 2);
	check_tapes(b, 0, 0, volumes, 8);
	tear_down(b);
}
END_TEST

START_TEST(check_looks_at_every_drive)
{
	struct bench *b = set_up();
	const struct de_volume facts = volume(b, 1);

	b->device_count = 2;
	create(b);
	ck_assert_int_eq(ops()->check(b->self, &facts), DE_FAILED);
	said(b, "/dev/nst1: there is no tape");
	fake_drive_load(&b->room.drives[1], &b->tapes[1]);
	ck_assert_int_eq(ops()->check(b->self, &facts), DE_OK);
	ck_assert_uint_eq(b->tapes[0].count + b->tapes[1].count, 0);
	tear_down(b);
}
END_TEST

/* ----------------------------------------------- where on a tape, and what */

START_TEST(drives_take_turns)
{
	struct bench *b = set_up();
	uint32_t next = 0;

	b->device_count = 2;
	b->tapes[0].capacity = b->tapes[1].capacity = 3;
	b->tapes[0].warning = b->tapes[1].warning = FAKE_WARNS_SHORT;
	fake_drive_load(&b->room.drives[1], &b->tapes[1]);
	create(b);
	ck_assert_int_eq(write_volume(b, 1, &next, 6), FULL);
	struct de_volume facts = volume(b, 2);
	ck_assert(!ops()->needs_change(b->self, &facts));
	ck_assert_int_eq(write_volume(b, 2, &next, 6), FULL);
	facts = volume(b, 3);
	ck_assert(ops()->needs_change(b->self, &facts));
	/* No handler does. */
	ck_assert_int_eq(write_volume(b, 3, &next, 6), NOT_OPENED);
	said(b, "volume 1 of this dump");
	/* The EOT handler names it differently. */
	b->medium = "/dev/nst1";
	fake_drive_load(&b->room.drives[1], &b->tapes[2]);
	ck_assert_int_eq(write_volume(b, 3, &next, 6), DONE);
	check_tapes(b, 0, 0, 3, 6);
	tear_down(b);
}
END_TEST

START_TEST(same_tape_is_not_written_twice)
{
	for (int append = 0; append <= 1; append++) {
		struct bench *b = set_up();
		uint32_t next = 0;

		b->tapes[0].capacity = 3;
		if (append == 0)
			set(b, "file", 0);
		else
			set(b, "append", 1);
		create(b);
		ck_assert_int_eq(write_volume(b, 1, &next, 6), FULL);
		struct de_volume facts = volume(b, 2);
		ck_assert(ops()->needs_change(b->self, &facts));
		ck_assert_int_eq(write_volume(b, 2, &next, 6), NOT_OPENED);
		said(b, "volume 1 of this dump");
		ck_assert_int_eq(b->refused, append == 0 ?
		    DE_FAILURE_PROTECTED : DE_FAILURE_FULL);
		fake_drive_load(&b->room.drives[0], &b->tapes[1]);
		ck_assert_int_eq(write_volume(b, 2, &next, 6), DONE);
		check_tapes(b, 0, 0, 2, 6);
		tear_down(b);
	}
}
END_TEST

/* With `file = 2`, after two dumps of another date. */
START_TEST(file_number_from_volume_to_volume)
{
	struct bench *b = set_up();
	uint32_t next;

	for (size_t i = 0; i < 2; i++) {
		fake_tape_put(&b->tapes[i], "old", 3);
		fake_tape_put(&b->tapes[i], NULL, 0);
		fake_tape_put(&b->tapes[i], "older", 5);
		fake_tape_put(&b->tapes[i], NULL, 0);
		fake_tape_put(&b->tapes[i], "to go", 5);
	}
	b->tapes[0].capacity = 8;
	b->tapes[0].warning = FAKE_WARNS_SHORT;
	set(b, "file", 2);
	set(b, "overwrite_foreign", 1);
	create(b);
	next = 0;
	ck_assert_int_eq(write_volume(b, 1, &next, 5), FULL);
	ck_assert_int_eq(write_volume(b, 2, &next, 5), NOT_OPENED);
	said(b, "volume 1 of this dump");
	fake_drive_load(&b->room.drives[0], &b->tapes[2]);
	ck_assert_int_eq(write_volume(b, 2, &next, 5), NOT_OPENED);
	said(b, "the tape has no file 2, it ends after 0 files");
	fake_drive_load(&b->room.drives[0], &b->tapes[1]);
	ck_assert_int_eq(write_volume(b, 2, &next, 5), DONE);
	check_tapes(b, 0, 2, 2, 5);
	ck_assert_mem_eq(b->tapes[0].blocks[0].data, "old", 3);
	ck_assert_mem_eq(b->tapes[1].blocks[2].data, "older", 5);
	tear_down(b);
}
END_TEST

START_TEST(append_goes_behind_everything)
{
	struct bench *b = set_up();

	set(b, "append", 1);
	for (uint32_t i = 0; i < 5; i++) {
		b->date = DATE + i;
		set(b, "rewind", i % 2);
		b->verify = i % 2 != 0;
		create(b);
		ck_assert_uint_eq(dump(b, 2 + i), 1);
		check_tapes(b, 0, (int)i, 1, 2 + i);
	}
	tear_down(b);
}
END_TEST

START_TEST(append_ends_a_file_that_was_interrupted)
{
	struct bench *b = set_up();

	fake_tape_put(&b->tapes[0], "half", 4);
	set(b, "append", 1);
	create(b);
	ck_assert_uint_eq(dump(b, 3), 1);
	check_tapes(b, 0, 1, 1, 3);
	tear_down(b);
}
END_TEST

START_TEST(appended_volume_that_failed_gives_its_place_back)
{
	struct bench *b = set_up();
	struct fake_drive *d = &b->room.drives[0];
	uint32_t next = 0;

	fake_tape_put(&b->tapes[0], "old", 3);
	fake_tape_put(&b->tapes[0], NULL, 0);
	set(b, "append", 1);
	create(b);
	/* A crash: the volume is not discarded. */
	d->write_fails = 3;
	d->rewind_fails = 3;	/* when discarding it */
	ck_assert_int_eq(write_volume(b, 1, &next, 5), FAILED);
	ck_assert_int_eq(write_volume(b, 1, &next, 5), DONE);
	check_tapes(b, 0, 1, 1, 5);
	tear_down(b);
}
END_TEST

START_TEST(appended_volume_that_cannot_be_read)
{
	struct bench *b = set_up();

	fake_tape_put(&b->tapes[0], "old", 3);
	set(b, "append", 1);
	b->room.drives[0].read_fails = 1;
	refused(b, "cannot be read, so nothing can be appended");
	b->room.drives[0].read_fails = 0;
	works(b);
}
END_TEST

/*
 * Never written, or erased by `mt weof`: the volume goes to the beginning, even
 * if appended.
 */
START_TEST(blank_tape)
{
	for (int quirk = 0; quirk <= 2; quirk++)
		for (int marks = 0; marks <= 5; marks++) {
			struct bench *b = set_up();

			b->room.drives[0].blank_fails = quirk == 1;
			b->room.drives[0].blank_reads = quirk == 2;
			for (int i = 0; i < marks / 2; i++)
				fake_tape_put(&b->tapes[0], NULL, 0);
			set(b, "append", marks % 2);
			create(b);
			ck_assert_uint_eq(dump(b, 3), 1);
			check_tapes(b, 0, 0, 1, 3);
			tear_down(b);
		}
}
END_TEST

/* Nor is an empty file left between two dumps. */
START_TEST(appended_behind_empty_files)
{
	struct bench *b = set_up();

	set(b, "append", 1);
	fake_tape_put(&b->tapes[0], "old", 3);
	for (int i = 0; i < 3; i++)
		fake_tape_put(&b->tapes[0], NULL, 0);
	create(b);
	ck_assert_uint_eq(dump(b, 3), 1);
	check_tapes(b, 0, 1, 1, 3);
	ck_assert_uint_eq(b->tapes[0].count, 2 + 4 + 1);
	tear_down(b);
}
END_TEST

/* It accepts one record, then reports that the tape is full. */
START_TEST(drive_that_sticks_at_the_end_of_data)
{
	for (int stays = 0; stays <= 1; stays++)
		for (int files = 0; files <= 2; files++) {
			struct bench *b = set_up();

			b->room.drives[0].sticks = true;
			b->room.drives[0].stays = stays != 0;
			for (int i = 0; i < files; i++) {
				fake_tape_put(&b->tapes[0], "old", 3);
				fake_tape_put(&b->tapes[0], NULL, 0);
			}
			set(b, "append", 1);
			create(b);
			ck_assert_uint_eq(dump(b, 5), 1);
			check_tapes(b, 0, files, 1, 5);
			tear_down(b);
		}
}
END_TEST

/* The same with the option `file`, and at the beginning. */
START_TEST(drive_that_sticks_elsewhere)
{
	struct bench *b = set_up();

	b->room.drives[0].sticks = true;
	create(b);
	ck_assert_uint_eq(dump(b, 5), 1);
	set(b, "file", 1);
	create(b);
	b->date++;
	ck_assert_uint_eq(dump(b, 5), 1);
	check_tapes(b, 0, 1, 1, 5);
	tear_down(b);
}
END_TEST

/* ------------------------------------------------- what is no dump of ours */

static void
foreign(const void *block, size_t size, const char *text)
{
	struct bench *b = set_up();

	fake_tape_put(&b->tapes[0], block, size);
	fake_tape_put(&b->tapes[0], NULL, 0);
	refused(b, text);
	refused_as(b, FOREIGN);
	ck_assert_uint_ne(b->mark, 0);
	said(b, "weof");
	said(b, "overwrite_foreign");
	ck_assert_uint_eq(b->tapes[0].count, 2);
	/* One way, */
	set(b, "overwrite_foreign", 1);
	create(b);
	works(b);
	/* and the other. */
	b = set_up();
	fake_tape_put(&b->tapes[0], NULL, 0);
	create(b);
	works(b);
}

/* The checksum of an old tar, like that of its octal digits. */
static void
make_tar(uint8_t block[512], const char *name)
{
	unsigned int sum = 0;

	memset(block, 0, 512);
	strcpy((char *)block, name);
	strcpy((char *)block + 100, "0000644");
	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < 512; i++)
		sum += block[i];
	snprintf((char *)block + 148, 8, "%06o", sum);
}

START_TEST(foreign_data_is_named)
{
	uint8_t block[2048] = { 0 };

	strcpy((char *)block, "AMANDA: TAPESTART DATE 20260101020304 TAPE "
	    "DAILY-07\n\014\n");
	foreign(block, sizeof(block), "an Amanda tape, \"DAILY-07\"");
	memset(block, 0, sizeof(block));
	memcpy(block + 12, "BB02", 4);
	strcpy((char *)block + 36, "Bareos 2.0 immortal\n");
	strcpy((char *)block + 93, "Full-0042");
	foreign(block, sizeof(block), "a Bareos volume, \"Full-0042\"");
	memcpy(block + 36, "Bacula 1.0", 10);
	foreign(block, sizeof(block), "a Bacula volume, \"Full-0042\"");
	memset(block, ' ', sizeof(block));
	memcpy(block, "VOL1AB1234", 10);
	foreign(block, 80, "a tape with an ANSI label, \"AB1234\"");
	memcpy(block + 24, "LTFS", 4);
	foreign(block, 80, "an LTFS tape, \"AB1234\"");
	memset(block, 0x40, sizeof(block));
	memcpy(block, "\xe5\xd6\xd3\xf1\xc1\xd1\xe2\xf0\xf9", 9);
	foreign(block, 80, "a tape with an IBM label, \"AJS09\"");
	make_tar(block, "etc/passwd");
	foreign(block, 512, "a tar archive, \"etc/passwd\"");
	memset(block, 0, sizeof(block));
	strcpy((char *)block, "x\033[2J");
	memcpy(block + 257, "ustar", 6);
	foreign(block, 2048, "a tar archive, \"x?[2J\"");
	foreign("070701000000", 512 / 64, "a cpio archive");
	foreign("\xc7\x71 and more", 10, "a cpio archive");
	foreign("\x28\xb5\x2f\xfd and more", 10, "zstd-compressed");
	foreign("precious", 8, "unknown type (beginning with 70 72 65");
	foreign("x", 1, "unknown type (beginning with 78)");
}
END_TEST

START_TEST(damaged_and_other_dumps_are_foreign)
{
	struct bench *b = set_up();
	uint8_t record[RECORD];

	make_header(b, 1, record);
	record[700] ^= 1;
	foreign(record, RECORD, "a dump with a damaged header");
	memset(record, 0, RECORD);
	put32(record + 24, 60011);
	foreign(record, RECORD, "a dump from another system");
	put32(record + 24, 0x19540119);
	foreign(record, RECORD, "a dump from another system");
}
END_TEST

/* After a dump that may be overwritten. */
START_TEST(foreign_data_in_a_later_file)
{
	struct bench *b = set_up();
	uint8_t record[RECORD];

	make_header(b, 1, record);
	fake_tape_put(&b->tapes[0], record, RECORD);
	fake_tape_put(&b->tapes[0], NULL, 0);
	fake_tape_put(&b->tapes[0], "precious", 8);
	fake_tape_put(&b->tapes[0], NULL, 0);
	b->date++;
	refused(b, "file 1 of the tape is not a dump");
	set(b, "file", 1);
	create(b);
	refused(b, "mt -f /dev/nst0 asf 1; mt -f /dev/nst0 weof");
	tear_down(b);
}
END_TEST

START_TEST(tape_that_cannot_be_read)
{
	struct bench *b = set_up();

	fake_tape_put(&b->tapes[0], "old", 3);
	fake_tape_put(&b->tapes[0], NULL, 0);
	b->room.drives[0].read_fails = 1;
	refused(b, "file 0 of the tape cannot be read, so its contents are unknown");
	refused_as(b, UNREADABLE);
	set(b, "overwrite_foreign", 1);
	create(b);
	works(b);
}
END_TEST

/* ------------------------------------------- what the drive says of errors */

/* While writing record 3. */
static void
write_ends(struct bench *b, enum de_failure failure, const char *text)
{
	uint32_t next = 0;

	create(b);
	ck_assert_int_eq(write_volume(b, 1, &next, 5), FAILED);
	said(b, text);
	ck_assert_int_eq(ops()->failure(b->self), failure);
	tear_down(b);
}

START_TEST(drive_that_vanishes)
{
	struct bench *b = set_up();

	b->room.drives[0].goes_at = 3;
	write_ends(b, DE_FAILURE_NO_DEVICE, "the drive does not respond");
	not_said(b, "another tape");
}
END_TEST

START_TEST(tape_that_is_taken_out)
{
	struct bench *b = set_up();

	b->room.drives[0].emptied_at = 3;
	write_ends(b, DE_FAILURE_NO_MEDIUM, "there is no tape in the drive");
}
END_TEST

START_TEST(tape_that_is_found_write_protected)
{
	struct bench *b = set_up();

	b->room.drives[0].protected_at = 3;
	write_ends(b, DE_FAILURE_WRITE_PROTECTED, "the tape is write-protected");
	not_said(b, "clean");
}
END_TEST

START_TEST(drive_that_complains)
{
	static const struct {
		uint8_t alert;
		enum de_failure failure;
		const char *text;
	} cases[] = {
		{ 4, DE_FAILURE_MEDIUM, "the drive reports a bad tape" },
		{ 9, DE_FAILURE_WRITE_PROTECTED, "the tape is write-protected" },
		{ 20, DE_FAILURE_OTHER, "requests cleaning" },
		{ 30, DE_FAILURE_OTHER, "hardware failure" },
		{ 40, DE_FAILURE_MEDIUM, "without details from the drive" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *b = set_up();

		b->room.drives[0].write_fails = 3;
		b->room.drives[0].alerts[0] = cases[i].alert;
		write_ends(b, cases[i].failure, cases[i].text);
	}
}
END_TEST

START_TEST(tape_that_cannot_be_loaded)
{
	for (uint8_t key = 3; key <= 4; key++) {
		struct bench *b = set_up();
		struct fake_drive *d = &b->room.drives[0];

		d->off_line = true;
		d->key = key;
		d->code = 0x53;
		refused(b, key == 3 ? "a bad tape" : "hardware failure");
		tear_down(b);
	}
}
END_TEST

/* The tape is not blamed. */
START_TEST(search_that_is_aborted)
{
	struct bench *b = set_up();
	uint32_t next = 0;

	fake_tape_put(&b->tapes[0], "old", 3);
	b->room.drives[0].read_interrupted = true;
	b->host.cancelled = always;
	create(b);
	ck_assert_int_eq(write_volume(b, 1, &next, 3), NOT_OPENED);
	ck_assert_str_eq(b->told, "");
	tear_down(b);
}
END_TEST

START_TEST(file_that_is_not_there)
{
	for (int quirk = 0; quirk <= 1; quirk++) {
		struct bench *b = set_up();

		b->room.drives[0].end_reads = quirk != 0;
		for (int i = 0; i < 3; i++) {
			fake_tape_put(&b->tapes[0], "old", 3);
			fake_tape_put(&b->tapes[0], NULL, 0);
		}
		set(b, "file", 9);
		refused(b, "the tape has no file 9, it ends after 3 "
		    "files");
		not_said(b, "clean");
		not_said(b, "Input/output error");
		tear_down(b);
	}
}
END_TEST

/* It reports success, but writes nothing to the tape. */
static void
loses(unsigned int at, unsigned int count, int block_size, bool verify)
{
	struct bench *b = set_up();
	uint32_t next = 0;

	b->room.drives[0].loses_at = at;
	b->room.drives[0].loses = count;
	b->verify = verify;
	set(b, "block_size", block_size);
	create(b);
	ck_assert_int_eq(write_volume(b, 1, &next, 12), FAILED);
	said(b, "so some records were lost");
	ck_assert_int_eq(ops()->failure(b->self), DE_FAILURE_MEDIUM);
	not_said(b, "is whole");
	/* Nothing looks complete, and a file without its header is foreign. */
	b->room.drives[0].loses = 0;
	if (at == 1)
		set(b, "overwrite_foreign", 1);
	create(b);
	ck_assert_int_eq(write_volume(b, 1, &next, 12), DONE);
	check_tapes(b, 0, 0, 1, 12);
	tear_down(b);
}

START_TEST(records_that_get_lost)
{
	for (int block_size = 0; block_size <= 1024; block_size += 1024)
		for (unsigned int at = 1; at <= 10; at++)
			for (unsigned int count = 1; count <= 3; count++)
				loses(at, count, block_size, at % 2 == 0);
}
END_TEST

START_TEST(rewind_and_eject)
{
	struct bench *b = set_up();
	struct fake_drive *d = &b->room.drives[0];

	create(b);
	dump(b, 3);
	ck_assert_uint_eq(d->at, 0);
	ck_assert(!d->ejected);
	set(b, "rewind", 0);
	create(b);
	b->date++;
	dump(b, 3);
	ck_assert_uint_eq(d->at, 5);
	b->verify = true;
	create(b);
	b->date++;
	dump(b, 3);
	ck_assert_uint_eq(d->at, 5);
	set(b, "eject", 1);
	create(b);
	b->date++;
	dump(b, 3);
	ck_assert(d->ejected);
	fake_drive_load(d, &b->tapes[0]);
	/* It stays in the drive, but the volume is good. */
	d->eject_fails = d->offs + 1;
	create(b);
	b->date++;
	dump(b, 3);
	said(b, "cannot be ejected");
	check_tapes(b, 0, 0, 1, 3);
	tear_down(b);
}
END_TEST

/* The tape holds a dump that began `days` ago. */
static void
young(int64_t days, bool empty_file_first, const char *text)
{
	struct bench *b = set_up();
	uint8_t record[RECORD];

	if (empty_file_first)
		fake_tape_put(&b->tapes[0], NULL, 0);
	b->date = (int64_t)time(NULL) - days * DAY + 60;
	make_header(b, 1, record);
	fake_tape_put(&b->tapes[0], record, RECORD);
	fake_tape_put(&b->tapes[0], NULL, 0);
	b->date = DATE;
	set(b, "protect_days", 14);
	if (text == NULL) {
		create(b);
	} else {
		refused(b, text);
		refused_as(b, PROTECTED);
		ck_assert_uint_ne(b->mark, 0);
		said(b, "weof");
		ck_assert_uint_eq(b->tapes[0].count, 2 + empty_file_first);
		/* Set by the operator. */
		fake_tape_free(&b->tapes[0]);
		fake_tape_put(&b->tapes[0], NULL, 0);
	}
	works(b);
}

START_TEST(young_dumps_are_protected)
{
	young(14, false, "protect_days is 14");
	young(14, true, "file 1 of the tape is volume 1");
	young(-3, false, "protect_days is 14");
	young(15, false, NULL);
}
END_TEST

START_TEST(young_dump_in_a_later_file)
{
	struct bench *b = set_up();
	uint8_t record[RECORD];

	fake_tape_put(&b->tapes[0], "data", 4);
	fake_tape_put(&b->tapes[0], NULL, 0);
	fake_tape_put(&b->tapes[0], "more data", 9);
	fake_tape_put(&b->tapes[0], NULL, 0);
	b->date = (int64_t)time(NULL);
	make_header(b, 3, record);
	fake_tape_put(&b->tapes[0], record, RECORD);
	fake_tape_put(&b->tapes[0], NULL, 0);
	b->date = DATE;
	set(b, "protect_days", 1);
	set(b, "overwrite_foreign", 1);
	refused(b, "file 2 of the tape is volume 3");
	set(b, "file", 1);
	create(b);
	refused(b, "file 2 of the tape is volume 3");
	set(b, "protect_days", 0);
	create(b);
	works(b);
}
END_TEST

/* The tape holds two dumps of today; the engine reports `state` for them. */
static struct bench *
set_up_known(enum de_dump_state state)
{
	struct bench *b = set_up();
	uint8_t record[RECORD];

	b->host.dump_state = dump_state;
	b->host.dump_retire = dump_retire;
	b->state = state;
	for (int i = 0; i < 2; i++) {
		b->date = (int64_t)time(NULL) - 60 - i;
		make_header(b, 1, record);
		fake_tape_put(&b->tapes[0], record, RECORD);
		fake_tape_put(&b->tapes[0], NULL, 0);
	}
	b->date = DATE;
	return b;
}

/* An unfinished dump may be overwritten, whatever its age; that is told. */
START_TEST(unfinished_dump_is_not_protected)
{
	struct bench *b = set_up_known(DE_DUMP_UNFINISHED);

	set(b, "protect_days", 14);
	create(b);
	ck_assert_uint_eq(dump(b, 3), 1);
	said(b, "file 0 of the tape is volume 1 of a dump of /home");
	said(b, "never finished; overwriting it");
	check_tapes(b, 0, 0, 1, 3);
	ck_assert_uint_eq(b->retired_count, 2);
	tear_down(b);
}
END_TEST

START_TEST(finished_dump_is_protected_and_given_up_before_it_goes)
{
	struct bench *b = set_up_known(DE_DUMP_FINISHED);

	set(b, "protect_days", 14);
	refused(b, "which is complete, 0 days old, and protect_days is 14");
	refused_as(b, PROTECTED);
	ck_assert_uint_eq(b->retired_count, 0);
	/* Both are retired, as both are lost. */
	set(b, "protect_days", 0);
	create(b);
	ck_assert_uint_eq(dump(b, 3), 1);
	ck_assert_uint_eq(b->retired_count, 2);
	ck_assert_int_eq(b->retired[0], b->retired[1] + 1);
	tear_down(b);
}
END_TEST

static enum de_dump_hold
dump_hold(const struct de_host *host, const struct de_dump_found *found,
    char *why, size_t room)
{
	const struct bench *b = host->context;

	snprintf(why, room, found == NULL ? "of --check" : "as the catalogue "
	    "has it");
	return b->hold;
}

/* What the catalogue says counts on top of what else is known. */
START_TEST(catalogue_decides)
{
	static const struct {
		enum de_dump_hold hold;
		enum de_dump_state state;
		bool goes;
	} cases[] = {
		{ DE_HOLD_NONE, DE_DUMP_FINISHED, true },
		{ DE_HOLD_NONE, DE_DUMP_UNKNOWN, true },
		{ DE_HOLD_NONE, DE_DUMP_UNFINISHED, true },
		{ DE_HOLD_NONE, DE_DUMP_BASE, false },
		{ DE_HOLD_UNKNOWN, DE_DUMP_FINISHED, false },
		{ DE_HOLD_UNKNOWN, DE_DUMP_UNKNOWN, false },
		{ DE_HOLD_UNKNOWN, DE_DUMP_UNFINISHED, true },
		{ DE_HOLD_KEPT, DE_DUMP_FINISHED, false },
		{ DE_HOLD_KEPT, DE_DUMP_UNFINISHED, false },
		{ DE_HOLD_FAILED, DE_DUMP_UNKNOWN, false },
		{ DE_HOLD_FAILED, DE_DUMP_UNFINISHED, false },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *b = set_up_known(cases[i].state);
		b->host.dump_hold = dump_hold;
		b->protect = "catalog";
		b->hold = cases[i].hold;
		if (cases[i].goes) {
			create(b);
			ck_assert_uint_eq(dump(b, 3), 1);
		} else {
			refused(b, cases[i].state == DE_DUMP_BASE ?
			    "on which another dump depends" :
			    "as the catalogue has it; insert another tape");
			refused_as(b, PROTECTED);
			ck_assert_uint_eq(b->retired_count, 0);
		}
		tear_down(b);
		b->self = NULL;
	}
}
END_TEST

START_TEST(catalogue_that_cannot_be_asked)
{
	struct bench *b = set_up();
	const struct de_volume v = volume(b, 1);

	b->protect = "catalog";
	ck_assert_int_eq(out_tape_create_on(&b->host, &fake_drive_calls,
	    &b->room, &b->self), DE_FAILED);
	said(b, "protect: this version of dumpengine cannot ask a catalogue");
	b->host.dump_hold = dump_hold;
	b->hold = DE_HOLD_FAILED;
	create(b);
	ck_assert_int_eq(ops()->check(b->self, &v), DE_FAILED);
	said(b, "protect: of --check");
	b->hold = DE_HOLD_UNKNOWN;
	create(b);
	ck_assert_int_eq(ops()->check(b->self, &v), DE_OK);
	b->protect = "all";
	de_plugin_entry()->destroy(b->self);
	b->self = NULL;
	ck_assert_int_eq(out_tape_create_on(&b->host, &fake_drive_calls,
	    &b->room, &b->self), DE_FAILED);
	said(b, "protect: \"all\": expected \"catalog\"");
	tear_down(b);
}
END_TEST

/* The serial number that a drive with this memory tells; "-": none. */
static void
check_serial(const char *attributes, size_t length, const char *serial)
{
	struct bench *b = set_up();
	const struct de_volume v = volume(b, 1);
	struct de_medium m = { .struct_size = sizeof(m) };

	b->room.drives[0].attributes = (const uint8_t *)attributes;
	b->room.drives[0].attributes_length = length;
	b->room.drives[0].tells = true;
	create(b);
	ck_assert_int_eq(ops()->open_volume(b->self, &v, &m), DE_OK);
	ck_assert_str_eq(m.serial == NULL ? "-" : m.serial, serial);
	/* The answer is that for the serial number, also to this question. */
	ck_assert_ptr_null(m.barcode);
	ck_assert_uint_eq(m.properties & DE_MEDIUM_HAS_POSITION,
	    DE_MEDIUM_HAS_POSITION);
	ck_assert_uint_eq(m.record_positions, 1);
	ops()->close_volume(b->self, DE_CLOSE_DISCARD);
	tear_down(b);
	b->self = NULL;
}
#define CHECK_SERIAL(attributes, serial) \
	check_serial(attributes, sizeof(attributes) - 1, serial)

START_TEST(memory_of_a_cartridge)
{
	char longest[256];

	CHECK_SERIAL("\0\0\0\xd" "\4\1\x80\0\x8" "HC0112  ", "HC0112");
	CHECK_SERIAL("\0\0\0\xd" "\4\1\x80\0\x8" "HC0112\0\0", "HC0112");
	/* The next one, as there is none with that number. */
	CHECK_SERIAL("\0\0\0\xd" "\4\2\x80\0\x8" "HC0112  ", "-");
	/* Empty, or not what can be printed. */
	CHECK_SERIAL("\0\0\0\5" "\4\1\x80\0\0", "-");
	CHECK_SERIAL("\0\0\0\xd" "\4\1\x80\0\x8" "        ", "-");
	CHECK_SERIAL("\0\0\0\xd" "\4\1\x80\0\x8" "HC\x1b[1mH", "-");
	CHECK_SERIAL("\0\0\0\xd" "\4\1\x80\0\x8" "HC0\xff 112", "-");
	/* Lengths that are not true. */
	CHECK_SERIAL("\0\0\0\0", "-");
	CHECK_SERIAL("\0\0\0\4" "\4\1\x80\0\x8" "HC0112  ", "-");
	CHECK_SERIAL("\0\0\0\xc" "\4\1\x80\0\x8" "HC0112  ", "-");
	CHECK_SERIAL("\xff\xff\xff\xff" "\4\1\x80\xff\xff" "HC0112", "-");
	CHECK_SERIAL("\xff\xff\xff\xff" "\4\1\x80\0\xf7" "HC0112", "HC0112");
	CHECK_SERIAL("\xff\xff\xff\xff" "\4\1\x80\0\xf8" "HC0112", "-");
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "\0\0\0\xfc" "\4\1\x80\0\x20", 9);
	longest[9 + 32] = '\0';
	check_serial(longest, sizeof(longest),
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	longest[8] = 33;
	longest[9 + 32] = 'x';
	check_serial(longest, sizeof(longest), "-");
}
END_TEST

START_TEST(base_of_another_dump_stays)
{
	struct bench *b = set_up_known(DE_DUMP_BASE);

	refused(b, "on which another dump depends, or the next one would");
	refused_as(b, PROTECTED);
	ck_assert_uint_ne(b->mark, 0);
	ck_assert_uint_eq(b->tapes[0].count, 4);
	tear_down(b);
}
END_TEST

START_TEST(dump_that_cannot_be_given_up_stays)
{
	struct bench *b = set_up_known(DE_DUMP_FINISHED);
	uint32_t next = 0;

	b->cannot_retire = true;
	create(b);
	ck_assert_int_eq(write_volume(b, 1, &next, 3), NOT_OPENED);
	refused_as(b, PROTECTED);
	ck_assert_uint_eq(b->tapes[0].count, 4);
	tear_down(b);
}
END_TEST

/* Another job's, of the same second and label: not an attempt at this one. */
START_TEST(appended_behind_another_dump_of_the_same_date)
{
	struct bench *b = set_up();
	uint8_t record[RECORD];

	b->host.dump_state = dump_state;
	b->host.dump_retire = dump_retire;
	b->state = DE_DUMP_FINISHED;
	make_header(b, 1, record);
	fake_tape_put(&b->tapes[0], record, RECORD);
	fake_tape_put(&b->tapes[0], NULL, 0);
	set(b, "append", 1);
	/* The header has 32 bits of it, so only these are compared. */
	b->date += (int64_t)1 << 32;
	create(b);
	ck_assert_uint_eq(dump(b, 3), 1);
	b->date -= (int64_t)1 << 32;
	check_tapes(b, 0, 1, 1, 3);
	tear_down(b);
}
END_TEST

START_TEST(options_that_do_not_go_together)
{
	struct bench *b = set_up();

	set(b, "append", 1);
	set(b, "file", 1);
	ck_assert_int_eq(out_tape_create_on(&b->host, &fake_drive_calls,
	    &b->room, &b->self), DE_FAILED);
	said(b, "append and file");
	b = set_up();
	set(b, "block_size", 1000);
	ck_assert_int_eq(out_tape_create_on(&b->host, &fake_drive_calls,
	    &b->room, &b->self), DE_FAILED);
	said(b, "multiple of 1024");
	b = set_up();
	set(b, "block_size", 3 * 1024);
	create(b);
	uint32_t next = 0;
	ck_assert_int_eq(write_volume(b, 1, &next, 3), NOT_OPENED);
	said(b, "not a multiple of 3072");
	tear_down(b);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		tape_ends_behind_a_refused_write,
		tape_ends_with_a_write_that_is_on_it,
		tape_ends_with_a_short_write,
		tape_ends_with_a_part_that_is_on_it,
		drive_that_tells_a_place_on_the_medium,
		full_tape_takes_back_what_is_too_much,
		every_tape_of_many_is_cut,
		interrupted_writes_are_done_again,
		bad_record_fails_the_volume,
		late_error_at_the_file_mark_fails_the_volume,
		lost_file_mark_fails_the_volume,
		late_error_in_rewinding_fails_the_volume,
		late_error_at_close_fails_the_volume,
		error_in_reading_back_fails_the_volume,
		reset_is_got_over_twice,
		reset_at_the_last_record,
		soft_errors_are_told_of,
		empty_drive_is_told_of_at_once,
		write_protected_tape,
		drive_in_use,
		absent_drive,
		other_things_than_drives,
		device_that_rewinds,
		drive_that_is_loading_is_waited_for,
		drive_that_will_not_be_ready_by_itself,
		unknown_position_is_rewound,
		tape_that_cannot_be_rewound,
		block_size_that_the_drive_does_not_take,
		drive_of_one_block_size,
		check_looks_at_every_drive,
		drives_take_turns,
		same_tape_is_not_written_twice,
		file_number_from_volume_to_volume,
		append_goes_behind_everything,
		append_ends_a_file_that_was_interrupted,
		appended_volume_that_failed_gives_its_place_back,
		appended_volume_that_cannot_be_read,
		blank_tape,
		appended_behind_empty_files,
		drive_that_sticks_at_the_end_of_data,
		drive_that_sticks_elsewhere,
		foreign_data_is_named,
		damaged_and_other_dumps_are_foreign,
		foreign_data_in_a_later_file,
		tape_that_cannot_be_read,
		drive_that_vanishes,
		tape_that_is_taken_out,
		tape_that_is_found_write_protected,
		drive_that_complains,
		tape_that_cannot_be_loaded,
		search_that_is_aborted,
		file_that_is_not_there,
		records_that_get_lost,
		rewind_and_eject,
		young_dumps_are_protected,
		young_dump_in_a_later_file,
		unfinished_dump_is_not_protected,
		finished_dump_is_protected_and_given_up_before_it_goes,
		catalogue_decides,
		catalogue_that_cannot_be_asked,
		memory_of_a_cartridge,
		base_of_another_dump_stays,
		dump_that_cannot_be_given_up_stays,
		appended_behind_another_dump_of_the_same_date,
		options_that_do_not_go_together,
	};
	return unit_run("out_tape", tests, COUNT(tests));
}
