/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/restore/extract.h"
#include "core/restore/interactive.h"
#include "core/restore/list.h"
#include "core/restore/place.h"
#include "core/restore/state.h"
#include "core/run/restore_answers.h"
#include "core/run/restore_chain.h"
#include "core/run/restore_inodes.h"
#include "core/run/restore_pass.h"
#include "core/run/restore_selection.h"
#include "core/run/restore_set.h"
#include "core/run/restore_watch.h"

/* Writing into the current directory. */
struct writing {
	struct restore *r;
	int root;			/* the current directory */
	struct target *target;
	struct wanted *wanted;
	struct inomap inodes;		/* wanted ones */
	struct inomap *seen;		/* those that came; NULL: not asked */
	struct inomap made;		/* directories that are made */
	struct inomap applied;		/* directories that get what was theirs */
	struct restore_inodes inodes_read;	/* for ls -l */
	bool wants_all;			/* that has a name */
};

/* --------------------------------------------------------------- beginning */

static bool
open_root(struct writing *w)
{
	w->root = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->root != -1)
		return true;
	report(w->r->rep, DE_ERROR, "cannot open the current directory: %s",
	    strerror(errno));
	return restore_end(w->r, VERDICT_NOT_STARTED);
}

static bool
open_target(struct writing *w)
{
	w->target = target_new(w->root, w->r->names,
	    w->r->request->settings.workers);
	return w->target != NULL || restore_no_room(w->r);
}

static void
close_target(struct writing *w)
{
	target_free(w->target);
	if (w->root != -1)
		close(w->root);
}

/*
 * A directory on the way to what is selected is made as it was.  If it was
 * there before, it is left as it is.
 */
static bool
choose_applied(struct writing *w)
{
	const struct inomap *selected = wanted_selected(w->wanted);

	if (!inomap_copy(&w->applied, &w->made))
		return false;
	for (uint32_t inode = inomap_next(&w->made, 1); inode != 0;
	    inode = inode < w->made.max_inode ?
	    inomap_next(&w->made, inode + 1) : 0) {
		const uint32_t id = names_of_directory(w->r->names, inode);
		if (id != NAMES_NONE && !inomap_has(selected, id + 1) &&
		    target_directory(w->target, 0, inode) != -1)
			inomap_remove(&w->applied, inode);
	}
	return true;
}

static bool
make_maps(struct writing *w)
{
	return (wanted_inodes(w->wanted, restore_pass_max_inode(w->r),
	    &w->inodes) && wanted_directories(w->wanted, &w->made) &&
	    choose_applied(w)) || restore_no_room(w->r);
}

static void
free_maps(struct writing *w)
{
	inomap_free(&w->inodes);
	inomap_free(&w->made);
	inomap_free(&w->applied);
	memset(&w->inodes, 0, sizeof(w->inodes));
	memset(&w->made, 0, sizeof(w->made));
	memset(&w->applied, 0, sizeof(w->applied));
}

/* ------------------------------------------------------------------ writing */

static void
late(void *arg, uint32_t inode, const struct de_xattr *xattr)
{
	extract_late_xattr(arg, inode, xattr);
}

static enum verdict
verdict_of(void *arg)
{
	return extract_verdict(arg);
}

static bool
write_files(struct writing *w, const struct inomap *names)
{
	struct restore *r = w->r;
	const struct extract_config config = {
		.settings = &r->request->settings,
		.names = r->names,
		.target = w->target,
		.outcome = r->outcome,
		.rep = r->rep,
		.wanted = names,
		.max_inode = restore_pass_max_inode(r),
		.ask = restore_answers_replace,
		.ask_arg = r,
	};
	struct extract *extract = extract_new(&config);
	const struct restore_pass pass = {
		.work = &extract_work,
		.arg = extract,
		.inodes = &w->inodes,
		.seen = w->seen,
		.is_whole = w->wants_all,
		.late = late,
		.completes = true,
		.verdict = verdict_of,
		.verdict_arg = extract,
	};

	if (extract == NULL)
		return restore_no_room(r);
	const bool ok = restore_pass_run(r, &pass);
	r->files += extract_files(extract);
	r->bytes += extract_bytes(extract);
	extract_free(extract);
	return ok;
}

/* All that was written is on the disk when the run says that it is. */
static void
sync_target(struct writing *w)
{
	if (w->r->request->settings.dry_run || syncfs(w->root) == 0)
		return;
	outcome_add(w->r->outcome, OUTCOME_MISSING, 0,
	    "what was restored may not be on the disk: %s", strerror(errno));
}

/* Owner and mode of the directory that is restored into: only if wanted. */
static void
choose_root(struct writing *w)
{
	if (inomap_has(&w->applied, NAMES_ROOT) &&
	    !restore_answers_root(w->r))
		inomap_remove(&w->applied, NAMES_ROOT);
}

static void
apply_directories(struct writing *w)
{
	if (w->r->request->settings.by_number)
		return;
	directories_apply(w->r->directories, w->target, w->r->names,
	    &w->applied, &w->r->request->settings, w->r->outcome);
}

/* The directories, then the files, then what belongs to the directories. */
static bool
write_wanted(struct writing *w)
{
	struct restore *r = w->r;
	const struct place_levels levels = {
		.after = r->names,
		.dumped = &w->inodes,
		.wanted = &w->made,
		.directories = r->directories,
	};

	if (!r->request->settings.by_number) {
		const enum verdict verdict = place_apply(&levels, w->target,
		    &r->request->settings, r->outcome);
		if (verdict != VERDICT_GO_ON)
			return restore_end(r, verdict);
	}
	const bool ok = write_files(w, wanted_names(w->wanted));
	if (ok)
		choose_root(w);
	else
		inomap_remove(&w->applied, NAMES_ROOT);
	apply_directories(w);
	sync_target(w);
	return ok;
}

bool
restore_write_extract(struct restore *r)
{
	struct writing w = { .r = r, .root = -1 };
	bool ok = false;

	w.wanted = restore_selection_make(r);
	w.wants_all = restore_selection_is_all(r) &&
	    !r->request->settings.no_recursion;
	if (w.wanted != NULL && open_root(&w) && open_target(&w))
		ok = make_maps(&w) && write_wanted(&w);
	free_maps(&w);
	close_target(&w);
	wanted_free(w.wanted);
	return ok;
}

/* -------------------------------------------------------------- interactive */

static bool
extract_chosen(void *arg, bool verbose)
{
	struct writing *w = arg;

	(void)verbose;
	restore_watch_pause(w->r->watch, false);
	const bool ok = make_maps(w) && write_wanted(w);
	restore_watch_pause(w->r->watch, true);
	free_maps(w);
	wanted_remove_path(w->wanted, ".");
	return ok;
}

static bool
set_modes(void *arg)
{
	struct writing *w = arg;

	if (!make_maps(w))
		return false;
	choose_root(w);
	apply_directories(w);
	free_maps(w);
	return true;
}

static bool
read_inodes(void *arg, const struct inode_list **list)
{
	struct writing *w = arg;

	const bool ok = restore_inodes_read(&w->inodes_read, list);
	restore_watch_pause(w->r->watch, true);
	return ok;
}

static void
print_identity(void *arg)
{
	const struct writing *w = arg;
	const struct list_config config = {
		.fd = STDOUT_FILENO,
		.names = w->r->names,
	};
	struct list *list = list_new(&config);

	for (size_t i = 0; list != NULL && i < w->r->set_count; i++)
		list_identity(list, restore_set_identity(w->r->sets[i]));
	list_end(list);
}

bool
restore_write_interactive(struct restore *r)
{
	struct writing w = { .r = r, .root = -1, .inodes_read.r = r };
	struct inomap dumped;
	bool ok = false;

	if (!inomap_init(&dumped, restore_pass_max_inode(r)))
		return restore_no_room(r);
	w.wanted = wanted_new(r->names, !r->request->settings.no_recursion);
	const bool is_known = restore_pass_dumped(r, &dumped);
	const struct interactive_config config = {
		.names = r->names,
		.wanted = w.wanted,
		.dumped = is_known ? &dumped : NULL,
		.directories = r->directories,
		.rep = r->rep,
		.verbose = r->request->settings.verbose,
		.read_inodes = read_inodes,
		.extract = extract_chosen,
		.set_modes = set_modes,
		.what = print_identity,
		.arg = &w,
	};
	/* No progress while the user types. */
	restore_watch_pause(r->watch, true);
	if (w.wanted == NULL)
		restore_no_room(r);
	else if (open_root(&w) && open_target(&w))
		ok = interactive_run(&config) ||
		    restore_end(r, VERDICT_NOT_STARTED);
	inomap_free(&dumped);
	restore_inodes_free(&w.inodes_read);
	close_target(&w);
	wanted_free(w.wanted);
	return ok;
}

/* ------------------------------------------------------------------ -r, -R */

/* What the directory holds already; without a state, nothing. */
struct before {
	struct state state;
	bool is_there;
};

/* A full dump begins anew, whatever an earlier one has left. */
static bool
read_before(struct writing *w, struct before *before)
{
	struct restore *r = w->r;

	if (restore_set_identity(r->sets[0])->base_date == 0)
		return true;
	switch (state_read(&before->state, w->root,
	    r->request->settings.tmpdir, r->rep)) {
	case STATE_READ:
		before->is_there = true;
		return names_begin_with(r->names, before->state.names) ||
		    restore_no_room(r);
	case STATE_NONE:
		return true;
	case STATE_BAD:
		break;
	}
	return restore_end(r, VERDICT_NOT_STARTED);
}

static bool
read_all(struct writing *w, struct before *before)
{
	return open_root(w) && read_before(w, before) &&
	    restore_chain_check(w->r, before->is_there ?
	    &before->state.identity : NULL, true) && restore_read_trees(w->r);
}

/* The state for the next level: it leaves out what is not there. */
static bool
store_state(struct writing *w, const struct before *before)
{
	struct restore *r = w->r;
	const struct set_identity *last =
	    restore_set_identity(r->sets[r->set_count - 1]);

	if (before->is_there)
		names_add_inodes(before->state.names, w->seen);
	for (uint32_t i = 0; i < names_directory_count(r->names); i++)
		inomap_add(w->seen, names_directory(r->names, i));
	return state_write(w->root, last, r->names, w->seen, r->rep) ||
	    restore_end(r, VERDICT_ABORT);
}

static void
apply(struct writing *w, const struct inomap *directories)
{
	directories_apply(w->r->directories, w->target, w->r->names,
	    directories, &w->r->request->settings, w->r->outcome);
}

/* The state is written last, and changes the root. */
static bool
conclude(struct writing *w, const struct place_levels *levels,
    const struct before *before)
{
	struct inomap root;

	apply(w, NULL);
	if (w->r->request->settings.dry_run)
		return true;
	if (!inomap_init(&root, NAMES_ROOT))
		return restore_no_room(w->r);
	const bool ok = store_state(w, before);
	if (ok)
		place_done(levels, w->target);
	inomap_add(&root, NAMES_ROOT);
	apply(w, &root);
	inomap_free(&root);
	sync_target(w);
	return ok;
}

/*
 * A file of the name of the state gives way to it: what a stream has brought is
 * never read as a state.  `names` are all other names; it is empty if there is no
 * such file.
 */
static bool
leave_state_out(const struct writing *w, struct inomap *names)
{
	const struct names *all = w->r->names;
	const uint32_t id = names_lookup(all, NAMES_ROOT, STATE_NAME,
	    strlen(STATE_NAME));
	struct name_entry entry;

	if (id == NAMES_NONE)
		return true;
	names_entry(all, id, &entry);
	if (names_is_directory(all, entry.inode) ||
	    !inomap_has(&w->made, entry.inode))
		return true;
	outcome_add(w->r->outcome, OUTCOME_NOTE, 0, "./" STATE_NAME ": left "
	    "out, as the state for the next level has this name; -x restores "
	    "it");
	if (!inomap_init(names, names_count(all)))
		return restore_no_room(w->r);
	inomap_add_range(names, 1, names_count(all));
	inomap_remove(names, id + 1);
	return true;
}

static bool
write_all(struct writing *w)
{
	struct inomap names = { 0 };

	const bool ok = leave_state_out(w, &names) &&
	    write_files(w, names.bits == NULL ? NULL : &names);
	inomap_free(&names);
	return ok;
}

static bool
may_be_bare(const struct restore *r)
{
	for (size_t i = 0; i < r->set_count; i++)
		if (restore_set_may_be_bare(r->sets[i]))
			return true;
	return false;
}

static bool
rebuild(struct writing *w, const struct before *before)
{
	struct restore *r = w->r;
	const struct place_levels levels = {
		.before = before->is_there ? before->state.names : NULL,
		.after = r->names,
		.dumped = &w->made,
		.may_be_bare = may_be_bare(r),
		.directories = r->directories,
	};

	if (levels.before != NULL)
		target_set_names(w->target, levels.before);
	const enum verdict verdict = place_apply(&levels, w->target,
	    &r->request->settings, r->outcome);
	if (verdict != VERDICT_GO_ON)
		return restore_end(r, verdict);
	if (write_all(w))
		return conclude(w, &levels, before);
	apply(w, NULL);
	sync_target(w);
	return false;
}

/* `made` is what the sets bring here. */
static bool
make_rebuild_maps(struct writing *w, struct inomap *seen)
{
	const uint32_t max = restore_pass_max_inode(w->r);

	if (!inomap_init(&w->inodes, max) || !inomap_init(&w->made, max) ||
	    !inomap_init(seen, max))
		return restore_no_room(w->r);
	names_add_inodes(w->r->names, &w->inodes);
	restore_pass_dumped(w->r, &w->made);
	w->seen = seen;
	return true;
}

bool
restore_write_rebuild(struct restore *r)
{
	struct writing w = { .r = r, .root = -1, .wants_all = true };
	struct before before = { .is_there = false };
	struct inomap seen = { 0 };

	const bool ok = read_all(&w, &before) && open_target(&w) &&
	    make_rebuild_maps(&w, &seen) && rebuild(&w, &before);
	inomap_free(&seen);
	free_maps(&w);
	close_target(&w);
	state_free(&before.state);
	return ok;
}
