/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/media.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/lock.h"
#include "core/host/resources.h"

struct media_job {
	const struct job_config *config;	/* borrowed */
	struct resources output;	/* what it writes to */
	struct resources eot;		/* what its EOT handler uses */
	bool refused;
};

struct media {
	struct report *rep;		/* borrowed */
	struct signals *signals;	/* borrowed */
	struct media_job *jobs;		/* owned */
	size_t job_count;
	struct lock **locks;		/* owned */
	size_t lock_count;
};

/* A resource and the job that uses it. */
struct use {
	struct media_job *job;
	const struct resource *resource;
};

struct media *
media_new(struct report *rep, struct signals *signals)
{
	struct media *m = calloc(1, sizeof(*m));

	if (m == NULL) {
		report(rep, DE_ERROR, "out of memory");
		return NULL;
	}
	m->rep = rep;
	m->signals = signals;
	return m;
}

/* Free everything but the locks. */
static void
free_rest(struct media *m)
{
	for (size_t i = 0; i < m->job_count; i++) {
		resources_free(&m->jobs[i].output);
		resources_free(&m->jobs[i].eot);
	}
	free(m->jobs);
	free(m->locks);
	free(m);
}

void
media_release(struct media *media)
{
	if (media == NULL)
		return;
	for (size_t i = 0; i < media->lock_count; i++)
		lock_release(media->locks[i]);
	free_rest(media);
}

void
media_forget(struct media *media)
{
	if (media == NULL)
		return;
	for (size_t i = 0; i < media->lock_count; i++)
		lock_forget(media->locks[i]);
	free_rest(media);
}

/* ------------------------------------------------------------- resources */

/* The first volume, as if the job began now. */
static struct de_volume
first_volume(const struct job_config *config)
{
	const int64_t date = config->settings.date;

	return (struct de_volume){
		.struct_size = sizeof(struct de_volume),
		.number = 1,
		.record_size = DE_TAPE_BLOCK * config->settings.ring.blocking,
		.level = config->settings.level,
		.date = date != 0 ? date : (int64_t)time(NULL),
		.job = job_name(config),
		.label = config->settings.label,
	};
}

bool
media_add(struct media *m, const struct job_config *job)
{
	const struct de_volume volume = first_volume(job);
	struct media_job *jobs = reallocarray(m->jobs, m->job_count + 1,
	    sizeof(*jobs));

	if (jobs == NULL) {
		report(m->rep, DE_ERROR, "out of memory");
		return false;
	}
	m->jobs = jobs;
	jobs += m->job_count++;
	*jobs = (struct media_job){ .config = job };
	report_set_subject(m->rep, job_name(job));
	jobs->refused = !resources_ask(&jobs->output, &job->output, &volume,
	    m->rep, m->signals) || !resources_ask(&jobs->eot, &job->eot,
	    &volume, m->rep, m->signals);
	report_set_subject(m->rep, NULL);
	return true;
}

/* ------------------------------------------------------------------ clashes */

/* Would `second` overwrite what `first` has written? */
static bool
is_lost(const struct resource *first, const struct resource *second)
{
	if (strcmp(first->name, second->name) != 0 ||
	    second->keeps == DE_KEEPS_ALL)
		return false;
	/* `second` keeps some files, and `first` wrote after those. */
	return first->keeps == DE_KEEPS_ALL || second->keeps <= first->keeps;
}

static void
report_clash(const struct media *m, const struct media_job *first,
    const struct resource *a, const struct media_job *second,
    const struct resource *b)
{
	const bool can_append = option_find(
	    second->config->output.options->table, "append") != -1;

	report_set_subject(m->rep, job_name(second->config));
	report(m->rep, DE_ERROR, "%s: job %s (line %u) writes to it as %s, and "
	    "would be overwritten; give one of them another medium%s, or set "
	    "change_between_jobs = true if the medium is changed between the "
	    "two", b->text, job_name(first->config), first->config->line,
	    a->text, can_append ? ", or set append = true here" : "");
	report_set_subject(m->rep, NULL);
}

static bool
are_distinct(const struct media *m, const struct media_job *first,
    const struct media_job *second)
{
	for (size_t i = 0; i < first->output.count; i++)
		for (size_t k = 0; k < second->output.count; k++) {
			const struct resource *a = &first->output.items[i];
			const struct resource *b = &second->output.items[k];
			if (!is_lost(a, b))
				continue;
			report_clash(m, first, a, second, b);
			return false;
		}
	return true;
}

/* Whatever is changed between jobs, no job may overwrite what the run needs. */
static bool
are_allowed(const struct media *m, struct places *places,
    const struct media_job *job)
{
	bool allowed = true;

	report_set_subject(m->rep, job_name(job->config));
	for (size_t i = 0; i < job->output.count && allowed; i++)
		allowed = places_allow(places, job->output.items[i].name,
		    job->output.items[i].text);
	report_set_subject(m->rep, NULL);
	return allowed;
}

bool
media_are_distinct(const struct media *m, struct places *places)
{
	bool distinct = true;

	for (size_t i = 0; i < m->job_count; i++)
		distinct = are_allowed(m, places, &m->jobs[i]) && distinct;
	for (size_t k = 1; k < m->job_count; k++) {
		const struct media_job *second = &m->jobs[k];
		if (second->config->settings.volumes.change_between_jobs)
			continue;
		for (size_t i = 0; i < k; i++)
			distinct = are_distinct(m, &m->jobs[i], second) &&
			    distinct;
	}
	return distinct;
}

/* ----------------------------------------------------------------- locks */

static int
compare_uses(const void *a, const void *b)
{
	const struct use *one = a, *other = b;
	const int order = strcmp(one->resource->name, other->resource->name);

	/* Equal names: in the order of the jobs. */
	return order != 0 ? order : one->job < other->job ? -1 :
	    one->job > other->job;
}

static void
add_uses(struct use *uses, size_t *count, struct media_job *job,
    const struct resources *resources)
{
	for (size_t i = 0; i < resources->count; i++)
		if ((resources->items[i].properties & DE_RESOURCE_COMPARED) ==
		    0)
			uses[(*count)++] = (struct use){ job,
			    &resources->items[i] };
}

/*
 * All resources, sorted by name: without a common order, two runs could
 * deadlock on each other's locks.  The caller frees it.  NULL if out of memory.
 */
static struct use *
sort_uses(const struct media *m, size_t *count)
{
	size_t room = 0;

	*count = 0;
	for (size_t i = 0; i < m->job_count; i++)
		room += m->jobs[i].output.count + m->jobs[i].eot.count;
	struct use *uses = calloc(room + 1, sizeof(*uses));
	for (size_t i = 0; i < m->job_count && uses != NULL; i++) {
		add_uses(uses, count, &m->jobs[i], &m->jobs[i].output);
		add_uses(uses, count, &m->jobs[i], &m->jobs[i].eot);
	}
	if (uses != NULL)
		qsort(uses, *count, sizeof(*uses), compare_uses);
	return uses;
}

static int64_t
wait_of(const struct media_job *job)
{
	return job->config->settings.wait_for_medium;
}

static struct lock_request
request_for(const struct media *m, const struct use *use, uint64_t begun)
{
	return (struct lock_request){
		.name = use->resource->name,
		.text = use->resource->text,
		.node = use->resource->node,
		.job = job_name(use->job->config),
		.deadline = begun + (uint64_t)wait_of(use->job) *
		    NS_PER_SECOND,
		.rep = m->rep,
		.signals = m->signals,
	};
}

static bool
keep_lock(struct media *m, struct lock *lock)
{
	struct lock **locks = reallocarray(m->locks, m->lock_count + 1,
	    sizeof(void *));

	if (locks == NULL) {
		report(m->rep, DE_ERROR, "out of memory");
		lock_release(lock);
		return false;
	}
	m->locks = locks;
	locks[m->lock_count++] = lock;
	return true;
}

/* Take the lock for one of the jobs that use the resource. */
static bool
lock_for(struct media *m, const struct use *use, uint64_t begun)
{
	const struct lock_request request = request_for(m, use, begun);
	struct lock *lock;
	enum lock_result result;

	report_set_subject(m->rep, request.job);
	result = lock_take(&request, &lock);
	if (result == LOCK_TAKEN && !keep_lock(m, lock))
		result = LOCK_FAILED;
	report_set_subject(m->rep, NULL);
	use->job->refused = use->job->refused || result != LOCK_TAKEN;
	return result == LOCK_TAKEN;
}

static bool
look_for(struct media *m, const struct use *use, uint64_t begun)
{
	const struct lock_request request = request_for(m, use, begun);

	if (wait_of(use->job) > 0)
		return false;
	report_set_subject(m->rep, request.job);
	const bool is_free = lock_is_free(&request);
	report_set_subject(m->rep, NULL);
	use->job->refused = use->job->refused || !is_free;
	return is_free;
}

typedef bool lock_fn(struct media *m, const struct use *use, uint64_t begun);

/* Call `fn` for each name, job by job, until it succeeds for one of them. */
static void
for_each_name(struct media *m, lock_fn *fn)
{
	const uint64_t begun = clock_ns();
	size_t count;
	struct use *uses = sort_uses(m, &count);
	const char *done = NULL;

	if (uses == NULL) {
		report(m->rep, DE_ERROR, "out of memory");
		for (size_t i = 0; i < m->job_count; i++)
			m->jobs[i].refused = true;
		return;
	}
	for (size_t i = 0; i < count && m->signals->cancel == 0 &&
	    m->signals->interrupt == 0; i++) {
		const char *name = uses[i].resource->name;
		if (uses[i].job->refused ||
		    (done != NULL && strcmp(done, name) == 0))
			continue;
		if (fn(m, &uses[i], begun))
			done = name;
	}
	free(uses);
}

void
media_lock(struct media *m)
{
	for_each_name(m, lock_for);
	/* Nothing has begun, so an interrupt cancels without a question. */
	if (m->signals->interrupt != 0 && m->signals->cancel == 0)
		m->signals->cancel = SIGINT;
}

void
media_look(struct media *m)
{
	for_each_name(m, look_for);
}

bool
media_has(const struct media *m, const struct job_config *job)
{
	for (size_t i = 0; i < m->job_count; i++)
		if (m->jobs[i].config == job)
			return !m->jobs[i].refused;
	return false;
}
