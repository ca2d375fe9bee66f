/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/process_end.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/clock.h"

#define LOOK_MS 10	/* polling interval without pidfd_open() */

bool
process_has_ended(pid_t pid)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	if (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0)
		return info.si_pid != 0;
	return kill(pid, 0) == -1 && errno == ESRCH;
}

static bool
look_until(pid_t pid, uint64_t end_ns)
{
	while (!process_has_ended(pid)) {
		if (clock_ns() >= end_ns)
			return false;
		poll(NULL, 0, LOOK_MS);
	}
	return true;
}

bool
process_wait_end(pid_t pid, int ms)
{
	const uint64_t end_ns = clock_ns() + (uint64_t)ms * NS_PER_MS;
	struct pollfd end = { .fd = pidfd_open(pid, 0), .events = POLLIN };

	if (end.fd == -1)
		return look_until(pid, end_ns);
	int ready;
	do
		ready = poll(&end, 1, ms);
	while (ready == -1 && errno == EINTR && clock_ns() < end_ns);
	close(end.fd);
	return ready > 0;
}
