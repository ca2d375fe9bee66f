/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * check.h - could the command be run, and would it do?
 *
 * What a shell would find without running the command.  A script that says of
 * itself that it can be checked is then run for that: others would think that a
 * volume has ended.
 */
#ifndef EOT_SCRIPT_CHECK_H
#define EOT_SCRIPT_CHECK_H

#include "child.h"

/* The line, among the first 4 KiB of a script, that says so. */
#define CHECK_LINE "# dumpengine: can be checked"

/* DE_OK, or DE_FAILED after reporting; config->end is not looked at. */
enum de_status check_command(const struct child_config *config);

#endif
