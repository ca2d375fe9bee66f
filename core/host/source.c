/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/host/source.h"

#include <inttypes.h>
#include <string.h>

#include "core/host/call.h"

#define ROOT_INODE 2	/* the number by which restore knows the root */

static const struct de_source *
ops_of(const struct source *src)
{
	return &src->in->plugin->source;
}

/* Make absent texts empty, so that callers need not check for NULL. */
static void
fill_texts(struct de_source_info *info)
{
	const char **texts[] = { &info->device, &info->mount_point,
	    &info->label, &info->uuid, &info->type };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (*texts[i] == NULL)
			*texts[i] = "";
}

bool
source_open(struct source *src, const struct instance *in)
{
	src->in = in;
	memset(&src->info, 0, sizeof(src->info));
	src->info.struct_size = sizeof(src->info);
	const struct call call = call_begin(&in->callee, CALL_OPEN);
	if (call_end(&call, ops_of(src)->open(in->self, &src->info)) != DE_OK)
		return false;
	fill_texts(&src->info);
	if (src->info.root_inode == ROOT_INODE &&
	    src->info.max_inode >= ROOT_INODE &&
	    src->info.max_inode <= INT32_MAX)
		return true;
	report(in->rep, DE_ERROR, "%s: its root inode is %u, and it has %u "
	    "inodes; a dump stream needs root inode %d and at most %d inodes",
	    src->info.device, src->info.root_inode, src->info.max_inode,
	    ROOT_INODE, INT32_MAX);
	source_close(src);
	return false;
}

void
source_close(struct source *src)
{
	const struct call call = call_begin(&src->in->callee, CALL_CLOSE);
	ops_of(src)->close(src->in->self);
	call_done(&call);
}

enum de_status
source_find_mount_point(const struct instance *in, char *path, size_t room)
{
	path[0] = '\0';
	const struct call call = call_begin(&in->callee, CALL_FIND_MOUNT_POINT);
	const enum de_status status = call_end(&call,
	    in->plugin->source.find_mount_point(in->self, path, room));
	if (status == DE_OK && memchr(path, '\0', room) == NULL)
		return call_refuse(&call, "gave an unterminated path");
	return status;
}

enum de_status
source_find_device(const struct instance *in, char *name, size_t room)
{
	name[0] = '\0';
	const struct call call = call_begin(&in->callee, CALL_FIND_DEVICE);
	const enum de_status status = call_end(&call,
	    in->plugin->source.find_device(in->self, name, room));
	if (status == DE_OK && memchr(name, '\0', room) == NULL)
		return call_refuse(&call, "gave an unterminated name");
	return status;
}

enum de_status
source_scan_begin(const struct source *src, void **scan)
{
	*scan = NULL;
	const struct call call = call_begin(&src->in->callee, CALL_SCAN_BEGIN);
	return call_end(&call, ops_of(src)->scan_begin(src->in->self, scan));
}

void
source_scan_end(const struct source *src, void *scan)
{
	const struct call call = call_begin(&src->in->callee, CALL_SCAN_END);
	ops_of(src)->scan_end(src->in->self, scan);
	call_done(&call);
}

/* Numbers must rise and be in range, or a scan might never end. */
static enum de_status
check_number(const struct source *src, const struct call *call, uint32_t from,
    uint32_t number)
{
	if (number >= from && number <= src->info.max_inode)
		return DE_OK;
	return call_refuse(call, "gave inode %" PRIu32 "; expected %" PRIu32
	    " to %" PRIu32, number, from, src->info.max_inode);
}

enum de_status
source_next(const struct source *src, void *scan, uint32_t from,
    struct de_inode *inode)
{
	memset(inode, 0, sizeof(*inode));
	inode->struct_size = sizeof(*inode);
	const struct call call = call_begin(&src->in->callee, CALL_SCAN_NEXT);
	const enum de_status status = call_end(&call,
	    ops_of(src)->scan_next(src->in->self, scan, from, inode));
	return status != DE_OK ? status :
	    check_number(src, &call, from, inode->number);
}

struct de_brief
source_brief(const struct de_inode *inode)
{
	return (struct de_brief){
		.number = inode->number,
		.flags = inode->flags,
		.size = inode->size,
		.allocated = inode->allocated,
		.ctime = inode->ctime.seconds,
		.properties = inode->properties,
		.mode = inode->mode,
	};
}

static enum de_status
call_briefly(const struct source *src, void *scan, uint32_t from,
    struct de_brief *inodes, size_t room, size_t *count)
{
	const struct call call = call_begin(&src->in->callee,
	    CALL_SCAN_BRIEFLY);
	enum de_status status = call_end(&call, ops_of(src)->scan_briefly(
	    src->in->self, scan, from, inodes, room, count));

	if (status == DE_OK && (*count == 0 || *count > room))
		return call_refuse(&call, "gave %zu inodes; expected 1 to %zu",
		    *count, room);
	for (size_t i = 0; status == DE_OK && i < *count; i++)
		status = check_number(src, &call, i == 0 ? from :
		    inodes[i - 1].number + 1, inodes[i].number);
	return status;
}

enum de_status
source_next_briefly(const struct source *src, void *scan, uint32_t from,
    struct de_brief *inodes, size_t room, size_t *count)
{
	struct de_inode inode;

	*count = 0;
	if (ops_of(src)->scan_briefly != NULL)
		return call_briefly(src, scan, from, inodes, room, count);
	const enum de_status status = source_next(src, scan, from, &inode);
	if (status == DE_OK)
		inodes[(*count)++] = source_brief(&inode);
	return status;
}

/* ------------------------------------------------------------------ walks */

/* A walk in progress, of one of the three kinds. */
struct walk {
	const struct call *call;
	enum de_status stopped;		/* what `take` returned; DE_OK: go on */
	de_entry_fn *take_entry;	/* one of these */
	de_extent_fn *take_extent;
	de_xattr_fn *take_xattr;
	void *arg;
};

static enum de_status
take_entry(void *arg, const struct de_entry *entry)
{
	struct walk *w = arg;

	if (w->stopped != DE_OK)
		return w->stopped;
	call_pause();
	w->stopped = entry->name == NULL && entry->name_length > 0 ?
	    call_refuse(w->call, "gave an entry without a name") :
	    w->take_entry(w->arg, entry);
	call_resume(w->call);
	return w->stopped;
}

static enum de_status
take_extent(void *arg, const struct de_extent *extent)
{
	struct walk *w = arg;

	if (w->stopped != DE_OK)
		return w->stopped;
	call_pause();
	w->stopped = w->take_extent(w->arg, extent);
	call_resume(w->call);
	return w->stopped;
}

static enum de_status
take_xattr(void *arg, const struct de_xattr *xattr)
{
	struct walk *w = arg;

	if (w->stopped != DE_OK)
		return w->stopped;
	call_pause();
	w->stopped = xattr->name == NULL ||
	    (xattr->value == NULL && xattr->value_length > 0) ?
	    call_refuse(w->call, "gave an attribute without a %s",
	    xattr->name == NULL ? "name" : "value") :
	    w->take_xattr(w->arg, xattr);
	call_resume(w->call);
	return w->stopped;
}

/* A stopped walk stays stopped, even if the callback goes on or says DE_OK. */
static enum de_status
end_walk(const struct walk *w, enum de_status status)
{
	if (w->stopped == DE_OK)
		return call_end(w->call, status);
	call_done(w->call);
	return w->stopped;
}

enum de_status
source_read_directory(const struct source *src,
    const struct de_inode *directory, de_entry_fn *take, void *arg)
{
	const struct call call = call_begin(&src->in->callee,
	    CALL_READ_DIRECTORY);
	struct walk w = { .call = &call, .take_entry = take, .arg = arg };

	return end_walk(&w, ops_of(src)->read_directory(src->in->self,
	    directory, take_entry, &w));
}

enum de_status
source_map_file(const struct source *src, const struct de_inode *file,
    de_extent_fn *take, void *arg)
{
	const struct call call = call_begin(&src->in->callee, CALL_MAP_FILE);
	struct walk w = { .call = &call, .take_extent = take, .arg = arg };

	return end_walk(&w, ops_of(src)->map_file(src->in->self, file,
	    take_extent, &w));
}

enum de_status
source_read_xattrs(const struct source *src, const struct de_inode *inode,
    de_xattr_fn *take, void *arg)
{
	const struct call call = call_begin(&src->in->callee, CALL_READ_XATTRS);
	struct walk w = { .call = &call, .take_xattr = take, .arg = arg };

	return end_walk(&w, ops_of(src)->read_xattrs(src->in->self, inode,
	    take_xattr, &w));
}

bool
source_has_xattrs(const struct source *src)
{
	return ops_of(src)->read_xattrs != NULL;
}

enum de_status
source_read_symlink(const struct source *src, const struct de_inode *link,
    char *target, size_t room)
{
	const uint64_t told = src->in->finding_count;
	const struct call call = call_begin(&src->in->callee,
	    CALL_READ_SYMLINK);
	const enum de_status status = call_end(&call, ops_of(src)->read_symlink(
	    src->in->self, link, target, room));

	/* Otherwise the link would be left out silently. */
	if (status == DE_NO_MORE && src->in->finding_count == told)
		return call_refuse(&call, "returned %d without a finding",
		    (int)status);
	return status;
}

enum de_status
source_read(void *arg, uint64_t address, const struct iovec *iov,
    int iov_count, struct de_read_error *error)
{
	const struct source *src = arg;
	const struct call call = call_begin(&src->in->callee, CALL_READ);

	return call_end(&call, ops_of(src)->read(src->in->self, address, iov,
	    iov_count, error));
}

bool
source_is_name(const struct de_entry *e)
{
	return e->name_length > 0 &&
	    !(e->name_length == 1 && e->name[0] == '.') &&
	    !(e->name_length == 2 && memcmp(e->name, "..", 2) == 0) &&
	    memchr(e->name, '/', e->name_length) == NULL &&
	    memchr(e->name, '\0', e->name_length) == NULL;
}
