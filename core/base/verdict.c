/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/verdict.h"

enum exit_status
verdict_status(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_GO_ON:
		return STATUS_COMPLETE;
	case VERDICT_NOT_STARTED:
		return STATUS_NOT_STARTED;
	case VERDICT_NO_OPERATOR:
		return STATUS_NO_OPERATOR;
	case VERDICT_BAD_VOLUME:
		return STATUS_BAD_VOLUME;
	case VERDICT_ABORT:
		break;
	}
	return STATUS_ABORTED;
}

enum verdict
verdict_of_status(enum exit_status status)
{
	switch (status) {
	case STATUS_NOT_STARTED:
		return VERDICT_NOT_STARTED;
	case STATUS_NO_OPERATOR:
		return VERDICT_NO_OPERATOR;
	case STATUS_BAD_VOLUME:
		return VERDICT_BAD_VOLUME;
	case STATUS_COMPLETE:
	case STATUS_INCOMPLETE:
	case STATUS_ABORTED:
		break;
	}
	return VERDICT_ABORT;
}
