/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sweep.h - end uploads that will not be completed
 */
#ifndef OUT_S3_SWEEP_H
#define OUT_S3_SWEEP_H

#include "request.h"

/*
 * End an upload, so that the store forgets its parts.  REQUEST_DONE also if it
 * has ended before.  Free the answer in every case.
 */
enum request_result sweep_abort(struct link *l, const struct place *place,
    const char *upload, struct answer *answer);

/*
 * End all uploads of exactly this object that began at `since` or later, but
 * not `except`, which may be NULL.  False if there may be more.
 */
bool sweep_object(struct link *l, const struct place *place, int64_t since,
    const char *except);

/*
 * End what dead runs of ours have left in this store, as the ledger in `folder`
 * says; `store` is the store's name there.  Reports what it ended.
 */
void sweep_left(struct link *l, const struct client *client,
    const char *folder, const char *store);

#endif
