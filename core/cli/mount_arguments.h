/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * mount_arguments.h - the command line of dumpengine-mount
 *
 * As mount.fuse.dumpengine it takes what mount(8) gives a helper, too.
 */
#ifndef CORE_MOUNT_ARGUMENTS_H
#define CORE_MOUNT_ARGUMENTS_H

#include "core/run/restore_request.h"

enum mount_action {
	MOUNT_MOUNT,
	MOUNT_HELP,
	MOUNT_VERSION
};

struct mount_request {		/* texts point into argv unless owned */
	enum mount_action action;
	struct restore_request restore;	/* `trust` is set by the caller */
	char *mountpoint;	/* owned; absolute */
	char *options;		/* owned; for FUSE */
	char *texts;		/* owned; what -o has, in pieces */
	bool foreground;
};

/* False after a report on standard error. */
bool mount_arguments_parse(struct mount_request *q, int argc, char **argv);
void mount_arguments_free(struct mount_request *q);

#endif
