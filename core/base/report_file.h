/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * report_file.h - the file, or whatever it is, that a report is written to
 *
 * A regular file gets its name when the report is whole, and replaces one of
 * that name.  Nothing else is ever replaced: devices, FIFOs, sockets and what
 * /dev/stdout leads to are written to as they are.
 */
#ifndef CORE_REPORT_FILE_H
#define CORE_REPORT_FILE_H

#include <stdbool.h>

#include "plugins/common/safe_file.h"

struct report_file {
	int fd;			/* write here */
	bool is_replaced;	/* by what is in `beside` */
	struct safe_file beside;
	char *place;		/* owned; the name, links resolved */
};

/*
 * Open what is at `path`, or make it.  NULL, or why it cannot be, as a phrase
 * that goes behind the path; then nothing is open.  Never waits for anybody at
 * the other end.
 */
const char *report_file_open(struct report_file *f, const char *path);

/* It is whole, if `ok`.  False with errno set: it is not there. */
bool report_file_close(struct report_file *f, bool ok);

#endif
