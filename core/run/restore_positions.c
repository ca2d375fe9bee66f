/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_positions.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/report_file.h"
#include "core/format/positions.h"
#include "core/run/restore_set.h"
#include "core/run/restore_watch.h"

#define LINE_BYTES 128

/* ------------------------------------------------------------------ writing */

/* Its record is `record` bytes. */
static void
put_inode(struct positions *p, const struct set *set, uint32_t inode,
    uint32_t record)
{
	uint32_t volume;
	uint64_t position;

	if (set_position(set, &volume, &position))
		positions_put(p, inode, volume, position - position % record);
}

static bool
write_table(struct restore *r, struct restore_set *s, FILE *out)
{
	uint32_t record = DE_TAPE_BLOCK;
	struct positions p;
	struct set_item item;

	positions_begin(&p, out, restore_set_identity(s)->date);
	restore_watch_begin(r->watch, restore_set_size(s));
	while (restore_set_next(s, &item)) {
		if (item.kind != SET_INODE)
			continue;
		if (item.header->blocking > 0 && item.header->blocking <= 1024)
			record = item.header->blocking * DE_TAPE_BLOCK;
		if (!item.is_hidden &&
		    positions_lists(item.header->meta.mode)) {
			put_inode(&p, restore_set_open(s), item.inode, record);
			r->files++;
		}
		restore_set_skip(s);
	}
	return r->verdict == VERDICT_GO_ON;
}

static bool
write_file(struct restore *r, struct report_file *f)
{
	const int fd = fcntl(f->fd, F_DUPFD_CLOEXEC, 3);
	FILE *out = fd == -1 ? NULL : fdopen(fd, "w");

	if (out == NULL) {
		if (fd != -1)
			close(fd);
		return restore_no_room(r);
	}
	const bool ok = write_table(r, r->sets[0], out);
	if (fclose(out) == 0 || !ok)
		return ok;
	report(r->rep, DE_ERROR, "%s: cannot be written: %s",
	    r->request->positions, strerror(errno));
	return restore_end(r, VERDICT_ABORT);
}

bool
restore_positions_write(struct restore *r)
{
	const char *name = r->request->positions;
	struct report_file f;
	const char *why = report_file_open(&f, name);

	if (why != NULL) {
		report(r->rep, DE_ERROR, "%s: cannot be written: %s", name,
		    why);
		return restore_end(r, VERDICT_NOT_STARTED);
	}
	const bool ok = write_file(r, &f);
	if (report_file_close(&f, ok) || !ok)
		return ok;
	report(r->rep, DE_ERROR, "%s: cannot be written: %s", name,
	    strerror(errno));
	return restore_end(r, VERDICT_ABORT);
}

/* ------------------------------------------------------------------ reading */

/* A number at *p, which moves behind it and a tab.  False: there is none. */
static bool
take_number(const char **p, uint64_t *number)
{
	char *end;

	if (**p < '0' || **p > '9')
		return false;
	errno = 0;
	*number = strtoull(*p, &end, 10);
	*p = *end == '\t' ? end + 1 : end;
	return errno == 0;
}

/* The date in the head of a table; false if it is none. */
static bool
read_head(FILE *in, int64_t *date)
{
	char line[LINE_BYTES];
	const char *p = line;
	uint64_t number;

	if (fgets(line, sizeof(line), in) == NULL ||
	    strcmp(line, POSITIONS_MAGIC "\n") != 0 ||
	    fgets(line, sizeof(line), in) == NULL ||
	    fgets(line, sizeof(line), in) == NULL || !take_number(&p, &number))
		return false;
	*date = (int64_t)number;
	return true;
}

/* A line of the table: a file, and where it is. */
struct place {
	uint64_t inode;
	uint64_t volume;
	uint64_t position;
};

struct restore_positions {
	FILE *in;		/* owned */
	struct place next;	/* of the line read last */
};

static bool
take_place(const char *line, struct place *place)
{
	return take_number(&line, &place->inode) &&
	    take_number(&line, &place->volume) &&
	    take_number(&line, &place->position);
}

bool
restore_positions_check(struct restore *r)
{
	const char *name = r->request->positions;
	FILE *in = name == NULL ? NULL : fopen(name, "re");
	int64_t date = 0;

	if (name == NULL)
		return true;
	if (in == NULL)
		report(r->rep, DE_ERROR, "%s: %s", name, strerror(errno));
	else if (!read_head(in, &date))
		report(r->rep, DE_ERROR, "%s: not a table of positions", name);
	else if (date != restore_set_identity(r->sets[0])->date)
		report(r->rep, DE_ERROR, "%s: the positions are those of "
		    "another dump", name);
	else
		r->has_positions = true;
	if (in != NULL)
		fclose(in);
	return r->has_positions || restore_end(r, VERDICT_NOT_STARTED);
}

/* The next line of the table; at its end, it is behind all inodes. */
static void
read_place(struct restore_positions *p)
{
	char line[LINE_BYTES];

	while (fgets(line, sizeof(line), p->in) != NULL)
		if (take_place(line, &p->next))
			return;
	p->next = (struct place){ .inode = UINT64_MAX };
}

bool
restore_positions_begin(struct restore *r, struct restore_positions **new)
{
	struct restore_positions *p;
	int64_t date;

	*new = NULL;
	if (!r->has_positions)
		return true;
	p = calloc(1, sizeof(*p));
	if (p == NULL)
		return restore_no_room(r);
	p->in = fopen(r->request->positions, "re");
	if (p->in == NULL || !read_head(p->in, &date)) {
		restore_positions_end(p);
		return true;		/* it was there, and is read through */
	}
	read_place(p);
	*new = p;
	return true;
}

void
restore_positions_end(struct restore_positions *p)
{
	if (p == NULL)
		return;
	if (p->in != NULL)
		fclose(p->in);
	free(p);
}

void
restore_positions_aim(struct restore_positions *p, struct restore_set *s,
    uint32_t inode)
{
	struct place best = { 0 };

	for (; p->next.inode <= inode; read_place(p))
		best = p->next;
	if (best.volume != 0 && best.volume <= UINT32_MAX)
		restore_set_aim(s, (uint32_t)best.volume, best.position,
		    inode);
}
