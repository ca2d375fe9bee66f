/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * backoff.h - how long to wait before a request is tried again
 *
 * Twice as long each time, up to a minute, of which a random part is left out:
 * hosts that lost a store together do not come back together.  Any thread.
 */
#ifndef OUT_S3_BACKOFF_H
#define OUT_S3_BACKOFF_H

#include <stdint.h>

#define BACKOFF_LONGEST_MS 60000

/*
 * Milliseconds before try number `tried` + 1, from 1 on.  `chance` is a random
 * number; `retry_after` is what the store asked for, in seconds, or 0.  No
 * store is heeded for longer than ten minutes.
 */
int64_t backoff_ms(uint32_t tried, uint32_t chance, int64_t retry_after);

#endif
