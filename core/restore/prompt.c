/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/restore/prompt.h"

#include <histedit.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HISTORY_LINES 500
#define SHOWN_MAX 200		/* ways to complete a word */

struct prompt {
	const char *text;		/* borrowed */
	prompt_complete_fn *complete;
	void *arg;
	EditLine *editor;		/* NULL: no terminal */
	History *history;
	HistEvent event;
	char *line;			/* of getline() */
	size_t room;
};

/* ------------------------------------------------------------- completion */

/* What all ways to complete a word have in common. */
struct completion {
	char *common;			/* owned; NULL: none yet */
	size_t count;
	bool is_final;
	bool is_shown;			/* list them instead */
};

static void
take(void *arg, const char *word, bool is_final)
{
	struct completion *c = arg;
	size_t same = 0;

	c->count++;
	if (c->is_shown) {
		if (c->count <= SHOWN_MAX)
			printf("%s\n", word);
		return;
	}
	if (c->common == NULL) {
		c->common = strdup(word);
		c->is_final = is_final;
		return;
	}
	while (c->common[same] != '\0' && c->common[same] == word[same])
		same++;
	c->common[same] = '\0';
}

/* Where the word that ends at the cursor begins; a backslash hides a blank. */
static const char *
word_before(const char *line, const char *cursor)
{
	const char *word = line;

	for (const char *p = line; p < cursor; p++)
		if (*p == '\\' && p + 1 < cursor)
			p++;
		else if (*p == ' ')
			word = p + 1;
	return word;
}

static void
show_all(const struct prompt *p, const char *word, bool first)
{
	struct completion c = { .is_shown = true };

	printf("\n");
	p->complete(p->arg, word, first, take, &c);
	if (c.count > SHOWN_MAX)
		printf("... and %zu more\n", c.count - SHOWN_MAX);
	fflush(stdout);
}

static unsigned char
insert(struct prompt *p, const struct completion *c, const char *word,
    bool first)
{
	const size_t typed = strlen(word);
	unsigned char result = CC_ERROR;

	if (c->common != NULL && strlen(c->common) > typed) {
		el_insertstr(p->editor, c->common + typed);
		result = CC_REFRESH;
	}
	if (c->count == 1 && c->is_final) {
		el_insertstr(p->editor, " ");
		return CC_REFRESH;
	}
	if (result == CC_ERROR && c->count > 1) {
		show_all(p, word, first);
		return CC_REDISPLAY;
	}
	return result;
}

static unsigned char
complete(EditLine *editor, int key)
{
	const LineInfo *info = el_line(editor);
	struct completion c = { 0 };
	struct prompt *p = NULL;
	unsigned char result = CC_ERROR;

	(void)key;
	el_get(editor, EL_CLIENTDATA, &p);
	const char *start = word_before(info->buffer, info->cursor);
	char *word = strndup(start, (size_t)(info->cursor - start));
	if (word != NULL) {
		const bool first = start == info->buffer;
		p->complete(p->arg, word, first, take, &c);
		result = insert(p, &c, word, first);
	}
	free(c.common);
	free(word);
	return result;
}

/* ------------------------------------------------------------------ editing */

static char *
text_of(EditLine *editor)
{
	struct prompt *p = NULL;

	el_get(editor, EL_CLIENTDATA, &p);
	return (char *)(uintptr_t)p->text;
}

static bool
start_editor(struct prompt *p)
{
	setlocale(LC_CTYPE, "");
	p->history = history_init();
	p->editor = el_init("dumpengine-restore", stdin, stdout, stderr);
	if (p->history == NULL || p->editor == NULL)
		return false;
	history(p->history, &p->event, H_SETSIZE, HISTORY_LINES);
	el_set(p->editor, EL_CLIENTDATA, p);
	el_set(p->editor, EL_PROMPT, text_of);
	el_set(p->editor, EL_EDITOR, "emacs");
	el_set(p->editor, EL_SIGNAL, 0);
	el_set(p->editor, EL_HIST, history, p->history);
	el_set(p->editor, EL_ADDFN, "complete", "complete a name", complete);
	el_set(p->editor, EL_BIND, "^I", "complete", NULL);
	return true;
}

struct prompt *
prompt_new(const char *text, prompt_complete_fn *complete_fn, void *arg)
{
	struct prompt *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->text = text;
	p->complete = complete_fn;
	p->arg = arg;
	if (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
	    !start_editor(p)) {
		prompt_free(p);
		return NULL;
	}
	return p;
}

void
prompt_free(struct prompt *p)
{
	if (p == NULL)
		return;
	if (p->editor != NULL)
		el_end(p->editor);
	if (p->history != NULL)
		history_end(p->history);
	free(p->line);
	free(p);
}

bool
prompt_is_terminal(const struct prompt *p)
{
	return p->editor != NULL;
}

const char *
prompt_read(struct prompt *p)
{
	int length = 0;

	fflush(stdout);
	if (p->editor == NULL)
		return getline(&p->line, &p->room, stdin) == -1 ? NULL :
		    p->line;
	const char *line = el_gets(p->editor, &length);
	if (line == NULL || length <= 0)
		return NULL;
	if (length > 1)
		history(p->history, &p->event, H_ENTER, line);
	return line;
}
