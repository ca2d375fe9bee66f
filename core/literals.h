/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * literals.h - numbers of a configuration that libconfig would get wrong
 *
 * libconfig cuts an integer of more than 32 bits down to 32 without a word,
 * unless an L stands behind it; a volume size in bytes would be another one.
 */
#ifndef CORE_LITERALS_H
#define CORE_LITERALS_H

#include "core/settings.h"

/*
 * Report each of them in `file` and in the files that it includes, which are
 * looked for in `folder`.  What cannot be read has been reported already.
 */
void literals_check(struct settings *s, const char *file, const char *folder);

#endif
