/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/write/stream_directory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/format/dirblock.h"
#include "core/format/name_set.h"

#define SEGMENT_BYTES ((size_t)HEADER_ADDRS * DE_TAPE_BLOCK)
#define BUFFER_BYTES SEGMENT_BYTES	/* as much as one header describes */
#define NAME_END_SHOWN 48		/* of a shortened name */

/* One conversion of a directory. */
struct conversion {
	const struct stream *s;
	const struct de_inode *inode;
	struct dirblock out;
	struct tree_view view;
	struct name_set names;	/* used so far */
	enum { BEFORE_DOT, BEFORE_DOTDOT, ENTRIES } place;
	bool quiet;		/* findings were reported the first time */
	bool changed;		/* it differs the second time */

	uint8_t *buffer;	/* BUFFER_BYTES */
	size_t buffered;
	uint64_t announced;	/* size in the headers; 0: not known yet */
	uint64_t put;		/* bytes written */
	enum header_type type;	/* of the next header */
};

/* Write the buffer, preceded by a header. */
static enum de_status
flush_buffer(struct conversion *c)
{
	const struct header_content content = {
		.size = c->announced,
		.count = (uint32_t)((c->buffered + DE_TAPE_BLOCK - 1) /
		    DE_TAPE_BLOCK),
	};

	if (c->buffered % DE_TAPE_BLOCK != 0)
		memset(c->buffer + c->buffered, 0, DIRBLOCK_CHUNK);
	const enum de_status status = stream_put_blocks(c->s, c->type,
	    c->inode, &content, c->buffer);
	if (status == DE_OK)
		kept_names_add(c->s->names, c->inode->number, c->buffer,
		    c->buffered);
	c->put += c->buffered;
	c->buffered = 0;
	c->type = HEADER_ADDR;
	return status;
}

/* First conversion: keep the chunk, as long as there is room. */
static enum de_status
keep_chunk(void *arg, const uint8_t *chunk)
{
	struct conversion *c = arg;

	if (c->out.size < BUFFER_BYTES)
		memcpy(c->buffer + c->out.size, chunk, DIRBLOCK_CHUNK);
	return DE_OK;
}

/* Second conversion: write the chunk, but no more than was announced. */
static enum de_status
write_chunk(void *arg, const uint8_t *chunk)
{
	struct conversion *c = arg;

	if (c->put + c->buffered == c->announced) {
		c->changed = true;
		return DE_OK;
	}
	memcpy(c->buffer + c->buffered, chunk, DIRBLOCK_CHUNK);
	c->buffered += DIRBLOCK_CHUNK;
	return c->buffered == BUFFER_BYTES ? flush_buffer(c) : DE_OK;
}

static void finding(const struct conversion *c, const struct de_entry *e,
    const char *what) __attribute__((nonnull));

static void
finding(const struct conversion *c, const struct de_entry *e, const char *what)
{
	if (!c->quiet)
		findings_add(c->s->findings, c->inode->number,
		    "its entry \"%.*s\" for inode %" PRIu32 " %s",
		    e->name_length < 128 ? (int)e->name_length : 128, e->name,
		    e->inode, what);
}

static bool
is_name(const struct de_entry *e, const char *name)
{
	return e->name_length == strlen(name) &&
	    memcmp(e->name, name, e->name_length) == 0;
}

static enum de_status
add_dot(struct conversion *c, const char *name, uint32_t inode)
{
	return dirblock_add(&c->out, inode, 0040000, name, strlen(name));
}

/* The inode for "..", which the directory gives as `said`; 0: it has none. */
static uint32_t
find_parent(const struct conversion *c, uint32_t said)
{
	const uint32_t number = c->inode->number;
	const uint32_t parent = tree_parent(c->s->sel->tree, number);

	if (said == 0 && !c->quiet)
		findings_add(c->s->findings, number, "it is damaged: it has no "
		    "\"..\"");
	if (said != 0 && parent != 0 && !c->quiet)
		findings_add(c->s->findings, number, "it is damaged: its "
		    "\"..\" says inode %" PRIu32 ", but it is in inode %"
		    PRIu32, said, parent);
	if (parent != 0)
		return parent;
	return said != 0 ? said : c->s->src->info.root_inode;
}

/*
 * "." and ".." come first; restore needs them.  In a damaged directory, missing
 * ones are made up.
 */
static enum de_status
take_dots(struct conversion *c, const struct de_entry *e, bool *taken)
{
	enum de_status status = DE_OK;

	*taken = false;
	if (c->place == BEFORE_DOT) {
		c->place = BEFORE_DOTDOT;
		status = add_dot(c, ".", c->inode->number);
		if (e != NULL && is_name(e, ".")) {
			*taken = true;
			return status;
		}
	}
	if (status == DE_OK && c->place == BEFORE_DOTDOT) {
		c->place = ENTRIES;
		*taken = e != NULL && is_name(e, "..");
		status = add_dot(c, "..", find_parent(c,
		    *taken ? e->inode : 0));
	}
	return status;
}

/* The type of the inode; the one in the entry may be wrong. */
static uint16_t
type_of(const struct conversion *c, const struct de_entry *e)
{
	const struct selection *sel = c->s->sel;

	if (selection_is_unknown(sel, e->inode))
		return e->type;
	const uint16_t type = inode_types_get(&sel->types, e->inode);
	if (e->type != 0 && e->type != type && !c->quiet)
		findings_note(c->s->findings, e->inode, "its directory entry "
		    "gives another type; the dump has the right one");
	return type;
}

/*
 * A name that restore cannot read: the entry has a shortened one, and after it
 * stands the original.
 */
static enum de_status
add_long_name(struct conversion *c, const struct de_entry *e)
{
	char shortened[DIRBLOCK_SHORTENED_MAX + 1];
	const size_t length = dirblock_shorten_name(e->name, e->name_length,
	    e->inode, shortened);

	if (!name_set_add(&c->names, shortened, length)) {
		finding(c, e, "is left out: it is a duplicate");
		return DE_OK;
	}
	if (!c->quiet)
		findings_note(c->s->findings, e->inode, "its name is longer "
		    "than %d bytes, which restore(8) cannot read; it will "
		    "restore it as \"...%s\", dumpengine-restore(8) as it "
		    "is", DIRBLOCK_NAME_MAX, shortened +
		    (length > NAME_END_SHOWN ? length - NAME_END_SHOWN : 0));
	return dirblock_add_original(&c->out, e->inode, type_of(c, e),
	    shortened, length, e->name, e->name_length);
}

/*
 * The name of another inode in the same directory, which is damaged: only one
 * can have it.  See doc/stream-format.md, "Levels".
 */
static enum de_status
add_duplicate(struct conversion *c, const struct de_entry *e)
{
	char shortened[DIRBLOCK_SHORTENED_MAX + 1];
	const size_t length = dirblock_shorten_name(e->name, e->name_length,
	    e->inode, shortened);

	if (!name_set_add(&c->names, shortened, length)) {
		finding(c, e, "is left out: it is a duplicate");
		return DE_OK;
	}
	finding(c, e, "has the name of another; in the dump its inode number "
	    "is appended");
	return dirblock_add(&c->out, e->inode, type_of(c, e), shortened,
	    length);
}

static enum de_status
add_entry(struct conversion *c, const struct de_entry *e)
{
	enum de_status status;

	if (!name_set_add(&c->names, e->name, e->name_length))
		status = add_duplicate(c, e);
	else if (e->name_length > DIRBLOCK_NAME_MAX)
		status = add_long_name(c, e);
	else
		status = dirblock_add(&c->out, e->inode, type_of(c, e),
		    e->name, e->name_length);
	if (status != DE_NO_MORE)
		return status;
	finding(c, e, "is left out: the directory is larger than restore can "
	    "read");
	return DE_OK;
}

/*
 * At a level with a base, the name of an inode of unknown state must stay, or
 * restore would remove the file.
 */
static bool
is_missing(const struct conversion *c, const struct de_entry *e)
{
	const bool is_unknown = selection_is_unknown(c->s->sel, e->inode);

	if (!is_unknown && inomap_has(&c->s->sel->in_use, e->inode))
		return false;
	if (is_unknown && c->s->base_date != 0) {
		finding(c, e, "names an inode that is not in the dump; its "
		    "version from an earlier level stays");
		return false;
	}
	finding(c, e, "is left out: that inode is not in the dump");
	return true;
}

static enum de_status
take_entry(void *arg, const struct de_entry *e)
{
	struct conversion *c = arg;
	bool taken = false;

	if (c->place != ENTRIES) {
		const enum de_status status = take_dots(c, e, &taken);
		if (status != DE_OK || taken)
			return status;
	}
	if (e->inode == 0 || c->view.encrypted)
		return DE_OK;
	if (!source_is_name(e)) {
		finding(c, e, "is left out: it is not a valid name");
		return DE_OK;
	}
	if (tree_leaves_out(c->s->sel->tree, &c->view, e))
		return DE_OK;
	if (is_missing(c, e))
		return DE_OK;
	return add_entry(c, e);
}

static enum de_status
convert(struct conversion *c, dirblock_sink_fn *sink)
{
	bool taken;

	dirblock_begin(&c->out, sink, c);
	name_set_free(&c->names);
	tree_look(c->s->sel->tree, c->inode->number, &c->view);
	c->place = BEFORE_DOT;
	enum de_status status = source_read_directory(c->s->src, c->inode,
	    take_entry, c);
	if (status == DE_FAILED && stream_may_go_on(c->s)) {
		if (!c->quiet)
			findings_add(c->s->findings, c->inode->number,
			    "it cannot be read to the end; some of its "
			    "entries are missing");
		status = DE_OK;
	}
	if (status == DE_OK && c->place != ENTRIES)
		status = take_dots(c, NULL, &taken);
	return status == DE_OK ? dirblock_end(&c->out) : status;
}

/* It shrank after its size was announced: pad it with empty entries. */
static enum de_status
fill_up(struct conversion *c)
{
	uint8_t empty[DIRBLOCK_CHUNK];
	enum de_status status = DE_OK;

	dirblock_empty_chunk(empty);
	while (status == DE_OK && c->put + c->buffered < c->announced) {
		c->changed = true;
		status = write_chunk(c, empty);
	}
	return status;
}

static enum de_status
convert_again(struct conversion *c)
{
	c->quiet = true;
	enum de_status status = convert(c, write_chunk);
	if (status == DE_OK)
		status = fill_up(c);
	if (status == DE_OK && c->buffered > 0)
		status = flush_buffer(c);
	if (c->changed)
		findings_add(c->s->findings, c->inode->number, "it changed "
		    "while it was dumped; some of its entries may be missing");
	return status;
}

enum de_status
stream_directory_put(const struct stream *s, const struct de_inode *inode)
{
	struct conversion c = { .s = s, .inode = inode, .type = HEADER_INODE };

	c.buffer = malloc(BUFFER_BYTES);
	if (c.buffer == NULL) {
		report(s->rep, DE_ERROR, "out of memory");
		return DE_FAILED;
	}
	enum de_status status = convert(&c, keep_chunk);
	c.announced = c.out.size;
	if (status == DE_OK && c.announced <= BUFFER_BYTES) {
		c.buffered = (size_t)c.announced;
		status = flush_buffer(&c);
	} else if (status == DE_OK) {
		status = convert_again(&c);
	}
	name_set_free(&c.names);
	free(c.buffer);
	return status;
}
