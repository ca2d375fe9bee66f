/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/eot.h"

#include <string.h>

#include "core/host/call.h"

enum de_status
eot_check(const struct instance *in)
{
	if (in->plugin->eot.check == NULL)
		return DE_OK;
	const struct call call = call_begin(&in->callee, CALL_CHECK_HANDLER);
	return call_end(&call, in->plugin->eot.check(in->self));
}

enum de_status
eot_name_resources(const struct instance *in, const struct de_volume *volume,
    de_resource_fn *take, void *arg)
{
	if (in->plugin->eot.name_resources == NULL)
		return DE_OK;
	const struct call call = call_begin(&in->callee,
	    CALL_NAME_HANDLER_RESOURCES);
	return call_end(&call, in->plugin->eot.name_resources(in->self,
	    volume, take, arg));
}

enum de_status
eot_volume_ended(struct instance *in, const struct de_volume_end *end,
    struct de_eot_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	reply->struct_size = sizeof(*reply);
	in->volume = end->next_volume;
	const struct call call = call_begin(&in->callee, CALL_VOLUME_ENDED);
	const enum de_status status = call_end(&call,
	    in->plugin->eot.volume_ended(in->self, end, reply));
	if (status != DE_OK || end->reason == DE_END_LAST)
		return status;
	if ((unsigned int)reply->answer > DE_EOT_ABORT)
		return call_refuse(&call, "gave the unknown answer %d",
		    (int)reply->answer);
	if (memchr(reply->medium, '\0', sizeof(reply->medium)) == NULL)
		return call_refuse(&call, "gave an unterminated medium name");
	return DE_OK;
}

enum de_status
eot_volume_wanted(const struct instance *in,
    const struct de_volume_wanted *wanted, enum de_eot_answer *answer)
{
	*answer = DE_EOT_ASK;
	if (in->plugin->eot.volume_wanted == NULL)
		return DE_OK;
	const struct call call = call_begin(&in->callee, CALL_VOLUME_WANTED);
	const enum de_status status = call_end(&call,
	    in->plugin->eot.volume_wanted(in->self, wanted, answer));
	if (status == DE_OK && (unsigned int)*answer > DE_EOT_ABORT)
		return call_refuse(&call, "gave the unknown answer %d",
		    (int)*answer);
	return status;
}
