/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/catalog/retention.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define PERIOD_BYTES 24

/* A rule for the newest dump of each of the last periods that have one. */
struct rule {
	enum retention_reason reason;
	const char *word;
};

static const struct rule rules[] = {
	{ RETENTION_HOURLY, "hourly" },
	{ RETENTION_DAILY, "daily" },
	{ RETENTION_WEEKLY, "weekly" },
	{ RETENTION_MONTHLY, "monthly" },
	{ RETENTION_YEARLY, "yearly" },
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

static size_t
format_period(enum retention_reason rule, const struct tm *tm,
    char text[static PERIOD_BYTES])
{
	switch (rule) {
	case RETENTION_HOURLY:
		return strftime(text, PERIOD_BYTES, "%Y-%m-%d %H h", tm);
	case RETENTION_WEEKLY:
		return strftime(text, PERIOD_BYTES, "%G-W%V", tm);
	case RETENTION_MONTHLY:
		return strftime(text, PERIOD_BYTES, "%Y-%m", tm);
	case RETENTION_YEARLY:
		return strftime(text, PERIOD_BYTES, "%Y", tm);
	default:
		return strftime(text, PERIOD_BYTES, "%Y-%m-%d", tm);
	}
}

/* The period that a date is in; equal within it. */
static void
name_period(enum retention_reason rule, int64_t date,
    char text[static PERIOD_BYTES])
{
	const time_t seconds = (time_t)date;
	struct tm tm;

	if (localtime_r(&seconds, &tm) == NULL ||
	    format_period(rule, &tm, text) == 0)
		snprintf(text, PERIOD_BYTES, "%lld", (long long)date);
}

/* ----------------------------------------------------------------- the rules */

/* The dumps that are being decided on. */
struct list {
	struct retention_dump *dumps;
	size_t count;
	size_t job;
};

static bool
counts(const struct list *l, const struct retention_dump *dump)
{
	return dump->job == l->job && dump->is_usable && !dump->is_broken;
}

static void
keep_all(const struct list *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->dumps[i].job == l->job)
			l->dumps[i].reasons |= RETENTION_NO_RULE;
}

static void
keep_last(const struct list *l, uint32_t number)
{
	struct retention_dump *dumps = l->dumps;

	for (size_t i = l->count; i-- > 0 && number > 0;) {
		if (!counts(l, &dumps[i]))
			continue;
		dumps[i].reasons |= RETENTION_LAST;
		number--;
	}
}

static void
keep_periods(const struct list *l, const struct rule *rule, uint32_t number)
{
	char before[PERIOD_BYTES] = "", period[PERIOD_BYTES];
	struct retention_dump *dumps = l->dumps;

	for (size_t i = l->count; i-- > 0 && number > 0;) {
		if (!counts(l, &dumps[i]))
			continue;
		name_period(rule->reason, dumps[i].date, period);
		if (strcmp(period, before) == 0)
			continue;
		dumps[i].reasons |= rule->reason;
		memcpy(before, period, sizeof(before));
		number--;
	}
}

/* Counted from the newest, so that a machine that is off loses nothing. */
static void
keep_within(const struct list *l, int64_t seconds)
{
	struct retention_dump *dumps = l->dumps;
	int64_t newest = INT64_MIN;

	for (size_t i = l->count; i-- > 0;) {
		if (!counts(l, &dumps[i]))
			continue;
		if (newest == INT64_MIN)
			newest = dumps[i].date;
		if (seconds > 0 && dumps[i].date > newest - seconds)
			dumps[i].reasons |= RETENTION_WITHIN;
	}
}

/* Is it complete, with all that it builds on? */
static bool
is_complete_chain(const struct retention_dump *dumps, size_t dump)
{
	for (;;) {
		const struct retention_dump *d = &dumps[dump];
		if (!d->is_usable || d->is_broken || !d->is_complete)
			return false;
		if (d->base == RETENTION_NO_BASE || d->base >= dump)
			return d->base == RETENTION_NO_BASE;
		dump = d->base;
	}
}

/* The newest of all too, as the next dump may build on it. */
static void
keep_newest_chains(const struct list *l)
{
	struct retention_dump *dumps = l->dumps;
	bool has_newest = false;

	for (size_t i = l->count; i-- > 0;) {
		if (!counts(l, &dumps[i]))
			continue;
		const bool is_complete = is_complete_chain(dumps, i);
		if (!is_complete && has_newest)
			continue;
		dumps[i].reasons |= RETENTION_NEWEST;
		has_newest = true;
		if (is_complete)
			return;
	}
}

void
retention_decide(const struct keep_settings *keep, size_t job,
    struct retention_dump *dumps, size_t count)
{
	const struct list l = { .dumps = dumps, .count = count, .job = job };

	if (keep == NULL || !keep->is_set) {
		keep_all(&l);
		return;
	}
	const uint32_t numbers[RULES] = { keep->hourly, keep->daily,
	    keep->weekly, keep->monthly, keep->yearly };
	keep_last(&l, keep->last);
	for (size_t i = 0; i < RULES; i++)
		keep_periods(&l, &rules[i], numbers[i]);
	keep_within(&l, keep->within);
	keep_newest_chains(&l);
}

/* Bases are older, so one pass from the newest on finds all. */
void
retention_keep_bases(struct retention_dump *dumps, size_t count)
{
	for (size_t i = count; i-- > 0;)
		if (dumps[i].reasons != 0 && dumps[i].base < i)
			dumps[dumps[i].base].reasons |= RETENTION_BASE;
}

/* ------------------------------------------------------------------ in words */

struct words {
	char *text;
	size_t length;
};

static void
add_word(struct words *w, const char *word, const char *period)
{
	const size_t room = RETENTION_TEXT_BYTES - w->length;
	const int n = snprintf(w->text + w->length, room, "%s%s%s%s",
	    w->length == 0 ? "" : ", ", word, period[0] == '\0' ? "" : " ",
	    period);

	if (n > 0)
		w->length += (size_t)n < room ? (size_t)n : room - 1;
}

void
retention_describe(const struct retention_dump *dump,
    char text[static RETENTION_TEXT_BYTES])
{
	struct words w = { .text = text };
	char period[PERIOD_BYTES];

	text[0] = '\0';
	if ((dump->reasons & RETENTION_LAST) != 0)
		add_word(&w, "last", "");
	for (size_t i = 0; i < RULES; i++) {
		if ((dump->reasons & (unsigned int)rules[i].reason) == 0)
			continue;
		name_period(rules[i].reason, dump->date, period);
		add_word(&w, rules[i].word, period);
	}
	if ((dump->reasons & RETENTION_WITHIN) != 0)
		add_word(&w, "within", "");
	if ((dump->reasons & RETENTION_NO_RULE) != 0)
		add_word(&w, "its job keeps everything", "");
	if ((dump->reasons & RETENTION_NEWEST) != 0)
		add_word(&w, "newest chain", "");
	if ((dump->reasons & RETENTION_BASE) != 0)
		add_word(&w, "base of a dump that stays", "");
	if ((dump->reasons & RETENTION_IN_USE) != 0)
		add_word(&w, "the next dump would build on it", "");
}
