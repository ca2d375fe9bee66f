/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_watch.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/progress.h"
#include "core/base/units.h"
#include "dumpengine/plugin.h"

#define LOOK_NS (100 * NS_PER_MS)

struct restore_watch {
	struct report *rep;		/* borrowed */
	struct signals *signals;	/* borrowed */
	pthread_t thread;
	pthread_mutex_t lock;		/* guards the next ones, to `progress` */
	pthread_cond_t start;
	pthread_cond_t end;
	bool runs;
	bool ended;
	struct progress progress;
	bool begun;			/* `progress` is valid */
	bool has_size;			/* how much there will be is known */
	bool told;			/* that the run is being aborted */
	atomic_bool paused;
	atomic_bool may_stop;
	atomic_bool stopped;
	_Atomic uint64_t earlier;	/* bytes of sets before this one */
	_Atomic uint64_t bytes;		/* of this one */
};

static uint64_t
tape_blocks(const struct restore_watch *w)
{
	return (w->earlier + w->bytes) / DE_TAPE_BLOCK;
}

/* "7.00 MiB read at 3.1 MiB/s" */
static void
format_amount(const struct restore_watch *w, uint64_t now,
    char text[static PROGRESS_TEXT_BYTES])
{
	const uint64_t bytes = w->earlier + w->bytes;
	char amount[UNITS_TEXT_BYTES], rate[UNITS_TEXT_BYTES];

	snprintf(text, PROGRESS_TEXT_BYTES, "%s read at %s",
	    units_bytes(bytes, amount),
	    units_rate(bytes, now - w->progress.started, rate));
}

/* The user asked for it, so show it even with -q. */
static void
show_status(struct restore_watch *w)
{
	char text[PROGRESS_TEXT_BYTES] = "not reading yet";

	if (w->begun && w->has_size)
		progress_format(&w->progress, tape_blocks(w), clock_ns(), text);
	else if (w->begun)
		format_amount(w, clock_ns(), text);
	report_line(w->rep, "dumpengine-restore: %s", text);
}

/* The second signal: as if it had never been handled. */
static void
end_process(void)
{
	signal(SIGTERM, SIG_DFL);
	raise(SIGTERM);
}

static void
take_signals(struct restore_watch *w)
{
	struct signals *signals = w->signals;

	if (signals->status) {
		signals->status = 0;
		show_status(w);
	}
	if (signals->interrupt && w->may_stop) {
		signals->interrupt = 0;
		w->stopped = true;
	}
	if (signals->interrupt && !signals->cancel)
		signals->cancel = SIGINT;
	if (signals->hangup) {
		signals->hangup = 0;
		report(w->rep, DE_WARNING, "the terminal is gone; the run "
		    "continues");
	}
	if (signals->cancel && !w->told) {
		w->told = true;
		report(w->rep, DE_ERROR, "aborted by %s",
		    signals_who_cancels(signals->cancel));
	}
	if (signals->insists)
		end_process();
}

static void
show_progress(struct restore_watch *w)
{
	const uint64_t now = clock_ns();
	char text[PROGRESS_TEXT_BYTES];

	if (w->has_size) {
		progress_show(&w->progress, tape_blocks(w));
	} else if (report_has_progress(w->rep) &&
	    now - w->progress.shown >= NS_PER_SECOND) {
		w->progress.shown = now;
		format_amount(w, now, text);
		report_progress(w->rep, text);
	}
}

static void *
watch(void *arg)
{
	struct restore_watch *w = arg;

	pthread_mutex_lock(&w->lock);
	w->runs = true;
	pthread_cond_signal(&w->start);
	while (!w->ended) {
		struct timespec when;
		clock_gettime(CLOCK_REALTIME, &when);
		when.tv_nsec += (long)LOOK_NS;
		if (when.tv_nsec >= 1000000000) {
			when.tv_nsec -= 1000000000;
			when.tv_sec++;
		}
		pthread_cond_timedwait(&w->end, &w->lock, &when);
		take_signals(w);
		if (w->begun && !w->paused && !w->ended)
			show_progress(w);
	}
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/*
 * Until the thread waits: others may fork then, and it holds no lock of libc or
 * of a sanitizer that the child would wait for.
 */
static void
wait_for_start(struct restore_watch *w)
{
	pthread_mutex_lock(&w->lock);
	while (!w->runs)
		pthread_cond_wait(&w->start, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

struct restore_watch *
restore_watch_new(struct report *rep, struct signals *signals)
{
	struct restore_watch *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->rep = rep;
	w->signals = signals;
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->start, NULL);
	pthread_cond_init(&w->end, NULL);
	if (pthread_create(&w->thread, NULL, watch, w) == 0) {
		wait_for_start(w);
		return w;
	}
	pthread_cond_destroy(&w->start);
	pthread_cond_destroy(&w->end);
	pthread_mutex_destroy(&w->lock);
	free(w);
	return NULL;
}

void
restore_watch_free(struct restore_watch *w)
{
	if (w == NULL)
		return;
	pthread_mutex_lock(&w->lock);
	w->ended = true;
	pthread_cond_signal(&w->end);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	if (w->begun)
		progress_end(&w->progress);
	pthread_cond_destroy(&w->start);
	pthread_cond_destroy(&w->end);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

void
restore_watch_begin(struct restore_watch *w, uint64_t bytes)
{
	pthread_mutex_lock(&w->lock);
	progress_begin(&w->progress, w->rep, bytes / DE_TAPE_BLOCK);
	w->begun = true;
	w->has_size = bytes > 0;
	w->earlier = w->bytes = 0;
	pthread_mutex_unlock(&w->lock);
}

void
restore_watch_note(struct restore_watch *w, uint64_t bytes)
{
	w->bytes = bytes;
}

void
restore_watch_next_set(struct restore_watch *w)
{
	w->earlier += w->bytes;
	w->bytes = 0;
}

void
restore_watch_may_stop(struct restore_watch *w, bool may_stop)
{
	w->stopped = false;
	w->may_stop = may_stop;
}

bool
restore_watch_is_stopped(const struct restore_watch *w)
{
	return w->stopped;
}

void
restore_watch_pause(struct restore_watch *w, bool pause)
{
	pthread_mutex_lock(&w->lock);
	w->paused = pause;
	if (pause && w->begun)
		progress_end(&w->progress);
	pthread_mutex_unlock(&w->lock);
}
