/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * extension.h - inode data for which a header has no field
 *
 * Stored in bytes that restore ignores, for readers that know them: full times,
 * creation time, project, flags, generation, device number.  The layout, with
 * its magic number and version, is in doc/stream-format.md, "Our extension".
 */
#ifndef CORE_EXTENSION_H
#define CORE_EXTENSION_H

#include <stdint.h>

#include "dumpengine/plugin.h"

/* Store it in a header of an inode (TS_INODE or TS_ADDR). */
void extension_put(uint8_t block[static DE_TAPE_BLOCK],
    const struct de_inode *inode);

/*
 * Read it: fills in the times, the known properties, project, flags, generation
 * and device number of *inode, and nothing else.  Returns false if the header
 * has none, or one of another version.
 */
bool extension_get(const uint8_t block[static DE_TAPE_BLOCK],
    struct de_inode *inode);

#endif
