/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * restore_command.h - what an operator types to restore a dump
 *
 * Looks at the media that the volumes went to, and says the command of
 * restore(8) that reads them.  Knows no output: only names and properties.
 *
 * Lives in the supervisor.
 */
#ifndef CORE_RESTORE_COMMAND_H
#define CORE_RESTORE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/operator/message.h"

/* restore reads records of so many tape blocks without being told. */
#define RESTORE_BLOCKING_MAX 32

#define RESTORE_COMMAND_BYTES (4 * MESSAGE_NAME_BYTES + 256)

/* What is known of the volumes so far; all zero to begin with. */
struct restore_command {
	uint32_t volumes;
	uint32_t properties;		/* of the first medium, DE_MEDIUM_... */
	bool counts_differently;	/* not PREFIX001, PREFIX002 and so on */
	int64_t tape_file;		/* of the first; 0 is also: no tape */
	char first[MESSAGE_NAME_BYTES];
};

/* A volume is safe on its medium.  The first has to come first. */
void restore_command_note(struct restore_command *c,
    const struct message_volume *volume);

/*
 * Put the command into `text`; "" if no volume is known.  `blocking`: tape
 * blocks of a record.
 */
void restore_command_format(const struct restore_command *c, uint32_t blocking,
    char text[static RESTORE_COMMAND_BYTES]);

#endif
