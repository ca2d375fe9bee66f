/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/config/config_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <libconfig.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/config/config_text.h"

/* No meaningful setting is nested this deep. */
#define DEPTH_MAX 16
#define BYTES_MAX (64 << 20)
#define POLL_MS 200		/* how often signals are checked */

/* The last record; its number is how many mistakes the child reported. */
#define RECORD_END 0

/* Sent by the child for each setting, parents first, followed by its texts. */
struct record {
	uint32_t type;			/* enum config_type, or RECORD_END */
	uint32_t depth;			/* of the root: 0 */
	uint32_t line;
	uint32_t lengths[3];		/* of file, name and text, with NULs;
					   0: absent */
	int64_t number;
};

struct config_tree {
	char *bytes;			/* owned; received from the child */
	size_t length;
	struct config_node *nodes;	/* owned; the first is the root */
};

/* --------------------------------------------------------------- the child */

struct sender {
	FILE *out;
	const struct config_text *text;
};

static uint32_t
size_of(const char *text)
{
	return text == NULL ? 0 : (uint32_t)strlen(text) + 1;
}

static void
send_text(const struct sender *s, const char *text)
{
	if (text != NULL)
		fwrite(text, 1, strlen(text) + 1, s->out);
}

static void
send_record(const struct sender *s, struct record *r, const char *file,
    const char *name, const char *text)
{
	r->lengths[0] = size_of(file);
	r->lengths[1] = size_of(name);
	r->lengths[2] = size_of(text);
	fwrite(r, sizeof(*r), 1, s->out);
	send_text(s, file);
	send_text(s, name);
	send_text(s, text);
}

static enum config_type
type_of(const config_setting_t *at)
{
	switch (config_setting_type(at)) {
	case CONFIG_TYPE_INT:
	case CONFIG_TYPE_INT64:
		return CONFIG_INTEGER;
	case CONFIG_TYPE_BOOL:
		return CONFIG_BOOLEAN;
	case CONFIG_TYPE_STRING:
		return CONFIG_TEXT;
	case CONFIG_TYPE_ARRAY:
	case CONFIG_TYPE_LIST:
		return CONFIG_LIST;
	case CONFIG_TYPE_GROUP:
		return CONFIG_GROUP;
	default:
		return CONFIG_FRACTION;
	}
}

/* libconfig drops a name or text that it has no memory for. */
static bool
is_whole(const config_setting_t *at, enum config_type type, uint32_t depth)
{
	const config_setting_t *parent = config_setting_parent(at);

	return (depth == 0 || config_setting_name(at) != NULL ||
	    !config_setting_is_group(parent)) &&
	    (type != CONFIG_TEXT || config_setting_get_string(at) != NULL);
}

static void
send_setting(const struct sender *s, const config_setting_t *at,
    uint32_t depth)
{
	struct record r = { .type = type_of(at), .depth = depth };
	const char *file = config_text_origin(s->text,
	    config_setting_source_line(at), &r.line);
	const int length = config_setting_is_aggregate(at) &&
	    depth < DEPTH_MAX ? config_setting_length(at) : 0;

	if (!is_whole(at, type_of(at), depth))
		_exit(EXIT_FAILURE);
	if (r.type == CONFIG_INTEGER)
		r.number = config_setting_get_int64(at);
	else if (r.type == CONFIG_BOOLEAN)
		r.number = config_setting_get_bool(at) != 0;
	send_record(s, &r, file, config_setting_name(at),
	    r.type == CONFIG_TEXT ? config_setting_get_string(at) : NULL);
	for (int i = 0; i < length; i++)
		send_setting(s, config_setting_get_elem(at, (unsigned int)i),
		    depth + 1);
}

static void
parse(const struct sender *s, struct report *rep, unsigned int *errors)
{
	config_t parser;

	errno = 0;
	config_init(&parser);
	if (config_read_string(&parser, config_text_get(s->text)) ==
	    CONFIG_TRUE) {
		send_setting(s, config_root_setting(&parser), 0);
	} else {
		unsigned int line;
		const char *file = config_text_origin(s->text,
		    (unsigned int)config_error_line(&parser), &line);
		report_line(rep, "%s:%u: %s", file, line,
		    config_error_text(&parser));
		(*errors)++;
	}
	/* We cannot tell which allocation failed, so the tree is unreliable. */
	if (errno == ENOMEM)
		_exit(EXIT_FAILURE);
	config_destroy(&parser);
}

_Noreturn static void
work(int out, const char *file, const struct trust *trust, struct report *rep)
{
	struct sender s = { .out = fdopen(out, "w") };
	struct record end = { .type = RECORD_END };
	unsigned int errors = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	s.text = s.out == NULL ? NULL :
	    config_text_read(file, trust, rep, &errors);
	if (s.text == NULL)
		_exit(EXIT_FAILURE);
	if (config_text_is_whole(s.text))
		parse(&s, rep, &errors);
	end.number = errors;
	send_record(&s, &end, NULL, NULL, NULL);
	_exit(fflush(s.out) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/* -------------------------------------------------------- receiving */

/* Returns false if out of memory, or if no real configuration is as large. */
static bool
make_room(struct config_tree *tree, size_t *room)
{
	if (tree->length < *room)
		return true;
	const size_t larger = *room * 2 + 65536;
	char *bytes = larger > BYTES_MAX ? NULL : realloc(tree->bytes, larger);
	if (bytes == NULL)
		return false;
	tree->bytes = bytes;
	*room = larger;
	return true;
}

static bool
is_cancelled(const struct signals *signals)
{
	return signals != NULL &&
	    (signals->cancel != 0 || signals->interrupt != 0);
}

/* Read until the end of the pipe.  Returns false on error or cancellation. */
static bool
receive(struct config_tree *tree, int fd, const struct signals *signals)
{
	struct pollfd readable = { .fd = fd, .events = POLLIN };
	size_t room = 0;

	for (;;) {
		if (!make_room(tree, &room))
			return false;
		const int ready = poll(&readable, 1, POLL_MS);
		if (is_cancelled(signals))
			return false;
		if (ready <= 0)
			continue;
		const ssize_t n = read(fd, tree->bytes + tree->length,
		    room - tree->length);
		if (n == 0)
			return true;
		if (n > 0)
			tree->length += (size_t)n;
		else if (errno != EINTR)
			return false;
	}
}

/* Take the record at *at and its texts; false if it is incomplete. */
static bool
next_record(const struct config_tree *tree, size_t *at, struct record *r,
    const char *texts[static 3])
{
	if (tree->length - *at < sizeof(*r))
		return false;
	memcpy(r, tree->bytes + *at, sizeof(*r));
	*at += sizeof(*r);
	for (int i = 0; i < 3; i++) {
		const size_t length = r->lengths[i];
		texts[i] = length == 0 ? NULL : tree->bytes + *at;
		if (length > tree->length - *at ||
		    (length > 0 && texts[i][length - 1] != '\0'))
			return false;
		*at += length;
	}
	return r->type <= CONFIG_TEXT && r->depth <= DEPTH_MAX;
}

/* Count the records up to the last, which has the number of mistakes. */
static bool
count_records(const struct config_tree *tree, size_t *count, int64_t *errors)
{
	const char *texts[3];
	struct record r;
	size_t at = 0;

	for (*count = 0; next_record(tree, &at, &r, texts); (*count)++)
		if (r.type == RECORD_END) {
			*errors = r.number;
			return true;
		}
	return false;
}

/* The first node is the root; all others are below it. */
static bool
build(struct config_tree *tree, size_t count)
{
	struct config_node *last[DEPTH_MAX + 1] = { NULL };
	const char *texts[3];
	struct record r;
	size_t at = 0;

	tree->nodes = calloc(count, sizeof(*tree->nodes));
	if (tree->nodes == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct config_node *node = &tree->nodes[i];
		if (!next_record(tree, &at, &r, texts) ||
		    (i == 0) != (r.depth == 0) ||
		    (r.depth > 0 && last[r.depth - 1] == NULL))
			return false;
		if (r.depth > 0 && texts[1] == NULL &&
		    last[r.depth - 1]->type == CONFIG_GROUP)
			return false;
		*node = (struct config_node){
			.type = (enum config_type)r.type,
			.line = r.line,
			.file = texts[0],
			.name = texts[1],
			.text = r.type == CONFIG_TEXT && texts[2] == NULL ?
			    "" : texts[2],
			.number = r.number,
		};
		if (r.depth > 0 && last[r.depth] != NULL)
			last[r.depth]->next = node;
		else if (r.depth > 0)
			last[r.depth - 1]->first = node;
		last[r.depth] = node;
		if (r.depth < DEPTH_MAX)
			last[r.depth + 1] = NULL;
	}
	return true;
}

/* -------------------------------------------------------------- the parent */

static void
tell_ending(const char *file, int status, struct report *rep)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGKILL)
		report_line(rep, "%s: cannot read the configuration: the "
		    "process reading it was killed by signal %d (%s); is "
		    "there enough memory?", file, WTERMSIG(status),
		    strsignal(WTERMSIG(status)));
	else
		report_line(rep, "%s: cannot read the configuration: out of "
		    "memory", file);
}

/* Build the tree from what the child sends; false if that fails. */
static bool
take(struct config_tree *tree, int fd, pid_t pid, const char *file,
    struct report *rep, const struct signals *signals, unsigned int *errors)
{
	int64_t found = 0;
	size_t count = 0;
	int status = 0;

	const bool received = receive(tree, fd, signals);
	if (!received)
		kill(pid, SIGKILL);
	while (waitpid(pid, &status, 0) == -1 && errno == EINTR)
		;
	if (is_cancelled(signals))
		return false;
	if (received && count_records(tree, &count, &found)) {
		*errors += (unsigned int)found;
		if (count == 0)
			return false;
		if (build(tree, count))
			return true;
	}
	tell_ending(file, status, rep);
	(*errors)++;
	return false;
}

struct config_tree *
config_tree_read(const char *file, const struct trust *trust,
    struct report *rep, const struct signals *signals, unsigned int *errors)
{
	struct config_tree *tree = calloc(1, sizeof(*tree));
	const char *name = config_text_name(file);
	int fds[2] = { -1, -1 };
	pid_t pid = -1;

	if (tree == NULL || pipe2(fds, O_CLOEXEC) == -1 ||
	    (pid = fork()) == -1) {
		report_line(rep, "%s: cannot start reading the configuration: "
		    "%s", name, strerror(errno));
		(*errors)++;
		goto fail;
	}
	if (pid == 0) {
		config_tree_free(tree);
		work(fds[1], file, trust, rep);
	}
	close(fds[1]);
	fds[1] = -1;
	if (!take(tree, fds[0], pid, name, rep, signals, errors))
		goto fail;
	close(fds[0]);
	return tree;

fail:
	for (int i = 0; i < 2; i++)
		if (fds[i] != -1)
			close(fds[i]);
	config_tree_free(tree);
	return NULL;
}

void
config_tree_free(struct config_tree *tree)
{
	if (tree == NULL)
		return;
	free(tree->bytes);
	free(tree->nodes);
	free(tree);
}

const struct config_node *
config_tree_root(const struct config_tree *tree)
{
	return tree->nodes;
}

const struct config_node *
config_node_member(const struct config_node *group, const char *name)
{
	const struct config_node *node = group == NULL ||
	    group->type != CONFIG_GROUP ? NULL : group->first;

	while (node != NULL && (node->name == NULL ||
	    strcmp(node->name, name) != 0))
		node = node->next;
	return node;
}

unsigned int
config_node_length(const struct config_node *node)
{
	unsigned int n = 0;

	for (node = node->first; node != NULL; node = node->next)
		n++;
	return n;
}

const struct config_node *
config_node_element(const struct config_node *node, size_t index)
{
	for (node = node->first; node != NULL && index > 0; index--)
		node = node->next;
	return node;
}
