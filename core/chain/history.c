/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/history.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <xxhash.h>

#include "core/base/path.h"
#include "core/chain/history_json.h"
#include "plugins/common/safe_file.h"

#define SCHEMA 1		/* changes when old readers would go wrong */
#define ENDING ".json"
#define ASIDE ".damaged"
#define BYTES_MAX (64 << 20)		/* size of a file */
#define FILES_MAX 4096			/* files read */
/* A file is one JSON text: one dump per line between HEAD and TAIL. */
#define HEAD "{\"schema\": 1, \"dumps\": [\n"
#define TAIL "\n]}\n"
#define BETWEEN ",\n"
#define LOCK_TRIES 600
#define LOCK_POLL_NS 50000000L

/* The part of a file that is replaced, as offsets; the rest is kept. */
struct part {
	char *bytes;			/* the old file; NULL: rewrite it */
	size_t from;
	size_t to;
	size_t length;			/* of the old file */
};

/* The open directory; `lock` held excludes other writers. */
struct folder {
	const struct history *h;
	char *path;
	int fd;
	int lock;			/* -1: not locked */
};

/* ------------------------------------------------------------------- texts */

static bool
is_utf8(const char *text)
{
	json_t *value = json_string(text);
	const bool ok = value != NULL;

	json_decref(value);
	return ok;
}

char *
history_text(const char *text)
{
	const bool utf8 = is_utf8(text);
	char *copy = malloc(strlen(text) * 3 + 1);
	char *to = copy;

	for (; copy != NULL && *text != '\0'; text++) {
		const unsigned char c = (unsigned char)*text;
		if (c < 0x20 || c == 0x7f || c == '%' || (c >= 0x80 && !utf8))
			to += sprintf(to, "%%%02X", c);
		else
			*to++ = *text;
	}
	if (copy != NULL)
		*to = '\0';
	return copy;
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	return at == NULL ? -1 : (int)(at - digits);
}

char *
history_plain(const char *text)
{
	char *copy = strdup(text);
	char *to = copy;

	for (; copy != NULL && *text != '\0'; text++) {
		const int high = *text == '%' ? hex_digit(text[1]) : -1;
		const int low = high == -1 ? -1 : hex_digit(text[2]);
		if (low == -1) {
			*to++ = *text;
		} else {
			*to++ = (char)(high << 4 | low);
			text += 2;
		}
	}
	if (copy != NULL)
		*to = '\0';
	return copy;
}

void
history_key(const char *uuid, const char *name,
    char key[static HISTORY_KEY_BYTES])
{
	const char *of = *uuid != '\0' ? uuid : name;

	if (*uuid != '\0' && strlen(uuid) <= 40 &&
	    strspn(uuid, "0123456789abcdefABCDEF-") == strlen(uuid))
		snprintf(key, HISTORY_KEY_BYTES, "%s", uuid);
	else
		snprintf(key, HISTORY_KEY_BYTES, "%c%016" PRIx64,
		    *uuid != '\0' ? 'u' : 'n',
		    (uint64_t)XXH3_64bits(of, strlen(of)));
}

/* ------------------------------------------------------------ the directory */

static bool
complain(const struct folder *f, const char *file, const char *what)
{
	report(f->h->rep, f->h->is_idle ? DE_DEBUG : DE_WARNING, "%s%s%s: %s: "
	    "%s; the history of dumps is kept there (state_dir)",
	    f->path != NULL ? f->path : f->h->folder,
	    file == NULL ? "" : "/", file == NULL ? "" : file, what,
	    strerror(errno));
	return false;
}

static bool
is_ours_alone(const struct folder *f, int fd, const char *file, mode_t type)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return complain(f, file, "cannot stat");
	if ((st.st_mode & S_IFMT) == type &&
	    (st.st_uid == geteuid() || st.st_uid == 0) &&
	    (st.st_mode & (S_IWGRP | S_IWOTH)) == 0)
		return true;
	report(f->h->rep, DE_WARNING, "%s%s%s: others can write to it; "
	    "ignoring its record of past dumps; set state_dir to a directory "
	    "that only this user can write to", f->path,
	    file == NULL ? "" : "/", file == NULL ? "" : file);
	return false;
}

static void
close_folder(struct folder *f)
{
	if (f->lock != -1)
		close(f->lock);
	if (f->fd != -1)
		close(f->fd);
	free(f->path);
}

/*
 * Open the directory; with `make`, create it.  Otherwise a missing one is no
 * error, and sets *missing.  Returns false after reporting why.
 */
static bool
open_folder(struct folder *f, const struct history *h, bool make,
    bool *missing)
{
	*f = (struct folder){ .h = h, .fd = -1, .lock = -1 };
	*missing = false;
	if (asprintf(&f->path, "%s/history", h->folder) == -1) {
		f->path = NULL;
		return complain(f, NULL, "cannot open");
	}
	if (make && !path_make_folders(f->path))
		return complain(f, NULL, "cannot create");
	f->fd = open(f->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->fd == -1) {
		*missing = errno == ENOENT;
		return *missing || complain(f, NULL, "cannot open");
	}
	return is_ours_alone(f, f->fd, NULL, S_IFDIR);
}

static bool
lock_folder(struct folder *f)
{
	const struct timespec pause = { 0, LOCK_POLL_NS };

	f->lock = openat(f->fd, "lock", O_RDWR | O_CREAT | O_NOFOLLOW |
	    O_NONBLOCK | O_CLOEXEC, 0600);
	if (f->lock == -1)
		return complain(f, "lock", "cannot open");
	for (int i = 0; flock(f->lock, LOCK_EX | LOCK_NB) == -1; i++) {
		if ((errno != EWOULDBLOCK && errno != EINTR) ||
		    i == LOCK_TRIES)
			return complain(f, "lock", "cannot lock");
		nanosleep(&pause, NULL);
	}
	return true;
}

/* ------------------------------------------------------------------ reading */

/*
 * Read a file and NUL-terminate it.  The caller frees it.  NULL if it is
 * missing (*missing) or, after reporting why, cannot be read.
 */
static char *
read_bytes(const struct folder *f, const char *file, size_t *length,
    bool *missing)
{
	struct stat st;
	char *bytes = NULL;
	const int fd = openat(f->fd, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
	    O_CLOEXEC);

	*length = 0;
	*missing = fd == -1 && errno == ENOENT;
	if (fd == -1) {
		if (!*missing)
			complain(f, file, "cannot open");
		return NULL;
	}
	if (!is_ours_alone(f, fd, file, S_IFREG) || fstat(fd, &st) == -1)
		goto done;
	errno = EFBIG;
	bytes = st.st_size > BYTES_MAX ? NULL : malloc((size_t)st.st_size + 1);
	if (bytes == NULL)
		complain(f, file, "cannot read");
	while (bytes != NULL && *length < (size_t)st.st_size) {
		const ssize_t n = pread(fd, bytes + *length,
		    (size_t)st.st_size - *length, (off_t)*length);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		*length += (size_t)n;
	}
	if (bytes != NULL)
		bytes[*length] = '\0';
done:
	close(fd);
	return bytes;
}

static void
name_aside(const char *file, char aside[static NAME_MAX + 1])
{
	const size_t stem = strlen(file) - strlen(ENDING);

	memcpy(aside, file, stem);
	snprintf(aside + stem, NAME_MAX + 1 - stem, ASIDE);
}

/* Rename a damaged file, out of the way but kept for inspection. */
static void
put_aside(const struct folder *f, const char *file, const char *why)
{
	char aside[NAME_MAX + 1];

	name_aside(file, aside);
	report(f->h->rep, DE_WARNING, "%s/%s: damaged: %s; ignoring its record "
	    "of past dumps%s", f->path, file, why,
	    renameat(f->fd, file, f->fd, aside) == 0 ?
	    "; renamed it to .damaged" : "");
}

static bool
say_no_memory(const struct folder *f, const char *file)
{
	report(f->h->rep, DE_WARNING, "%s/%s: out of memory; ignoring its "
	    "record of past dumps", f->path, file);
	return false;
}

/* The array of dumps in a file; NULL after reporting why there is none. */
static json_t *
parse(const struct folder *f, const char *file, const char *bytes,
    size_t length)
{
	json_error_t error = { .text = "" };
	errno = 0;
	json_t *root = json_loadb(bytes, length, 0, &error);
	json_t *dumps = json_object_get(root, "dumps");
	const json_t *schema = json_object_get(root, "schema");

	if (json_integer_value(schema) > SCHEMA) {
		report(f->h->rep, DE_WARNING, "%s/%s: written by a newer "
		    "dumpengine; ignoring its record of past dumps", f->path,
		    file);
		dumps = NULL;
	} else if (root == NULL && errno == ENOMEM) {
		say_no_memory(f, file);
	} else if (!json_is_integer(schema) || !json_is_array(dumps)) {
		put_aside(f, file, root == NULL ? error.text :
		    "not a history of dumps");
		dumps = NULL;
	}
	json_incref(dumps);
	json_decref(root);
	return dumps;
}

/* Returns false if out of memory. */
static bool
add_record(struct history_list *list, json_t *dump, struct history_record r,
    const char *key)
{
	struct history_record *items = reallocarray(list->items,
	    list->count + 1, sizeof(*items));
	if (items == NULL)
		return false;
	list->items = items;
	if (list->owned == NULL)
		list->owned = json_array();
	json_t *name = json_string(key);
	if (json_array_append(list->owned, dump) == -1 ||
	    json_array_append_new(list->owned, name) == -1)
		return false;
	r.key = json_string_value(name);
	list->items[list->count++] = r;
	return true;
}

static bool
append(struct history_list *list, json_t *dump, const char *key)
{
	struct history_record r;

	return history_json_read(dump, &r) &&
	    add_record(list, dump, r, key);
}

static bool
ends_with(const char *file, const char *ending)
{
	const size_t length = strlen(file), end = strlen(ending);

	return file[0] != '.' && length > end &&
	    length < HISTORY_KEY_BYTES + end &&
	    strcmp(file + length - end, ending) == 0;
}

/* Take the valid records.  Returns false after reporting any it skipped. */
static bool
take_all(const struct folder *f, const char *file, json_t *dumps,
    const char *key, struct history_list *list)
{
	struct history_record r;
	size_t bad = 0;

	for (size_t i = 0; i < json_array_size(dumps); i++) {
		json_t *dump = json_array_get(dumps, i);
		if (!history_json_read(dump, &r))
			bad++;
		else if (!add_record(list, dump, r, key))
			return say_no_memory(f, file);
	}
	if (bad > 0) {
		char aside[NAME_MAX + 1];
		name_aside(file, aside);
		report(f->h->rep, DE_WARNING, "%s/%s: skipping %zu invalid "
		    "record%s%s", f->path, file, bad, bad == 1 ? "" : "s",
		    linkat(f->fd, file, f->fd, aside, 0) == 0 ?
		    "; kept a copy as .damaged" : "");
	}
	return bad == 0;
}

/* Returns false after reporting anything that it had to skip. */
static bool
load_file(const struct folder *f, const char *file, struct history_list *list)
{
	char key[HISTORY_KEY_BYTES];
	size_t length;
	bool missing;
	char *bytes = read_bytes(f, file, &length, &missing);

	if (bytes == NULL)
		return missing;
	snprintf(key, sizeof(key), "%.*s", (int)(strlen(file) -
	    strlen(ENDING)), file);
	json_t *dumps = parse(f, file, bytes, length);
	free(bytes);
	if (dumps != NULL && list->owned == NULL)
		list->owned = json_array();
	const bool ok = dumps != NULL && take_all(f, file, dumps, key, list);
	json_decref(dumps);
	return ok;
}

/*
 * Call `take` for each file with dumps, and for each damaged one set aside.
 * Returns false after reporting anything that was skipped.
 */
static bool
each_file(const struct folder *f, bool (*take)(void *arg,
    const struct folder *f, const char *file), void *arg)
{
	const int fd = dup(f->fd);
	DIR *dir = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	size_t files = 0;
	bool ok = true;

	if (dir == NULL) {
		if (fd != -1)
			close(fd);
		return complain(f, NULL, "cannot read");
	}
	rewinddir(dir);
	while ((entry = readdir(dir)) != NULL) {
		const bool aside = ends_with(entry->d_name, ASIDE);
		if (aside || (ends_with(entry->d_name, ENDING) &&
		    files++ < FILES_MAX))
			ok = take(arg, f, entry->d_name) && ok;
	}
	closedir(dir);
	if (files <= FILES_MAX)
		return ok;
	report(f->h->rep, DE_WARNING, "%s: reading only %d of %zu files; "
	    "remove those of filesystems that no longer exist", f->path,
	    FILES_MAX, files);
	return false;
}

static bool
take_dumps(void *arg, const struct folder *f, const char *file)
{
	struct history_list *list = arg;
	const bool aside = ends_with(file, ASIDE);
	const bool ok = aside || load_file(f, file, list);

	list->is_cut = list->is_cut || aside || !ok;
	return ok;
}

/*
 * Find the largest `order` without parsing the file: inside a string, the
 * quotes of the key would be escaped.
 */
static bool
take_order(void *arg, const struct folder *f, const char *file)
{
	static const char key[] = "\"order\": ";
	int64_t *last = arg;
	size_t length;
	bool missing;
	if (ends_with(file, ASIDE))
		return true;
	char *bytes = read_bytes(f, file, &length, &missing);
	for (const char *p = bytes; p != NULL &&
	    (p = strstr(p, key)) != NULL; p++) {
		const int64_t order = strtoll(p + strlen(key), NULL, 10);
		if (order > *last && order <= HISTORY_ORDER_MAX)
			*last = order;
	}
	free(bytes);
	return bytes != NULL || missing;
}

int64_t
history_next_order(const struct history *h)
{
	struct folder f;
	int64_t last = 0;
	bool missing;

	if (open_folder(&f, h, false, &missing) && !missing)
		each_file(&f, take_order, &last);
	close_folder(&f);
	return last + 1;
}

bool
history_load(const struct history *h, struct history_list *list)
{
	struct folder f;
	bool missing;

	*list = (struct history_list){ 0 };
	bool ok = open_folder(&f, h, false, &missing);
	if (ok && !missing)
		ok = each_file(&f, take_dumps, list);
	close_folder(&f);
	return ok;
}

void
history_free(struct history_list *list)
{
	free(list->items);
	json_decref(list->owned);
	*list = (struct history_list){ 0 };
}

/* ------------------------------------------------------------------ writing */

bool
history_add(struct history_list *list, const struct history_record *r)
{
	json_t *dump = history_json_make(r);
	const bool ok = dump != NULL && append(list, dump, r->key);

	json_decref(dump);
	return ok;
}

/*
 * Find the line of a dump or, if it has none, the place after the last line.
 * Returns false if the file cannot be divided into lines, or needs pruning.
 */
static bool
find_line(struct part *part, const char *id)
{
	const size_t head = strlen(HEAD), tail = strlen(TAIL);
	char *bytes = part->bytes, *line = NULL;
	size_t dumps = 0;

	if (part->length <= head + tail || strlen(bytes) != part->length ||
	    strncmp(bytes, HEAD, head) != 0 ||
	    strcmp(bytes + part->length - tail, TAIL) != 0 ||
	    asprintf(&line, "\n{\"id\": \"%s\", ", id) == -1)
		return false;
	for (const char *p = bytes; (p = strstr(p, "\n{")) != NULL; p++)
		dumps++;
	const char *at = strstr(bytes, line);
	free(line);
	part->from = part->to = part->length - tail;
	if (at != NULL) {
		part->from = (size_t)(at + 1 - bytes);
		part->to = part->from + strcspn(at + 1, "\n");
		if (bytes[part->to - 1] == ',')
			part->to--;
	}
	return dumps < HISTORY_FEW || at != NULL;
}

/* Load just one dump.  False if the whole file must be loaded instead. */
static bool
load_one(const struct folder *f, const char *file, const char *key,
    const char *id, struct part *part, struct history_list *list)
{
	bool missing;

	part->bytes = read_bytes(f, file, &part->length, &missing);
	if (part->bytes != NULL && find_line(part, id)) {
		json_t *dump = part->from == part->to ? NULL :
		    json_loadb(part->bytes + part->from,
		    part->to - part->from, 0, NULL);
		const bool ok = part->from == part->to ||
		    append(list, dump, key);
		json_decref(dump);
		if (ok)
			return true;
	}
	free(part->bytes);
	*part = (struct part){ 0 };
	return false;
}

/* The new text of the file.  The caller frees it; NULL if out of memory. */
static char *
text_of(const struct part *part, const struct history_list *list)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);
	bool ok = out != NULL;

	if (ok && part->bytes == NULL)
		fputs(HEAD, out);
	else if (ok)
		fprintf(out, "%.*s%s", (int)part->from, part->bytes,
		    part->from == part->to ? BETWEEN : "");
	for (size_t i = 0; ok && i < list->count; i++) {
		json_t *dump = history_json_make(&list->items[i]);
		if (i > 0)
			fputs(BETWEEN, out);
		ok = dump != NULL && json_dumpf(dump, out, 0) == 0;
		json_decref(dump);
	}
	if (ok)
		fputs(part->bytes == NULL ? TAIL : part->bytes + part->to,
		    out);
	ok = ok && ferror(out) == 0;
	if (out != NULL && fclose(out) == 0 && ok)
		return text;
	free(text);
	return NULL;
}

/*
 * Does the file hold dumps that a level may build on?  Then it must be synced
 * before it replaces the old file, or a crash could lose them.
 */
static bool
is_needed(const char *text)
{
	return strstr(text, "\"dumpdates\": \"") != NULL;
}

static bool
write_text(int fd, const char *text, bool safe)
{
	const bool must_sync = safe || is_needed(text);
	size_t left = strlen(text);

	while (left > 0) {
		const ssize_t n = write(fd, text, left);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		text += n;
		left -= (size_t)n;
	}
	return !must_sync || fsync(fd) == 0;
}

static bool
replace(const struct folder *f, const char *file, const char *text, bool safe)
{
	char beside[SAFE_FILE_NAME_BYTES];
	const int fd = safe_file_make(f->fd, "", beside);

	if (fd == -1)
		return complain(f, file, "cannot write");
	bool ok = write_text(fd, text, safe);
	ok = close(fd) == 0 && ok;
	if (ok && renameat(f->fd, beside, f->fd, file) == 0)
		return !safe || fsync(f->fd) == 0 ||
		    complain(f, NULL, "cannot sync");
	const int error = errno;
	unlinkat(f->fd, beside, 0);
	errno = error;
	return complain(f, file, "cannot write");
}

static bool
store(const struct folder *f, const char *file, const struct part *part,
    const struct history_list *list, bool safe)
{
	char *text = text_of(part, list);

	if (text == NULL) {
		errno = ENOMEM;
		return complain(f, file, "cannot write");
	}
	const bool ok = replace(f, file, text, safe);
	free(text);
	return ok;
}

/* Is there still a file that could not be loaded or set aside? */
static bool
is_in_the_way(const struct folder *f, const char *file,
    const struct history_list *list)
{
	struct stat st;

	return list->owned == NULL && fstatat(f->fd, file, &st,
	    AT_SYMLINK_NOFOLLOW) == 0;
}

bool
history_change(const struct history *h, const char *key, const char *id,
    bool safe, history_change_fn *change, void *arg)
{
	struct history_list list = { 0 };
	struct part part = { 0 };
	char file[HISTORY_KEY_BYTES + sizeof(ENDING)];
	struct folder f;
	bool missing;

	snprintf(file, sizeof(file), "%s" ENDING, key);
	bool ok = open_folder(&f, h, true, &missing) && lock_folder(&f);
	if (ok && (id == NULL ||
	    !load_one(&f, file, key, id, &part, &list))) {
		load_file(&f, file, &list);
		ok = !is_in_the_way(&f, file, &list);
	}
	if (ok && change(arg, &list))
		ok = store(&f, file, &part, &list, safe);
	free(part.bytes);
	history_free(&list);
	close_folder(&f);
	return ok;
}

/* ----------------------------------------------------------- who and when */

/* The first line of a small file; "" if there is none. */
static void
read_line(const char *path, char *line, size_t room)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	const ssize_t n = fd == -1 ? 0 : read(fd, line, room - 1);

	if (fd != -1)
		close(fd);
	line[n > 0 ? n : 0] = '\0';
	line[strcspn(line, "\n")] = '\0';
}

/* When a process started, in ticks since boot; 0 if there is none. */
static int64_t
start_of(int64_t pid)
{
	char path[64], line[1024];
	int64_t ticks = 0;

	snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
	read_line(path, line, sizeof(line));
	/* The command name can hold any character; it ends at the last ')'. */
	const char *p = strrchr(line, ')');
	for (int field = 2; p != NULL && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (p != NULL)
		ticks = strtoll(p, NULL, 10);
	return ticks;
}

void
history_stamp(struct history_record *r, pid_t pid, char boot[static 40])
{
	struct timespec up;

	read_line("/proc/sys/kernel/random/boot_id", boot, 40);
	for (char *p = boot; *p != '\0'; p++)
		if (!isxdigit((unsigned char)*p) && *p != '-')
			*p = '-';
	clock_gettime(CLOCK_BOOTTIME, &up);
	r->boot = boot;
	r->uptime = (int64_t)up.tv_sec * 1000 + up.tv_nsec / 1000000;
	r->begun = (int64_t)time(NULL);
	r->pid = pid;
	r->pid_started = start_of(r->pid);
}

bool
history_is_alive(const struct history_record *r)
{
	struct history_record now;
	char boot[40];

	if (r->status != HISTORY_RUNNING)
		return false;
	history_stamp(&now, getpid(), boot);
	return strcmp(boot, r->boot) == 0 &&
	    (r->pid_started == 0 ? now.pid_started == 0 :
	    start_of(r->pid) == r->pid_started);
}
