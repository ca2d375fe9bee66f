/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * beside.h - what a dump leaves beside its volumes
 *
 * Its inodes and names for the catalogue (handover.h), and for the stock
 * restore(8) a table of contents (-A, archive_file) and one of positions (-Q,
 * qfa_file).  All are collected while the stream is put, and written by the
 * process that wrote the last volume, once that is safe.
 *
 * Main thread only.
 */
#ifndef CORE_BESIDE_H
#define CORE_BESIDE_H

#include "core/catalog/handover.h"
#include "core/run/setup.h"
#include "core/write/archive.h"
#include "core/write/indexer.h"
#include "core/write/kept_names.h"
#include "core/write/tape.h"

struct beside {
	const struct setup *setup;		/* borrowed */
	const struct handover *handover;	/* likewise; NULL: no names */
	/* For those who put the stream; each NULL if it is not needed. */
	struct indexer *indexer;
	struct kept_names *names;
	struct archive *archive;
};

/* Where temporary files go; borrowed from the settings. */
const char *beside_folder(const struct setup *setup);

/* Failures are reported: what needs the missing part is then not written. */
void beside_begin(struct beside *b, const struct setup *setup,
    const struct job_task *task);

/*
 * All of the dump is on its volumes; so many items are missing from it.  A
 * failure leaves that out of the index, after a report.
 */
void beside_conclude(struct beside *b, uint64_t findings, uint64_t notes);

/*
 * After tape_finish().  False after reporting that archive_file or qfa_file
 * could not be written; what happens to the catalogue's names is only reported.
 */
bool beside_write(struct beside *b, const struct tape *tape);

void beside_end(struct beside *b);

#endif
