/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/chain/history.h"
#include "core/run/catalog_book.h"
#include "core/run/catalog_gap.h"
#include "core/run/catalog_json.h"
#include "core/run/catalog_name.h"
#include "core/run/catalog_output.h"
#include "core/run/catalog_rows.h"
#include "core/run/catalog_stream.h"
#include "core/run/coded_volume.h"

#define READ_BYTES ((size_t)1 << 20)

static const struct catalog_rows_column columns[] = {
	{ "STATE", "result", CATALOG_ROWS_TEXT, 9 },
	{ "ID", "dump", CATALOG_ROWS_NUMBER, 4 },
	{ "DUMP", "dump_name", CATALOG_ROWS_TEXT, 28 },
	{ "COPY", "copy", CATALOG_ROWS_NUMBER, 4 },
	{ "VOLUME", "number", CATALOG_ROWS_NUMBER, 6 },
	{ "VERIFIED", "verified", CATALOG_ROWS_DATE, 19 },
	{ "NAME", "name", CATALOG_ROWS_TEXT, 0 },
	{ NULL, NULL, CATALOG_ROWS_TEXT, 0 }
};

struct check {
	struct catalog_task_run *t;
	struct catalog_rows rows;
	struct catalog_book book;
	const struct catalog_book_dump *dump;
	struct filters *filters;	/* owned; NULL: there is no key */
	int64_t *verified;		/* ids of volumes; owned */
	size_t verified_count;
	bool ok;
};

/* ---------------------------------------------------------------- reading */

/* Of `length` bytes, all that is there.  False with errno set. */
static bool
read_file(int fd, uint64_t length, char digest[static DIGEST_TEXT_BYTES],
    const struct signals *signals)
{
	struct digest *d = digest_new();
	uint8_t *buffer = malloc(READ_BYTES);
	bool ok = d != NULL && buffer != NULL;

	while (ok && length > 0) {
		const size_t room = length < READ_BYTES ? (size_t)length :
		    READ_BYTES;
		const ssize_t n = read(fd, buffer, room);
		if (n == -1 && errno == EINTR && signals->cancel == 0)
			continue;
		ok = n > 0 && signals->cancel == 0;
		if (!ok)
			break;
		digest_add(d, buffer, (size_t)n);
		length -= (uint64_t)n;
	}
	if (ok)
		digest_format(d, digest);
	const int error = errno;
	digest_free(d);
	free(buffer);
	errno = error;
	return ok;
}

/* -------------------------------------------------------------- its digest */

/* It is what the catalogue says: note it. */
static const char *
note_verified(struct check *c, const struct catalog_volume *v)
{
	int64_t *more = reallocarray(c->verified, c->verified_count + 1,
	    sizeof(*more));

	if (more == NULL) {
		c->ok = catalog_task_no_memory(c->t);
		return "good";
	}
	c->verified = more;
	c->verified[c->verified_count++] = v->id;
	return "good";
}

/* Another thing than a file is read by the output of its job. */
static struct catalog_stream *
open_stream(struct check *c, const struct catalog_volume *v, char *name)
{
	const struct de_volume facts = {
		.struct_size = sizeof(facts),
		.number = v->number,
		.job = "",
		.label = "",
		.medium = name,
	};

	return catalog_stream_open(c->t, c->filters,
	    catalog_output_find(c->t, c->dump->job, v), &facts);
}

/* NULL: it has no digest of the stream; as a result: it is not as it was. */
static const char *
read_stream(struct check *c, const struct catalog_volume *v)
{
	char digest[DIGEST_TEXT_BYTES] = "";
	char *name = v->digest == NULL ? NULL : history_plain(v->medium);
	struct catalog_stream *s = name == NULL ? NULL :
	    open_stream(c, v, name);
	const bool ok = s != NULL && catalog_stream_digest(s, digest);

	catalog_stream_close(s);
	free(name);
	if (v->digest == NULL)
		return NULL;
	return !ok ? "unreadable" : strcmp(digest, v->digest) == 0 ? "good" :
	    "different";
}

/* All of it was read, as it is on the medium; with a key, it is once more. */
static const char *
judge(struct check *c, const struct catalog_volume *v, const char *digest)
{
	const char *expected = coded_volume_digest(v), *stream = NULL;

	if (expected != NULL && strcmp(digest, expected) != 0)
		return "different";
	if (c->filters != NULL && coded_volume_is_one(v))
		stream = read_stream(c, v);
	if (stream != NULL && strcmp(stream, "good") != 0)
		return stream;
	return expected == NULL && stream == NULL ? "unknown" :
	    note_verified(c, v);
}

/* ------------------------------------------------------------------ a file */

/* Bytes that it should have; 0: unknown. */
static uint64_t
size_of(const struct catalog_volume *v)
{
	return v->medium_bytes != 0 ? v->medium_bytes :
	    coded_volume_is_one(v) ? 0 : v->blocks * DE_TAPE_BLOCK;
}

static const char *
compare(struct check *c, const struct catalog_volume *v, int fd, uint64_t size)
{
	char digest[DIGEST_TEXT_BYTES] = "";

	return read_file(fd, size, digest, c->t->signals) ?
	    judge(c, v, digest) : "unreadable";
}

/* A file may be larger: what a disk has behind a volume is not its own. */
static const char *
look_at(struct check *c, const struct catalog_volume *v, int fd)
{
	const uint64_t size = size_of(v);
	struct stat st;

	if (fstat(fd, &st) == -1)
		return "unreadable";
	if (S_ISREG(st.st_mode) && size != 0 && (uint64_t)st.st_size != size)
		return "different";
	return !c->t->request->reads ? "there" :
	    compare(c, v, fd, size != 0 ? size : (uint64_t)st.st_size);
}

static const char *
check_file(struct check *c, const struct catalog_volume *v)
{
	char *path = history_plain(v->medium);
	const int fd = path == NULL ? -1 : open(path,
	    O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	const char *result = "missing";

	if (fd != -1) {
		result = look_at(c, v, fd);
		close(fd);
	} else if (errno != ENOENT) {
		result = "unreadable";
	}
	free(path);
	return result;
}

/* -------------------------------------------------------------- an object */

struct look {
	struct check *c;
	const struct catalog_volume *volume;
	const char *result;
};

static const char *
look_through_output(struct check *c, const struct catalog_dump *d,
    const struct catalog_volume *v)
{
	char digest[DIGEST_TEXT_BYTES] = "";

	switch (catalog_output_look(c->t, c->dump->job, d, v,
	    c->t->request->reads ? digest : NULL)) {
	case CATALOG_OUTPUT_MISSING:
		return "missing";
	case CATALOG_OUTPUT_DIFFERENT:
		return "different";
	case CATALOG_OUTPUT_UNREADABLE:
		return "unreadable";
	case CATALOG_OUTPUT_THERE:
		return c->t->request->reads ? judge(c, v, digest) : "there";
	case CATALOG_OUTPUT_UNREACHED:
		break;
	}
	return "elsewhere";
}

static bool
look_at_dump(void *arg, const struct catalog_dump *d)
{
	struct look *look = arg;

	look->result = look_through_output(look->c, d, look->volume);
	return true;
}

/* Or what else is not a file. */
static const char *
check_other(struct check *c, const struct catalog_volume *v)
{
	struct look look = { c, v, "elsewhere" };

	if (!catalog_name_visit(c->t, c->dump->id, look_at_dump, &look))
		c->ok = false;
	return look.result;
}

/* ----------------------------------------------------------------- volumes */

static bool
is_bad(const char *result)
{
	return strcmp(result, "missing") == 0 ||
	    strcmp(result, "different") == 0 ||
	    strcmp(result, "unreadable") == 0;
}

static json_t *
make_row(const struct check *c, const struct catalog_volume *v,
    const char *result)
{
	json_t *row = catalog_json_volume(v);

	if (row != NULL && json_object_set_new(row, "result",
	    json_string(result)) == 0 && json_object_set_new(row, "dump",
	    json_integer((json_int_t)c->dump->id)) == 0 &&
	    json_object_set_new(row, "dump_name",
	    json_string(c->dump->name)) == 0)
		return row;
	json_decref(row);
	return NULL;
}

static bool
check_volume(void *arg, const struct catalog_volume *v)
{
	struct check *c = arg;
	const bool is_file = v->file < 0 && v->medium != NULL &&
	    v->medium[0] == '/';
	const char *result = is_file ? check_file(c, v) : check_other(c, v);

	if (is_bad(result))
		catalog_task_end(c->t, STATUS_INCOMPLETE);
	if (c->ok)
		c->ok = catalog_rows_put(&c->rows, make_row(c, v, result)) ||
		    catalog_task_no_memory(c->t);
	if (c->t->signals->cancel != 0)
		c->ok = catalog_task_end(c->t, STATUS_ABORTED);
	return c->ok;
}

static bool
check_dump(struct check *c, const struct catalog_book_dump *d)
{
	c->dump = d;
	return catalog_volumes(c->t->catalog, d->id, check_volume, c) ?
	    c->ok : catalog_task_end(c->t, STATUS_ABORTED);
}

/* Of those that something can be restored from. */
static bool
check_all(struct check *c)
{
	const char *job = c->t->request->job;
	bool ok = true;

	for (size_t i = 0; ok && i < c->book.count; i++) {
		const struct catalog_book_dump *d = &c->book.dumps[i];
		if ((d->state == CATALOG_COMPLETE ||
		    d->state == CATALOG_INCOMPLETE) && (job == NULL ||
		    (d->job != NULL && strcmp(job, d->job) == 0)))
			ok = check_dump(c, d);
	}
	return ok;
}

static bool
check_named(struct check *c)
{
	const struct catalog_request *q = c->t->request;
	bool ok = true;
	int64_t id;

	for (size_t i = 0; ok && i < q->name_count; i++) {
		ok = catalog_name_find(c->t, q->names[i], &id);
		if (ok && id != 0)
			ok = check_dump(c, catalog_book_find(&c->book, id));
	}
	return ok;
}

/* With a key, what has passed filters is read through them as well. */
static bool
take_key(struct check *c)
{
	const char *key = c->t->request->key;

	if (key == NULL)
		return true;
	c->filters = filters_new(c->t->registry, c->t->rep,
	    &c->t->signals->cancel, key, NULL, 0);
	return c->filters != NULL ||
	    catalog_task_end(c->t, STATUS_NOT_STARTED);
}

/* One short transaction: others may write while volumes are read. */
static bool
note_all(struct check *c)
{
	struct catalog *catalog = c->t->catalog;
	const int64_t now = (int64_t)time(NULL);
	bool ok = c->verified_count == 0 || catalog_begin(catalog);

	for (size_t i = 0; ok && i < c->verified_count; i++)
		ok = catalog_set_verified(catalog, c->verified[i], now);
	if (c->verified_count > 0 && !(ok && catalog_commit(catalog))) {
		catalog_rollback(catalog);
		return catalog_task_end(c->t, STATUS_ABORTED);
	}
	return true;
}

bool
catalog_check_volumes(struct catalog_task_run *t)
{
	const struct catalog_request *q = t->request;
	struct check c = { .t = t, .ok = true };
	bool ok = catalog_book_load(t, &c.book) && take_key(&c);

	catalog_rows_begin(&c.rows, stdout, q->is_json, q->is_bare, columns);
	ok = ok && (q->name_count > 0 ? check_named(&c) : check_all(&c));
	catalog_rows_end(&c.rows);
	ok = note_all(&c) && ok;
	free(c.verified);
	filters_free(c.filters);
	catalog_book_free(&c.book);
	return ok;
}
