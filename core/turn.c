/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/turn.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/level.h"
#include "plugins/common/safe_file.h"

#define NAME_BYTES 8192
#define PATH_BYTES 4200

/* "LABEL=home" is a link in a folder of links. */
static void
find_node(const char *device, char path[static PATH_BYTES])
{
	const char *equals = strchr(device, '=');
	char tag[16] = "";

	snprintf(path, PATH_BYTES, "%s", device);
	if (equals == NULL || (size_t)(equals - device) >= sizeof(tag))
		return;
	for (size_t i = 0; device + i < equals; i++)
		tag[i] = (char)tolower((unsigned char)device[i]);
	snprintf(path, PATH_BYTES, "/dev/disk/by-%s/%s", tag, equals + 1);
}

/* The image that a loop device shows; false: it is no such device. */
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

/* What the name stands for, whatever leads there. */
static void
identify(const char *device, char *text, size_t room)
{
	char path[PATH_BYTES];
	struct stat st;
	dev_t block = 0;

	find_node(device, path);
	if (stat(path, &st) == -1) {
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

/* Texts of a request, of NAME_BYTES each.  False: the job has no turns. */
static bool
name_turn(const struct job_config *job, char *name, char *text)
{
	const char *device = option_text(job->source.options, "device");
	const char *file = level_dumpdates(job);
	char what[PATH_BYTES + 16];

	if (file == NULL)
		return false;
	char *path = safe_file_place(file);
	if (device == NULL)
		device = job_name(job);
	identify(device, what, sizeof(what));
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
		.deadline = clock_ns() + NS_PER_SECOND * (uint64_t)
		    option_number(job->options, "wait_for_medium"),
		.rep = rep,
		.signals = signals,
	};

	*lock = NULL;
	return name_turn(job, name, text) ? lock_take(&request, lock) :
	    LOCK_TAKEN;
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

	return option_number(job->options, "wait_for_medium") > 0 ||
	    !name_turn(job, name, text) || lock_is_free(&request);
}
