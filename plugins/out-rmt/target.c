/* SPDX-License-Identifier: BSD-3-Clause */
#include "target.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEVICE_FOLDER "/dev/"
#define BLANKS " \t"
/* Characters that no shell treats specially. */
#define PLAIN_LETTERS "abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+:,@%-"

/* -------------------------------------------------------------- the target */

/* Not a name that a command could take for an option, or a shell for more. */
static bool
is_safe_name(const char *name)
{
	if (name[0] == '\0' || name[0] == '-')
		return false;
	for (const char *p = name; *p != '\0'; p++)
		if (*p <= ' ' || *p == 0x7f || strchr("\"'\\`$;&|<>()", *p))
			return false;
	return true;
}

/* The colon before the file; NULL if there is none. */
static const char *
find_colon(const char *text)
{
	const char *bracket = strchr(text, '[');
	const char *colon = strchr(text, ':');

	if (bracket != NULL && (colon == NULL || bracket < colon) &&
	    (bracket == text || bracket[-1] == '@')) {
		bracket = strchr(bracket, ']');
		return bracket != NULL && bracket[1] == ':' ? bracket + 1 :
		    NULL;
	}
	return colon;
}

static const char *
wrong_file(const char *file, char *why, size_t why_size)
{
	const size_t length = strlen(file);

	if (length == 0)
		return "has no file after the colon";
	if (strchr(file, '\n') != NULL)
		return "has a newline in the file name, which the protocol of "
		    "rmt does not allow";
	if (length > TARGET_FILE_MAX) {
		snprintf(why, why_size, "has a file name of %zu bytes, but "
		    "dump's rmt accepts at most %d; use a shorter one, or a "
		    "symbolic link there", length, TARGET_FILE_MAX);
		return why;
	}
	return NULL;
}

static bool
split(struct target *target, const char *text, const char *colon)
{
	const size_t length = (size_t)(colon - text);
	const char *at = memrchr(text, '@', length);
	const char *host = at == NULL ? text : at + 1;
	size_t host_length = (size_t)(colon - host);

	if (host_length >= 2 && host[0] == '[') {
		host++;
		host_length -= 2;
	}
	*target = (struct target){
		.user = at == NULL ? NULL : strndup(text, (size_t)(at - text)),
		.host = strndup(host, host_length),
		.file = strdup(colon + 1),
	};
	return (at == NULL || target->user != NULL) && target->host != NULL &&
	    target->file != NULL;
}

static const char *
wrong_target(const struct target *target, char *why, size_t why_size)
{
	if (target->host[0] == '\0')
		return "has no host; expected [user@]host:file";
	if (strchr(target->host, '/') != NULL)
		return "is a local path; use out-file for it, or give "
		    "[user@]host:file";
	if (!is_safe_name(target->host))
		return "has an invalid host name";
	if (target->user != NULL && !is_safe_name(target->user))
		return "has an invalid user name";
	return wrong_file(target->file, why, why_size);
}

bool
target_parse(struct target *target, const char *text, char *why,
    size_t why_size)
{
	const char *colon = find_colon(text);
	const char *wrong = "out of memory";

	if (colon == NULL) {
		snprintf(why, why_size, "has no host and file; expected "
		    "[user@]host:file");
		return false;
	}
	if (split(target, text, colon))
		wrong = wrong_target(target, why, why_size);
	if (wrong == NULL)
		return true;
	if (wrong != why)
		snprintf(why, why_size, "%s", wrong);
	target_free(target);
	return false;
}

void
target_free(struct target *target)
{
	free(target->user);
	free(target->host);
	free(target->file);
	*target = (struct target){ 0 };
}

bool
target_is_device(const struct target *target)
{
	return strncmp(target->file, DEVICE_FOLDER, strlen(DEVICE_FOLDER)) == 0;
}

/* ------------------------------------------------------------- the command */

struct words {
	char **words;
	size_t count;
	bool failed;		/* out of memory */
};

/* Takes over the word. */
static void
add(struct words *w, char *word)
{
	char **words = word == NULL || w->failed ? NULL :
	    reallocarray(w->words, w->count + 2, sizeof(*words));

	if (words == NULL) {
		free(word);
		w->failed = true;
		return;
	}
	words[w->count++] = word;
	words[w->count] = NULL;
	w->words = words;
}

static void
add_split(struct words *w, const char *text)
{
	for (text += strspn(text, BLANKS); *text != '\0';
	    text += strspn(text, BLANKS)) {
		const size_t length = strcspn(text, BLANKS);
		add(w, strndup(text, length));
		text += length;
	}
}

/* Quote it as a single word for the remote shell. */
static char *
quote(const char *word)
{
	char *quoted = NULL;
	size_t size = 0;

	if (word[0] != '\0' && word[strspn(word, PLAIN_LETTERS)] == '\0')
		return strdup(word);
	FILE *out = open_memstream(&quoted, &size);
	if (out == NULL)
		return NULL;
	fputc('\'', out);
	for (const char *p = word; *p != '\0'; p++) {
		if (*p == '\'')
			fputs("'\\''", out);
		else
			fputc(*p, out);
	}
	fputc('\'', out);
	if (fclose(out) != 0) {
		free(quoted);
		return NULL;
	}
	return quoted;
}

static bool
is_ssh(const char *command)
{
	const char *slash = strrchr(command, '/');

	return strcmp(slash == NULL ? command : slash + 1, "ssh") == 0;
}

static const char *
own_name(void)
{
	const struct passwd *pw = getpwuid(getuid());

	return pw == NULL ? NULL : pw->pw_name;
}

char **
command_new(const struct target *target, const char *const *rsh,
    size_t rsh_count, const char *const *rmt, size_t rmt_count)
{
	struct words w = { .failed = false };

	if (rsh_count == 1)
		add_split(&w, rsh[0]);
	else
		for (size_t i = 0; i < rsh_count; i++)
			add(&w, strdup(rsh[i]));
	if (w.count == 0)
		add(&w, strdup("ssh"));
	const char *user = target->user != NULL || w.failed ||
	    is_ssh(w.words[0]) ? target->user : own_name();
	add(&w, strdup(target->host));
	if (user != NULL) {
		add(&w, strdup("-l"));
		add(&w, strdup(user));
	}
	for (size_t i = 0; i < rmt_count; i++)
		add(&w, quote(rmt[i]));
	if (!w.failed)
		return w.words;
	command_free(w.words);
	return NULL;
}

void
command_free(char **argv)
{
	for (size_t i = 0; argv != NULL && argv[i] != NULL; i++)
		free(argv[i]);
	free(argv);
}

char *
command_trial(char *const *argv, size_t rmt_count)
{
	char *text = NULL;
	size_t size = 0, count = 0;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		return NULL;
	while (argv[count] != NULL)
		count++;
	for (size_t i = 0; i + rmt_count < count; i++) {
		char *quoted = quote(argv[i]);
		fprintf(out, "%s ", quoted == NULL ? argv[i] : quoted);
		free(quoted);
	}
	fputs("true", out);
	if (fclose(out) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
