/* SPDX-License-Identifier: BSD-3-Clause */
#include "holder.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DRIVE_BITS 0x1fu	/* of the minor number; the rest is the mode */
#define COMMAND_BYTES 32

/* A drive has eight device nodes, each of which excludes the others. */
static bool
is_same_drive(dev_t a, dev_t b)
{
	return major(a) == major(b) &&
	    (minor(a) & DRIVE_BITS) == (minor(b) & DRIVE_BITS);
}

/* Check names in /dev only: stat on a dead network filesystem would hang. */
static bool
is_of(int folder, const char *name, dev_t device)
{
	char path[PATH_MAX];
	struct stat st;
	const ssize_t n = readlinkat(folder, name, path, sizeof(path) - 1);

	if (n < 5 || memcmp(path, "/dev/", 5) != 0)
		return false;
	path[n] = '\0';
	return stat(path, &st) == 0 && S_ISCHR(st.st_mode) &&
	    is_same_drive(st.st_rdev, device);
}

static bool
has_open(const char *pid, dev_t device)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%s/fd", pid);
	DIR *folder = opendir(path);
	if (folder == NULL)
		return false;
	while (!found && (entry = readdir(folder)) != NULL)
		found = is_of(dirfd(folder), entry->d_name, device);
	closedir(folder);
	return found;
}

static void
get_command(const char *pid, char command[static COMMAND_BYTES])
{
	char path[PATH_MAX];

	command[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%s/comm", pid);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return;
	if (fgets(command, COMMAND_BYTES, f) == NULL)
		command[0] = '\0';
	command[strcspn(command, "\n")] = '\0';
	fclose(f);
}

void
holder_find(const char *device, char text[static HOLDER_BYTES])
{
	char command[COMMAND_BYTES];
	struct dirent *entry;
	struct stat st;
	DIR *processes = opendir("/proc");

	snprintf(text, HOLDER_BYTES, "find it with fuser -v");
	if (processes == NULL)
		return;
	if (stat(device, &st) == 0 && S_ISCHR(st.st_mode))
		while ((entry = readdir(processes)) != NULL) {
			if (strspn(entry->d_name, "0123456789") !=
			    strlen(entry->d_name) ||
			    strtol(entry->d_name, NULL, 10) == getpid() ||
			    !has_open(entry->d_name, st.st_rdev))
				continue;
			get_command(entry->d_name, command);
			snprintf(text, HOLDER_BYTES, "process %.20s, %s",
			    entry->d_name, command);
			break;
		}
	closedir(processes);
}
