/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/dumpdates.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/base/date.h"
#include "plugins/common/safe_file.h"

/* A line has about 60 bytes, so this is over a hundred thousand lines. */
#define FILE_BYTES_MAX (8u << 20)
#define LOCK_SECONDS 600
#define LOCK_POLL_NS 50000000L
#define DATE_COLUMNS 24		/* of ctime(3) */

/* The file, open and locked. */
struct dumpdates {
	const char *file;	/* as named by the user; borrowed */
	char *path;		/* with symbolic links resolved; owned */
	int fd;
	struct stat st;
	char *text;		/* the contents, NUL-terminated */
	size_t length;
	struct report *rep;
};

/* A line that records a dump. */
struct line {
	const char *text;
	size_t length;		/* without the newline */
	const char *name;
	size_t name_length;
	uint32_t level;
	int64_t date;
};

static bool
report_errno(const struct dumpdates *d, const char *what)
{
	report(d->rep, DE_ERROR, "%s: %s: %s", d->file, what,
	    strerror(errno));
	return false;
}

bool
dumpdates_holds_name(const char *name)
{
	if (*name == '\0')
		return false;
	for (; *name != '\0'; name++)
		if (isspace((unsigned char)*name) ||
		    iscntrl((unsigned char)*name))
			return false;
	return true;
}

/* ------------------------------------------------------------------ dates */

static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri",
    "Sat" };

/* Parse a number of `width` columns, padded with leading blanks. */
static bool
take_columns(const char *at, int width, int max, int *value)
{
	int n = 0;
	bool any = false;

	for (int i = 0; i < width; i++) {
		if (at[i] == ' ' && !any)
			continue;
		if (at[i] < '0' || at[i] > '9')
			return false;
		any = true;
		n = n * 10 + (at[i] - '0');
	}
	*value = n;
	return any && n <= max;
}

static bool
take_month(const char *at, int *month)
{
	for (int i = 0; i < 12; i++)
		if (memcmp(at, months[i], 3) == 0) {
			*month = i;
			return true;
		}
	return false;
}

/* Parse "+0100" to seconds; if it is missing, set *local. */
static bool
take_zone(const char *at, size_t length, bool *local, int *offset)
{
	int hours, minutes;

	while (length > 0 && isspace((unsigned char)*at)) {
		at++;
		length--;
	}
	*local = length == 0;
	if (*local)
		return true;
	if (length < 5 || (at[0] != '+' && at[0] != '-') ||
	    !take_columns(at + 1, 2, 24, &hours) ||
	    !take_columns(at + 3, 2, 59, &minutes))
		return false;
	*offset = (at[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

/* "Sun Nov 22 11:05:06 2026 +0000"; the weekday is ignored. */
static bool
parse_date(const char *text, size_t length, int64_t *date)
{
	struct tm tm = { .tm_isdst = -1 };
	bool local;
	int offset = 0;

	if (length < DATE_COLUMNS || text[3] != ' ' || text[7] != ' ' ||
	    text[10] != ' ' || text[13] != ':' || text[16] != ':' ||
	    text[19] != ' ' ||
	    !take_month(text + 4, &tm.tm_mon) ||
	    !take_columns(text + 8, 2, 31, &tm.tm_mday) ||
	    !take_columns(text + 11, 2, 23, &tm.tm_hour) ||
	    !take_columns(text + 14, 2, 59, &tm.tm_min) ||
	    !take_columns(text + 17, 2, 60, &tm.tm_sec) ||
	    !take_columns(text + 20, 4, 9999, &tm.tm_year) ||
	    !take_zone(text + DATE_COLUMNS, length - DATE_COLUMNS, &local,
	    &offset))
		return false;
	tm.tm_year -= 1900;
	*date = local ? date_from_local(&tm) : (int64_t)timegm(&tm) - offset;
	return *date > 0 && *date <= INT32_MAX;
}

/*
 * Print like ctime(3), followed by the offset from UTC at that time in whole
 * minutes.  (Historic offsets had seconds.)
 */
static void
print_date(FILE *out, int64_t date)
{
	time_t t = (time_t)date;
	struct tm tm = { 0 };

	localtime_r(&t, &tm);
	const long minutes = tm.tm_gmtoff / 60;
	const long distance = minutes < 0 ? -minutes : minutes;
	t += minutes * 60;
	gmtime_r(&t, &tm);
	fprintf(out, "%s %s %2d %02d:%02d:%02d %4d %c%02ld%02ld",
	    days[tm.tm_wday], months[tm.tm_mon], tm.tm_mday, tm.tm_hour,
	    tm.tm_min, tm.tm_sec, tm.tm_year + 1900, minutes < 0 ? '-' : '+',
	    distance / 60, distance % 60);
}

/* ------------------------------------------------------------------ lines */

static size_t
blanks(const char *p, const char *end)
{
	size_t n = 0;

	while (p + n < end && (p[n] == ' ' || p[n] == '\t'))
		n++;
	return n;
}

static bool
parse_line(struct line *l)
{
	const char *p = l->text, *const end = l->text + l->length;
	uint64_t level = 0;

	l->name = p;
	while (p < end && !isspace((unsigned char)*p) && *p != '\0')
		p++;
	l->name_length = (size_t)(p - l->name);
	const size_t gap = blanks(p, end);
	p += gap;
	if (l->name_length == 0 || gap == 0 || p == end || *p < '0' ||
	    *p > '9')
		return false;
	for (; p < end && *p >= '0' && *p <= '9'; p++) {
		level = level * 10 + (uint64_t)(*p - '0');
		if (level > INT32_MAX)
			return false;
	}
	l->level = (uint32_t)level;
	const size_t second = blanks(p, end);
	p += second;
	return second > 0 && parse_date(p, (size_t)(end - p), &l->date);
}

/* Take the line at *at; false at the end.  *known: it records a dump. */
static bool
next_line(const struct dumpdates *d, size_t *at, struct line *l, bool *known)
{
	if (*at >= d->length)
		return false;
	l->text = d->text + *at;
	const char *end = memchr(l->text, '\n', d->length - *at);
	l->length = end == NULL ? d->length - *at : (size_t)(end - l->text);
	*at += l->length + 1;
	*known = parse_line(l);
	return true;
}

static bool
is_named(const struct line *l, const char *name)
{
	return strlen(name) == l->name_length &&
	    memcmp(name, l->name, l->name_length) == 0;
}

/* ------------------------------------------------------- open, lock, read */

static void
close_file(struct dumpdates *d)
{
	free(d->text);
	free(d->path);
	if (d->fd != -1)
		close(d->fd);
	d->text = NULL;
	d->path = NULL;
	d->fd = -1;
}

static void
say_who_holds_it(const struct dumpdates *d, short type)
{
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	if (fcntl(d->fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK &&
	    lock.l_pid > 0)
		report(d->rep, DE_WARNING, "%s: waiting for process %ld to "
		    "release its lock", d->file, (long)lock.l_pid);
	else
		report(d->rep, DE_WARNING, "%s: waiting for another process to "
		    "release its lock", d->file);
}

static bool
lock_file(const struct dumpdates *d, short type, const atomic_int *cancelled)
{
	const struct timespec pause = { 0, LOCK_POLL_NS };
	struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

	for (long waited = 0; fcntl(d->fd, F_SETLK, &lock) == -1; waited++) {
		if (errno != EAGAIN && errno != EACCES)
			return report_errno(d, "cannot lock it");
		if (waited == 0)
			say_who_holds_it(d, type);
		if (*cancelled ||
		    waited > LOCK_SECONDS * (1000000000L / LOCK_POLL_NS)) {
			report(d->rep, DE_ERROR, "%s: still locked by another "
			    "process", d->file);
			return false;
		}
		nanosleep(&pause, NULL);
	}
	return true;
}

/* It may have been replaced while waiting for the lock. */
static bool
is_still_the_file(const struct dumpdates *d)
{
	struct stat now;

	return stat(d->path, &now) == 0 && now.st_dev == d->st.st_dev &&
	    now.st_ino == d->st.st_ino;
}

static bool
read_text(struct dumpdates *d)
{
	const size_t size = (size_t)d->st.st_size;

	d->text = malloc(size + 1);
	if (d->text == NULL)
		return report_errno(d, "cannot read it");
	d->length = 0;
	while (d->length < size) {
		const ssize_t n = pread(d->fd, d->text + d->length,
		    size - d->length, (off_t)d->length);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return report_errno(d, "cannot read it");
		if (n == 0)
			break;
		d->length += (size_t)n;
	}
	d->text[d->length] = '\0';
	return true;
}

static bool
open_file(struct dumpdates *d, int flags)
{
	/* Do not block on a FIFO. */
	d->fd = open(d->file, flags | O_CLOEXEC | O_NONBLOCK, 0644);
	if (d->fd == -1)
		return report_errno(d, "cannot open it");
	if (fstat(d->fd, &d->st) == -1)
		return report_errno(d, "cannot open it");
	if (!S_ISREG(d->st.st_mode)) {
		report(d->rep, DE_ERROR, "%s: not a regular file", d->file);
		return false;
	}
	if (d->st.st_size > FILE_BYTES_MAX) {
		report(d->rep, DE_ERROR, "%s: %jd bytes is too large for a "
		    "dumpdates file", d->file, (intmax_t)d->st.st_size);
		return false;
	}
	d->path = realpath(d->file, NULL);
	return d->path != NULL || report_errno(d, "cannot resolve its path");
}

/* Open and lock the file, again if it was replaced meanwhile. */
static bool
open_and_lock(struct dumpdates *d, int flags, short type,
    const atomic_int *cancelled)
{
	for (;;) {
		if (!open_file(d, flags) || !lock_file(d, type, cancelled))
			goto fail;
		if (fstat(d->fd, &d->st) == 0 && is_still_the_file(d))
			break;
		close_file(d);
	}
	if (d->st.st_size <= FILE_BYTES_MAX && read_text(d))
		return true;

fail:
	close_file(d);
	return false;
}

static bool
is_missing(const char *file)
{
	return access(file, F_OK) == -1 && errno == ENOENT;
}

bool
dumpdates_read(const char *file, const char *name, dumpdates_take_fn *take,
    void *arg, bool tell, struct report *rep, const atomic_int *cancelled)
{
	struct dumpdates d = { .file = file, .fd = -1, .rep = rep };
	struct line l;
	size_t at = 0;
	unsigned int number = 0, foreign = 0, first = 0;
	bool known;

	if (is_missing(file)) {
		if (tell)
			report(rep, DE_WARNING, "%s: does not exist", file);
		return true;
	}
	if (!open_and_lock(&d, O_RDONLY, F_RDLCK, cancelled))
		return false;
	while (next_line(&d, &at, &l, &known)) {
		number++;
		if (!known && l.length > blanks(l.text, l.text + l.length) &&
		    foreign++ == 0)
			first = number;
		if (known && is_named(&l, name))
			take(arg, &(struct dumpdates_entry){ name, l.level,
			    l.date });
	}
	close_file(&d);
	if (foreign > 0 && tell)
		report(rep, DE_WARNING, "%s:%u: ignored%s: not a record of a "
		    "dump; dump(8) stops reading there", file, first,
		    foreign == 1 ? "" : ", as are other lines");
	return true;
}

/* ----------------------------------------------------------------- change */

/* A change to the lines of a file. */
struct change {
	const char *name;
	dumpdates_drop_fn *drop;	/* NULL: remove none */
	void *arg;
	const struct dumpdates_entry *put;
	size_t count;
	bool *done;			/* for each entry to add: it is in */
};

static void
print_entry(const struct dumpdates_entry *entry, FILE *out)
{
	fprintf(out, "%s %" PRIu32 " ", entry->name, entry->level);
	print_date(out, entry->date);
	fputc('\n', out);
}

/* The index of the entry that replaces a line, or `count`. */
static size_t
replaced_by(const struct change *c, const struct line *l)
{
	size_t i = 0;

	while (i < c->count && (l->level != c->put[i].level ||
	    !is_named(l, c->put[i].name)))
		i++;
	return i;
}

static bool
is_dropped(const struct change *c, const struct line *l)
{
	const struct dumpdates_entry entry = { c->name, l->level, l->date };

	return c->drop != NULL && is_named(l, c->name) &&
	    c->drop(c->arg, &entry);
}

static void
print_line(const struct change *c, const struct line *l, bool known, FILE *out)
{
	const size_t by = known ? replaced_by(c, l) : c->count;

	if (by < c->count) {
		if (!c->done[by])
			print_entry(&c->put[by], out);
		c->done[by] = true;
	} else if (!known || !is_dropped(c, l)) {
		fwrite(l->text, 1, l->length, out);
		fputc('\n', out);
	}
}

static bool
print_lines(const struct dumpdates *d, const struct change *c, FILE *out)
{
	struct line l;
	size_t at = 0;
	bool known;

	while (next_line(d, &at, &l, &known))
		print_line(c, &l, known, out);
	for (size_t i = 0; i < c->count; i++)
		if (!c->done[i])
			print_entry(&c->put[i], out);
	return fflush(out) == 0 && !ferror(out);
}

/* Keep access for those who could read or write the old file. */
static bool
keep_owner_and_mode(const struct dumpdates *d, int fd)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return false;
	if ((st.st_uid != d->st.st_uid || st.st_gid != d->st.st_gid) &&
	    fchown(fd, d->st.st_uid, d->st.st_gid) == -1)
		return false;
	return fchmod(fd, d->st.st_mode & 07777) == 0;
}

static bool
write_beside(const struct dumpdates *d, const struct change *c, int beside)
{
	const int fd = fcntl(beside, F_DUPFD_CLOEXEC, 3);
	FILE *out = fd == -1 ? NULL : fdopen(fd, "w");
	bool ok = out != NULL && print_lines(d, c, out) &&
	    keep_owner_and_mode(d, beside);

	if (out != NULL)
		ok = fclose(out) == 0 && ok;
	else if (fd != -1)
		close(fd);
	return ok;
}

static bool
replace(const struct dumpdates *d, const struct change *c)
{
	struct safe_file beside;

	if (!safe_file_begin(&beside, d->path))
		return report_errno(d, "cannot create a new file beside it");
	if (!write_beside(d, c, beside.fd)) {
		safe_file_abandon(&beside);
		return report_errno(d, "cannot write the new file beside it");
	}
	return safe_file_commit(&beside) || report_errno(d, "cannot be "
	    "replaced");
}

static bool
changes_anything(const struct dumpdates *d, const struct change *c)
{
	struct line l;
	size_t at = 0;
	bool known;

	if (c->count > 0)
		return true;
	while (next_line(d, &at, &l, &known))
		if (known && is_dropped(c, &l))
			return true;
	return false;
}

bool
dumpdates_change(const char *file, const char *name, dumpdates_drop_fn *drop,
    void *arg, const struct dumpdates_entry *put, size_t count,
    struct report *rep, const atomic_int *cancelled)
{
	struct dumpdates d = { .file = file, .fd = -1, .rep = rep };
	struct change c = { name, drop, arg, put, count, NULL };
	bool ok = false;

	if (count == 0 && is_missing(file))
		return true;
	c.done = calloc(count + 1, sizeof(*c.done));
	if (c.done == NULL)
		return report_errno(&d, "cannot write it");
	if (open_and_lock(&d, O_RDWR | (count > 0 ? O_CREAT : 0), F_WRLCK,
	    cancelled)) {
		ok = !changes_anything(&d, &c) || replace(&d, &c);
		close_file(&d);
	}
	free(c.done);
	return ok;
}

/* ------------------------------------------------------------------ check */

static bool
may_be_made(const struct dumpdates *d)
{
	const char *folder = safe_file_forbidden(d->file);

	if (folder != NULL)
		report(d->rep, DE_ERROR, "%s: does not exist, and files "
		    "cannot be kept in %s; use another path", d->file, folder);
	return folder == NULL;
}

/* Can a file be created in the directory of `path`, to replace it? */
static bool
folder_takes_files(const struct dumpdates *d, const char *path)
{
	char *copy = strdup(path);

	if (copy == NULL)
		return report_errno(d, "cannot check its directory");
	const char *folder = dirname(copy);
	const bool ok = access(folder, W_OK | X_OK) == 0;
	if (!ok)
		report(d->rep, DE_ERROR, "%s: cannot be replaced: cannot "
		    "create files in %s: %s", d->file, folder,
		    strerror(errno));
	free(copy);
	return ok;
}

/* Anyone who can replace the file decides the bases of later dumps. */
static void
warn_of_folder(const struct dumpdates *d)
{
	const char *name;
	const int folder = safe_file_open_folder(d->path, &name);

	if (folder == -1)
		return;
	if (safe_file_folder_is_open(folder))
		report(d->rep, DE_WARNING, "%s: its directory is writable "
		    "by everyone, so anyone can replace the file", d->file);
	close(folder);
}

static bool
create_file(struct dumpdates *d)
{
	if (!may_be_made(d) || !open_file(d, O_RDWR | O_CREAT))
		return false;
	report(d->rep, DE_INFO, "%s: did not exist; created empty",
	    d->file);
	return true;
}

bool
dumpdates_check(const char *file, bool create, struct report *rep)
{
	struct dumpdates d = { .file = file, .fd = -1, .rep = rep };
	bool ok;

	if (is_missing(file) && !create) {
		d.path = safe_file_place(file);
		ok = (d.path != NULL ||
		    report_errno(&d, "cannot be created")) &&
		    may_be_made(&d) && folder_takes_files(&d, d.path);
		if (ok) {
			report(rep, DE_INFO, "%s: does not exist; will be "
			    "created", file);
			warn_of_folder(&d);
		}
		free(d.path);
		return ok;
	}
	ok = (is_missing(file) ? create_file(&d) : open_file(&d, O_RDWR)) &&
	    folder_takes_files(&d, d.path);
	if (ok)
		warn_of_folder(&d);
	close_file(&d);
	return ok;
}
