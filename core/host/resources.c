/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/resources.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/child.h"
#include "core/base/clock.h"
#include "core/host/eot.h"
#include "core/host/note.h"
#include "core/host/output.h"

#define LIMIT_SECONDS 60
#define POLL_MS 200
#define RESOURCES_MAX 4096	/* a plugin that names more would not end */
/* The longest name; no path is longer. */
#define TEXT_BYTES 4608

/* From the process that asks the plugin: one for each resource. */
struct packet {
	bool is_last;			/* names nothing, */
	enum de_status status;		/* but has the result */
	bool no_memory;			/* perhaps why it failed */
	bool has_node;
	uint32_t properties;
	int64_t keeps;
	char name[TEXT_BYTES];
	char text[TEXT_BYTES];
	char node[TEXT_BYTES];
};

/* ------------------------------------------------- the asking process */

static bool
put_text(char to[static TEXT_BYTES], const char *text)
{
	const int n = snprintf(to, TEXT_BYTES, "%s", text);
	return n >= 0 && n < TEXT_BYTES;
}

static enum de_status
send_packet(int fd, const struct packet *packet)
{
	ssize_t n;

	do
		n = send(fd, packet, sizeof(*packet), MSG_NOSIGNAL);
	while (n == -1 && errno == EINTR);
	return n == (ssize_t)sizeof(*packet) ? DE_OK : DE_FAILED;
}

/* A plugin may have been built against an older, shorter structure. */
#define HAS(resource, member) ((resource)->struct_size >= \
	offsetof(struct de_resource, member) + sizeof((resource)->member))

static enum de_status
take_resource(void *arg, const struct de_resource *r)
{
	const int *fd = arg;
	struct packet packet = { .is_last = false };

	if (!HAS(r, name) || r->name == NULL || !put_text(packet.name, r->name))
		return DE_FAILED;
	packet.properties = r->properties;
	packet.keeps = HAS(r, keeps) ? r->keeps : 0;
	if (!put_text(packet.text, HAS(r, text) && r->text != NULL ? r->text :
	    r->name))
		return DE_FAILED;
	packet.has_node = HAS(r, node) && r->node != NULL;
	if (packet.has_node && !put_text(packet.node, r->node))
		return DE_FAILED;
	return send_packet(*fd, &packet);
}

/* Passed to the process that asks. */
struct question {
	const struct plugin_config *config;
	const struct de_volume *volume;
	struct report *rep;
};

static void
ask_plugin(void *arg, int fd)
{
	const struct question *q = arg;
	const atomic_int not_cancelled = 0;
	struct packet last = { .is_last = true, .status = DE_FAILED };
	struct instance *in;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	in = instance_new(q->config->plugin, q->config->options, q->rep,
	    &not_cancelled);
	errno = 0;
	if (in != NULL)
		last.status = in->plugin->descriptor.kind == DE_OUTPUT ?
		    output_name_resources(in, q->volume, take_resource, &fd) :
		    eot_name_resources(in, q->volume, take_resource, &fd);
	last.no_memory = errno == ENOMEM;
	instance_free(in);
	send_packet(fd, &last);
}

/* ------------------------------------------------------- the supervisor */

static bool
add(struct resources *resources, const struct packet *packet)
{
	struct resource *items = reallocarray(resources->items,
	    resources->count + 1, sizeof(*items));

	if (items == NULL)
		return false;
	resources->items = items;
	items += resources->count++;
	*items = (struct resource){
		.properties = packet->properties,
		.keeps = packet->keeps,
		.name = strdup(packet->name),
		.text = strdup(packet->text),
		.node = packet->has_node ? strdup(packet->node) : NULL,
	};
	return items->name != NULL && items->text != NULL &&
	    (items->node != NULL || !packet->has_node);
}

/* end_process() replaces this with the details. */
static const char ended[] = "its process has ended";

/* Returns NULL, or why there is no packet, for example an aborted run. */
static const char *
receive(int fd, struct packet *packet, uint64_t end,
    const struct signals *signals)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
	int n;

	while ((n = poll(&poll_fd, 1, POLL_MS)) <= 0) {
		if (signals->cancel != 0 || signals->interrupt != 0)
			return "the run is being aborted";
		if (n == 0 && clock_ns() >= end)
			return "it took too long";
	}
	if (recv(fd, packet, sizeof(*packet), 0) != (ssize_t)sizeof(*packet))
		return ended;
	packet->name[TEXT_BYTES - 1] = '\0';
	packet->text[TEXT_BYTES - 1] = '\0';
	packet->node[TEXT_BYTES - 1] = '\0';
	return NULL;
}

/* Returns NULL, or why the list is incomplete. */
static const char *
hear_all(struct resources *resources, int fd, const struct signals *signals)
{
	const uint64_t end = clock_ns() + LIMIT_SECONDS * NS_PER_SECOND;
	struct packet packet;
	const char *why;

	for (int i = 0; i <= RESOURCES_MAX; i++) {
		why = receive(fd, &packet, end, signals);
		if (why != NULL)
			return why;
		if (packet.is_last)
			return packet.status == DE_OK ? NULL :
			    packet.no_memory ? "out of memory" : "it failed";
		if (!add(resources, &packet))
			return "out of memory";
	}
	return "it named too many resources";
}

static bool
is_able_to(const struct plugin *plugin)
{
	return plugin != NULL && (plugin->descriptor.kind == DE_OUTPUT ?
	    plugin->output.name_resources != NULL :
	    plugin->eot.name_resources != NULL);
}

/* End it if needed.  If it ended by itself, the reason is how. */
static const char *
end_process(pid_t pid, const char *why, char *text, size_t size)
{
	int wait_status;

	if (why != ended)
		kill(pid, SIGKILL);
	while (waitpid(pid, &wait_status, 0) == -1)
		if (errno != EINTR)
			return why;
	const int n = snprintf(text, size, "its process ");
	note_explain(pid, wait_status, text + n, size - (size_t)n);
	return why == ended ? text : why;
}

bool
resources_ask(struct resources *resources, const struct plugin_config *config,
    const struct de_volume *volume, struct report *rep,
    const struct signals *signals)
{
	char text[NOTE_TEXT_BYTES + 100];
	struct question question = { config, volume, rep };
	pid_t pid;

	if (!is_able_to(config->plugin))
		return true;
	const int fd = child_start(ask_plugin, &question, &pid);
	const char *why = fd == -1 ? strerror(errno) :
	    hear_all(resources, fd, signals);
	if (fd != -1) {
		close(fd);
		why = end_process(pid, why, text, sizeof(text));
	}
	if (why != NULL && signals->cancel == 0 && signals->interrupt == 0)
		report(rep, DE_ERROR, "%s: cannot find out what it uses, so "
		    "other jobs could use it too: %s",
		    config->plugin->descriptor.name, why);
	return why == NULL;
}

void
resources_free(struct resources *resources)
{
	for (size_t i = 0; i < resources->count; i++) {
		free(resources->items[i].name);
		free(resources->items[i].text);
		free(resources->items[i].node);
	}
	free(resources->items);
	*resources = (struct resources){ 0 };
}
