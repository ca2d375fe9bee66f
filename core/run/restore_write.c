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
#include "core/run/restore_answers.h"
#include "core/run/restore_chain.h"
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
	struct inomap made;		/* directories that are made */
	struct inomap applied;		/* directories that get what was theirs */
};

/* --------------------------------------------------------------- beginning */

static bool
open_target(struct writing *w)
{
	w->root = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (w->root == -1) {
		report(w->r->rep, DE_ERROR, "cannot open the current "
		    "directory: %s", strerror(errno));
		return restore_end(w->r, VERDICT_NOT_STARTED);
	}
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
		.late = late,
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
	if (w.wanted != NULL && open_target(&w))
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
	const bool ok = make_maps(w) && write_wanted(w);
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
	struct writing w = { .r = r, .root = -1 };
	bool ok = false;

	w.wanted = wanted_new(r->names, !r->request->settings.no_recursion);
	if (w.wanted == NULL)
		return restore_no_room(r);
	const struct interactive_config config = {
		.names = r->names,
		.wanted = w.wanted,
		.directories = r->directories,
		.rep = r->rep,
		.verbose = r->request->settings.verbose,
		.extract = extract_chosen,
		.set_modes = set_modes,
		.what = print_identity,
		.arg = &w,
	};
	if (open_target(&w))
		ok = interactive_run(&config) ||
		    restore_end(r, VERDICT_NOT_STARTED);
	close_target(&w);
	wanted_free(w.wanted);
	return ok;
}

/* ------------------------------------------------------------------ -r, -R */

bool
restore_write_rebuild(struct restore *r)
{
	struct writing w = { .r = r, .root = -1 };
	bool ok = restore_chain_check(r, NULL, true) && restore_read_trees(r);

	if (!ok)
		return false;
	w.wanted = restore_selection_make(r);
	ok = w.wanted != NULL && open_target(&w) && make_maps(&w) &&
	    write_wanted(&w);
	free_maps(&w);
	close_target(&w);
	wanted_free(w.wanted);
	return ok;
}
