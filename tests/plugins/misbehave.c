/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * misbehave.c - a source, an output and an EOT handler that break the rules
 *
 * tests/plugins/local.am builds it for each KIND.  The option `callback` says
 * where, `act` how:
 *
 *   status   return `value`
 *   give     give `value` in place of a number, count, length or answer
 *   nothing  give no name, no value, no text
 *   crash    SIGSEGV
 *   abort    abort()
 *   exit     exit(value)
 *   _exit    _exit(value)
 *   _Exit    _Exit(value)
 *   quick    quick_exit(value)
 *   hang     wait for ever, whatever signals arrive
 *   spin     the same, without a system call
 *   ignore   (walks) go on after being stopped, and return DE_OK
 *
 * The `nth` call does so, and all later ones.  The file `mark` is created when
 * it happens.  The environment controls what is outside of an instance:
 * MISBEHAVE_LOAD, MISBEHAVE_ENTRY and MISBEHAVE_UNLOAD are acts; the first time,
 * nothing happens if MISBEHAVE_LATER names a file, which is created then.
 *
 * The source has a root directory (inode 2) with the file "file" (12), which
 * has an attribute, and the link "link" (13).  The output writes to the file
 * `path`, if set; with `window`, it may acknowledge records late.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dumpengine/plugin.h"

#define ROOT 2u
#define FILE_INODE 12u
#define LINK_INODE 13u
#define MAX_INODE 20u
#define FILE_SIZE 5000u
#define SOME_TIME 1600000000
static const char target[] = "file";

struct misbehave {
	const struct de_host *host;	/* borrowed, like the texts */
	const char *callback;
	const char *act;
	const char *mark;		/* NULL: none */
	const char *path;		/* NULL: discard */
	int64_t value;
	int64_t nth;
	int64_t calls;
	int64_t capacity;		/* records per volume; 0: no limit */
	int64_t records;
	int fd;
};

static const struct de_option misbehave_options[] = {
	{ "callback", DE_OPTION_STRING, 0, 0, 0, "none", "where" },
	{ "act", DE_OPTION_STRING, 0, 0, 0, "status", "what" },
	{ "value", DE_OPTION_INTEGER, 0, -1000, 100000, "77", "with what" },
	{ "nth", DE_OPTION_INTEGER, 0, 1, 100000, "1", "from which call on" },
	{ "mark", DE_OPTION_STRING, 0, 0, 0, NULL, "file that tells of it" },
	{ "device", DE_OPTION_STRING, 0, 0, 0, "none", "for snapshots" },
	{ "path", DE_OPTION_STRING, 0, 0, 0, NULL, "file to write to" },
	{ "window", DE_OPTION_INTEGER, 0, 0, 100, "0", "records in flight" },
	{ "capacity", DE_OPTION_INTEGER, 0, 0, 100000, "0",
	  "records of a volume" },
	DE_OPTIONS_END
};

/* ------------------------------------------------------------ what it does */

static void
hang(void)
{
	for (int i = 1; i < 65; i++)
		signal(i, SIG_IGN);
	for (;;)
		pause();
}

static void
spin(void)
{
	volatile int forever = 1;

	while (forever)
		;
}

static void
end(const char *act, int value)
{
	static volatile int *volatile nowhere = (volatile int *)8;

	if (strcmp(act, "crash") == 0)
		*nowhere = 0;
	else if (strcmp(act, "abort") == 0)
		abort();
	else if (strcmp(act, "exit") == 0)
		exit(value);
	else if (strcmp(act, "_exit") == 0)
		_exit(value);
	else if (strcmp(act, "_Exit") == 0)
		_Exit(value);
	else if (strcmp(act, "quick") == 0)
		quick_exit(value);
	else if (strcmp(act, "hang") == 0)
		hang();
	else if (strcmp(act, "spin") == 0)
		spin();
}

static bool
is_act(const struct misbehave *m, const char *callback, const char *act)
{
	return strcmp(m->callback, callback) == 0 &&
	    strcmp(m->act, act) == 0 && m->calls >= m->nth;
}

/* Called at the beginning of each callback; `status` is its regular result. */
static enum de_status
begin(struct misbehave *m, const char *callback, enum de_status status)
{
	if (strcmp(m->callback, callback) != 0 || ++m->calls < m->nth)
		return status;
	if (m->mark != NULL)
		close(open(m->mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	end(m->act, (int)m->value);
	return strcmp(m->act, "status") == 0 ? (enum de_status)m->value :
	    status;
}

/* ------------------------------------------------------------------ source */

static void
fill_inode(struct de_inode *inode, uint32_t number)
{
	inode->number = number;
	inode->mode = number == ROOT ? S_IFDIR | 0755 : number == FILE_INODE ?
	    S_IFREG | 0644 : S_IFLNK | 0777;
	inode->links = number == ROOT ? 2 : 1;
	inode->size = number == ROOT ? 1024 : number == FILE_INODE ? FILE_SIZE :
	    strlen(target);
	inode->allocated = number == LINK_INODE ? 0 : 8192;
	inode->mtime.seconds = inode->ctime.seconds = SOME_TIME;
	inode->properties = number == FILE_INODE ? DE_INODE_HAS_XATTRS : 0;
}

static uint32_t
next_number(uint32_t from)
{
	return from <= ROOT ? ROOT : from <= FILE_INODE ? FILE_INODE :
	    from <= LINK_INODE ? LINK_INODE : 0;
}

static enum de_status
source_open(void *self, struct de_source_info *info)
{
	struct misbehave *m = self;
	const enum de_status status = begin(m, "open", DE_OK);

	info->max_inode = MAX_INODE;
	info->root_inode = ROOT;
	info->block_size = 1024;
	info->used_bytes = 16384;
	info->device = "misbehaving";
	info->type = "none";
	if (is_act(m, "open", "nothing"))
		info->device = info->type = NULL;
	return status;
}

static void
source_close(void *self)
{
	begin(self, "close", DE_OK);
}

static enum de_status
scan_begin(void *self, void **scan)
{
	*scan = self;
	return begin(self, "scan_begin", DE_OK);
}

static enum de_status
scan_next(void *self, void *scan, uint32_t from, struct de_inode *inode)
{
	struct misbehave *m = self;
	const uint32_t number = next_number(from);
	const enum de_status status = begin(m, "scan_next",
	    number == 0 ? DE_NO_MORE : DE_OK);

	(void)scan;
	fill_inode(inode, number);
	if (is_act(m, "scan_next", "give"))
		inode->number = (uint32_t)m->value;
	return status;
}

static void
scan_end(void *self, void *scan)
{
	(void)scan;
	begin(self, "scan_end", DE_OK);
}

__attribute__((unused))
static enum de_status
scan_briefly(void *self, void *scan, uint32_t from, struct de_brief *inodes,
    size_t room, size_t *count)
{
	struct misbehave *m = self;
	const uint32_t number = next_number(from);
	const enum de_status status = begin(m, "scan_briefly",
	    number == 0 ? DE_NO_MORE : DE_OK);
	struct de_inode inode;

	(void)scan;
	(void)room;
	memset(&inode, 0, sizeof(inode));
	fill_inode(&inode, number);
	memset(&inodes[0], 0, sizeof(inodes[0]));
	inodes[0].number = number;
	inodes[0].size = inode.size;
	inodes[0].allocated = inode.allocated;
	inodes[0].ctime = inode.ctime.seconds;
	inodes[0].properties = inode.properties;
	inodes[0].mode = inode.mode;
	*count = 1;
	if (is_act(m, "scan_briefly", "give"))
		*count = (size_t)m->value;
	return status;
}

static enum de_status
read_directory(void *self, const struct de_inode *directory, de_entry_fn *take,
    void *arg)
{
	struct misbehave *m = self;
	const struct { const char *name; uint32_t inode; uint16_t type; }
	    all[] = {
		{ ".", ROOT, S_IFDIR }, { "..", ROOT, S_IFDIR },
		{ "file", FILE_INODE, S_IFREG },
		{ "link", LINK_INODE, S_IFLNK },
	};
	enum de_status status = begin(m, "read_directory", DE_OK);
	const bool ignores = is_act(m, "read_directory", "ignore");

	(void)directory;
	if (status != DE_OK)
		return status;
	for (size_t i = 0; i < 4 && (status == DE_OK || ignores); i++) {
		const struct de_entry entry = {
			.struct_size = sizeof(entry),
			.inode = all[i].inode,
			.type = all[i].type,
			.name_length = (uint16_t)strlen(all[i].name),
			.name = i == 2 &&
			    is_act(m, "read_directory", "nothing") ?
			    NULL : all[i].name,
		};
		status = take(arg, &entry);
	}
	return ignores ? DE_OK : status;
}

static enum de_status
map_file(void *self, const struct de_inode *file, de_extent_fn *take, void *arg)
{
	struct misbehave *m = self;
	enum de_status status = begin(m, "map_file", DE_OK);
	const bool ignores = is_act(m, "map_file", "ignore");
	const struct de_extent extent = {
		.struct_size = sizeof(extent),
		.length = file->size,
		.address = 4096,
	};

	if (status != DE_OK)
		return status;
	status = take(arg, &extent);
	return ignores ? DE_OK : status;
}

static enum de_status
read_symlink(void *self, const struct de_inode *link, char *to, size_t room)
{
	(void)link;
	(void)room;
	memcpy(to, target, strlen(target));
	return begin(self, "read_symlink", DE_OK);
}

static enum de_status
read_xattrs(void *self, const struct de_inode *inode, de_xattr_fn *take,
    void *arg)
{
	struct misbehave *m = self;
	const enum de_status status = begin(m, "read_xattrs", DE_OK);
	const struct de_xattr xattr = {
		.struct_size = sizeof(xattr),
		.name = is_act(m, "read_xattrs", "nothing") ? NULL :
		    "user.color",
		.value = is_act(m, "read_xattrs", "give") ? NULL : "blue",
		.value_length = 4,
	};

	(void)inode;
	return status != DE_OK ? status : take(arg, &xattr);
}

static enum de_status
source_read(void *self, uint64_t address, const struct iovec *iov,
    int iov_count, struct de_read_error *error)
{
	(void)address;
	(void)error;
	for (int i = 0; i < iov_count; i++)
		memset(iov[i].iov_base, 'x', iov[i].iov_len);
	return begin(self, "read", DE_OK);
}

static enum de_status
find_mount_point(void *self, char *path, size_t room)
{
	struct misbehave *m = self;
	const enum de_status status = begin(m, "find_mount_point", DE_OK);

	if (is_act(m, "find_mount_point", "nothing"))
		memset(path, 'x', room);
	return status;
}

static enum de_status
find_device(void *self, char *name, size_t room)
{
	struct misbehave *m = self;
	const enum de_status status = begin(m, "find_device", DE_OK);

	snprintf(name, room, "nowhere");
	if (is_act(m, "find_device", "nothing"))
		memset(name, 'x', room);
	return status;
}

__attribute__((unused))
static const struct de_source source = {
	.struct_size = sizeof(source),
	.open = source_open,
	.close = source_close,
	.scan_begin = scan_begin,
	.scan_next = scan_next,
	.scan_end = scan_end,
	.read_directory = read_directory,
	.map_file = map_file,
	.read_symlink = read_symlink,
	.read_xattrs = read_xattrs,
	.read = source_read,
	.find_mount_point = find_mount_point,
	.find_device = find_device,
#ifdef BRIEF
	.scan_briefly = scan_briefly,
#endif
};

/* ------------------------------------------------------------------ output */

static enum de_status
output_check(void *self, const struct de_volume *volume)
{
	(void)volume;
	return begin(self, "check", DE_OK);
}

static enum de_status
open_volume(void *self, const struct de_volume *volume,
    struct de_medium *medium)
{
	struct misbehave *m = self;
	const enum de_status status = begin(m, "open_volume", DE_OK);

	(void)volume;
	m->records = 0;
	if (status == DE_OK && m->path != NULL)
		m->fd = open(m->path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC,
		    0600);
	medium->name = is_act(m, "open_volume", "nothing") ? NULL : "nowhere";
	medium->window = (uint32_t)m->host->get_integer(m->host, "window");
	return status;
}

static enum de_status
output_write(void *self, const void *record, size_t length)
{
	struct misbehave *m = self;
	const enum de_status status = begin(m, "write", DE_OK);

	if (m->capacity > 0 && m->records == m->capacity)
		return DE_END_OF_VOLUME;
	if (status == DE_OK && m->fd != -1 &&
	    write(m->fd, record, length) != (ssize_t)length)
		return DE_FAILED;
	m->records++;
	return status;
}

static enum de_status
close_volume(void *self, enum de_close how)
{
	struct misbehave *m = self;

	if (m->fd != -1)
		close(m->fd);
	if (m->path != NULL && how == DE_CLOSE_DISCARD)
		unlink(m->path);
	m->fd = -1;
	return begin(m, "close_volume", DE_OK);
}

static enum de_status
begin_readback(void *self)
{
	struct misbehave *m = self;

	lseek(m->fd, 0, SEEK_SET);
	return begin(m, "begin_readback", DE_OK);
}

/* Of either the volume just written or one open for reading. */
static enum de_status
read_record(void *self, void *buffer, size_t room, size_t *length)
{
	struct misbehave *m = self;
	const enum de_status status = begin(m, "read_record", DE_OK);
	const ssize_t n = read(m->fd, buffer, room);

	*length = n > 0 ? (size_t)n : 0;
	if (is_act(m, "read_record", "give"))
		*length = (size_t)m->value;
	else if (is_act(m, "read_record", "nothing"))
		*length = room;		/* for ever */
	else if (n == 0)
		return DE_NO_MORE;
	return status;
}

static enum de_status
open_reading(void *self, const struct de_volume *volume,
    struct de_reading *reading)
{
	struct misbehave *m = self;
	const enum de_status status = begin(m, "open_reading", DE_OK);

	(void)volume;
	if (status == DE_OK && m->path != NULL)
		m->fd = open(m->path, O_RDONLY | O_CLOEXEC);
	reading->name = is_act(m, "open_reading", "nothing") ? NULL : "nowhere";
	reading->properties = DE_READING_SEEKS;
	if (is_act(m, "open_reading", "give"))
		reading->failure = (enum de_failure)m->value;
	return is_act(m, "open_reading", "give") ? DE_FAILED : status;
}

static enum de_status
tell(void *self, uint64_t *position)
{
	struct misbehave *m = self;
	const enum de_status status = begin(m, "tell", DE_OK);

	*position = is_act(m, "tell", "give") ? (uint64_t)m->value :
	    (uint64_t)lseek(m->fd, 0, SEEK_CUR);
	return status;
}

static enum de_status
go_to(void *self, uint64_t position)
{
	struct misbehave *m = self;
	const enum de_status status = begin(m, "go_to", DE_OK);

	lseek(m->fd, (off_t)position, SEEK_SET);
	return status;
}

static void
close_reading(void *self)
{
	struct misbehave *m = self;

	begin(m, "close_reading", DE_OK);
	close(m->fd);
	m->fd = -1;
}

static bool
needs_change(void *self, const struct de_volume *volume)
{
	(void)volume;
	begin(self, "needs_change", DE_OK);
	return false;
}

static uint64_t
settled(void *self)
{
	struct misbehave *m = self;

	begin(m, "settled", DE_OK);
	return is_act(m, "settled", "give") ? (uint64_t)m->value :
	    (uint64_t)m->records;
}

static enum de_status
settle(void *self)
{
	return begin(self, "settle", DE_OK);
}

static bool
may_retry(void *self)
{
	struct misbehave *m = self;

	begin(m, "may_retry", DE_OK);
	return false;
}

static enum de_failure
failure(void *self)
{
	begin(self, "failure", DE_OK);
	return DE_FAILURE_OTHER;
}

__attribute__((unused))
static const struct de_output output = {
	.struct_size = sizeof(output),
	.check = output_check,
	.open_volume = open_volume,
	.write = output_write,
	.close_volume = close_volume,
	.begin_readback = begin_readback,
	.needs_change = needs_change,
	.settled = settled,
	.settle = settle,
	.may_retry = may_retry,
	.failure = failure,
	.open_reading = open_reading,
	.read_record = read_record,
	.tell = tell,
	.go_to = go_to,
	.close_reading = close_reading,
};

/* ------------------------------------------------------------- EOT handler */

static enum de_status
volume_ended(void *self, const struct de_volume_end *volume,
    struct de_eot_reply *reply)
{
	struct misbehave *m = self;

	(void)volume;
	const enum de_status status = begin(m, "volume_ended", DE_OK);
	if (is_act(m, "volume_ended", "give"))
		reply->answer = (enum de_eot_answer)m->value;
	if (is_act(m, "volume_ended", "nothing"))
		memset(reply->medium, 'x', sizeof(reply->medium));
	return status;
}

static enum de_status
eot_check(void *self)
{
	return begin(self, "check", DE_OK);
}

__attribute__((unused))
static const struct de_eot eot = {
	.struct_size = sizeof(eot),
	.volume_ended = volume_ended,
	.check = eot_check,
};

/* -------------------------------------------------------------- the plugin */

static enum de_status
create(const struct de_host *host, void **self)
{
	struct misbehave *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return DE_FAILED;
	m->host = host;
	m->callback = host->get_string(host, "callback");
	m->act = host->get_string(host, "act");
	m->mark = host->get_string(host, "mark");
	m->path = host->get_string(host, "path");
	m->value = host->get_integer(host, "value");
	m->nth = host->get_integer(host, "nth");
	m->capacity = host->get_integer(host, "capacity");
	m->fd = -1;
	*self = m;
	return begin(m, "create", DE_OK);
}

static void
destroy(void *self)
{
	begin(self, "destroy", DE_OK);
	free(self);
}

static const struct de_plugin plugin = {
	DE_PLUGIN_ABI,
	.kind = KIND,
	.name = NAME,
	.summary = "do what no plugin may",
	.options = misbehave_options,
	.create = create,
	.destroy = destroy,
	.source = KIND == DE_SOURCE ? &source : NULL,
	.output = KIND == DE_OUTPUT ? &output : NULL,
	.eot = KIND == DE_EOT_HANDLER ? &eot : NULL,
};

static void
by_environment(const char *name)
{
	const char *act = getenv(name), *later = getenv("MISBEHAVE_LATER");
	const int fd = act == NULL || later == NULL ? -1 :
	    open(later, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd != -1)
		close(fd);
	else if (act != NULL)
		end(act, 0);
}

__attribute__((constructor))
static void
load(void)
{
	by_environment("MISBEHAVE_LOAD");
}

__attribute__((destructor))
static void
unload(void)
{
	by_environment("MISBEHAVE_UNLOAD");
}

const struct de_plugin *
de_plugin_entry(void)
{
	by_environment("MISBEHAVE_ENTRY");
	return &plugin;
}
