/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_volume_read.c - a volume is handed on in whole records, whatever its
 * output returns
 *
 * The output is a script: a letter for each read_record().
 */
#include "core/volume/volume_read.h"

#include <fcntl.h>
#include <unistd.h>

#include "unit.h"

#define RECORD 10240u

struct fake {
	const char *script;	/* r: a record, l: one twice as long, s: a
				   short one, x: lost, ?: lost, number unknown,
				   f: failed; then the end; '*': again */
	uint32_t properties;
	uint64_t size;
	uint32_t record_size;
	bool refuses, cannot_tell, cannot_go;
	uint64_t records;	/* how many there are for go_to() */
	uint64_t at;		/* position */
	uint64_t first;		/* where it was when opened */
	bool counts;		/* it is known from there only */
	bool is_adrift;
	uint64_t reads;
	bool open;
};

static struct fake fake;
static struct plugin plugin;
static struct instance instance;
static atomic_int cancelled;
static uint8_t buffer[VOLUME_READ_ROOM];

static enum de_status
fake_open(void *self, const struct de_volume *volume, struct de_reading *about)
{
	struct fake *f = self;

	ck_assert_uint_eq(volume->number, 7);
	ck_assert(!f->open);
	about->name = "the medium";
	about->failure = DE_FAILURE_NO_MEDIUM;
	if (f->refuses)
		return DE_FAILED;
	about->properties = f->properties;
	about->size = f->size;
	about->record_size = f->record_size;
	f->open = true;
	f->first = f->at;
	return DE_OK;
}

static enum de_status
fake_read(void *self, void *to, size_t room, size_t *length)
{
	struct fake *f = self;
	const char letter = f->script[0];

	if (letter == '\0')
		return DE_NO_MORE;
	f->reads++;
	if (f->script[1] == '*')
		f->script--;
	f->script++;
	f->at += (f->properties & DE_READING_RECORDS) != 0 ? 1 : RECORD;
	if (letter == 'f')
		return DE_FAILED;
	*length = letter == 'l' ? 2 * RECORD : letter == 's' ? RECORD / 2 :
	    letter == '?' ? 0 : RECORD;
	if (letter == 'x' || letter == '?')
		return DE_LOST;
	/* A driver gives part of a record to nobody. */
	if ((f->properties & DE_READING_RECORDS) != 0)
		ck_assert_uint_le(*length, room);
	else if (*length > room)
		*length = room;
	memset(to, letter, *length);
	return DE_OK;
}

static enum de_status
fake_tell(void *self, uint64_t *position)
{
	const struct fake *f = self;

	*position = f->at;
	return f->cannot_tell || f->is_adrift ? DE_FAILED : DE_OK;
}

static enum de_status
fake_go_to(void *self, uint64_t position)
{
	struct fake *f = self;

	const uint64_t back = UINT64_MAX - position;

	if (f->cannot_go)
		return DE_FAILED;
	if (back > 0 && back <= DE_FROM_END_MAX) {
		ck_assert((f->properties & DE_READING_RECORDS) != 0);
		if (f->records < f->first + back)
			return DE_FAILED;
		f->at = f->records - back;
		f->is_adrift = f->counts;
		return DE_OK;
	}
	f->is_adrift = false;
	f->at = f->records != 0 && position > f->records ? f->records :
	    position;
	return DE_OK;
}

static void
fake_close(void *self)
{
	struct fake *f = self;

	ck_assert(f->open);
	f->open = false;
}

static struct volume_read *
set_up(const struct fake *wish)
{
	const struct de_volume facts = { .struct_size = sizeof(facts),
		.number = 7 };
	static struct report *rep;

	if (rep == NULL)
		rep = report_new(open("/dev/null", O_WRONLY), REPORT_QUIET);
	fake = *wish;
	plugin.descriptor.name = "fake";
	plugin.output = (struct de_output){ .open_reading = fake_open,
		.read_record = fake_read, .tell = fake_tell,
		.go_to = fake_go_to, .close_reading = fake_close };
	instance.plugin = &plugin;
	instance.self = &fake;
	instance.rep = rep;
	instance.cancelled = &cancelled;
	instance.callee = (struct callee){ "fake", rep, instance.told };
	struct volume_read *v = volume_read_new(&instance);
	ck_assert_ptr_nonnull(v);
	ck_assert(volume_read_open(v, &facts) == !wish->refuses);
	ck_assert_str_eq(volume_read_medium(v), "the medium");
	return v;
}

static void
tear_down(struct volume_read *v)
{
	volume_read_free(v);
	ck_assert(!fake.open);
}

static void
expect(struct volume_read *v, enum volume_read_result result, size_t length,
    int line)
{
	size_t got;
	const enum volume_read_result r = volume_read_next(v, buffer,
	    sizeof(buffer), &got);

	if (r != result || got != length)
		ck_abort_msg("line %d: result %d, %zu bytes", line, (int)r,
		    got);
}
#define expect(v, result, length) \
	expect(v, VOLUME_READ_##result, length, __LINE__)

START_TEST(a_call_gives_as_many_records_as_fit)
{
	struct volume_read *v = set_up(&(struct fake){ .script = "r*",
	    .properties = DE_READING_RECORDS });
	expect(v, DATA, VOLUME_READ_ROOM / RECORD * RECORD);
	expect(v, DATA, VOLUME_READ_ROOM / RECORD * RECORD);
	ck_assert_uint_eq(volume_read_at(v),
	    VOLUME_READ_ROOM / RECORD * RECORD * 2);
	tear_down(v);

	/* Without records, it is filled. */
	v = set_up(&(struct fake){ .script = "r*" });
	expect(v, DATA, VOLUME_READ_ROOM);
	tear_down(v);

	/* Room is kept for two of the longest so far, if lengths differ. */
	v = set_up(&(struct fake){ .script = "lr*",
	    .properties = DE_READING_RECORDS });
	expect(v, DATA, (VOLUME_READ_ROOM - 3 * RECORD) / RECORD * RECORD);
	tear_down(v);
}
END_TEST

START_TEST(losses_come_after_the_data_before_them)
{
	struct volume_read *v = set_up(&(struct fake){ .script = "rrxr?sf" });
	expect(v, DATA, 2 * RECORD);
	expect(v, LOST, RECORD);
	ck_assert_uint_eq(volume_read_at(v), 3 * RECORD);
	expect(v, DATA, RECORD);
	expect(v, LOST, 0);
	expect(v, DATA, RECORD / 2);
	expect(v, FAILED, 0);
	expect(v, FAILED, 0);
	tear_down(v);
}
END_TEST

START_TEST(the_end_stays)
{
	struct volume_read *v = set_up(&(struct fake){ .script = "r" });
	expect(v, DATA, RECORD);
	expect(v, END, 0);
	fake.script = "r";
	expect(v, END, 0);
	tear_down(v);
}
END_TEST

START_TEST(nothing_but_losses_is_given_up)
{
	struct volume_read *v = set_up(&(struct fake){ .script = "?*" });
	size_t length;
	unsigned int n = 0;

	while (volume_read_next(v, buffer, sizeof(buffer), &length) ==
	    VOLUME_READ_LOST)
		n++;
	ck_assert_uint_ge(n, 10000);
	expect(v, FAILED, 0);
	tear_down(v);

	/* Not if there is an end. */
	v = set_up(&(struct fake){ .script = "x*", .size = 20000ull * RECORD });
	for (n = 0; n < 20000; n++)
		expect(v, LOST, RECORD);
	tear_down(v);
}
END_TEST

START_TEST(cancelled_reading_ends)
{
	struct volume_read *v = set_up(&(struct fake){ .script = "r*" });
	atomic_store(&cancelled, 1);
	expect(v, FAILED, 0);
	atomic_store(&cancelled, 0);
	tear_down(v);
}
END_TEST

START_TEST(what_is_refused_is_not_open)
{
	struct volume_read *v = set_up(&(struct fake){ .refuses = true });
	ck_assert_int_eq(volume_read_failure(v), DE_FAILURE_NO_MEDIUM);
	tear_down(v);
}
END_TEST

START_TEST(output_that_cannot_read_is_refused)
{
	tear_down(set_up(&(struct fake){ .script = "" }));
	plugin.output.open_reading = NULL;
	ck_assert_ptr_null(volume_read_new(&instance));
}
END_TEST

/* ---------------------------------------------------------------- positions */

START_TEST(any_byte_of_a_file_is_reached)
{
	struct volume_read *v = set_up(&(struct fake){ .script = "r",
	    .properties = DE_READING_SEEKS, .size = 100000 });
	size_t before;

	ck_assert(volume_read_seeks(v) && !volume_read_is_slow(v));
	ck_assert(volume_read_reaches(v, 777));
	ck_assert(volume_read_reach(v, 777, &before));
	ck_assert_uint_eq(before, 0);
	ck_assert_uint_eq(fake.at, 777);
	ck_assert_uint_eq(volume_read_at(v), 777);
	ck_assert(volume_read_reaches(v, 99999));
	/* None behind its end. */
	ck_assert(!volume_read_reaches(v, 100000));
	tear_down(v);

	/* Where the end of a disk is, is not known. */
	v = set_up(&(struct fake){ .properties = DE_READING_SEEKS });
	ck_assert(volume_read_reaches(v, UINT64_MAX));
	tear_down(v);
}
END_TEST

START_TEST(bytes_of_a_tape_are_reached_by_their_records)
{
	struct volume_read *v = set_up(&(struct fake){ .script = "rrrr",
	    .properties = DE_READING_SEEKS | DE_READING_RECORDS,
	    .record_size = RECORD, .at = 50, .records = 20050 });
	size_t before;

	ck_assert(volume_read_is_slow(v));
	ck_assert(volume_read_reaches(v, 1000 * RECORD + 77));
	ck_assert(volume_read_reach(v, 1000 * RECORD + 77, &before));
	ck_assert_uint_eq(before, 77);
	ck_assert_uint_eq(fake.at, 1050);
	ck_assert_uint_eq(volume_read_at(v), 1000 * RECORD);
	/* Back, and behind the end of the volume. */
	ck_assert(volume_read_reach(v, 0, &before));
	ck_assert_uint_eq(fake.at, 50);
	ck_assert(volume_read_reach(v, 30000 * RECORD, &before));
	ck_assert_uint_eq(fake.at, 20050);
	tear_down(v);
}
END_TEST

START_TEST(records_of_several_lengths_are_read)
{
	size_t before;
	struct volume_read *v = set_up(&(struct fake){ .script = "rlr",
	    .properties = DE_READING_SEEKS | DE_READING_RECORDS,
	    .record_size = RECORD });
	expect(v, DATA, 4 * RECORD);
	ck_assert(!volume_read_reaches(v, 100u << 20));
	tear_down(v);

	/* But not the several at once of a drive with fixed blocks. */
	v = set_up(&(struct fake){ .script = "rlr", .properties =
	    DE_READING_SEEKS | DE_READING_RECORDS | DE_READING_FIXED,
	    .record_size = RECORD });
	expect(v, DATA, 4 * RECORD);
	expect(v, END, 0);
	ck_assert(volume_read_go_to(v, 4));
	ck_assert_uint_eq(volume_read_at(v), 4 * RECORD);
	ck_assert(volume_read_reaches(v, 4100 * RECORD + 1));
	ck_assert(volume_read_reach(v, 4100 * RECORD + 1, &before));
	ck_assert_uint_eq(before, 1);
	ck_assert_uint_eq(fake.at, 4100);
	tear_down(v);
}
END_TEST

START_TEST(going_back_begins_anew)
{
	struct volume_read *v = set_up(&(struct fake){ .script = "rx",
	    .properties = DE_READING_SEEKS });
	uint64_t at;

	expect(v, DATA, RECORD);
	ck_assert(volume_read_go_to(v, 0));
	fake.script = "s";
	expect(v, DATA, RECORD / 2);
	expect(v, END, 0);
	ck_assert(volume_read_tell(v, &at));
	ck_assert_uint_eq(at, RECORD);
	tear_down(v);
}
END_TEST

START_TEST(medium_that_cannot_move)
{
	struct volume_read *v = set_up(&(struct fake){ .script = "r" });
	uint64_t at;
	size_t before;

	ck_assert(!volume_read_seeks(v));
	ck_assert(!volume_read_tell(v, &at));
	ck_assert(!volume_read_go_to(v, 0));
	ck_assert(!volume_read_reaches(v, 1000));
	tear_down(v);

	v = set_up(&(struct fake){ .properties = DE_READING_SEEKS,
	    .cannot_tell = true });
	ck_assert(!volume_read_seeks(v));
	tear_down(v);

	v = set_up(&(struct fake){ .script = "r", .properties =
	    DE_READING_SEEKS, .at = 100, .cannot_go = true });
	ck_assert(volume_read_seeks(v));
	ck_assert(!volume_read_go_to(v, 99));
	ck_assert(!volume_read_go_to(v, 1000));
	ck_assert(volume_read_reaches(v, 1000));
	ck_assert(!volume_read_reach(v, 1000, &before));
	tear_down(v);
}
END_TEST

START_TEST(the_last_block_is_found_from_the_end)
{
	struct volume_read *v = set_up(&(struct fake){ .script = "r",
	    .properties = DE_READING_SEEKS, .size = 20480 });

	ck_assert(volume_read_go_to_end(v));
	ck_assert_uint_eq(fake.at, 20480 - DE_TAPE_BLOCK);
	ck_assert_uint_eq(volume_read_at(v), 20480 - DE_TAPE_BLOCK);
	tear_down(v);

	/* On a tape it is in the last record. */
	v = set_up(&(struct fake){ .script = "r",
	    .properties = DE_READING_SEEKS | DE_READING_RECORDS,
	    .record_size = RECORD, .at = 50, .records = 20050 });
	ck_assert(volume_read_go_to_end(v));
	ck_assert_uint_eq(fake.at, 20049);
	ck_assert_uint_eq(volume_read_at(v), 19999 * (uint64_t)RECORD);
	tear_down(v);

	/* Or in the last ones. */
	v = set_up(&(struct fake){ .script = "r", .properties =
	    DE_READING_SEEKS | DE_READING_RECORDS | DE_READING_FIXED,
	    .record_size = 512, .at = 50, .records = 20050 });
	ck_assert(volume_read_go_to_end(v));
	ck_assert_uint_eq(fake.at, 20048);
	tear_down(v);

	/* A drive that only counts does not say where, but still goes back. */
	v = set_up(&(struct fake){ .script = "r",
	    .properties = DE_READING_SEEKS | DE_READING_RECORDS,
	    .record_size = RECORD, .at = 50, .records = 20050,
	    .counts = true });
	size_t before;
	ck_assert(volume_read_go_to_end(v));
	ck_assert_uint_eq(fake.at, 20049);
	ck_assert_uint_gt(volume_read_at(v), 20000 * (uint64_t)RECORD);
	ck_assert(volume_read_reaches(v, 77 * RECORD));
	ck_assert(volume_read_reach(v, 77 * RECORD, &before));
	ck_assert_uint_eq(fake.at, 127);
	ck_assert_uint_eq(volume_read_at(v), 77 * RECORD);
	tear_down(v);
}
END_TEST

START_TEST(not_every_medium_has_an_end)
{
	static const struct fake fakes[] = {
		{ .size = 20480 },
		{ .properties = DE_READING_SEEKS },		/* a disk */
		{ .properties = DE_READING_SEEKS, .size = 512 },
		{ .properties = DE_READING_SEEKS, .size = 20480 - 512 },
		{ .properties = DE_READING_SEEKS, .size = 20480,
		    .cannot_go = true },
		{ .properties = DE_READING_SEEKS | DE_READING_RECORDS,
		    .record_size = RECORD, .at = 50, .records = 50 },
		{ .properties = DE_READING_SEEKS | DE_READING_RECORDS,
		    .records = 100 },
	};

	for (size_t i = 0; i < COUNT(fakes); i++) {
		struct volume_read *v = set_up(&fakes[i]);
		ck_assert_msg(!volume_read_go_to_end(v), "medium %zu", i);
		tear_down(v);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_call_gives_as_many_records_as_fit,
		losses_come_after_the_data_before_them,
		the_end_stays,
		nothing_but_losses_is_given_up,
		cancelled_reading_ends,
		what_is_refused_is_not_open,
		output_that_cannot_read_is_refused,
		any_byte_of_a_file_is_reached,
		bytes_of_a_tape_are_reached_by_their_records,
		records_of_several_lengths_are_read,
		going_back_begins_anew,
		medium_that_cannot_move,
		the_last_block_is_found_from_the_end,
		not_every_medium_has_an_end,
	};
	return unit_run("volume_read", tests, COUNT(tests));
}
