/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/catalog/catalog_import.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/exit_status.h"
#include "core/format/dirblock_decode.h"
#include "core/format/index_decode.h"
#include "plugins/common/bytes.h"

/* INDEX_PART_DIRECTORY: pieces of directories, each behind these. */
enum piece_offset {
	PIECE_INODE = 0,		/* 32 bits */
	PIECE_LENGTH = 4,		/* 32 bits */
	PIECE_BYTES = 8
};

#define READ_BYTES ((size_t)256 << 10)
#define PART_FILE_MAX ((size_t)64 << 20)	/* of a ".part" */

struct catalog_import {
	struct catalog *c;
	int64_t dump;
	struct report *rep;
	struct index_decoder *decoder;
	uint32_t directory;		/* whose names come */
	uint64_t damaged;
};

/* Directories of our own streams. */
static const struct dialect our_own = {
	.family = DIALECT_LINUX,
	.block_size = DE_TAPE_BLOCK,
};

static void
say_no_memory(struct report *rep)
{
	report(rep, DE_ERROR, "out of memory");
}

/* -------------------------------------------------------------------- names */

/* Others are damage, and end nothing. */
static bool
can_be_name(const struct dirblock_entry *e)
{
	return memchr(e->name, '/', e->length) == NULL &&
	    memchr(e->name, '\0', e->length) == NULL;
}

static enum de_status
take_entry(void *arg, const struct dirblock_entry *e)
{
	struct catalog_import *im = arg;

	if (!can_be_name(e)) {
		im->damaged++;
		return DE_OK;
	}
	return catalog_add_name(im->c, im->dump, im->directory, e->name,
	    e->length, e->inode) ? DE_OK : DE_FAILED;
}

bool
catalog_import_directory(struct catalog_import *im, const struct dialect *d,
    uint32_t inode, const uint8_t *bytes, size_t length)
{
	im->directory = inode;
	return dirblock_decode(d, bytes, length, take_entry, im,
	    &im->damaged) == DE_OK;
}

/* For the decoder. */
static bool
take_directories(void *arg, const uint8_t *bytes, size_t length)
{
	struct catalog_import *im = arg;

	while (length >= PIECE_BYTES) {
		const uint32_t inode = get32(bytes + PIECE_INODE);
		const uint32_t size = get32(bytes + PIECE_LENGTH);
		bytes += PIECE_BYTES;
		length -= PIECE_BYTES;
		if (size > length)
			break;
		if (!catalog_import_directory(im, &our_own, inode, bytes, size))
			return false;
		bytes += size;
		length -= size;
	}
	im->damaged += length > 0;
	return true;
}

/* ------------------------------------------------------------------- inodes */

bool
catalog_import_inode(struct catalog_import *im, const struct index_inode *i)
{
	return catalog_add_inode(im->c, im->dump, i);
}

static bool
take_inodes(void *arg, const struct index_inode *list, size_t count)
{
	struct catalog_import *im = arg;

	for (size_t i = 0; i < count; i++)
		if (!catalog_import_inode(im, &list[i]))
			return false;
	return true;
}

/* ---------------------------------------------------------------- the index */

struct catalog_import *
catalog_import_new(struct catalog *c, int64_t dump, struct report *rep)
{
	struct catalog_import *im = calloc(1, sizeof(*im));
	const struct index_visitor visitor = {
		.inodes = take_inodes,
		.directory = take_directories,
		.arg = im,
	};

	if (im != NULL)
		im->decoder = index_decoder_new(&visitor);
	if (im == NULL || im->decoder == NULL) {
		say_no_memory(rep);
		free(im);
		return NULL;
	}
	im->c = c;
	im->dump = dump;
	im->rep = rep;
	return im;
}

void
catalog_import_free(struct catalog_import *im)
{
	if (im == NULL)
		return;
	index_decoder_free(im->decoder);
	free(im);
}

bool
catalog_import_bytes(struct catalog_import *im, const uint8_t *bytes,
    size_t length)
{
	switch (index_decoder_add(im->decoder, bytes, length)) {
	case INDEX_GO_ON:
		return true;
	case INDEX_STOPPED:		/* the catalogue has reported why */
		break;
	case INDEX_NOT_ONE:
		report(im->rep, DE_ERROR, "the index is none, or damaged at "
		    "its beginning");
		break;
	case INDEX_NO_MEMORY:
		say_no_memory(im->rep);
		break;
	}
	return false;
}

uint64_t
catalog_import_damaged(const struct catalog_import *im)
{
	return im->damaged + index_decoder_damaged(im->decoder);
}

/* --------------------------------------------------------------- a handover */

static bool
complain(struct report *rep, const char *file)
{
	report(rep, DE_ERROR, "%s: cannot be read: %s", file,
	    strerror(errno));
	return false;
}

/* Some of a file.  -1 with errno set. */
static ssize_t
read_some(int fd, void *bytes, size_t length)
{
	ssize_t n;

	do
		n = read(fd, bytes, length);
	while (n == -1 && errno == EINTR);
	return n;
}

/* All of it; the caller frees it.  NULL with errno set. */
static uint8_t *
read_all(int fd, size_t *length)
{
	uint8_t *bytes = NULL;

	for (size_t room = READ_BYTES; room <= PART_FILE_MAX; room *= 2) {
		uint8_t *more = realloc(bytes, room);
		if (more == NULL)
			break;
		bytes = more;
		ssize_t n = 1;
		while (n > 0 && *length < room) {
			n = read_some(fd, bytes + *length, room - *length);
			*length += n > 0 ? (size_t)n : 0;
		}
		if (n == 0)
			return bytes;
		if (n < 0)
			break;
		errno = EFBIG;
	}
	const int error = errno;
	free(bytes);
	errno = error;
	return NULL;
}

static int
open_file(const char *file)
{
	return open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
}

static bool
read_part(const char *file, struct catalog_about *about, struct report *rep)
{
	const int fd = open_file(file);
	size_t length = 0;

	if (fd == -1)
		return complain(rep, file);
	uint8_t *bytes = read_all(fd, &length);
	const int error = errno;
	close(fd);
	errno = error;
	if (bytes == NULL)
		return complain(rep, file);
	const bool ok = catalog_about_parse(about, (const char *)bytes,
	    length);
	free(bytes);
	if (!ok)
		report(rep, DE_ERROR, "%s: it is not what a dump leaves for "
		    "the catalogue, or is damaged", file);
	return ok;
}

/* For the decoder: the first part is all that is wanted. */
static bool
take_about(void *arg, const char *json, size_t length)
{
	catalog_about_parse(arg, json, length);
	return false;
}

/*
 * What an index tells of the dump.  `about` is to be cleared, and empty if it
 * tells nothing.  Leaves the file where it was.
 */
static void
read_about(int fd, struct catalog_about *about)
{
	const struct index_visitor visitor = {
		.about = take_about,
		.arg = about,
	};
	struct index_decoder *d = index_decoder_new(&visitor);
	uint8_t *bytes = malloc(READ_BYTES);
	ssize_t n = 1;

	*about = (struct catalog_about){ 0 };
	while (d != NULL && bytes != NULL && n > 0) {
		n = read_some(fd, bytes, READ_BYTES);
		if (n > 0 && index_decoder_add(d, bytes, (size_t)n) !=
		    INDEX_GO_ON)
			n = 0;
	}
	index_decoder_free(d);
	free(bytes);
	lseek(fd, 0, SEEK_SET);
}

/*
 * The run was ended after its last volume was safe: what is missing from the
 * dump is told by its index alone.
 */
static void
conclude_whole(struct catalog_dump *d, int names)
{
	struct catalog_about about;

	d->state = CATALOG_COMPLETE;
	if (names == -1)
		return;
	read_about(names, &about);
	if (about.json != NULL && about.dump.status != -1) {
		d->status = about.dump.status;
		d->findings = about.dump.findings;
		d->notes = about.dump.notes;
		d->ended = about.dump.ended;
		d->state = d->status == STATUS_COMPLETE ? CATALOG_COMPLETE :
		    CATALOG_INCOMPLETE;
	}
	catalog_about_clear(&about);
}

/*
 * If the run was ended before it could say how the dump ended, all of it may be
 * on its volumes; it is known to be only if each of them is.  An aborted one
 * keeps no names.
 */
static void
conclude(struct catalog_about *about, int names)
{
	struct catalog_dump *d = &about->dump;

	if (about->is_running) {
		d->status = -1;
		if (about->is_whole && about->volume_count > 0)
			conclude_whole(d, names);
		else
			d->state = CATALOG_ABORTED;
	}
	d->has_names = names != -1 && d->state != CATALOG_ABORTED;
}

static bool
import_stream(struct catalog_import *im, int fd, const char *file)
{
	uint8_t *bytes = malloc(READ_BYTES);
	ssize_t n = 0;
	bool ok = bytes != NULL;

	if (!ok)
		say_no_memory(im->rep);
	while (ok && (n = read_some(fd, bytes, READ_BYTES)) > 0)
		ok = catalog_import_bytes(im, bytes, (size_t)n);
	if (n == -1)
		ok = complain(im->rep, file);
	free(bytes);
	if (ok && (catalog_import_damaged(im) > 0 ||
	    !index_decoder_is_at_end(im->decoder)))
		report(im->rep, DE_WARNING, "%s: damaged; the catalogue lacks "
		    "some names of the dump; `dumpengine-catalog add' takes "
		    "them from its volumes", file);
	return ok;
}

static bool
import_names(struct catalog *c, int64_t dump, int fd, const char *file,
    struct report *rep)
{
	struct catalog_import *im = catalog_import_new(c, dump, rep);
	const bool ok = im != NULL && import_stream(im, fd, file);
	catalog_import_free(im);
	return ok;
}

static bool
import_both(struct catalog *c, const struct handover *h, int names,
    struct report *rep)
{
	struct catalog_about about;

	if (!read_part(h->part, &about, rep))
		return false;
	conclude(&about, names);
	const bool ok = catalog_begin(c) && catalog_about_add(c, &about) &&
	    (!about.dump.has_names ||
	    import_names(c, about.dump.id, names, h->names, rep)) &&
	    catalog_commit(c);
	if (!ok)
		catalog_rollback(c);
	catalog_about_clear(&about);
	return ok;
}

bool
catalog_import_file(struct catalog *c, const char *file, struct report *rep)
{
	struct handover h;
	bool ok;

	if (!handover_of(&h, file)) {
		report(rep, DE_ERROR, "%s: not a file that a dump leaves for "
		    "the catalogue: these end in " HANDOVER_PART, file);
		return false;
	}
	const int names = open_file(h.names);
	if (names == -1 && errno != ENOENT)
		ok = complain(rep, h.names);
	else
		ok = import_both(c, &h, names, rep);
	if (names != -1)
		close(names);
	handover_clear(&h);
	return ok;
}

/* -------------------------------------------------------- what others left */

/* Does another run still write it?  If it cannot be read, that is told. */
static bool
is_busy(const char *file, const char *job, struct report *rep)
{
	struct catalog_about about;

	if (!read_part(file, &about, rep))
		return false;
	const bool busy = about.is_running && (about.dump.job == NULL ||
	    strcmp(about.dump.job, job) != 0);
	catalog_about_clear(&about);
	return busy;
}

static bool
import_left(struct catalog *c, const char *file, const char *job,
    struct report *rep)
{
	struct handover h;

	if (access(file, F_OK) == -1 || is_busy(file, job, rep))
		return true;
	if (!catalog_import_file(c, file, rep))
		return false;
	bool ok = handover_of(&h, file);
	if (!ok) {
		say_no_memory(rep);
		return false;
	}
	ok = handover_remove(&h);
	if (!ok)
		report(rep, DE_WARNING, "%s: cannot be removed: %s", file,
		    strerror(errno));
	handover_clear(&h);
	return ok;
}

bool
catalog_import_left(struct catalog *c, const struct handover *own,
    const char *job, struct report *rep)
{
	char **list;
	const ssize_t count = handover_list(own->folder, &list);
	bool ok = count >= 0;

	if (!ok)
		complain(rep, own->folder);
	for (ssize_t i = 0; i < count; i++) {
		if (strcmp(list[i], own->part) != 0)
			ok = import_left(c, list[i], job, rep) && ok;
		free(list[i]);
	}
	if (count >= 0)
		free(list);
	return ok;
}
