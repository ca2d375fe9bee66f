/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/drill.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/base/utf8.h"
#include "core/restore/drill_choice.h"
#include "core/restore/drill_digest.h"
#include "core/restore/extract.h"

#define NAME_BYTES 16		/* an inode number */

/* What is known of a file that was chosen. */
struct result {
	bool came;
	bool is_other;		/* no regular file: its dialect names no types */
	bool is_sparse;
	uint64_t size;
	double seconds;
	char *fault;		/* owned; NULL: none */
	char digest[DIGEST_TEXT_BYTES];	/* "": none */
};

struct drill {
	struct drill_config config;
	struct restore_settings settings;	/* of extracting */
	struct drill_choice choice;
	struct result *results;		/* one for each inode chosen; each is
					   changed by one worker */
	uint64_t begun;			/* ns */
	char folder[PATH_MAX];		/* "": there is none */
	int fd;				/* of the folder */
	struct target *target;
	struct extract *extract;
};

/* A file on its way to the disk. */
struct file {
	struct drill *drill;
	struct result *result;
	struct header header;
	void *extracting;
	struct drill_digest *digest;
	uint64_t begun;
};

uint64_t
drill_seed(void)
{
	uint64_t seed;

	/* It need not be secret: the clock is good enough without it. */
	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(seed))
		seed = clock_ns();
	/* JSON has integers of 53 bits everywhere. */
	return seed >> 11;
}

/* ------------------------------------------------------------- the folder */

static bool
make_folder(struct drill *d)
{
	struct report *rep = d->config.rep;
	char path[PATH_MAX];

	const int n = snprintf(path, sizeof(path), "%s/dumpengine-drill.XXXXXX",
	    d->config.settings->tmpdir);
	if (n < 0 || (size_t)n >= sizeof(path))
		errno = ENAMETOOLONG;
	else if (mkdtemp(path) != NULL)
		memcpy(d->folder, path, sizeof(path));
	if (d->folder[0] != '\0')
		d->fd = open(d->folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW |
		    O_CLOEXEC);
	if (d->fd == -1)
		report(rep, DE_ERROR, "%s: cannot make a folder for the drill "
		    "(-T names another place): %s", d->config.settings->tmpdir,
		    strerror(errno));
	return d->fd != -1;
}

/* It is flat. */
static void
empty_folder(int fd)
{
	DIR *dir = fdopendir(fd);
	const struct dirent *entry;

	if (dir == NULL) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir)) != NULL)
		unlinkat(fd, entry->d_name, 0);
	closedir(dir);
}

static void
remove_folder(struct drill *d)
{
	if (d->fd != -1)
		empty_folder(d->fd);
	if (d->folder[0] != '\0' && rmdir(d->folder) != 0)
		report(d->config.rep, DE_WARNING, "%s: cannot be removed: %s; "
		    "remove it by hand", d->folder, strerror(errno));
}

/* -------------------------------------------------------- beginning, end */

/* By number, into an empty folder. */
static bool
make_extract(struct drill *d)
{
	const struct extract_config config = {
		.settings = &d->settings,
		.names = d->config.names,
		.outcome = d->config.outcome,
		.rep = d->config.rep,
		.max_inode = d->choice.map.max_inode,
		.wanted = &d->choice.names,
		.target = d->target = target_new(d->fd, d->config.names,
		    d->settings.workers),
	};

	if (d->target != NULL)
		d->extract = extract_new(&config);
	return d->extract != NULL;
}

static bool
choose(struct drill *d)
{
	const struct drill_config *c = &d->config;

	if (!drill_choose(&d->choice, c->names, c->dumped, c->files, c->seed))
		return false;
	if (d->choice.count == 0)
		report(c->rep, DE_WARNING,
		    "the set has no regular file to restore");
	d->results = calloc((size_t)d->choice.count + 1, sizeof(*d->results));
	return d->results != NULL;
}

struct drill *
drill_new(const struct drill_config *config)
{
	struct drill *d = calloc(1, sizeof(*d));

	if (d == NULL)
		goto no_memory;
	d->begun = clock_ns();
	d->fd = -1;
	d->config = *config;
	d->settings = *config->settings;
	d->settings.if_exists = IF_EXISTS_FAIL;
	d->settings.by_number = true;
	d->settings.untrusted = true;
	d->settings.dry_run = false;
	d->settings.verbose = false;
	if (!choose(d))
		goto no_memory;
	if (!make_folder(d)) {
		drill_free(d);
		return NULL;
	}
	if (!make_extract(d))
		goto no_memory;
	return d;

no_memory:
	report(config->rep, DE_ERROR, "out of memory");
	drill_free(d);
	return NULL;
}

void
drill_free(struct drill *d)
{
	if (d == NULL)
		return;
	extract_free(d->extract);
	target_free(d->target);
	remove_folder(d);
	for (uint32_t i = 0; d->results != NULL && i < d->choice.count; i++)
		free(d->results[i].fault);
	free(d->results);
	drill_choice_free(&d->choice);
	free(d);
}

const struct inomap *
drill_inodes(const struct drill *d)
{
	return &d->choice.map;
}

enum verdict
drill_verdict(const struct drill *d)
{
	return extract_verdict(d->extract);
}

/* ------------------------------------------------------------------ a file */

/* The first fault of a file is the one that is reported. */
static void
note(struct result *r, const char *text)
{
	if (r->fault == NULL)
		r->fault = strdup(text);
}

/*
 * Nobody else may read it meanwhile, and only its contents are the matter:
 * whether the scratch folder has room for everything else of it says nothing
 * about the set.
 */
static struct header
plain_header(const struct header *header)
{
	struct header plain = *header;

	plain.meta.mode = S_IFREG | 0600;
	plain.meta.uid = geteuid();
	plain.meta.gid = getegid();
	plain.meta.flags = 0;
	plain.meta.project = 0;
	return plain;
}

static void *
begin(void *arg, unsigned int worker, const struct header *header)
{
	struct drill *d = arg;
	uint32_t index;

	if (!drill_choice_find(&d->choice, header->inode, &index))
		return NULL;
	struct result *r = &d->results[index];
	r->came = true;
	r->size = header->meta.size;
	r->is_other = !S_ISREG(header->meta.mode) || header->is_hidden;
	if (r->is_other)
		return NULL;
	struct file *f = calloc(1, sizeof(*f));
	if (f != NULL)
		f->digest = drill_digest_new();
	if (f == NULL || f->digest == NULL) {
		note(r, "out of memory");
		free(f);
		return NULL;
	}
	f->drill = d;
	f->result = r;
	f->begun = clock_ns();
	f->header = plain_header(header);
	f->extracting = extract_work.begin(d->extract, worker, &f->header);
	if (f->extracting == NULL) {
		note(r, "it cannot be made");
		drill_digest_free(f->digest);
		free(f);
		return NULL;
	}
	return f;
}

static void
data(void *inode, uint64_t offset, const uint8_t *bytes, size_t length)
{
	struct file *f = inode;

	drill_digest_add(f->digest, offset, bytes, length);
	extract_work.data(f->extracting, offset, bytes, length);
}

static void
hole(void *inode, uint64_t offset, uint64_t length)
{
	struct file *f = inode;

	extract_work.hole(f->extracting, offset, length);
}

static void
lost(void *inode, uint64_t offset, uint64_t length, const char *why)
{
	struct file *f = inode;

	note(f->result, "part of its contents is lost");
	extract_work.lost(f->extracting, offset, length, why);
}

static void
doubt(void *inode, uint64_t offset, uint64_t length, const char *why)
{
	struct file *f = inode;

	note(f->result, "part of its contents may be wrong");
	extract_work.doubt(f->extracting, offset, length, why);
}

/* What a folder of another filesystem can take of them says nothing. */
static void
xattr(void *inode, const struct de_xattr *xattr)
{
	(void)inode;
	(void)xattr;
}

static void
lost_xattrs(void *inode, const char *why)
{
	struct file *f = inode;

	note(f->result, "attributes of it are lost");
	extract_work.lost_xattrs(f->extracting, why);
}

/* What is on the disk, as far as the kernel can be made to look there. */
static const char *
check_disk(const struct file *f, int fd)
{
	struct stat st;

	if (fstat(fd, &st) != 0 || fdatasync(fd) != 0)
		return strerror(errno);
	if ((uint64_t)st.st_size != f->header.meta.size)
		return "its size on disk is another one";
	posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
	return drill_digest_check(f->digest, fd);
}

static void
check_file(struct file *f)
{
	char name[NAME_BYTES];

	snprintf(name, sizeof(name), "%" PRIu32, f->header.inode);
	const int fd = openat(f->drill->fd, name,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	const char *why = fd == -1 ? strerror(errno) : check_disk(f, fd);
	if (fd != -1)
		close(fd);
	if (why != NULL && f->result->fault == NULL) {
		note(f->result, why);
		outcome_add(f->drill->config.outcome, OUTCOME_DIFFERENT,
		    f->header.inode, "the restored file is not as in the set: "
		    "%s", why);
	}
	if (unlinkat(f->drill->fd, name, 0) != 0 && errno != ENOENT)
		note(f->result, "it cannot be removed");
}

static void
end(void *inode, bool complete)
{
	struct file *f = inode;
	struct result *r = f->result;

	drill_digest_end(f->digest, f->header.meta.size);
	drill_digest_format(f->digest, r->digest);
	r->is_sparse = drill_digest_is_sparse(f->digest);
	extract_work.end(f->extracting, complete);
	if (!complete)
		note(r, "it is not in the set as a whole");
	check_file(f);
	r->seconds = (double)(clock_ns() - f->begun) / (double)NS_PER_SECOND;
	drill_digest_free(f->digest);
	free(f);
}

const struct crew_work drill_work = {
	.begin = begin,
	.data = data,
	.hole = hole,
	.lost = lost,
	.doubt = doubt,
	.xattr = xattr,
	.lost_xattrs = lost_xattrs,
	.end = end,
};

/* -------------------------------------------------------------- the report */

static json_t *
path_of(const struct drill *d, uint32_t inode)
{
	char *path = names_path(d->config.names,
	    names_of_inode(d->config.names, inode));
	char *text = path == NULL ? NULL : utf8_escape(path);
	json_t *json = text == NULL ? json_null() : json_string(text);

	free(text);
	free(path);
	return json;
}

static json_t *
text_of(const char *text)
{
	return text == NULL || text[0] == '\0' ? json_null() :
	    json_string(text);
}

static json_t *
file_report(const struct drill *d, uint32_t index)
{
	const struct result *r = &d->results[index];
	const uint32_t inode = d->choice.inodes[index];
	const char *fault = r->came ? r->fault : "it did not come";

	return json_pack("{s:o, s:I, s:I, s:o, s:b, s:b, s:o, s:f}",
	    "path", path_of(d, inode),
	    "inode", (json_int_t)inode,
	    "size", (json_int_t)r->size,
	    "xxh3_128", text_of(r->digest),
	    "holes_left_out", (int)r->is_sparse,
	    "ok", fault == NULL,
	    "fault", text_of(fault),
	    "seconds", r->seconds);
}

struct totals {
	uint32_t restored, faults;
	uint64_t bytes;
};

static struct totals
count(const struct drill *d)
{
	struct totals t = { 0, 0, 0 };

	for (uint32_t i = 0; i < d->choice.count; i++) {
		const struct result *r = &d->results[i];
		if (r->is_other)
			continue;
		if (r->came && r->fault == NULL) {
			t.restored++;
			t.bytes += r->size;
		} else {
			t.faults++;
		}
	}
	return t;
}

json_t *
drill_finish(const struct drill *d)
{
	const struct totals t = count(d);
	json_t *files = json_array();

	for (uint32_t i = 0; i < d->choice.count; i++)
		if (!d->results[i].is_other)
			json_array_append_new(files, file_report(d, i));
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:f, s:o}",
	    "seed", (json_int_t)d->config.seed,
	    "asked", (json_int_t)d->config.files,
	    "restored", (json_int_t)t.restored,
	    "faults", (json_int_t)t.faults,
	    "bytes", (json_int_t)t.bytes,
	    "seconds", (double)(clock_ns() - d->begun) /
	    (double)NS_PER_SECOND,
	    "files", files);
}
