/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dirblock_decode.h - the entries of a directory, of any dialect
 *
 * The opposite of dirblock.h.  Names are passed on as they are, even with "/":
 * whoever takes them decides.
 */
#ifndef CORE_DIRBLOCK_DECODE_H
#define CORE_DIRBLOCK_DECODE_H

#include "core/format/dialect.h"
#include "dumpengine/plugin.h"

struct dirblock_entry {
	uint32_t inode;		/* not 0 */
	uint16_t type;		/* S_IFMT bits; 0: unknown; whiteouts are
				   skipped */
	uint16_t length;	/* of the name, 1 to 255 */
	const char *name;	/* not terminated; the original one, if the
				   entry was shortened for restore(8) */
};

/* On any result but DE_OK, dirblock_decode() stops and returns it. */
typedef enum de_status dirblock_entry_fn(void *arg,
    const struct dirblock_entry *entry);

/*
 * Decode a piece of a directory that begins at a multiple of 1024 bytes and
 * whose length is one, too, unless it is the last.  *mangled is increased for
 * each KiB of which something could not be decoded.
 */
enum de_status dirblock_decode(const struct dialect *d, const uint8_t *data,
    size_t length, dirblock_entry_fn *take, void *arg, uint64_t *mangled);

#endif
