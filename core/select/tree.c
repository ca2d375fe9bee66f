/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/select/tree.h"

#include <inttypes.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/path.h"
#include "core/select/inode_flags.h"
#include "core/select/subtree.h"

#define EXPLANATION_BYTES 512
#define NO_STATE 0u		/* no part of a pattern is pending */

/*
 * Found by experiment: restore creates paths up to this length, no longer ones.
 */
#define PATH_RESTORED_MAX 4092
#define PATH_ENOUGH (1u << 20)	/* stop counting */

/* A state shared by directories, identified by its number. */
struct shared_state {
	struct exclude_state state;
	uint32_t number;
};

/* A directory with a state other than NO_STATE, or with several names. */
struct with_state {
	uint32_t directory;
	uint32_t state;
};

struct with_names {
	uint32_t directory;
	uint32_t parent;	/* the one whose entry counts */
	uint32_t serial;	/* of the view that has passed it */
};

/* A directory whose ".." is not its parent. */
struct with_parent {
	uint32_t directory;
	uint32_t parent;
};

/* A directory in the queue of the walk. */
struct member {
	uint32_t inode;
	uint32_t parent;	/* its position in the queue */
	uint32_t path;		/* length of its path, "/a/b" */
};

/* The phases of the walk, by the fate of what they visit. */
enum phase {
	PHASE_DUMPED,		/* from the root */
	PHASE_ENCRYPTED,	/* below encrypted directories */
	PHASE_LEFT_OUT		/* below excluded ones */
};

/* Exists during the walk only. */
struct walk {
	enum phase phase;
	struct member *queue;	/* room for every directory */
	uint32_t *states;	/* of the members; NULL without patterns */
	uint32_t room;
	uint32_t count;
	uint32_t place;		/* of the current directory */
	struct inomap reached;	/* by a name that is dumped */
	struct inomap seen;	/* only by other names */
	struct inomap several;	/* directories with several names */
	struct inomap of_interest;	/* see note_interest() */
	struct tree_view view;
	uint32_t dotdot;	/* from its entry; 0: none */
	bool needed;		/* something in it is dumped */
	bool failed;		/* not by a fault of the source */
	void *scan;
	uint32_t next;		/* lowest inode still ahead of the scan */
};

struct tree {
	struct tree_job job;
	struct inomap left_out;		/* inodes left out under any name */
	struct inomap encrypted;
	void *state_tree;		/* of tsearch(3) */
	struct shared_state **states;	/* by number */
	uint32_t state_count;
	struct with_state *with_state;	/* by rising number */
	size_t with_state_count;
	struct with_names *with_names;	/* by rising number */
	size_t with_names_count;
	struct with_parent *with_parent;	/* sorted at the end */
	size_t with_parent_count;
	char *subtree;			/* its components, NUL-terminated */
	size_t depth;			/* how many */
	struct with_state *way;		/* directories down to it; by number, */
					/*
					 * `state` is the offset of a component
					 */
	size_t way_count;
	uint32_t serial;
	struct walk *walk;
};

static bool
no_memory(const struct tree *t)
{
	report(t->job.rep, DE_ERROR, "out of memory");
	return false;
}

/* ----------------------------------------------------------------- states */

static int
by_state(const void *a, const void *b)
{
	const struct shared_state *x = a, *y = b;
	return memcmp(&x->state, &y->state, sizeof(x->state));
}

/* The number of a state; false if out of memory. */
static bool
share_state(struct tree *t, const struct exclude_state *state,
    uint32_t *number)
{
	const struct shared_state key = { .state = *state };
	struct shared_state **found = tfind(&key, &t->state_tree, by_state);

	if (found != NULL) {
		*number = (*found)->number;
		return true;
	}
	struct shared_state *s = malloc(sizeof(*s));
	struct shared_state **states = reallocarray(t->states,
	    t->state_count + 1, sizeof(struct shared_state *));
	if (states != NULL)
		t->states = states;
	if (s == NULL || states == NULL)
		goto fail;
	s->state = *state;
	s->number = t->state_count;
	if (tsearch(s, &t->state_tree, by_state) == NULL)
		goto fail;
	states[t->state_count++] = s;
	*number = s->number;
	return true;

fail:
	free(s);
	return no_memory(t);
}

static void
free_states(struct tree *t)
{
	for (uint32_t i = 0; i < t->state_count; i++) {
		tdelete(t->states[i], &t->state_tree, by_state);
		free(t->states[i]);
	}
	free(t->states);
}

static int
by_directory(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;	/* both begin with the number */
	return *x < *y ? -1 : *x > *y;
}

/* Directories have states only if patterns make use of them. */
static bool
has_states(const struct tree *t)
{
	return t->job.exclude != NULL && exclude_words(t->job.exclude) > 0;
}

/* ---------------------------------------------------------------- subtree */

/* "/srv//mail/" becomes "srv", "mail". */
static bool
split_subtree(struct tree *t)
{
	const char *p = t->job.subtree;
	char *to = calloc(1, strlen(p) + 2);

	if (to == NULL)
		return no_memory(t);
	t->subtree = to;
	size_t length;
	for (p = path_part(p, &length); length > 0;
	    p = path_part(p + length, &length)) {
		memcpy(to, p, length);
		to += length;
		*to++ = '\0';
		t->depth++;
	}
	t->way = calloc(t->depth + 1, sizeof(*t->way));
	return t->way != NULL || no_memory(t);
}

static bool
find_subtree(struct tree *t)
{
	const struct subtree subtree = {
		.src = t->job.src,
		.rep = t->job.rep,
		.path = t->job.subtree,
		.at = t->job.subtree_at,
		.exclude = t->job.exclude,
		.without_nodump = t->job.without_nodump,
	};
	uint32_t *way = calloc(t->depth + 1, sizeof(*way));
	const char *name = t->subtree;

	if (way == NULL)
		return no_memory(t);
	const enum subtree_found found = subtree_find(&subtree, way);
	for (size_t i = 0; i < t->depth && found == SUBTREE_FOUND; i++) {
		t->way[t->way_count++] = (struct with_state){ way[i],
		    (uint32_t)(name - t->subtree) };
		name += strlen(name) + 1;
	}
	free(way);
	qsort(t->way, t->way_count, sizeof(*t->way), by_directory);
	if (found == SUBTREE_NOT_FOUND && t->job.read_errors != NULL)
		t->job.read_errors->verdict = VERDICT_NOT_STARTED;
	return found == SUBTREE_FOUND;
}

/* ------------------------------------------------------------------ views */

void
tree_look(struct tree *t, uint32_t directory, struct tree_view *view)
{
	memset(view, 0, sizeof(*view));
	view->directory = directory;
	view->serial = ++t->serial;
	view->encrypted = inomap_has(&t->encrypted, directory);
	const struct with_state *way = t->way_count == 0 ? NULL :
	    bsearch(&directory, t->way, t->way_count, sizeof(*way),
	    by_directory);
	view->only = way == NULL ? NULL : t->subtree + way->state;
	const struct with_state *state = t->with_state_count == 0 ? NULL :
	    bsearch(&directory, t->with_state, t->with_state_count,
	    sizeof(*state), by_directory);
	if (t->state_count > 0)
		view->state = t->states[state == NULL ? NO_STATE :
		    state->state]->state;
}

/* By its name; `below` as for exclude_matches(). */
static bool
name_is_left_out(const struct tree *t, const struct tree_view *view,
    const struct de_entry *e, struct exclude_state *below)
{
	if (view->only != NULL && (strlen(view->only) != e->name_length ||
	    memcmp(view->only, e->name, e->name_length) != 0))
		return true;
	return t->job.exclude != NULL && exclude_matches(t->job.exclude,
	    &view->state, e->name, e->name_length, below);
}

/* Of a directory with several names, the first one in one directory counts. */
static bool
is_further_name(struct tree *t, const struct tree_view *view, uint32_t inode)
{
	struct with_names *names = t->with_names_count == 0 ? NULL :
	    bsearch(&inode, t->with_names, t->with_names_count,
	    sizeof(*names), by_directory);

	if (names == NULL)
		return false;
	if (names->parent != view->directory || names->serial == view->serial)
		return true;
	names->serial = view->serial;
	return false;
}

uint32_t
tree_parent(const struct tree *t, uint32_t directory)
{
	const struct with_parent *found = t->with_parent_count == 0 ? NULL :
	    bsearch(&directory, t->with_parent, t->with_parent_count,
	    sizeof(*found), by_directory);

	return found == NULL ? 0 : found->parent;
}

bool
tree_leaves_out(struct tree *t, const struct tree_view *view,
    const struct de_entry *e)
{
	return view->encrypted || inomap_has(&t->left_out, e->inode) ||
	    name_is_left_out(t, view, e, NULL) ||
	    is_further_name(t, view, e->inode);
}

/* --------------------------------------------------------------- the walk */

/* Of the inode of this entry; capped. */
static uint32_t
path_of(const struct walk *w, const struct de_entry *e)
{
	const uint32_t path = w->queue[w->place].path + 1 + e->name_length;
	return path < PATH_ENOUGH ? path : PATH_ENOUGH;
}

static void
enqueue(struct walk *w, uint32_t inode, uint32_t state, uint32_t path)
{
	if (w->count == w->room)	/* only when a directory appears
					   twice */
		return;
	if (w->states != NULL)
		w->states[w->count] = state;
	w->queue[w->count++] = (struct member){
		.inode = inode,
		.parent = w->place,
		.path = path,
	};
}

static enum de_status
take_directory(struct tree *t, const struct de_entry *e,
    const struct exclude_state *below)
{
	struct walk *w = t->walk;
	uint32_t state = NO_STATE;

	if (inomap_has(&w->reached, e->inode)) {
		inomap_add(&w->several, e->inode);
		findings_add(t->job.findings, e->inode, "its additional name "
		    "\"%.*s\" in the directory with inode %" PRIu32 " is left "
		    "out: a directory can have only one", e->name_length < 100 ?
		    (int)e->name_length : 100, e->name, w->view.directory);
		return DE_OK;
	}
	if (w->states != NULL && !share_state(t, below, &state)) {
		w->failed = true;
		return DE_FAILED;
	}
	inomap_add(&w->reached, e->inode);
	enqueue(w, e->inode, state, path_of(w, e));
	return DE_OK;
}

static void
check_path(const struct tree *t, const struct de_entry *e)
{
	const uint32_t path = path_of(t->walk, e);

	if (path > PATH_RESTORED_MAX && inomap_has(t->job.dumped, e->inode))
		findings_note(t->job.findings, e->inode, "its path has %" PRIu32
		    " bytes; restore(8) cannot create it, because its limit is "
		    "%d", path, PATH_RESTORED_MAX);
}

/* An entry of a directory that is dumped. */
static enum de_status
take_dumped(struct tree *t, const struct de_entry *e)
{
	struct walk *w = t->walk;
	struct exclude_state below = { { 0 } };
	const bool directory = inomap_has(t->job.directories, e->inode);

	if (!source_is_name(e))
		return DE_OK;
	if (name_is_left_out(t, &w->view, e, &below)) {
		if (!directory)
			inomap_add(&w->seen, e->inode);
		else if (!inomap_has(&w->reached, e->inode))
			inomap_add(&t->left_out, e->inode);
		return DE_OK;
	}
	if (inomap_has(&t->left_out, e->inode)) {
		if (directory)
			return DE_OK;
		if (inomap_has(&t->encrypted, e->inode) &&
		    !inomap_has(&w->reached, e->inode))
			findings_add(t->job.findings, e->inode,
			    "left out: it is encrypted");
		inomap_add(&w->reached, e->inode);
		return DE_OK;
	}
	check_path(t, e);
	if (directory)
		return take_directory(t, e, &below);
	inomap_add(&w->reached, e->inode);
	w->needed = w->needed || inomap_has(t->job.dumped, e->inode);
	return DE_OK;
}

/*
 * An entry of a directory that is left out: what it refers to is missing on
 * purpose.
 */
static void
take_left_out(struct tree *t, const struct de_entry *e)
{
	const struct exclude *exclude = t->job.exclude;
	struct walk *w = t->walk;

	if (exclude != NULL && !exclude_have_all_matched(exclude))
		exclude_note_name(exclude, e->name, e->name_length);
	if (inomap_has(&w->reached, e->inode) ||
	    inomap_has(&w->seen, e->inode))
		return;
	inomap_add(&w->seen, e->inode);
	if (!inomap_has(t->job.directories, e->inode))
		return;
	enqueue(w, e->inode, NO_STATE, 0);
	if (w->phase == PHASE_ENCRYPTED &&
	    inomap_has(&t->encrypted, e->inode))
		findings_add(t->job.findings, e->inode, "left out with all its "
		    "contents: it is encrypted");
}

static bool
is_dot(const struct de_entry *e)
{
	return (e->name_length == 1 && e->name[0] == '.') ||
	    (e->name_length == 2 && memcmp(e->name, "..", 2) == 0);
}

/*
 * Does a pattern match a name on which nothing else depends?  Asked while any
 * pattern has not matched anything.
 */
static void
note_patterns(const struct tree *t, const struct de_entry *e)
{
	const struct exclude *exclude = t->job.exclude;

	if (exclude != NULL && !exclude_have_all_matched(exclude) &&
	    e->inode != 0 && source_is_name(e))
		name_is_left_out(t, &t->walk->view, e, NULL);
}

static enum de_status
take_entry(void *arg, const struct de_entry *e)
{
	struct tree *t = arg;

	if (is_dot(e) && e->name_length == 2)
		t->walk->dotdot = e->inode;
	if (t->walk->phase == PHASE_DUMPED &&
	    !inomap_has(&t->walk->of_interest, e->inode)) {
		note_patterns(t, e);
		return DE_OK;
	}
	if (e->inode == 0 || is_dot(e))
		return DE_OK;
	if (t->walk->phase == PHASE_DUMPED)
		return take_dumped(t, e);
	take_left_out(t, e);
	return DE_OK;
}

/* The inode of the next directory to read, from an ascending scan. */
static enum de_status
get_inode(struct tree *t, uint32_t number, struct de_inode *inode)
{
	const struct source *src = t->job.src;
	struct walk *w = t->walk;

	if (w->scan != NULL && number < w->next) {
		source_scan_end(src, w->scan);
		w->scan = NULL;
	}
	if (w->scan == NULL && source_scan_begin(src, &w->scan) != DE_OK) {
		w->scan = NULL;
		return DE_FAILED;
	}
	const enum de_status status = source_next(src, w->scan, number, inode);
	w->next = status == DE_OK ? inode->number + 1 : UINT32_MAX;
	return status;
}

/* They are few, if any. */
static bool
check_parent(struct tree *t, uint32_t place)
{
	const struct walk *w = t->walk;
	const struct with_parent found = { w->queue[place].inode,
	    w->queue[w->queue[place].parent].inode };

	if (w->phase != PHASE_DUMPED || w->dotdot == found.parent)
		return true;
	const size_t count = t->with_parent_count;
	if ((count & (count - 1)) == 0) {	/* a power of 2: it is full */
		struct with_parent *all = reallocarray(t->with_parent,
		    count == 0 ? 1 : 2 * count, sizeof(*all));
		if (all == NULL)
			return no_memory(t);
		t->with_parent = all;
	}
	t->with_parent[t->with_parent_count++] = found;
	return true;
}

static bool
read_member(struct tree *t, uint32_t place)
{
	const struct source *src = t->job.src;
	struct walk *w = t->walk;
	const uint32_t number = w->queue[place].inode;
	struct de_inode inode;

	w->place = place;
	w->needed = false;
	w->dotdot = 0;
	w->view.directory = number;
	if (w->phase == PHASE_DUMPED) {
		tree_look(t, number, &w->view);
		if (w->states != NULL)
			w->view.state = t->states[w->states[place]]->state;
		if (w->view.encrypted)
			return true;
	}
	if (get_inode(t, number, &inode) == DE_FAILED)
		return false;
	/*
	 * In a live filesystem it may be gone.  Read errors are reported in
	 * pass III, which reads it again.
	 */
	if (inode.number == number && S_ISDIR(inode.mode))
		source_read_directory(src, &inode, take_entry, t);
	if (!check_parent(t, place))
		return false;
	if (w->needed)
		inomap_add(t->job.dumped, number);
	findings_settle(t->job.findings);
	return !w->failed && (t->job.read_errors == NULL ||
	    read_errors_check(t->job.read_errors) == VERDICT_GO_ON);
}

static int
by_inode(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	return x->inode < y->inode ? -1 : x->inode > y->inode;
}

/* Sorts the states along with the members. */
static bool
sort_members(struct tree *t, uint32_t from)
{
	struct walk *w = t->walk;
	const uint32_t count = w->count - from;
	struct { struct member member; uint32_t state; } *both;

	if (w->states == NULL) {
		qsort(w->queue + from, count, sizeof(*w->queue), by_inode);
		return true;
	}
	both = calloc(count + 1u, sizeof(*both));
	if (both == NULL)
		return no_memory(t);
	for (uint32_t i = 0; i < count; i++) {
		both[i].member = w->queue[from + i];
		both[i].state = w->states[from + i];
	}
	qsort(both, count, sizeof(*both), by_inode);
	for (uint32_t i = 0; i < count; i++) {
		w->queue[from + i] = both[i].member;
		w->states[from + i] = both[i].state;
	}
	free(both);
	return true;
}

/* Level by level, including what is added meanwhile. */
static bool
read_queue(struct tree *t)
{
	struct walk *w = t->walk;
	uint32_t done = 0;

	while (done < w->count) {
		const uint32_t end = w->count;
		for (; done < end; done++)
			if (*t->job.cancelled || !read_member(t, done))
				return false;
		if (!sort_members(t, end))
			return false;
	}
	return true;
}

/* Children follow their parents, so one backward pass suffices. */
static void
add_parents(struct tree *t)
{
	const struct walk *w = t->walk;

	for (uint32_t i = w->count; i-- > 1; )
		if (inomap_has(t->job.dumped, w->queue[i].inode))
			inomap_add(t->job.dumped,
			    w->queue[w->queue[i].parent].inode);
	inomap_add(t->job.dumped, t->job.src->info.root_inode);
}

/* For pass III: the directories whose entries need a closer look. */
static bool
keep_states(struct tree *t)
{
	const struct walk *w = t->walk;
	size_t count = 0;

	for (uint32_t i = 0; w->states != NULL && i < w->count; i++)
		count += w->states[i] != NO_STATE;
	t->with_state = calloc(count + 1, sizeof(*t->with_state));
	if (t->with_state == NULL)
		return no_memory(t);
	for (uint32_t i = 0; count > 0 && i < w->count; i++)
		if (w->states[i] != NO_STATE)
			t->with_state[t->with_state_count++] =
			    (struct with_state){ w->queue[i].inode,
			    w->states[i] };
	qsort(t->with_state, t->with_state_count, sizeof(*t->with_state),
	    by_directory);
	return true;
}

static bool
keep_names(struct tree *t)
{
	const struct walk *w = t->walk;
	size_t count = 0;

	for (uint32_t i = 0; i < w->count; i++)
		count += inomap_has(&w->several, w->queue[i].inode);
	t->with_names = calloc(count + 1, sizeof(*t->with_names));
	if (t->with_names == NULL)
		return no_memory(t);
	for (uint32_t i = 0; count > 0 && i < w->count; i++)
		if (inomap_has(&w->several, w->queue[i].inode))
			t->with_names[t->with_names_count++] =
			    (struct with_names){ w->queue[i].inode,
			    i == 0 ? 0 : w->queue[w->queue[i].parent].inode,
			    0 };
	qsort(t->with_names, t->with_names_count, sizeof(*t->with_names),
	    by_directory);
	return true;
}

static bool
walk_dumped(struct tree *t)
{
	struct walk *w = t->walk;
	const uint32_t root = t->job.src->info.root_inode;
	uint32_t state = NO_STATE;
	struct exclude_state initial = { { 0 } };

	if (w->states != NULL) {
		if (!share_state(t, &initial, &state))	/* is NO_STATE */
			return false;
		exclude_root(t->job.exclude, &initial);
		if (!share_state(t, &initial, &state))
			return false;
	}
	w->phase = PHASE_DUMPED;
	inomap_add(&w->reached, root);
	enqueue(w, root, state, 0);
	if (!read_queue(t))
		return false;
	add_parents(t);
	if (t->with_parent_count > 0)
		qsort(t->with_parent, t->with_parent_count,
		    sizeof(*t->with_parent), by_directory);
	return keep_states(t) && keep_names(t);
}

/*
 * Visit what is left out as well: anything found there is missing on purpose
 * and need not be reported.
 */
static bool
walk_left_out(struct tree *t, enum phase phase)
{
	const struct inomap *from = phase == PHASE_ENCRYPTED ? &t->encrypted :
	    &t->left_out;
	struct walk *w = t->walk;

	w->phase = phase;
	w->count = 0;
	w->place = 0;
	for (uint32_t i = inomap_next(from, 1); i != 0;
	    i = inomap_next(from, i + 1)) {
		if (!inomap_has(t->job.directories, i) ||
		    inomap_has(&w->seen, i) ||
		    inomap_has(&w->reached, i) != (phase == PHASE_ENCRYPTED))
			continue;
		if (phase == PHASE_ENCRYPTED)
			findings_add(t->job.findings, i, "its contents are "
			    "left out: it is encrypted");
		else
			inomap_add(&w->seen, i);
		enqueue(w, i, NO_STATE, 0);
	}
	return read_queue(t);
}

/* --------------------------------------------------------------- the maps */

/*
 * The path of a directory may lead through an unknown inode.  What an earlier
 * level restored then stays.
 */
static bool
may_have_a_path(const struct tree *t)
{
	return t->job.has_base && t->job.unknown != NULL &&
	    t->job.unknown->bits != NULL;
}

static void
settle_directory(struct tree *t, uint32_t inode)
{
	const struct walk *w = t->walk;
	const bool seen = inomap_has(&w->seen, inode);

	if (inomap_has(&w->reached, inode))
		return;
	if (!seen)
		findings_add(t->job.findings, inode, "left out: no path leads "
		    "from the root to this directory");
	inomap_remove(t->job.directories, inode);
	if (seen || !may_have_a_path(t))
		inomap_remove(t->job.in_use, inode);
	inomap_remove(t->job.dumped, inode);
}

static void
settle_file(struct tree *t, uint32_t inode)
{
	const struct walk *w = t->walk;

	if (inomap_has(&w->reached, inode))
		return;
	if (!inomap_has(&w->seen, inode))
		findings_add(t->job.findings, inode, "left out: it has no name "
		    "in any directory");
	inomap_remove(t->job.dumped, inode);
}

/* What has no dumped name is not dumped either. */
static void
settle_maps(struct tree *t)
{
	struct inomap *directories = t->job.directories;
	struct inomap *dumped = t->job.dumped;

	for (uint32_t i = inomap_next(dumped, 1); i != 0;
	    i = inomap_next(dumped, i + 1)) {
		if (!inomap_has(directories, i))
			settle_file(t, i);
		findings_settle(t->job.findings);
	}
	for (uint32_t i = inomap_next(directories, 1); i != 0;
	    i = inomap_next(directories, i + 1)) {
		settle_directory(t, i);
		findings_settle(t->job.findings);
	}
	/* From here on, those that are dumped. */
	inomap_intersect(directories, dumped);
}

/* ------------------------------------------- patterns that matched nothing */

/* Explain what may be wrong with a pattern, and what to write. */
static void
explain(const struct tree *t, const char *pattern,
    char text[static EXPLANATION_BYTES])
{
	const char *mount_point = t->job.src->info.mount_point;
	const size_t length = strlen(mount_point);
	const char *bracket = strchr(pattern, '[');

	if (length > 1 && strncmp(pattern, mount_point, length) == 0 &&
	    pattern[length] == '/')
		snprintf(text, EXPLANATION_BYTES, "paths begin at the root of "
		    "the filesystem, not of the system: write %s", pattern +
		    length);
	else if (strchr(pattern, '{') != NULL)
		snprintf(text, EXPLANATION_BYTES, "{a,b} is not a wildcard: "
		    "write a pattern for each");
	else if (bracket != NULL && strchr(bracket, ']') == NULL)
		snprintf(text, EXPLANATION_BYTES, "a [ without ] stands for "
		    "itself");
	else if (strchr(pattern, '/') != NULL)
		snprintf(text, EXPLANATION_BYTES, "it is compared with paths "
		    "from the root of the filesystem, without its mount point, "
		    "and symbolic links are not followed");
	else
		snprintf(text, EXPLANATION_BYTES, "it is compared with the "
		    "names of files and directories in every directory");
}

static void
warn_of_pattern(const struct tree *t, size_t i)
{
	const char *pattern = exclude_text(t->job.exclude, i);
	const uint32_t inode = exclude_inode(t->job.exclude, i);
	char text[EXPLANATION_BYTES];

	if (inode == 0) {
		if (exclude_has_matched(t->job.exclude, i))
			return;
		explain(t, pattern, text);
	} else {
		if (inomap_has(t->job.in_use, inode))
			return;
		snprintf(text, sizeof(text), "no inode has that number");
	}
	report(t->job.rep, DE_WARNING, "exclude: \"%s\" matches nothing on "
	    "%s: %s", pattern, t->job.src->info.device, text);
}

/* What cannot be read might have matched. */
static void
warn_of_patterns(const struct tree *t)
{
	const size_t count = t->job.exclude == NULL ? 0 :
	    exclude_count(t->job.exclude);

	for (size_t i = 0; i < count; i++)
		warn_of_pattern(t, i);
}

/* ------------------------------------------------------------ from outside */

/*
 * Mark what names have no influence on: files that are neither dumped nor
 * excluded.  At high levels these are nearly all.
 */
static bool
note_interest(struct tree *t)
{
	struct inomap *map = &t->walk->of_interest;

	if (!inomap_copy(map, t->job.dumped))
		return false;
	inomap_unite(map, t->job.directories);
	inomap_unite(map, &t->left_out);
	return true;
}

static bool
begin_walk(struct tree *t)
{
	struct walk *w = t->walk;
	const uint32_t max_inode = t->job.src->info.max_inode;

	w->room = inomap_count(t->job.directories) + 1;
	w->queue = calloc(w->room, sizeof(*w->queue));
	if (has_states(t))
		w->states = calloc(w->room, sizeof(*w->states));
	return (w->queue != NULL && (w->states != NULL || !has_states(t)) &&
	    inomap_init(&w->reached, max_inode) &&
	    inomap_init(&w->seen, max_inode) &&
	    inomap_init(&w->several, max_inode) && note_interest(t)) ||
	    no_memory(t);
}

static void
end_walk(struct tree *t)
{
	struct walk *w = t->walk;

	if (w->scan != NULL)
		source_scan_end(t->job.src, w->scan);
	inomap_free(&w->reached);
	inomap_free(&w->seen);
	inomap_free(&w->several);
	inomap_free(&w->of_interest);
	free(w->states);
	free(w->queue);
	free(w);
	t->walk = NULL;
}

bool
tree_walk(struct tree *t)
{
	t->walk = calloc(1, sizeof(*t->walk));
	if (t->walk == NULL)
		return no_memory(t);
	const bool ok = begin_walk(t) &&
	    (t->job.subtree == NULL || find_subtree(t)) &&
	    walk_dumped(t) &&
	    walk_left_out(t, PHASE_ENCRYPTED) &&
	    walk_left_out(t, PHASE_LEFT_OUT);
	if (ok) {
		warn_of_patterns(t);
		settle_maps(t);
	}
	end_walk(t);
	return ok;
}

static void
leave_out_numbers(struct tree *t)
{
	const uint32_t *numbers;
	const size_t count = exclude_inodes(t->job.exclude, &numbers);

	for (size_t i = 0; i < count; i++)
		tree_leave_out(t, numbers[i]);
}

struct tree *
tree_new(const struct tree_job *job)
{
	const uint32_t max_inode = job->src->info.max_inode;
	struct tree *t = calloc(1, sizeof(*t));

	if (t == NULL) {
		report(job->rep, DE_ERROR, "out of memory");
		return NULL;
	}
	t->job = *job;
	if (!inomap_init(&t->left_out, max_inode) ||
	    !inomap_init(&t->encrypted, max_inode)) {
		no_memory(t);
		goto fail;
	}
	if (job->subtree != NULL && !split_subtree(t))
		goto fail;
	if (job->exclude != NULL) {
		exclude_forget_matches(job->exclude);
		leave_out_numbers(t);
	}
	return t;

fail:
	tree_free(t);
	return NULL;
}

void
tree_free(struct tree *t)
{
	if (t == NULL)
		return;
	inomap_free(&t->left_out);
	inomap_free(&t->encrypted);
	free_states(t);
	free(t->with_state);
	free(t->with_names);
	free(t->with_parent);
	free(t->subtree);
	free(t->way);
	free(t);
}

void
tree_leave_out(struct tree *t, uint32_t inode)
{
	if (inode != t->job.src->info.root_inode)
		inomap_add(&t->left_out, inode);
}

void
tree_set_encrypted(struct tree *t, uint32_t inode)
{
	inomap_add(&t->encrypted, inode);
}

bool
tree_is_left_out(const struct tree *t, uint32_t inode)
{
	return inomap_has(&t->left_out, inode);
}
