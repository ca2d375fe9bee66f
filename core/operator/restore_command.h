/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_command.h - the command that restores a dump
 *
 * Derives the restore(8) command, or that of dumpengine-restore(8) for volumes
 * that have passed filters, from the names and properties of the media
 * that the volumes went to, without knowing the output.
 *
 * Supervisor only.
 */
#ifndef CORE_RESTORE_COMMAND_H
#define CORE_RESTORE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/operator/message.h"

/* The largest record, in tape blocks, that restore reads without -b. */
#define RESTORE_BLOCKING_MAX 32

#define RESTORE_COMMAND_BYTES (4 * MESSAGE_NAME_BYTES + 256)

/* What the volumes so far have in common.  Initialize to zero. */
struct restore_command {
	uint32_t volumes;
	uint32_t properties;		/* of the first medium, DE_MEDIUM_... */
	bool is_filtered;		/* only ours reads them */
	bool counts_differently;	/* names are not PREFIX001, 002, ... */
	int64_t tape_file;		/* of the first; 0 also if no tape */
	char first[MESSAGE_NAME_BYTES];
};

/* Add a volume that is safe on its medium.  Call for the first one first. */
void restore_command_note(struct restore_command *c,
    const struct message_volume *volume);

/*
 * Put the command into `text`; "" if there is no volume.  `blocking`: tape
 * blocks per record.
 */
void restore_command_format(const struct restore_command *c, uint32_t blocking,
    char text[static RESTORE_COMMAND_BYTES]);

/*
 * The name of a medium, absolute if it is a file: whoever reads it is in another
 * directory.  The caller frees it; NULL if out of memory.
 */
char *restore_command_name(const char *medium);

#endif
