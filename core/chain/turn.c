/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/chain/turn.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/chain/level.h"
#include "core/host/find_device.h"
#include "plugins/common/safe_file.h"

#define NAME_BYTES 8192
#define PATH_BYTES 4200

/* Stat the image behind a loop device; false if it is not a loop device. */
static bool
find_image(dev_t device, struct stat *st)
{
	char path[64], image[PATH_BYTES];

	snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/loop/backing_file",
	    major(device), minor(device));
	FILE *in = fopen(path, "re");
	const bool ok = in != NULL && fgets(image, sizeof(image), in) != NULL;
	if (in != NULL)
		fclose(in);
	if (!ok)
		return false;
	image[strcspn(image, "\n")] = '\0';
	return stat(image, st) == 0;
}

/* Identify a device or image by what its path leads to. */
static void
identify(const char *device, char *text, size_t room)
{
	struct stat st;
	dev_t block = 0;

	if (stat(device, &st) == -1) {
		snprintf(text, room, "name %s", device);
		return;
	}
	if (S_ISBLK(st.st_mode))
		block = st.st_rdev;
	else if (S_ISDIR(st.st_mode))
		block = st.st_dev;
	if (block != 0 && !find_image(block, &st))
		snprintf(text, room, "device %u:%u", major(block),
		    minor(block));
	else
		snprintf(text, room, "file %u:%u:%" PRIu64,
		    major(st.st_dev), minor(st.st_dev), (uint64_t)st.st_ino);
}

/*
 * Find the device that the source reads.  The path of a device or an image is
 * final; only the source can resolve a label or a mount point.
 */
static bool
find_node(const struct job_config *job, const char *device,
    struct report *rep, struct found_device *found)
{
	struct stat st;

	snprintf(found->device, sizeof(found->device), "%s", device);
	if (stat(device, &st) == 0 && !S_ISDIR(st.st_mode))
		return true;
	return find_device(&job->source, rep, found);
}

/*
 * Name the lock, and describe it for messages; both buffers hold NAME_BYTES.
 * False after reporting why it cannot.
 */
static bool
name_turn(const struct job_config *job, struct report *rep, char *name,
    char *text)
{
	const char *device = job_source_device(job);
	const char *file = job_dumpdates(job);
	char what[PATH_BYTES + 16];
	struct found_device found = { .device = "" };

	if (device == NULL)
		device = job_name(job);
	if (!find_node(job, device, rep, &found))
		return false;
	char *path = safe_file_place(file);
	identify(found.device, what, sizeof(what));
	snprintf(name, NAME_BYTES, "dumps of %s in %.3900s", what,
	    path != NULL ? path : file);
	snprintf(text, NAME_BYTES, "%s, with %s", device, file);
	free(path);
	return true;
}

enum lock_result
turn_take(const struct job_config *job, struct report *rep,
    struct signals *signals, struct lock **lock)
{
	char name[NAME_BYTES], text[NAME_BYTES];
	const struct lock_request request = {
		.name = name,
		.text = text,
		.job = job_name(job),
		.deadline = clock_ns() + NS_PER_SECOND *
		    (uint64_t)job->settings.wait_for_medium,
		.rep = rep,
		.signals = signals,
	};

	*lock = NULL;
	if (job_dumpdates(job) == NULL)
		return LOCK_TAKEN;
	return name_turn(job, rep, name, text) ? lock_take(&request, lock) :
	    LOCK_FAILED;
}

bool
turn_is_free(const struct job_config *job, struct report *rep,
    struct signals *signals)
{
	char name[NAME_BYTES], text[NAME_BYTES];
	const struct lock_request request = {
		.name = name,
		.text = text,
		.job = job_name(job),
		.rep = rep,
		.signals = signals,
	};

	if (job_dumpdates(job) == NULL || job->settings.wait_for_medium > 0)
		return true;
	return name_turn(job, rep, name, text) && lock_is_free(&request);
}
