/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/note.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Threads of all processes: at most a volume's slaves and a few others. */
#define NOTES 512
#define TEXTS_BYTES 65536
#define CACHE_LINE 64

/*
 * A thread and the callback it is in.  Each has a cache line, because slaves
 * change theirs twice per record and would slow each other down.
 */
struct note {
	_Alignas(CACHE_LINE)
	_Atomic pid_t pid;		/* 0: the entry is free */
	atomic_int crashed;		/* signal caused by the thread, or 0 */
	const char *_Atomic plugin;
	const char *_Atomic callback;
};

/* The memory that the processes share. */
struct shared {
	struct note notes[NOTES];
	atomic_size_t used;		/* bytes of texts in use */
	char texts[TEXTS_BYTES];
};

static const int crashes[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
	SIGSYS, SIGTRAP };
#define CRASHES (sizeof(crashes) / sizeof(crashes[0]))

static struct shared *shared;		/* NULL: not created */
static struct note *table;		/* its notes; NULL likewise */
static struct sigaction before[CRASHES];	/* the previous handlers */
static _Thread_local struct note *mine;	/* in the table, or &spare */
static struct note spare;		/* for threads when the table is full */

/* Take an entry, without a lock: a signal handler may need one. */
static struct note *
claim(void)
{
	const pid_t pid = getpid();

	for (size_t i = 0; i < NOTES; i++) {
		pid_t none = 0;
		if (!atomic_compare_exchange_strong(&table[i].pid, &none, pid))
			continue;
		table[i].crashed = 0;
		return &table[i];
	}
	return &spare;
}

static void
store_call(struct note *note, struct note_call call)
{
	atomic_store_explicit(&note->callback, call.callback,
	    memory_order_relaxed);
	atomic_store_explicit(&note->plugin, call.plugin,
	    memory_order_relaxed);
}

static struct note_call
load_call(const struct note *note)
{
	return (struct note_call){
		atomic_load_explicit(&note->plugin, memory_order_relaxed),
		atomic_load_explicit(&note->callback, memory_order_relaxed),
	};
}

static void
give_away(struct note *note)
{
	store_call(note, (struct note_call){ NULL, NULL });
	note->pid = 0;
}

/* -------------------------------------------------------- this process */

/*
 * Restore the previous handler and let the fault recur, for the default action
 * or a sanitizer's report.
 */
static void
on_crash(int signal_number, siginfo_t *info, void *context)
{
	(void)context;
	if (mine == NULL)
		mine = claim();
	mine->crashed = signal_number;
	for (size_t i = 0; i < CRASHES; i++)
		if (crashes[i] == signal_number)
			sigaction(signal_number, &before[i], NULL);
	if (info->si_code <= 0)		/* sent by kill(): does not recur */
		raise(signal_number);
}

/*
 * The entry is the parent's.  This process takes one when it calls a plugin,
 * not here: children that a plugin forks come through here too, and no process
 * that would free their entries waits for them.
 */
static void
after_fork(void)
{
	mine = NULL;
}

static void
catch_crashes(void)
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_sigaction = on_crash;
	sa.sa_flags = SA_SIGINFO;
	sigemptyset(&sa.sa_mask);
	for (size_t i = 0; i < CRASHES; i++)
		sigaction(crashes[i], &sa, &before[i]);
}

void
note_init(void)
{
	void *memory = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return;		/* messages will name no callback */
	shared = memory;
	table = shared->notes;
	pthread_atfork(NULL, NULL, after_fork);
	catch_crashes();
}

const char *
note_text(const char *text)
{
	const size_t size = strlen(text) + 1;

	if (shared == NULL)
		return text;	/* nothing is recorded anyway */
	const size_t at = atomic_fetch_add(&shared->used, size);
	return at > TEXTS_BYTES || size > TEXTS_BYTES - at ? NULL :
	    memcpy(shared->texts + at, text, size);
}

struct note_call
note_enter(struct note_call call)
{
	if (mine == NULL) {
		if (table == NULL)
			return (struct note_call){ NULL, NULL };
		mine = claim();
	}
	const struct note_call old = load_call(mine);
	store_call(mine, call);
	return old;
}

void
note_leave_thread(void)
{
	if (mine != NULL && mine != &spare)
		give_away(mine);
	mine = NULL;
}

/* ------------------------------------------------------ other processes */

static bool
is_of(const struct note *note, pid_t pid)
{
	return note->pid == pid && load_call(note).plugin != NULL;
}

/* "write() of plugin out-tape"; with `crashed`, only threads that did. */
static bool
name_calls(pid_t pid, bool crashed, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; table != NULL && i < NOTES; i++) {
		const struct note_call call = load_call(&table[i]);
		char one[NOTE_TEXT_BYTES];
		if (!is_of(&table[i], pid) ||
		    (crashed && table[i].crashed == 0))
			continue;
		snprintf(one, sizeof(one), "%s() of plugin %s", call.callback,
		    call.plugin);
		/* Several slaves may be in the same one. */
		if (strstr(text, one) != NULL || used >= size)
			continue;
		const int n = snprintf(text + used, size - used, "%s%s",
		    used > 0 ? " or " : "", one);
		used += n > 0 ? (size_t)n : 0;
	}
	return used > 0;
}

/* Did any of its threads crash, in a plugin or not? */
static bool
has_crashed(pid_t pid)
{
	for (size_t i = 0; table != NULL && i < NOTES; i++)
		if (table[i].pid == pid && table[i].crashed != 0)
			return true;
	return false;
}

static void
forget(pid_t pid)
{
	for (size_t i = 0; table != NULL && i < NOTES; i++)
		if (table[i].pid == pid)
			give_away(&table[i]);
}

bool
note_find(pid_t pid, char *text, size_t size)
{
	return name_calls(pid, false, text, size);
}

enum note_ending
note_explain(pid_t pid, int wait_status, char *text, size_t size)
{
	char calls[NOTE_TEXT_BYTES];
	const bool in_plugin = name_calls(pid, has_crashed(pid), calls,
	    sizeof(calls));
	const int signal_number = WIFSIGNALED(wait_status) ?
	    WTERMSIG(wait_status) : 0;

	forget(pid);
	if (signal_number != 0)
		snprintf(text, size, "was killed by signal %d (%s)%s%s",
		    signal_number, strsignal(signal_number),
		    in_plugin ? " in " : "", in_plugin ? calls : "");
	else if (in_plugin)
		snprintf(text, size, "was ended with status %d by %s, which "
		    "a plugin must not do", WEXITSTATUS(wait_status), calls);
	else
		snprintf(text, size, "ended with status %d",
		    WEXITSTATUS(wait_status));
	return in_plugin ? NOTE_IN_PLUGIN : NOTE_OWN;
}
