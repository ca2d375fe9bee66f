/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_report.c - messages, through a socket that keeps each write separate
 */
#include "core/base/report.h"

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit.h"

struct ear {
	int fds[2];
	struct report *rep;
	char heard[20000];
};

static void
ear_open(struct ear *ear, enum report_level level)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ear->fds), 0);
	ear->rep = report_new(ear->fds[0], level);
	ck_assert_ptr_nonnull(ear->rep);
}

static void
ear_close(struct ear *ear)
{
	report_free(ear->rep);
	close(ear->fds[0]);
	close(ear->fds[1]);
}

/* The text of the next write(2), or "" if there was none. */
static const char *
hear(struct ear *ear)
{
	const ssize_t n = recv(ear->fds[1], ear->heard,
	    sizeof(ear->heard) - 1, MSG_DONTWAIT);

	ear->heard[n < 0 ? 0 : n] = '\0';
	return ear->heard;
}

START_TEST(a_message_is_one_write_with_its_severity)
{
	struct ear ear;

	ear_open(&ear, REPORT_VERBOSE);
	report(ear.rep, DE_ERROR, "%s: %d", "x", 5);
	report(ear.rep, DE_WARNING, "careful");
	report(ear.rep, DE_INFO, "going on");
	report(ear.rep, DE_DEBUG, "details");
	report_line(ear.rep, "%s:%d: bare", "file.conf", 3);
	ck_assert_str_eq(hear(&ear), "dumpengine: error: x: 5\n");
	ck_assert_str_eq(hear(&ear), "dumpengine: warning: careful\n");
	ck_assert_str_eq(hear(&ear), "dumpengine: going on\n");
	ck_assert_str_eq(hear(&ear), "dumpengine: details\n");
	ck_assert_str_eq(hear(&ear), "file.conf:3: bare\n");
	ck_assert_str_eq(hear(&ear), "");
	ear_close(&ear);
}
END_TEST

START_TEST(levels_hold_back_what_is_not_wanted)
{
	struct ear ear;

	ear_open(&ear, REPORT_NORMAL);
	report(ear.rep, DE_DEBUG, "no");
	report_set_level(ear.rep, REPORT_QUIET);
	report(ear.rep, DE_INFO, "no");
	report(ear.rep, DE_WARNING, "yes");
	ck_assert_str_eq(hear(&ear), "dumpengine: warning: yes\n");
	ck_assert_str_eq(hear(&ear), "");
	ear_close(&ear);
}
END_TEST

START_TEST(messages_about_a_job_have_the_time_and_its_name)
{
	struct ear ear;
	int hour, minute, second;
	char rest[100];

	ear_open(&ear, REPORT_NORMAL);
	report_set_subject(ear.rep, "home");
	report(ear.rep, DE_ERROR, "so");
	ck_assert_int_eq(sscanf(hear(&ear), "%2d:%2d:%2d %99[^\n]", &hour,
	    &minute, &second, rest), 4);
	ck_assert_str_eq(rest, "home: error: so");
	report_set_subject(ear.rep, NULL);
	report(ear.rep, DE_INFO, "so");
	ck_assert_str_eq(hear(&ear), "dumpengine: so\n");
	ear_close(&ear);
}
END_TEST

START_TEST(control_characters_of_names_are_replaced)
{
	struct ear ear;

	ear_open(&ear, REPORT_NORMAL);
	report(ear.rep, DE_INFO, "a\nb\rc\033[2Jd\te\x7f" "f\x01");
	ck_assert_str_eq(hear(&ear), "dumpengine: a?b?c?[2Jd?e?f?\n");
	report(ear.rep, DE_INFO, "\xc3\xa4\xe2\x82\xac");
	ck_assert_str_eq(hear(&ear), "dumpengine: \xc3\xa4\xe2\x82\xac\n");
	ear_close(&ear);
}
END_TEST

START_TEST(control_characters_written_as_utf_8_are_replaced_too)
{
	struct ear ear;

	ear_open(&ear, REPORT_NORMAL);
	/* U+009B, which a terminal interprets as ESC [ */
	report(ear.rep, DE_INFO, "a\xc2\x9b" "2Jb");
	ck_assert_ptr_null(strstr(hear(&ear), "\xc2\x9b"));
	ear_close(&ear);
}
END_TEST

START_TEST(what_only_looks_like_utf_8_is_replaced)
{
	/* overlong forms; an unpaired surrogate; out of range */
	static const char *const texts[] = { "\xc0\x9b", "\xc1\xbf",
		"\xe0\x82\x9b", "\xe0\x80\x8a", "\xf0\x80\x80\x8a",
		"\xf0\x8f\xbf\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
		"\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\x80",
		"\xe2\x82" };
	struct ear ear;

	for (size_t i = 0; i < COUNT(texts); i++) {
		ear_open(&ear, REPORT_NORMAL);
		report(ear.rep, DE_INFO, "a%sb", texts[i]);
		const char *heard = hear(&ear);
		for (const char *p = heard; *p != '\0'; p++)
			ck_assert_msg((unsigned char)*p < 0x80 && (*p >= ' ' ||
			    *p == '\n'), "%zu: %s", i, heard);
		ck_assert_ptr_nonnull(strstr(heard, "a?"));
		ear_close(&ear);
	}
}
END_TEST

START_TEST(what_turns_or_splits_or_hides_text_is_replaced)
{
	static const char *const texts[] = { "\xe2\x80\xae", "\xe2\x80\xaa",
		"\xe2\x81\xa6", "\xe2\x81\xa9", "\xe2\x80\x8e",
		"\xe2\x80\x8f", "\xd8\x9c", "\xe2\x80\xa8", "\xe2\x80\xa9",
		"\xc2\x85", "\xe2\x80\x8b", "\xef\xbb\xbf",
		"\xf3\xa0\x81\x81" };
	struct ear ear;

	for (size_t i = 0; i < COUNT(texts); i++) {
		ear_open(&ear, REPORT_NORMAL);
		report(ear.rep, DE_INFO, "a%sb", texts[i]);
		ck_assert_msg(strstr(hear(&ear), texts[i]) == NULL, "%zu", i);
		ear_close(&ear);
	}
}
END_TEST

START_TEST(a_line_too_long_is_cut_and_still_ends)
{
	static char text[30000];
	struct ear ear;

	memset(text, 'x', sizeof(text) - 1);
	ear_open(&ear, REPORT_NORMAL);
	for (size_t length = 8150; length < 8250; length++) {
		report(ear.rep, DE_ERROR, "%.*s", (int)length, text);
		const size_t n = strlen(hear(&ear));
		ck_assert_uint_le(n, 8192);
		ck_assert_uint_ge(n, 8150);
		ck_assert_int_eq(ear.heard[n - 1], '\n');
	}
	report(ear.rep, DE_ERROR, "%s%s", text, text);
	ck_assert_uint_ge(strlen(hear(&ear)), 8000);
	ear_close(&ear);
}
END_TEST

static void *
talk(void *arg)
{
	for (int i = 0; i < 500; i++)
		report(arg, DE_INFO, "0123456789012345678901234567890123456789"
		    "0123456789012345678901234567890123456789 %03d", i);
	return NULL;
}

START_TEST(lines_of_threads_do_not_mix)
{
	enum { THREADS = 4 };
	pthread_t threads[THREADS];
	int fds[2], lines = 0;
	char line[200];

	ck_assert_int_eq(pipe(fds), 0);
	struct report *rep = report_new(fds[1], REPORT_NORMAL);
	FILE *in = fdopen(fds[0], "r");
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, talk, rep),
		    0);
	while (lines < THREADS * 500) {
		ck_assert_ptr_nonnull(fgets(line, sizeof(line), in));
		ck_assert_uint_eq(strlen(line), 12 + 80 + 4 + 1);
		lines++;
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	fclose(in);
	report_free(rep);
	close(fds[1]);
}
END_TEST

START_TEST(without_a_terminal_there_is_no_progress_line)
{
	struct ear ear;

	ear_open(&ear, REPORT_NORMAL);
	ck_assert(!report_has_progress(ear.rep));
	report_progress(ear.rep, "10% done");
	report_progress(ear.rep, NULL);
	ck_assert_str_eq(hear(&ear), "");
	ear_close(&ear);
}
END_TEST

START_TEST(a_reader_that_has_gone_does_no_harm)
{
	struct report *rep = report_new(-1, REPORT_NORMAL);

	report(rep, DE_ERROR, "nobody hears this");
	report_free(rep);
	report_free(NULL);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		a_message_is_one_write_with_its_severity,
		levels_hold_back_what_is_not_wanted,
		messages_about_a_job_have_the_time_and_its_name,
		control_characters_of_names_are_replaced,
		control_characters_written_as_utf_8_are_replaced_too,
		what_only_looks_like_utf_8_is_replaced,
		what_turns_or_splits_or_hides_text_is_replaced,
		a_line_too_long_is_cut_and_still_ends,
		lines_of_threads_do_not_mix,
		without_a_terminal_there_is_no_progress_line,
		a_reader_that_has_gone_does_no_harm,
	};
	return unit_run("report", tests, COUNT(tests));
}
