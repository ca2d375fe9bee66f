/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/writer_ending.h"

int
writer_exit_code(enum writer_ending ending, enum exit_status status)
{
	return ending == WRITER_DUMP_ENDED ? (int)status : (int)ending;
}

enum writer_ending
writer_ending_of(int exit_code, enum exit_status *status)
{
	if (exit_code > STATUS_COMPLETE && exit_code <= STATUS_BAD_VOLUME) {
		*status = (enum exit_status)exit_code;
		return WRITER_DUMP_ENDED;
	}
	if (exit_code >= WRITER_WRITE_FAILED && exit_code <= WRITER_CUT_BACK)
		return (enum writer_ending)exit_code;
	return WRITER_DIED;
}
