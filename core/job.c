/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/job.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/date.h"
#include "core/stream.h"

#define HOST_BYTES 256

/* A job at work. */
struct job {
	const struct job_config *config;
	struct report *rep;
	const volatile sig_atomic_t *cancelled;
	struct instance *source_instance;
	struct instance *output;
	struct source src;
	bool source_is_open;
	int64_t date;
	char host[HOST_BYTES];
};

static const char *
label_of(const struct job *job)
{
	return option_text(job->config->options, "label");
}

static uint32_t
level_of(const struct job *job)
{
	return (uint32_t)option_number(job->config->options, "level");
}

/* The clock is read before the scan: what changes later comes next time. */
static void
set_date_and_host(struct job *job)
{
	job->date = option_number(job->config->options, "date");
	if (job->date == 0)
		job->date = (int64_t)time(NULL);
	if (gethostname(job->host, sizeof(job->host)) == -1)
		job->host[0] = '\0';
	job->host[sizeof(job->host) - 1] = '\0';
}

static bool
open_plugins(struct job *job)
{
	const struct job_config *config = job->config;

	job->output = instance_new(config->output.plugin,
	    config->output.options, job->rep, job->cancelled);
	if (job->output == NULL)
		return false;
	job->source_instance = instance_new(config->source.plugin,
	    config->source.options, job->rep, job->cancelled);
	if (job->source_instance == NULL)
		return false;
	job->source_is_open = source_open(&job->src, job->source_instance);
	return job->source_is_open;
}

static bool
begin(struct job *job, const struct job_config *config, struct report *rep,
    const volatile sig_atomic_t *cancelled)
{
	memset(job, 0, sizeof(*job));
	job->config = config;
	job->rep = rep;
	job->cancelled = cancelled;
	set_date_and_host(job);
	return open_plugins(job);
}

static void
end(struct job *job)
{
	if (job->source_is_open)
		source_close(&job->src);
	instance_free(job->source_instance);
	instance_free(job->output);
}

static bool
check_output(const struct job *job)
{
	const struct de_output *ops = &job->output->plugin->output;
	const struct de_volume volume = {
		.struct_size = sizeof(volume),
		.number = 1,
		.record_size = DE_TAPE_BLOCK *
		    (uint32_t)option_number(job->config->ring, "blocking"),
		.level = level_of(job),
		.date = job->date,
		.job = job_name(job->config),
		.label = label_of(job),
	};
	return ops->check == NULL ||
	    ops->check(job->output->self, &volume) == DE_OK;
}

enum exit_status
job_check(const struct job_config *config, struct report *rep,
    const volatile sig_atomic_t *cancelled)
{
	struct job job;
	const bool ok = begin(&job, config, rep, cancelled) &&
	    check_output(&job);

	if (ok)
		report(rep, DE_INFO, "ready to dump %s (%s, %.1f MB in use)",
		    job.src.info.device, job.src.info.type,
		    (double)job.src.info.used_bytes / 1048576);
	end(&job);
	return ok ? EXIT_COMPLETE : EXIT_NOT_STARTED;
}

static void
report_beginning(const struct job *job)
{
	const struct de_source_info *info = &job->src.info;
	char date[DATE_TEXT_BYTES];

	date_format(job->date, date);
	report(job->rep, DE_INFO, "date of this level %" PRIu32 " dump: %s",
	    level_of(job), date);
	report(job->rep, DE_INFO, "dumping %s (%s%s%s%s%s)", info->device,
	    info->type, *info->label != '\0' ? " " : "", info->label,
	    *info->mount_point != '\0' ? ", mounted on " : "",
	    info->mount_point);
	report(job->rep, DE_INFO, "label: %s", label_of(job));
	report(job->rep, DE_INFO, "writing records of %" PRId64 " kB with %"
	    PRId64 " slaves", option_number(job->config->ring, "blocking"),
	    option_number(job->config->ring, "slaves"));
	report(job->rep, DE_INFO, "mapping (Pass I and II) [inodes]");
}

static void
make_header_template(const struct job *job, struct header_template *t)
{
	const char *mount_point = job->src.info.mount_point;
	const struct header_identity id = {
		.date = job->date,
		.level = (int32_t)level_of(job),
		.blocking = (uint32_t)option_number(job->config->ring,
		    "blocking"),
		.label = label_of(job),
		.filesystem = *mount_point != '\0' ? mount_point :
		    "an unlisted file system",
		.device = job->src.info.device,
		.host = job->host,
	};
	header_template_init(t, &id);
}

/* Passes III and IV, on a tape of their own. */
static enum exit_status
write_dump(const struct job *job, const struct selection *sel,
    struct findings *findings)
{
	struct header_template header;
	struct progress progress;

	make_header_template(job, &header);
	progress_begin(&progress, job->rep, sel->tape_blocks);
	const struct tape_config config = {
		.output = job->output,
		.source = &job->src,
		.header = &header,
		.progress = &progress,
		.rep = job->rep,
		.cancelled = job->cancelled,
		.job = job_name(job->config),
		.label = label_of(job),
		.level = level_of(job),
		.date = job->date,
		.slaves = (unsigned int)option_number(job->config->ring,
		    "slaves"),
		.blocking = (unsigned int)option_number(job->config->ring,
		    "blocking"),
	};
	struct tape *tape = tape_open(&config);
	if (tape == NULL)
		return *job->cancelled ? EXIT_ABORTED : EXIT_NOT_STARTED;
	const struct stream stream = {
		.src = &job->src,
		.sel = sel,
		.header = &header,
		.tape = tape,
		.findings = findings,
		.rep = job->rep,
	};
	if (stream_write(&stream) != DE_OK) {
		tape_abort(tape);
		return EXIT_ABORTED;
	}
	return tape_close(tape, job->src.info.max_inode) == DE_OK ?
	    EXIT_COMPLETE : EXIT_ABORTED;
}

static enum exit_status
select_and_write(const struct job *job, struct findings *findings)
{
	struct selection sel;

	report_beginning(job);
	if (!selection_make(&sel, &job->src, findings, job->rep,
	    job->cancelled))
		return EXIT_ABORTED;
	report(job->rep, DE_INFO, "estimated %" PRIu64 " blocks",
	    sel.tape_blocks);
	const enum exit_status status = write_dump(job, &sel, findings);
	selection_free(&sel);
	return status;
}

static enum exit_status
dump(const struct job *job)
{
	struct findings *findings = findings_new(&job->src, job->rep);

	if (findings == NULL) {
		report(job->rep, DE_ERROR, "out of memory");
		return EXIT_NOT_STARTED;
	}
	enum exit_status status = select_and_write(job, findings);
	const uint64_t found = findings_flush(findings);
	if (status == EXIT_COMPLETE && found > 0)
		status = EXIT_INCOMPLETE;
	if (found > 0)
		report(job->rep, DE_WARNING, "%" PRIu64 " %s not in the dump, "
		    "or not as in the filesystem; see above", found,
		    found == 1 ? "thing is" : "things are");
	findings_free(findings);
	return status;
}

enum exit_status
job_run(const struct job_config *config, struct report *rep,
    const volatile sig_atomic_t *cancelled)
{
	const uint64_t started = clock_ns();
	enum exit_status status = EXIT_NOT_STARTED;
	struct job job;

	if (begin(&job, config, rep, cancelled))
		status = dump(&job);
	end(&job);
	const double seconds = (double)(clock_ns() - started) / 1e9;
	if (status == EXIT_COMPLETE)
		report(rep, DE_INFO, "DUMP IS DONE, in %.1f seconds", seconds);
	else if (status == EXIT_INCOMPLETE)
		report(rep, DE_WARNING, "DUMP IS DONE, in %.1f seconds, but it "
		    "is not complete", seconds);
	else
		report(rep, DE_ERROR, "the dump was %s; nothing of it is kept",
		    status == EXIT_ABORTED ? "aborted" : "not started");
	return status;
}
