/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Which dump a level builds on.
 */
#include "core/chain/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/chain/chain_lines.h"
#include "core/chain/chain_own.h"
#include "core/base/date.h"
#include "core/chain/level.h"

#define WHY_BYTES 512
#define STEP_MIN 2		/* seconds; less may come from rounding */

struct choice {
	const struct chain *chain;
	const struct history_list *list;
	const struct chain_lines *lines;
	char why[WHY_BYTES];	/* not the line that was looked at last */
	bool by_rules;		/* that is because less is in it */
	bool is_lost;		/* nothing is known of one of its chain, but */
				/*   the history was damaged */
};

static bool
refuse(struct choice *c, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool
refuse(struct choice *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->why, sizeof(c->why), format, args);
	va_end(args);
	return false;
}

static bool
differ(int64_t a, int64_t b)
{
	return a != 0 && b != 0 && a != b;
}

/* Has the filesystem been, since then, as it was before? */
static bool
was_put_back(const struct history_record *then,
    const struct history_record *later)
{
	return (later->written != 0 && later->written < then->written) ||
	    (later->lifetime_writes != 0 &&
	    later->lifetime_writes < then->lifetime_writes);
}

/*
 * Is it of the filesystem that is there now?  One that was put back from an
 * older copy is another: the level would lack what was undone by that.
 */
static bool
is_of_filesystem(struct choice *c, const struct history_record *r)
{
	const struct history_record *own = &c->chain->own;

	if (strcmp(r->uuid, own->uuid) != 0)
		return refuse(c, "is of another filesystem, with the UUID %s, "
		    "where %s is now", *r->uuid != '\0' ? r->uuid : "(none)",
		    *own->uuid != '\0' ? own->uuid : "(none)");
	if (differ(r->created, own->created)) {
		char then[DATE_TEXT_BYTES], now[DATE_TEXT_BYTES];
		date_format(r->created, then);
		date_format(own->created, now);
		return refuse(c, "is of another filesystem, made on %s; the one "
		    "there now was made on %s", then, now);
	}
	if (was_put_back(r, own))
		return refuse(c, "is of a later state of the filesystem than "
		    "the one there now: an older copy of it was put back, or "
		    "the clock was set back");
	return true;
}

/*
 * What runs since then have seen.  When the clock was set back after a dump, what
 * changed until it came to the same time again has times that the dump should
 * have, and nobody can say how many there are.
 */
static bool
was_seen_right(struct choice *c, const struct history_record *r)
{
	for (size_t i = 0; i < c->list->count; i++) {
		const struct history_record *later = &c->list->items[i];
		if (later->order <= r->order)
			continue;
		if (later->begun < r->begun)
			return refuse(c, "was made before the clock was set "
			    "back");
		if (strcmp(later->uuid, r->uuid) == 0 &&
		    !differ(later->created, r->created) &&
		    was_put_back(r, later))
			return refuse(c, "was made before an older copy of the "
			    "filesystem was put back, or the clock was set "
			    "back");
	}
	return true;
}

static void
describe(const struct chain_line *line, char text[static WHY_BYTES])
{
	char date[DATE_TEXT_BYTES];

	date_format(line->date, date);
	snprintf(text, WHY_BYTES, "the level %" PRIu32 " dump of %s",
	    line->level, date);
}

/* It, and all that it builds on, is there, and of this filesystem. */
static bool
is_whole_chain(struct choice *c, const struct chain_line *line)
{
	const struct chain_line *child = NULL;
	bool broken = false;

	for (size_t rounds = 0; line != NULL; rounds++) {
		const struct history_record *r = line->record;
		c->is_lost = c->is_lost || (r == NULL && c->list->is_cut);
		if (r != NULL && (!is_of_filesystem(c, r) ||
		    !was_seen_right(c, r) || rounds > c->lines->count))
			return false;
		if (r != NULL && r->status == HISTORY_GONE)
			return child == NULL ? refuse(c, "is gone: a volume of "
			    "it was overwritten") : refuse(c, "builds on one "
			    "of which a volume was overwritten");
		child = line;
		line = chain_parent(c->lines, line, &broken);
	}
	if (!broken || child == NULL || child->record == NULL)
		return true;
	const struct chain_line parent = {
		.level = (uint32_t)child->record->base_level,
		.date = child->record->base_date,
	};
	char text[WHY_BYTES];
	describe(&parent, text);
	return refuse(c, "builds on %.200s, which is no base any more: another "
	    "dump has taken its place", text);
}

static bool
is_base(struct choice *c, const struct chain_line *line)
{
	const struct history_record *r = line->record;

	c->by_rules = false;
	c->is_lost = false;
	if (line->date > c->chain->own.date)
		return refuse(c, "has a later date than this one, so that what "
		    "changed up to then would be missing: a clock was wrong");
	if (!is_whole_chain(c, line))
		return false;
	if (c->is_lost)
		return refuse(c, "may be anything: what was known of it or of "
		    "one that it builds on was lost, as the state in %s/history "
		    "is damaged; once you have a new level 0, remove the files "
		    "that are named .damaged there", c->chain->history.folder);
	c->by_rules = true;
	if (r != NULL && !chain_covers(r, &c->chain->own))
		return refuse(c, "left out what this one takes (exclude, "
		    "subtree or nodump; job %s)", r->job);
	if (r != NULL && r->retake_is_cut)
		return refuse(c, "lacks more than is kept count of");
	return true;
}

/*
 * Those that are not even in the file need not be spoken of, unless they would
 * have been the ones: they may be of an earlier life of that name.
 */
static void
tell(const struct choice *c, const struct chain_line *line, bool found)
{
	char text[WHY_BYTES];

	if (!line->in_file)
		return;
	describe(line, text);
	report(c->chain->rep, found && c->by_rules ? DE_INFO : DE_WARNING,
	    "%s is passed over: it %s", text, c->why);
}

static int
later_first(const void *a, const void *b)
{
	const struct chain_line *x = a, *y = b;

	if (x->date != y->date)
		return x->date < y->date ? 1 : -1;
	return x->level < y->level ? 1 : x->level > y->level ? -1 : 0;
}

static const struct chain_line *
choose(struct choice *c, uint32_t level)
{
	const struct chain_lines *lines = c->lines;
	size_t at = 0;

	while (at < lines->count && (lines->items[at].level >= level ||
	    !is_base(c, &lines->items[at])))
		at++;
	for (size_t i = 0; i < at; i++)
		if (lines->items[i].level < level &&
		    !is_base(c, &lines->items[i]))
			tell(c, &lines->items[i], at < lines->count);
	return at < lines->count ? &lines->items[at] : NULL;
}

/* -------------------------------------------------- what has changed since it */

/*
 * By how many seconds the clock has been set back since then, as far as that can
 * be told: it is measured against one that nobody sets, until the machine is
 * started again.
 */
static int64_t
step_back(const struct history_record *r)
{
	struct history_record now;
	char boot[40];

	history_stamp(&now, getpid(), boot);
	if (r->boot[0] == '\0' || strcmp(r->boot, boot) != 0 ||
	    now.uptime < r->uptime)
		return 0;
	const int64_t step = r->begun + (now.uptime - r->uptime) / 1000 -
	    now.begun;
	return step < STEP_MIN ? 0 : step;
}

/*
 * The moment from which on a change may not be in the base.  Its date, but what
 * was dumped may have been older, or the clock ahead.
 */
static int64_t
since(const struct chain *chain, const struct chain_line *line)
{
	const struct history_record *r = line->record;
	int64_t since = line->date;

	if (r == NULL)
		return since;
	if (r->moment < since)
		since = r->moment;
	const int64_t step = step_back(r);
	if (step > 0) {
		report(chain->rep, DE_INFO, "the clock has been set back by %"
		    PRId64 " seconds since the last dump; that much more is "
		    "dumped", step);
		since = since > step ? since - step : 1;
	}
	return since > 0 ? since : 1;
}

static bool
take_inodes(const struct chain *chain, const struct history_record *r,
    struct level *level)
{
	const size_t count = r == NULL ? 0 : json_array_size(r->retake) / 2 * 2;

	if (count == 0)
		return true;
	level->retake = calloc(count, sizeof(*level->retake));
	if (level->retake == NULL) {
		report(chain->rep, DE_ERROR, "out of memory");
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		const json_int_t n = json_integer_value(
		    json_array_get(r->retake, i));
		level->retake[level->retake_count++] = n < 0 ? 0 :
		    n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
	}
	return true;
}

bool
chain_find_base(const struct chain *chain, struct level *level)
{
	const struct chain_place place = { chain->own.dumpdates,
	    chain->own.name, chain->given };
	struct history_list list;
	struct chain_lines lines;

	history_load(&chain->history, &list);
	bool ok = chain_lines_read(&lines, &place, &list, true,
	    chain->rep, chain->cancelled);
	if (ok) {
		struct choice c = { .chain = chain, .list = &list,
		    .lines = &lines };
		if (lines.count > 1)
			qsort(lines.items, lines.count, sizeof(*lines.items),
			    later_first);
		const struct chain_line *base = choose(&c, level->number);
		if (base != NULL) {
			level->base_date = base->date;
			level->base_level = (int32_t)base->level;
			level->since = since(chain, base);
			ok = take_inodes(chain, base->record, level);
		}
	}
	chain_lines_free(&lines);
	history_free(&list);
	return ok;
}
