/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * report_file.h - the file or device that a report is written to
 *
 * A regular file is replaced once the report is complete.  Nothing else is ever
 * replaced: devices, FIFOs, sockets and what /dev/stdout refers to are written
 * in place.
 */
#ifndef CORE_REPORT_FILE_H
#define CORE_REPORT_FILE_H

#include <stdbool.h>

#include "plugins/common/safe_file.h"

struct report_file {
	int fd;			/* write here */
	bool is_replaced;	/* by the file in `beside` */
	struct safe_file beside;
	char *place;		/* owned; the name, links resolved */
};

/*
 * Open or create `path`, without waiting for a reader.  Returns NULL or, with
 * nothing left open, the error as a phrase to follow the path.
 */
const char *report_file_open(struct report_file *f, const char *path);

/*
 * Close the file; `ok` if the report is complete, else discard it.  False with
 * errno set if it could not be stored.
 */
bool report_file_close(struct report_file *f, bool ok);

#endif
