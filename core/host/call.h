/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * call.h - enter a plugin's callback, and check what it returns
 *
 * instance.c, source.c, output.c, filter.c and eot.c make every call to a plugin
 * through this.  It records the call for the process that may find this one dead in it,
 * and turns a status that dumpengine/plugin.h does not allow there into
 * DE_FAILED, with a message.
 *
 * Any thread.
 */
#ifndef CORE_CALL_H
#define CORE_CALL_H

#include <stdatomic.h>

#include "core/base/report.h"
#include "core/host/note.h"
#include "dumpengine/plugin.h"

enum callback {
	CALL_CREATE,
	CALL_DESTROY,

	CALL_OPEN,
	CALL_CLOSE,
	CALL_SCAN_BEGIN,
	CALL_SCAN_NEXT,
	CALL_SCAN_END,
	CALL_READ_DIRECTORY,
	CALL_MAP_FILE,
	CALL_READ_SYMLINK,
	CALL_READ_XATTRS,
	CALL_READ,
	CALL_FIND_MOUNT_POINT,
	CALL_SCAN_BRIEFLY,
	CALL_FIND_DEVICE,

	CALL_CHECK,
	CALL_OPEN_VOLUME,
	CALL_WRITE,
	CALL_CLOSE_VOLUME,
	CALL_BEGIN_READBACK,
	CALL_READ_BACK,
	CALL_NEEDS_CHANGE,
	CALL_SETTLED,
	CALL_SETTLE,
	CALL_MAY_RETRY,
	CALL_FAILURE,
	CALL_END_SET,
	CALL_NAME_RESOURCES,
	CALL_OPEN_READING,
	CALL_READ_RECORD,
	CALL_TELL,
	CALL_GO_TO,
	CALL_CLOSE_READING,
	CALL_SHORTEN,
	CALL_REMOVE,

	CALL_CHECK_FILTER,
	CALL_BEGIN_VOLUME,
	CALL_ENCODE,
	CALL_END_VOLUME,
	CALL_PIECE_DONE,
	CALL_RECOGNISES,
	CALL_OPEN_DECODING,
	CALL_DECODE,
	CALL_GO_TO_PLAIN,
	CALL_CLOSE_DECODING,

	CALL_VOLUME_ENDED,
	CALL_CHECK_HANDLER,
	CALL_NAME_HANDLER_RESOURCES,
	CALL_VOLUME_WANTED,

	CALL_COUNT
};

/* The plugin whose callbacks are called. */
struct callee {
	const char *plugin;		/* its name; all pointers borrowed */
	struct report *rep;
	atomic_bool *told;		/* CALL_COUNT of them: a violation by
					   that callback has been reported */
};

/* A call in progress. */
struct call {
	const struct callee *callee;
	enum callback callback;
	struct note_call before;
};

/* Record that this thread is about to call `callback`. */
struct call call_begin(const struct callee *callee, enum callback callback);

/*
 * The callback has returned: call_end() for one with a status, which it gives
 * back, or DE_FAILED if that status is not allowed; call_done() for the others.
 */
enum de_status call_end(const struct call *call, enum de_status status);
void call_done(const struct call *call);

/* Around a call from the callback back into the engine. */
void call_pause(void);
void call_resume(const struct call *call);

/*
 * Reject something else that the callback gave, and report it once for each
 * callback: the message is a phrase to follow "plugin NAME: CALLBACK() ".
 * Returns DE_FAILED.
 */
enum de_status call_refuse(const struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
