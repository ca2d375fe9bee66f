/* SPDX-License-Identifier: BSD-3-Clause */
#include "window.h"

#include <errno.h>
#include <string.h>

void
window_begin(struct window *w)
{
	*w = (struct window){ .state = WINDOW_GOOD };
}

void
window_add(struct window *w, size_t length)
{
	w->lengths[w->sent++ % WINDOW_KEPT] = (uint32_t)length;
	if (w->sent > w->most_sent)
		w->most_sent = w->sent;
}

bool
window_find(const struct window *w, uint64_t length, uint64_t *count)
{
	uint64_t bytes = w->settled_bytes;

	for (*count = w->settled; bytes > length; --*count) {
		if (*count == 0 || *count - 1 + WINDOW_KEPT < w->most_sent)
			return false;
		bytes -= w->lengths[(*count - 1) % WINDOW_KEPT];
	}
	return bytes == length;
}

void
window_shorten(struct window *w, uint64_t count, uint64_t length)
{
	w->sent = w->answered = w->settled = count;
	w->settled_bytes = length;
	w->state = WINDOW_GOOD;
	w->error = 0;
	w->partly = w->behind = 0;
	w->text[0] = '\0';
}

uint64_t
window_open(const struct window *w)
{
	return w->sent - w->answered;
}

static bool
is_full(int error)
{
	return error == ENOSPC || error == EDQUOT;
}

/* The first record that is not completely on the medium. */
static void
stop_at(struct window *w, const struct answer *answer)
{
	w->error = answer->error;
	memcpy(w->text, answer->text, sizeof(w->text));
	if (answer->error == 0) {
		/* A short write means a full disk. */
		w->error = ENOSPC;
		w->partly = answer->number;
	}
	w->state = is_full(w->error) ? WINDOW_FULL : WINDOW_FAILED;
}

enum window_state
window_take(struct window *w, const struct answer *answer)
{
	const bool is_written = answer->error == 0 && answer->number > 0;
	const uint32_t length = w->lengths[w->answered++ % WINDOW_KEPT];

	if (answer->error == 0 && answer->number > length) {
		w->state = WINDOW_WRONG;
	} else if (w->state == WINDOW_GOOD && answer->error == 0 &&
	    answer->number == length) {
		w->settled++;
		w->settled_bytes += length;
	} else if (w->state == WINDOW_GOOD) {
		stop_at(w, answer);
	} else if (is_written) {
		w->behind++;
	}
	return w->state;
}
