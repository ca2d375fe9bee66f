/* SPDX-License-Identifier: BSD-3-Clause */
#include "profile.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../common/safe_file.h"

#define LINE_BYTES 4096
#define LINES_MAX 20000
#define BLANKS " \t\r\n"

static void
wipe(char *text)
{
	if (text != NULL)
		OPENSSL_cleanse(text, strlen(text));
	free(text);
}

void
profile_free(struct profile *p)
{
	wipe(p->key_id);
	wipe(p->secret);
	wipe(p->token);
	free(p->region);
	*p = (struct profile){ 0 };
}

/* Without blanks around it; changes the text. */
static char *
trim(char *text)
{
	text += strspn(text, BLANKS);
	for (size_t n = strlen(text); n > 0 && strchr(BLANKS, text[n - 1]) !=
	    NULL; n--)
		text[n - 1] = '\0';
	return text;
}

/* "[NAME]" or "[profile NAME]" */
static bool
is_section(char *line, const char *name)
{
	char *end = strchr(line, ']');

	if (end == NULL)
		return false;
	*end = '\0';
	char *found = trim(line + 1);
	if (strncmp(found, "profile", 7) == 0 && found[7] != '\0' &&
	    strchr(BLANKS, found[7]) != NULL)
		found = trim(found + 8);
	return strcmp(found, name) == 0;
}

static char **
member_of(struct profile *p, const char *key)
{
	return strcmp(key, "aws_access_key_id") == 0 ? &p->key_id :
	    strcmp(key, "aws_secret_access_key") == 0 ? &p->secret :
	    strcmp(key, "aws_session_token") == 0 ? &p->token :
	    strcmp(key, "region") == 0 ? &p->region : NULL;
}

/* The first of several lines counts. */
static bool
take(struct profile *p, char *line)
{
	char *equals = strchr(line, '=');

	if (equals == NULL)
		return true;
	*equals = '\0';
	char **member = member_of(p, trim(line));
	const char *value = trim(equals + 1);
	if (member == NULL || *member != NULL || *value == '\0')
		return true;
	*member = strdup(value);
	return *member != NULL;
}

static bool
is_whole(const char *line, FILE *in)
{
	return strchr(line, '\n') != NULL || feof(in);
}

static enum profile_result
read_lines(struct profile *p, FILE *in, const char *name,
    char why[static CREDENTIALS_WHY_BYTES])
{
	enum profile_result result = PROFILE_NONE;
	char line[LINE_BYTES];
	bool is_ours = false;

	for (unsigned int n = 1; fgets(line, sizeof(line), in) != NULL; n++) {
		char *text = line + strspn(line, BLANKS);
		if (!is_whole(line, in) || n > LINES_MAX) {
			snprintf(why, CREDENTIALS_WHY_BYTES, "line %u is too "
			    "long, or one too many", n);
			result = PROFILE_BAD;
			break;
		}
		if (*text == '[') {
			is_ours = is_section(text, name);
		} else if (is_ours && *text != '#' && *text != ';' &&
		    !take(p, text)) {
			snprintf(why, CREDENTIALS_WHY_BYTES, "out of memory");
			result = PROFILE_BAD;
			break;
		}
	}
	OPENSSL_cleanse(line, sizeof(line));
	if (result == PROFILE_NONE && (p->key_id != NULL || p->region != NULL))
		result = PROFILE_FOUND;
	return result;
}

enum profile_result
profile_read(struct profile *p, const char *path, const char *name,
    char why[static CREDENTIALS_WHY_BYTES])
{
	const char *phrase;
	struct stat st;

	*p = (struct profile){ 0 };
	errno = 0;
	const int fd = safe_file_open_regular(path, 0, &phrase);
	if (fd == -1 && errno == ENOENT)
		return PROFILE_NO_FILE;
	FILE *in = fd == -1 ? NULL : fdopen(fd, "r");
	if (in == NULL) {
		snprintf(why, CREDENTIALS_WHY_BYTES, "%s", fd == -1 ? phrase :
		    "out of memory");
		if (fd != -1)
			close(fd);
		return PROFILE_BAD;
	}
	/* Nothing of it stays in a buffer of the library. */
	setvbuf(in, NULL, _IONBF, 0);
	p->is_open = fstat(fd, &st) == 0 && (st.st_mode & (S_IRGRP | S_IROTH |
	    S_IWGRP | S_IWOTH)) != 0;
	const enum profile_result result = read_lines(p, in, name, why);
	fclose(in);
	return result;
}
