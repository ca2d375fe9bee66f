/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/snapshot/snapshot.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/base/command.h"
#include "core/base/date.h"
#include "core/snapshot/freeze.h"
#include "core/host/find_device.h"
#include "core/base/state_file.h"

#define PREFIX "DUMPENGINE_"
#define TEXTS 10		/* in the state file, and NULL */
#define ENVIRONMENT 4		/* the first one for the commands */
#define LIMIT_MAX 86400		/* seconds */

struct snapshot {
	const struct job_config *job;	/* borrowed */
	struct signals *signals;	/* borrowed */
	struct report *rep;		/* borrowed */
	struct state_file *state;
	char *texts[TEXTS];		/* owned; terminated by NULL */
	struct found_device origin;
	int64_t date;			/* see snapshot_date() */
};

static const struct snapshot_settings *
settings_of(const struct snapshot *s)
{
	return &s->job->settings.snapshot;
}

/* ------------------------------------------------------- what was left over */

/* A number that an earlier run stored, or else the current setting. */
static int64_t
limit_of(const struct snapshot *s)
{
	const char *text = state_file_get(s->state, "timeout");
	const long long limit = text == NULL ? 0 : strtoll(text, NULL, 10);

	return limit > 0 && limit <= LIMIT_MAX ? limit :
	    settings_of(s)->timeout;
}

static const char *const *
environment_in(const char *const *texts)
{
	while (*texts != NULL && strncmp(*texts, PREFIX, strlen(PREFIX)) != 0)
		texts++;
	return texts;
}

/* True: no old snapshot is in the way of a new one. */
static bool
remove_left_over(struct snapshot *s)
{
	const char *remove = state_file_get(s->state, "remove");
	const char *made = state_file_get(s->state, "made");
	const char *device = state_file_get(s->state, "device");

	if (remove == NULL)
		return true;
	const struct command command = {
		.name = "snapshot.remove",
		.text = remove,
		.environment = environment_in(state_file_texts(s->state)),
		.limit = limit_of(s),
		.trust = s->job->source.plugin->trust,
		.rep = s->rep,
	};
	report(s->rep, DE_WARNING, "an earlier run of this job ended without "
	    "removing its snapshot %s of %s; removing it", device == NULL ? "" :
	    device, made == NULL ? "then" : made);
	if (command_run(&command))
		return true;
	if (strcmp(remove, settings_of(s)->remove) == 0) {
		report(s->rep, DE_WARNING, "removing it failed; ignore this if "
		    "it no longer existed");
		return true;
	}
	report(s->rep, DE_ERROR, "removing it failed, and the command for that "
	    "has changed since; remove it by hand, then remove %s",
	    state_file_path(s->state));
	return false;
}

/* --------------------------------------------------------------- making it */

static bool
add_text(struct snapshot *s, int at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static bool
add_text(struct snapshot *s, int at, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (vasprintf(&s->texts[at], format, args) == -1)
		s->texts[at] = NULL;
	va_end(args);
	return s->texts[at] != NULL;
}

/*
 * The contents of the state file, which commands receive from ENVIRONMENT on.
 */
static bool
make_texts(struct snapshot *s)
{
	char now[DATE_TEXT_BYTES];

	date_format((int64_t)time(NULL), now);
	if (add_text(s, 0, "remove=%s", settings_of(s)->remove) &&
	    add_text(s, 1, "device=%s", settings_of(s)->device) &&
	    add_text(s, 2, "made=%s", now) &&
	    add_text(s, 3, "timeout=%" PRId64,
	    settings_of(s)->timeout) &&
	    add_text(s, 4, PREFIX "JOB=%s", job_name(s->job)) &&
	    add_text(s, 5, PREFIX "DEVICE=%s", s->origin.device) &&
	    add_text(s, 6, PREFIX "MOUNT_POINT=%s", s->origin.mount_point) &&
	    add_text(s, 7, PREFIX "LEVEL=%" PRIu32,
	    s->job->settings.level) &&
	    add_text(s, 8, PREFIX "SNAPSHOT=%s", settings_of(s)->device))
		return true;
	report(s->rep, DE_ERROR, "out of memory");
	return false;
}

static bool
run(const struct snapshot *s, const char *name, const char *text,
    const struct signals *signals)
{
	const struct command command = {
		.name = name,
		.text = text,
		.environment = (const char *const *)s->texts + ENVIRONMENT,
		.limit = settings_of(s)->timeout,
		.signals = signals,
		.trust = s->job->source.plugin->trust,
		.rep = s->rep,
	};
	return command_run(&command);
}

/*
 * What changes while it is made may or may not be in it, so read the clock
 * first; and changes made by then need not be on disk yet.
 */
static void
take_date(struct snapshot *s)
{
	const int fd = s->origin.mount_point[0] == '\0' ? -1 :
	    open(s->origin.mount_point, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	s->date = (int64_t)time(NULL);
	if (fd != -1) {
		syncfs(fd);
		close(fd);
	}
}

static bool
create(struct snapshot *s)
{
	take_date(s);
	report(s->rep, DE_INFO, "making the snapshot %s of %s",
	    settings_of(s)->device, s->origin.device);
	return run(s, "snapshot.create", settings_of(s)->create, s->signals);
}

/* A snapshot that was made partly after the thaw is inconsistent. */
static bool
create_frozen(struct snapshot *s)
{
	const struct freeze_request request = {
		.mount_point = s->origin.mount_point,
		.limit = s->job->settings.freeze_limit,
		.folder = s->job->settings.state_dir,
		.job = job_name(s->job),
		.writes_to_folder = true,
		.rep = s->rep,
	};
	struct freeze *f = freeze_begin(&request);

	if (f == NULL)
		return false;
	bool ok = create(s);
	if (!freeze_end(f)) {
		report(s->rep, DE_ERROR, "the snapshot may be inconsistent and "
		    "is not used; raise freeze_limit, or make snapshot.create "
		    "faster");
		ok = false;
	}
	return ok;
}

static bool
create_as_configured(struct snapshot *s)
{
	if (!s->job->settings.freeze)
		return create(s);
	if (s->origin.mount_point[0] != '\0')
		return create_frozen(s);
	report(s->rep, DE_INFO, "%s is not mounted, so there is nothing to "
	    "freeze", s->origin.device);
	return create(s);
}

/* No question on an interrupt here: there is no dump yet. */
static enum exit_status
status_of_failure(const struct snapshot *s)
{
	if (s->signals->interrupt) {
		s->signals->interrupt = 0;
		s->signals->cancel = SIGINT;
	}
	return s->signals->cancel ? STATUS_ABORTED : STATUS_NOT_STARTED;
}

static bool
prepare(struct snapshot *s)
{
	s->state = state_file_open(s->job->settings.state_dir,
	    job_name(s->job), s->rep);
	return s->state != NULL && remove_left_over(s) &&
	    find_device(&s->job->source, s->rep, &s->origin) &&
	    make_texts(s) &&
	    state_file_write(s->state, (const char *const *)s->texts);
}

struct snapshot *
snapshot_make(const struct job_config *job, struct signals *signals,
    struct report *rep, enum exit_status *status)
{
	struct snapshot *s = calloc(1, sizeof(*s));

	*status = STATUS_NOT_STARTED;
	if (s == NULL) {
		report(rep, DE_ERROR, "out of memory");
		return NULL;
	}
	s->job = job;
	s->signals = signals;
	s->rep = rep;
	if (!prepare(s))
		goto fail;
	if (create_as_configured(s)) {
		*status = STATUS_COMPLETE;
		return s;
	}
	*status = status_of_failure(s);
	/* Part of it may exist. */
	snapshot_remove(s, *status);
fail:
	snapshot_free(s);
	return NULL;
}

const char *
snapshot_device(const struct snapshot *s)
{
	return settings_of(s)->device;
}

const char *
snapshot_origin(const struct snapshot *s)
{
	return s->origin.device;
}

const char *
snapshot_mount_point(const struct snapshot *s)
{
	return s->origin.mount_point;
}

int64_t
snapshot_date(const struct snapshot *s)
{
	return s->date;
}

enum exit_status
snapshot_remove(struct snapshot *s, enum exit_status status)
{
	report(s->rep, DE_INFO, "removing the snapshot %s",
	    settings_of(s)->device);
	bool ok = run(s, "snapshot.remove", settings_of(s)->remove, NULL);
	if (ok)
		ok = state_file_remove(s->state);
	else
		report(s->rep, DE_ERROR, "THE SNAPSHOT %s MAY STILL EXIST: "
		    "check that; the next run of this job tries to remove it "
		    "as long as %s exists", settings_of(s)->device,
		    state_file_path(s->state));
	return !ok && status == STATUS_COMPLETE ? STATUS_INCOMPLETE : status;
}

void
snapshot_free(struct snapshot *s)
{
	if (s == NULL)
		return;
	state_file_close(s->state);
	for (int i = 0; i < TEXTS; i++)
		free(s->texts[i]);
	free(s);
}

static bool
check(const struct job_config *job, const char *name, const char *text,
    struct signals *signals, struct report *rep)
{
	static const char *const nothing[] = { NULL };
	const struct command command = {
		.name = name,
		.text = text,
		.environment = nothing,
		.signals = signals,
		.trust = job->source.plugin->trust,
		.rep = rep,
	};
	return text == NULL || command_check(&command);
}

bool
snapshot_check(const struct job_config *job, struct signals *signals,
    struct report *rep)
{
	const struct snapshot_settings *settings = &job->settings.snapshot;
	const bool makes = check(job, "snapshot.create", settings->create,
	    signals, rep);

	return check(job, "snapshot.remove", settings->remove, signals,
	    rep) && makes;
}
