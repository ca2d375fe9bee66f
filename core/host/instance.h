/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * instance.h - a plugin at work, and the services that it gets
 */
#ifndef CORE_INSTANCE_H
#define CORE_INSTANCE_H

#include <signal.h>
#include <stdatomic.h>

#include "core/host/call.h"
#include "core/host/options.h"
#include "core/host/plugin.h"
#include "core/base/report.h"

struct inomap;

#define FINDING_TEXT_BYTES 320

/* A plugin and what it is to be given. */
struct plugin_config {
	const struct plugin *plugin;	/* borrowed from the registry */
	struct option_set *options;	/* owned */
};

/* The option `device` that it is given; NULL: none, or it has no such option. */
const char *plugin_config_device(const struct plugin_config *config);

/*
 * What the engine does with what a plugin reports, and answers to what it asks.
 * Each may be NULL.
 */
struct instance_hooks {
	/*
	 * A finding of de_host.finding() or unknown_inodes(); `format` is what
	 * `text` was made from, FINDING_TEXT_BYTES at most.  Returns false if
	 * what the plugin does is not wanted any more.  NULL: it is reported.
	 */
	bool (*finding)(void *arg, enum de_finding kind, uint32_t inode,
	    const char *format, const char *text);
	void *finding_arg;

	/* What it reports, but for DE_DEBUG, about volume number `volume`. */
	void (*said)(void *arg, uint32_t volume, const char *text);
	void *said_arg;

	/* As in de_host.  NULL: DE_DUMP_UNKNOWN, and DE_OK. */
	enum de_dump_state (*dump_state)(void *arg,
	    const struct de_dump_found *found);
	enum de_status (*dump_retire)(void *arg,
	    const struct de_dump_found *found);
	void *dump_arg;
};

struct instance {
	const struct plugin *plugin;		/* borrowed */
	const struct option_set *options;	/* borrowed */
	struct report *rep;			/* borrowed */
	const atomic_int *cancelled;	/* borrowed */
	struct de_host host;
	void *self;				/* what create() gave */
	atomic_bool unwanted;			/* cancelled, for it alone */
	struct instance_hooks hooks;
	struct callee callee;
	atomic_uint told;			/* for callee */
	uint32_t volume;			/* that an EOT handler sees to */
	uint64_t finding_count;			/* it has told of so many */
	bool findings_are_known;		/* so they are not told again */
	char **environment;		/* owned; NULL: not asked for yet */
	/*
	 * Borrowed; where unknown_inodes() notes them.  NULL: nowhere.  Made when
	 * the first ones come, so its max_inode has to be there, but no bits.
	 */
	struct inomap *unknown;
	bool unknown_is_short;		/* out of memory for it */
};

/*
 * Create an instance.  All that is borrowed must outlive it; *cancelled turns
 * to 1 when the run is to end.  Returns NULL if it cannot be, which a good
 * plugin has reported.
 */
struct instance *instance_new(const struct plugin *plugin,
    const struct option_set *options, struct report *rep,
    const atomic_int *cancelled);

/*
 * Have its cancelled() say yes, or not any more: nobody waits for what it
 * does.  Any thread.
 */
void instance_set_unwanted(struct instance *in, bool unwanted);

/* Takes NULL. */
void instance_free(struct instance *in);

#endif
