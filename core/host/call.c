/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/call.h"

#include <stdio.h>

#define BIT(status) (1u << (status))
#define OK_OR_FAILED (BIT(DE_OK) | BIT(DE_FAILED))
#define AND_NO_MORE (OK_OR_FAILED | BIT(DE_NO_MORE))
#define AND_LOST (AND_NO_MORE | BIT(DE_LOST))
#define AND_END_OF_VOLUME (OK_OR_FAILED | BIT(DE_END_OF_VOLUME))

/* As in dumpengine/plugin.h.  A walk may also return its taker's status. */
static const struct {
	const char *name;
	unsigned int may_return;
} callbacks[CALL_COUNT] = {
	[CALL_CREATE] = { "create", OK_OR_FAILED },
	[CALL_DESTROY] = { "destroy", 0 },
	[CALL_OPEN] = { "open", OK_OR_FAILED },
	[CALL_CLOSE] = { "close", 0 },
	[CALL_SCAN_BEGIN] = { "scan_begin", OK_OR_FAILED },
	[CALL_SCAN_NEXT] = { "scan_next", AND_NO_MORE },
	[CALL_SCAN_END] = { "scan_end", 0 },
	[CALL_READ_DIRECTORY] = { "read_directory", OK_OR_FAILED },
	[CALL_MAP_FILE] = { "map_file", OK_OR_FAILED },
	[CALL_READ_SYMLINK] = { "read_symlink", AND_NO_MORE },
	[CALL_READ_XATTRS] = { "read_xattrs", OK_OR_FAILED },
	[CALL_READ] = { "read", OK_OR_FAILED },
	[CALL_FIND_MOUNT_POINT] = { "find_mount_point", OK_OR_FAILED },
	[CALL_SCAN_BRIEFLY] = { "scan_briefly", AND_NO_MORE },
	[CALL_FIND_DEVICE] = { "find_device", OK_OR_FAILED },
	[CALL_CHECK] = { "check", OK_OR_FAILED },
	[CALL_OPEN_VOLUME] = { "open_volume", OK_OR_FAILED },
	[CALL_WRITE] = { "write", AND_END_OF_VOLUME },
	[CALL_CLOSE_VOLUME] = { "close_volume", OK_OR_FAILED },
	[CALL_BEGIN_READBACK] = { "begin_readback", OK_OR_FAILED },
	[CALL_READ_BACK] = { "read_back", AND_NO_MORE },
	[CALL_NEEDS_CHANGE] = { "needs_change", 0 },
	[CALL_SETTLED] = { "settled", 0 },
	[CALL_SETTLE] = { "settle", AND_END_OF_VOLUME },
	[CALL_MAY_RETRY] = { "may_retry", 0 },
	[CALL_FAILURE] = { "failure", 0 },
	[CALL_END_SET] = { "end_set", OK_OR_FAILED },
	[CALL_NAME_RESOURCES] = { "name_resources", OK_OR_FAILED },
	[CALL_OPEN_READING] = { "open_reading", OK_OR_FAILED },
	[CALL_READ_RECORD] = { "read_record", AND_LOST },
	[CALL_TELL] = { "tell", OK_OR_FAILED },
	[CALL_GO_TO] = { "go_to", OK_OR_FAILED },
	[CALL_CLOSE_READING] = { "close_reading", 0 },
	[CALL_SHORTEN] = { "shorten", OK_OR_FAILED },
	[CALL_REMOVE] = { "remove", OK_OR_FAILED },
	[CALL_CHECK_FILTER] = { "check", OK_OR_FAILED },
	[CALL_BEGIN_VOLUME] = { "begin_volume", OK_OR_FAILED },
	[CALL_ENCODE] = { "encode", OK_OR_FAILED },
	[CALL_END_VOLUME] = { "end_volume", OK_OR_FAILED },
	[CALL_PIECE_DONE] = { "piece_done", OK_OR_FAILED },
	[CALL_RECOGNISES] = { "recognises", 0 },
	[CALL_OPEN_DECODING] = { "open_reading", OK_OR_FAILED },
	[CALL_DECODE] = { "read", AND_LOST },
	[CALL_GO_TO_PLAIN] = { "go_to", OK_OR_FAILED },
	[CALL_CLOSE_DECODING] = { "close_reading", 0 },
	[CALL_VOLUME_ENDED] = { "volume_ended", OK_OR_FAILED },
	[CALL_CHECK_HANDLER] = { "check", OK_OR_FAILED },
	[CALL_NAME_HANDLER_RESOURCES] = { "name_resources", OK_OR_FAILED },
	[CALL_VOLUME_WANTED] = { "volume_wanted", OK_OR_FAILED },
};

struct call
call_begin(const struct callee *callee, enum callback callback)
{
	struct call call = { .callee = callee, .callback = callback };

	call.before = note_enter((struct note_call){
	    callee->plugin, callbacks[callback].name });
	return call;
}

void
call_done(const struct call *call)
{
	note_enter(call->before);
}

static bool
is_allowed(enum callback callback, enum de_status status)
{
	return (unsigned int)status <= DE_LOST &&
	    (callbacks[callback].may_return & BIT(status)) != 0;
}

enum de_status
call_end(const struct call *call, enum de_status status)
{
	call_done(call);
	if (is_allowed(call->callback, status))
		return status;
	return call_refuse(call, "returned %d, which is not allowed here",
	    (int)status);
}

void
call_pause(void)
{
	note_enter((struct note_call){ NULL, NULL });
}

void
call_resume(const struct call *call)
{
	note_enter((struct note_call){ call->callee->plugin,
	    callbacks[call->callback].name });
}

static bool
was_told(const struct call *call)
{
	return atomic_exchange(&call->callee->told[call->callback], true);
}

enum de_status
call_refuse(const struct call *call, const char *format, ...)
{
	char text[256];
	va_list args;

	if (was_told(call))
		return DE_FAILED;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	report(call->callee->rep, DE_ERROR, "plugin %s: %s() %s",
	    call->callee->plugin, callbacks[call->callback].name, text);
	return DE_FAILED;
}
