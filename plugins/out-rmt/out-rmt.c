/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * out-rmt.c - output: a file or tape drive on another host, through rmt
 */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "../common/pattern.h"
#include "../common/resource.h"
#include "attempts.h"
#include "canonical.h"
#include "earlier.h"
#include "readback.h"
#include "write.h"

/* Bytes in flight by default, enough for a fast network. */
#define WINDOW_BYTES (8 << 20)
#define WINDOW_MIN 8
/* Seconds between attempts to connect, doubling up to the maximum. */
#define FIRST_PAUSE 1
#define LONGEST_PAUSE 60
/* For cleaning up when a volume is discarded; less when aborting. */
#define DISCARD_SECONDS 30
/* At most this many targets are examined by check(). */
#define LOOKED_AT_MAX 16

static const struct de_option out_rmt_options[] = {
	{ "target", DE_OPTION_STRINGS, DE_OPTION_REQUIRED, 1, 4095, NULL,
	  "[user@]host:file; %v volume, %j job, %l level, %d date, %h host, "
	  "%% percent; a list names each volume" },
	{ "rsh", DE_OPTION_STRINGS, 0, 1, 4095, NULL,
	  "remote shell; if not set, RSH of the environment or else ssh" },
	{ "rmt", DE_OPTION_STRINGS, 0, 1, 4095, "/etc/rmt",
	  "path of rmt on the host; a list is a command and its arguments" },
	{ "window", DE_OPTION_INTEGER, 0, 0, WINDOW_MAX, "0",
	  "records in flight at a time; 0: 8 MiB of them, but at least 8" },
	{ "timeout", DE_OPTION_INTEGER, 0, 1, 86400, "300",
	  "seconds to wait for a record to be sent, and for an answer" },
	{ "reconnect_attempts", DE_OPTION_INTEGER, 0, 0, 1000, "10",
	  "how often to reconnect for one volume" },
	{ "tape", DE_OPTION_STRING, 0, 4, 5, "auto",
	  "whether the target is a tape drive: true, false or auto" },
	{ "rewind", DE_OPTION_BOOLEAN, 0, 0, 0, "true",
	  "rewind a tape before writing a volume" },
	{ "eject", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "rewind and eject the tape when its volume is complete" },
	{ "protect_days", DE_OPTION_INTEGER, 0, 0, 36500, "0",
	  "days for which a dump is not overwritten; 0: none" },
	{ "protect", DE_OPTION_STRING, 0, 1, 16, NULL,
	  "\"catalog\": overwrite only dumps that the catalogue lets go" },
	{ "overwrite_foreign", DE_OPTION_BOOLEAN, 0, 0, 0, "false",
	  "overwrite a tape without a dump, and what cannot be read" },
	DE_OPTIONS_END
};

static enum de_status
out_of_memory(const struct de_host *host)
{
	host->report(host, DE_ERROR, "out-rmt: out of memory");
	return DE_FAILED;
}

/* ------------------------------------------------------------------- names */

/*
 * The target of a volume, to be freed: as named by the EOT handler, or else by
 * the options; the last in a list serves for all further volumes.
 */
static char *
name_of(const struct out_rmt *r, const struct de_volume *volume)
{
	const size_t i = volume->number <= r->target_count ?
	    volume->number - 1 : r->target_count - 1;

	return volume->medium != NULL ? strdup(volume->medium) :
	    pattern_expand(r->targets[i], volume);
}

/* Check all that are known in advance before the first is written. */
static bool
targets_are_good(struct out_rmt *r, const struct de_volume *volume)
{
	struct de_volume each = *volume;
	struct remote trial = r->remote;
	bool good = true;

	each.medium = NULL;
	trial.name = NULL;
	trial.argv = NULL;
	trial.trial = NULL;
	trial.target = (struct target){ 0 };
	for (size_t i = 0; i < r->target_count && good; i++) {
		each.number = (uint32_t)(i + 1);
		char *name = name_of(r, &each);
		good = name != NULL && remote_set(&trial, name);
		remote_unset(&trial);
	}
	return good;
}

static bool
set_target(struct out_rmt *r, const struct de_volume *volume)
{
	char *name = name_of(r, volume);

	if (name == NULL)
		return out_of_memory(r->host) == DE_OK;
	if (!remote_set(&r->remote, name))
		return false;
	for (size_t i = 0; i < r->written_count; i++)
		if (strcmp(name, r->written[i]) == 0) {
			r->host->report(r->host, DE_ERROR, "%s already holds "
			    "an earlier volume of this dump; use %%v in the "
			    "target, a list of targets, or an EOT handler "
			    "that names another", name);
			return false;
		}
	return volume->number > 1 || targets_are_good(r, volume);
}

/* So that no later volume overwrites it. */
static bool
remember(struct out_rmt *r)
{
	char **written = reallocarray(r->written, r->written_count + 1,
	    sizeof(*written));
	char *name = strdup(r->remote.name);

	if (written != NULL)
		r->written = written;
	if (written == NULL || name == NULL) {
		free(name);
		return out_of_memory(r->host) == DE_OK;
	}
	written[r->written_count++] = name;
	return true;
}

/* -------------------------------------------------------------- connecting */

/* Is it a tape drive?  A device in /dev is sent a harmless request. */
static bool
find_out_tape(struct out_rmt *r)
{
	struct remote *remote = &r->remote;

	r->is_tape = r->tape == TAPE_YES;
	if (r->tape == TAPE_YES)
		return remote_tape(remote, TAPE_NOTHING, 1);
	if (r->tape == TAPE_NO || !target_is_device(&remote->target))
		return true;
	r->is_tape = remote_try_tape(remote, TAPE_NOTHING, 1);
	if (r->is_tape || remote->error == ENOTTY ||
	    remote->error == EINVAL || remote->error == ENOSYS)
		return true;
	if (remote->error != 0)
		remote_report(remote, "the tape drive is not ready",
		    remote->error, "");
	return false;
}

/* A device other than a tape drive cannot be verified. */
static bool
is_fit_to_verify(const struct out_rmt *r, const struct de_volume *volume)
{
	if (!DE_HAS(volume, properties) ||
	    (volume->properties & DE_VOLUME_VERIFIED) == 0 ||
	    !target_is_device(&r->remote.target) || r->is_tape)
		return true;
	r->host->report(r->host, DE_ERROR, "%s: cannot be read back; "
	    "verify = true requires a file or a tape", r->remote.name);
	return false;
}

/*
 * In which file of the tape does the volume begin?  An rmt that ends when asked
 * is not asked again.
 */
static bool
find_out_file(struct out_rmt *r)
{
	struct remote *remote = &r->remote;

	if (r->shared->tells_nothing ||
	    remote_tell_file(remote, &r->tape_file))
		return true;
	if (connection_trouble(remote->connection) != TROUBLE_LOST)
		return false;
	r->shared->tells_nothing = true;
	remote_disconnect(remote);
	return remote_connect(remote) && remote_open(remote, OPEN_WRITE);
}

static bool
wind_to_begin(struct out_rmt *r)
{
	r->tape_file = -1;
	if (!r->is_tape)
		return true;
	if (!r->rewind)
		return find_out_file(r);
	r->tape_file = 0;
	return remote_tape(&r->remote, TAPE_REWIND, 1);
}

/* A missing device in /dev must not be created. */
static bool
open_once(struct out_rmt *r, const struct de_volume *volume)
{
	struct remote *remote = &r->remote;

	if (!remote_connect(remote) || !out_rmt_let_go(r, volume, true) ||
	    !remote_open(remote, r->tape == TAPE_YES || target_is_device(
	    &remote->target) ? OPEN_WRITE : OPEN_CREATE) ||
	    !find_out_tape(r) || !is_fit_to_verify(r, volume))
		return false;
	return wind_to_begin(r);
}

/*
 * A connection that has worked may work again, and the drive becomes free when
 * the rmt of a lost connection notices its end.
 */
static bool
is_passing(const struct out_rmt *r)
{
	return (r->remote.trouble == TROUBLE_LOST &&
	    r->shared->was_connected) ||
	    (r->remote.trouble == TROUBLE_NONE && r->shared->losses > 0 &&
	    r->remote.error == EBUSY);
}

/* By `once`, as often as it may help. */
static bool
open_remote(struct out_rmt *r, const struct de_volume *volume,
    bool (*once)(struct out_rmt *r, const struct de_volume *volume))
{
	int64_t pause = FIRST_PAUSE;

	for (int64_t attempt = 1; !once(r, volume); attempt++) {
		remote_disconnect(&r->remote);
		if (!is_passing(r) || attempt > r->reconnect_attempts)
			return false;
		r->host->report(r->host, DE_WARNING, "%s: next attempt in "
		    "%" PRId64 " s (%" PRId64 " of %" PRId64 ")",
		    r->remote.name, pause, attempt, r->reconnect_attempts);
		if (!remote_pause(&r->remote, pause))
			return false;
		pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
	}
	r->shared->was_connected = true;
	return true;
}

/*
 * A directory that exists can be opened for reading.  Whether a file can be
 * created in it cannot be known without creating one.
 */
static bool
look_at_folder(struct remote *remote)
{
	char request[REQUEST_BYTES];
	char folder[TARGET_FILE_MAX + 1];
	const char *slash = strrchr(remote->target.file, '/');
	struct answer answer;

	if (slash == NULL)
		return true;		/* in the remote user's home */
	snprintf(folder, sizeof(folder), "%.*s",
	    slash == remote->target.file ? 1 :
	    (int)(slash - remote->target.file), remote->target.file);
	if (!remote_ask(remote, request, request_open(request, folder,
	    OPEN_READ), &answer))
		return false;
	/* A directory may be writable but not readable. */
	if (answer.error == 0 || answer.error == EACCES)
		return true;
	remote_report(remote, "cannot be created", answer.error, answer.text);
	return false;
}

/*
 * Could it be written?  What exists is opened, but neither created nor
 * truncated; a tape is left where the volume would begin.
 */
static bool
look_at_target(struct out_rmt *r, const struct de_volume *volume)
{
	struct remote *remote = &r->remote;
	char request[REQUEST_BYTES];
	struct answer answer;

	if (!remote_connect(remote) || !out_rmt_let_go(r, volume, false) ||
	    !remote_ask(remote, request, request_open(request,
	    remote->target.file, OPEN_WRITE), &answer))
		return false;
	if (answer.error == 0)
		return find_out_tape(r) && is_fit_to_verify(r, volume) &&
		    remote_close(remote);
	if (answer.error == ENOENT && !target_is_device(&remote->target) &&
	    r->tape != TAPE_YES)
		return look_at_folder(remote);
	remote_report(remote, "cannot be opened for writing", answer.error,
	    answer.text);
	return false;
}

/* Examine the first of a list; the first volume's target is set already. */
static bool
look_at_targets(struct out_rmt *r, const struct de_volume *volume)
{
	struct de_volume each = *volume;
	bool good = look_at_target(r, &each);

	remote_disconnect(&r->remote);
	for (uint32_t i = 2; good && i <= r->target_count &&
	    i <= LOOKED_AT_MAX; i++) {
		each.number = i;
		remote_unset(&r->remote);
		char *name = name_of(r, &each);
		good = name != NULL && remote_set(&r->remote, name) &&
		    look_at_target(r, &each);
		remote_disconnect(&r->remote);
	}
	return good;
}

static enum de_status
out_rmt_check(void *self, const struct de_volume *volume)
{
	struct out_rmt *r = self;
	const bool good = keep_can_ask(r->host, &r->wish) &&
	    set_target(r, volume) && look_at_targets(r, volume);

	remote_unset(&r->remote);
	return good ? DE_OK : DE_FAILED;
}

/* ----------------------------------------------------------------- opening */

/* By the last remote error. */
static enum de_failure
failure_of(const struct out_rmt *r, int error)
{
	switch (error) {
	case EBUSY:
		return DE_FAILURE_BUSY;
	case EROFS:
		return DE_FAILURE_WRITE_PROTECTED;
	case ENOMEDIUM:
		return DE_FAILURE_NO_MEDIUM;
	case ENXIO:
	case ENODEV:
	case ENOENT:
	case ENOTDIR:
		return DE_FAILURE_NO_DEVICE;
	case ENOSPC:
	case EDQUOT:
		return DE_FAILURE_FULL;
	case EIO:
		return r->is_tape ? DE_FAILURE_MEDIUM : DE_FAILURE_OTHER;
	default:
		break;
	}
	return r->remote.trouble == TROUBLE_LOST ||
	    r->remote.trouble == TROUBLE_START ? DE_FAILURE_NO_DEVICE :
	    DE_FAILURE_OTHER;
}

static uint32_t
window_length(const struct out_rmt *r, uint32_t record_size)
{
	uint32_t length = WINDOW_BYTES / record_size;

	if (r->window_option != 0)
		return (uint32_t)r->window_option;
	if (length < WINDOW_MIN)
		length = WINDOW_MIN;
	return length > WINDOW_MAX ? WINDOW_MAX : length;
}

static void
begin(struct out_rmt *r, const struct de_volume *volume)
{
	if (r->shared->volume != volume->number) {
		r->shared->volume = volume->number;
		r->shared->limit = NO_LIMIT;
		r->shared->losses = 0;
		r->shared->return_to = 0;
		r->shared->cleared[0] = '\0';
	}
	r->volume = volume->number;
	r->window_length = window_length(r, volume->record_size);
	window_begin(&r->window);
	r->ended = r->failed = r->may_retry = r->reading = false;
	r->refusal = DE_FAILURE_OTHER;
	r->mark = 0;
	r->reads_open = r->reads_sent = 0;
	r->failure = 0;
}

static enum de_status
out_rmt_open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct out_rmt *r = self;

	begin(r, volume);
	r->remote.tidy_end = 0;
	remote_unset(&r->remote);
	if (!set_target(r, volume) || !open_remote(r, volume,
	    open_once)) {
		remote_disconnect(&r->remote);
		medium->failure = r->refusal != DE_FAILURE_OTHER ?
		    r->refusal : failure_of(r, r->remote.error);
		if (DE_HAS(medium, mark))
			medium->mark = r->mark;
		remote_unset(&r->remote);
		return DE_FAILED;
	}
	medium->name = r->remote.name;
	medium->window = (uint32_t)r->window_length;
	if (r->is_tape)
		medium->properties |= DE_MEDIUM_STREAMS;
	if (!out_rmt_is_repeatable(r))
		medium->properties |= DE_MEDIUM_ONCE;
	if (r->is_tape && r->tape_file >= 0 && DE_HAS(medium, file)) {
		medium->properties |= DE_MEDIUM_HAS_FILE;
		medium->file = (uint32_t)r->tape_file;
	}
	r->shared->return_to = 0;
	return DE_OK;
}

/* ----------------------------------------------------------------- reading */

/* A name may depend on what only the caller knows. */
static bool
can_be_named(const struct out_rmt *r, const struct de_volume *volume)
{
	if (volume->medium != NULL || volume->date != 0)
		return true;
	for (size_t i = 0; i < r->target_count; i++)
		if (pattern_uses(r->targets[i], "ld")) {
			r->host->report(r->host, DE_ERROR, "%s names the file "
			    "by level and date of the dump, which are not "
			    "known here; give the name of the file",
			    r->targets[i]);
			return false;
		}
	return true;
}

/* Reading begins where the tape is, if nobody knows better. */
static bool
wind_to_volume(struct out_rmt *r, const struct de_volume *volume)
{
	if (!r->is_tape)
		return true;
	if (DE_HAS(volume, file) && volume->file != 0)
		return tape_place_go_to_file(&r->remote, volume->file - 1);
	return (volume->properties & DE_VOLUME_AGAIN) == 0 ||
	    volume->number != r->read_volume ||
	    tape_place_go_back(&r->remote, r->place.is_behind);
}

static bool
open_to_read(struct out_rmt *r, const struct de_volume *volume)
{
	return remote_connect(&r->remote) &&
	    remote_open(&r->remote, OPEN_READ) && find_out_tape(r) &&
	    wind_to_volume(r, volume);
}

static bool
open_reading(struct out_rmt *r, const struct de_volume *volume)
{
	if (!can_be_named(r, volume))
		return false;
	char *name = name_of(r, volume);
	if (name == NULL)
		return out_of_memory(r->host) == DE_OK;
	if (!remote_set(&r->remote, name) ||
	    !open_remote(r, volume, open_to_read))
		return false;
	const struct fetch_config config = {
		.remote = &r->remote,
		.is_tape = r->is_tape,
		.unit = volume->record_size,
		.reconnect_attempts = r->reconnect_attempts,
		.place = &r->place,
	};
	r->read_volume = volume->number;
	tape_place_begin(&r->place, &r->remote);
	r->fetch = fetch_new(&config);
	return r->fetch != NULL;
}

static enum de_status
out_rmt_open_reading(void *self, const struct de_volume *volume,
    struct de_reading *about)
{
	struct out_rmt *r = self;

	remote_unset(&r->remote);
	r->remote.is_read = true;
	r->remote.error = 0;
	r->remote.tidy_end = 0;
	if (open_reading(r, volume)) {
		about->name = r->remote.name;
		fetch_describe(r->fetch, about);
		return DE_OK;
	}
	remote_disconnect(&r->remote);
	about->failure = r->remote.error == ENOENT &&
	    !target_is_device(&r->remote.target) ? DE_FAILURE_NO_MEDIUM :
	    failure_of(r, r->remote.error);
	remote_unset(&r->remote);
	return DE_FAILED;
}

static enum de_status
out_rmt_read_record(void *self, void *buffer, size_t room, size_t *length)
{
	struct out_rmt *r = self;

	return r->fetch == NULL ? out_rmt_read_back(r, buffer, room, length) :
	    fetch_next(r->fetch, buffer, room, length);
}

static enum de_status
out_rmt_tell(void *self, uint64_t *position)
{
	const struct out_rmt *r = self;

	return fetch_tell(r->fetch, position);
}

static enum de_status
out_rmt_go_to(void *self, uint64_t position)
{
	struct out_rmt *r = self;

	return fetch_go_to(r->fetch, position);
}

static void
out_rmt_close_reading(void *self)
{
	struct out_rmt *r = self;

	fetch_free(r->fetch);
	r->fetch = NULL;
}

/* ----------------------------------------------------------------- closing */

static enum de_status
finish(struct out_rmt *r)
{
	struct remote *remote = &r->remote;

	if (!r->ended && out_rmt_settle(r) != DE_OK)
		return DE_FAILED;
	if (!out_rmt_end_readback(r))
		return out_rmt_fail(r);
	/* After reading back, this has been done, and the tape is past it. */
	if (r->is_tape && r->reads_sent == 0 &&
	    !remote_tape(remote, TAPE_FILE_MARK, 1))
		return out_rmt_fail(r);
	if (r->is_tape && r->eject && !remote_tape(remote, TAPE_EJECT, 1))
		return out_rmt_fail(r);
	if (!remote_close(remote))
		return out_rmt_fail(r);
	if (!target_is_device(&remote->target) && !r->is_tape && !remember(r))
		return DE_FAILED;
	return DE_OK;
}

/* Leave a tape that does not rewind where the volume began, for the next. */
static void
wind_back(struct out_rmt *r)
{
	struct remote *remote = &r->remote;

	if (r->rewind || r->tape_file < 0 || remote->connection == NULL ||
	    connection_trouble(remote->connection) != TROUBLE_NONE ||
	    r->host->cancelled(r->host))
		return;
	if (out_rmt_drain(r) && out_rmt_end_readback(r))
		(void)tape_place_go_to_file(remote, (uint32_t)r->tape_file);
}

/* Empty a file if the connection still works; rmt cannot remove one. */
static void
discard(struct out_rmt *r)
{
	struct remote *remote = &r->remote;
	bool emptied = false;

	if (r->is_tape)
		wind_back(r);
	if (target_is_device(&remote->target) || r->is_tape)
		return;
	remote_tidy(remote, DISCARD_SECONDS);
	if (remote->connection != NULL && out_rmt_drain(r) &&
	    out_rmt_end_readback(r))
		emptied = remote_reopen(remote, OPEN_CREATE) &&
		    remote_close(remote);
	if (!emptied)
		r->host->report(r->host, DE_WARNING, "%s: that file now holds "
		    "an incomplete volume", remote->name);
}

static enum de_status
out_rmt_close_volume(void *self, enum de_close how)
{
	struct out_rmt *r = self;
	enum de_status status = DE_OK;

	if (how == DE_CLOSE_COMPLETE)
		status = finish(r);
	if (how == DE_CLOSE_DISCARD || status != DE_OK)
		discard(r);
	remote_disconnect(&r->remote);
	return status;
}

static bool
out_rmt_may_retry(void *self)
{
	const struct out_rmt *r = self;
	return r->may_retry;
}

static enum de_failure
out_rmt_failure(void *self)
{
	const struct out_rmt *r = self;
	return failure_of(r, r->failure);
}

/* For a tape that holds the previous volume. */
static bool
out_rmt_needs_change(void *self, const struct de_volume *volume)
{
	struct out_rmt *r = self;
	char *name = name_of(r, volume);
	const bool needed = r->is_tape && name != NULL &&
	    r->remote.name != NULL && strcmp(name, r->remote.name) == 0;

	free(name);
	return needed;
}

static enum de_status
name_target(const struct resource_taker *taker, const char *text)
{
	struct target target;
	char why[200];

	/* Errors in it are reported when it is used. */
	if (!target_parse(&target, text, why, sizeof(why)))
		return DE_OK;
	char *name = canonical_name(&target);
	const struct de_resource resource = {
		.struct_size = sizeof(resource),
		.properties = taker->properties,
		.name = name,
		.text = text,
		.keeps = taker->keeps,
	};
	enum de_status status = name == NULL ? DE_FAILED :
	    taker->take(taker->arg, &resource);
	/* Another job may write to the same file without rmt. */
	if (status == DE_OK && canonical_is_local(&target) &&
	    target.file[0] == '/')
		status = resource_name_path(taker, target.file);
	free(name);
	target_free(&target);
	return status;
}

/* The next volume continues there, unless the drive rewinds on close. */
static enum de_status
name_target_behind(const struct resource_taker *taker, const char *text)
{
	struct resource_taker keeping = *taker;
	struct target target;
	char why[200];

	if (target_parse(&target, text, why, sizeof(why))) {
		if (canonical_is_not_rewound(&target))
			keeping.keeps = DE_KEEPS_ALL;
		target_free(&target);
	}
	return name_target(&keeping, text);
}

static enum de_status
out_rmt_name_resources(void *self, const struct de_volume *volume,
    de_resource_fn *take, void *arg)
{
	const struct out_rmt *r = self;
	const struct resource_taker taker = { .take = take, .arg = arg };

	return resource_name_volumes(&taker, r->targets, r->target_count,
	    volume, r->rewind ? name_target : name_target_behind);
}

/* ------------------------------------------------------------ the instance */

static bool
patterns_are_good(const struct out_rmt *r)
{
	char wrong;

	for (size_t i = 0; i < r->target_count; i++)
		if (!pattern_is_valid(r->targets[i], &wrong)) {
			r->host->report(r->host, DE_ERROR, "target: \"%s\": "
			    "unknown %%%c; expected %%v, %%j, %%l, %%d or "
			    "%%%%", r->targets[i], wrong);
			return false;
		}
	return true;
}

static bool
get_tape(struct out_rmt *r)
{
	static const char *const values[] = {
		[TAPE_AUTO] = "auto", [TAPE_YES] = "true", [TAPE_NO] = "false",
	};
	const char *value = r->host->get_string(r->host, "tape");

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strcmp(value, values[i]) == 0) {
			r->tape = (enum tape_option)i;
			return true;
		}
	r->host->report(r->host, DE_ERROR, "tape: invalid value \"%s\"; "
	    "expected \"true\", \"false\" or \"auto\"", value);
	return false;
}

/* Could users other than root have written the commands? */
static bool
is_rsh_safe(const struct out_rmt *r)
{
	const struct remote *remote = &r->remote;
	const char *key = remote->rsh == &r->environment_rsh ? "RSH" : "rsh";
	char *text = strdup(""), *longer;
	bool ok = text != NULL;

	for (size_t i = 0; ok && i < remote->rsh_count; i++) {
		ok = asprintf(&longer, "%s %s", text, remote->rsh[i]) != -1;
		if (ok) {
			free(text);
			text = longer;
		}
	}
	if (!ok)
		out_of_memory(r->host);
	else
		ok = r->host->check_command(r->host, key, text, NULL) == DE_OK;
	free(text);
	return ok;
}

static bool
get_commands(struct out_rmt *r)
{
	struct remote *remote = &r->remote;

	remote->rsh_count = r->host->get_strings(r->host, "rsh", &remote->rsh);
	r->environment_rsh = getenv("RSH");
	if (remote->rsh_count == 0 && r->environment_rsh != NULL) {
		remote->rsh = &r->environment_rsh;
		remote->rsh_count = 1;
	}
	remote->rmt_count = r->host->get_strings(r->host, "rmt", &remote->rmt);
	remote->environment = r->host->command_environment(r->host);
	if (remote->environment == NULL || !is_rsh_safe(r))
		return false;
	if (remote->rmt_count > 0 && remote->rmt[0][0] != '-')
		return true;
	r->host->report(r->host, DE_ERROR, "rmt: the command is empty");
	return false;
}

static void
out_rmt_destroy(void *self)
{
	struct out_rmt *r = self;

	remote_unset(&r->remote);
	for (size_t i = 0; i < r->written_count; i++)
		free(r->written[i]);
	free(r->written);
	if (r->shared != NULL)
		munmap(r->shared, sizeof(*r->shared));
	free(r);
}

static bool
map_shared(struct out_rmt *r)
{
	void *shared = mmap(NULL, sizeof(*r->shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (shared == MAP_FAILED)
		return out_of_memory(r->host) == DE_OK;
	r->shared = shared;
	return true;
}

static void
get_options(struct out_rmt *r)
{
	const struct de_host *host = r->host;

	r->target_count = host->get_strings(host, "target", &r->targets);
	r->window_option = host->get_integer(host, "window");
	r->reconnect_attempts = host->get_integer(host, "reconnect_attempts");
	r->rewind = host->get_boolean(host, "rewind");
	r->eject = host->get_boolean(host, "eject");
	r->wish.protect_days = host->get_integer(host, "protect_days");
	r->wish.overwrite_foreign = host->get_boolean(host,
	    "overwrite_foreign");
	r->remote.host = host;
	r->remote.timeout = host->get_integer(host, "timeout");
}

static enum de_status
out_rmt_create(const struct de_host *host, void **self)
{
	struct out_rmt *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return out_of_memory(host);
	r->host = host;
	get_options(r);
	if (!keep_take_protect(host, &r->wish) || !get_tape(r) ||
	    !get_commands(r) || !patterns_are_good(r) ||
	    !map_shared(r)) {
		out_rmt_destroy(r);
		return DE_FAILED;
	}
	*self = r;
	return DE_OK;
}

static const struct de_output out_rmt_output = {
	.struct_size = sizeof(out_rmt_output),
	.check = out_rmt_check,
	.open_volume = out_rmt_open_volume,
	.write = out_rmt_write,
	.close_volume = out_rmt_close_volume,
	.begin_readback = out_rmt_begin_readback,
	.needs_change = out_rmt_needs_change,
	.settled = out_rmt_settled,
	.settle = out_rmt_settle,
	.may_retry = out_rmt_may_retry,
	.failure = out_rmt_failure,
	.name_resources = out_rmt_name_resources,
	.open_reading = out_rmt_open_reading,
	.read_record = out_rmt_read_record,
	.tell = out_rmt_tell,
	.go_to = out_rmt_go_to,
	.close_reading = out_rmt_close_reading,
	.shorten = out_rmt_shorten,
};

static const struct de_plugin out_rmt = {
	DE_PLUGIN_ABI,
	.kind = DE_OUTPUT,
	.name = "out-rmt",
	.summary = "write each volume to a file or tape drive of another "
	    "machine",
	.options = out_rmt_options,
	.create = out_rmt_create,
	.destroy = out_rmt_destroy,
	.output = &out_rmt_output,
};

DE_PLUGIN(out_rmt);
