/* SPDX-License-Identifier: BSD-3-Clause */
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plugins/filter-age/base64.h"
#include "plugins/filter-age/bech32.h"
#include "plugins/filter-age/header.h"
#include "plugins/filter-age/payload.h"
#include "tests/unit/unit.h"

#include "dumpengine/plugin.h"

/* Three keys made by age-keygen for this test. */
#define RECIPIENT_1 \
	"age1lawpgqzaypd7tfwydwgj32kqql2fg9tg70evqzv5pfv5py87rylqclwdeg"
#define RECIPIENT_2 \
	"age1qhuwny2gfn52n4mr55fufzzmfzftgk4ytgkn0yegat6fw0sjk9aqswlxnk"
#define IDENTITY_1 "AGE-SECRET-KEY-" \
	"14GYL6MENZSF5Y82RS4U3DTCNHXHJ6LVWR3S9T2QHLEEK4KEMP97QEA8E6C"
#define IDENTITY_2 "AGE-SECRET-KEY-" \
	"1U38P5QRPJAW5DKTT5TUGPDUK30Z0N4LEVHQC2AFMKJM5W9C8XR4QA5JYSL"
#define IDENTITY_3 "AGE-SECRET-KEY-" \
	"16Z6NEXES6EM6JA8JTV0C65PJ3WU3EM5SCDP64QMFEWDPDUZVFXRS5JUKU0"

#define MARK "dumpengine-volume 1 1600000000 0 0 1 here 01234567"
#define PLAIN_MAX ((size_t)5 << 20)
#define CODED_MAX (PLAIN_MAX + ((size_t)1 << 20))

/* ------------------------------------------------------------ the fake host */

/* The options that are set, and what was reported last. */
static struct {
	const char *recipients[2];
	size_t count;
	const char *recipients_file, *passphrase_file, *identity;
	char report[1024];
	enum de_severity severity;
	unsigned int reports;
} now;

static void
take_report(const struct de_host *host, enum de_severity severity,
    const char *format, ...)
{
	va_list args;

	(void)host;
	va_start(args, format);
	vsnprintf(now.report, sizeof(now.report), format, args);
	va_end(args);
	now.severity = severity;
	now.reports++;
}

static const char *
get_string(const struct de_host *host, const char *key)
{
	(void)host;
	if (strcmp(key, "recipients_file") == 0)
		return now.recipients_file;
	if (strcmp(key, "passphrase_file") == 0)
		return now.passphrase_file;
	ck_assert_str_eq(key, "identity");
	return now.identity;
}

static int64_t
get_integer(const struct de_host *host, const char *key)
{
	(void)host;
	return strcmp(key, "work_factor") == 0 ? 10 : 0;
}

static size_t
get_strings(const struct de_host *host, const char *key,
    const char *const **items)
{
	(void)host;
	ck_assert_str_eq(key, "recipients");
	*items = now.recipients;
	return now.count;
}

static bool
is_set(const struct de_host *host, const char *key)
{
	return strcmp(key, "recipients") == 0 ? now.count > 0 :
	    get_string(host, key) != NULL;
}

static bool
cancelled(const struct de_host *host)
{
	(void)host;
	return false;
}

static const struct de_host host = {
	.struct_size = sizeof(host),
	.report = take_report,
	.get_string = get_string,
	.get_integer = get_integer,
	.get_strings = get_strings,
	.is_set = is_set,
	.cancelled = cancelled,
};

static void
assert_report(const char *part)
{
	ck_assert_msg(strstr(now.report, part) != NULL,
	    "reported \"%s\", expected \"%s\"", now.report, part);
}

/* ------------------------------------------------------------------- files */

static char folder[] = "/tmp/filter_age.XXXXXX";
static char names[4][64];
static unsigned int files;

static void
begin(void)
{
	memset(&now, 0, sizeof(now));
	memcpy(folder, "/tmp/filter_age.XXXXXX", sizeof(folder));
	ck_assert_ptr_nonnull(mkdtemp(folder));
	files = 0;
}

static void
end(void)
{
	while (files > 0)
		unlink(names[--files]);
	rmdir(folder);
}

static const char *
make_file(const char *text)
{
	char *name = names[files];

	snprintf(name, sizeof(names[0]), "%s/%u", folder, files++);
	FILE *f = fopen(name, "w");
	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
	return name;
}

/* ------------------------------------------------------- writing and reading */

static uint8_t plain[PLAIN_MAX], coded[CODED_MAX], back[PLAIN_MAX];
static size_t plain_length, coded_length, back_length, head_length;

static const struct de_filter *
filter(void)
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

static enum de_status
put(void *arg, const void *bytes, size_t length)
{
	(void)arg;
	ck_assert_uint_le(coded_length + length, sizeof(coded));
	memcpy(coded + coded_length, bytes, length);
	coded_length += length;
	return DE_OK;
}

static void
encode(void *self, const struct de_filter_plan *plan, uint64_t number,
    size_t length, bool is_last)
{
	const struct de_filter_piece piece = {
		sizeof(piece), number, plain + number * plan->piece, length,
		is_last
	};
	size_t n;

	ck_assert_int_eq(filter()->encode(self, &piece, coded + coded_length,
	    &n), DE_OK);
	ck_assert_uint_le(n, plan->room);
	coded_length += n;
}

static enum de_status
begin_volume(void *self, struct de_filter_plan *plan)
{
	const struct de_filter_volume volume = { sizeof(volume), NULL, MARK };

	coded_length = 0;
	*plan = (struct de_filter_plan){ .struct_size = sizeof(*plan) };
	return filter()->begin_volume(self, &volume, plan, put, NULL);
}

/* Make a volume of that many bytes, with the options that are set. */
static void
write_volume(size_t length)
{
	struct de_filter_plan plan;
	void *self = make();
	uint64_t number = 0;

	for (size_t i = 0; i < length; i++)
		plain[i] = (uint8_t)(i * 2654435761u >> 13);
	plain_length = length;
	ck_assert_msg(begin_volume(self, &plan) == DE_OK, "%s", now.report);
	head_length = coded_length;
	for (; length > plan.piece; length -= plan.piece)
		encode(self, &plan, number++, plan.piece, false);
	encode(self, &plan, number, length, true);
	ck_assert_int_eq(filter()->end_volume(self, DE_CLOSE_COMPLETE, 0, put,
	    NULL), DE_OK);
	filter()->end_volume(self, DE_CLOSE_DISCARD, 0, put, NULL);
	de_plugin_entry()->destroy(self);
}

/* A medium that holds `coded`. */
struct medium {
	size_t at, step;
	size_t lost_at, lost;		/* bytes that cannot be read, */
	bool is_lost_unknown;		/*   and it is not known how many */
};

static enum de_status
medium_read(void *arg, void *buffer, size_t room, size_t *length)
{
	struct medium *m = arg;
	size_t end = coded_length;

	if (m->lost > 0 && m->at >= m->lost_at &&
	    m->at < m->lost_at + m->lost) {
		const size_t n = m->lost_at + m->lost - m->at;
		m->at += n;
		*length = m->is_lost_unknown ? 0 : n;
		return DE_LOST;
	}
	if (m->lost > 0 && m->at < m->lost_at)
		end = m->lost_at;
	*length = end - m->at;
	if (*length > room)
		*length = room;
	if (*length > m->step)
		*length = m->step;
	if (*length == 0)
		return DE_NO_MORE;
	memcpy(buffer, coded + m->at, *length);
	m->at += *length;
	return DE_OK;
}

static enum de_status
medium_go_to(void *arg, uint64_t offset)
{
	struct medium *m = arg;

	m->at = offset < coded_length ? (size_t)offset : coded_length;
	return DE_OK;
}

static struct de_filter_input
input_of(struct medium *m, bool seeks)
{
	return (struct de_filter_input){
		sizeof(struct de_filter_input), m, medium_read,
		seeks ? medium_go_to : NULL, seeks ? coded_length : 0, "TAPE"
	};
}

/*
 * Read all of it to `back`, with zeros for what is lost.  Returns how it ended;
 * *losses counts what was lost.
 */
static enum de_status
read_all(void *self, unsigned int *losses)
{
	enum de_status status;
	size_t n;

	back_length = 0;
	*losses = 0;
	while ((status = filter()->read(self, back + back_length,
	    sizeof(back) - back_length, &n)) == DE_OK || status == DE_LOST) {
		ck_assert_uint_le(back_length + n, sizeof(back));
		if (status == DE_LOST) {
			memset(back + back_length, 0, n);
			++*losses;
		}
		back_length += n;
	}
	return status;
}

/* Open, read and close.  DE_FAILED: it was not opened, or not read to the end. */
static enum de_status
read_medium(struct medium *m, bool seeks, unsigned int *losses)
{
	const struct de_filter_input input = input_of(m, seeks);
	struct de_filter_reading reading = { .struct_size = sizeof(reading) };
	void *self = make();
	enum de_status status;

	back_length = 0;
	*losses = 0;
	now.report[0] = '\0';
	status = filter()->open_reading(self, &input, &reading);
	if (status == DE_OK) {
		ck_assert_uint_eq(reading.properties,
		    seeks ? DE_FILTER_SEEKS : 0);
		status = read_all(self, losses);
		filter()->close_reading(self);
	}
	de_plugin_entry()->destroy(self);
	return status;
}

static enum de_status
read_volume(unsigned int *losses)
{
	struct medium m = { .step = 10240 };

	return read_medium(&m, false, losses);
}

/* Everything is there. */
static void
assert_whole(void)
{
	unsigned int losses;

	ck_assert_msg(read_volume(&losses) == DE_NO_MORE, "%s", now.report);
	ck_assert_uint_eq(losses, 0);
	ck_assert_uint_eq(back_length, plain_length);
	ck_assert_mem_eq(back, plain, plain_length);
}

static void
assert_refused(const char *why)
{
	unsigned int losses;

	ck_assert_int_eq(read_volume(&losses), DE_FAILED);
	ck_assert_uint_eq(back_length, 0);
	assert_report(why);
}

/* What was given is what was written, or zeros where that was lost. */
static void
assert_genuine(void)
{
	for (size_t at = 0; at < back_length && at < plain_length;
	    at += PAYLOAD_CHUNK) {
		static const uint8_t zeros[PAYLOAD_CHUNK];
		size_t n = plain_length - at;
		if (n > PAYLOAD_CHUNK)
			n = PAYLOAD_CHUNK;
		if (n > back_length - at)
			n = back_length - at;
		ck_assert(memcmp(back + at, plain + at, n) == 0 ||
		    memcmp(back + at, zeros, n) == 0);
	}
	/* A loss may seem to be of a whole chunk. */
	ck_assert_uint_lt(back_length, plain_length + PAYLOAD_CHUNK);
}

static void
use_keys(void)
{
	now.recipients[0] = RECIPIENT_1;
	now.count = 1;
	now.identity = make_file(IDENTITY_1 "\n");
}

/* ------------------------------------------------------------------ the text */

START_TEST(bech32_takes_exactly_what_is_right)
{
	static const char good[] = RECIPIENT_1;
	uint8_t bytes[BECH32_BYTES];
	char text[sizeof(good)];

	ck_assert(bech32_decode(good, sizeof(good) - 1, "age", bytes));
	ck_assert(bech32_decode(IDENTITY_1, strlen(IDENTITY_1),
	    "AGE-SECRET-KEY-", bytes));
	ck_assert(!bech32_decode(good, sizeof(good) - 2, "age", bytes));
	ck_assert(!bech32_decode(good, sizeof(good) - 1, "AGE", bytes));
	ck_assert(!bech32_decode("", 0, "age", bytes));
	for (size_t i = 0; i < sizeof(good) - 1; i++)
		for (int c = 1; c < 256; c++) {
			memcpy(text, good, sizeof(good));
			text[i] = (char)c;
			ck_assert(bech32_decode(text, sizeof(good) - 1, "age",
			    bytes) == (text[i] == good[i]));
		}
}
END_TEST

START_TEST(base64_has_one_text_for_each_meaning)
{
	static const char *const bad[] = {
		"A", "AB", "AAB", "AA=", "AA==", "A A", "AAAAA", "AA\nA", "-_-_"
	};
	uint8_t bytes[32], again[32];
	char text[64];
	size_t count;

	for (size_t n = 0; n <= sizeof(bytes); n++) {
		for (size_t i = 0; i < n; i++)
			bytes[i] = (uint8_t)(i * 101 + n);
		base64_encode(bytes, n, text);
		ck_assert(base64_decode(text, BASE64_LENGTH(n), again,
		    &count));
		ck_assert_uint_eq(count, n);
		ck_assert_mem_eq(again, bytes, n);
	}
	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_msg(!base64_decode(bad[i], strlen(bad[i]), again,
		    &count), "\"%s\" was taken", bad[i]);
}
END_TEST

#define FIRST "age-encryption.org/v1\n"
#define MAC "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define LINE "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

START_TEST(a_header_is_exactly_so_or_refused)
{
	static const char *const good[] = {
		FIRST "-> a\n\n" MAC,
		FIRST "-> a b !~\nAAAA\n-> c\n" LINE "\n\n" MAC,
		FIRST "-> a\n" LINE "\n" LINE "\n" LINE "\nAA\n" MAC,
		FIRST "-> a 1 2 3 4 5 6 7 8\n\n" MAC,
	};
	static const char *const bad[] = {
		FIRST,
		FIRST MAC,
		FIRST "-> a\n" MAC,
		FIRST "-> a\n" LINE "\n" MAC,
		FIRST "-> a\n" LINE "A\n\n" MAC,
		FIRST "-> a\nAB\n" MAC,
		FIRST "-> a\nAA==\n" MAC,
		FIRST "-> a\nAAA A\n" MAC,
		FIRST "-> a\nAAAA\r\n" MAC,
		FIRST "-> \n\n" MAC,
		FIRST "->\n\n" MAC,
		FIRST "->a\n\n" MAC,
		FIRST "-- a\n\n" MAC,
		FIRST "-> a  b\n\n" MAC,
		FIRST "->  a\n\n" MAC,
		FIRST "-> a \n\n" MAC,
		FIRST "-> a\tb\n\n" MAC,
		FIRST "-> \303\244\n\n" MAC,
		FIRST "-> a\n\n\n" MAC,
		FIRST "-> a\n\n---AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
		FIRST "-> a\n\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
		FIRST "-> a\n\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB\n",
		FIRST "-> a\n\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
		FIRST "-> a\n\n--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA \n",
		FIRST "-> a\n\n---  AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n",
		FIRST "-> a\n\n---\n",
		"age-encryption.org/v2\n-> a\n\n" MAC,
		"age-encryption.org/v1\r\n-> a\n\n" MAC,
	};
	struct header h;

	for (size_t i = 0; i < COUNT(good); i++)
		ck_assert_msg(header_length(good[i], strlen(good[i])) ==
		    strlen(good[i]) && header_parse(&h, good[i],
		    strlen(good[i])), "refused:\n%s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		ck_assert_msg(!header_parse(&h, bad[i], strlen(bad[i])),
		    "taken:\n%s", bad[i]);
}
END_TEST

/* Copies without room behind them, for sanitizers. */
START_TEST(a_mutated_header_does_no_harm)
{
	unsigned int seed = 1, parsed = 0;

	begin();
	use_keys();
	write_volume(10);
	for (unsigned int i = 0; i < 20000; i++) {
		const size_t length = (size_t)rand_r(&seed) % 4 == 0 ?
		    (size_t)rand_r(&seed) % head_length : head_length;
		uint8_t *copy = malloc(length + 1);
		ck_assert_ptr_nonnull(copy);
		memcpy(copy, coded, length);
		for (int n = rand_r(&seed) % 4; n >= 0 && length > 0; n--)
			copy[(size_t)rand_r(&seed) % length] =
			    (uint8_t)"-> \nAX25519\0~"[rand_r(&seed) % 13];
		copy = realloc(copy, length == 0 ? 1 : length);
		struct header h;
		struct stanza s;
		const size_t n = header_length(copy, length);
		ck_assert_uint_le(n, length);
		if (n > 0 && header_parse(&h, copy, n)) {
			size_t at = h.first;
			while (header_next(&h, &at, &s))
				parsed++;
		}
		free(copy);
	}
	ck_assert_uint_gt(parsed, 0);
	end();
}
END_TEST

/* ---------------------------------------------------------- as age(1) has it */

static size_t
decode_text(const char *text, uint8_t *to)
{
	uint8_t line[64];
	size_t total = 0, n;

	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		ck_assert(base64_decode(text, length, line, &n));
		memcpy(to + total, line, n);
		total += n;
		text += length + 1;
	}
	return total;
}

/* Both were made by age 1.1.1 of Debian. */
START_TEST(what_age_has_written_is_read)
{
	begin();
	now.identity = make_file("# one of these\n\n" IDENTITY_3 "\r\n  "
	    IDENTITY_1);
	coded_length = decode_text(
	    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IFgyNTUxOSBLL0h6am92ZWUva1dI\n"
	    "UzdneGduKzBzRzlpT0dNb0M2ZUQyaDZFRm90TWpJCkUyTFgxMzRMSG45ZzJa\n"
	    "L1BaWXdiLzFZdllQMDRQWnlwNWtBYXIxTFVWM28KLS0tIFg2RDdYWkZub2lP\n"
	    "Smg0WW1PaUMvK1FXditSZ2crUWp6S0U3M2U3Y0JDU3MKm0lPcFioOu96bJBS\n"
	    "SFOAhBYnNiDwdJtG6FHkazki/lrl88ihKABI\n", coded);
	memcpy(plain, "a dump\n", 7);
	plain_length = 7;
	assert_whole();
	now.identity = make_file("correct horse\nand more\n");
	coded_length = decode_text(
	    "YWdlLWVuY3J5cHRpb24ub3JnL3YxCi0+IHNjcnlwdCByTFV6MVJkYTVucUJI\n"
	    "LzNWMHZBQ1RRIDE4CnJXSno1NmpLQlFHRE5XcG9jMVJVZGV0Q2lNWlN2NmFu\n"
	    "RHprMlZaNWMrVDAKLS0tIC9uUmtrNWdKeVFLdkU0Qm5EVmx1dU9iUG0xYTNM\n"
	    "ZVZEb2FwdzdyN2pWMGcK6876qpzr55RQkT+2QmMIlgB83YbRUeZcuGl+Dr1z\n"
	    "T0TZlq0xc19K\n", coded);
	assert_whole();
	end();
}
END_TEST

static size_t
load(const char *name, uint8_t *bytes, size_t room)
{
	FILE *f = fopen(name, "r");

	ck_assert_ptr_nonnull(f);
	const size_t n = fread(bytes, 1, room, f);
	fclose(f);
	return n;
}

static void
store(const char *name, const uint8_t *bytes, size_t length)
{
	FILE *f = fopen(name, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, length, f), length);
	fclose(f);
}

START_TEST(age_reads_what_was_written_and_the_other_way_round)
{
	static const size_t sizes[] = {
		1, PAYLOAD_CHUNK, PAYLOAD_CHUNK + 1, 1 << 20, 3000000
	};

	if (system("age --version >/dev/null 2>&1") != 0)
		return;
	begin();
	use_keys();
	now.recipients[now.count++] = RECIPIENT_2;
	const char *volume = make_file("");
	const char *text = make_file("");
	setenv("KEY", now.identity, 1);
	setenv("VOLUME", volume, 1);
	setenv("PLAIN", text, 1);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		write_volume(sizes[i]);
		store(volume, coded, coded_length);
		ck_assert_int_eq(system("age -d -i \"$KEY\" -o \"$PLAIN\" "
		    "\"$VOLUME\""), 0);
		ck_assert_uint_eq(load(text, back, sizeof(back)),
		    plain_length);
		ck_assert_mem_eq(back, plain, plain_length);
		ck_assert_int_eq(system("age -r " RECIPIENT_2 " -r "
		    RECIPIENT_1 " -o \"$VOLUME\" \"$PLAIN\""), 0);
		coded_length = load(volume, coded, sizeof(coded));
		assert_whole();
	}
	end();
}
END_TEST

START_TEST(volumes_of_all_sizes_come_back)
{
	static const size_t sizes[] = {
		1, 1024, PAYLOAD_CHUNK - 1, PAYLOAD_CHUNK, PAYLOAD_CHUNK + 1,
		1 << 20, (1 << 20) + 1, (2 << 20) - 1, 2 << 20, 3000000
	};

	begin();
	now.recipients[0] = RECIPIENT_1;
	now.recipients[1] = RECIPIENT_2;
	now.count = 2;
	const char *one = make_file(IDENTITY_1);
	const char *two = make_file(IDENTITY_3 "\n" IDENTITY_2);
	for (size_t i = 0; i < COUNT(sizes); i++) {
		write_volume(sizes[i]);
		ck_assert_ptr_nonnull(memmem(coded, 1024 < coded_length ?
		    1024 : coded_length, "-> " MARK "\n\n",
		    strlen(MARK) + 5));
		now.identity = i % 2 == 0 ? one : two;
		assert_whole();
	}
	ck_assert_uint_eq(now.reports, 0);
	end();
}
END_TEST

START_TEST(a_passphrase_opens_its_volumes)
{
	begin();
	now.passphrase_file = make_file("open sesame\n");
	write_volume(70000);
	ck_assert_ptr_null(memmem(coded, head_length, "X25519", 6));
	assert_whole();
	now.passphrase_file = NULL;
	assert_refused("TAPE: it is encrypted by a passphrase; give --key");
	now.identity = make_file("open sesame");
	assert_whole();
	now.identity = make_file("open barley\n");
	assert_refused("the passphrase in ");
	now.identity = make_file("\nopen sesame\n");
	assert_refused("its first line, which should be the passphrase, is "
	    "empty");
	end();
}
END_TEST

START_TEST(each_volume_has_a_key_of_its_own)
{
	struct de_filter_plan plan;
	uint8_t first[4096];

	begin();
	use_keys();
	void *self = make();
	ck_assert_int_eq(begin_volume(self, &plan), DE_OK);
	coded_length = 0;
	encode(self, &plan, 0, 4096, true);
	memcpy(first, coded, sizeof(first));
	ck_assert_int_eq(begin_volume(self, &plan), DE_OK);
	coded_length = 0;
	encode(self, &plan, 0, 4096, true);
	ck_assert_mem_ne(first, coded, sizeof(first));
	/* Within one volume it depends on the piece alone. */
	memcpy(first, coded, sizeof(first));
	coded_length = 0;
	encode(self, &plan, 0, 4096, true);
	ck_assert_mem_eq(first, coded, sizeof(first));
	de_plugin_entry()->destroy(self);
	end();
}
END_TEST

/* ------------------------------------------------------------------- damage */

START_TEST(a_flipped_bit_in_the_header_refuses_the_volume)
{
	begin();
	use_keys();
	write_volume(70000);
	for (size_t at = 0; at + PAYLOAD_NONCE < head_length; at++) {
		coded[at] ^= (uint8_t)(1u << at % 8);
		assert_refused("TAPE: ");
		coded[at] ^= (uint8_t)(1u << at % 8);
	}
	assert_whole();
	end();
}
END_TEST

START_TEST(a_flipped_bit_is_refused_at_500_places)
{
	unsigned int losses;

	begin();
	use_keys();
	write_volume(4 * PAYLOAD_CHUNK + 5000);
	for (size_t i = 0; i < 500; i++) {
		const size_t at = head_length - PAYLOAD_NONCE + i *
		    (coded_length - head_length + PAYLOAD_NONCE - 1) / 499;
		coded[at] ^= (uint8_t)(1u << i % 8);
		ck_assert_int_eq(read_volume(&losses), DE_NO_MORE);
		ck_assert_uint_eq(losses, at < head_length ? 5 : 1);
		ck_assert_uint_eq(back_length, plain_length);
		ck_assert(memcmp(back, plain, plain_length) != 0);
		assert_genuine();
		assert_report(at < head_length ? "altered or damaged" :
		    (at - head_length) / PAYLOAD_SEALED < 4 ?
		    "is altered or damaged" :
		    "its end, from byte ");
		coded[at] ^= (uint8_t)(1u << i % 8);
	}
	assert_whole();
	end();
}
END_TEST

START_TEST(a_volume_that_is_cut_off_is_told)
{
	unsigned int losses;

	begin();
	use_keys();
	write_volume(3 * PAYLOAD_CHUNK);
	const size_t whole = coded_length;
	for (size_t chunks = 0; chunks < 3; chunks++) {
		coded_length = head_length + chunks * PAYLOAD_SEALED;
		ck_assert_int_eq(read_volume(&losses), DE_NO_MORE);
		assert_report("TAPE: it is cut off at byte ");
		ck_assert_uint_eq(losses, 1);
		ck_assert_uint_eq(back_length, chunks * PAYLOAD_CHUNK);
		assert_genuine();
		coded_length += 1000;
		ck_assert_int_eq(read_volume(&losses), DE_NO_MORE);
		assert_report("is cut off, altered or damaged");
		assert_genuine();
	}
	for (size_t n = 0; n < head_length; n += n < 100 ? 1 : 7) {
		coded_length = n;
		assert_refused(" cut off");
	}
	coded_length = whole;
	assert_whole();
	end();
}
END_TEST

START_TEST(what_follows_the_end_is_not_given)
{
	unsigned int losses;

	begin();
	use_keys();
	write_volume(2 * PAYLOAD_CHUNK);
	memset(coded + coded_length, 7, 20000);
	coded_length += 20000;
	ck_assert_int_eq(read_volume(&losses), DE_NO_MORE);
	assert_report("does not belong to it");
	ck_assert_int_eq(now.severity, DE_WARNING);
	ck_assert_uint_eq(back_length, plain_length);
	ck_assert_mem_eq(back, plain, plain_length);
	write_volume(2 * PAYLOAD_CHUNK - 1);
	memset(coded + coded_length, 7, 20000);
	coded_length += 20000;
	ck_assert_int_eq(read_volume(&losses), DE_NO_MORE);
	ck_assert_uint_eq(losses, 2);
	assert_report("is altered or damaged");
	end();
}
END_TEST

static void
swap_chunks(size_t one, size_t other)
{
	static uint8_t copy[PAYLOAD_SEALED];
	uint8_t *a = coded + head_length + one * PAYLOAD_SEALED;
	uint8_t *b = coded + head_length + other * PAYLOAD_SEALED;

	memcpy(copy, a, sizeof(copy));
	memcpy(a, b, sizeof(copy));
	memcpy(b, copy, sizeof(copy));
}

START_TEST(a_volume_that_is_out_of_order_is_told)
{
	unsigned int losses;

	begin();
	use_keys();
	write_volume(6 * PAYLOAD_CHUNK + 1);
	swap_chunks(1, 4);
	ck_assert_int_eq(read_volume(&losses), DE_NO_MORE);
	ck_assert_uint_eq(losses, 2);
	assert_report("the volume is out of order");
	assert_genuine();
	swap_chunks(1, 4);
	/* One that is missing, so that all others come too early. */
	memmove(coded + head_length, coded + head_length + PAYLOAD_SEALED,
	    coded_length - head_length - PAYLOAD_SEALED);
	coded_length -= PAYLOAD_SEALED;
	ck_assert_int_eq(read_volume(&losses), DE_NO_MORE);
	ck_assert_uint_eq(losses, 6);
	assert_report("the volume is out of order");
	/* Of another volume, with a key of its own. */
	write_volume(2 * PAYLOAD_CHUNK);
	memcpy(plain, coded, coded_length);
	write_volume(2 * PAYLOAD_CHUNK + 1);
	memcpy(coded + head_length, plain + head_length, PAYLOAD_SEALED);
	write_volume(1);
	end();
}
END_TEST

START_TEST(what_the_medium_loses_costs_its_chunks)
{
	unsigned int losses;
	struct medium m;

	begin();
	use_keys();
	write_volume(7 * PAYLOAD_CHUNK + 100);
	for (unsigned int i = 0; i < 60; i++) {
		const bool seeks = i % 2 == 0;
		m = (struct medium){ .step = 4096 + i,
		    .lost_at = head_length + i * 7001, .lost = 1 + i * 3001 };
		if (m.lost_at + m.lost > coded_length)
			m.lost = coded_length - m.lost_at;
		ck_assert_int_eq(read_medium(&m, seeks, &losses), DE_NO_MORE);
		ck_assert_uint_ge(losses, 1);
		assert_genuine();
		ck_assert_str_eq(now.report, "");
		if (m.lost_at + m.lost + PAYLOAD_SEALED < coded_length)
			ck_assert_uint_eq(back_length, plain_length);
	}
	/* Of unknown length. */
	m = (struct medium){ .step = 10240, .lost_at = head_length + 100000,
	    .lost = 90000, .is_lost_unknown = true };
	ck_assert_int_eq(read_medium(&m, false, &losses), DE_FAILED);
	assert_report("as it is not known how much is missing there");
	m.at = 0;
	ck_assert_int_eq(read_medium(&m, true, &losses), DE_NO_MORE);
	ck_assert_uint_eq(losses, 2);
	ck_assert_uint_eq(back_length, plain_length);
	assert_genuine();
	/* In the header. */
	m = (struct medium){ .step = 50, .lost_at = 60, .lost = 10 };
	ck_assert_int_eq(read_medium(&m, true, &losses), DE_FAILED);
	assert_report("its age header cannot be read");
	end();
}
END_TEST

START_TEST(any_byte_is_found_by_seeking)
{
	struct medium m = { .step = 65536 };
	struct de_filter_reading reading = { .struct_size = sizeof(reading) };
	unsigned int seed = 7;
	uint8_t part[5000];
	size_t n;

	begin();
	use_keys();
	write_volume(9 * PAYLOAD_CHUNK + 77);
	const struct de_filter_input input = input_of(&m, true);
	void *self = make();
	ck_assert_int_eq(filter()->open_reading(self, &input, &reading),
	    DE_OK);
	ck_assert_uint_eq(reading.size, plain_length);
	for (int i = 0; i < 300; i++) {
		const size_t at = (size_t)rand_r(&seed) % plain_length;
		ck_assert_int_eq(filter()->go_to(self, at), DE_OK);
		ck_assert_int_eq(filter()->read(self, part, sizeof(part), &n),
		    DE_OK);
		ck_assert_mem_eq(part, plain + at, n);
	}
	for (uint64_t at = plain_length; at != 0; at = at << 3 | 5) {
		ck_assert_int_eq(filter()->go_to(self, at), DE_OK);
		ck_assert_int_eq(filter()->read(self, part, sizeof(part), &n),
		    DE_NO_MORE);
		if (at > UINT64_MAX / 8)
			break;
	}
	ck_assert_int_eq(filter()->go_to(self, 0), DE_OK);
	unsigned int losses;
	ck_assert_int_eq(read_all(self, &losses), DE_NO_MORE);
	ck_assert_mem_eq(back, plain, plain_length);
	filter()->close_reading(self);
	de_plugin_entry()->destroy(self);
	end();
}
END_TEST

/* --------------------------------------------------------------------- keys */

START_TEST(without_the_right_key_it_is_told_why)
{
	begin();
	use_keys();
	write_volume(1000);
	now.identity = NULL;
	assert_refused("TAPE: it is encrypted, and 1 key can open it; give one "
	    "with --key FILE");
	now.identity = make_file(IDENTITY_2 "\n" IDENTITY_3 "\n");
	assert_refused("opens it: it is encrypted for others");
	now.identity = make_file("# nothing\n");
	assert_refused("there is no secret key in it");
	now.identity = make_file(RECIPIENT_1 "\n");
	assert_refused(":1: not a secret key");
	files--;
	now.identity = make_file("-----BEGIN OPENSSH PRIVATE KEY-----\n");
	assert_refused("or an SSH key");
	now.identity = "/nonexistent";
	assert_refused("identity: /nonexistent: No such file");
	end();
}
END_TEST

static void
put_header(const char *stanzas)
{
	coded_length = (size_t)snprintf((char *)coded, sizeof(coded),
	    FIRST "%s" MAC "%1000s", stanzas, "");
}

#define BODY "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
#define SALT "AAAAAAAAAAAAAAAAAAAAAA"

START_TEST(hostile_stanzas_are_refused)
{
	static const char *const bad[] = {
		"-> scrypt " SALT " 0\n" BODY,
		"-> scrypt " SALT " 010\n" BODY,
		"-> scrypt " SALT " +9\n" BODY,
		"-> scrypt " SALT " 0x9\n" BODY,
		"-> scrypt " SALT " 9a\n" BODY,
		"-> scrypt " SALT " 4294967297\n" BODY,
		"-> scrypt " SALT "\n" BODY,
		"-> scrypt " SALT " 9 9\n" BODY,
		"-> scrypt " SALT "A 9\n" BODY,
		"-> scrypt AAAAAAAAAAAAAAAAAAAAAB 9\n" BODY,
		"-> scrypt " SALT " 9\nAAAA\n",
		"-> scrypt " SALT " 9\n" BODY "-> a\n\n",
		"-> scrypt " SALT " 9\n" BODY "-> scrypt " SALT " 9\n" BODY,
	};

	begin();
	now.passphrase_file = make_file("open sesame\n");
	for (size_t i = 0; i < COUNT(bad); i++) {
		put_header(bad[i]);
		assert_refused("TAPE: its age header is malformed");
	}
	put_header("-> scrypt " SALT " 21\n" BODY);
	assert_refused("needs a work factor of 21; at most 20");
	put_header("-> scrypt " SALT " 9\n" BODY);
	assert_refused("is wrong, or the header of the volume has been");
	put_header("-> ssh-rsa AAAA\n" LINE "\n\n-> b\n\n");
	assert_refused("such as \"ssh-rsa\"");
	now.identity = make_file(IDENTITY_1);
	/* A share that gives all zeros, whatever the key. */
	put_header("-> X25519 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
	    BODY);
	assert_refused("TAPE: its age header is malformed");
	put_header("-> X25519 AAAA\n" BODY);
	assert_refused("TAPE: its age header is malformed");
	put_header("-> X25519 A A\n" BODY);
	assert_refused("TAPE: its age header is malformed");
	memset(coded + sizeof(FIRST) - 1, 'A', 100000);
	coded_length = 100000;
	assert_refused("longer than 64 KiB");
	end();
}
END_TEST

/* No volume is begun with these options. */
static void
assert_not_begun(const char *why)
{
	struct de_filter_plan plan;
	void *self = make();

	ck_assert_int_eq(filter()->check(self), DE_FAILED);
	assert_report(why);
	ck_assert_int_eq(begin_volume(self, &plan), DE_FAILED);
	assert_report(why);
	ck_assert_uint_eq(coded_length, 0);
	de_plugin_entry()->destroy(self);
}

START_TEST(recipients_must_be_public_keys)
{
	begin();
	assert_not_begun("nobody could decrypt");
	now.count = 1;
	now.recipients[0] = IDENTITY_1;
	assert_not_begun("recipients: element 1: this is a secret key");
	ck_assert_ptr_null(strstr(now.report, "14GYL6"));
	now.recipients[0] = "ssh-ed25519 AAAA";
	assert_not_begun("SSH keys are not supported");
	now.recipients[0] = "age1lawpg";
	assert_not_begun("not a public key");
	now.count = 0;
	now.recipients_file = make_file("# a\n" RECIPIENT_1 "\nage1\n");
	assert_not_begun(":3: not a public key");
	now.recipients_file = make_file("# a\n");
	assert_not_begun("has no public key");
	now.recipients_file = make_file(RECIPIENT_1 "\n");
	ck_assert_int_eq(chmod(now.recipients_file, 0666), 0);
	assert_not_begun("others can write to it");
	ck_assert_int_eq(chmod(now.recipients_file, 0644), 0);
	now.identity = make_file(IDENTITY_1);
	write_volume(100);
	assert_whole();
	now.passphrase_file = now.identity;
	assert_not_begun("cannot have recipients as well");
	now.recipients_file = NULL;
	now.passphrase_file = "/dev/null";
	assert_not_begun("passphrase_file: /dev/null: ");
	end();
}
END_TEST

static void
write_pipe(int to, const char *text)
{
	ck_assert_int_eq(write(to, text, strlen(text)), (ssize_t)strlen(text));
}

/* It is read for each volume, by whatever process writes it. */
START_TEST(a_descriptor_can_be_read_again)
{
	char name[32];
	int ends[2];

	begin();
	ck_assert_int_eq(pipe(ends), 0);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	now.passphrase_file = name;
	write_pipe(ends[1], "open ");
	write_pipe(ends[1], "sesame\n");
	write_volume(100);
	assert_whole();
	close(ends[1]);
	write_volume(200);
	assert_whole();
	close(ends[0]);
	ck_assert_int_eq(pipe(ends), 0);
	write_pipe(ends[1], "open sesame");
	close(ends[1]);
	snprintf(name, sizeof(name), "/dev/fd/%d", ends[0]);
	assert_whole();
	write_volume(300);
	close(ends[0]);
	FILE *file = tmpfile();
	ck_assert_ptr_nonnull(file);
	fputs("open sesame\n", file);
	fflush(file);
	snprintf(name, sizeof(name), "/dev/fd/%d", fileno(file));
	assert_whole();
	fclose(file);
	end();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		bech32_takes_exactly_what_is_right,
		base64_has_one_text_for_each_meaning,
		a_header_is_exactly_so_or_refused,
		a_mutated_header_does_no_harm,
		what_age_has_written_is_read,
		age_reads_what_was_written_and_the_other_way_round,
		volumes_of_all_sizes_come_back,
		a_passphrase_opens_its_volumes,
		each_volume_has_a_key_of_its_own,
		a_flipped_bit_in_the_header_refuses_the_volume,
		a_flipped_bit_is_refused_at_500_places,
		a_volume_that_is_cut_off_is_told,
		what_follows_the_end_is_not_given,
		a_volume_that_is_out_of_order_is_told,
		what_the_medium_loses_costs_its_chunks,
		any_byte_is_found_by_seeking,
		without_the_right_key_it_is_told_why,
		hostile_stanzas_are_refused,
		recipients_must_be_public_keys,
		a_descriptor_can_be_read_again,
	};

	return unit_run("filter-age", tests, COUNT(tests));
}
