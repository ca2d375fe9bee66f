/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * metadata.h - owner, mode, attributes, times, flags of one inode
 *
 * Sets them on a descriptor or, for what cannot be opened (links, devices,
 * FIFOs, sockets), on a name in a directory, which is never followed.  Each
 * step that fails is added to the outcome; what only root may do is passed over
 * by an ordinary user, as outcome_not_permitted() says.
 *
 * Call them in this order, since the kernel takes earlier ones back: owner,
 * attributes, mode, project, times, and flags last of all.
 */
#ifndef CORE_METADATA_H
#define CORE_METADATA_H

#include "core/format/header_decode.h"
#include "core/restore/outcome.h"
#include "core/restore/restore_settings.h"

/* For all objects of a run. */
struct metadata_rules {
	const struct restore_settings *settings;
	struct outcome *outcome;
	bool is_root;		/* or else an ordinary user */
};

void metadata_rules_init(struct metadata_rules *rules,
    const struct restore_settings *settings, struct outcome *outcome);

struct metadata_object {
	const struct metadata_rules *rules;
	uint32_t inode;		/* for messages */
	int fd;			/* -1: by name */
	int directory;		/* counts without `fd`, as the name does */
	const char *name;
	bool is_link;		/* symbolic: has no mode */
	bool owner_differs;	/* could not be set: no set-ID bits then */
	bool group_differs;
};

void metadata_set_owner(struct metadata_object *o,
    const struct de_inode *meta);

/* Also removes the set-ID bits that must not be. */
void metadata_set_mode(const struct metadata_object *o,
    const struct de_inode *meta);

void metadata_set_times(const struct metadata_object *o,
    const struct de_inode *meta);

/* False if it was not set. */
bool metadata_set_xattr(const struct metadata_object *o,
    const struct de_xattr *xattr);

/*
 * Remove all attributes but those that `keeps` knows, and those that the system
 * itself gives to files.
 */
void metadata_remove_xattrs(const struct metadata_object *o,
    bool (*keeps)(const void *arg, const char *name), const void *arg);

/*
 * Without a descriptor, this needs Linux 6.17 and a filesystem that can do it;
 * otherwise there is a note.
 */
void metadata_set_project(const struct metadata_object *o,
    const struct de_inode *meta);

/* Of these flags, those that can be set by anybody at all. */
uint32_t metadata_settable_flags(uint32_t flags);

/*
 * The flags that the object has become those of the set.  Without a descriptor,
 * as for the project.
 */
void metadata_set_flags(const struct metadata_object *o, uint32_t flags);

/*
 * Clear the flags that keep an object with a descriptor from being changed.
 * False, with errno kept, if it has none of them or they cannot be cleared.
 */
bool metadata_unprotect(int fd);

#endif
