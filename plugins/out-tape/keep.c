/* SPDX-License-Identifier: BSD-3-Clause */
#include "keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "content.h"

#define DAY 86400
#define DATE_BYTES 32
#define ADVICE_BYTES 256

void
keep_init(struct keep *k, struct drive *d, const struct place_wish *wish,
    const struct de_volume *volume)
{
	*k = (struct keep){ .drive = d, .wish = wish, .volume = volume };
}

void
keep_free(struct keep *k)
{
	free(k->going);
}

/* ------------------------------------------------------------ what is known */

static enum de_dump_state
state_of(const struct keep *k, const struct label *label)
{
	const struct de_host *host = k->drive->host;
	const struct de_dump_found found = label_found(label);

	if (!DE_HAS(host, dump_retire) || host->dump_state == NULL)
		return DE_DUMP_UNKNOWN;
	return host->dump_state(host, &found);
}

/* ---------------------------------------------------------------- refusals */

/* The operator's word is taken at the drive: `what` may go if it is blanked. */
static void
advise(const struct keep *k, const char *what,
    char text[static ADVICE_BYTES])
{
	const char *name = k->drive->name;
	char go[24] = "rewind";

	if (k->wish->kind == PLACE_FILE && k->wish->file > 0)
		snprintf(go, sizeof(go), "asf %d", k->wish->file);
	snprintf(text, ADVICE_BYTES, "put another tape in, or if %s may go: mt "
	    "-f %.64s %s; mt -f %.64s weof; then try again", what, name, go,
	    name);
}

static enum de_status
refuse(const struct keep *k, const struct keep_file *file,
    enum de_failure failure)
{
	k->drive->failure = failure;
	k->drive->mark = file->length == 0 ? 0 :
	    content_mark(file->block, file->length);
	return DE_FAILED;
}

static enum de_status
refuse_same_dump(const struct keep *k, const struct keep_file *file,
    const struct label *label)
{
	k->drive->host->report(k->drive->host, DE_ERROR, "%s: the tape holds "
	    "volume %" PRIu32 " of this dump, which restore will need; put "
	    "another tape in, then try again", k->drive->name, label->volume);
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

/* `why` as: "3 days old, and protect_days is 14". */
static enum de_status
refuse_dump(const struct keep *k, const struct keep_file *file,
    const struct label *label, const char *why)
{
	char date[DATE_BYTES], advice[ADVICE_BYTES];

	describe_date(label->date, date);
	advise(k, "that dump", advice);
	k->drive->host->report(k->drive->host, DE_ERROR, "%s: file %d of the "
	    "tape is volume %" PRIu32 " of the level %" PRId32 " dump \"%s\" "
	    "of %s on %s, of %s, %s; %s", k->drive->name, file->number,
	    label->volume, label->level, label->label, label->filesystem,
	    label->host, date, why, advice);
	return refuse(k, file, DE_FAILURE_PROTECTED);
}

/* ------------------------------------------------------------------ a dump */

static enum de_status
check_age(const struct keep *k, const struct keep_file *file,
    const struct label *label, enum de_dump_state state)
{
	const int64_t days = k->wish->protect_days;
	const char *known = state == DE_DUMP_FINISHED ? "which is complete" :
	    "of which nothing else is known here";
	char why[160];

	if (days == 0 || label->date <= k->wish->now - days * DAY)
		return DE_OK;
	if (label->date > k->wish->now)
		snprintf(why, sizeof(why), "%s, of the future, and "
		    "protect_days is %" PRId64, known, days);
	else
		snprintf(why, sizeof(why), "%s, %" PRId64 " days old, and "
		    "protect_days is %" PRId64, known,
		    (k->wish->now - label->date) / DAY, days);
	return refuse_dump(k, file, label, why);
}

static enum de_status
note_going(struct keep *k, const struct label *label)
{
	struct label *going = realloc(k->going,
	    (k->going_count + 1) * sizeof(*going));

	if (going == NULL) {
		k->drive->host->report(k->drive->host, DE_ERROR, "%s: out of "
		    "memory", k->drive->name);
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
	k->drive->host->report(k->drive->host, DE_INFO, "%s: file %d of the "
	    "tape is volume %" PRIu32 " of a dump of %s, of %s, that was never "
	    "finished: it is overwritten", k->drive->name, file->number,
	    label->volume, label->filesystem, date);
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
		if (!is_ours)
			tell_unfinished(k, file, label);
		return DE_OK;
	case DE_DUMP_BASE:
		return refuse_dump(k, file, label, "on which another dump "
		    "builds, or the next one would");
	case DE_DUMP_UNKNOWN:
		if (is_ours)
			return DE_OK;
		break;
	case DE_DUMP_FINISHED:
		break;
	}
	if (check_age(k, file, label, state) != DE_OK)
		return DE_FAILED;
	return note_going(k, label);
}

/* A drive may take a record more on a full tape, each time it is asked to. */
enum de_status
keep_check_room(const struct keep *k, const struct keep_file *file,
    const struct label *label)
{
	bool is_full = false;

	for (size_t i = 0; i < k->wish->full_count; i++)
		is_full = is_full || k->wish->full[i] == label->volume;
	if (!is_full || !label_is_of(label, k->volume))
		return DE_OK;
	k->drive->host->report(k->drive->host, DE_ERROR, "%s: the tape is full "
	    "of volume %" PRIu32 " of this dump; put another tape in, then try "
	    "again", k->drive->name, label->volume);
	return refuse(k, file, DE_FAILURE_FULL);
}

bool
keep_is_attempt(const struct keep *k, const struct label *label)
{
	if (!label_is_of(label, k->volume) ||
	    label->volume != k->volume->number)
		return false;
	/* Else it is of another one, of the same second. */
	const enum de_dump_state state = state_of(k, label);
	return state == DE_DUMP_UNKNOWN || state == DE_DUMP_UNFINISHED;
}

enum de_status
keep_let_go(const struct keep *k)
{
	const struct de_host *host = k->drive->host;

	if (!DE_HAS(host, dump_retire) || host->dump_retire == NULL)
		return DE_OK;
	for (size_t i = 0; i < k->going_count; i++) {
		const struct de_dump_found found = label_found(&k->going[i]);
		if (host->dump_retire(host, &found) != DE_OK) {
			k->drive->failure = DE_FAILURE_PROTECTED;
			return DE_FAILED;
		}
	}
	return DE_OK;
}

/* ------------------------------------------------------------ anything else */

enum de_status
keep_check_foreign(const struct keep *k, const struct keep_file *file)
{
	char what[CONTENT_BYTES] = "data in blocks larger than a dump has";
	char advice[ADVICE_BYTES];

	if (k->wish->overwrite_foreign)
		return DE_OK;
	if (file->length > 0)
		content_describe(file->block, file->length, what);
	advise(k, "that", advice);
	k->drive->host->report(k->drive->host, DE_ERROR, "%s: file %d of the "
	    "tape is no dump, but %s; %s; or set overwrite_foreign",
	    k->drive->name, file->number, what, advice);
	return refuse(k, file, DE_FAILURE_FOREIGN);
}

enum de_status
keep_check_unreadable(const struct keep *k, const struct keep_file *file)
{
	char advice[ADVICE_BYTES];

	if (k->wish->overwrite_foreign)
		return DE_OK;
	advise(k, "all on it", advice);
	k->drive->host->report(k->drive->host, DE_ERROR, "%s: file %d of the "
	    "tape cannot be read, so it is unknown what would be lost; %s",
	    k->drive->name, file->number, advice);
	return refuse(k, file, DE_FAILURE_UNREADABLE);
}

enum de_status
keep_refuse_append(const struct keep *k, const struct keep_file *file)
{
	char advice[ADVICE_BYTES];

	advise(k, "all on it", advice);
	k->drive->host->report(k->drive->host, DE_ERROR, "%s: file %d of the "
	    "tape cannot be read, so nothing can be appended behind it; %s",
	    k->drive->name, file->number, advice);
	return refuse(k, file, DE_FAILURE_UNREADABLE);
}
