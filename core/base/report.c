/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/report.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/utf8.h"

#define LINE_MAX_BYTES 8192	/* a path of 4096 bytes, and text about it */
#define SUBJECT_BYTES 80
#define WIPE_LINE "\r\033[K"

struct report {
	int fd;
	bool terminal;
	enum report_level level;
	const char *program;		/* borrowed */
	char subject[SUBJECT_BYTES];
	bool progress_shown;
	report_taker_fn *taker;		/* NULL: messages are shown */
	void *taker_arg;
	pthread_mutex_t lock;		/* guards the line and the terminal */
	char line[LINE_MAX_BYTES];
};

struct report *
report_new(int fd, enum report_level level)
{
	struct report *rep = calloc(1, sizeof(*rep));
	if (rep == NULL)
		return NULL;
	rep->fd = fd;
	rep->level = level;
	rep->program = "dumpengine";
	const char *term = getenv("TERM");
	rep->terminal = isatty(fd) && term != NULL && strcmp(term, "dumb") != 0;
	pthread_mutex_init(&rep->lock, NULL);
	return rep;
}

void
report_free(struct report *rep)
{
	if (rep == NULL)
		return;
	pthread_mutex_destroy(&rep->lock);
	free(rep);
}

void
report_set_level(struct report *rep, enum report_level level)
{
	rep->level = level;
}

void
report_set_program(struct report *rep, const char *program)
{
	rep->program = program;
}

void
report_set_subject(struct report *rep, const char *subject)
{
	snprintf(rep->subject, sizeof(rep->subject), "%s",
	    subject == NULL ? "" : subject);
}

void
report_set_taker(struct report *rep, report_taker_fn *taker, void *arg)
{
	rep->taker = taker;
	rep->taker_arg = arg;
}

static bool
is_shown(const struct report *rep, enum de_severity severity)
{
	switch (severity) {
	case DE_ERROR:
	case DE_WARNING:
		return true;
	case DE_INFO:
		return rep->level >= REPORT_NORMAL;
	case DE_DEBUG:
		return rep->level >= REPORT_VERBOSE;
	}
	return true;
}

bool
report_is_shown(const struct report *rep, enum de_severity severity)
{
	return is_shown(rep, severity);
}

/* A failure here cannot be reported to anyone. */
static void
write_all(int fd, const char *text, size_t length)
{
	while (length > 0) {
		ssize_t n = write(fd, text, length);
		if (n <= 0)
			return;
		text += n;
		length -= (size_t)n;
	}
}

static size_t append(char *line, size_t used, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));
static size_t appendf(char *line, size_t used, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static size_t
append(char *line, size_t used, const char *format, va_list args)
{
	const size_t room = LINE_MAX_BYTES - 1 - used;	/* 1 for the newline */
	int n = vsnprintf(line + used, room, format, args);
	if (n < 0)
		return used;
	return (size_t)n < room ? used + (size_t)n : LINE_MAX_BYTES - 2;
}

static size_t
appendf(char *line, size_t used, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	used = append(line, used, format, args);
	va_end(args);
	return used;
}

/* "dumpengine: error: " or "12:00:01 home: error: " */
static size_t
begin_line(const struct report *rep, enum de_severity severity, char *line)
{
	size_t used = 0;

	if (rep->subject[0] == '\0') {
		used = appendf(line, used, "%s: ", rep->program);
	} else {
		time_t now = time(NULL);
		struct tm tm;
		if (localtime_r(&now, &tm) != NULL)
			used = appendf(line, used, "%02d:%02d:%02d ",
			    tm.tm_hour, tm.tm_min, tm.tm_sec);
		used = appendf(line, used, "%s: ", rep->subject);
	}
	if (severity == DE_ERROR)
		used = appendf(line, used, "error: ");
	else if (severity == DE_WARNING)
		used = appendf(line, used, "warning: ");
	return used;
}

static void
end_line(struct report *rep, size_t used)
{
	/* Names may contain terminal control sequences. */
	utf8_make_printable(rep->line, used);
	rep->line[used++] = '\n';
	/* Another process may have left a progress line. */
	if (report_has_progress(rep))
		write_all(rep->fd, WIPE_LINE, strlen(WIPE_LINE));
	rep->progress_shown = false;
	write_all(rep->fd, rep->line, used);
}

void
vreport(struct report *rep, enum de_severity severity, const char *format,
    va_list args)
{
	if (rep->taker != NULL) {
		char text[LINE_MAX_BYTES];
		append(text, 0, format, args);
		rep->taker(rep->taker_arg, severity, text);
		return;
	}
	if (!is_shown(rep, severity))
		return;
	pthread_mutex_lock(&rep->lock);
	size_t used = begin_line(rep, severity, rep->line);
	used = append(rep->line, used, format, args);
	end_line(rep, used);
	pthread_mutex_unlock(&rep->lock);
}

void
report(struct report *rep, enum de_severity severity, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	vreport(rep, severity, format, args);
	va_end(args);
}

void
report_line(struct report *rep, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	pthread_mutex_lock(&rep->lock);
	size_t used = append(rep->line, 0, format, args);
	end_line(rep, used);
	pthread_mutex_unlock(&rep->lock);
	va_end(args);
}

bool
report_has_progress(const struct report *rep)
{
	return rep->terminal && rep->level >= REPORT_NORMAL;
}

void
report_progress(struct report *rep, const char *line)
{
	if (!report_has_progress(rep))
		return;
	pthread_mutex_lock(&rep->lock);
	if (rep->progress_shown || line != NULL)
		write_all(rep->fd, WIPE_LINE, strlen(WIPE_LINE));
	if (line != NULL)
		write_all(rep->fd, line, strlen(line));
	rep->progress_shown = line != NULL;
	pthread_mutex_unlock(&rep->lock);
}
