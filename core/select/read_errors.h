/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * read_errors.h - how many read errors a dump may have
 *
 * Notes what could not be read, and goes on: a disk that is failing is the one
 * that a dump is wanted of.  If max_read_errors is set, it asks the operator
 * after every so many of them whether to go on, from the first scan of the
 * inodes on.
 *
 * Main thread only.
 */
#ifndef CORE_READ_ERRORS_H
#define CORE_READ_ERRORS_H

#include "core/base/verdict.h"
#include "core/select/findings.h"
#include "core/ring/gather.h"

struct read_errors {
	struct findings *findings;	/* borrowed, as all here */
	const struct source *src;
	struct report *rep;
	int channel;			/* to the supervisor */
	uint64_t step;			/* max_read_errors; 0: any number */
	uint64_t allowed;		/* so many in all, so far */
	enum verdict verdict;		/* other than VERDICT_GO_ON, it stays */
	bool is_gone;			/* the device, as the source says */
	uint64_t lost;			/* pieces of files that cannot be read; */
	uint64_t not_there;		/* of these, behind the end of the source */
};

/* `max_read_errors` as configured. */
void read_errors_init(struct read_errors *r, uint64_t max_read_errors);

/*
 * File data that is zeros in the dump.  If the source says that its device is
 * gone, the verdict is VERDICT_ABORT from then on.
 */
void read_errors_note(struct read_errors *r, const struct gather_loss *loss);

/*
 * May the dump go on?  VERDICT_GO_ON: yes; VERDICT_ABORT: the operator says no;
 * VERDICT_NO_OPERATOR: there is none to be asked.  Those of metadata count, too.
 */
enum verdict read_errors_check(struct read_errors *r);

/*
 * A hook of an instance, while one call of it may meet any number of read
 * errors: it is not wanted any more when there are too many.
 */
bool read_errors_hook(void *read_errors, enum de_finding kind,
    uint32_t inode, const char *format, const char *text);

/* In the end: if there were any, say what they mean and what helps. */
void read_errors_advise(const struct read_errors *r);

#endif
