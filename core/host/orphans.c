/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/orphans.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

void
orphans_kill(void)
{
	char path[64], number[24];

	/* On a kernel without this list, orphans keep running. */
	snprintf(path, sizeof(path), "/proc/self/task/%jd/children",
	    (intmax_t)getpid());
	FILE *list = fopen(path, "re");
	if (list == NULL)
		return;
	while (fscanf(list, "%23s", number) == 1) {
		const pid_t pid = (pid_t)strtoimax(number, NULL, 10);
		if (pid > 1 && getsid(pid) == getsid(0))
			kill(pid, SIGKILL);
	}
	fclose(list);
}
