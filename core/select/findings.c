/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/select/findings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/operator/message.h"
#include "core/select/paths.h"

#define KINDS 3			/* enum de_finding */
#define NOTE_KINDS 64		/* formats; others count as the last */
#define FLUSHES_MAX 4

struct finding {
	uint32_t inode;
	enum de_finding kind;
	bool data;		/* file data; see findings_take_data() */
	char *text;		/* owned */
};

/* The notes with one format. */
struct note_kind {
	const char *format;	/* borrowed */
	char *first;		/* text of the first one not shown */
	uint64_t count;
};

struct findings {
	const struct source *src;
	struct report *rep;
	int channel;
	uint64_t counts[KINDS];
	uint64_t listed[KINDS];		/* number passed to the supervisor */
	struct note_kind note_kinds[NOTE_KINDS];
	size_t note_kind_count;
	size_t batch;			/* number reported at once */
	size_t count;			/* not reported yet */
	size_t room;
	struct finding *items;
};

struct findings *
findings_new(const struct source *src, struct report *rep, int channel)
{
	struct findings *f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->src = src;
	f->rep = rep;
	f->channel = channel;
	f->batch = FINDINGS_BATCH;
	return f;
}

void
findings_free(struct findings *f)
{
	if (f == NULL)
		return;
	for (size_t i = 0; i < f->count; i++)
		free(f->items[i].text);
	for (size_t i = 0; i < f->note_kind_count; i++)
		free(f->note_kinds[i].first);
	free(f->items);
	free(f);
}

/* -------------------------------------------------------------- reporting */

/* Past the limit of the report, but the next level must include it. */
static void
tell_number(const struct findings *f, const struct finding *finding)
{
	const struct message m = {
		.type = MESSAGE_RETAKE,
		.u.inode = finding->inode,
	};

	if (finding->kind != DE_FINDING_NOTE)
		message_send(f->channel, &m, true);
}

static void
tell_supervisor(struct findings *f, const struct finding *finding,
    const char *path)
{
	struct message m = { .type = MESSAGE_FINDING };
	struct message_finding *to = &m.u.finding;

	if (f->channel == -1)
		return;
	if (f->listed[finding->kind] >= FINDINGS_LISTED_MAX) {
		tell_number(f, finding);
		return;
	}
	f->listed[finding->kind]++;
	to->kind = finding->kind;
	to->inode = finding->inode;
	snprintf(to->path, sizeof(to->path), "%s", path);
	snprintf(to->text, sizeof(to->text), "%s", finding->text);
	message_send(f->channel, &m, true);
}

static void
report_those(struct findings *f, size_t count, struct paths *paths, bool data)
{
	for (size_t i = 0; i < count; i++) {
		const struct finding *finding = &f->items[i];
		if (finding->data != data)
			continue;
		const char *path = paths_get(paths, finding->inode);
		const bool is_note = finding->kind == DE_FINDING_NOTE;
		report(f->rep, is_note ? DE_INFO : DE_WARNING, "%s%s (inode %"
		    PRIu32 "): %s", is_note ? "note: " : "", path,
		    finding->inode, finding->text);
		tell_supervisor(f, finding, path);
	}
}

/* Findings made while searching for the paths go to the next batch. */
static void
report_batch(struct findings *f)
{
	const size_t count = f->count;
	uint32_t *inodes = calloc(count, sizeof(*inodes));
	struct paths *paths = NULL;

	if (inodes != NULL) {
		for (size_t i = 0; i < count; i++)
			inodes[i] = f->items[i].inode;
		paths = paths_find(f->src, inodes, count);
	}
	report_those(f, count, paths, false);
	report_those(f, count, paths, true);
	paths_free(paths);
	free(inodes);
	for (size_t i = 0; i < count; i++)
		free(f->items[i].text);
	f->count -= count;
	memmove(f->items, f->items + count, f->count * sizeof(*f->items));
}

static void
report_hidden_notes(struct findings *f)
{
	for (size_t i = 0; i < f->note_kind_count; i++) {
		struct note_kind *k = &f->note_kinds[i];
		if (k->first == NULL)
			continue;
		report(f->rep, DE_INFO, "note: %" PRIu64 " more like this one "
		    "(-v shows all): %s", k->count - FINDINGS_NOTES_MAX,
		    k->first);
		free(k->first);
		k->first = NULL;
		k->count = FINDINGS_NOTES_MAX;
	}
}

/* ------------------------------------------------------------- collecting */

static struct note_kind *
find_note_kind(struct findings *f, const char *format)
{
	for (size_t i = 0; i < f->note_kind_count; i++) {
		struct note_kind *k = &f->note_kinds[i];
		if (k->format == format || strcmp(k->format, format) == 0)
			return k;
	}
	if (f->note_kind_count == NOTE_KINDS)
		return &f->note_kinds[NOTE_KINDS - 1];
	struct note_kind *k = &f->note_kinds[f->note_kind_count++];
	k->format = format;
	return k;
}

/* Counts it; false: enough of its kind have been shown. */
static bool
is_note_shown(struct findings *f, const char *format, const char *text)
{
	struct note_kind *k = find_note_kind(f, format);

	if (++k->count <= FINDINGS_NOTES_MAX ||
	    report_is_shown(f->rep, DE_DEBUG))
		return true;
	if (k->first == NULL)
		k->first = strndup(text, FINDING_TEXT_BYTES);
	return false;
}

static bool
make_room(struct findings *f)
{
	if (f->count < f->room)
		return true;
	const size_t room = f->room == 0 ? 64 : 2 * f->room;
	struct finding *items = reallocarray(f->items, room, sizeof(*items));
	if (items == NULL)
		return false;
	f->items = items;
	f->room = room;
	return true;
}

static void
keep(struct findings *f, enum de_finding kind, uint32_t inode,
    const char *text, bool data)
{
	char *copy = make_room(f) ? strndup(text, FINDING_TEXT_BYTES - 1) :
	    NULL;

	if (copy == NULL) {
		report(f->rep, DE_WARNING, "inode %" PRIu32 ": %s", inode,
		    text);
		return;
	}
	f->items[f->count++] = (struct finding){ inode, kind, data, copy };
}

void
findings_take(struct findings *f, enum de_finding kind, uint32_t inode,
    const char *format, const char *text)
{
	/* A kind defined by a plugin newer than this engine. */
	if ((unsigned int)kind >= KINDS)
		kind = DE_FINDING_MISSING;
	f->counts[kind]++;
	if (kind != DE_FINDING_NOTE || is_note_shown(f, format, text))
		keep(f, kind, inode, text, false);
}

bool
findings_hook(void *findings, enum de_finding kind, uint32_t inode,
    const char *format, const char *text)
{
	findings_take(findings, kind, inode, format, text);
	return true;
}

void
findings_take_data(struct findings *f, uint32_t inode, const char *text)
{
	f->counts[DE_FINDING_READ_ERROR]++;
	keep(f, DE_FINDING_READ_ERROR, inode, text, true);
}

void
findings_add(struct findings *f, uint32_t inode, const char *format, ...)
{
	char text[FINDING_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	findings_take(f, DE_FINDING_MISSING, inode, format, text);
}

void
findings_note(struct findings *f, uint32_t inode, const char *format, ...)
{
	char text[FINDING_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	findings_take(f, DE_FINDING_NOTE, inode, format, text);
}

void
findings_settle(struct findings *f)
{
	if (f->count < f->batch)
		return;
	report_batch(f);
	if (f->batch < FINDINGS_BATCH_MAX)
		f->batch *= 2;
}

uint64_t
findings_flush(struct findings *f)
{
	/* A source reports a fault only once; a faulty one might never stop. */
	for (int i = 0; i < FLUSHES_MAX && f->count > 0; i++)
		report_batch(f);
	report_hidden_notes(f);
	return f->counts[DE_FINDING_MISSING] +
	    f->counts[DE_FINDING_READ_ERROR];
}

uint64_t
findings_read_errors(const struct findings *f)
{
	return f->counts[DE_FINDING_READ_ERROR];
}

uint64_t
findings_notes(const struct findings *f)
{
	return f->counts[DE_FINDING_NOTE];
}
