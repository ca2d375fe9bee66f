/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/output.h"

#include <string.h>

#include "core/host/call.h"

static const struct de_output *
ops_of(const struct instance *in)
{
	return &in->plugin->output;
}

enum de_status
output_check(const struct instance *in, const struct de_volume *volume)
{
	if (ops_of(in)->check == NULL)
		return DE_OK;
	const struct call call = call_begin(&in->callee, CALL_CHECK);
	return call_end(&call, ops_of(in)->check(in->self, volume));
}

enum de_status
output_open_volume(const struct instance *in, const struct de_volume *volume,
    struct de_medium *medium)
{
	memset(medium, 0, sizeof(*medium));
	medium->struct_size = sizeof(*medium);
	const struct call call = call_begin(&in->callee, CALL_OPEN_VOLUME);
	return call_end(&call, ops_of(in)->open_volume(in->self, volume,
	    medium));
}

enum de_status
output_write(const struct instance *in, const void *record, size_t length)
{
	const struct call call = call_begin(&in->callee, CALL_WRITE);
	return call_end(&call, ops_of(in)->write(in->self, record, length));
}

enum de_status
output_close_volume(const struct instance *in, enum de_close how)
{
	const struct call call = call_begin(&in->callee, CALL_CLOSE_VOLUME);
	const enum de_status status = ops_of(in)->close_volume(in->self, how);

	if (how == DE_CLOSE_COMPLETE)
		return call_end(&call, status);
	call_done(&call);
	return DE_OK;
}

enum de_status
output_end_set(const struct instance *in, enum de_close how)
{
	if (ops_of(in)->end_set == NULL)
		return DE_OK;
	const struct call call = call_begin(&in->callee, CALL_END_SET);
	const enum de_status status = ops_of(in)->end_set(in->self, how);

	if (how == DE_CLOSE_COMPLETE)
		return call_end(&call, status);
	call_done(&call);
	return DE_OK;
}

enum de_status
output_begin_readback(const struct instance *in)
{
	const struct call call = call_begin(&in->callee, CALL_BEGIN_READBACK);
	return call_end(&call, ops_of(in)->begin_readback(in->self));
}

/* A status that comes with a length. */
static enum de_status
check_length(const struct call *call, enum de_status status, size_t length,
    size_t room)
{
	if (status == DE_OK && (length == 0 || length > room))
		return call_refuse(call, "gave %zu bytes; expected 1 to %zu",
		    length, room);
	return status;
}

enum de_status
output_read_back(const struct instance *in, void *buffer, size_t room,
    size_t *length)
{
	if (ops_of(in)->read_record != NULL)
		return output_read_record(in, buffer, room, length);
	*length = 0;
	const struct call call = call_begin(&in->callee, CALL_READ_BACK);
	const enum de_status status = call_end(&call,
	    ops_of(in)->read_back(in->self, buffer, room, length));
	return check_length(&call, status, *length, room);
}

enum de_failure
output_failure(const struct instance *in)
{
	if (ops_of(in)->failure == NULL)
		return DE_FAILURE_OTHER;
	const struct call call = call_begin(&in->callee, CALL_FAILURE);
	const enum de_failure failure = ops_of(in)->failure(in->self);
	call_done(&call);
	return failure;
}

bool
output_needs_change(const struct instance *in, const struct de_volume *volume)
{
	if (ops_of(in)->needs_change == NULL)
		return false;
	const struct call call = call_begin(&in->callee, CALL_NEEDS_CHANGE);
	const bool needs = ops_of(in)->needs_change(in->self, volume);
	call_done(&call);
	return needs;
}

bool
output_may_retry(const struct instance *in)
{
	if (ops_of(in)->may_retry == NULL)
		return false;
	const struct call call = call_begin(&in->callee, CALL_MAY_RETRY);
	const bool may = ops_of(in)->may_retry(in->self);
	call_done(&call);
	return may;
}

uint64_t
output_settled(const struct instance *in)
{
	const struct call call = call_begin(&in->callee, CALL_SETTLED);
	const uint64_t settled = ops_of(in)->settled(in->self);
	call_done(&call);
	return settled;
}

enum de_status
output_settle(const struct instance *in)
{
	const struct call call = call_begin(&in->callee, CALL_SETTLE);
	return call_end(&call, ops_of(in)->settle(in->self));
}

enum de_status
output_name_resources(const struct instance *in,
    const struct de_volume *volume, de_resource_fn *take, void *arg)
{
	if (ops_of(in)->name_resources == NULL)
		return DE_OK;
	const struct call call = call_begin(&in->callee, CALL_NAME_RESOURCES);
	return call_end(&call, ops_of(in)->name_resources(in->self, volume,
	    take, arg));
}

enum de_status
output_shorten(const struct instance *in, uint64_t length)
{
	if (ops_of(in)->shorten == NULL)
		return DE_FAILED;
	const struct call call = call_begin(&in->callee, CALL_SHORTEN);
	return call_end(&call, ops_of(in)->shorten(in->self, length));
}

bool
output_removes(const struct instance *in)
{
	return ops_of(in)->remove != NULL;
}

enum de_status
output_remove(const struct instance *in)
{
	const struct call call = call_begin(&in->callee, CALL_REMOVE);
	return call_end(&call, ops_of(in)->remove(in->self));
}

bool
output_reads(const struct instance *in)
{
	return ops_of(in)->open_reading != NULL;
}

enum de_status
output_open_reading(const struct instance *in, const struct de_volume *volume,
    struct de_reading *reading)
{
	memset(reading, 0, sizeof(*reading));
	reading->struct_size = sizeof(*reading);
	const struct call call = call_begin(&in->callee, CALL_OPEN_READING);
	return call_end(&call, ops_of(in)->open_reading(in->self, volume,
	    reading));
}

enum de_status
output_read_record(const struct instance *in, void *buffer, size_t room,
    size_t *length)
{
	*length = 0;
	const struct call call = call_begin(&in->callee, CALL_READ_RECORD);
	const enum de_status status = call_end(&call,
	    ops_of(in)->read_record(in->self, buffer, room, length));
	return check_length(&call, status, *length, room);
}

enum de_status
output_tell(const struct instance *in, uint64_t *position)
{
	*position = 0;
	if (ops_of(in)->tell == NULL)
		return DE_FAILED;
	const struct call call = call_begin(&in->callee, CALL_TELL);
	return call_end(&call, ops_of(in)->tell(in->self, position));
}

enum de_status
output_go_to(const struct instance *in, uint64_t position)
{
	if (ops_of(in)->go_to == NULL)
		return DE_FAILED;
	const struct call call = call_begin(&in->callee, CALL_GO_TO);
	return call_end(&call, ops_of(in)->go_to(in->self, position));
}

void
output_close_reading(const struct instance *in)
{
	const struct call call = call_begin(&in->callee, CALL_CLOSE_READING);
	ops_of(in)->close_reading(in->self);
	call_done(&call);
}
