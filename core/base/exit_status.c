/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/exit_status.h"

const char *
exit_status_text(enum exit_status status)
{
	switch (status) {
	case STATUS_COMPLETE:
		return "complete";
	case STATUS_NOT_STARTED:
		return "it could not be started";
	case STATUS_INCOMPLETE:
		return "something is missing from the dump";
	case STATUS_NO_OPERATOR:
		return "an operator was needed, but none was available";
	case STATUS_BAD_VOLUME:
		return "a volume failed its verification";
	default:
		return "aborted";
	}
}
