/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_rmt.c - rmt's answers, the records they refer to, and targets
 */
#include <errno.h>

#include "plugins/out-rmt/canonical.h"
#include "plugins/out-rmt/protocol.h"
#include "plugins/out-rmt/target.h"
#include "plugins/out-rmt/window.h"

#include "unit.h"

/* ----------------------------------------------------------------- answers */

/* Feed it in pieces of `piece` bytes; returns the result. */
static enum answer_state
take(struct answer_parser *p, const char *text, size_t piece, size_t *used)
{
	const size_t length = strlen(text);
	enum answer_state state = ANSWER_BEGUN;
	size_t taken;

	for (*used = 0; state == ANSWER_BEGUN && *used < length;
	    *used += taken) {
		const size_t left = length - *used;
		state = answer_take(p, (const uint8_t *)text + *used,
		    left < piece ? left : piece, &taken);
		ck_assert_uint_le(taken, piece);
		ck_assert_uint_gt(taken, 0);
	}
	return state;
}

static void
is_answer(const char *text, int error, uint64_t number, const char *said)
{
	for (size_t piece = 1; piece <= strlen(text); piece++) {
		struct answer_parser p = { .in_text = false };
		size_t used;

		ck_assert_int_eq(take(&p, text, piece, &used), ANSWER_WHOLE);
		ck_assert_uint_eq(used, strlen(text));
		ck_assert_int_eq(p.answer.error, error);
		if (error == 0)
			ck_assert_uint_eq(p.answer.number, number);
		ck_assert_str_eq(p.answer.text, said);
	}
}

START_TEST(answers_in_pieces)
{
	is_answer("A0\n", 0, 0, "");
	is_answer("A65536\n", 0, 65536, "");
	is_answer("A999999999999999999\n", 0, 999999999999999999, "");
	is_answer("E28\nNo space left on device\n", 28, 0,
	    "No space left on device");
	is_answer("F5\nInput/output error\n", 5, 0, "Input/output error");
	is_answer("E13\n\n", 13, 0, "");
	/* Invalid error numbers. */
	is_answer("E0\nSuccess\n", EIO, 0, "Success");
	is_answer("E4096\nwhat\n", EIO, 0, "what");
	is_answer("E999999999999999999\nwhat\n", EIO, 0, "what");
	/* Nothing that could harm a terminal. */
	is_answer("E5\n\033[2J\177\200\n", 5, 0, "?[2J??");
}
END_TEST

START_TEST(answers_behind_each_other)
{
	const char *const text = "A1\nE5\nbad\nA2\n";
	struct answer_parser p = { .in_text = false };
	size_t used, all;

	ck_assert_int_eq(take(&p, text, 100, &used), ANSWER_WHOLE);
	ck_assert_uint_eq(p.answer.number, 1);
	all = used;
	ck_assert_int_eq(take(&p, text + all, 100, &used), ANSWER_WHOLE);
	ck_assert_int_eq(p.answer.error, 5);
	ck_assert_str_eq(p.answer.text, "bad");
	all += used;
	ck_assert_int_eq(take(&p, text + all, 100, &used), ANSWER_WHOLE);
	ck_assert_int_eq(p.answer.error, 0);
	ck_assert_uint_eq(p.answer.number, 2);
	ck_assert_str_eq(p.answer.text, "");
	ck_assert_uint_eq(all + used, strlen(text));
}
END_TEST

START_TEST(an_answer_without_its_end_is_none_yet)
{
	static const char *const texts[] = {
		"A", "A12", "E", "E5", "E5\n", "E5\nInput/output"
	};

	for (size_t i = 0; i < COUNT(texts); i++) {
		struct answer_parser p = { .in_text = false };
		size_t used;
		ck_assert_int_eq(take(&p, texts[i], 100, &used), ANSWER_BEGUN);
	}
}
END_TEST

START_TEST(what_is_no_answer)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{ "Segmentation fault\n", "Segmentation fault" },
		{ "bash: rmt: not found\n", "bash: rmt: not found" },
		{ "\n", "" },
		{ "A\n", "A" },
		{ "A-1\n", "A-1" },
		{ "A+1\n", "A+1" },
		{ "A 1\n", "A 1" },
		{ "A1 \n", "A1 " },
		{ "A0x10\n", "A0x10" },
		{ "A1\r\n", "A1?" },
		{ "A1000000000000000000\n", "A1000000000000000000" },
		{ "E\n", "E" },
		{ "Eeek\n", "Eeek" },
		{ "A99999999999999999999999999\n",
		  "A99999999999999999999999999" },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct answer_parser p = { .in_text = false };
		size_t used;
		ck_assert_int_eq(take(&p, cases[i].text, 100, &used),
		    ANSWER_BAD);
		ck_assert_str_eq(p.answer.text, cases[i].said);
		/* Byte by byte, less of it is shown. */
		p = (struct answer_parser){ .in_text = false };
		ck_assert_int_eq(take(&p, cases[i].text, 1, &used),
		    ANSWER_BAD);
		ck_assert_int_eq(strncmp(p.answer.text, cases[i].said,
		    strlen(p.answer.text)), 0);
	}
}
END_TEST

START_TEST(a_zero_is_no_answer)
{
	const uint8_t bytes[] = { 'A', 0, '1', '\n' };
	struct answer_parser p = { .in_text = false };
	size_t taken;

	ck_assert_int_eq(answer_take(&p, bytes, sizeof(bytes), &taken),
	    ANSWER_BAD);
	ck_assert_str_eq(p.answer.text, "A?1");
	p = (struct answer_parser){ .in_text = false };
	ck_assert_int_eq(answer_take(&p, bytes + 1, 3, &taken), ANSWER_BAD);
}
END_TEST

/* Of a long text the beginning is kept; an endless one is an error. */
START_TEST(texts_of_errors_of_every_length)
{
	static char text[6000];

	for (size_t length = 100; length < 5000; length += 7) {
		struct answer_parser p = { .in_text = false };
		const size_t kept = length < ANSWER_TEXT_BYTES - 1 ? length :
		    ANSWER_TEXT_BYTES - 1;
		size_t used;

		strcpy(text, "E5\n");
		memset(text + 3, 'x', length);
		strcpy(text + 3 + length, "\n");
		const enum answer_state state = take(&p, text, 97, &used);
		ck_assert_int_eq(state, length <= 4096 ? ANSWER_WHOLE :
		    ANSWER_BAD);
		ck_assert_uint_le(used, 3 + 4096 + 97);
		ck_assert_uint_eq(strlen(p.answer.text), kept);
	}
}
END_TEST

START_TEST(requests_as_both_servers_take_them)
{
	char to[REQUEST_BYTES], name[TARGET_FILE_MAX + 1];
	size_t length = request_open(to, "/dev/nst0", OPEN_WRITE);

	ck_assert_str_eq(to, "O/dev/nst0\n1 O_WRONLY\n");
	ck_assert_uint_eq(length, strlen(to));
	request_open(to, "a b", OPEN_CREATE);
	ck_assert_str_eq(to, "Oa b\n1 O_WRONLY|O_CREAT|O_TRUNC\n");
	request_open(to, "a", OPEN_READ);
	ck_assert_str_eq(to, "Oa\n0 O_RDONLY\n");
	memset(name, 'n', TARGET_FILE_MAX);
	name[TARGET_FILE_MAX] = '\0';
	length = request_open(to, name, OPEN_CREATE);
	ck_assert_uint_eq(length, strlen(to));
	ck_assert_uint_eq(length, 1 + TARGET_FILE_MAX + 1 +
	    strlen("1 O_WRONLY|O_CREAT|O_TRUNC\n"));
	request_write(to, 65536);
	ck_assert_str_eq(to, "W65536\n");
	request_read(to, 1024);
	ck_assert_str_eq(to, "R1024\n");
	request_tape(to, TAPE_BACK_RECORDS, 3);
	ck_assert_str_eq(to, "I4\n3\n");
	request_tape(to, TAPE_FILE_MARK, 1);
	ck_assert_str_eq(to, "I5\n1\n");
	request_tape(to, TAPE_REWIND, 1);
	ck_assert_str_eq(to, "I6\n1\n");
	ck_assert_uint_eq(request_close(to), strlen(to));
}
END_TEST

START_TEST(status_requests_of_both_kinds)
{
	char to[REQUEST_BYTES];

	ck_assert_uint_eq(request_status(to, true), 2);
	ck_assert_str_eq(to, "S\n");
	ck_assert_uint_eq(request_status(to, false), 1);
	ck_assert_str_eq(to, "S");
}
END_TEST

/* Words of `word` bytes: the type, four others, and two numbers of 32 bits. */
static size_t
status_of(uint8_t *to, size_t word, bool is_big, uint32_t type, uint32_t file)
{
	uint8_t *const number = to + 5 * word;

	memset(to, 0, STATUS_BYTES);
	for (size_t i = 0; i < 4; i++) {
		to[is_big ? word - 1 - i : i] = (uint8_t)(type >> 8 * i);
		number[is_big ? 3 - i : i] = (uint8_t)(file >> 8 * i);
		number[4 + i] = 0xff;
	}
	return 5 * word + 8;
}

START_TEST(the_file_is_found_in_each_kind_of_status)
{
	static const size_t words[] = { 4, 8 };
	static const uint32_t types[] = { 0x72, 0x71, 1 };
	static const uint32_t files[] = { 0, 1, 255, 256, 70000, INT32_MAX };
	uint8_t status[STATUS_BYTES];

	for (size_t i = 0; i < 2 * 2 * COUNT(types) * COUNT(files); i++) {
		const size_t word = words[i % 2];
		const bool is_big = i / 2 % 2 == 1;
		const uint32_t type = types[i / 4 % COUNT(types)];
		const uint32_t file = files[i / 4 / COUNT(types)];
		const size_t length = status_of(status, word, is_big, type,
		    file);
		ck_assert_int_eq(status_file(status, length), file);
		ck_assert_int_eq(status_file(status, length - 1), -1);
		ck_assert_int_eq(status_file(status, length + 1), -1);
		ck_assert_int_eq(status_file(status, 0), -1);
		status_of(status, word, is_big, type, UINT32_MAX);
		ck_assert_int_eq(status_file(status, length), -1);
		status_of(status, word, is_big, 0, file);
		ck_assert_int_eq(status_file(status, length), -1);
	}
}
END_TEST

/* -------------------------------------------------------------- the window */

static enum window_state
answered(struct window *w, int error, uint64_t number)
{
	struct answer a = { error, number, "" };

	if (error != 0)
		snprintf(a.text, sizeof(a.text), "error %d", error);
	return window_take(w, &a);
}

/* `sent` records of 1000 bytes in flight. */
static struct window
window_of(uint64_t sent)
{
	struct window w;

	window_begin(&w);
	for (uint64_t i = 0; i < sent; i++)
		window_add(&w, 1000);
	ck_assert_uint_eq(window_open(&w), sent);
	return w;
}

/* The nth of `sent` records fails, all others are on the medium. */
static void
check_error_at(uint64_t n, uint64_t sent, int error, enum window_state state)
{
	struct window w = window_of(sent);

	for (uint64_t i = 0; i < sent; i++) {
		ck_assert_int_eq(answered(&w, i == n ? error : 0, 1000),
		    i < n ? WINDOW_GOOD : state);
		ck_assert_uint_eq(window_open(&w), sent - i - 1);
	}
	ck_assert_uint_eq(w.settled, n);
	ck_assert_uint_eq(w.behind, sent - n - 1);
	ck_assert_uint_eq(w.partly, 0);
	ck_assert_int_eq(w.error, error);
}

START_TEST(an_error_is_of_its_record)
{
	for (uint64_t n = 0; n < 8; n++) {
		check_error_at(n, 8, EIO, WINDOW_FAILED);
		check_error_at(n, 8, ENOSPC, WINDOW_FULL);
		check_error_at(n, 8, EDQUOT, WINDOW_FULL);
	}
}
END_TEST

START_TEST(the_first_of_several_errors_counts)
{
	struct window w = window_of(4);

	answered(&w, 0, 1000);
	answered(&w, ENOSPC, 0);
	ck_assert_int_eq(answered(&w, EIO, 0), WINDOW_FULL);
	ck_assert_int_eq(answered(&w, 0, 1000), WINDOW_FULL);
	ck_assert_int_eq(w.error, ENOSPC);
	ck_assert_str_eq(w.text, "error 28");
	ck_assert_uint_eq(w.settled, 1);
	ck_assert_uint_eq(w.behind, 1);
}
END_TEST

START_TEST(a_part_of_a_record_is_the_end)
{
	for (uint64_t part = 0; part < 1000; part++) {
		struct window w = window_of(3);

		answered(&w, 0, 1000);
		ck_assert_int_eq(answered(&w, 0, part), WINDOW_FULL);
		ck_assert_int_eq(answered(&w, ENOSPC, 0), WINDOW_FULL);
		ck_assert_uint_eq(w.settled, 1);
		ck_assert_uint_eq(w.partly, part);
		ck_assert_uint_eq(w.behind, 0);
	}
}
END_TEST

START_TEST(counts_that_lie)
{
	struct window w = window_of(3);

	answered(&w, 0, 1000);
	ck_assert_int_eq(answered(&w, 0, 1001), WINDOW_WRONG);
	/* From then on, no answer is trusted. */
	ck_assert_int_eq(answered(&w, 0, 1000), WINDOW_WRONG);
	ck_assert_uint_eq(w.settled, 1);
	w = window_of(2);
	answered(&w, ENOSPC, 0);
	ck_assert_int_eq(answered(&w, 0, 999999999999999999), WINDOW_WRONG);
	ck_assert_uint_eq(w.settled, 0);
}
END_TEST

START_TEST(a_shortened_volume_goes_on)
{
	struct window w = window_of(4);
	uint64_t count;

	answered(&w, 0, 1000);
	answered(&w, 0, 1000);
	answered(&w, ENOSPC, 0);
	ck_assert_int_eq(answered(&w, 0, 1000), WINDOW_FULL);
	ck_assert_uint_eq(w.behind, 1);
	ck_assert(window_find(&w, 0, &count));
	ck_assert_uint_eq(count, 0);
	ck_assert(window_find(&w, 2000, &count));
	ck_assert_uint_eq(count, 2);
	ck_assert(!window_find(&w, 2001, &count));
	ck_assert(!window_find(&w, 999, &count));
	ck_assert(window_find(&w, 1000, &count));
	ck_assert_uint_eq(count, 1);
	window_shorten(&w, count, 1000);
	ck_assert_uint_eq(w.settled, 1);
	ck_assert_uint_eq(window_open(&w), 0);
	window_add(&w, 1000);
	window_add(&w, 7);
	ck_assert_int_eq(answered(&w, 0, 1000), WINDOW_GOOD);
	ck_assert_int_eq(answered(&w, 0, 7), WINDOW_GOOD);
	ck_assert_uint_eq(w.settled, 3);
	ck_assert_uint_eq(w.settled_bytes, 2007);
	ck_assert_uint_eq(w.behind, 0);
	/* Their lengths are known for a while. */
	for (uint64_t i = 3; i <= WINDOW_KEPT; i++) {
		ck_assert_msg(window_find(&w, 1000, &count), "%d", (int)i);
		window_add(&w, 9);
		answered(&w, 0, 9);
	}
	ck_assert(window_find(&w, 1000, &count));
	window_add(&w, 9);
	answered(&w, 0, 9);
	ck_assert(!window_find(&w, 1000, &count));
	ck_assert(window_find(&w, 2000, &count));
}
END_TEST

/* ----------------------------------------------------------------- targets */

static void
is_target(const char *text, const char *user, const char *host,
    const char *file)
{
	struct target t;
	char why[200] = "";

	if (!target_parse(&t, text, why, sizeof(why)))
		ck_abort_msg("%s %s", text, why);
	ck_assert_str_eq(t.host, host);
	ck_assert_str_eq(t.file, file);
	if (user == NULL)
		ck_assert_ptr_null(t.user);
	else
		ck_assert_str_eq(t.user, user);
	target_free(&t);
}

static void
is_no_target(const char *text, const char *reason)
{
	struct target t;
	char why[200] = "";

	if (target_parse(&t, text, why, sizeof(why)))
		ck_abort_msg("%s: %s, %s", text, t.host, t.file);
	if (strstr(why, reason) == NULL)
		ck_abort_msg("\"%s %s\" instead of \"%s\"", text, why, reason);
}

START_TEST(targets)
{
	is_target("host:/dev/nst0", NULL, "host", "/dev/nst0");
	is_target("tape@host.example:/dev/nst0", "tape", "host.example",
	    "/dev/nst0");
	is_target("h:a:b@c", NULL, "h", "a:b@c");
	is_target("a@b@h:f", "a@b", "h", "f");
	is_target("h:name with 'quotes' and $x", NULL, "h",
	    "name with 'quotes' and $x");
	is_target("[::1]:/dev/nst0", NULL, "::1", "/dev/nst0");
	is_target("me@[fe80::1%eth0]:f", "me", "fe80::1%eth0", "f");
	is_target("10.0.0.1:[x]:y", NULL, "10.0.0.1", "[x]:y");
}
END_TEST

START_TEST(texts_that_are_no_targets)
{
	is_no_target("", "[user@]host:file");
	is_no_target("/dev/nst0", "[user@]host:file");
	is_no_target(":file", "has no host");
	is_no_target("me@:file", "has no host");
	is_no_target("@host:file", "user");
	is_no_target("host:", "has no file");
	is_no_target("/tmp/a:b", "out-file");
	is_no_target("-oProxyCommand=x:f", "host");
	is_no_target("-l@host:f", "user");
	is_no_target("a b:f", "host");
	is_no_target("h;x:f", "host");
	is_no_target("$(x)@h:f", "user");
	is_no_target("h:a\nb", "newline");
	is_no_target("[::1:/dev/nst0", "[user@]host:file");
	is_no_target("[::1]/dev/nst0", "[user@]host:file");
	is_no_target("[]:f", "has no host");
}
END_TEST

START_TEST(names_as_long_as_rmt_takes_them)
{
	char text[100] = "h:";

	memset(text + 2, 'n', TARGET_FILE_MAX);
	is_target(text, NULL, "h", text + 2);
	text[2 + TARGET_FILE_MAX] = 'n';
	is_no_target(text, "63 bytes");
}
END_TEST

START_TEST(words_of_the_command)
{
	static const char *const rsh[] = { "ssh -p 22 " };
	static const char *const rmt[] = { "/usr/sbin/rmt", "it's;$x", "" };
	static const char *const expected[] = {
		"ssh", "-p", "22", "h", "-l", "me", "/usr/sbin/rmt",
		"'it'\\''s;$x'", "''"
	};
	struct target t;
	char why[200];

	ck_assert(target_parse(&t, "me@h:f", why, sizeof(why)));
	char **argv = command_new(&t, rsh, COUNT(rsh), rmt, COUNT(rmt));
	ck_assert_ptr_nonnull(argv);
	for (size_t i = 0; i < COUNT(expected); i++)
		ck_assert_str_eq(argv[i], expected[i]);
	ck_assert_ptr_null(argv[COUNT(expected)]);
	command_free(argv);
	command_free(NULL);
	target_free(&t);
}
END_TEST

/* Do two texts name the same target? */
static bool
are_one(const char *one, const char *other)
{
	struct target a, b;
	char why[200];

	ck_assert_msg(target_parse(&a, one, why, sizeof(why)), "%s", one);
	ck_assert_msg(target_parse(&b, other, why, sizeof(why)), "%s", other);
	char *first = canonical_name(&a);
	char *second = canonical_name(&b);
	ck_assert_ptr_nonnull(first);
	ck_assert_ptr_nonnull(second);
	const bool same = strcmp(first, second) == 0;
	free(first);
	free(second);
	target_free(&a);
	target_free(&b);
	return same;
}

START_TEST(one_target_has_one_name)
{
	static const char *const same[][2] = {
		{ "h:/a/b", "h:/a/b" },
		{ "h:/a/b", "me@h:/a/b" },
		{ "vault.lan:/a", "Vault.LAN.:/a" },
		{ "[fe80::1]:/a", "[FE80::1]:/a" },
		{ "h:/a/b", "h://a/./c/../b/" },
		{ "h:/", "h:/.." },
		{ "h:../a", "h:b/../../a" },
		{ "h:a/b", "h:./a//b" },
		{ "me@h:a", "me@h:x/../a" },
		{ "localhost:/a", "127.0.0.1:/a" },
		{ "localhost:/a", "[::1]:/a" },
		{ "h:/dev/nst0", "h:/dev/st0" },
		{ "h:/dev/nst12a", "h:/dev/st12l" },
		{ "h:/dev/nsa0", "h:/dev/sa0" },
		{ "h:/dev/tape/by-id/x-nst", "h:/dev/tape/by-id/x" },
	};
	static const char *const others[][2] = {
		{ "h:/a/b", "g:/a/b" },
		{ "h:/a/b", "h:/a/bc" },
		{ "h:/a/b", "h:a/b" },
		{ "me@h:a", "you@h:a" },
		{ "h:/dev/nst0", "h:/dev/nst1" },
		{ "h:/dev/nst0", "h:/dev/nst0x" },
		{ "h:/dev/nst1", "h:/dev/nst12" },
		{ "h:/srv/nst0", "h:/srv/st0" },
		{ "h:/...", "h:/.." },
		{ "h:../../a", "h:a" },
		{ "h:../a", "h:a" },
	};

	for (size_t i = 0; i < COUNT(same); i++)
		ck_assert_msg(are_one(same[i][0], same[i][1]), "%s and %s",
		    same[i][0], same[i][1]);
	for (size_t i = 0; i < COUNT(others); i++)
		ck_assert_msg(!are_one(others[i][0], others[i][1]),
		    "%s and %s", others[i][0], others[i][1]);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		answers_in_pieces,
		answers_behind_each_other,
		an_answer_without_its_end_is_none_yet,
		what_is_no_answer,
		a_zero_is_no_answer,
		texts_of_errors_of_every_length,
		requests_as_both_servers_take_them,
		status_requests_of_both_kinds,
		the_file_is_found_in_each_kind_of_status,
		an_error_is_of_its_record,
		the_first_of_several_errors_counts,
		a_part_of_a_record_is_the_end,
		counts_that_lie,
		a_shortened_volume_goes_on,
		targets,
		texts_that_are_no_targets,
		names_as_long_as_rmt_takes_them,
		words_of_the_command,
		one_target_has_one_name,
	};
	return unit_run("rmt", tests, COUNT(tests));
}
