/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/trust.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LINKS_MAX 40		/* the kernel's limit */
#define INTERPRETER_BYTES 256	/* of a script, as in the kernel */
#define NESTED_MAX 3		/* nested commands: sh -c "sh -c ..." */
#define UNMAPPED 65534		/* any user unknown to a user namespace */
#define USUAL_PATH \
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

struct trust {
	bool is_root;
	uid_t top;			/* owner of /, who can change it all */
	char **allowed;			/* owned; resolved absolute paths */
	size_t allowed_count;
	char *path;			/* owned */
};

/* --------------------------------------------------------- a single file */

/* A path being resolved. */
struct walk {
	const struct trust *t;
	uid_t also;
	const char *file;		/* the path to check */
	char folder[PATH_MAX];		/* current directory; "" is the root */
	char rest[2 * PATH_MAX];	/* still to be resolved */
	unsigned int links;
	char *why;
};

static bool
is_owner_trusted(const struct walk *w, uid_t uid)
{
	return uid == TRUST_ROOT || uid == w->also ||
	    (uid == UNMAPPED && w->t->top == UNMAPPED);
}

/* With an access control list, the group bits are the mask of other users. */
static bool
can_others_write(const char *path, const struct stat *st)
{
	if ((st->st_mode & S_IWOTH) != 0)
		return true;
	if ((st->st_mode & S_IWGRP) == 0)
		return false;
	return st->st_gid != 0 ||
	    getxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

/* "owned by al", "mode 0777" */
static void
describe(const struct walk *w, const struct stat *st, char *text, size_t size)
{
	const struct passwd *pw = is_owner_trusted(w, st->st_uid) ? NULL :
	    getpwuid(st->st_uid);

	if (is_owner_trusted(w, st->st_uid))
		snprintf(text, size, "mode %04o, group %u", (unsigned
		    int)(st->st_mode & 07777), st->st_gid);
	else if (pw != NULL)
		snprintf(text, size, "owned by %.32s", pw->pw_name);
	else
		snprintf(text, size, "owned by user %u", st->st_uid);
}

static bool
refuse(const struct walk *w, const char *what, const char *path,
    const struct stat *st)
{
	char how[80];

	describe(w, st, how, sizeof(how));
	if (strcmp(path, w->file) == 0)
		snprintf(w->why, TRUST_WHY_BYTES, "%.250s: users other than "
		    "root can write to %s (%s); restrict it to root, or allow "
		    "it with --trust FILE", path, what, how);
	else
		snprintf(w->why, TRUST_WHY_BYTES, "%.150s: users other than "
		    "root can write to %s %.150s (%s), which is on its path; "
		    "restrict that to root, or allow it with --trust FILE",
		    w->file, what, path, how);
	return false;
}

/* Can an entry of the directory be trusted to have been put there by root? */
static bool
check_folder(const struct walk *w, const struct stat *entry)
{
	const char *folder = w->folder[0] == '\0' ? "/" : w->folder;
	struct stat st;

	if (stat(folder, &st) == -1)
		return true;
	if (!is_owner_trusted(w, st.st_uid))
		return refuse(w, "the directory", folder, &st);
	if (!can_others_write(folder, &st))
		return true;
	if ((st.st_mode & S_ISVTX) != 0 && entry != NULL &&
	    !S_ISREG(entry->st_mode) && is_owner_trusted(w, entry->st_uid))
		return true;
	return refuse(w, "the directory", folder, &st);
}

static bool
check_end(const struct walk *w, const char *path, const struct stat *st)
{
	if (is_owner_trusted(w, st->st_uid) &&
	    (S_ISLNK(st->st_mode) || !can_others_write(path, st)))
		return true;
	return refuse(w, S_ISDIR(st->st_mode) ? "the directory" : strcmp(path,
	    w->file) == 0 ? "it" : "the file", path, st);
}

/* Take the next component of the path.  False: none is left. */
static bool
next_name(struct walk *w, char name[static NAME_MAX + 1])
{
	char *p = w->rest + strspn(w->rest, "/");
	const size_t length = strcspn(p, "/");

	if (length == 0 || length > NAME_MAX)
		return false;
	memcpy(name, p, length);
	name[length] = '\0';
	memmove(w->rest, p + length, strlen(p + length) + 1);
	return true;
}

/* Follow a link.  False: the path is too long; opening it will fail. */
static bool
follow_link(struct walk *w, const char *path)
{
	char target[PATH_MAX], rest[sizeof(w->rest)];
	const ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (n <= 0 || ++w->links > LINKS_MAX)
		return false;
	target[n] = '\0';
	const int length = snprintf(rest, sizeof(rest), "%s%s", target,
	    w->rest);
	if (length < 0 || (size_t)length >= sizeof(rest))
		return false;
	if (target[0] == '/')
		w->folder[0] = '\0';
	memcpy(w->rest, rest, (size_t)length + 1);
	return true;
}

/* Process one component.  False: it is refused, or the path has ended. */
static bool
step(struct walk *w, const char *name, bool *refused)
{
	char path[PATH_MAX + NAME_MAX + 2];
	struct stat st;

	if (strcmp(name, ".") == 0)
		return true;
	if (strcmp(name, "..") == 0) {
		char *slash = strrchr(w->folder, '/');
		if (slash != NULL)
			*slash = '\0';
		return true;
	}
	snprintf(path, sizeof(path), "%s/%s", w->folder, name);
	const bool is_there = lstat(path, &st) == 0;
	*refused = !check_folder(w, is_there ? &st : NULL) ||
	    (is_there && !S_ISDIR(st.st_mode) && !check_end(w, path, &st));
	if (*refused || !is_there)
		return false;
	if (S_ISLNK(st.st_mode))
		return follow_link(w, path);
	if (strlen(path) >= sizeof(w->folder))
		return false;
	memcpy(w->folder, path, strlen(path) + 1);
	return true;
}

/* Start at the root, or in the current directory. */
static bool
begin_walk(struct walk *w, const char *path)
{
	char here[PATH_MAX];

	if (path[0] == '/')
		here[0] = '\0';
	else if (getcwd(here, sizeof(here)) == NULL)
		return false;
	const int n = snprintf(w->rest, sizeof(w->rest), "%s/%s", here, path);
	return n > 0 && (size_t)n < sizeof(w->rest);
}

static bool
is_allowed(const struct trust *t, const char *path)
{
	char *real = t->allowed_count == 0 ? NULL : realpath(path, NULL);
	bool found = false;

	for (size_t i = 0; real != NULL && i < t->allowed_count; i++) {
		const size_t length = strlen(t->allowed[i]);
		found = found || (strncmp(real, t->allowed[i], length) == 0 &&
		    (real[length] == '\0' || real[length] == '/' ||
		    length == 1));
	}
	free(real);
	return found;
}

bool
trust_file(const struct trust *t, const char *path, uid_t also,
    char why[static TRUST_WHY_BYTES])
{
	struct walk w = { .t = t, .also = also, .file = path, .why = why };
	char name[NAME_MAX + 1];
	bool refused = false;
	struct stat st;

	if (t == NULL || !t->is_root || is_allowed(t, path) ||
	    !begin_walk(&w, path))
		return true;
	while (next_name(&w, name))
		if (!step(&w, name, &refused))
			return !refused;
	/* The requested path itself is a directory. */
	return stat(path, &st) == -1 || !S_ISDIR(st.st_mode) ||
	    check_end(&w, path, &st);
}

/* ------------------------------------------------------------- a command */

#define BREAKS ";&|(){}\n"	/* a command may begin after these */

/* A command being parsed. */
struct reading {
	const struct trust *t;
	uid_t also;
	char *why;
	unsigned int nested;
	bool at_command;	/* the next word is a command */
	bool is_runner;		/* this command runs its arguments */
	bool is_target;		/* the next word belongs to < or > */
};

static bool check_text(struct reading *r, const char *text);

static bool
is_in(const char *word, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(word, *words) == 0)
			return true;
	return false;
}

static bool
runs_others(const char *program)
{
	static const char *const names[] = { ".", "ash", "awk", "bash",
	    "chroot", "chrt", "command", "dash", "env", "eval", "exec", "flock",
	    "ionice", "ksh", "lua", "mksh", "nice", "nohup", "nsenter", "perl",
	    "php", "prlimit", "python", "python3", "ruby", "runuser", "setpriv",
	    "setsid", "sh", "source", "stdbuf", "su", "sudo", "systemd-run",
	    "taskset", "tclsh", "time", "timeout", "unshare", "xargs", "zsh",
	    NULL };
	const char *slash = strrchr(program, '/');

	return is_in(slash == NULL ? program : slash + 1, names);
}

/* Find a name without a slash in PATH; false: not found. */
static bool
find_program(const struct trust *t, const char *name, char *path, size_t size)
{
	for (const char *p = t->path; *p != '\0'; p += *p == ':') {
		const int length = (int)strcspn(p, ":");
		snprintf(path, size, "%.*s/%s", length, p, name);
		if (access(path, X_OK) == 0)
			return true;
		p += length;
	}
	return false;
}

/* Read the command after "#!" in the first line of a script. */
static bool
read_interpreter(const char *path, char *command, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	const ssize_t n = fd == -1 ? -1 : read(fd, command, size - 1);

	if (fd != -1)
		close(fd);
	if (n < 2 || command[0] != '#' || command[1] != '!')
		return false;
	command[n] = '\0';
	command[strcspn(command, "\n")] = '\0';
	memmove(command, command + 2, strlen(command + 2) + 1);
	return true;
}

/* A program is trusted only if the interpreter of its "#!" line is. */
static bool
check_executable(const struct reading *r, const char *path)
{
	char command[INTERPRETER_BYTES];

	if (!trust_file(r->t, path, r->also, r->why))
		return false;
	if (!read_interpreter(path, command, sizeof(command)))
		return true;
	struct reading inner = { r->t, r->also, r->why, r->nested + 1,
		true, false, false };
	return check_text(&inner, command);
}

static bool
check_program(struct reading *r, const char *word)
{
	char path[2 * PATH_MAX];

	r->is_runner = runs_others(word);
	if (strchr(word, '/') != NULL)
		return check_executable(r, word);
	return !find_program(r->t, word, path, sizeof(path)) ||
	    check_executable(r, path);
}

/* A word that is not itself a command. */
static bool
check_argument(struct reading *r, const char *word)
{
	struct stat st;
	const bool is_file = stat(word, &st) == 0 && S_ISREG(st.st_mode);

	if (is_file && (r->is_runner || (strchr(word, '/') != NULL &&
	    (st.st_mode & 0111) != 0)))
		return check_executable(r, word);
	if (is_file || !r->is_runner)
		return true;
	if (strpbrk(word, " \t\n;|&") != NULL) {
		struct reading inner = { r->t, r->also, r->why, r->nested + 1,
			true, false, false };
		return check_text(&inner, word);
	}
	/* nice make, env A=1 make: options and values have no meaning here. */
	char path[2 * PATH_MAX];
	return !find_program(r->t, word, path, sizeof(path)) ||
	    check_executable(r, path);
}

static bool
is_assignment(const char *word)
{
	const char *p = word;

	while (isalnum((unsigned char)*p) || *p == '_')
		p++;
	return p > word && *p == '=' && !isdigit((unsigned char)*word);
}

static bool
check_word(struct reading *r, const char *word)
{
	static const char *const keywords[] = { "!", "do", "elif", "else",
	    "if", "then", "until", "while", NULL };

	if (r->is_target) {
		r->is_target = false;
		return true;
	}
	if (!r->at_command)
		return check_argument(r, word);
	if (is_in(word, keywords) || is_assignment(word))
		return true;
	r->at_command = false;
	return check_program(r, word);
}

/* A word without its quotes; *known: it contains nothing to expand. */
static const char *
take_word(const char *p, char *word, size_t size, bool *known)
{
	size_t used = 0;
	char quote = '\0';

	*known = true;
	for (; *p != '\0'; p++) {
		if (quote == '\0' && (isspace((unsigned char)*p) ||
		    strchr(BREAKS "<>", *p) != NULL))
			break;
		if (quote == '\0' ? *p == '"' || *p == '\'' : *p == quote) {
			quote = quote == '\0' ? *p : '\0';
			continue;
		}
		if (*p == '\\' && quote != '\'' && p[1] != '\0')
			p++;
		else if (quote != '\'' && strchr("$`*?[~", *p) != NULL)
			*known = false;
		if (used < size - 1)
			word[used++] = *p;
	}
	word[used] = '\0';
	return p;
}

static bool
check_text(struct reading *r, const char *text)
{
	char word[PATH_MAX] = "";
	bool known;

	if (r->nested > NESTED_MAX)
		return true;
	for (const char *p = text; *p != '\0';) {
		if (strchr(BREAKS, *p) != NULL) {
			r->at_command = true;
			r->is_runner = r->is_target = false;
			p++;
		} else if (*p == '<' || *p == '>') {
			r->is_target = true;
			p += p[1] == '&' || p[1] == '>' ? 2 : 1;
		} else if (isspace((unsigned char)*p)) {
			p++;
		} else if (*p == '#') {
			p += strcspn(p, "\n");
		} else {
			p = take_word(p, word, sizeof(word), &known);
			if (known && !check_word(r, word))
				return false;
			if (!known)
				r->at_command = r->is_target = false;
		}
	}
	return true;
}

bool
trust_command(const struct trust *t, const char *command, uid_t also,
    char why[static TRUST_WHY_BYTES])
{
	struct reading r = { t, also, why, 0, true, false, false };

	return t == NULL || !t->is_root || check_text(&r, command);
}

/* -------------------------------------------------------------------- PATH */

/*
 * Relative entries are dropped as well: they depend on the current directory.
 */
static char *
filter_path(const struct trust *t, const char *list)
{
	char *path = calloc(1, strlen(list) + 2);
	char folder[PATH_MAX], why[TRUST_WHY_BYTES];
	size_t used = 0;

	for (const char *p = list; path != NULL && *p != '\0'; p += *p == ':') {
		const size_t length = strcspn(p, ":");
		const int n = snprintf(folder, sizeof(folder), "%.*s",
		    (int)length, p);
		if (n > 0 && (size_t)n < sizeof(folder) && folder[0] == '/' &&
		    trust_file(t, folder, TRUST_ROOT, why)) {
			if (used > 0)
				path[used++] = ':';
			memcpy(path + used, folder, length);
			used += length;
		}
		p += length;
	}
	return path;
}

static bool
set_path(struct trust *t)
{
	const char *path = getenv("PATH");

	free(t->path);
	t->path = path == NULL || *path == '\0' ? strdup(USUAL_PATH) :
	    t->is_root ? filter_path(t, path) : strdup(path);
	return t->path != NULL;
}

struct trust *
trust_new(void)
{
	struct trust *t = calloc(1, sizeof(*t));
	struct stat st;

	if (t == NULL)
		return NULL;
	t->is_root = geteuid() == 0;
	t->top = stat("/", &st) == 0 ? st.st_uid : TRUST_ROOT;
	if (set_path(t))
		return t;
	trust_free(t);
	return NULL;
}

void
trust_free(struct trust *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->allowed_count; i++)
		free(t->allowed[i]);
	free(t->allowed);
	free(t->path);
	free(t);
}

bool
trust_allow(struct trust *t, const char *path)
{
	char *real = realpath(path, NULL);
	char **allowed = real == NULL ? NULL : reallocarray(t->allowed,
	    t->allowed_count + 1, sizeof(*allowed));

	if (allowed == NULL) {
		free(real);
		return false;
	}
	t->allowed = allowed;
	allowed[t->allowed_count++] = real;
	/* It may cover a directory of PATH. */
	return set_path(t);
}

const char *
trust_path(const struct trust *t)
{
	return t == NULL ? USUAL_PATH : t->path;
}
