/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/level_schedule.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define COUNT_MAX 9999
#define WORD_BYTES 24

static const struct period {
	const char *word;
	enum level_unit unit;
	uint32_t count;
} periods[] = {
	{ "hourly", LEVEL_HOURS, 1 },
	{ "daily", LEVEL_DAYS, 1 },
	{ "weekly", LEVEL_WEEKS, 1 },
	{ "monthly", LEVEL_MONTHS, 1 },
	{ "quarterly", LEVEL_MONTHS, 3 },
	{ "yearly", LEVEL_MONTHS, 12 },
};

/* With a number before them. */
static const struct period units[] = {
	{ "hour", LEVEL_HOURS, 0 },
	{ "hours", LEVEL_HOURS, 0 },
	{ "day", LEVEL_DAYS, 0 },
	{ "days", LEVEL_DAYS, 0 },
	{ "week", LEVEL_WEEKS, 0 },
	{ "weeks", LEVEL_WEEKS, 0 },
};

/* What is still to be parsed, and where to say what is wrong. */
struct parsing {
	const char *at;
	char *why;
};

static bool
refuse(const struct parsing *p, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool
refuse(const struct parsing *p, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(p->why, LEVEL_SCHEDULE_WHY_BYTES, format, args);
	va_end(args);
	return false;
}

static void
skip_blanks(struct parsing *p)
{
	p->at += strspn(p->at, " \t\n");
}

/* Digits, at most nine: the value fits in 32 bits. */
static bool
take_number(struct parsing *p, uint32_t *number)
{
	const size_t length = strspn(p->at, "0123456789");

	if (length == 0 || length > 9)
		return false;
	*number = 0;
	for (size_t i = 0; i < length; i++)
		*number = *number * 10 + (uint32_t)(p->at[i] - '0');
	p->at += length;
	skip_blanks(p);
	return true;
}

/* Up to a blank or a comma.  A longer word is cut, and so matches none. */
static void
take_word(struct parsing *p, char word[static WORD_BYTES])
{
	const size_t length = strcspn(p->at, " \t\n,");

	snprintf(word, WORD_BYTES, "%.*s", (int)(length < WORD_BYTES ? length :
	    WORD_BYTES - 1), p->at);
	p->at += length;
	skip_blanks(p);
}

static const struct period *
find(const struct period *table, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(table[i].word, word) == 0)
			return &table[i];
	return NULL;
}

static bool
take_period(struct parsing *p, struct level_rule *rule)
{
	char word[WORD_BYTES];
	uint32_t count = 0;
	const bool counted = take_number(p, &count);

	take_word(p, word);
	const struct period *period = counted ?
	    find(units, sizeof(units) / sizeof(units[0]), word) :
	    find(periods, sizeof(periods) / sizeof(periods[0]), word);
	if (period == NULL)
		return refuse(p, "\"%s\" is no period%s; expected hourly, "
		    "daily, weekly, monthly, quarterly, yearly, or a number "
		    "of hours, days or weeks, such as \"3 days\"", word,
		    counted ? " after a number" : "");
	if (counted && (count == 0 || count > COUNT_MAX))
		return refuse(p, "a period of %u %s; expected 1 to %d",
		    (unsigned int)count, word, COUNT_MAX);
	rule->unit = period->unit;
	rule->count = counted ? count : period->count;
	return true;
}

static uint32_t
hours_of(const struct level_rule *rule)
{
	static const uint32_t hours[] = {
		[LEVEL_HOURS] = 1,
		[LEVEL_DAYS] = 24,
		[LEVEL_WEEKS] = 7 * 24,
		[LEVEL_MONTHS] = 730,	/* a year / 12 */
	};

	return rule->count * hours[rule->unit];
}

/* Does the rule fit behind the one before it? */
static bool
follows(const struct parsing *p, const struct level_rule *before,
    const struct level_rule *rule)
{
	if (rule->level <= before->level)
		return refuse(p, "level %u after level %u; list the levels in "
		    "ascending order, such as \"0 monthly, 1 weekly, "
		    "2 daily\"", (unsigned int)rule->level,
		    (unsigned int)before->level);
	if (hours_of(rule) >= hours_of(before))
		return refuse(p, "the period of level %u is not shorter than "
		    "that of level %u, so it would never be made; give a "
		    "higher level a shorter period",
		    (unsigned int)rule->level, (unsigned int)before->level);
	return true;
}

static bool
take_rule(struct parsing *p, struct level_schedule *s)
{
	struct level_rule *rule = &s->rules[s->count];

	if (s->count == LEVEL_RULES_MAX)
		return refuse(p, "has more than %d levels; leave some out",
		    LEVEL_RULES_MAX);
	if (!take_number(p, &rule->level))
		return refuse(p, "expected a level and its period, such as "
		    "\"1 weekly\", at \"%.40s\"", p->at);
	if (!take_period(p, rule))
		return false;
	if (s->count == 0 && rule->level != 0)
		return refuse(p, "begins with level %u; begin with level 0, "
		    "such as \"0 monthly\", on which the others build",
		    (unsigned int)rule->level);
	if (s->count > 0 && !follows(p, rule - 1, rule))
		return false;
	s->count++;
	return true;
}

static bool
take_rules(struct parsing *p, struct level_schedule *s)
{
	skip_blanks(p);
	while (take_rule(p, s)) {
		if (*p->at == '\0')
			return true;
		if (*p->at != ',')
			return refuse(p, "expected a comma at \"%.40s\"; "
			    "separate the levels by commas, such as "
			    "\"0 monthly, 1 weekly\"", p->at);
		p->at++;
		skip_blanks(p);
	}
	return false;
}

bool
level_schedule_parse(struct level_schedule *s, const char *text,
    char why[static LEVEL_SCHEDULE_WHY_BYTES])
{
	static const struct level_schedule hanoi = {
		.rules = { { 0, LEVEL_MONTHS, 1 }, { 1, LEVEL_WEEKS, 1 } },
		.count = 2,
		.is_hanoi = true,
	};
	struct parsing p = { text, why };

	*s = (struct level_schedule){ 0 };
	if (strcmp(text, "hanoi") == 0) {
		*s = hanoi;
		return true;
	}
	if (take_rules(&p, s))
		return true;
	*s = (struct level_schedule){ 0 };
	return false;
}
