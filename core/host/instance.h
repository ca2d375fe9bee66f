/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * instance.h - an instance of a plugin, and the services it is given
 */
#ifndef CORE_INSTANCE_H
#define CORE_INSTANCE_H

#include <signal.h>
#include <stdatomic.h>

#include "core/host/call.h"
#include "core/host/options.h"
#include "core/host/plugin.h"
#include "core/base/report.h"

struct filters;
struct inomap;

#define FINDING_TEXT_BYTES 320

/* A plugin and its options. */
struct plugin_config {
	const struct plugin *plugin;	/* borrowed from the registry */
	struct option_set *options;	/* owned */
};

/* The value of its option `device`; NULL if not set, or without that option. */
const char *plugin_config_device(const struct plugin_config *config);

/*
 * Where the engine sends an instance's reports, and who answers its questions.
 * Each may be NULL.
 */
struct instance_hooks {
	/*
	 * A finding from de_host.finding() or unknown_inodes(); `text` was
	 * formatted from `format`, and has FINDING_TEXT_BYTES at most.  Returns
	 * false to cancel the instance.  NULL: report it as a warning.
	 */
	bool (*finding)(void *arg, enum de_finding kind, uint32_t inode,
	    const char *format, const char *text);
	void *finding_arg;

	/* A message about volume number `volume`; never DE_DEBUG. */
	void (*said)(void *arg, uint32_t volume, const char *text);
	void *said_arg;

	/* As in de_host.  NULL: DE_DUMP_UNKNOWN; DE_OK; nothing is known. */
	enum de_dump_state (*dump_state)(void *arg,
	    const struct de_dump_found *found);
	enum de_status (*dump_retire)(void *arg,
	    const struct de_dump_found *found);
	void (*dump_find)(void *arg, const void *bytes, size_t length,
	    void (*take)(void *take_arg, const struct de_dump_found *found),
	    void *take_arg);
	void *dump_arg;

	/* The same; NULL: DE_HOLD_FAILED. */
	enum de_dump_hold (*dump_hold)(void *arg,
	    const struct de_dump_found *found, char *why, size_t room);
	void *hold_arg;
};

struct instance {
	const struct plugin *plugin;		/* borrowed */
	const struct option_set *options;	/* borrowed */
	struct report *rep;			/* borrowed */
	const atomic_int *cancelled;	/* borrowed */
	struct de_host host;
	void *self;				/* from create() */
	atomic_bool unwanted;			/* this instance is cancelled */
	struct instance_hooks hooks;
	struct callee callee;
	atomic_bool told[CALL_COUNT];		/* for callee */
	uint32_t volume;		/* an EOT handler's current one */
	uint64_t finding_count;			/* findings it has reported */
	bool findings_are_known;		/* count them, report nothing */
	char **environment;		/* owned; NULL: not asked for yet */
	/*
	 * Borrowed; where unknown_inodes() marks them.  NULL: nowhere.  Its
	 * bits are allocated with the first one, so only max_inode need be set.
	 */
	struct inomap *unknown;
	bool unknown_is_short;		/* out of memory for it */
	/* Of an output that reads; borrowed.  NULL: volumes have passed none. */
	const struct filters *filters;
};

/*
 * Create an instance.  Everything borrowed must outlive it; *cancelled becomes
 * 1 when the run is to end.  Returns NULL on failure, which a correct plugin
 * has reported.
 */
struct instance *instance_new(const struct plugin *plugin,
    const struct option_set *options, struct report *rep,
    const atomic_int *cancelled);

/* Its messages go there from now on.  While none of its callbacks runs. */
void instance_set_report(struct instance *in, struct report *rep);

/*
 * Make its cancelled() return true, or stop doing so: its work is no longer
 * needed.  Any thread.
 */
void instance_set_unwanted(struct instance *in, bool unwanted);

/* Accepts NULL. */
void instance_free(struct instance *in);

#endif
