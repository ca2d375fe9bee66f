/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * catalog_expire.h - let go what no rule keeps
 *
 * Decides for all dumps at once (core/catalog/retention.h) and asks the history
 * what the next dump would build on.  What goes is first retired from the
 * history, then marked as expired, and only then are its files removed; a run
 * that was interrupted in between is made up for by the next one.  A dump that
 * was on files only is then forgotten; one that is on tapes stays known as
 * expired until they are overwritten, and its media are free.
 *
 * Costs some hundred bytes for each dump, whatever it has.
 */
#ifndef CORE_CATALOG_EXPIRE_H
#define CORE_CATALOG_EXPIRE_H

#include "core/run/catalog_task.h"

/* expire: says what goes, and why the others stay. */
catalog_task_fn catalog_expire_dumps;

#endif
