/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/filter.h"

#include <string.h>
#include <unistd.h>

#include "core/host/call.h"

#define THREADS_MAX 256u

static const struct de_filter *
ops_of(const struct instance *in)
{
	return &in->plugin->filter;
}

enum de_status
filter_check(const struct instance *in)
{
	if (ops_of(in)->check == NULL)
		return DE_OK;
	const struct call call = call_begin(&in->callee, CALL_CHECK_FILTER);
	return call_end(&call, ops_of(in)->check(in->self));
}

/* ---------------------------------------------------------------- writing */

/* What takes the bytes that the plugin puts, and how that went. */
struct taker {
	de_put_fn *put;
	void *arg;
	uint64_t room;		/* for further bytes */
	bool is_over;		/* more were put */
	bool failed;
};

static enum de_status
take(void *arg, const void *bytes, size_t length)
{
	struct taker *t = arg;

	t->is_over = t->is_over || length > t->room;
	if (t->is_over || t->failed)
		return DE_FAILED;
	t->room -= length;
	t->failed = length > 0 && t->put(t->arg, bytes, length) != DE_OK;
	return t->failed ? DE_FAILED : DE_OK;
}

/* The plugin may have ignored what take() said. */
static enum de_status
check_taken(const struct call *call, const struct taker *t,
    enum de_status status)
{
	if (t->is_over)
		return call_refuse(call, "put more bytes than it may");
	return t->failed ? DE_FAILED : status;
}

static unsigned int
processors(void)
{
	const long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : (unsigned int)count;
}

static enum de_status
check_plan(const struct call *call, struct de_filter_plan *plan)
{
	if (plan->piece < FILTER_PIECE_MIN || plan->piece > FILTER_PIECE_MAX ||
	    plan->room < plan->piece || plan->room > 2 * FILTER_PIECE_MAX)
		return call_refuse(call, "plans pieces of %u bytes, %u when "
		    "encoded; expected %u to %u, and not less when encoded",
		    plan->piece, plan->room, FILTER_PIECE_MIN,
		    FILTER_PIECE_MAX);
	if (plan->threads == 0)
		plan->threads = processors();
	if (plan->threads > THREADS_MAX)
		plan->threads = THREADS_MAX;
	return DE_OK;
}

enum de_status
filter_begin_volume(const struct instance *in, const struct de_volume *volume,
    const char *mark, struct de_filter_plan *plan, de_put_fn *put, void *arg)
{
	const struct de_filter_volume about = { sizeof(about), volume, mark };
	struct taker t = { put, arg, FILTER_HEAD_MAX, false, false };

	*plan = (struct de_filter_plan){ .struct_size = sizeof(*plan) };
	const struct call call = call_begin(&in->callee, CALL_BEGIN_VOLUME);
	const enum de_status status = check_taken(&call, &t, call_end(&call,
	    ops_of(in)->begin_volume(in->self, &about, plan, take, &t)));
	return status == DE_OK ? check_plan(&call, plan) : status;
}

enum de_status
filter_encode(const struct instance *in, const struct de_filter_piece *piece,
    void *out, size_t room, size_t *length)
{
	*length = 0;
	const struct call call = call_begin(&in->callee, CALL_ENCODE);
	const enum de_status status = call_end(&call,
	    ops_of(in)->encode(in->self, piece, out, length));
	if (status == DE_OK && *length > room)
		return call_refuse(&call, "gave %zu bytes; planned were %zu",
		    *length, room);
	return status;
}

enum de_status
filter_piece_done(const struct instance *in, uint64_t number, size_t plain,
    size_t encoded)
{
	if (ops_of(in)->piece_done == NULL)
		return DE_OK;
	const struct call call = call_begin(&in->callee, CALL_PIECE_DONE);
	return call_end(&call, ops_of(in)->piece_done(in->self, number, plain,
	    encoded));
}

enum de_status
filter_end_volume(const struct instance *in, uint64_t room, de_put_fn *put,
    void *arg)
{
	struct taker t = { put, arg, room, false, false };
	const struct call call = call_begin(&in->callee, CALL_END_VOLUME);

	return check_taken(&call, &t, call_end(&call, ops_of(in)->end_volume(
	    in->self, DE_CLOSE_COMPLETE, room, take, &t)));
}

void
filter_forget_volume(const struct instance *in)
{
	struct taker t = { .room = 0 };
	const struct call call = call_begin(&in->callee, CALL_END_VOLUME);

	ops_of(in)->end_volume(in->self, DE_CLOSE_DISCARD, 0, take, &t);
	call_done(&call);
}

/* ---------------------------------------------------------------- reading */

bool
filter_recognises(const struct instance *in, const void *bytes, size_t length)
{
	const struct call call = call_begin(&in->callee, CALL_RECOGNISES);
	const bool is_its = ops_of(in)->recognises(in->self, bytes, length);

	call_done(&call);
	return is_its;
}

enum de_status
filter_open_reading(const struct instance *in,
    const struct de_filter_input *input, struct de_filter_reading *reading)
{
	memset(reading, 0, sizeof(*reading));
	reading->struct_size = sizeof(*reading);
	const struct call call = call_begin(&in->callee, CALL_OPEN_DECODING);
	const enum de_status status = call_end(&call,
	    ops_of(in)->open_reading(in->self, input, reading));
	if (ops_of(in)->go_to == NULL)
		reading->properties &= ~DE_FILTER_SEEKS;
	return status;
}

enum de_status
filter_read(const struct instance *in, void *buffer, size_t room,
    size_t *length)
{
	*length = 0;
	const struct call call = call_begin(&in->callee, CALL_DECODE);
	const enum de_status status = call_end(&call,
	    ops_of(in)->read(in->self, buffer, room, length));
	if (status == DE_OK && (*length == 0 || *length > room))
		return call_refuse(&call, "gave %zu bytes; expected 1 to %zu",
		    *length, room);
	return status;
}

enum de_status
filter_go_to(const struct instance *in, uint64_t offset)
{
	if (ops_of(in)->go_to == NULL)
		return DE_FAILED;
	const struct call call = call_begin(&in->callee, CALL_GO_TO_PLAIN);
	return call_end(&call, ops_of(in)->go_to(in->self, offset));
}

void
filter_close_reading(const struct instance *in)
{
	const struct call call = call_begin(&in->callee, CALL_CLOSE_DECODING);

	ops_of(in)->close_reading(in->self);
	call_done(&call);
}
