/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * read_errors.h - how many read errors a dump may have
 *
 * Records what cannot be read and continues: a dump matters most when a disk is
 * failing.  If max_read_errors is set, asks the operator after every that many
 * errors whether to continue, from the first scan of the inodes on.
 *
 * Main thread only.
 */
#ifndef CORE_READ_ERRORS_H
#define CORE_READ_ERRORS_H

#include "core/base/verdict.h"
#include "core/select/findings.h"
#include "core/ring/gather.h"

struct read_errors {
	struct findings *findings;	/* borrowed, like all here */
	const struct source *src;
	struct report *rep;
	int channel;			/* to the supervisor */
	uint64_t step;			/* max_read_errors; 0: no limit */
	uint64_t allowed;		/* total allowed so far */
	enum verdict verdict;		/* permanent unless VERDICT_GO_ON */
	bool is_gone;			/* the device, according to the
					   source */
	uint64_t lost;			/* unreadable pieces of files; */
	uint64_t not_there;		/* of these, past the end of the
					   source */
};

/* `max_read_errors` as configured. */
void read_errors_init(struct read_errors *r, uint64_t max_read_errors);

/*
 * File data that is zeros in the dump.  If the source reports that its device
 * is gone, the verdict is VERDICT_ABORT from then on.
 */
void read_errors_note(struct read_errors *r, const struct gather_loss *loss);

/*
 * May the dump go on?  VERDICT_GO_ON: yes; VERDICT_ABORT: the operator says no;
 * VERDICT_NO_OPERATOR: there is none to ask.  Metadata errors count, too.
 */
enum verdict read_errors_check(struct read_errors *r);

/*
 * A hook for an instance, one call of which may encounter any number of read
 * errors: it stops the call when there are too many.
 */
bool read_errors_hook(void *read_errors, enum de_finding kind,
    uint32_t inode, const char *format, const char *text);

/* At the end, if there were any: explain them and what to do. */
void read_errors_advise(const struct read_errors *r);

#endif
