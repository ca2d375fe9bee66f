/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * instance.h - a plugin at work, and the services that it gets
 */
#ifndef CORE_INSTANCE_H
#define CORE_INSTANCE_H

#include <signal.h>
#include <stdatomic.h>

#include "core/host/options.h"
#include "core/host/plugin.h"
#include "core/base/report.h"

struct chain;
struct findings;
struct inomap;
struct read_errors;

struct instance {
	const struct plugin *plugin;		/* borrowed */
	const struct option_set *options;	/* borrowed */
	struct report *rep;			/* borrowed */
	const atomic_int *cancelled;	/* borrowed */
	struct de_host host;
	void *self;				/* what create() gave */
	atomic_bool unwanted;			/* cancelled, for it alone */
	struct findings *findings;		/* borrowed; NULL: just reported */
	atomic_uint *told;			/* bits of callbacks; owned */
	/* Of an EOT handler: where what it says goes, too; -1: nowhere. */
	int channel;
	uint32_t volume;			/* that is being seen to */
	uint64_t finding_count;			/* it has told of so many */
	bool findings_are_known;		/* so they are not told again */
	/*
	 * Borrowed; set while one call of the source may meet any number of
	 * read errors.  When they are too many, it is not wanted any more.
	 */
	struct read_errors *read_errors;
	char **environment;		/* owned; NULL: not asked for yet */
	const struct chain *chain;	/* borrowed; NULL: dumps are not known */
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

/*
 * Has the operator been told already that callback number `callback` of it has
 * returned what it may not?  Says yes from the second time on.  Any thread.
 */
bool instance_has_told(const struct instance *in, unsigned int callback);

/* Takes NULL. */
void instance_free(struct instance *in);

#endif
