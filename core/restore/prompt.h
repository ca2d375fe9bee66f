/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * prompt.h - lines that a user types, or that a script sends
 *
 * At a terminal with editing, history and completion (libedit); otherwise lines
 * of standard input, of any length, without a prompt.
 */
#ifndef CORE_PROMPT_H
#define CORE_PROMPT_H

#include <stdbool.h>
#include <stddef.h>

struct prompt;

/* Takes a way to complete the word; `is_final`: nothing can follow in it. */
typedef void prompt_take_fn(void *arg, const char *word, bool is_final);

/*
 * Offer all words that begin with the unfinished `word`, of which `first` tells
 * that it is the first of the line.
 */
typedef void prompt_complete_fn(void *arg, const char *word, bool first,
    prompt_take_fn *take, void *take_arg);

/* `text`: "dumpengine-restore > ".  NULL if out of memory. */
struct prompt *prompt_new(const char *text, prompt_complete_fn *complete,
    void *arg);
void prompt_free(struct prompt *p);

/* Is there a user at a terminal? */
bool prompt_is_terminal(const struct prompt *p);

/* The next line, valid until the next call; NULL at the end of the input. */
const char *prompt_read(struct prompt *p);

#endif
