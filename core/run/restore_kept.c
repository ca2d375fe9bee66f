/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_kept.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/base/json_file.h"
#include "core/mount/places_file.h"
#include "plugins/common/safe_file.h"

#define WORTH_BYTES ((uint64_t)8 << 20)	/* of a set */
#define FOLDER_MODE 0700

struct restore_kept {
	struct restore *r;		/* borrowed */
	const char *set;		/* its name, borrowed */
	json_t *identity;		/* owned */
	char *file;			/* owned */
	char *folder;			/* owned; to be made; NULL: it is there */
};

/* ---------------------------------------------------------------- its name */

static json_t *
identify(const struct restore_set *s)
{
	const struct set_identity *id = restore_set_identity(s);

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:I, s:I}",
	    "label", json_file_text(id->label),
	    "host", json_file_text(id->host),
	    "device", json_file_text(id->device),
	    "filesystem", json_file_text(id->filesystem),
	    "dialect", json_file_text(id->dialect),
	    "date", (json_int_t)id->date,
	    "base_date", (json_int_t)id->base_date,
	    "level", (json_int_t)id->level,
	    "size", (json_int_t)restore_set_size(s));
}

/* Of the label, what can be part of any name of a file. */
static void
make_plain(char *text)
{
	for (; *text != '\0'; text++)
		if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
		    "0123456789_", *text) == NULL)
			*text = '_';
}

/* Where everything of the kind is.  False if out of memory. */
static bool
find_folder(char **folder)
{
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	*folder = NULL;
	if (cache != NULL && cache[0] == '/')
		return asprintf(folder, "%s/dumpengine", cache) != -1;
	if (geteuid() == 0)
		return asprintf(folder, "/var/cache/dumpengine") != -1;
	return home == NULL || home[0] != '/' ||
	    asprintf(folder, "%s/.cache/dumpengine", home) != -1;
}

static bool
find_file(struct restore_kept *k, const struct restore_set *s)
{
	char label[sizeof(restore_set_identity(s)->label)];
	char *text = json_dumps(k->identity, JSON_COMPACT | JSON_SORT_KEYS);

	if (text == NULL || !find_folder(&k->folder) || k->folder == NULL) {
		free(text);
		k->folder = NULL;
		return false;
	}
	snprintf(label, sizeof(label), "%s", restore_set_identity(s)->label);
	make_plain(label);
	const int length = asprintf(&k->file, "%s/%s-%" PRId64 "-%016" PRIx64
	    ".index", k->folder, label, restore_set_identity(s)->date,
	    digest_64(text, strlen(text)));
	free(text);
	if (length == -1)
		k->file = NULL;
	return length != -1;
}

struct restore_kept *
restore_kept_new(struct restore *r, const struct restore_set *s)
{
	const char *file = r->request->index_file;
	const uint64_t size = restore_set_size(s);
	struct restore_kept *k;

	if ((file == NULL && size > 0 && size < WORTH_BYTES) ||
	    (k = calloc(1, sizeof(*k))) == NULL)
		return NULL;
	k->r = r;
	k->set = restore_set_name(s);
	k->identity = identify(s);
	if (k->identity != NULL && (file != NULL ?
	    (k->file = strdup(file)) != NULL : find_file(k, s)))
		return k;
	restore_kept_free(k);
	return NULL;
}

void
restore_kept_free(struct restore_kept *k)
{
	if (k == NULL)
		return;
	json_decref(k->identity);
	free(k->file);
	free(k->folder);
	free(k);
}

/* ----------------------------------------------------------------- reading */

/* -1: it is not there, or not to be used, which has been said. */
static int
open_file(const struct restore_kept *k)
{
	char text[TRUST_WHY_BYTES];
	const char *why;

	if (access(k->file, F_OK) == -1)
		return -1;
	if (!trust_file(k->r->request->trust, k->file, TRUST_ROOT, text)) {
		report(k->r->rep, DE_WARNING, "%s: it is not used: %s",
		    k->file, text);
		return -1;
	}
	const int fd = safe_file_open_regular(k->file, O_NOFOLLOW, &why);
	if (fd == -1)
		report(k->r->rep, DE_WARNING, "%s: it is not used: %s",
		    k->file, why);
	return fd;
}

bool
restore_kept_read(struct restore_kept *k,
    bool (*take)(void *arg, const struct inode_place *place), void *arg,
    bool *fits)
{
	const int fd = open_file(k);

	*fits = false;
	if (fd == -1)
		return true;
	const enum places_file_result result = places_file_read(fd,
	    k->identity, take, arg);
	close(fd);
	if (result == PLACES_FILE_FAILED)
		return restore_no_room(k->r);
	*fits = result == PLACES_FILE_READ;
	if (*fits)
		report(k->r->rep, DE_DEBUG, "%s: where its files are, is in "
		    "%s", k->set, k->file);
	else
		report(k->r->rep, DE_WARNING, "%s: it is of another set, or "
		    "damaged; it is made again", k->file);
	return true;
}

/* ----------------------------------------------------------------- writing */

static void
make_folder(const struct restore_kept *k)
{
	char *slash = strrchr(k->folder, '/');

	*slash = '\0';
	mkdir(k->folder, FOLDER_MODE);
	*slash = '/';
	mkdir(k->folder, FOLDER_MODE);
}

static bool
write_file(const struct restore_kept *k, const struct inode_places *places)
{
	struct safe_file file;

	if (k->folder != NULL)
		make_folder(k);
	if (!safe_file_begin(&file, k->file))
		return false;
	if (places_file_write(file.fd, k->identity, places,
	    k->r->request->settings.tmpdir))
		return safe_file_commit(&file);
	safe_file_abandon(&file);
	return false;
}

void
restore_kept_write(struct restore_kept *k, const struct inode_places *places)
{
	if (!places_file_can(places))
		report(k->r->rep, DE_DEBUG, "%s: where its files are cannot be "
		    "kept: they are in no order", k->set);
	else if (write_file(k, places))
		report(k->r->rep, DE_INFO, "%s: where its files are is kept in "
		    "%s", k->set, k->file);
	else
		report(k->r->rep, DE_WARNING, "%s: where the files of %s are "
		    "cannot be kept: %s; it will be read through again",
		    k->file, k->set, strerror(errno));
}
