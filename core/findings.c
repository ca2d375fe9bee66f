/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/findings.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/paths.h"

struct finding {
	uint32_t inode;
	char text[FINDING_TEXT_BYTES];
};

struct findings {
	const struct source *src;
	struct report *rep;
	uint64_t total;
	size_t count;			/* not reported yet */
	size_t room;			/* in the batch */
	struct finding *batch;
};

struct findings *
findings_new(const struct source *src, struct report *rep)
{
	struct findings *f = calloc(1, sizeof(*f));
	if (f == NULL)
		return NULL;
	f->src = src;
	f->rep = rep;
	return f;
}

void
findings_free(struct findings *f)
{
	if (f == NULL)
		return;
	free(f->batch);
	free(f);
}

static void
report_batch(struct findings *f)
{
	uint32_t *inodes = calloc(f->count, sizeof(*inodes));
	struct paths *paths = NULL;

	if (inodes != NULL) {
		for (size_t i = 0; i < f->count; i++)
			inodes[i] = f->batch[i].inode;
		paths = paths_find(f->src, inodes, f->count);
	}
	for (size_t i = 0; i < f->count; i++)
		report(f->rep, DE_WARNING, "%s (inode %" PRIu32 "): %s",
		    paths_get(paths, f->batch[i].inode), f->batch[i].inode,
		    f->batch[i].text);
	paths_free(paths);
	free(inodes);
	f->count = 0;
}

static bool
make_room(struct findings *f)
{
	if (f->count < f->room)
		return true;
	const size_t room = f->room == 0 ? 64 : 2 * f->room;
	struct finding *batch = reallocarray(f->batch, room, sizeof(*batch));
	if (batch == NULL)
		return false;
	f->batch = batch;
	f->room = room;
	return true;
}

void
findings_take(struct findings *f, enum de_finding kind, uint32_t inode,
    const char *text)
{
	if (kind != DE_FINDING_NOTE)
		f->total++;
	if (!make_room(f)) {
		report(f->rep, DE_WARNING, "inode %" PRIu32 ": %s", inode,
		    text);
		return;
	}
	struct finding *finding = &f->batch[f->count++];
	finding->inode = inode;
	snprintf(finding->text, sizeof(finding->text), "%s", text);
}

void
findings_add(struct findings *f, uint32_t inode, const char *format, ...)
{
	char text[FINDING_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	findings_take(f, DE_FINDING_MISSING, inode, text);
}

void
findings_note(struct findings *f, uint32_t inode, const char *format, ...)
{
	char text[FINDING_TEXT_BYTES];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	findings_take(f, DE_FINDING_NOTE, inode, text);
}

void
findings_settle(struct findings *f)
{
	if (f->count >= FINDINGS_BATCH)
		report_batch(f);
}

uint64_t
findings_flush(struct findings *f)
{
	if (f->count > 0)
		report_batch(f);
	return f->total;
}
