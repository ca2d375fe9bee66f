/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/verdict.h"
#include "core/volume/writer_ending.h"

#include "unit.h"

START_TEST(checkpoint_learns_what_its_writer_meant)
{
	static const enum writer_ending endings[] = {
		WRITER_WRITE_FAILED, WRITER_VERIFY_FAILED, WRITER_OPEN_FAILED,
		WRITER_TOO_SMALL, WRITER_CUT_SHORT, WRITER_RETRY, WRITER_CUT_BACK,
	};

	for (size_t i = 0; i < COUNT(endings); i++) {
		enum exit_status status = STATUS_INCOMPLETE;
		const int code = writer_exit_code(endings[i], STATUS_ABORTED);
		ck_assert_int_eq(writer_ending_of(code, &status), endings[i]);
		ck_assert_int_eq(status, STATUS_INCOMPLETE);
	}
}
END_TEST

START_TEST(status_of_a_dump_that_ended_passes_its_checkpoint)
{
	for (int s = STATUS_NOT_STARTED; s <= STATUS_BAD_VOLUME; s++) {
		enum exit_status status = STATUS_COMPLETE;
		const int code = writer_exit_code(WRITER_DUMP_ENDED,
		    (enum exit_status)s);
		ck_assert_int_eq(code, s);
		ck_assert_int_eq(writer_ending_of(code, &status),
		    WRITER_DUMP_ENDED);
		ck_assert_int_eq(status, s);
	}
}
END_TEST

/* Like a process ended by a library: its volume is not safe. */
START_TEST(what_no_writer_ends_with_is_a_death)
{
	static const int codes[] = { 0, 6, 99, 107, 127, 255 };
	enum exit_status status = STATUS_COMPLETE;

	for (size_t i = 0; i < COUNT(codes); i++)
		ck_assert_int_eq(writer_ending_of(codes[i], &status),
		    WRITER_DIED);
	ck_assert_int_eq(status, STATUS_COMPLETE);
}
END_TEST

START_TEST(verdicts_have_the_status_that_they_mean)
{
	static const enum exit_status statuses[] = {
		STATUS_NOT_STARTED, STATUS_ABORTED, STATUS_NO_OPERATOR,
		STATUS_BAD_VOLUME,
	};

	ck_assert_int_eq(verdict_status(VERDICT_GO_ON), STATUS_COMPLETE);
	for (size_t i = 0; i < COUNT(statuses); i++)
		ck_assert_int_eq(verdict_status(
		    verdict_of_status(statuses[i])), statuses[i]);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		checkpoint_learns_what_its_writer_meant,
		status_of_a_dump_that_ended_passes_its_checkpoint,
		what_no_writer_ends_with_is_a_death,
		verdicts_have_the_status_that_they_mean,
	};
	return unit_run("writer_ending", tests, COUNT(tests));
}
