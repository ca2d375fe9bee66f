/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/config_text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 10		/* of nested includes, as in libconfig */
#define FILES_MAX 1000
#define BYTES_MAX (16 << 20)	/* of all files together */
#define FIFO_MS 5000		/* to wait for a FIFO's writer */
#define INCLUDE "@include"
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct origin {
	size_t file;		/* index */
	unsigned int line;
};

struct config_text {
	struct report *rep;		/* borrowed */
	const struct trust *trust;	/* borrowed */
	unsigned int *errors;		/* borrowed */
	bool no_memory;
	bool broken;			/* the text is incomplete */
	char *folder;			/* owned; where included files are */
	char *files[FILES_MAX];		/* owned names */
	size_t file_count;
	char *text;			/* owned */
	size_t length, room;
	bool in_line;			/* the last line is incomplete */
	struct origin *lines;		/* owned; of each line of the text */
	size_t line_count, line_room;
};

/* A file that is being scanned. */
struct scan {
	struct config_text *to;
	const struct scan *from;	/* what includes it; NULL: main file */
	size_t file;			/* index of its name */
	dev_t device;
	ino_t inode;
	unsigned int line;
	unsigned int depth;
};

static void scan_file(struct config_text *t, const struct scan *from, int fd,
    size_t file);

__attribute__((format(printf, 3, 4)))
static void
complain(const struct scan *at, const char *what, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report_line(at->to->rep, "%s:%u: %s: %s", at->to->files[at->file],
	    at->line, what, text);
	(*at->to->errors)++;
	at->to->broken = true;
}

/* Report an error of a whole file. */
__attribute__((format(printf, 3, 4)))
static void
complain_of(struct config_text *t, size_t file, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report_line(t->rep, "%s: %s", t->files[file], text);
	(*t->errors)++;
	t->broken = true;
}

/* ------------------------------------------------------- building the text */

static bool
add_origin(struct config_text *t, size_t file, unsigned int line)
{
	if (t->line_count == t->line_room) {
		const size_t room = t->line_room * 2 + 64;
		struct origin *lines = reallocarray(t->lines, room,
		    sizeof(*lines));
		if (lines == NULL)
			return false;
		t->lines = lines;
		t->line_room = room;
	}
	t->lines[t->line_count++] = (struct origin){ file, line };
	return true;
}

/* There is always room left for a NUL. */
static bool
add_character(struct config_text *t, size_t file, unsigned int line, char c)
{
	if (t->length + 1 >= t->room) {
		const size_t room = t->room * 2 + 4096;
		char *text = realloc(t->text, room);
		if (text == NULL)
			return false;
		t->text = text;
		t->room = room;
	}
	if (!t->in_line && !add_origin(t, file, line))
		return false;
	t->text[t->length++] = c;
	t->text[t->length] = '\0';
	t->in_line = c != '\n';
	return true;
}

/* Add the text from `p` to `end`, which begins in `line`. */
static void
add_piece(struct config_text *t, size_t file, unsigned int line, const char *p,
    const char *end)
{
	for (; p < end && !t->no_memory; p++) {
		t->no_memory = !add_character(t, file, line, *p);
		line += *p == '\n';
	}
}

static void
end_line(struct config_text *t, const struct scan *scan)
{
	if (t->in_line && !t->no_memory)
		t->no_memory = !add_character(t, scan->file, scan->line, '\n');
}

/* ----------------------------------------------------------- reading a file */

/* Returns the bytes read, 0 at the end of the file, or -1. */
static ssize_t
read_some(int fd, char *buffer, size_t size, int limit)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	ssize_t n;

	do {
		const int ready = poll(&readable, 1, limit);
		if (ready == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		n = read(fd, buffer, size);
	} while (n == -1 && (errno == EINTR || errno == EAGAIN));
	return n;
}

/*
 * Returns the contents, NUL-terminated; the caller frees them.  NULL after
 * reporting why.
 */
static char *
read_all(struct config_text *t, int fd, size_t file, int limit,
    size_t *length)
{
	char *text = NULL;
	size_t room = 0;
	ssize_t n = 0;

	*length = 0;
	do {
		*length += (size_t)n;
		if (*length + 1 >= room) {
			room = room * 2 + 65536;
			char *larger = realloc(text, room);
			if (larger == NULL) {
				complain_of(t, file, "out of memory");
				goto fail;
			}
			text = larger;
		}
		if (*length > BYTES_MAX) {
			complain_of(t, file, "too large for a configuration "
			    "file");
			goto fail;
		}
		n = read_some(fd, text + *length, room - *length - 1, limit);
	} while (n > 0);
	if (n == -1) {
		complain_of(t, file, "cannot read the configuration: %s",
		    errno == ETIMEDOUT ? "the FIFO has no writer" :
		    strerror(errno));
		goto fail;
	}
	text[*length] = '\0';
	return text;

fail:
	free(text);
	return NULL;
}

/* ------------------------------------------------------ scanning a file */

/* Skip the string or comment that begins at `p`, counting lines. */
static const char *
skip_text(struct scan *scan, const char *p)
{
	for (p++; *p != '\0' && *p != '"'; p++) {
		if (*p == '\\' && p[1] != '\0')
			p++;
		scan->line += *p == '\n';
	}
	return *p == '\0' ? p : p + 1;
}

static const char *
skip_comment(struct scan *scan, const char *p)
{
	if (*p == '#' || p[1] == '/')
		return p + strcspn(p, "\n");
	for (p += 2; *p != '\0' && strncmp(p, "*/", 2) != 0; p++)
		scan->line += *p == '\n';
	return *p == '\0' ? p : p + 2;
}

static const char *
skip_word(const char *p)
{
	while (isalnum((unsigned char)*p) || *p == '_' || *p == '*' ||
	    *p == '-' || *p == '.')
		p++;
	return p;
}

static const char *
check_number(const struct scan *scan, const char *p)
{
	char *end, number[64];
	const bool was_broken = scan->to->broken;
	const bool is_hex = p[0] == '0' && (p[1] == 'x' || p[1] == 'X');

	errno = 0;
	const uintmax_t n = strtoumax(p, &end, is_hex ? 16 : 10);
	const bool is_fraction = *end == '.' || *end == 'e' || *end == 'E';
	if (*end != 'L' && !is_fraction &&
	    (errno != 0 || n > (is_hex ? UINT32_MAX : INT32_MAX))) {
		snprintf(number, sizeof(number), "%.*s", (int)(end - p), p);
		complain(scan, number, "an integer this large needs the suffix "
		    "L: %sL", number);
		/* The rest can still be checked. */
		scan->to->broken = was_broken;
	}
	return skip_word(end);
}

/* Only after nothing but blanks in its line. */
static bool
is_include(const char *text, const char *p)
{
	if (strncmp(p, INCLUDE, strlen(INCLUDE)) != 0)
		return false;
	const char *quote = p + strlen(INCLUDE);
	quote += strspn(quote, " \t");
	if (*quote != '"' || quote == p + strlen(INCLUDE))
		return false;
	while (p > text && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	return p == text || p[-1] == '\n';
}

/* Copy the name of an include without its quotes.  Returns where it ends. */
static const char *
take_name(const char *p, char *name, size_t size)
{
	size_t used = 0;

	p = strchr(p, '"') + 1;
	for (; *p != '\0' && *p != '"' && *p != '\n'; p++) {
		if (*p == '\\' && (p[1] == '\\' || p[1] == '"'))
			p++;
		if (used < size - 1)
			name[used++] = *p;
	}
	name[used] = '\0';
	return *p == '"' ? p + 1 : p;
}

/* A relative name starts at the directory of the main file. */
static bool
add_file(struct config_text *t, const char *name, size_t *index)
{
	const bool plain = *name == '/' || strcmp(t->folder, ".") == 0;

	*index = t->file_count;
	if (t->file_count == FILES_MAX)
		return false;
	if (asprintf(&t->files[*index], "%s%s%s", plain ? "" : t->folder,
	    plain || strcmp(t->folder, "/") == 0 ? "" : "/", name) == -1) {
		t->files[*index] = NULL;
		t->no_memory = true;
		return false;
	}
	t->file_count++;
	return true;
}

/* The file itself, or the one including it, that has this inode; or NULL. */
static const struct scan *
find_circle(const struct scan *scan, const struct stat *st)
{
	while (scan != NULL && (scan->inode != st->st_ino ||
	    scan->device != st->st_dev))
		scan = scan->from;
	return scan;
}

static void
open_included(const struct scan *scan, const char *name, size_t file)
{
	struct config_text *t = scan->to;
	const char *path = t->files[file];
	char why[TRUST_WHY_BYTES], what[NAME_MAX + 32];
	struct stat st;

	snprintf(what, sizeof(what), INCLUDE " \"%.250s\"", name);
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK |
	    O_NOCTTY);
	if (fd == -1 || fstat(fd, &st) == -1) {
		complain(scan, what, "%s cannot be read: %s", path,
		    strerror(errno));
	} else if (!S_ISREG(st.st_mode)) {
		complain(scan, what, "%s is not a regular file", path);
	} else if (!trust_file(t->trust, path, TRUST_ROOT, why)) {
		complain(scan, what, "%s", why);
	} else {
		const struct scan *circle = find_circle(scan, &st);
		if (circle != NULL)
			complain(scan, what, "include loop: %s %s", path,
			    circle == scan ? "includes itself" :
			    "includes this file, directly or indirectly");
		else if (scan->depth == DEPTH_MAX)
			complain(scan, what, "includes are nested more than %d "
			    "deep", DEPTH_MAX);
		else
			scan_file(t, scan, fd, file);
	}
	if (fd != -1)
		close(fd);
}

/* Insert the file that an include names.  Returns where the include ends. */
static const char *
follow_include(struct scan *scan, const char *p)
{
	char name[PATH_MAX];
	size_t file;

	p = take_name(p, name, sizeof(name));
	end_line(scan->to, scan);
	if (add_file(scan->to, name, &file))
		open_included(scan, name, file);
	else if (!scan->to->no_memory)
		complain(scan, INCLUDE, "more than %d files in all", FILES_MAX);
	end_line(scan->to, scan);
	return p;
}

static void
scan_text(struct scan *scan, const char *text)
{
	const char *p = text, *copied = text;
	unsigned int copied_line = scan->line;

	while (*p != '\0' && !scan->to->no_memory) {
		if (*p == '"') {
			p = skip_text(scan, p);
		} else if (*p == '#' || (*p == '/' && (p[1] == '/' ||
		    p[1] == '*'))) {
			p = skip_comment(scan, p);
		} else if (is_include(text, p)) {
			add_piece(scan->to, scan->file, copied_line, copied, p);
			copied = p = follow_include(scan, p);
			copied_line = scan->line;
		} else if (isdigit((unsigned char)*p)) {
			p = check_number(scan, p);
		} else if (isalpha((unsigned char)*p) || *p == '*') {
			p = skip_word(p);
		} else {
			scan->line += *p++ == '\n';
		}
	}
	add_piece(scan->to, scan->file, copied_line, copied, p);
}

/* Name a wrong encoding, instead of reporting a mistake in line 1. */
static bool
is_readable(struct config_text *t, size_t file, const char *text,
    size_t length)
{
	if (length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 ||
	    memcmp(text, "\xfe\xff", 2) == 0))
		complain_of(t, file, "is UTF-16, by its byte order mark; "
		    "convert it to UTF-8 (iconv -f UTF-16 -t UTF-8)");
	else if (strlen(text) < length)
		complain_of(t, file, "contains a NUL byte, so it is not text");
	else
		return true;
	return false;
}

/* Add the contents of a file to the text.  The caller keeps `fd`. */
static void
scan_file(struct config_text *t, const struct scan *from, int fd, size_t file)
{
	struct scan scan = {
		.to = t,
		.from = from,
		.file = file,
		.line = 1,
		.depth = from == NULL ? 1 : from->depth + 1,
	};
	struct stat st;
	size_t length;

	if (fstat(fd, &st) == 0) {
		scan.device = st.st_dev;
		scan.inode = st.st_ino;
	}
	char *text = read_all(t, fd, file, from == NULL &&
	    (fcntl(fd, F_GETFL) & O_NONBLOCK) == 0 ? -1 : FIFO_MS, &length);
	if (text == NULL)
		return;
	const size_t mark = length >= strlen(BYTE_ORDER_MARK) && memcmp(text,
	    BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0 ?
	    strlen(BYTE_ORDER_MARK) : 0;
	if (t->length + length > BYTES_MAX)
		complain_of(t, file, "too large for a configuration, together "
		    "with the files that include it");
	else if (is_readable(t, file, text, length))
		scan_text(&scan, text + mark);
	free(text);
}

/* ------------------------------------------------------------ the main file */

/* The descriptor that a name such as /dev/fd/3 stands for, or -1. */
static int
descriptor_of(const char *file)
{
	static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };

	if (strcmp(file, "-") == 0 || strcmp(file, "/dev/stdin") == 0)
		return STDIN_FILENO;
	for (size_t i = 0; i < 2; i++) {
		const size_t length = strlen(folders[i]);
		char *end;
		if (strncmp(file, folders[i], length) != 0 ||
		    !isdigit((unsigned char)file[length]))
			continue;
		const long n = strtol(file + length, &end, 10);
		if (*end == '\0' && n <= INT_MAX)
			return (int)n;
	}
	return -1;
}

const char *
config_text_name(const char *file)
{
	return strcmp(file, "-") == 0 ? "standard input" : file;
}

/*
 * A file opened by the shell is judged by its path.  A pipe or a terminal is
 * trusted: whoever runs dumpengine chose it.
 */
static bool
is_trusted(const struct config_text *t, const char *file, int fd,
    char why[static TRUST_WHY_BYTES])
{
	char link[64], path[PATH_MAX];

	if (descriptor_of(file) == -1)
		return trust_file(t->trust, file, TRUST_ROOT, why);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	const ssize_t n = readlink(link, path, sizeof(path) - 1);
	struct stat st;
	if (n <= 0 || path[0] != '/' || fstat(fd, &st) == -1 ||
	    S_ISCHR(st.st_mode))
		return true;
	path[n] = '\0';
	return trust_file(t->trust, path, TRUST_ROOT, why);
}

/* Returns the descriptor, or -1 after reporting why it cannot be opened. */
static int
open_main(struct config_text *t, const char *file)
{
	char why[TRUST_WHY_BYTES];
	const int given = descriptor_of(file);
	const int fd = given != -1 ? fcntl(given, F_DUPFD_CLOEXEC, 0) :
	    open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;

	if (fd == -1) {
		complain_of(t, 0, "cannot read the configuration: %s",
		    strerror(errno));
		return -1;
	}
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
		complain_of(t, 0, "cannot read the configuration: %s",
		    strerror(EISDIR));
	else if (!is_trusted(t, file, fd, why))
		complain_of(t, 0, "%s", why);
	else
		return fd;
	close(fd);
	return -1;
}

/* The directory of the file; for a descriptor, the current one. */
static char *
folder_of(const char *file)
{
	const char *slash = strrchr(file, '/');

	if (slash == NULL || descriptor_of(file) != -1)
		return strdup(".");
	return slash == file ? strdup("/") :
	    strndup(file, (size_t)(slash - file));
}

struct config_text *
config_text_read(const char *file, const struct trust *trust,
    struct report *rep, unsigned int *errors)
{
	struct config_text *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->rep = rep;
	t->trust = trust;
	t->errors = errors;
	t->folder = folder_of(file);
	t->files[0] = strdup(config_text_name(file));
	t->file_count = 1;
	if (t->folder == NULL || t->files[0] == NULL)
		goto no_memory;
	const int fd = open_main(t, file);
	if (fd != -1) {
		scan_file(t, NULL, fd, 0);
		close(fd);
	}
	if (!t->no_memory)
		return t;

no_memory:
	config_text_free(t);
	return NULL;
}

void
config_text_free(struct config_text *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->file_count; i++)
		free(t->files[i]);
	free(t->folder);
	free(t->text);
	free(t->lines);
	free(t);
}

bool
config_text_is_whole(const struct config_text *t)
{
	return !t->broken;
}

const char *
config_text_get(const struct config_text *t)
{
	return t->text == NULL ? "" : t->text;
}

const char *
config_text_origin(const struct config_text *t, unsigned int line,
    unsigned int *line_there)
{
	/* An error at the end of the text is reported for the line after it. */
	const size_t n = line > t->line_count ? t->line_count : line;

	if (n == 0) {
		*line_there = line;
		return t->files[0];
	}
	*line_there = t->lines[n - 1].line + (line - (unsigned int)n);
	return t->files[t->lines[n - 1].file];
}
