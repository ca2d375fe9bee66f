/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * symtab.h - the names in a restoresymtable that restore(8) left
 *
 * As restore 0.4b writes it on 64-bit machines: names and tables in the memory
 * format of the machine, with a header at the end.  Only a file of this
 * machine's byte order is understood.
 */
#ifndef CORE_SYMTAB_H
#define CORE_SYMTAB_H

#include "core/read/names.h"

struct symtab {
	int64_t date;		/* of the set restored last */
	int64_t base_date;
	struct names *names;	/* the caller's; finished */
};

/*
 * Read an open file; `folder`: of temporary files.  False with errno set,
 * EBADMSG if it is not such a file or not whole.
 */
bool symtab_read(struct symtab *s, int fd, const char *folder);

#endif
