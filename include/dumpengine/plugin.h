/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dumpengine/plugin.h - the interface between a plugin and the engine
 *
 * This is the only header that a plugin includes.  A plugin is a shared object
 * that exports one function, de_plugin_entry() (write DE_PLUGIN() at the end of
 * the source), which returns a descriptor: the plugin's kind, name, option
 * table and callbacks.  dumpengine-plugin(3) shows a complete one.
 *
 * Rules for every plugin
 *
 *   - Keep all state in the handle that `create` returns and none in
 *     file-scope variables: two instances may exist side by side.
 *   - Never print, never exit and never install a signal handler.  Report
 *     an error with host->report() where it is noticed, and return a
 *     status to the caller.
 *   - A signal may interrupt a system call (EINTR).  Then ask
 *     host->cancelled() and either give up with DE_FAILED or retry.
 *
 * Compatibility
 *
 *   New members are added at the end of structures only, and every structure
 *   that crosses the boundary begins with its size as its author knew it.  The
 *   engine reads no further than that; an absent optional callback counts
 *   as NULL.  A plugin must not look beyond the size given in a structure that
 *   it receives.  DE_API_VERSION changes only when old plugins cannot work.
 *
 * C99; also compiles as C++.
 */
#ifndef DUMPENGINE_PLUGIN_H
#define DUMPENGINE_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DE_API_VERSION 1

/* Does a received structure extend as far as that member? */
#define DE_HAS(structure, member)					\
	((size_t)((const char *)(&(structure)->member + 1) -		\
	    (const char *)(structure)) <= (structure)->struct_size)

/* Unit of the stream, in bytes.  Extents are made of tape blocks. */
#define DE_TAPE_BLOCK 1024

/* The result of a call.  Each callback lists the values it may return. */
enum de_status {
	DE_OK = 0,		/* done */
	DE_FAILED = 1,		/* not done; reported why by host->report() */
	DE_END_OF_VOLUME = 2,	/* the medium has no room for this record */
	DE_NO_MORE = 3,		/* no more items */
	DE_LOST = 4		/* some data cannot be read; reported why */
};

/* How bad a message is. */
enum de_severity {
	DE_ERROR = 0,		/* something failed */
	DE_WARNING = 1,		/* done, but the operator should look */
	DE_INFO = 2,		/* shown unless -q is given */
	DE_DEBUG = 3		/* shown with -v only */
};

/* A finding about an inode; see de_host.finding(). */
enum de_finding {
	/*
	 * Part of it is missing from the dump or differs from the filesystem.
	 */
	DE_FINDING_MISSING = 0,
	/*
	 * It is in the dump, but restore(8) cannot restore it faithfully or at
	 * all.  Shown; the dump still counts as complete.
	 */
	DE_FINDING_NOTE = 1,
	/* MISSING because it could not be read: counts as a read error. */
	DE_FINDING_READ_ERROR = 2
};

/* -------------------------------------------------------------- options */

enum de_option_type {
	DE_OPTION_STRING = 1,	/* range: length in bytes */
	DE_OPTION_INTEGER = 2,
	DE_OPTION_BOOLEAN = 3,
	DE_OPTION_SIZE = 4,	/* bytes: a number, or text as "700 MiB" */
	DE_OPTION_STRINGS = 5,	/* one text or a list; range: length of each */
	DE_OPTION_TIME = 6,	/* seconds since 1970, or ISO 8601 text */
	DE_OPTION_SIZES = 7	/* a SIZE, a list of them, or "auto": none */
};

#define DE_OPTION_REQUIRED 1u	/* de_option.flags: must be in the file */

/*
 * One option of a plugin.  The table ends with DE_OPTIONS_END, an entry whose
 * key is NULL.  It drives the checks of the configuration file, `dumpengine
 * --plugin-help` and a test of the manual page, so that the three cannot
 * disagree.
 */
struct de_option {
	const char *key;		/* as written in the file */
	enum de_option_type type;
	uint32_t flags;			/* DE_OPTION_REQUIRED or 0 */
	int64_t min;			/* range, both ends included; */
	int64_t max;			/*   min = max = 0: not checked */
	const char *default_value;	/* as text; NULL: not set */
	const char *help;		/* one line, no full stop */
};

#define DE_OPTIONS_END \
	{ NULL, (enum de_option_type)0, 0, 0, 0, NULL, NULL }

/* ------------------------------------------------------- host services */

/*
 * A dump that an output found on its medium, as its header describes it.  A
 * text is NULL if unknown and is then not compared.  Texts belong to the output
 * and are read only during the call.
 */
struct de_dump_found {
	uint32_t struct_size;
	int64_t date;			/* c_date, seconds since 1970 */
	int64_t base_date;		/* c_ddate; 0: a full dump */
	uint32_t level;			/* c_level */
	uint32_t volume;		/* c_volume */
	const char *device;		/* c_dev */
	const char *filesystem;		/* c_filesys */
	const char *label;		/* c_label */
	const char *host;		/* c_host */
};

/* What the engine knows about a dump. */
enum de_dump_state {
	/* Nothing: it was made elsewhere or too long ago. */
	DE_DUMP_UNKNOWN = 0,
	/* Aborted, killed or retired by dump_retire(): may be overwritten. */
	DE_DUMP_UNFINISHED = 1,
	/*
	 * Complete, and no dump depends on it except those that the dump in
	 * progress replaces.
	 */
	DE_DUMP_FINISHED = 2,
	/*
	 * Must not be overwritten: it is being written, or it is the base of
	 * the dump in progress, of another dump or of the next one.
	 */
	DE_DUMP_BASE = 3
};

/* What the catalogue says of a dump, or of a medium with a dump on it. */
enum de_dump_hold {
	DE_HOLD_UNKNOWN = 0,	/* it does not know the dump */
	DE_HOLD_NONE = 1,	/* expired, aborted or no longer whole */
	DE_HOLD_KEPT = 2,	/* it stays */
	DE_HOLD_FAILED = 3	/* there is no catalogue, or none to be read */
};

/*
 * The engine's services for an instance.  Passed to create(); outlives the
 * instance.  Every function may be called from any callback and from any thread
 * that the engine calls; none from a thread that the plugin created.
 */
struct de_host {
	uint32_t struct_size;
	uint32_t api_version;
	void *context;			/* the engine's; do not touch */

	/*
	 * Tell the operator; printf(3) format, one line without a newline.
	 * Name the file, device or setting concerned.
	 */
	void (*report)(const struct de_host *host, enum de_severity severity,
	    const char *format, ...)
#if defined(__GNUC__)
	    __attribute__((format(printf, 3, 4)))
#endif
	    ;

	/*
	 * The value of an option, checked against the table: from the file, or
	 * else the default.  NULL, 0 or false if the table has no such key or
	 * gives it another type.  Texts live as long as the instance.
	 */
	const char *(*get_string)(const struct de_host *host, const char *key);
	int64_t (*get_integer)(const struct de_host *host, const char *key);
					/* INTEGER, SIZE and TIME */
	bool (*get_boolean)(const struct de_host *host, const char *key);
	size_t (*get_strings)(const struct de_host *host, const char *key,
	    const char *const **items);	/* returns their number */

	/* Does the file set it (as opposed to the table's default)? */
	bool (*is_set)(const struct de_host *host, const char *key);

	/* The sizes in bytes; returns their number. */
	size_t (*get_sizes)(const struct de_host *host, const char *key,
	    const int64_t **items);

	/*
	 * Is the run being aborted, or is the result no longer needed?  Then
	 * stop waiting.
	 */
	bool (*cancelled)(const struct de_host *host);

	/* Monotonic clock, in nanoseconds. */
	uint64_t (*monotonic_ns)(const struct de_host *host);

	/*
	 * For a source: report a problem with an inode, then go on without it
	 * or without the part concerned.  printf(3) format; a phrase to follow
	 * the inode's path, such as "its block map is damaged: ...".  The
	 * engine finds the path, reports and counts it.  Main thread only,
	 * between open() and close().
	 */
	void (*finding)(const struct de_host *host, enum de_finding kind,
	    uint32_t inode, const char *format, ...)
#if defined(__GNUC__)
	    __attribute__((format(printf, 4, 5)))
#endif
	    ;

	/*
	 * For an output: may the dump in progress overwrite this one?  Called
	 * in check() and from open_volume() on.  Main thread.
	 */
	enum de_dump_state (*dump_state)(const struct de_host *host,
	    const struct de_dump_found *found);

	/*
	 * For an output: a volume of that dump is about to be overwritten.
	 * Retires the dump and all that depend on it: they no longer serve as a
	 * base, and the catalogue learns where that volume was.  This is safely
	 * on disk when the call returns.  Call it before the first byte is
	 * overwritten, whatever the state.  Main thread.
	 * DE_OK, also for an unknown dump; DE_FAILED: it could not be recorded,
	 * so the dump must stay.
	 */
	enum de_status (*dump_retire)(const struct de_host *host,
	    const struct de_dump_found *found);

	/*
	 * For a source: the inodes `first` to `last` may be in use, but they
	 * cannot be read, for instance because part of an inode table is
	 * unreadable.  The source does not return them.  They count as in use,
	 * so that restore removes nothing that an earlier level restored.
	 * Otherwise like finding() for the inode `first`; report nothing else
	 * about them.  Takes effect until the end of the first scan of all
	 * inodes; after that it is only a finding.
	 */
	void (*unknown_inodes)(const struct de_host *host,
	    enum de_finding kind, uint32_t first, uint32_t last,
	    const char *format, ...)
#if defined(__GNUC__)
	    __attribute__((format(printf, 5, 6)))
#endif
	    ;

	/*
	 * For a plugin that runs a command: is it safe to run?  As root it is
	 * not if anyone else can write to a program in it, or to a directory or
	 * link on the way there.  `user`, or NULL, is the account that it will
	 * run as, which may write to it.  `command` is text for /bin/sh, `key`
	 * the option that holds it.  Call it in create(), so that --check
	 * reports it as well.
	 * DE_OK; DE_FAILED after reporting "KEY: ...".  Main thread.
	 */
	enum de_status (*check_command)(const struct de_host *host,
	    const char *key, const char *command, const char *user);

	/*
	 * The environment for a command: PATH, HOME, LOGNAME, SHELL and, if
	 * set, TZ and LANG, as texts "NAME=VALUE" with a final NULL.  Belongs
	 * to the engine; valid as long as the instance.  NULL if out of memory
	 * (reported).  Main thread.
	 */
	const char *const *(*command_environment)(const struct de_host *host);

	/*
	 * For an output that may overwrite only what the catalogue lets go:
	 * does it keep this dump?  `why` receives the answer as a clause to
	 * follow the dump in a message, "which the catalogue keeps as ...".
	 * With NULL for `found`: DE_HOLD_UNKNOWN, the catalogue can be asked;
	 * or DE_HOLD_FAILED, and `why` is a phrase of its own.  Called like
	 * dump_state(), which still has the first word.
	 */
	enum de_dump_hold (*dump_hold)(const struct de_host *host,
	    const struct de_dump_found *found, char *why, size_t room);

	/*
	 * For an output: which dump wrote a volume that shows no header, and no
	 * mark of a filter?  `bytes` are its first 1024 on the medium, or all of
	 * them.  If the engine has noted it, take() is called, once, with the
	 * dump and the number of the volume; texts are valid until it returns.
	 * Called like dump_state().
	 */
	void (*dump_find)(const struct de_host *host, const void *bytes,
	    size_t length, void (*take)(void *arg,
	    const struct de_dump_found *found), void *arg);
};

/* -------------------------------------------------------------- sources */

/*
 * de_source_info.properties: mounted for writing, so that it may change during
 * the dump.  The engine then looks for changes at the end.
 */
#define DE_SOURCE_LIVE 1u
/*
 * It was in use when last written: after a crash, or copied while mounted.
 * `written` is then older than the contents.
 */
#define DE_SOURCE_UNCLEAN 2u

/*
 * Description of a source.  Texts belong to the source and live until close().
 */
struct de_source_info {
	uint32_t struct_size;
	uint32_t max_inode;		/* highest possible inode number */
	uint32_t root_inode;		/* must be 2 in a dump stream */
	uint32_t block_size;		/* bytes */
	uint64_t used_bytes;		/* allocated, metadata included */
	const char *device;		/* as it appears in the stream */
	const char *mount_point;	/* "" if not mounted */
	const char *label;		/* of the filesystem; "" if none */
	const char *uuid;		/* as text; "" if none */
	const char *type;		/* "ext4" */
	uint32_t properties;		/* DE_SOURCE_... */
	/*
	 * These tell the filesystem from another one, or from an earlier copy
	 * of itself, with the same name; 0: unknown.
	 */
	int64_t created;		/* seconds since 1970 */
	int64_t written;		/* last, as a whole; seconds */
	uint64_t lifetime_writes;	/* a counter that only rises */
};

struct de_time {
	int64_t seconds;		/* since 1970-01-01 00:00 UTC */
	uint32_t nanoseconds;		/* below 1000000000 */
};

/* de_inode.properties */
#define DE_INODE_HAS_XATTRS 1u
#define DE_INODE_HAS_BIRTH_TIME 2u

/*
 * A visible inode in use.  A source does not return the journal, quota files
 * and the like.
 */
struct de_inode {
	uint32_t struct_size;
	uint32_t number;
	uint16_t mode;			/* type and permissions: st_mode */
	uint32_t links;
	uint32_t uid;
	uint32_t gid;
	uint64_t size;			/* bytes; 0: device, fifo, socket */
	uint64_t allocated;		/* bytes on the medium; for the
					   estimate */
	struct de_time atime;
	struct de_time mtime;
	struct de_time ctime;
	uint32_t device_major;		/* of a character or block device */
	uint32_t device_minor;
	uint32_t flags;			/* as FS_IOC_GETFLAGS gives them */
	uint32_t generation;
	uint32_t properties;		/* DE_INODE_... */
	const void *native;		/* for the source only; see scan_next */
	struct de_time birth_time;	/* with DE_INODE_HAS_BIRTH_TIME */
	uint32_t project;		/* id of its project quota, or 0 */
};

/*
 * The members of struct de_inode that decide whether an inode is dumped.  Used
 * in arrays, so it never grows.
 */
struct de_brief {
	uint32_t number;
	uint32_t flags;
	uint64_t size;
	uint64_t allocated;
	int64_t ctime;			/* seconds */
	uint32_t properties;		/* DE_INODE_... */
	uint16_t mode;
};

/*
 * An extent of a file.  `offset` is a multiple of DE_TAPE_BLOCK, and so is
 * `length` except in the last extent of a file.
 */
struct de_extent {
	uint32_t struct_size;
	uint64_t offset;		/* in the file, bytes */
	uint64_t length;		/* bytes, not 0 */
	uint64_t address;		/* for read(); unused if bytes is set */
	const uint8_t *bytes;		/* the data itself, valid until the next
					   callback other than read(); or
					   NULL */
};

/* One name in a directory. */
struct de_entry {
	uint32_t struct_size;
	uint32_t inode;			/* what it names */
	uint16_t type;			/* its S_IFMT bits, 0 if unknown */
	uint16_t name_length;		/* bytes */
	const char *name;		/* not terminated; any bytes */
};

struct de_xattr {
	uint32_t struct_size;
	const char *name;		/* full name: "user.color";
					   terminated */
	const void *value;		/* as getxattr(2) gives it */
	size_t value_length;		/* bytes */
};

/* Where and why a read stopped. */
struct de_read_error {
	uint32_t struct_size;
	int error;			/* an errno value */
	uint64_t address;		/* of the first unreadable byte */
};

/*
 * Callbacks of the engine for the walks below.  Each takes one item, valid for
 * this call only.  On any result but DE_OK, stop the walk and return it.
 */
typedef enum de_status de_extent_fn(void *arg, const struct de_extent *extent);
typedef enum de_status de_entry_fn(void *arg, const struct de_entry *entry);
typedef enum de_status de_xattr_fn(void *arg, const struct de_xattr *xattr);

/*
 * A source.  All callbacks except read() run in one thread, the main thread of
 * the process that writes the stream.  That process changes with every volume:
 * what open() opened is inherited but shared with the process that may rewrite
 * the volume, so nothing may depend on a file offset.
 */
struct de_source {
	uint32_t struct_size;

	/*
	 * Open the source for reading and describe it.
	 * DE_OK; DE_FAILED with nothing open.  Required.
	 */
	enum de_status (*open)(void *self, struct de_source_info *info);

	/* Undo open().  Required. */
	void (*close)(void *self);

	/*
	 * Begin a scan of the inodes in ascending order.  *scan receives a
	 * handle of the source.  Two scans may be open, each with its own
	 * position.
	 * DE_OK, DE_FAILED.  Required, like the next two.
	 */
	enum de_status (*scan_begin)(void *self, void **scan);

	/*
	 * Return the first inode in use whose number is `from` or higher.
	 * `from` rises from call to call; a source that can skip parts of its
	 * inode table should.  inode->native stays valid until the next call on
	 * this scan.
	 * DE_OK; DE_NO_MORE after the last; DE_FAILED.
	 */
	enum de_status (*scan_next)(void *self, void *scan, uint32_t from,
	    struct de_inode *inode);
	void (*scan_end)(void *self, void *scan);

	/*
	 * Pass on the entries of a directory, "." and ".." first.
	 * DE_OK, DE_FAILED, or the result of `take`.  Required.
	 */
	enum de_status (*read_directory)(void *self,
	    const struct de_inode *directory, de_entry_fn *take, void *arg);

	/*
	 * Pass on the extents of a regular file in ascending order.  Anything
	 * between them is a hole, including what is not written yet.  No extent
	 * may reach past inode->size.
	 * DE_OK, DE_FAILED, or the result of `take`.  Required.
	 */
	enum de_status (*map_file)(void *self, const struct de_inode *file,
	    de_extent_fn *take, void *arg);

	/*
	 * Copy the target of a symbolic link, inode->size bytes, to `target`,
	 * which has room for `room` bytes.
	 * DE_OK; DE_FAILED; or DE_NO_MORE if it is damaged and reported by
	 * host->finding(): the link is then left out of the dump.  Required.
	 */
	enum de_status (*read_symlink)(void *self, const struct de_inode *link,
	    char *target, size_t room);

	/*
	 * Pass on the extended attributes of an inode with DE_INODE_HAS_XATTRS.
	 * DE_OK, DE_FAILED, or the result of `take`.  Optional: without it that
	 * property is ignored.
	 */
	enum de_status (*read_xattrs)(void *self, const struct de_inode *inode,
	    de_xattr_fn *take, void *arg);

	/*
	 * Fill all of iov (1 to 1024 elements) with the contiguous data at
	 * `address`.  Called by several threads at once, between open() and
	 * close(), also while another callback runs.  Does not report errors:
	 * the engine knows the file concerned and does so.
	 * DE_OK; or DE_FAILED with *error filled in.  ENODEV means that the
	 * device is gone for good, and the engine gives the dump up; after any
	 * other error it continues with what can be read.  Required.
	 */
	enum de_status (*read)(void *self, uint64_t address,
	    const struct iovec *iov, int iov_count,
	    struct de_read_error *error);

	/*
	 * Store in `path`, which has room for `room` bytes, where the
	 * filesystem that open() would open is mounted; "" if it is not.
	 * Called before open(), in a separate process, before a snapshot is
	 * made.
	 * DE_OK, DE_FAILED.  Optional: absent means not mounted.
	 */
	enum de_status (*find_mount_point)(void *self, char *path, size_t room);

	/*
	 * Like scan_next(), but return up to `room` inodes at once (1 or more),
	 * in ascending order, and only the members of struct de_brief.  *count
	 * is set to their number, 1 or more with DE_OK.  A scan uses either
	 * this or scan_next(), never both.
	 * DE_OK; DE_NO_MORE after the last; DE_FAILED.  Optional: the engine
	 * falls back to scan_next(), which is slower.
	 */
	enum de_status (*scan_briefly)(void *self, void *scan, uint32_t from,
	    struct de_brief *inodes, size_t room, size_t *count);

	/*
	 * Store in `name`, which has room for `room` bytes, what open() would
	 * return as de_source_info.device, for sources whose option may name a
	 * device other than by its path.  Called before open(), in a separate
	 * process, before a snapshot is made.
	 * DE_OK, DE_FAILED.  Optional: absent means the value of the option
	 * "device".
	 */
	enum de_status (*find_device)(void *self, char *name, size_t room);
};

/* -------------------------------------------------------------- outputs */

/*
 * de_volume.properties: an EOT handler is called after each volume.  It may
 * move away what the volume was written to, and prepares the next one.
 */
#define DE_VOLUME_HANDLED 1u

/*
 * de_volume.properties: the volume is read back once it is written.  An output
 * that cannot read back what the volume would be written to refuses it.
 */
#define DE_VOLUME_VERIFIED 2u

/*
 * de_volume.properties: what is written has passed a filter.  The last record
 * may be shorter than the others, and only a mark (struct de_filter_volume)
 * says what the volume is.  An output that can write full records only refuses
 * it.
 */
#define DE_VOLUME_FILTERED 4u

/*
 * de_volume.properties, for open_reading(): it is read again, from the same
 * medium.  A drive that cannot be told where to go to goes back to where the
 * volume began.
 */
#define DE_VOLUME_AGAIN 8u

/*
 * de_volume.properties, with DE_VOLUME_FILTERED: records have any length up to
 * record_size, which is no multiple of DE_TAPE_BLOCK then.  On a medium that has
 * records, each is one, as restore(8) reads a compressed dump from a tape.
 */
#define DE_VOLUME_RECORDS 16u

/*
 * The volume to be written or read.  Texts belong to the engine; valid for this
 * call.
 */
struct de_volume {
	uint32_t struct_size;
	uint32_t number;		/* the first is 1 */
	uint32_t record_size;		/* bytes; a multiple of DE_TAPE_BLOCK,
					   unless DE_VOLUME_RECORDS; 0: to be
					   found out, for open_reading() only */
	uint32_t level;			/* of the dump */
	int64_t date;			/* of the dump, seconds since 1970; 0:
					   neither this nor the level is known,
					   for open_reading() only */
	const char *job;		/* name of the job */
	const char *label;		/* label of the dump */
	const char *medium;		/* named by an EOT handler; NULL: as the
					   options say */
	uint32_t properties;		/* DE_VOLUME_... */
	uint32_t volumes;		/* for check(): at least how many there
					   will be; 0: unknown */
	uint32_t file;			/* for open_reading(): in which file of
					   the tape it is, counting from 1; 0:
					   as the options say */
};

/*
 * de_medium.properties: a volume on it cannot be restarted, because what was
 * written has already been passed on (a pipe).
 */
#define DE_MEDIUM_ONCE 1u
/*
 * Pausing is costly, as for a tape drive that must stop and reposition when a
 * record comes late: the ring is filled before it runs.
 */
#define DE_MEDIUM_STREAMS 2u
/* The volume is one of several files on it; de_medium.file says which. */
#define DE_MEDIUM_HAS_FILE 4u
/* The drive numbers its blocks; de_medium.position says where it begins. */
#define DE_MEDIUM_HAS_POSITION 8u

/*
 * Why a volume could not be opened or written.  It decides what happens next:
 * the engine waits for a busy drive, and a protected tape goes back to its
 * slot.
 */
enum de_failure {
	DE_FAILURE_OTHER = 0,		/* none of these, or unknown */
	DE_FAILURE_BUSY = 1,		/* in use by another program */
	DE_FAILURE_NO_DEVICE = 2,	/* no such drive, directory or host, or
					   it no longer responds */
	DE_FAILURE_NO_MEDIUM = 3,	/* the drive is empty */
	DE_FAILURE_NOT_READY = 4,	/* loading, off-line, or needs
					   attention */
	DE_FAILURE_WRITE_PROTECTED = 5,	/* the medium, by its tab or mount */
	DE_FAILURE_PROTECTED = 6,	/* it holds a dump that may be needed */
	DE_FAILURE_FOREIGN = 7,		/* it holds data that is not a dump */
	DE_FAILURE_UNREADABLE = 8,	/* its contents cannot be identified */
	DE_FAILURE_FULL = 9,		/* no room for a volume */
	DE_FAILURE_MEDIUM = 10,		/* the medium is defective */
	DE_FAILURE_SETTINGS = 11	/* no medium can work with these */
};

/*
 * The medium of a volume.  Texts belong to the output; valid until
 * close_volume().
 */
struct de_medium {
	uint32_t struct_size;
	const char *name;		/* in messages: "/dev/nst0" */
	uint32_t properties;		/* DE_MEDIUM_... */
	uint32_t window;		/* records that may be in flight, at
					   most 65536; see settled() */
	/*
	 * Why open_volume() returned DE_FAILED.  `name` may then be set, too;
	 * the engine reads both before it calls anything else.
	 */
	enum de_failure failure;
	/*
	 * With such a failure: a number derived from what the medium holds, to
	 * recognise it when it is loaded again.  0: it cannot be told from
	 * others.
	 */
	uint64_t mark;
	uint32_t file;			/* from 0; if DE_MEDIUM_HAS_FILE */
	uint32_t record_positions;	/* if DE_MEDIUM_HAS_POSITION: how many
					   blocks of the drive a record has, */
	uint64_t position;		/* and the number of the first */
	const char *barcode;		/* of the medium; NULL: not known, as */
	const char *serial;		/* its serial number */
};

/* Records before the end of a volume that go_to() finds without their numbers. */
#define DE_FROM_END_MAX 1024u

/* de_reading.properties: go_to() moves to any position of the volume. */
#define DE_READING_SEEKS 1u
/*
 * It consists of records: each read_record() returns one, and positions are
 * numbers of records as the drive counts them.  Otherwise positions are bytes
 * from the beginning of the volume.
 */
#define DE_READING_RECORDS 2u
/*
 * With DE_READING_RECORDS: all records have record_size bytes, as the blocks of
 * a drive with fixed blocks, and read_record() may return several.
 */
#define DE_READING_FIXED 4u

/*
 * A volume opened for reading; filled in by open_reading().  Texts belong to
 * the output; valid until close_reading().
 */
struct de_reading {
	uint32_t struct_size;
	const char *name;		/* in messages: "/dev/nst0" */
	uint32_t properties;		/* DE_READING_... */
	uint32_t record_size;		/* bytes of the first record, with
					   DE_READING_RECORDS; 0: unknown */
	uint64_t size;			/* bytes of the volume; 0: unknown */
	/*
	 * Why open_reading() returned DE_FAILED.  `name` may then be set, too;
	 * the engine reads both before it calls anything else.
	 */
	enum de_failure failure;
};

/*
 * de_resource.properties: not locked, only compared with what other jobs of the
 * run name, such as a file that may become a later volume.
 */
#define DE_RESOURCE_COMPARED 1u

#define DE_KEEPS_ALL INT64_C(-1)

/*
 * Something that only one run may use at a time; see name_resources().  Texts
 * belong to the plugin; valid for this call.
 */
struct de_resource {
	uint32_t struct_size;
	uint32_t properties;		/* DE_RESOURCE_... */
	const char *name;		/* the same for every path to it: "tape
					   drive 0", "device 8:16" */
	const char *text;		/* for messages, as configured:
					   "/dev/nst0" */
	const char *node;		/* opened for reading and locked by
					   flock(2) by the engine (the plugin
					   must not lock it); NULL: none */
	int64_t keeps;			/* how many files of an earlier job
					   survive; 0: none; DE_KEEPS_ALL: the
					   output appends */
};

/*
 * Callback of the engine: takes one resource.  On any result but DE_OK, stop
 * and return it.
 */
typedef enum de_status de_resource_fn(void *arg,
    const struct de_resource *resource);

/* What to do with a volume. */
enum de_close {
	DE_CLOSE_COMPLETE = 0,		/* complete: make it durable and
					   final */
	DE_CLOSE_DISCARD = 1		/* incomplete: leave nothing that looks
					   complete */
};

/*
 * An output.  All calls for a volume come from one process.  Each volume has
 * its own process, forked from that of the volume before; open_volume() and
 * close_volume() bracket everything that another process must not inherit.
 * What an instance remembers of earlier volumes carries over to the next
 * process; what it learnt while writing a volume that must be rewritten is
 * lost.
 */
struct de_output {
	uint32_t struct_size;

	/*
	 * Could a dump be written here now?  For `dumpengine --check`; changes
	 * nothing.
	 * DE_OK, DE_FAILED.  Optional: absent means yes.
	 */
	enum de_status (*check)(void *self, const struct de_volume *volume);

	/*
	 * Open a volume, write it from its beginning, and describe its medium.
	 * DE_OK; or DE_FAILED with medium->failure set and nothing open.  Main
	 * thread.  Required.
	 */
	enum de_status (*open_volume)(void *self,
	    const struct de_volume *volume, struct de_medium *medium);

	/*
	 * Write one record to the open volume.
	 *
	 *   record  borrowed, valid until this call returns; aligned to 4096
	 *   length  bytes: the record_size given to open_volume(); with
	 *           DE_VOLUME_FILTERED, the last record may be shorter, with
	 *           DE_VOLUME_RECORDS any
	 *
	 * All or nothing: a record never straddles two volumes.
	 *
	 * DE_OK; DE_END_OF_VOLUME if the medium is full and holds none of this
	 * record (the engine offers it again on the next volume); or DE_FAILED.
	 *
	 * Called between open_volume() and close_volume(), by one slave thread
	 * at a time and in record order, but not always by the same thread.
	 * Required.
	 */
	enum de_status (*write)(void *self, const void *record, size_t length);

	/*
	 * Close the volume.  With DE_CLOSE_COMPLETE, DE_OK promises that all of
	 * it is on the medium under its final name; on DE_FAILED the engine
	 * counts it as not written.  With DE_CLOSE_DISCARD the result is
	 * ignored.  Nothing is open afterwards in any case.  Main thread.
	 * Required.
	 */
	enum de_status (*close_volume)(void *self, enum de_close how);

	/*
	 * Begin to read the volume back, after its last write and before
	 * close_volume().  The data must come from the medium, not from a
	 * buffer of this machine.
	 * DE_OK, DE_FAILED.  Main thread.  Optional: without it and
	 * read_record() or read_back(), `verify = true` is refused.
	 */
	enum de_status (*begin_readback)(void *self);

	/*
	 * Read the next bytes of the volume, at most `room`, one record at a
	 * time or in any other pieces.  An older form of read_record(), without
	 * which it serves for verification.
	 * DE_OK with *length set; DE_NO_MORE at the end; DE_FAILED.
	 * Main thread.  Optional.
	 */
	enum de_status (*read_back)(void *self, void *buffer, size_t room,
	    size_t *length);

	/*
	 * Must the medium be changed by hand before this volume can be opened?
	 * Called when no EOT handler has changed it; if so, the operator is
	 * asked.  Also called while the volume before it is open and full, to
	 * decide whether to go on.  Main thread.  Optional: absent means no.
	 */
	bool (*needs_change)(void *self, const struct de_volume *volume);

	/*
	 * The next two are for an output that learns late whether a record was
	 * written, such as one with a remote drive.  It sets `window` in
	 * de_medium.  DE_OK from write() then means that the record is in
	 * flight; its bytes stay valid until settled() counts it or the volume
	 * is closed.  At most `window` records are in flight at a time.
	 *
	 * How many records of this volume, counted from its first, are known to
	 * be on the medium.  Called after each write() and settle(), whatever
	 * their result, by the same thread; never decreases.  After
	 * DE_END_OF_VOLUME, whether for the record just given or an earlier
	 * one, the medium holds exactly these; the engine offers all others
	 * again on the next volume.  Required with a window.
	 */
	uint64_t (*settled)(void *self);

	/*
	 * Wait until all records in flight are acknowledged.  Called after the
	 * last successful write() of a volume, before begin_readback() and
	 * close_volume(); not before a close_volume() that discards.  Also
	 * called before the index is written, on the last volume: there, more
	 * write() follow, and settle() again.
	 * DE_OK: all are on the medium; DE_END_OF_VOLUME and DE_FAILED as for
	 * write().  Called like write().  Required with a window.
	 */
	enum de_status (*settle)(void *self);

	/*
	 * Was the error transient, such as a lost connection that can be
	 * reestablished?  Then the volume is rewritten from its checkpoint, on
	 * the same medium and without asking the operator; the output must say
	 * no once this has happened too often.  Called once, after DE_FAILED
	 * from write(), settle(), begin_readback(), read_back() or
	 * close_volume(), with the volume closed, in the process that wrote it.
	 * State for the next attempt must be in shared memory.  Main thread.
	 * Optional: absent means no.
	 */
	bool (*may_retry)(void *self);

	/*
	 * Why did the last call fail?  Called once, after DE_FAILED from
	 * write(), settle(), begin_readback(), read_back() or close_volume(),
	 * with the volume closed, before may_retry(); open_volume() uses
	 * de_medium instead.  Main thread.  Optional: absent means
	 * DE_FAILURE_OTHER.
	 */
	enum de_failure (*failure)(void *self);

	/*
	 * The dump has ended.  DE_CLOSE_COMPLETE: the last close_volume()
	 * succeeded, so all volumes are safe; called in the process that wrote
	 * the last one, before its EOT handler.  Do now what had to wait for
	 * the complete set, such as giving files their final names.  On
	 * DE_FAILED the dump counts as aborted.  DE_CLOSE_DISCARD: the dump was
	 * given up; undo what only a complete set needs.  May be called more
	 * than once, from several processes, or not at all if all of them are
	 * killed.
	 * DE_OK, DE_FAILED.  Main thread; no volume is open.  Optional.
	 */
	enum de_status (*end_set)(void *self, enum de_close how);

	/*
	 * Name everything that a dump beginning with this volume will write to:
	 * drives, files, targets, for all of its volumes as far as they are
	 * known.  Leave out what can be shared without loss, such as /dev/null
	 * or a pipe.  Two jobs of a run that name the same resource are
	 * refused, unless the later one keeps what the earlier one wrote; two
	 * runs exclude each other.
	 * Called in a separate process, before anything is opened; changes
	 * nothing, and does not repeat reports of check().
	 * DE_OK, DE_FAILED, or the result of `take`.  Optional: absent means
	 * that nothing is shared.
	 */
	enum de_status (*name_resources)(void *self,
	    const struct de_volume *volume, de_resource_fn *take, void *arg);

	/*
	 * The rest is for reading, by one thread at a time but not always the
	 * same; the one that called open_reading() exists until
	 * close_reading().  An instance may be made for reading only, so
	 * create() must not insist on anything that matters for writing only.
	 *
	 * Open a volume, read it from its beginning, and describe it.  Write
	 * nothing.
	 * DE_OK; or DE_FAILED with reading->failure set and nothing open.
	 * Optional: without this, read_record() and close_reading(), nothing
	 * can be restored through this output.
	 */
	enum de_status (*open_reading)(void *self,
	    const struct de_volume *volume, struct de_reading *reading);

	/*
	 * Read the next bytes: of a volume open for reading; or, between
	 * begin_readback() and close_volume(), of the volume just written.
	 *
	 *   room    at least 1 MiB, or the record_size given to open_volume();
	 *           with DE_READING_RECORDS, later at least the length of the
	 *           longest record so far
	 *
	 * DE_OK with *length set, 1 to `room`; DE_NO_MORE at the end of the
	 * volume.  DE_LOST: the next *length bytes cannot be read, 0: an
	 * unknown number; the next call goes on after them.  DE_FAILED: no
	 * more of this volume can be read.
	 */
	enum de_status (*read_record)(void *self, void *buffer, size_t room,
	    size_t *length);

	/*
	 * The position of what read_record() would read next.
	 * DE_OK, DE_FAILED.  Optional, like go_to(): both or neither.
	 */
	enum de_status (*tell)(void *self, uint64_t *position);

	/*
	 * Go to a position of this volume.  Called with DE_READING_SEEKS only.
	 * Beyond the end of the volume: go to its end, so that the next
	 * read_record() returns DE_NO_MORE.  With DE_READING_RECORDS,
	 * UINT64_MAX - N, N up to DE_FROM_END_MAX, is N records before the end,
	 * or a few more; tell() may fail from then on, until the next go_to().
	 * DE_OK; DE_FAILED: the position is now unknown, unless tell() succeeds.
	 */
	enum de_status (*go_to)(void *self, uint64_t position);

	/* Undo open_reading(). */
	void (*close_reading)(void *self);

	/*
	 * For volumes that pass a filter: the open volume shall have only its
	 * first `length` bytes, which end with a record and are not more than
	 * are on the medium; write() goes on after them.  Called after
	 * DE_END_OF_VOLUME from write() or settle(), so that what must follow
	 * finds room; if it returns DE_OK, write() may succeed again.
	 * DE_OK; DE_FAILED, reported only if the medium is at fault: the volume
	 * is then written again, with an earlier end.  Called like write().
	 * Optional: absent means DE_FAILED.
	 */
	enum de_status (*shorten)(void *self, uint64_t length);

	/*
	 * Remove the volume that is open for reading, for good: its dump has
	 * expired.  Only close_reading() follows.  For a medium on which each
	 * volume is a thing of its own that no program but the plugin can
	 * reach, such as an object in a store.
	 * DE_OK: it is gone; DE_FAILED: it stays.  Optional: absent means that
	 * a medium is used again rather than removed.
	 */
	enum de_status (*remove)(void *self);
};

/* -------------------------------------------------------------- filters */

/*
 * A volume that a filter begins to write.  Belongs to the engine; valid for
 * this call.
 */
struct de_filter_volume {
	uint32_t struct_size;
	const struct de_volume *volume;
	/*
	 * Says what volume this is: one line of printable ASCII characters and
	 * single spaces, without a newline, 512 characters at most.  Outputs
	 * look for it in the first 4096 bytes of a medium before they overwrite
	 * it.  Put it there in plain, where the format has a place for it.
	 */
	const char *mark;
};

/* How a filter will write a volume; filled in by begin_volume(). */
struct de_filter_plan {
	uint32_t struct_size;
	/*
	 * Bytes in each piece but the last: 1024 to 128 MiB.  Several of them
	 * are in memory at a time.
	 */
	uint32_t piece;
	uint32_t room;			/* bytes of an encoded piece, at most;
					   at least `piece` */
	uint32_t threads;		/* that call encode() at a time; 0: as
					   many as there are processors */
	/*
	 * Bytes put by end_volume(), at most: `tail`, and `tail_per_piece` for
	 * each piece.
	 */
	uint32_t tail;
	uint32_t tail_per_piece;
	/*
	 * What is on the medium must not be replaced by another encoding of the
	 * same pieces, as for a cipher that may use each number once.  If it
	 * has to end earlier than was known, the volume is then written again,
	 * after another begin_volume().
	 */
	bool once;
};

/* Takes bytes that a filter puts; DE_OK, or what the filter must return. */
typedef enum de_status de_put_fn(void *arg, const void *bytes, size_t length);

/* A piece to be encoded. */
struct de_filter_piece {
	uint32_t struct_size;
	uint64_t number;		/* the first is 0 */
	const void *bytes;		/* borrowed */
	size_t length;			/* de_filter_plan.piece; of the last
					   piece 1 or more, at most that */
	bool is_last;			/* of this volume */
};

/*
 * What a filter reads from: the bytes that were put on a volume.  Belongs to
 * the engine; valid until close_reading().
 */
struct de_filter_input {
	uint32_t struct_size;
	void *arg;			/* for these two */

	/* Like de_output.read_record(); `room` is 1 or more. */
	enum de_status (*read)(void *arg, void *buffer, size_t room,
	    size_t *length);

	/*
	 * Go to a byte, counted from the beginning of the volume.  NULL: it can
	 * only be read on.
	 * DE_OK, DE_FAILED.
	 */
	enum de_status (*go_to)(void *arg, uint64_t offset);

	uint64_t size;			/* bytes; 0: unknown */
	const char *name;		/* of the medium, in messages */
};

/* de_filter_reading.properties: go_to() works. */
#define DE_FILTER_SEEKS 1u

/* A volume opened for reading; filled in by open_reading(). */
struct de_filter_reading {
	uint32_t struct_size;
	uint32_t properties;		/* DE_FILTER_... */
	uint64_t size;			/* plain bytes; 0: unknown */
};

/*
 * A filter: it turns the bytes of a volume into others, and back.  Each volume
 * is encoded by itself.  When writing, the engine cuts what goes in into pieces
 * and puts what comes out into records; the filter sees one piece at a time.
 * When reading, the filter pulls.
 *
 * For reading, filters are found by asking each plugin whose name begins with
 * "filter-", so a filter has such a name.  An instance may be made for reading
 * only, so create() must not insist on anything that matters for writing only.
 */
struct de_filter {
	uint32_t struct_size;

	/*
	 * Could a volume be written with these options now?  For `dumpengine
	 * --check`; changes nothing.
	 * DE_OK, DE_FAILED.  Main thread.  Optional: absent means yes.
	 */
	enum de_status (*check)(void *self);

	/*
	 * Begin a volume: say how it will be written, and put what comes before
	 * the first piece, at most 64 KiB.
	 * DE_OK, DE_FAILED, or the result of `put`.  Required, like the next
	 * two.
	 */
	enum de_status (*begin_volume)(void *self,
	    const struct de_filter_volume *volume, struct de_filter_plan *plan,
	    de_put_fn *put, void *arg);

	/*
	 * Encode a piece.  What comes out may depend on what begin_volume() has
	 * fixed and on *piece, and on nothing else: several threads call this
	 * at a time, and in no order.  A number may come more than once, when
	 * the volume ends earlier than was known, with fewer bytes or as the
	 * last piece.
	 *
	 *   out      de_filter_plan.room bytes
	 *   length   receives how many of them were filled
	 *
	 * DE_OK, DE_FAILED.
	 */
	enum de_status (*encode)(void *self,
	    const struct de_filter_piece *piece, void *out, size_t *length);

	/*
	 * End the volume, with what comes after the last piece.
	 *
	 *   room     bytes that may be put; less than was planned if the medium
	 *            has ended early: then leave out what readers can do
	 *            without
	 *
	 * May be called again after it has returned DE_OK, when the volume must
	 * end earlier still; piece_done() precedes that.  With
	 * DE_CLOSE_DISCARD, which comes last in any case, put nothing, and
	 * forget the volume and its keys; the result is ignored.
	 * DE_OK, DE_FAILED, or the result of `put`.
	 */
	enum de_status (*end_volume)(void *self, enum de_close how,
	    uint64_t room, de_put_fn *put, void *arg);

	/*
	 * The encoded piece has been put after those before it; both lengths in
	 * bytes.  Called in the order of the numbers, by one thread at a time.
	 * When a volume must end earlier than was known, a number comes again:
	 * it, and all after it, are not on the volume as they were told.
	 * DE_OK, DE_FAILED.  Optional.
	 */
	enum de_status (*piece_done)(void *self, uint64_t number,
	    size_t plain, size_t encoded);

	/*
	 * The rest is for reading, by one thread at a time but not always the
	 * same.
	 *
	 * Do these bytes begin a volume that this filter has written, or
	 * something else that it can decode?  There are 1024 or more unless the
	 * volume is shorter.  Required, like those below without a note.
	 */
	bool (*recognises)(void *self, const void *bytes, size_t length);

	/*
	 * Begin to decode a volume, from its beginning.  `input` is at its
	 * beginning.
	 * DE_OK; DE_FAILED with nothing open.
	 */
	enum de_status (*open_reading)(void *self,
	    const struct de_filter_input *input,
	    struct de_filter_reading *reading);

	/*
	 * Read the next plain bytes, at most `room`, which is 1 or more.
	 * DE_OK with *length set, 1 to `room`; DE_NO_MORE at the end of the
	 * volume.  DE_LOST: the next *length bytes cannot be decoded, 0: an
	 * unknown number (reported); the next call goes on after them.
	 * DE_FAILED: no more of this volume can be decoded.
	 */
	enum de_status (*read)(void *self, void *buffer, size_t room,
	    size_t *length);

	/*
	 * Go to a plain byte, counted from the beginning.  Beyond the end of
	 * the volume: go to its end.  Called with DE_FILTER_SEEKS only.
	 * DE_OK, DE_FAILED.  Optional.
	 */
	enum de_status (*go_to)(void *self, uint64_t offset);

	/* Undo open_reading(). */
	void (*close_reading)(void *self);
};

/* --------------------------------------------------------- EOT handlers */

/* Why a volume ended. */
enum de_end_reason {
	DE_END_SIZE = 1,	/* it reached its configured size */
	DE_END_EOT = 2,		/* the medium is full */
	DE_END_ERROR = 3,	/* it could not be written: it is retried */
	DE_END_LAST = 4		/* it was the last one; the dump is complete */
};

/* A volume that ended.  Texts belong to the engine; valid for this call. */
struct de_volume_end {
	uint32_t struct_size;
	uint32_t volume;		/* the one that ended */
	uint32_t next_volume;		/* to be written; 0: none */
	enum de_end_reason reason;
	uint64_t bytes;			/* on that volume */
	const char *medium;		/* the medium it was written to */
	const char *job;
	const char *label;
	uint32_t level;
	int64_t date;			/* of the dump, seconds */
	/*
	 * With DE_END_ERROR: why, and how many media in a row have been refused
	 * for this volume, this one included; 0 when writing had begun.  A
	 * handler that has tried all its media answers DE_EOT_ASK.
	 */
	enum de_failure failure;
	uint32_t refused;
};

enum de_eot_answer {
	DE_EOT_GO_ON = 0,		/* the next medium is ready */
	DE_EOT_ASK = 1,			/* ask the operator whether it is */
	DE_EOT_ABORT = 2		/* abort the dump */
};

#define DE_MEDIUM_BYTES 4096

struct de_eot_reply {
	uint32_t struct_size;
	enum de_eot_answer answer;
	char medium[DE_MEDIUM_BYTES];	/* for the next volume; "": as before */
};

/*
 * A volume that is to be read, but is not where it should be.  Texts belong to
 * the engine; valid for this call.
 */
struct de_volume_wanted {
	uint32_t struct_size;
	uint32_t volume;		/* its number */
	const char *drive;		/* where it is looked for */
	const char *job;		/* "" if unknown */
	const char *barcode;		/* of its medium; NULL if unknown, as */
	const char *medium;		/* its label */
	int64_t file;			/* of the tape, from 0; -1: unknown */
	int64_t date;			/* of the dump, seconds; 0: neither
					   this nor the level is known */
	uint32_t level;
};

struct de_eot {
	uint32_t struct_size;

	/*
	 * A volume has ended, and its output is closed.  Prepare the next one
	 * and answer in *reply.  With DE_END_LAST the answer is ignored.
	 * DE_OK; DE_FAILED is the same as DE_EOT_ABORT.
	 * Called by the main thread of the process that will not write the next
	 * volume, so it may take its time.  Required.
	 */
	enum de_status (*volume_ended)(void *self,
	    const struct de_volume_end *end, struct de_eot_reply *reply);

	/*
	 * Could it change the medium now?  For `dumpengine --check`; changes
	 * nothing.
	 * DE_OK, DE_FAILED.  Optional: absent means yes.
	 */
	enum de_status (*check)(void *self);

	/*
	 * Like name_resources() of an output, but for what the handler uses,
	 * such as a changer: two runs exclude each other, jobs of a run may
	 * share it.  Optional: absent means nothing.
	 */
	enum de_status (*name_resources)(void *self,
	    const struct de_volume *volume, de_resource_fn *take, void *arg);

	/*
	 * A restore needs a volume: bring its medium, and answer in *answer,
	 * which is DE_EOT_ASK at first: ask the operator.  DE_EOT_GO_ON: it is
	 * ready to be read.  Called once for each volume that was not found,
	 * without volume_ended() having been called, and before the operator is
	 * asked.
	 * DE_OK; DE_FAILED is the same as DE_EOT_ABORT.  By one thread at
	 * a time.  Optional: absent means DE_EOT_ASK.
	 */
	enum de_status (*volume_wanted)(void *self,
	    const struct de_volume_wanted *wanted, enum de_eot_answer *answer);
};

/* ----------------------------------------------------------- descriptor */

enum de_kind {
	DE_SOURCE = 1,
	DE_OUTPUT = 2,
	DE_EOT_HANDLER = 3,
	DE_FILTER = 4
};

struct de_plugin {
	uint32_t struct_size;		/* these two by DE_PLUGIN_ABI */
	uint32_t api_version;
	uint32_t option_size;		/* sizeof(struct de_option), as well */
	enum de_kind kind;
	const char *name;		/* file name without ".so" */
	const char *summary;		/* one line, no full stop */
	const struct de_option *options;	/* may be NULL: none */

	/*
	 * Create an instance.  Reads its options and opens nothing.
	 * DE_OK with *self set (it may be NULL), or DE_FAILED.  Required.
	 */
	enum de_status (*create)(const struct de_host *host, void **self);

	/* Free an instance; nothing is open.  Required. */
	void (*destroy)(void *self);

	const struct de_source *source;	/* the one that matches `kind` */
	const struct de_output *output;
	const struct de_eot *eot;
	const struct de_filter *filter;
};

#define DE_PLUGIN_ABI \
	(uint32_t)sizeof(struct de_plugin), DE_API_VERSION, \
	(uint32_t)sizeof(struct de_option)

#if defined(__GNUC__)
#define DE_EXPORT __attribute__((visibility("default")))
#else
#define DE_EXPORT
#endif

/* The function that the engine looks up in a plugin. */
DE_EXPORT const struct de_plugin *de_plugin_entry(void);

#define DE_PLUGIN(descriptor)						\
	const struct de_plugin *de_plugin_entry(void)			\
	{								\
		return &(descriptor);					\
	}								\
	struct de_plugin

#ifdef __cplusplus
}
#endif

#endif /* DUMPENGINE_PLUGIN_H */
