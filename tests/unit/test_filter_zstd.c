/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_filter_zstd.c - volumes of filter-zstd, whole, damaged and hostile
 *
 * Whatever has happened to a volume, the filter ends, stays within its memory,
 * and gives no byte that is not where it was.
 */
#include <stdarg.h>

#include "plugins/common/volume_mark.h"
#include "plugins/filter-zstd/seek_table.h"
#include "unit.h"

#define FRAME (16u << 10)
#define PLAIN (5 * FRAME + 1024)
#define MARK "dumpengine-volume 1 1600000000 0 0 1 testing 00000000"

static char told[1024];

__attribute__((format(printf, 3, 4)))
static void
take_report(const struct de_host *host, enum de_severity severity,
    const char *format, ...)
{
	va_list ap;

	(void)host;
	(void)severity;
	va_start(ap, format);
	vsnprintf(told, sizeof(told), format, ap);
	va_end(ap);
}

static bool
never(const struct de_host *host)
{
	(void)host;
	return false;
}

static int64_t
get_integer(const struct de_host *host, const char *key)
{
	(void)host;
	return strcmp(key, "level") == 0 ? 3 : strcmp(key, "threads") == 0 ? 1 :
	    FRAME;
}

static bool
get_boolean(const struct de_host *host, const char *key)
{
	(void)host;
	(void)key;
	return false;
}

static const struct de_host host = {
	.struct_size = sizeof(host),
	.api_version = DE_API_VERSION,
	.report = take_report,
	.get_integer = get_integer,
	.get_boolean = get_boolean,
	.cancelled = never,
};

/* A volume, plain and encoded. */
struct bytes {
	uint8_t at[2 * PLAIN];
	size_t length;
};

/* What the filter reads: with a part that is lost, if it is asked for. */
struct medium {
	const struct bytes *bytes;
	size_t at;
	size_t part;			/* bytes for each read() */
	size_t lost_at, lost;		/* a loss, once; 0: none */
	bool tells_lost;		/* its length is known */
};

static const struct de_filter *
ops(void)
{
	return de_plugin_entry()->filter;
}

static void *
make(void)
{
	void *self = NULL;

	ck_assert_int_eq(de_plugin_entry()->create(&host, &self), DE_OK);
	return self;
}

/* Half of it compresses. */
static void
make_plain(struct bytes *plain)
{
	uint32_t x = 1;

	plain->length = PLAIN;
	for (size_t i = 0; i < PLAIN; i++) {
		x = x * 1664525 + 1013904223;
		plain->at[i] = i / FRAME % 2 == 0 ? (uint8_t)(x >> 24) :
		    (uint8_t)(i / 64);
	}
}

static enum de_status
put(void *arg, const void *bytes, size_t length)
{
	struct bytes *to = arg;

	ck_assert_uint_le(length, sizeof(to->at) - to->length);
	memcpy(to->at + to->length, bytes, length);
	to->length += length;
	return DE_OK;
}

static void
make_volume(const struct bytes *plain, struct bytes *volume, uint64_t room)
{
	void *self = make();
	const struct de_filter_volume about = { sizeof(about), NULL, MARK };
	struct de_filter_plan plan = { .struct_size = sizeof(plan) };
	uint64_t number = 0;

	volume->length = 0;
	ck_assert_int_eq(ops()->begin_volume(self, &about, &plan, put, volume),
	    DE_OK);
	ck_assert_uint_eq(plan.piece, FRAME);
	uint8_t *out = malloc(plan.room);
	for (size_t at = 0; at < plain->length; at += FRAME, number++) {
		const size_t left = plain->length - at;
		const struct de_filter_piece piece = { sizeof(piece), number,
		    plain->at + at, left < FRAME ? left : FRAME,
		    left <= FRAME };
		size_t n = 0;
		ck_assert_int_eq(ops()->encode(self, &piece, out, &n), DE_OK);
		ck_assert_uint_le(n, plan.room);
		put(volume, out, n);
		/* One that was told before is replaced. */
		ops()->piece_done(self, number, FRAME, n + 1);
		ck_assert_int_eq(ops()->piece_done(self, number, piece.length,
		    n), DE_OK);
	}
	const size_t before = volume->length;
	ck_assert_int_eq(ops()->end_volume(self, DE_CLOSE_COMPLETE, room, put,
	    volume), DE_OK);
	ck_assert_uint_le(volume->length - before,
	    plan.tail + number * plan.tail_per_piece);
	ops()->end_volume(self, DE_CLOSE_DISCARD, 0, put, volume);
	de_plugin_entry()->destroy(self);
	free(out);
}

static enum de_status
medium_read(void *arg, void *buffer, size_t room, size_t *length)
{
	struct medium *m = arg;
	size_t n = m->bytes->length - m->at;

	if (m->lost > 0 && m->at <= m->lost_at && m->lost_at - m->at < n)
		n = m->lost_at - m->at;
	if (n == 0 && m->at < m->bytes->length) {
		*length = m->tells_lost ? m->lost : 0;
		m->at += m->lost;
		m->lost = 0;
		return DE_LOST;
	}
	n = n < room ? n : room;
	n = n < m->part ? n : m->part;
	memcpy(buffer, m->bytes->at + m->at, n);
	m->at += n;
	*length = n;
	return n == 0 ? DE_NO_MORE : DE_OK;
}

static enum de_status
medium_go_to(void *arg, uint64_t offset)
{
	struct medium *m = arg;

	m->at = offset < m->bytes->length ? (size_t)offset : m->bytes->length;
	return DE_OK;
}

/*
 * Read a volume, from a plain byte on.  Returns how many bytes came, each of
 * which is right where its place is known; *ended: to the end.
 */
static size_t
read_volume(struct medium *m, bool seeks, uint64_t from,
    const struct bytes *plain, bool *ended)
{
	void *self = make();
	const struct de_filter_input input = { sizeof(input), m, medium_read,
	    seeks ? medium_go_to : NULL, seeks ? m->bytes->length : 0, "it" };
	struct de_filter_reading about = { .struct_size = sizeof(about) };
	uint8_t buffer[1000];
	size_t came = 0, n, at = 0;
	bool is_known = true;

	*ended = false;
	told[0] = '\0';
	if (ops()->open_reading(self, &input, &about) != DE_OK)
		goto destroy;
	if (from > 0 && (about.properties & DE_FILTER_SEEKS) != 0) {
		at = (size_t)from;
		is_known = ops()->go_to(self, from) == DE_OK;
	}
	for (int calls = 0; calls < 100000; calls++) {
		n = 0;
		const enum de_status status = ops()->read(self, buffer,
		    sizeof(buffer), &n);
		*ended = status == DE_NO_MORE;
		if (status == DE_NO_MORE || status == DE_FAILED)
			break;
		if (status == DE_LOST && n == 0)
			is_known = false;
		at += n;
		if (status == DE_LOST)
			continue;
		came += n;
		ck_assert_uint_le(n, sizeof(buffer));
		if (is_known)
			ck_assert(at <= plain->length && memcmp(buffer,
			    plain->at + at - n, n) == 0);
	}
	ops()->close_reading(self);
destroy:
	de_plugin_entry()->destroy(self);
	return came;
}

START_TEST(volume_comes_back_in_any_parts)
{
	static const size_t parts[] = { 1, 7, 1000, FRAME, 10 * PLAIN };
	struct bytes plain, volume;
	bool ended;

	make_plain(&plain);
	make_volume(&plain, &volume, UINT64_MAX);
	ck_assert(ops()->recognises(NULL, volume.at, 1024));
	for (size_t i = 0; i < 2 * COUNT(parts); i++) {
		struct medium m = { &volume, 0, parts[i / 2], 0, 0, false };
		ck_assert_uint_eq(read_volume(&m, i % 2 == 0, 0, &plain,
		    &ended), PLAIN);
		ck_assert(ended);
		ck_assert_str_eq(told, "");
	}
}
END_TEST

START_TEST(any_byte_is_found_with_a_table_and_without_room_there_is_none)
{
	struct bytes plain, volume;
	bool ended;

	make_plain(&plain);
	make_volume(&plain, &volume, UINT64_MAX);
	for (size_t from = 1; from < PLAIN + 2000; from += 997) {
		struct medium m = { &volume, 0, 5000, 0, 0, false };
		ck_assert_uint_eq(read_volume(&m, true, from, &plain, &ended),
		    from < PLAIN ? PLAIN - from : 0);
		ck_assert(ended);
	}
	const size_t whole = volume.length;
	make_volume(&plain, &volume, 10);
	ck_assert_uint_eq(whole - volume.length, SEEK_TABLE_FIXED +
	    6 * SEEK_TABLE_ENTRY);
	struct medium m = { &volume, 0, 5000, 0, 0, false };
	ck_assert_uint_eq(read_volume(&m, true, FRAME, &plain, &ended), PLAIN);
	ck_assert(ended);
}
END_TEST

START_TEST(loss_on_the_medium_costs_its_frames)
{
	struct bytes plain, volume;
	bool ended;

	make_plain(&plain);
	make_volume(&plain, &volume, UINT64_MAX);
	for (size_t at = 0; at < volume.length; at += 611)
		for (int how = 0; how < 4; how++) {
			struct medium m = { &volume, 0, 3000, at, 500,
			    how % 2 == 0 };
			const size_t came = read_volume(&m, how / 2 == 0, 0,
			    &plain, &ended);
			ck_assert_uint_ge(came + 3 * FRAME, PLAIN);
		}
}
END_TEST

START_TEST(flipped_bit_costs_one_frame)
{
	struct bytes plain, volume, bad;
	bool ended;

	make_plain(&plain);
	make_volume(&plain, &volume, UINT64_MAX);
	for (size_t bit = 0; bit < 8 * volume.length; bit += 131)
		for (int seeks = 0; seeks < 2; seeks++) {
			bad = volume;
			bad.at[bit / 8] ^= (uint8_t)(1 << bit % 8);
			struct medium m = { &bad, 0, 4000, 0, 0, false };
			const size_t came = read_volume(&m, seeks == 1, 0,
			    &plain, &ended);
			ck_assert_uint_ge(came + 2 * FRAME, PLAIN);
		}
}
END_TEST

START_TEST(mutated_volume_gives_nothing_wrong)
{
	struct bytes plain, volume, bad;
	uint32_t x = 7;
	bool ended;

	make_plain(&plain);
	make_volume(&plain, &volume, UINT64_MAX);
	for (int round = 0; round < 3000; round++) {
		bad = volume;
		for (int i = 0; i < 1 + round % 5; i++) {
			x = x * 1664525 + 1013904223;
			/* Often in the table, or the first headers. */
			const size_t at = x >> 29 == 0 ? x % 80 : x >> 29 < 4 ?
			    bad.length - 1 - x % 90 : x % bad.length;
			bad.at[at] = (uint8_t)(x >> 16);
		}
		x = x * 1664525 + 1013904223;
		if (round % 7 == 0)
			bad.length = x % bad.length;
		struct medium m = { &bad, 0, 1 + x % 9000, 0, 0, false };
		read_volume(&m, round % 2 == 0, round % 3 == 0 ?
		    x % PLAIN : 0, &plain, &ended);
		ops()->recognises(NULL, bad.at, bad.length < 1024 ?
		    bad.length : 1024);
	}
}
END_TEST

/* Frames of 128 MiB, each in a block of the one before it, that are none. */
START_TEST(search_for_a_frame_ends)
{
	static const uint8_t head[] = { 0x28, 0xb5, 0x2f, 0xfd, 0xa4, 0, 0, 0,
		8, 0x81, 0, 0 };
	struct bytes plain, volume;
	bool ended;

	make_plain(&plain);
	make_volume(&plain, &volume, 0);
	/* After damage, where it has to be searched for. */
	volume.length = 100;
	memset(volume.at + 40, 0, 60);
	while (volume.length + 2 * sizeof(head) < sizeof(volume.at)) {
		memcpy(volume.at + volume.length, head, sizeof(head));
		/* A block, not the last, up to the next of these. */
		volume.at[volume.length + 9] = (uint8_t)(sizeof(head) << 3);
		volume.length += sizeof(head);
	}
	struct medium m = { &volume, 0, 5000, 0, 0, false };
	ck_assert_uint_eq(read_volume(&m, false, 0, &plain, &ended), 0);
	ck_assert(ended);
	ck_assert_ptr_nonnull(strstr(told, "looks like a frame"));
}
END_TEST

START_TEST(mutated_marks_are_refused)
{
	const struct de_volume volume = { .struct_size = sizeof(volume),
	    .number = 3, .level = 2, .date = 1600000000, .label = "a b" };
	char good[VOLUME_MARK_BYTES + 1], text[VOLUME_MARK_BYTES + 1];
	struct label label;
	uint32_t x = 3;

	volume_mark_format(&volume, 1500000000, good);
	const size_t length = strlen(good) + 1;
	good[length - 1] = '\n';
	for (int round = 0; round < 20000; round++) {
		memcpy(text, good, length);
		for (int i = 0; i < 1 + round % 3; i++) {
			x = x * 1664525 + 1013904223;
			text[x % length] = round % 2 == 0 ? (char)(x >> 16) :
			    "0189 -%\n+Aa"[(x >> 16) % 11];
		}
		/* Exactly as long, so that sanitizers see what is behind. */
		uint8_t *copy = malloc(length);
		memcpy(copy, text, length);
		ck_assert(volume_mark_find(copy, length, &label) ==
		    (memcmp(text, good, length) == 0));
		free(copy);
	}
}
END_TEST

START_TEST(mark_says_what_volume_it_is)
{
	static const char *const labels[] = { "", "testing", "a b%c/d",
	    "fifteen chars!!" };
	struct label label;

	for (size_t i = 0; i < COUNT(labels); i++) {
		const struct de_volume volume = { .number = 7, .level = 3,
		    .date = 1700000000, .label = labels[i] };
		char text[4096] = "anything";
		volume_mark_format(&volume, 1600000000, text + 100);
		const size_t end = 100 + strlen(text + 100);
		text[end] = '\n';
		ck_assert(volume_mark_find((uint8_t *)text, sizeof(text),
		    &label));
		ck_assert_int_eq(label.date, 1700000000);
		ck_assert_int_eq(label.base_date, 1600000000);
		ck_assert_int_eq(label.level, 3);
		ck_assert_uint_eq(label.volume, 7);
		ck_assert_str_eq(label.label, labels[i]);
		ck_assert(label_is_of(&label, &volume));
		/* Cut off, or changed, it is none. */
		ck_assert(!volume_mark_find((uint8_t *)text, end, &label));
		for (size_t at = 100; at < end; at++) {
			text[at] ^= 1;
			ck_assert(!volume_mark_find((uint8_t *)text,
			    sizeof(text), &label));
			text[at] ^= 1;
		}
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		volume_comes_back_in_any_parts,
		any_byte_is_found_with_a_table_and_without_room_there_is_none,
		loss_on_the_medium_costs_its_frames,
		flipped_bit_costs_one_frame,
		mutated_volume_gives_nothing_wrong,
		search_for_a_frame_ends,
		mutated_marks_are_refused,
		mark_says_what_volume_it_is,
	};
	return unit_run("filter_zstd", tests, COUNT(tests));
}
