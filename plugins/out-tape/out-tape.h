/* SPDX-License-Identifier: BSD-3-Clause */
/* out-tape.h - output: a tape drive; for the plugin itself and its tests */
#ifndef OUT_TAPE_H
#define OUT_TAPE_H

#include "drive.h"

/* Like de_plugin.create(), on a drive reached through other calls. */
enum de_status out_tape_create_on(const struct de_host *host,
    const struct drive_calls *calls, void *context, void **self);

#endif
