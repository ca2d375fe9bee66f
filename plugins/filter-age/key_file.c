/* SPDX-License-Identifier: BSD-3-Clause */
#include "key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../common/safe_file.h"
#include "secret.h"

#define PATIENCE_MS 200

/* ----------------------------------------------------------------- reading */

/* As much as there is room for; NULL, or why not. */
static const char *
read_file(struct key_file *file, int fd)
{
	ssize_t n = 1;

	while (n > 0 && file->length < KEY_FILE_MAX) {
		n = pread(fd, file->text + file->length,
		    KEY_FILE_MAX - file->length, (off_t)file->length);
		if (n == -1 && errno == EINTR)
			n = 1;
		else if (n == -1)
			return strerror(errno);
		else
			file->length += (size_t)n;
	}
	return NULL;
}

/* What is in the pipe now, by way of another one. */
static const char *
copy_pipe(struct key_file *file, int fd, const int copy[2])
{
	ssize_t n = tee(fd, copy[1], KEY_FILE_MAX, SPLICE_F_NONBLOCK);

	file->length = 0;
	if (n == -1 && errno != EAGAIN && errno != EINTR)
		return strerror(errno);
	while (n > 0) {
		const ssize_t part = read(copy[0], file->text + file->length,
		    (size_t)n);
		if (part == -1 && errno == EINTR)
			continue;
		if (part <= 0)
			return strerror(errno);
		file->length += (size_t)part;
		n -= part;
	}
	return NULL;
}

static void
wait_a_little(void)
{
	const struct timespec span = { 0, PATIENCE_MS / 4 * 1000000L };

	nanosleep(&span, NULL);
}

/* Until a line is there, if that is enough, or nobody writes to it any more. */
static const char *
peek(struct key_file *file, int fd, const struct de_host *host,
    enum key_file_kind kind)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	const char *why = NULL;
	bool is_complete = false;
	int copy[2];

	if (pipe2(copy, O_CLOEXEC) == -1)
		return strerror(errno);
	while (why == NULL && !is_complete) {
		if (poll(&wait, 1, PATIENCE_MS) == -1 && errno != EINTR)
			why = strerror(errno);
		else if (host->cancelled(host))
			why = "the run is being aborted";
		else
			why = copy_pipe(file, fd, copy);
		is_complete = (wait.revents & (POLLHUP | POLLERR)) != 0 ||
		    (kind == KEY_FILE_PASSPHRASE &&
		    memchr(file->text, '\n', file->length) != NULL);
		if (why == NULL && !is_complete && file->length > 0)
			wait_a_little();
	}
	close(copy[0]);
	close(copy[1]);
	return why;
}

static const char *
read_open(struct key_file *file, int fd, const struct de_host *host,
    enum key_file_kind kind)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return strerror(errno);
	if (kind == KEY_FILE_RECIPIENTS && S_ISREG(st.st_mode) &&
	    ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
	    (st.st_uid != geteuid() && st.st_uid != 0)))
		return "others can write to it, and add their keys";
	const char *why = S_ISFIFO(st.st_mode) ? peek(file, fd, host, kind) :
	    S_ISREG(st.st_mode) ? read_file(file, fd) :
	    "is neither a file nor a pipe";
	if (why == NULL && file->length == KEY_FILE_MAX)
		why = "is longer than 64 KiB";
	return why;
}

bool
key_file_read(struct key_file *file, const struct de_host *host,
    const char *option, const char *path, enum key_file_kind kind)
{
	const char *why = NULL;
	const int handed = safe_file_descriptor(path);
	int own = -1;

	*file = (struct key_file){ .text = secret_new(KEY_FILE_MAX) };
	if (file->text == NULL)
		why = "out of memory";
	else if (handed == -1)
		own = safe_file_open_regular(path, 0, &why);
	if (why == NULL)
		why = read_open(file, handed == -1 ? own : handed, host, kind);
	if (own != -1)
		close(own);
	if (why == NULL)
		return true;
	host->report(host, DE_ERROR, "%s: %s: %s", option, path, why);
	key_file_free(file);
	return false;
}

void
key_file_free(struct key_file *file)
{
	secret_free(file->text, KEY_FILE_MAX);
	*file = (struct key_file){ NULL, 0 };
}

/* ------------------------------------------------------------------- lines */

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

bool
key_file_next(const struct key_file *file, size_t *at, struct key_line *line)
{
	while (*at < file->length) {
		const char *begin = file->text + *at;
		const char *end = memchr(begin, '\n', file->length - *at);

		if (end == NULL)
			end = file->text + file->length;
		*at = (size_t)(end - file->text) + 1;
		line->number++;
		while (begin < end && is_blank(*begin))
			begin++;
		while (begin < end && is_blank(end[-1]))
			end--;
		line->text = begin;
		line->length = (size_t)(end - begin);
		if (line->length > 0 && *begin != '#')
			return true;
	}
	return false;
}
