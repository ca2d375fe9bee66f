/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * volume_mark.h - what volume it is, in plain before what filters made of it
 *
 * One line of ASCII:
 *
 *   dumpengine-volume 1 DATE BASE_DATE LEVEL VOLUME LABEL CHECK
 *
 * with numbers in decimal and dates in seconds since 1970.  In LABEL, what is
 * neither a letter nor a digit is %XX, so an empty label is the only reason for
 * two spaces in a row; there it is a single %.  CHECK is the FNV-1a hash, of 32
 * bits in 8 hexadecimal digits, of what comes before it.
 */
#ifndef PLUGINS_COMMON_VOLUME_MARK_H
#define PLUGINS_COMMON_VOLUME_MARK_H

#include "label.h"

#define VOLUME_MARK_BYTES 256

/* Without a newline. */
void volume_mark_format(const struct de_volume *volume, int64_t base_date,
    char text[static VOLUME_MARK_BYTES]);

/*
 * Find one in the first 4096 bytes.  If there is, fill *label; what a mark does
 * not say is "?".
 */
bool volume_mark_find(const uint8_t *bytes, size_t length,
    struct label *label);

#endif
