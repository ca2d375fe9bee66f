/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * file_place.h - tells whether a file that was written is surely gone
 *
 * A file may be out of sight without being gone: its disk is not mounted, or
 * another one is.  So the folder is noted along with the file, and what is
 * missing counts as gone only if the same folder is there again and lacks it.
 */
#ifndef CORE_FILE_PLACE_H
#define CORE_FILE_PLACE_H

#include <stdbool.h>

#define FILE_PLACE_PATH_BYTES 1024
#define FILE_PLACE_FOLDER_BYTES 128

struct file_place {
	char path[FILE_PLACE_PATH_BYTES];	/* full; "": cannot be told */
	char folder[FILE_PLACE_FOLDER_BYTES];	/* what identifies it: ASCII */
};

/*
 * Note where a file is.  What is not a regular file, such as a tape drive, gets
 * an empty place.  May block as long as the filesystem does.
 */
void file_place_note(struct file_place *place, const char *name);

/*
 * Is there nothing at `path`, in a folder that is still the one noted?  False
 * if it cannot be told.  A symbolic link counts as being there, wherever it
 * leads.
 */
bool file_place_is_gone(const char *path, const char *folder);

#endif
