/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/cli/ending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/base/exit_status.h"
#include "core/host/note.h"

static pid_t guarded;		/* the supervisor; 0: none, or main() returned */

static _Noreturn void
end_process(int status)
{
	for (;;)
		syscall(SYS_exit_group, status);
}

static void
refuse(void)
{
	char calls[NOTE_TEXT_BYTES], text[NOTE_TEXT_BYTES + 100];

	if (getpid() != guarded)
		return;
	if (!note_find(guarded, calls, sizeof(calls)))
		snprintf(calls, sizeof(calls), "a plugin");
	snprintf(text, sizeof(text), "dumpengine: error: %s ended the run, "
	    "which a plugin must not do\n", calls);
	/* There is nothing left to do if that fails. */
	const ssize_t n = write(STDERR_FILENO, text, strlen(text));
	(void)n;
	end_process(STATUS_ABORTED);
}

static void
refuse_exit(int status, void *arg)
{
	(void)status;
	(void)arg;
	refuse();
}

void
_exit(int status)
{
	refuse();
	end_process(status);
}

void
_Exit(int status)
{
	_exit(status);
}

void
ending_guard(void)
{
	guarded = getpid();
	(void)on_exit(refuse_exit, NULL);
	(void)at_quick_exit(refuse);
}

void
ending_allow(void)
{
	guarded = 0;
}
