/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * call.h - calling a callback, and looking at what comes back
 *
 * Every call of a plugin goes through here, by way of instance.c, source.c,
 * output.c and eot.c: it is noted for whoever may find the process dead in it,
 * and a status that dumpengine/plugin.h does not allow there counts as
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

	CALL_VOLUME_ENDED,
	CALL_CHECK_HANDLER,
	CALL_NAME_HANDLER_RESOURCES,

	CALL_COUNT
};

/* Whose callbacks are called. */
struct callee {
	const char *plugin;		/* its name; borrowed, as all here */
	struct report *rep;
	atomic_uint *told;		/* bits of callbacks: what they did that they
					   may not has been reported */
};

/* A call under way. */
struct call {
	const struct callee *callee;
	enum callback callback;
	struct note_call before;
};

/* This callback is called from now on, by this thread. */
struct call call_begin(const struct callee *callee, enum callback callback);

/*
 * It has returned; `status` is what, or DE_FAILED if it may not be that.  The
 * second one is for callbacks that return none.
 */
enum de_status call_end(const struct call *call, enum de_status status);
void call_done(const struct call *call);

/* The callback has called the engine back, and the engine returns to it. */
void call_pause(void);
void call_resume(const struct call *call);

/*
 * Say what is wrong with something else that it has given, once for each
 * callback: a phrase that goes after "plugin NAME: CALLBACK() ".  Returns
 * DE_FAILED, which is what the call counts as.
 */
enum de_status call_refuse(const struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
