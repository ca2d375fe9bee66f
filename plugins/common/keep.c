/* SPDX-License-Identifier: BSD-3-Clause */
#include "keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "content.h"

#define DAY 86400
#define DATE_BYTES 32
#define ADVICE_BYTES 400

void
keep_free(struct keep *k)
{
	free(k->going);
	k->going = NULL;
	k->going_count = 0;
}

/* ------------------------------------------------------------ what is known */

static enum de_dump_state
state_of(const struct keep *k, const struct label *label)
{
	const struct de_host *host = k->host;
	const struct de_dump_found found = label_found(label);

	if (!DE_HAS(host, dump_retire) || host->dump_state == NULL)
		return DE_DUMP_UNKNOWN;
	return host->dump_state(host, &found);
}

/* ---------------------------------------------------------------- refusals */

/* The operator confirms at the drive: `what` is released by blanking it. */
static void
advise(const struct keep *k, const char *what,
    char text[static ADVICE_BYTES])
{
	snprintf(text, ADVICE_BYTES, "insert another tape, or if %s may go: "
	    "%s; then try again", what, k->blank);
}

static enum de_status
refuse(struct keep *k, const struct keep_file *file, enum de_failure failure)
{
	k->failure = failure;
	k->mark = file->length == 0 ? 0 :
	    content_mark(file->block, file->length);
	return DE_FAILED;
}

static enum de_status
refuse_same_dump(struct keep *k, const struct keep_file *file,
    const struct label *label)
{
	k->host->report(k->host, DE_ERROR, "%s: the tape holds volume %" PRIu32
	    " of this dump, which restore will need; insert another tape, then "
	    "try again", k->name, label->volume);
	return refuse(k, file, DE_FAILURE_PROTECTED);
}

static void
describe_date(int64_t seconds, char text[static DATE_BYTES])
{
	const time_t date = (time_t)seconds;
	struct tm tm;

	if (localtime_r(&date, &tm) == NULL ||
	    strftime(text, DATE_BYTES, "%Y-%m-%d %H:%M", &tm) == 0)
		snprintf(text, DATE_BYTES, "?");
}

/* `why` is a clause such as "3 days old, and protect_days is 14". */
static enum de_status
refuse_dump(struct keep *k, const struct keep_file *file,
    const struct label *label, const char *why)
{
	char date[DATE_BYTES], advice[ADVICE_BYTES];

	describe_date(label->date, date);
	advise(k, "that dump", advice);
	k->host->report(k->host, DE_ERROR, "%s: %s is volume %" PRIu32 " of "
	    "the level %" PRId32 " dump \"%s\" of %s on %s, of %s, %s; %s",
	    k->name, file->place, label->volume, label->level, label->label,
	    label->filesystem,
	    label->host, date, why, advice);
	return refuse(k, file, DE_FAILURE_PROTECTED);
}

/* ----------------------------------------------------------- the catalogue */

bool
keep_take_protect(const struct de_host *host, struct keep_wish *wish)
{
	const char *protect = host->get_string(host, "protect");

	wish->asks_catalogue = protect != NULL;
	if (protect != NULL && strcmp(protect, "catalog") != 0) {
		host->report(host, DE_ERROR, "protect: \"%s\": expected "
		    "\"catalog\"", protect);
		return false;
	}
	if (protect == NULL ||
	    (DE_HAS(host, dump_hold) && host->dump_hold != NULL))
		return true;
	host->report(host, DE_ERROR, "protect: this version of dumpengine "
	    "cannot ask a catalogue for outputs");
	return false;
}

bool
keep_can_ask(const struct de_host *host, const struct keep_wish *wish)
{
	char why[KEEP_HOLD_BYTES];

	if (!wish->asks_catalogue || host->dump_hold(host, NULL, why,
	    sizeof(why)) != DE_HOLD_FAILED)
		return true;
	host->report(host, DE_ERROR, "protect: %s", why);
	return false;
}

/*
 * What the history knows to have been given up may go, unless the catalogue says
 * otherwise; but what nobody knows may be the last copy of something.
 */
void
keep_describe_hold(const struct de_host *host, const struct keep_wish *wish,
    const struct label *label, enum de_dump_state state,
    char why[static KEEP_HOLD_BYTES])
{
	const struct de_dump_found found = label_found(label);

	why[0] = '\0';
	if (!wish->asks_catalogue)
		return;
	const enum de_dump_hold hold = host->dump_hold(host, &found, why,
	    KEEP_HOLD_BYTES);
	if (hold == DE_HOLD_NONE || (hold == DE_HOLD_UNKNOWN &&
	    state == DE_DUMP_UNFINISHED))
		why[0] = '\0';
	else if (why[0] == '\0')
		snprintf(why, KEEP_HOLD_BYTES, "which the catalogue keeps");
}

/* ------------------------------------------------------------------ a dump */

void
keep_describe_age(const struct keep_wish *wish, const struct label *label,
    enum de_dump_state state, char why[static KEEP_WHY_BYTES])
{
	const int64_t days = wish->protect_days;
	const char *known = state == DE_DUMP_FINISHED ? "which is complete" :
	    "otherwise unknown here";

	why[0] = '\0';
	if (days == 0 || label->date <= wish->now - days * DAY)
		return;
	if (label->date > wish->now)
		snprintf(why, KEEP_WHY_BYTES, "%s, dated in the future, and "
		    "protect_days is %" PRId64, known, days);
	else
		snprintf(why, KEEP_WHY_BYTES, "%s, %" PRId64 " days old, and "
		    "protect_days is %" PRId64, known,
		    (wish->now - label->date) / DAY, days);
}

static enum de_status
check_age(struct keep *k, const struct keep_file *file,
    const struct label *label, enum de_dump_state state)
{
	char why[KEEP_WHY_BYTES];

	keep_describe_age(k->wish, label, state, why);
	return why[0] == '\0' ? DE_OK : refuse_dump(k, file, label, why);
}

static enum de_status
check_hold(struct keep *k, const struct keep_file *file,
    const struct label *label, enum de_dump_state state)
{
	char why[KEEP_HOLD_BYTES];

	keep_describe_hold(k->host, k->wish, label, state, why);
	return why[0] == '\0' ? DE_OK : refuse_dump(k, file, label, why);
}

static enum de_status
note_going(struct keep *k, const struct label *label)
{
	struct label *going = realloc(k->going,
	    (k->going_count + 1) * sizeof(*going));

	if (going == NULL) {
		k->host->report(k->host, DE_ERROR, "%s: out of memory",
		    k->name);
		return DE_FAILED;
	}
	going[k->going_count++] = *label;
	k->going = going;
	return DE_OK;
}

static void
tell_unfinished(const struct keep *k, const struct keep_file *file,
    const struct label *label)
{
	char date[DATE_BYTES];

	describe_date(label->date, date);
	k->host->report(k->host, DE_INFO, "%s: %s is volume %" PRIu32 " of a "
	    "dump of %s, of %s, that was never finished; overwriting it",
	    k->name, file->place, label->volume, label->filesystem, date);
}

enum de_status
keep_check_dump(struct keep *k, const struct keep_file *file,
    const struct label *label)
{
	const bool is_ours = label_is_of(label, k->volume);
	const enum de_dump_state state = state_of(k, label);

	if (is_ours && label->volume < k->volume->number)
		return refuse_same_dump(k, file, label);
	switch (state) {
	case DE_DUMP_UNFINISHED:
		if (is_ours)
			return DE_OK;
		if (check_hold(k, file, label, state) != DE_OK)
			return DE_FAILED;
		tell_unfinished(k, file, label);
		return note_going(k, label);
	case DE_DUMP_BASE:
		return refuse_dump(k, file, label, "on which another dump "
		    "depends, or the next one would");
	case DE_DUMP_UNKNOWN:
		if (is_ours)
			return DE_OK;
		break;
	case DE_DUMP_FINISHED:
		break;
	}
	if (check_hold(k, file, label, state) != DE_OK ||
	    check_age(k, file, label, state) != DE_OK)
		return DE_FAILED;
	return note_going(k, label);
}

/* A full tape may accept one more record on each attempt. */
enum de_status
keep_check_room(struct keep *k, const struct keep_file *file,
    const struct label *label)
{
	bool is_full = false;

	for (size_t i = 0; i < k->wish->full_count; i++)
		is_full = is_full || k->wish->full[i] == label->volume;
	if (!is_full || !label_is_of(label, k->volume))
		return DE_OK;
	k->host->report(k->host, DE_ERROR, "%s: volume %" PRIu32 " of this "
	    "dump fills the tape; insert another tape, then try again", k->name,
	    label->volume);
	return refuse(k, file, DE_FAILURE_FULL);
}

bool
keep_is_attempt(const struct keep *k, const struct label *label)
{
	if (!label_is_of(label, k->volume) ||
	    label->volume != k->volume->number)
		return false;
	/* Otherwise it belongs to another dump made in the same second. */
	const enum de_dump_state state = state_of(k, label);
	return state == DE_DUMP_UNKNOWN || state == DE_DUMP_UNFINISHED;
}

enum de_status
keep_let_go(struct keep *k)
{
	const struct de_host *host = k->host;

	if (!DE_HAS(host, dump_retire) || host->dump_retire == NULL)
		return DE_OK;
	for (size_t i = 0; i < k->going_count; i++) {
		const struct de_dump_found found = label_found(&k->going[i]);
		if (host->dump_retire(host, &found) != DE_OK) {
			k->failure = DE_FAILURE_PROTECTED;
			return DE_FAILED;
		}
	}
	return DE_OK;
}

/* ------------------------------------------------------------ anything else */

enum de_status
keep_check_foreign(struct keep *k, const struct keep_file *file)
{
	char what[CONTENT_BYTES] = "data in blocks larger than those of a dump";
	char advice[ADVICE_BYTES];

	if (k->wish->overwrite_foreign)
		return DE_OK;
	if (file->length > 0)
		content_describe(file->block, file->length, what);
	advise(k, "that", advice);
	k->host->report(k->host, DE_ERROR, "%s: %s is not a dump but %s; %s; "
	    "or set overwrite_foreign", k->name, file->place, what, advice);
	return refuse(k, file, DE_FAILURE_FOREIGN);
}

enum de_status
keep_check_unreadable(struct keep *k, const struct keep_file *file)
{
	char advice[ADVICE_BYTES];

	if (k->wish->overwrite_foreign)
		return DE_OK;
	advise(k, "everything on it", advice);
	k->host->report(k->host, DE_ERROR, "%s: %s cannot be read, so its "
	    "contents are unknown; %s", k->name, file->place, advice);
	return refuse(k, file, DE_FAILURE_UNREADABLE);
}

enum de_status
keep_refuse_append(struct keep *k, const struct keep_file *file)
{
	char advice[ADVICE_BYTES];

	advise(k, "everything on it", advice);
	k->host->report(k->host, DE_ERROR, "%s: %s cannot be read, so nothing "
	    "can be appended; %s", k->name, file->place, advice);
	return refuse(k, file, DE_FAILURE_UNREADABLE);
}
