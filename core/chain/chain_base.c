/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Chooses the dump that a level builds on.
 */
#include "core/chain/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/chain/chain_lines.h"
#include "core/chain/chain_own.h"
#include "core/chain/chain_volumes.h"
#include "core/base/date.h"
#include "core/chain/level.h"

#define WHY_BYTES 512
#define STEP_MIN 2		/* seconds; less may be rounding */

struct choice {
	const struct chain *chain;
	const struct history_list *list;
	const struct chain_lines *lines;
	char why[WHY_BYTES];	/* reason for the last refusal */
	bool by_rules;		/* the reason is that it selected less */
	bool is_lost;		/* part of its chain is unknown, and the */
				/*   history was damaged */
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

/* Was the filesystem rolled back to an older state in between? */
static bool
was_put_back(const struct history_record *then,
    const struct history_record *later)
{
	return (later->written != 0 && later->written < then->written) ||
	    (later->lifetime_writes != 0 &&
	    later->lifetime_writes < then->lifetime_writes);
}

/*
 * Was the dump made from the filesystem as it is now?  One restored from an
 * older copy counts as another: a level on top would miss what that undid.
 */
static bool
is_of_filesystem(struct choice *c, const struct history_record *r)
{
	const struct history_record *own = &c->chain->own;

	if (strcmp(r->uuid, own->uuid) != 0)
		return refuse(c, "is of another filesystem, UUID %s; the UUID "
		    "is now %s", *r->uuid != '\0' ? r->uuid : "(none)",
		    *own->uuid != '\0' ? own->uuid : "(none)");
	if (differ(r->created, own->created)) {
		char then[DATE_TEXT_BYTES], now[DATE_TEXT_BYTES];
		date_format(r->created, then);
		date_format(own->created, now);
		return refuse(c, "is of another filesystem, created %s; the "
		    "current one was created %s", then, now);
	}
	if (was_put_back(r, own))
		return refuse(c, "holds a later state of the filesystem than "
		    "the current one: an older copy was restored, or the clock "
		    "was set back");
	return true;
}

/*
 * Does any later run show that the clock or the filesystem was set back since
 * the dump?  Changes made until the clock caught up again carry times that
 * predate the dump, so a level on top would miss them.
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
			    "filesystem was restored, or the clock was set "
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

/* `child`: the dump that builds on it, or NULL if it is itself refused. */
static bool
has_volumes(struct choice *c, const struct history_record *r,
    const struct chain_line *child)
{
	const char *file = chain_volume_gone(r);
	char text[WHY_BYTES];

	if (file == NULL)
		return true;
	char *plain = history_plain(file);
	const struct chain_line line = { r->level, r->date, r, false };
	describe(&line, text);
	if (child == NULL)
		refuse(c, "is gone: there is no %.400s any more",
		    plain != NULL ? plain : file);
	else
		refuse(c, "builds on %.100s, which is gone: there is no %.300s "
		    "any more", text, plain != NULL ? plain : file);
	free(plain);
	return false;
}

/* Do the dump and all its bases exist, and are they of this filesystem? */
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
			return child == NULL ? refuse(c, "is gone: one of its "
			    "volumes was overwritten") : refuse(c, "builds on "
			    "a dump with a volume that was overwritten");
		if (r != NULL && !has_volumes(c, r, child))
			return false;
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
	return refuse(c, "builds on %.200s, which is no longer a base: another "
	    "dump replaced it", text);
}

static bool
is_base(struct choice *c, const struct chain_line *line)
{
	const struct history_record *r = line->record;

	c->by_rules = false;
	c->is_lost = false;
	if (line->date > c->chain->own.date)
		return refuse(c, "is dated later than this one, which would "
		    "miss earlier changes; check the clock");
	if (!is_whole_chain(c, line))
		return false;
	if (c->is_lost)
		return refuse(c, "is unknown: its record or that of one of its "
		    "bases was lost, because %s/history is damaged; after the "
		    "next level 0, remove the .damaged files there",
		    c->chain->history.folder);
	c->by_rules = true;
	if (r != NULL && !chain_covers(r, &c->chain->own))
		return refuse(c, "left out files that this one takes (exclude, "
		    "subtree or nodump; job %s)", r->job);
	if (r != NULL && r->retake_is_cut)
		return refuse(c, "lacks more items than the history could "
		    "record");
	return true;
}

/*
 * Report a dump that was skipped.  One that is not in the file may come from an
 * earlier use of the name, and is not worth a message.
 */
static void
tell(const struct choice *c, const struct chain_line *line, bool found)
{
	char text[WHY_BYTES];

	if (!line->in_file)
		return;
	describe(line, text);
	report(c->chain->rep, found && c->by_rules ? DE_INFO : DE_WARNING,
	    "%s cannot be the base: it %s", text, c->why);
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

/* --------------------------------------------------- changes since the base */

/*
 * How many seconds the wall clock was set back since the dump, measured against
 * the uptime.  0 if unknown because the machine has rebooted.
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
 * The earliest time of a change that may be missing from the base: its date, or
 * earlier if it holds an older state or the clock was set back.
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
		report(chain->rep, DE_INFO, "the clock was set back by %"
		    PRId64 " seconds since the last dump; dumping changes "
		    "from that much earlier as well", step);
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
