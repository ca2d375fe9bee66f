/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_hidden.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define TYPE_UNKNOWN_TO_POSIX 0160000	/* Sun: of attributes; BSD: whiteout */
#define LIST_BYTES 256

static const struct {
	const char *one;
	const char *many;
} texts[HIDDEN_KINDS] = {
	[HIDDEN_DIRECTORY] = { "attribute directory", "attribute directories" },
	[HIDDEN_ATTRIBUTE] = { "attribute that is a file",
	    "attributes that are files" },
	[HIDDEN_STREAM] = { "hidden stream", "hidden streams" },
	[HIDDEN_WHITEOUT] = { "whiteout", "whiteouts" },
	[HIDDEN_OTHER] = { "inode of an unknown type",
	    "inodes of unknown types" },
};

static enum restore_hidden_kind
kind_of(const struct dialect *d, const struct header *header)
{
	const bool is_special = (header->meta.mode & S_IFMT) ==
	    TYPE_UNKNOWN_TO_POSIX;

	switch (d->family) {
	case DIALECT_NETAPP:
		return HIDDEN_STREAM;
	case DIALECT_SUN:
	case DIALECT_SUN_MTB:
		return is_special ? HIDDEN_DIRECTORY :
		    header->is_attribute ? HIDDEN_ATTRIBUTE : HIDDEN_OTHER;
	default:
		return is_special ? HIDDEN_WHITEOUT : HIDDEN_OTHER;
	}
}

void
restore_hidden_take(struct restore_hidden *h, struct restore *r,
    const char *set, const struct dialect *dialect,
    const struct header *header)
{
	const enum restore_hidden_kind kind = kind_of(dialect, header);

	h->counts[kind]++;
	if (r->request->settings.verbose)
		report(r->rep, DE_INFO, "%s: inode %" PRIu32 ", mode %06o, %"
		    PRIu64 " bytes: %s, left out", set, header->inode,
		    (unsigned int)header->meta.mode, header->meta.size,
		    texts[kind].one);
}

void
restore_hidden_tell(struct restore_hidden *h, struct restore *r,
    const char *set)
{
	char list[LIST_BYTES] = "";
	size_t used = 0;

	for (size_t i = 0; i < HIDDEN_KINDS && used < sizeof(list); i++)
		if (h->counts[i] > 0)
			used += (size_t)snprintf(list + used,
			    sizeof(list) - used, "%s%" PRIu64 " %s",
			    used == 0 ? "" : ", ", h->counts[i],
			    h->counts[i] == 1 ? texts[i].one : texts[i].many);
	if (used > 0)
		outcome_add(r->outcome, OUTCOME_NOTE, 0, "%s: left out, as "
		    "Linux has no place for them: %s", set, list);
	memset(h, 0, sizeof(*h));
}
