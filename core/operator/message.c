/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/operator/message.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int
message_pair(int *supervisor, int *others)
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == -1)
		return -1;
	*supervisor = fds[0];
	*others = fds[1];
	return 0;
}

bool
message_send(int fd, const struct message *m, bool wait)
{
	ssize_t n;

	do
		n = send(fd, m, sizeof(*m), MSG_NOSIGNAL |
		    (wait ? 0 : MSG_DONTWAIT));
	while (n == -1 && errno == EINTR);
	return n != -1 || errno == EAGAIN || errno == EWOULDBLOCK;
}

bool
message_receive(int fd, struct message *m)
{
	return recv(fd, m, sizeof(*m), 0) == (ssize_t)sizeof(*m);
}

void
message_said(void *fd, uint32_t volume, const char *text)
{
	struct message m = { .type = MESSAGE_SAID };
	const int *channel = fd;

	m.u.said.volume = volume;
	snprintf(m.u.said.text, sizeof(m.u.said.text), "%s", text);
	message_send(*channel, &m, true);
}

void
message_replaced(int fd, const struct de_dump_found *found)
{
	struct message m = { .type = MESSAGE_REPLACED };
	struct message_replaced *r = &m.u.replaced;

	r->date = found->date;
	r->level = found->level;
	r->number = found->volume;
	snprintf(r->host, sizeof(r->host), "%s", found->host == NULL ? "" :
	    found->host);
	snprintf(r->device, sizeof(r->device), "%s", found->device == NULL ?
	    "" : found->device);
	message_send(fd, &m, true);
}

enum message_answer
message_ask(int fd, const char *question)
{
	struct message m = { .type = MESSAGE_QUESTION };

	snprintf(m.u.question, sizeof(m.u.question), "%s", question);
	if (!message_send(fd, &m, true))
		return ANSWER_NOBODY;
	do
		errno = 0;
	while (!message_receive(fd, &m) && errno == EINTR);
	return m.type == MESSAGE_ANSWER ? m.u.answer : ANSWER_NOBODY;
}

/* An answer to a process that did not live to read it may come first. */
bool
message_settle(int fd)
{
	struct message m = { .type = MESSAGE_SETTLE };

	if (!message_send(fd, &m, true))
		return false;
	while (m.type != MESSAGE_SETTLED) {
		errno = 0;
		if (!message_receive(fd, &m) && errno != EINTR)
			return false;
	}
	return true;
}
