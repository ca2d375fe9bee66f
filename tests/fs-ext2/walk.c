/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * walk.c - flip bits in the metadata of a filesystem and read all of it
 *
 *     walk PLUGIN IMAGE FIRST COUNT
 *
 * For each case, FIRST to FIRST + COUNT - 1, some bits of the image are
 * flipped, always the same ones, in a copy in memory.  Then the plugin is asked for
 * everything that is in it.  What it gives is checked against its contract; a
 * walk that takes a minute is a failure.  Prints what was seen in all of them.
 * With a COUNT of 0 the image is walked as it is.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dumpengine/plugin.h"

#define CASE_SECONDS 60
#define UNIT 1024		/* is metadata or not, as a whole */
#define TARGET_ROOM 4096
#define BRIEF_ROOM 7

static const char *current = "";	/* what is being done, for messages */

static void fail(const char *format, ...)
    __attribute__((format(printf, 1, 2), noreturn));

static void
fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s: ", current);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	abort();
}

/* What a walk saw. */
struct seen {
	uint64_t opened, inodes, extents, entries, xattrs, targets, findings,
	    reports;
};

struct image {
	char path[64];
	uint8_t *bytes;
	size_t size;
	uint8_t *is_data;		/* one for each unit */
	struct seen *seen;
};

/* ------------------------------------------------------------ a host */

__attribute__((format(printf, 3, 4)))
static void
take_report(const struct de_host *host, enum de_severity severity,
    const char *format, ...)
{
	struct image *image = host->context;
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (severity == DE_ERROR && getenv("VERBOSE") != NULL)
		puts(text);
	image->seen->reports++;
}

__attribute__((format(printf, 4, 5)))
static void
take_finding(const struct de_host *host, enum de_finding kind,
    uint32_t inode, const char *format, ...)
{
	struct image *image = host->context;
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (inode == 0)
		fail("a finding about no inode: %s", text);
	if (getenv("VERBOSE") != NULL)
		printf("finding %d, inode %" PRIu32 ": %s\n", kind, inode,
		    text);
	image->seen->findings++;
}

static void take_unknown(const struct de_host *host, enum de_finding kind,
    uint32_t first, uint32_t last, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static void
take_unknown(const struct de_host *host, enum de_finding kind, uint32_t first,
    uint32_t last, const char *format, ...)
{
	char text[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	take_finding(host, kind, first, "%s", text);
	if (last < first)
		fail("inodes %" PRIu32 " to %" PRIu32 " are unknown", first,
		    last);
}

static const char *
get_string(const struct de_host *host, const char *key)
{
	const struct image *image = host->context;

	return strcmp(key, "device") == 0 ? image->path : NULL;
}

static int64_t
get_integer(const struct de_host *host, const char *key)
{
	(void)host;
	(void)key;
	return 0;
}

static bool
get_boolean(const struct de_host *host, const char *key)
{
	(void)host;
	/* What journals do is tested elsewhere. */
	return strcmp(key, "ignore_journal") == 0;
}

static size_t
get_strings(const struct de_host *host, const char *key,
    const char *const **items)
{
	(void)host;
	(void)key;
	*items = NULL;
	return 0;
}

static size_t
get_sizes(const struct de_host *host, const char *key, const int64_t **items)
{
	(void)host;
	(void)key;
	*items = NULL;
	return 0;
}

static bool
is_set(const struct de_host *host, const char *key)
{
	(void)host;
	return strcmp(key, "device") == 0;
}

static bool
cancelled(const struct de_host *host)
{
	(void)host;
	return false;
}

static uint64_t
monotonic_ns(const struct de_host *host)
{
	(void)host;
	return 0;
}

/* ------------------------------------------------------------ one walk */

struct walk {
	struct image *image;
	const struct de_source *source;
	void *self;
	const struct de_inode *inode;
	uint64_t end;			/* of the extents so far */
	uint32_t max_inode;
	bool mark_data;
	uint8_t sum;
};

static void
touch(struct walk *w, const void *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		w->sum ^= ((const uint8_t *)bytes)[i];
}

static void
mark(struct image *image, uint64_t address, uint64_t length)
{
	for (uint64_t at = address; at < address + length &&
	    at < image->size; at += UNIT)
		image->is_data[at / UNIT] = 1;
}

static enum de_status
take_extent(void *arg, const struct de_extent *e)
{
	struct walk *w = arg;

	if (e->length == 0 || e->offset < w->end ||
	    e->length > w->inode->size || e->offset >
	    w->inode->size - e->length)
		fail("inode %" PRIu32 " of %" PRIu64 " bytes: an extent of %"
		    PRIu64 " bytes at %" PRIu64 " behind %" PRIu64,
		    w->inode->number, w->inode->size, e->length, e->offset,
		    w->end);
	if (e->offset % DE_TAPE_BLOCK != 0 ||
	    (e->length % DE_TAPE_BLOCK != 0 &&
	    e->offset + e->length != w->inode->size))
		fail("inode %" PRIu32 ": an extent of %" PRIu64 " bytes at %"
		    PRIu64, w->inode->number, e->length, e->offset);
	w->end = e->offset + e->length;
	if (e->bytes != NULL)
		touch(w, e->bytes, (size_t)e->length);
	else if (w->mark_data)
		mark(w->image, e->address, e->length);
	w->image->seen->extents++;
	return DE_OK;
}

static enum de_status
take_entry(void *arg, const struct de_entry *e)
{
	struct walk *w = arg;

	if (e->inode == 0 || e->inode > w->max_inode || e->name_length == 0 ||
	    e->name_length > 255)
		fail("inode %" PRIu32 ": an entry for inode %" PRIu32
		    " with a name of %u bytes", w->inode->number, e->inode,
		    e->name_length);
	touch(w, e->name, e->name_length);
	w->image->seen->entries++;
	return DE_OK;
}

static enum de_status
take_xattr(void *arg, const struct de_xattr *x)
{
	struct walk *w = arg;

	touch(w, x->name, strlen(x->name));
	touch(w, x->value, x->value_length);
	w->image->seen->xattrs++;
	return DE_OK;
}

static void
walk_contents(struct walk *w, const struct de_inode *inode)
{
	char target[TARGET_ROOM];
	enum de_status status = DE_OK;

	w->inode = inode;
	w->end = 0;
	if (S_ISDIR(inode->mode))
		status = w->source->read_directory(w->self, inode, take_entry,
		    w);
	else if (S_ISREG(inode->mode))
		status = w->source->map_file(w->self, inode, take_extent, w);
	else if (S_ISLNK(inode->mode) && inode->size > 0 &&
	    inode->size < sizeof(target))
		status = w->source->read_symlink(w->self, inode, target,
		    sizeof(target));
	if (S_ISLNK(inode->mode) && status == DE_OK)
		w->image->seen->targets++;
	if (status != DE_OK && (status != DE_NO_MORE ||
	    !S_ISLNK(inode->mode)))
		fail("inode %" PRIu32 ": status %d", inode->number, status);
	if ((inode->properties & DE_INODE_HAS_XATTRS) != 0 &&
	    (status = w->source->read_xattrs(w->self, inode, take_xattr, w)) !=
	    DE_OK)
		fail("attributes of inode %" PRIu32 ": status %d",
		    inode->number, status);
}

/* Inodes that come by and by from scan_briefly(). */
struct brief_scan {
	void *scan;
	struct de_brief inodes[BRIEF_ROOM];
	size_t count;
	size_t next;
	uint32_t from;
};

static enum de_status
next_brief(const struct walk *w, struct brief_scan *b)
{
	if (b->next < b->count)
		return DE_OK;
	const enum de_status status = w->source->scan_briefly(w->self, b->scan,
	    b->from, b->inodes, BRIEF_ROOM, &b->count);
	b->next = 0;
	if (status == DE_OK && (b->count == 0 || b->count > BRIEF_ROOM))
		fail("scan_briefly gave %zu inodes", b->count);
	return status;
}

/* It has to be the very inode that scan_next() gave. */
static void
check_brief(const struct walk *w, struct brief_scan *b,
    const struct de_inode *inode)
{
	if (next_brief(w, b) != DE_OK)
		fail("scan_briefly ends before inode %" PRIu32, inode->number);
	const struct de_brief *brief = &b->inodes[b->next++];
	if (brief->number != inode->number || brief->mode != inode->mode ||
	    brief->flags != inode->flags ||
	    brief->properties != inode->properties ||
	    brief->size != inode->size ||
	    brief->allocated != inode->allocated ||
	    brief->ctime != inode->ctime.seconds)
		fail("inode %" PRIu32 " of scan_briefly is not inode %" PRIu32
		    " of scan_next", brief->number, inode->number);
	b->from = brief->number + 1;
}

/* The same inodes by both ways; the two scans are open side by side. */
static void
compare_scans(struct walk *w)
{
	struct brief_scan b = { .from = 1 };
	struct de_inode inode = { .number = 0 };
	enum de_status status;
	void *scan;

	if (w->source->scan_begin(w->self, &scan) != DE_OK ||
	    w->source->scan_begin(w->self, &b.scan) != DE_OK)
		fail("scan_begin");
	for (;;) {
		const uint32_t from = inode.number + 1;
		inode = (struct de_inode){ .struct_size = sizeof(inode) };
		status = w->source->scan_next(w->self, scan, from, &inode);
		if (status != DE_OK)
			break;
		check_brief(w, &b, &inode);
	}
	if (status == DE_FAILED || next_brief(w, &b) != DE_NO_MORE)
		fail("scan_briefly does not end as scan_next");
	w->source->scan_end(w->self, b.scan);
	w->source->scan_end(w->self, scan);
}

/* All of it, or with a step as the later passes of a dump jump. */
static void
walk_inodes(struct walk *w, uint32_t step)
{
	struct de_inode inode;
	enum de_status status;
	uint32_t from = 1;
	void *scan;

	if (w->source->scan_begin(w->self, &scan) != DE_OK)
		fail("scan_begin");
	for (;;) {
		memset(&inode, 0, sizeof(inode));
		inode.struct_size = sizeof(inode);
		status = w->source->scan_next(w->self, scan, from, &inode);
		if (status != DE_OK)
			break;
		if (inode.number < from || inode.number > w->max_inode ||
		    inode.mode == 0)
			fail("inode %" PRIu32 " from %" PRIu32, inode.number,
			    from);
		walk_contents(w, &inode);
		w->image->seen->inodes++;
		if (inode.number > UINT32_MAX - step)
			break;
		from = inode.number + step;
	}
	if (status == DE_FAILED)
		fail("scan_next from %" PRIu32, from);
	w->source->scan_end(w->self, scan);
}

static void
walk_image(const struct de_plugin *plugin, struct image *image, bool mark_data)
{
	struct de_host host = {
		.struct_size = sizeof(host),
		.api_version = DE_API_VERSION,
		.context = image,
		.report = take_report,
		.get_string = get_string,
		.get_integer = get_integer,
		.get_boolean = get_boolean,
		.get_strings = get_strings,
		.get_sizes = get_sizes,
		.is_set = is_set,
		.cancelled = cancelled,
		.monotonic_ns = monotonic_ns,
		.finding = take_finding,
		.unknown_inodes = take_unknown,
	};
	struct de_source_info info = { .struct_size = sizeof(info) };
	struct walk w = {
		.image = image,
		.source = plugin->source,
		.mark_data = mark_data,
	};

	alarm(CASE_SECONDS);
	if (plugin->create(&host, &w.self) != DE_OK)
		fail("create");
	if (w.source->open(w.self, &info) == DE_OK) {
		image->seen->opened++;
		w.max_inode = info.max_inode;
		walk_inodes(&w, 1);
		walk_inodes(&w, 37);
		compare_scans(&w);
		w.source->close(w.self);
	}
	plugin->destroy(w.self);
	alarm(0);
}

/* ------------------------------------------------------------- all cases */

static uint64_t
next_random(uint64_t *state)
{
	/* splitmix64 */
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static bool
is_empty(const uint8_t *unit)
{
	for (size_t i = 0; i < UNIT; i++)
		if (unit[i] != 0)
			return false;
	return true;
}

/* A byte of the metadata; bytes that say something are more likely. */
static size_t
choose_byte(const struct image *image, uint64_t *state)
{
	size_t at = 0;

	for (int tries = 0; tries < 4; tries++) {
		do {
			at = (size_t)(next_random(state) %
			    (image->size / UNIT)) * UNIT;
		} while (image->is_data[at / UNIT] != 0);
		at += (size_t)(next_random(state) % UNIT);
		if (image->bytes[at] != 0)
			break;
	}
	return at;
}

#define FLIPS_MAX 50

static void
run_case(const struct de_plugin *plugin, struct image *image, uint64_t number)
{
	uint64_t state = number;
	size_t at[FLIPS_MAX];
	uint8_t was[FLIPS_MAX];
	const unsigned int flips =
	    1 + (unsigned int)(next_random(&state) % FLIPS_MAX);
	char what[64];

	snprintf(what, sizeof(what), "case %" PRIu64, number);
	current = what;
	for (unsigned int i = 0; i < flips; i++) {
		at[i] = choose_byte(image, &state);
		was[i] = image->bytes[at[i]];
		if (next_random(&state) % 4 == 0)
			image->bytes[at[i]] = (uint8_t)next_random(&state);
		else
			image->bytes[at[i]] ^=
			    (uint8_t)(1 << next_random(&state) % 8);
	}
	walk_image(plugin, image, false);
	for (unsigned int i = flips; i-- > 0;)
		image->bytes[at[i]] = was[i];
	current = "";
}

static void
open_image(struct image *image, const char *path)
{
	struct stat st;
	const int from = open(path, O_RDONLY | O_CLOEXEC);
	const int fd = memfd_create("image", MFD_CLOEXEC);

	if (from == -1 || fd == -1 || fstat(from, &st) == -1 ||
	    ftruncate(fd, st.st_size) == -1)
		fail("%s: cannot be opened", path);
	image->size = (size_t)st.st_size;
	image->bytes = mmap(NULL, image->size, PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	image->is_data = calloc(1, image->size / UNIT + 1);
	if (image->bytes == MAP_FAILED || image->is_data == NULL)
		fail("out of memory");
	for (size_t at = 0; at < image->size;) {
		const ssize_t n = read(from, image->bytes + at,
		    image->size - at);
		if (n <= 0)
			fail("%s: cannot be read", path);
		at += (size_t)n;
	}
	close(from);
	snprintf(image->path, sizeof(image->path), "/proc/self/fd/%d", fd);
}

/* What is neither in a file nor empty is metadata. */
static void
find_metadata(const struct de_plugin *plugin, struct image *image)
{
	walk_image(plugin, image, true);
	for (size_t at = 0; at + UNIT <= image->size; at += UNIT)
		if (is_empty(image->bytes + at))
			image->is_data[at / UNIT] = 1;
}

int
main(int argc, char **argv)
{
	struct seen seen = { 0 };
	struct image image = { .seen = &seen };
	const struct de_plugin *(*entry)(void);

	if (argc != 5)
		return 2;
	void *dl = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
	if (dl == NULL)
		fail("%s", dlerror());
	*(void **)&entry = dlsym(dl, "de_plugin_entry");
	if (entry == NULL)
		fail("%s: is no plugin", argv[1]);
	open_image(&image, argv[2]);
	find_metadata(entry(), &image);
	if (seen.opened != 1 || seen.findings != 0)
		fail("%s: is damaged before anything was done", argv[2]);
	const uint64_t first = strtoull(argv[3], NULL, 10);
	const uint64_t count = strtoull(argv[4], NULL, 10);
	if (count > 0)
		seen = (struct seen){ 0 };
	for (uint64_t i = first; i < first + count; i++)
		run_case(entry(), &image, i);
	printf("opened %" PRIu64 " inodes %" PRIu64 " extents %" PRIu64
	    " entries %" PRIu64 " attributes %" PRIu64 " targets %" PRIu64
	    " findings %" PRIu64 " reports %" PRIu64 "\n", seen.opened,
	    seen.inodes, seen.extents, seen.entries, seen.xattrs,
	    seen.targets, seen.findings, seen.reports);
	munmap(image.bytes, image.size);
	free(image.is_data);
	return 0;
}
