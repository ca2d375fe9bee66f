/* SPDX-License-Identifier: BSD-3-Clause */
#include "mmp.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "../common/bytes.h"
#include "checksum.h"

#define BLOCK_BYTES 1024
#define MAGIC 0x004D4D50u
#define CLEAN 0xFF4D4D50u
#define CHECKED 0xE24D4D50u		/* by e2fsck, possibly running */

#define SEQUENCE_AT 4
#define TIME_AT 8
#define NODE_AT 16
#define NODE_BYTES 64
#define DEVICE_AT 80
#define DEVICE_BYTES 32
#define INTERVAL_AT 112
#define CHECKSUM_AT 1020

#define INTERVAL_MIN 5			/* seconds, as in the kernel */
#define INTERVAL_MAX 60
#define POLL_MS 250

/* Other machines' updates are visible on the device only. */
static bool
read_block(const struct ext2 *e, uint8_t block[static BLOCK_BYTES])
{
	const uint64_t number = e->fs->super->s_mmp_block;
	struct de_read_error error = { .struct_size = sizeof(error) };
	uint64_t address;

	if (number <= e->fs->super->s_first_data_block ||
	    __builtin_mul_overflow(number, (uint64_t)e->fs->blocksize,
	    &address) || address > INT64_MAX)
		return false;
	posix_fadvise(device_descriptor(e->bytes), (off_t)address,
	    (off_t)e->fs->blocksize, POSIX_FADV_DONTNEED);
	return device_read(e->bytes, address, block, BLOCK_BYTES, &error) ==
	    DE_OK && get32(block) == MAGIC &&
	    (!ext2fs_has_feature_metadata_csum(e->fs->super) ||
	    checksum(e->fs->csum_seed, block, CHECKSUM_AT) ==
	    get32(block + CHECKSUM_AT));
}

/* Copy a name of up to `room` bytes; unprintable characters become "?". */
static void
copy_name(char *to, const uint8_t *from, size_t room)
{
	size_t i;

	for (i = 0; i < room && from[i] != '\0'; i++)
		to[i] = from[i] > ' ' && from[i] < 127 ? (char)from[i] : '?';
	to[i] = '\0';
}

static void
describe(const uint8_t *block, char who[static MMP_WHO_BYTES])
{
	const time_t seconds = (time_t)get32(block + TIME_AT);
	char node[NODE_BYTES + 1], device[DEVICE_BYTES + 1], date[32] = "";
	struct tm tm;

	copy_name(node, block + NODE_AT, NODE_BYTES);
	copy_name(device, block + DEVICE_AT, DEVICE_BYTES);
	if (gmtime_r(&seconds, &tm) != NULL)
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S UTC", &tm);
	snprintf(who, MMP_WHO_BYTES, "%s (there %s), last updated %s", node,
	    device, date);
}

/* How long the kernel waits before it concludes that it is not in use. */
static unsigned int
seconds_to_wait(const struct ext2 *e, const uint8_t *block)
{
	unsigned int interval = get16(block + INTERVAL_AT);

	if (interval < e->fs->super->s_mmp_update_interval)
		interval = e->fs->super->s_mmp_update_interval;
	if (interval < INTERVAL_MIN)
		interval = INTERVAL_MIN;
	if (interval > INTERVAL_MAX)
		interval = INTERVAL_MAX;
	return 2 * interval + 1;
}

static enum mmp_use
watch(const struct ext2 *e, const uint8_t *block)
{
	const struct de_host *host = e->host;
	const unsigned int limit = seconds_to_wait(e, block);
	const uint64_t end = host->monotonic_ns(host) +
	    (uint64_t)limit * 1000000000;
	uint8_t now[BLOCK_BYTES];

	host->report(host, DE_INFO, "%s: checking for %u seconds whether "
	    "another machine uses it (multi-mount protection)", e->device,
	    limit);
	while (host->monotonic_ns(host) < end) {
		if (host->cancelled(host))
			return MMP_CANCELLED;
		poll(NULL, 0, POLL_MS);
		if (read_block(e, now) && get32(now + SEQUENCE_AT) !=
		    get32(block + SEQUENCE_AT))
			return get32(now + SEQUENCE_AT) == CLEAN ? MMP_FREE :
			    MMP_IN_USE;
	}
	return MMP_STALE;
}

enum mmp_use
mmp_find(const struct ext2 *e, char who[static MMP_WHO_BYTES])
{
	uint8_t block[BLOCK_BYTES];

	who[0] = '\0';
	if (!ext2fs_has_feature_mmp(e->fs->super))
		return MMP_FREE;
	const enum device_past_cache before = device_past_cache(e->bytes);
	/* Otherwise the advice above must suffice. */
	device_read_past_cache(e->bytes, DEVICE_PAST_CACHE_ALL);
	enum mmp_use use = MMP_FREE;
	if (!read_block(e, block)) {
		e->host->report(e->host, DE_WARNING, "%s: cannot read its "
		    "multi-mount protection block, or it is damaged; it is "
		    "unknown whether another machine has it mounted",
		    e->device);
	} else if (get32(block + SEQUENCE_AT) != CLEAN) {
		describe(block, who);
		if (get32(block + SEQUENCE_AT) == CHECKED)
			snprintf(who + strlen(who), MMP_WHO_BYTES -
			    strlen(who), ", by e2fsck");
		use = watch(e, block);
	}
	device_read_past_cache(e->bytes, before);
	return use;
}
