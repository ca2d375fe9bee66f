/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_which.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/chain/history.h"
#include "core/run/catalog_commands.h"

/* -------------------------------------------------------------- the volumes */

struct loading {
	struct catalog_way *w;
	struct catalog_way_set *set;
	uint32_t copy;
};

/* The catalogue has texts escaped; false if memory is out. */
static bool
copy_plain(char **to, const char *text)
{
	*to = text == NULL ? NULL : history_plain(text);
	return text == NULL || *to != NULL;
}

static bool
no_memory(struct catalog_way *w)
{
	w->ok = false;
	return catalog_task_no_memory(w->t);
}

static bool
take_volume(void *arg, const struct catalog_volume *v)
{
	struct loading *l = arg;
	struct catalog_way_set *s = l->set;

	if (s->volume_count == 0)
		l->copy = v->copy;
	if (v->copy != l->copy)
		return false;
	void *more = reallocarray(s->volumes, s->volume_count + 1,
	    sizeof(*s->volumes));
	if (more == NULL)
		return no_memory(l->w);
	s->volumes = more;
	struct catalog_way_volume *to = &s->volumes[s->volume_count++];
	*to = (struct catalog_way_volume){
		.number = v->number,
		.file = v->file,
		.first = v->first,
		.blocks = v->blocks,
		.record_blocks = v->record_blocks,
	};
	return (copy_plain(&to->medium, v->medium == NULL ? "" : v->medium) &&
	    copy_plain(&to->barcode, v->barcode) &&
	    copy_plain(&to->filters, v->filters) &&
	    copy_plain(&to->label, v->label)) || no_memory(l->w);
}

static bool
load_sets(struct catalog_way *w)
{
	for (unsigned int i = 0; i < w->chain.count; i++) {
		struct loading l = { .w = w, .set = &w->sets[i] };
		l.set->dump = catalog_book_find(&w->book, w->chain.dumps[i]);
		w->set_count = i + 1;
		if (!catalog_volumes(w->t->catalog, w->chain.dumps[i],
		    take_volume, &l))
			return catalog_task_end(w->t, STATUS_ABORTED);
		if (!w->ok)
			return false;
	}
	return true;
}

/* The contents of an inode, and what is right behind them. */
static void
need_volumes(struct catalog_way_set *s, const struct index_inode *i)
{
	const uint64_t behind = index_next_block(i);

	for (size_t n = 0; n < s->volume_count; n++) {
		struct catalog_way_volume *v = &s->volumes[n];
		if (i->block >= v->first + v->blocks ||
		    (behind <= v->first && i->block < v->first))
			continue;
		const uint64_t block = i->block < v->first ? 0 :
		    i->block - v->first;
		v->is_needed = true;
		if (!v->has_files || block < v->block)
			v->block = block;
		v->has_files = true;
	}
}

/* ---------------------------------------------------------------- the files */

static bool
add_item(struct catalog_way *w, size_t set, const struct catalog_version *v)
{
	struct catalog_way_item *i = &w->items[w->item_count];

	if (w->item_count == WAY_ITEMS_MAX)
		return true;
	*i = (struct catalog_way_item){
		.set = set,
		.inode = v->inode.inode,
		.is_directory = S_ISDIR(v->inode.mode),
		.path = history_plain(v->path),
	};
	w->item_count++;
	return i->path != NULL || no_memory(w);
}

static bool
take_version(void *arg, const struct catalog_version *v)
{
	struct catalog_way *w = arg;

	w->files++;
	for (size_t i = 0; i < w->set_count; i++) {
		if (w->chain.dumps[i] != v->dump || !v->has_inode)
			continue;
		w->sets[i].is_used = true;
		need_volumes(&w->sets[i], &v->inode);
		return add_item(w, i, v);
	}
	if (w->lost++ == 0)
		catalog_task_missing(w->t, "%s: it is in none of the dumps "
		    "that the catalogue has", v->path);
	return true;
}

static void
tell_lost(const struct catalog_way *w)
{
	if (w->lost > 1)
		report(w->t->rep, DE_ERROR, "the same is true of %" PRIu64
		    " others", w->lost - 1);
}

static bool
walk(struct catalog_way *w, const char *path)
{
	bool found;

	if (!catalog_tree(w->t->catalog, &w->chain, path, take_version, w,
	    &found))
		return catalog_task_end(w->t, STATUS_ABORTED);
	return w->ok;
}

/* ------------------------------------------------------- names in dumps */

/* Has the dump the item by the path of the date?  False on an error. */
static bool
has_path(struct catalog_way *w, size_t set, const char *path, uint32_t inode,
    bool *has)
{
	const struct catalog_chain one = {
		.dumps = { w->chain.dumps[set] },
		.count = 1,
	};
	struct catalog_version v;

	if (!catalog_lookup(w->t->catalog, &one, path, &v, has))
		return catalog_task_end(w->t, STATUS_ABORTED);
	*has = *has && v.inode.inode == inode;
	return true;
}

struct naming {
	struct catalog_way *w;
	size_t set;
};

/* A name of a dump: that of an item? */
static bool
take_name(void *arg, const struct catalog_version *v)
{
	struct naming *n = arg;
	struct catalog_way *w = n->w;

	for (size_t i = 0; i < w->item_count; i++) {
		struct catalog_way_item *item = &w->items[i];
		if (item->set != n->set || item->inode != v->inode.inode ||
		    item->name == NULL || item->name[0] != '\0')
			continue;
		free(item->name);
		item->name = history_plain(v->path);
		if (item->name == NULL)
			return no_memory(w);
	}
	return true;
}

/*
 * What was renamed since its dump, or is in a directory that was, is in there by
 * its old name.
 */
static bool
find_names(struct catalog_way *w, size_t set)
{
	struct naming n = { .w = w, .set = set };
	const struct catalog_filter filter = { .dump = w->chain.dumps[set] };
	bool is_renamed = false;

	for (size_t i = 0; i < w->item_count; i++) {
		struct catalog_way_item *item = &w->items[i];
		bool has = true;
		if (item->set != set)
			continue;
		if (!has_path(w, set, item->path, item->inode, &has))
			return false;
		if (has)
			continue;
		item->name = strdup("");
		if (item->name == NULL)
			return no_memory(w);
		is_renamed = true;
	}
	if (is_renamed && !catalog_find(w->t->catalog, &filter, "*",
	    take_name, &n))
		return catalog_task_end(w->t, STATUS_ABORTED);
	return w->ok;
}

/* The only set that something is taken from; NULL: there are several. */
static const struct catalog_way_set *
only_set(const struct catalog_way *w)
{
	const struct catalog_way_set *only = NULL;

	for (size_t i = 0; i < w->set_count; i++) {
		if (!w->sets[i].is_used)
			continue;
		if (only != NULL)
			return NULL;
		only = &w->sets[i];
	}
	return only;
}

/* May the paths be given to a restore of one set alone? */
static bool
find_simplicity(struct catalog_way *w)
{
	const struct catalog_way_set *only = only_set(w);

	w->is_simple = only != NULL;
	for (size_t i = 0; w->is_simple && i < w->path_count; i++) {
		struct catalog_version v;
		bool found, has = false;
		if (!catalog_lookup(w->t->catalog, &w->chain, w->paths[i], &v,
		    &found) || !has_path(w, (size_t)(only - w->sets),
		    w->paths[i], v.inode.inode, &has))
			return catalog_task_end(w->t, STATUS_ABORTED);
		w->is_simple = has;
	}
	return true;
}

/* Directories are at the beginning of a set, and both programs read them. */
static void
need_first_volumes(struct catalog_way *w)
{
	for (size_t i = 0; i < w->set_count; i++)
		if ((w->sets[i].is_used || !w->is_simple) &&
		    w->sets[i].volume_count > 0)
			w->sets[i].volumes[0].is_needed = true;
}

/* Volumes that the catalogue has not, of sets that are needed. */
static void
tell_gaps(const struct catalog_way *w)
{
	for (size_t i = 0; i < w->set_count; i++) {
		const struct catalog_way_set *s = &w->sets[i];
		uint32_t next = 1;
		if (w->is_simple && !s->is_used)
			continue;
		while (next <= s->volume_count &&
		    s->volumes[next - 1].number == next)
			next++;
		if (next <= s->volume_count || next == 1)
			catalog_task_missing(w->t, "%s: volume %" PRIu32
			    " is not in the catalogue", s->dump->name, next);
	}
}

static bool
find_all_names(struct catalog_way *w)
{
	if (w->is_simple || w->files > WAY_ITEMS_MAX)
		return true;
	for (size_t i = 0; i < w->set_count; i++)
		if (!find_names(w, i))
			return false;
	return true;
}

/* ------------------------------------------------------------------ the job */

/* Is it in the tree of the date?  *path is replaced if it was escaped. */
static bool
look_up(struct catalog_way *w, const struct catalog_chain *chain, char **path,
    bool *found)
{
	struct catalog_version v;

	if (!catalog_lookup(w->t->catalog, chain, *path, &v, found))
		return catalog_task_end(w->t, STATUS_ABORTED);
	if (*found || strchr(*path, '%') == NULL)
		return true;
	char *plain = history_plain(*path);
	if (plain == NULL)
		return no_memory(w);
	bool ok = catalog_lookup(w->t->catalog, chain, plain, &v, found);
	if (ok && *found) {
		free(*path);
		*path = plain;
	} else {
		free(plain);
	}
	return ok || catalog_task_end(w->t, STATUS_ABORTED);
}

static int64_t
date_of(const struct catalog_way *w)
{
	return w->t->request->has_at ? w->t->request->at : INT64_MAX;
}

static bool
has_any(struct catalog_way *w, const char *job, bool *has)
{
	const struct catalog_request *q = w->t->request;
	struct catalog_chain chain;

	*has = false;
	if (!catalog_chain_at(w->t->catalog, job, date_of(w), &chain))
		return catalog_task_end(w->t, STATUS_ABORTED);
	for (size_t i = 0; i < q->name_count && !*has && chain.count > 0;
	    i++) {
		char *path = strdup(q->names[i]);
		const bool ok = path == NULL ? no_memory(w) :
		    look_up(w, &chain, &path, has);
		free(path);
		if (!ok)
			return false;
	}
	return true;
}

/* The only job whose tree has any of the paths.  *job is NULL if none has. */
static bool
find_job(struct catalog_way *w, const char **job)
{
	const char *last = NULL;
	bool has;

	*job = NULL;
	for (size_t i = 0; i < w->book.count; i++) {
		const char *name = w->book.dumps[i].job;
		if (name == NULL || (last != NULL && strcmp(name, last) == 0))
			continue;
		last = name;
		if (!has_any(w, name, &has))
			return false;
		if (has && *job != NULL) {
			report(w->t->rep, DE_ERROR, "the jobs %s and %s both "
			    "have such a path; say by --job which is meant",
			    *job, name);
			return catalog_task_end(w->t, STATUS_NOT_STARTED);
		}
		if (has)
			*job = name;
	}
	if (*job == NULL)
		catalog_task_missing(w->t, "%s: no job has it in its tree of "
		    "that date; `dumpengine-catalog find' shows all versions "
		    "of a name", w->t->request->names[0]);
	return true;
}

static bool
choose_chain(struct catalog_way *w, const char *job)
{
	if (!catalog_chain_at(w->t->catalog, job, date_of(w), &w->chain))
		return catalog_task_end(w->t, STATUS_ABORTED);
	if (w->chain.count == 0)
		catalog_task_missing(w->t, "%s: the catalogue has no usable "
		    "dump of this job and date", job);
	else if (w->chain.missing_date != 0)
		catalog_task_missing(w->t, "%s: a dump that it builds on is "
		    "not in the catalogue; see `dumpengine-catalog list %s'",
		    job, job);
	return true;
}

static bool
take_paths(struct catalog_way *w)
{
	const struct catalog_request *q = w->t->request;
	bool ok = true, found;

	w->paths = calloc(q->name_count + 1, sizeof(*w->paths));
	if (w->paths == NULL)
		return no_memory(w);
	for (size_t i = 0; ok && i < q->name_count; i++) {
		char *path = strdup(q->names[i]);
		if (path == NULL)
			return no_memory(w);
		ok = look_up(w, &w->chain, &path, &found);
		w->paths[w->path_count] = path;
		if (ok && found && walk(w, path)) {
			w->path_count++;
			continue;
		}
		if (ok && !found)
			catalog_task_missing(w->t, "%s: not in the tree of "
			    "that date; `dumpengine-catalog find' shows all "
			    "versions of a name", path);
		free(path);
		w->paths[w->path_count] = NULL;
		ok = ok && w->ok;
	}
	return ok;
}

static void
free_way(struct catalog_way *w)
{
	for (size_t i = 0; i < w->set_count; i++) {
		for (size_t n = 0; n < w->sets[i].volume_count; n++) {
			free(w->sets[i].volumes[n].medium);
			free(w->sets[i].volumes[n].barcode);
			free(w->sets[i].volumes[n].filters);
			free(w->sets[i].volumes[n].label);
		}
		free(w->sets[i].volumes);
	}
	for (size_t i = 0; i < w->item_count; i++) {
		free(w->items[i].path);
		free(w->items[i].name);
	}
	for (size_t i = 0; i < w->path_count; i++)
		free(w->paths[i]);
	free(w->paths);
	catalog_book_free(&w->book);
	free(w);
}

static bool
find_way(struct catalog_way *w)
{
	const char *job = w->t->request->job;

	if (!catalog_book_load(w->t, &w->book) ||
	    (job == NULL && !find_job(w, &job)))
		return false;
	if (job == NULL)
		return true;
	if (!choose_chain(w, job) || !load_sets(w) || !take_paths(w) ||
	    !find_simplicity(w))
		return false;
	tell_lost(w);
	tell_gaps(w);
	need_first_volumes(w);
	return find_all_names(w) && (w->path_count == 0 ||
	    catalog_commands_print(w));
}

bool
catalog_which_tell(struct catalog_task_run *t)
{
	struct catalog_way *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return catalog_task_no_memory(t);
	w->t = t;
	w->ok = true;
	const bool ok = find_way(w);
	free_way(w);
	return ok;
}
