/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * dumpengine/plugin.h - what a plugin and the engine know of each other
 *
 * This is the only header that a plugin includes.  A plugin is a shared
 * object that exports one function, de_plugin_entry() (write DE_PLUGIN() at
 * the end of the source), which returns a descriptor: the plugin's kind, its
 * name, the table of its options and its callbacks.  dumpengine-plugin(3)
 * shows a complete one.
 *
 * The rules for every plugin
 *
 *   - It keeps its state in the handle that `create` returns and nothing in
 *     file-scope variables: two instances may live side by side.
 *   - It never prints, never exits and never installs a signal handler.
 *     What went wrong goes to host->report() where it was noticed, and a
 *     status goes back to the caller.
 *   - A signal may interrupt its system calls (EINTR).  It then asks
 *     host->cancelled() and either gives up with DE_FAILED or goes on.
 *
 * Compatibility
 *
 *   New members are added at the end of a structure only, and every structure
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

/* Does a structure that was received reach as far as that member? */
#define DE_HAS(structure, member)					\
	((size_t)((const char *)(&(structure)->member + 1) -		\
	    (const char *)(structure)) <= (structure)->struct_size)

/* Unit of the stream.  What an extent is made of comes in pieces of it. */
#define DE_TAPE_BLOCK 1024

/* How a call went.  Each callback says which of these it may return. */
enum de_status {
	DE_OK = 0,		/* done */
	DE_FAILED = 1,		/* not done; said why through host->report() */
	DE_END_OF_VOLUME = 2,	/* the medium has no room for this record */
	DE_NO_MORE = 3		/* there is nothing further to give */
};

/* How bad a message is. */
enum de_severity {
	DE_ERROR = 0,		/* something cannot be done */
	DE_WARNING = 1,		/* done, but the operator should look */
	DE_INFO = 2,		/* shown unless -q is given */
	DE_DEBUG = 3		/* shown with -v only */
};

/* What is told of an inode; see de_host.finding(). */
enum de_finding {
	/* Something of it is not in the dump, or not as in the filesystem. */
	DE_FINDING_MISSING = 0,
	/*
	 * It is in the dump, but restore(8) cannot bring it back, or not as it
	 * was.  Shown, but the dump still counts as complete.
	 */
	DE_FINDING_NOTE = 1,
	/* As MISSING, because it could not be read: counts as a read error. */
	DE_FINDING_READ_ERROR = 2
};

/* -------------------------------------------------------------- options */

enum de_option_type {
	DE_OPTION_STRING = 1,	/* range: length in bytes */
	DE_OPTION_INTEGER = 2,
	DE_OPTION_BOOLEAN = 3,
	DE_OPTION_SIZE = 4,	/* bytes: a number, or text as "700 MiB" */
	DE_OPTION_STRINGS = 5,	/* a text or a list of texts; range: length of each */
	DE_OPTION_TIME = 6,	/* seconds since 1970, or ISO 8601 text */
	DE_OPTION_SIZES = 7	/* a SIZE, a list of them, or "auto": none */
};

#define DE_OPTION_REQUIRED 1u	/* de_option.flags: must be in the file */

/*
 * One option of a plugin.  The table ends with an entry whose key is NULL:
 * DE_OPTIONS_END.
 * It drives the checks of the configuration file, `dumpengine
 * --plugin-help` and a test of the manual page, so that they never disagree.
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
 * A dump that an output has found on its medium, as its header says.  Texts may
 * be NULL: not known, so they are not compared; the output's, for the call.
 */
struct de_dump_found {
	uint32_t struct_size;
	int64_t date;			/* c_date, seconds since 1970 */
	int64_t base_date;		/* c_ddate; 0: it is a full dump */
	uint32_t level;			/* c_level */
	uint32_t volume;		/* c_volume */
	const char *device;		/* c_dev */
	const char *filesystem;		/* c_filesys */
	const char *label;		/* c_label */
	const char *host;		/* c_host */
};

/* What the engine knows of it. */
enum de_dump_state {
	/* Nothing: it is from elsewhere, or it was too long ago. */
	DE_DUMP_UNKNOWN = 0,
	/* It was aborted or killed, or taken out by dump_retire(): it may go. */
	DE_DUMP_UNFINISHED = 1,
	/*
	 * It is whole, and nothing builds on it but what the dump that is being
	 * made takes the place of.
	 */
	DE_DUMP_FINISHED = 2,
	/*
	 * It must not go: it is being written, or the dump that is being made or
	 * another one builds on it, or the next one would.
	 */
	DE_DUMP_BASE = 3
};

/*
 * What the engine does for an instance.  Given to create(); lives longer
 * than the instance.  Every function may be called from any callback and any
 * thread that the engine calls from; none from a thread of the plugin's own.
 */
struct de_host {
	uint32_t struct_size;
	uint32_t api_version;
	void *context;			/* the engine's; leave it alone */

	/*
	 * Tell the operator; printf(3) format, one line, no line end.  Say which
	 * file, device or setting it is about.
	 */
	void (*report)(const struct de_host *host, enum de_severity severity,
	    const char *format, ...)
#if defined(__GNUC__)
	    __attribute__((format(printf, 3, 4)))
#endif
	    ;

	/*
	 * The value of an option, checked against the table: from the file, else
	 * the default.  A key that the table lacks, or asks for with another
	 * type, gives NULL, 0 or false.  Texts live as long as the instance.
	 */
	const char *(*get_string)(const struct de_host *host, const char *key);
	int64_t (*get_integer)(const struct de_host *host, const char *key);
					/* INTEGER, SIZE and TIME */
	bool (*get_boolean)(const struct de_host *host, const char *key);
	size_t (*get_strings)(const struct de_host *host, const char *key,
	    const char *const **items);	/* returns how many */

	/* Has the file a value for it (not just the table a default)? */
	bool (*is_set)(const struct de_host *host, const char *key);

	/* The sizes in bytes; returns how many. */
	size_t (*get_sizes)(const struct de_host *host, const char *key,
	    const int64_t **items);

	/*
	 * Is the run being aborted, or does nobody want the result any more?
	 * Then give up what you wait for.
	 */
	bool (*cancelled)(const struct de_host *host);

	/* A clock in nanoseconds that is never set back. */
	uint64_t (*monotonic_ns)(const struct de_host *host);

	/*
	 * For a source: say what is wrong with an inode, and go on without it or
	 * without that part of it.  printf(3) format, a phrase that goes behind
	 * the path of the inode, as "its block map is damaged: ...".  The
	 * engine finds the path, shows it and counts it.  Only from callbacks of
	 * the main thread, between open() and close().
	 */
	void (*finding)(const struct de_host *host, enum de_finding kind,
	    uint32_t inode, const char *format, ...)
#if defined(__GNUC__)
	    __attribute__((format(printf, 4, 5)))
#endif
	    ;

	/*
	 * For an output: may this dump be overwritten by the one that is being
	 * made?  Asked in check() and from open_volume() on.  Main thread.
	 */
	enum de_dump_state (*dump_state)(const struct de_host *host,
	    const struct de_dump_found *found);

	/*
	 * For an output: a volume of that dump is about to be overwritten.  Takes it
	 * out of what can be built on, and with it all that builds on it, safely on
	 * the disk before this returns.  To be called before the first byte of it
	 * goes, unless its state is DE_DUMP_UNFINISHED.  Main thread.
	 * DE_OK, also if nothing is known of it; DE_FAILED: it could not be noted
	 * anywhere, so it must stay.
	 */
	enum de_status (*dump_retire)(const struct de_host *host,
	    const struct de_dump_found *found);

	/*
	 * For a source: the inodes from `first` to `last` may be in use, but what
	 * they are cannot be known, as when a part of an inode table cannot be
	 * read.  It does not give them.  They count as in use, so that restore
	 * removes nothing of them that an earlier level has brought.  The rest is
	 * as with finding() for the inode `first`; nothing else need be said of
	 * them.  Counts before the end of the first scan that goes through all
	 * inodes; then it is a finding and nothing more.
	 */
	void (*unknown_inodes)(const struct de_host *host,
	    enum de_finding kind, uint32_t first, uint32_t last,
	    const char *format, ...)
#if defined(__GNUC__)
	    __attribute__((format(printf, 5, 6)))
#endif
	    ;

	/*
	 * For a plugin that runs a command: may it be run?  As root, none may if
	 * others than root can write a program in it, or a folder or link that
	 * leads there; `user`, or NULL, is whom it will run as, and may write
	 * it, too.  `command` is text for /bin/sh, `key` the option that it
	 * comes from.  To be asked in create(), so that --check says it, too.
	 * DE_OK; DE_FAILED after saying why, "KEY: ...".  Main thread.
	 */
	enum de_status (*check_command)(const struct de_host *host,
	    const char *key, const char *command, const char *user);

	/*
	 * The environment for a command: PATH, HOME, LOGNAME, SHELL, and TZ and
	 * LANG if they are set, as texts "NAME=VALUE" with NULL at the end; the
	 * engine's, as long as the instance.  NULL: out of memory, as has been
	 * said.  Main thread.
	 */
	const char *const *(*command_environment)(const struct de_host *host);
};

/* -------------------------------------------------------------- sources */

/*
 * de_source_info.properties: it may change while it is dumped, as it is mounted
 * for writing.  Then what changed during the dump is looked for at its end.
 */
#define DE_SOURCE_LIVE 1u
/*
 * It was in use when it was last written: after a crash, or as a copy that was
 * made meanwhile.  Then `written` is older than what is in it.
 */
#define DE_SOURCE_UNCLEAN 2u

/* What a source is.  Texts are the source's and live until close(). */
struct de_source_info {
	uint32_t struct_size;
	uint32_t max_inode;		/* highest inode number there can be */
	uint32_t root_inode;		/* must be 2 in a dump stream */
	uint32_t block_size;		/* bytes */
	uint64_t used_bytes;		/* allocated, metadata included */
	const char *device;		/* as it should stand in the stream */
	const char *mount_point;	/* "" if it is not mounted */
	const char *label;		/* of the filesystem; "" if it has none */
	const char *uuid;		/* as text; "" if it has none */
	const char *type;		/* "ext4" */
	uint32_t properties;		/* DE_SOURCE_... */
	/*
	 * What tells this filesystem from another one, or from an earlier copy of
	 * itself, behind the same name; 0: not known.
	 */
	int64_t created;		/* seconds since 1970 */
	int64_t written;		/* last, as a whole; seconds */
	uint64_t lifetime_writes;	/* a count that only rises with them */
};

struct de_time {
	int64_t seconds;		/* since 1970-01-01 00:00 UTC */
	uint32_t nanoseconds;		/* below 1000000000 */
};

/* de_inode.properties */
#define DE_INODE_HAS_XATTRS 1u
#define DE_INODE_HAS_BIRTH_TIME 2u

/*
 * An inode that is in use and visible: the journal, quota files and the like
 * are not given by a source.
 */
struct de_inode {
	uint32_t struct_size;
	uint32_t number;
	uint16_t mode;			/* type and permissions, as in st_mode */
	uint32_t links;
	uint32_t uid;
	uint32_t gid;
	uint64_t size;			/* bytes; 0 for devices, fifos, sockets */
	uint64_t allocated;		/* bytes of medium; for the estimate */
	struct de_time atime;
	struct de_time mtime;
	struct de_time ctime;
	uint32_t device_major;		/* of a character or block device */
	uint32_t device_minor;
	uint32_t flags;			/* as FS_IOC_GETFLAGS gives them */
	uint32_t generation;
	uint32_t properties;		/* DE_INODE_... */
	const void *native;		/* the source's own; see scan_next */
	struct de_time birth_time;	/* with DE_INODE_HAS_BIRTH_TIME */
	uint32_t project;		/* id of its project quota, or 0 */
};

/*
 * What of an inode decides whether it is dumped; as in struct de_inode.  Many
 * stand side by side, so it never grows.
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
 * A piece of a file.  `offset` is a multiple of DE_TAPE_BLOCK, and so is
 * `length` but in the last piece of a file.
 */
struct de_extent {
	uint32_t struct_size;
	uint64_t offset;		/* in the file, bytes */
	uint64_t length;		/* bytes, not 0 */
	uint64_t address;		/* for read(); unused if bytes is set */
	const uint8_t *bytes;		/* the data itself, valid until the next
					   callback but read(); or NULL */
};

/* One name in a directory. */
struct de_entry {
	uint32_t struct_size;
	uint32_t inode;			/* what it names */
	uint16_t type;			/* S_IFMT bits of it, 0 if not known */
	uint16_t name_length;		/* bytes */
	const char *name;		/* not terminated; any bytes */
};

struct de_xattr {
	uint32_t struct_size;
	const char *name;		/* in full: "user.color"; terminated */
	const void *value;		/* as getxattr(2) gives it */
	size_t value_length;		/* bytes */
};

/* Where and why a read stopped. */
struct de_read_error {
	uint32_t struct_size;
	int error;			/* as errno */
	uint64_t address;		/* the first byte that could not be read */
};

/*
 * The engine's side of the three walks below.  Takes one item, valid for
 * this call only.  Anything but DE_OK: stop the walk and return it.
 */
typedef enum de_status de_extent_fn(void *arg, const struct de_extent *extent);
typedef enum de_status de_entry_fn(void *arg, const struct de_entry *entry);
typedef enum de_status de_xattr_fn(void *arg, const struct de_xattr *xattr);

/*
 * A source.  Everything but read() is called by one thread, the main thread
 * of the process that writes the stream.  That process changes with every
 * volume: what open() opened is inherited, but shared with the process that
 * could write the volume again, so nothing may depend on a file offset.
 */
struct de_source {
	uint32_t struct_size;

	/*
	 * Open the source for reading and describe it.
	 * DE_OK; or DE_FAILED, and nothing is open.  Required.
	 */
	enum de_status (*open)(void *self, struct de_source_info *info);

	/* Undo open().  Required. */
	void (*close)(void *self);

	/*
	 * Begin to go through the inodes by rising number.  *scan becomes the
	 * source's handle.  Two scans may be open, each at a place of its own.
	 * DE_OK, DE_FAILED.  Required, as the next two.
	 */
	enum de_status (*scan_begin)(void *self, void **scan);

	/*
	 * Give the first inode in use with a number of at least `from`, which
	 * rises from call to call; a source that can skip parts of its inode table
	 * does so.  inode->native stays valid until the next call on this scan.
	 * DE_OK; DE_NO_MORE behind the last; DE_FAILED.
	 */
	enum de_status (*scan_next)(void *self, void *scan, uint32_t from,
	    struct de_inode *inode);
	void (*scan_end)(void *self, void *scan);

	/*
	 * Give the entries of a directory, "." and ".." first.
	 * DE_OK, DE_FAILED, or what `take` returned.  Required.
	 */
	enum de_status (*read_directory)(void *self,
	    const struct de_inode *directory, de_entry_fn *take, void *arg);

	/*
	 * Give the extents of a regular file by rising offset.  What lies between
	 * them is a hole, and so is everything not written yet.  Nothing may reach
	 * past inode->size.
	 * DE_OK, DE_FAILED, or what `take` returned.  Required.
	 */
	enum de_status (*map_file)(void *self, const struct de_inode *file,
	    de_extent_fn *take, void *arg);

	/*
	 * Put the target of a symbolic link, inode->size bytes, into `target`,
	 * which has room for `room` of them.
	 * DE_OK; DE_FAILED; or DE_NO_MORE if it is damaged, as host->finding() has
	 * been told: then the link is left out of the dump.  Required.
	 */
	enum de_status (*read_symlink)(void *self, const struct de_inode *link,
	    char *target, size_t room);

	/*
	 * Give the extended attributes of an inode with DE_INODE_HAS_XATTRS.
	 * DE_OK, DE_FAILED, or what `take` returned.  Optional: without it the
	 * property counts for nothing.
	 */
	enum de_status (*read_xattrs)(void *self, const struct de_inode *inode,
	    de_xattr_fn *take, void *arg);

	/*
	 * Fill all of iov (1 to 1024 pieces) with what begins at `address` and
	 * goes on without a gap.  Called by several threads at once, between
	 * open() and close(), also while another callback runs.  It does not
	 * report: the engine knows which file it is and does that.
	 * DE_OK; or DE_FAILED with *error filled in.  ENODEV there says that the
	 * device is gone for good, so that the dump is given up; with any other
	 * error it goes on with what can be read.  Required.
	 */
	enum de_status (*read)(void *self, uint64_t address,
	    const struct iovec *iov, int iov_count, struct de_read_error *error);

	/*
	 * Put into `path`, which has room for `room` bytes, where that is mounted
	 * which open() would open; "" if it is not.  Called while it is not open,
	 * in a process of its own, before a snapshot of it is made.
	 * DE_OK, DE_FAILED.  Optional: absent means that it is not mounted.
	 */
	enum de_status (*find_mount_point)(void *self, char *path, size_t room);

	/*
	 * As scan_next(), but give up to `room` inodes at once (1 or more), by
	 * rising number, and only what struct de_brief has of them.  *count becomes
	 * how many, 1 or more with DE_OK.  A scan is gone through by this one or
	 * by scan_next(), not by both.
	 * DE_OK; DE_NO_MORE behind the last; DE_FAILED.  Optional: without it
	 * scan_next() does, which takes longer.
	 */
	enum de_status (*scan_briefly)(void *self, void *scan, uint32_t from,
	    struct de_brief *inodes, size_t room, size_t *count);

	/*
	 * Put into `name`, which has room for `room` bytes, what open() would give
	 * as de_source_info.device: where an option may name a device in other ways
	 * than by its path.  Called while it is not open, in a process of its own,
	 * before a snapshot of it is made.
	 * DE_OK, DE_FAILED.  Optional: absent means that it is as the option
	 * "device" says.
	 */
	enum de_status (*find_device)(void *self, char *name, size_t room);
};

/* -------------------------------------------------------------- outputs */

/*
 * de_volume.properties: an EOT handler is told of each volume when it has ended.
 * It may take what it was written to away, and sees to what the next one needs.
 */
#define DE_VOLUME_HANDLED 1u

/* The volume to be written.  Texts are the engine's, for this call only. */
struct de_volume {
	uint32_t struct_size;
	uint32_t number;		/* the first is 1 */
	uint32_t record_size;		/* bytes; a multiple of DE_TAPE_BLOCK */
	uint32_t level;			/* of the dump */
	int64_t date;			/* of the dump, seconds since 1970 */
	const char *job;		/* name of the job */
	const char *label;		/* label of the dump */
	const char *medium;		/* what an EOT handler has named for it;
					   NULL: as the options say */
	uint32_t properties;		/* DE_VOLUME_... */
	uint32_t volumes;		/* to check(): how many there will be, at
					   least; 0: that is not known */
};

/*
 * de_medium.properties: a volume on it cannot be begun again, as what was
 * written is with somebody else already (a pipe).
 */
#define DE_MEDIUM_ONCE 1u
/*
 * It cannot stand still without loss, as a tape that has to be stopped and
 * wound back when a record comes late: the ring is filled before it runs.
 */
#define DE_MEDIUM_STREAMS 2u
/* The volume is one of several files on it; de_medium.file says which. */
#define DE_MEDIUM_HAS_FILE 4u

/*
 * Why a volume could not be opened or written.  What is to be done depends on
 * it: a busy drive is waited for, a protected tape goes back to its slot.
 */
enum de_failure {
	DE_FAILURE_OTHER = 0,		/* none of these, or it is not known */
	DE_FAILURE_BUSY = 1,		/* somebody else has it open */
	DE_FAILURE_NO_DEVICE = 2,	/* no such drive, folder or host, or it
					   does not answer any more */
	DE_FAILURE_NO_MEDIUM = 3,	/* the drive is empty */
	DE_FAILURE_NOT_READY = 4,	/* it is loading, off-line, or wants a hand */
	DE_FAILURE_WRITE_PROTECTED = 5,	/* the medium, by its tab or mount */
	DE_FAILURE_PROTECTED = 6,	/* it holds a dump that may be needed */
	DE_FAILURE_FOREIGN = 7,		/* it holds what is no dump */
	DE_FAILURE_UNREADABLE = 8,	/* what it holds cannot be found out */
	DE_FAILURE_FULL = 9,		/* it has no room for a volume */
	DE_FAILURE_MEDIUM = 10,		/* it is bad */
	DE_FAILURE_SETTINGS = 11	/* with these, no medium would do */
};

/* What a volume is written to.  Texts are the output's, until close_volume(). */
struct de_medium {
	uint32_t struct_size;
	const char *name;		/* for messages: "/dev/nst0", "a.dump" */
	uint32_t properties;		/* DE_MEDIUM_... */
	uint32_t window;		/* records that write() may be ahead of the
					   medium, to 65536; see settled() */
	/*
	 * When open_volume() returns DE_FAILED: why.  `name` may then be set,
	 * too; both are looked at before any other callback is called.
	 */
	enum de_failure failure;
	/*
	 * With such a failure: a number made of what the medium holds, so that
	 * it is known when it comes again.  0: it cannot be told from others.
	 */
	uint64_t mark;
	uint32_t file;			/* with DE_MEDIUM_HAS_FILE; the first is 0 */
};

/*
 * de_resource.properties: it is not locked, only compared with what other jobs
 * of the run name, as a file that may become a later volume.
 */
#define DE_RESOURCE_COMPARED 1u

#define DE_KEEPS_ALL INT64_C(-1)

/*
 * Something that only one run may use at a time; see name_resources().  Texts
 * are the plugin's, for this call only.
 */
struct de_resource {
	uint32_t struct_size;
	uint32_t properties;		/* DE_RESOURCE_... */
	const char *name;		/* the same for every path that leads to
					   it: "tape drive 0", "device 8:16" */
	const char *text;		/* for messages, as in the configuration:
					   "/dev/nst0" */
	const char *node;		/* to be opened for reading and locked by
					   flock(2) as well, which the plugin must
					   not do; NULL: nothing is */
	int64_t keeps;			/* of what an earlier job has written to
					   it: so many files stay; 0: nothing
					   does; DE_KEEPS_ALL: it is appended to */
};

/* The engine's side: takes one.  Anything but DE_OK: stop, and return it. */
typedef enum de_status de_resource_fn(void *arg,
    const struct de_resource *resource);

/* What is to become of a volume. */
enum de_close {
	DE_CLOSE_COMPLETE = 0,		/* it is whole: make it safe and final */
	DE_CLOSE_DISCARD = 1		/* it is not: leave nothing that looks whole */
};

/*
 * An output.  All calls for a volume come from one process, and each volume
 * has a process of its own, forked from the one that wrote the volume before;
 * open_volume() and close_volume() bracket everything that another process
 * must not inherit.  What an instance remembers of earlier volumes it has
 * in the next process, too; what it learnt of a volume that has to be written
 * again is forgotten.
 */
struct de_output {
	uint32_t struct_size;

	/*
	 * Could a dump be written here now?  For `dumpengine --check`; changes
	 * nothing.  DE_OK, DE_FAILED.  Optional: absent means yes.
	 */
	enum de_status (*check)(void *self, const struct de_volume *volume);

	/*
	 * Open a volume for writing from its beginning and say what it is.
	 * DE_OK; or DE_FAILED with medium->failure set, and nothing is open.
	 * Main thread.  Required.
	 */
	enum de_status (*open_volume)(void *self,
	    const struct de_volume *volume, struct de_medium *medium);

	/*
	 * Write one record to the open volume.
	 *
	 *   record  borrowed, valid until this call returns; aligned to 4096
	 *   length  bytes: the record_size given to open_volume()
	 *
	 * All or nothing: a record never straddles two volumes.
	 *
	 * DE_OK; DE_END_OF_VOLUME when the medium is full and holds none of
	 * this record (the engine offers it again on the next volume); or
	 * DE_FAILED.
	 *
	 * Called between open_volume and close_volume, by one slave thread at a
	 * time and in the order of the records, but not always by the same
	 * thread.  Required.
	 */
	enum de_status (*write)(void *self, const void *record, size_t length);

	/*
	 * Close the volume.  With DE_CLOSE_COMPLETE, DE_OK promises that all
	 * of it is on the medium and that it has its final name; DE_FAILED, that
	 * it has not, and the engine counts it as not written.  With
	 * DE_CLOSE_DISCARD the result is not looked at.  In every case nothing
	 * is open afterwards.  Main thread.  Required.
	 */
	enum de_status (*close_volume)(void *self, enum de_close how);

	/*
	 * Begin to read the volume back from the medium, after its last write
	 * and before close_volume(): nothing that is still in a buffer of this
	 * machine may be read instead.
	 * DE_OK, DE_FAILED.  Main thread.  Optional: without it and the next
	 * one, `verify = true` is refused.
	 */
	enum de_status (*begin_readback)(void *self);

	/*
	 * Read the next bytes of the volume, at most `room`, in pieces of one
	 * record or as it comes.
	 * DE_OK with *length set; DE_NO_MORE at the end; DE_FAILED.
	 * Main thread.  Optional.
	 */
	enum de_status (*read_back)(void *self, void *buffer, size_t room,
	    size_t *length);

	/*
	 * Does somebody have to change the medium before this volume can be
	 * opened?  Asked when no EOT handler has seen to it; if so, the operator
	 * is asked.  Main thread.  Optional: absent means no.
	 */
	bool (*needs_change)(void *self, const struct de_volume *volume);

	/*
	 * The next two are for an output that hears late of what became of a
	 * record, as one whose drive is far away.  It gives a `window` in
	 * de_medium.  Then DE_OK of write() means that the record is on its way,
	 * and its bytes stay valid until settled() counts it or the volume is
	 * closed; at most `window` records are on their way at a time.
	 *
	 * How many records of this volume, counted from its first, are known to be
	 * on the medium.  Asked after each write() and settle(), however they
	 * went, by the same thread; never falls.  After DE_END_OF_VOLUME, be it
	 * for the record just given or for one before, the medium holds exactly
	 * these; the engine offers all others again on the next volume.
	 * Required with a window.
	 */
	uint64_t (*settled)(void *self);

	/*
	 * Wait until what became of all records is known.  Once, after the last
	 * write() of a volume that went well, before begin_readback() and
	 * close_volume(); not before a close_volume() that discards.
	 * DE_OK: all are on the medium; DE_END_OF_VOLUME and DE_FAILED as for
	 * write().  Called like write().  Required with a window.
	 */
	enum de_status (*settle)(void *self);

	/*
	 * May what has failed be over already, as when a connection was lost that
	 * can be made anew?  Then the volume is written again from its checkpoint,
	 * on the same medium and without asking anybody; it is for the output to
	 * say no when that has happened too often.  Asked once, after DE_FAILED of
	 * write(), settle(), begin_readback(), read_back() or close_volume(), when
	 * the volume is closed, in the process that wrote it.  What is to be known
	 * at the next attempt has to be in shared memory.  Main thread.
	 * Optional: absent means no.
	 */
	bool (*may_retry)(void *self);

	/*
	 * Why did the last call fail?  Asked once, after DE_FAILED of write(),
	 * settle(), begin_readback(), read_back() or close_volume(), when the
	 * volume is closed, before may_retry(); open_volume() says it in
	 * de_medium.  Main thread.  Optional: absent means DE_FAILURE_OTHER.
	 */
	enum de_failure (*failure)(void *self);

	/*
	 * The dump has ended.  DE_CLOSE_COMPLETE: the last close_volume() has
	 * succeeded, and so all volumes are safe; called by the process that wrote
	 * the last one, before its EOT handler is.  What was kept back for a whole
	 * set is done now, as giving final names to files.  DE_FAILED: the dump
	 * counts as aborted.  DE_CLOSE_DISCARD: it was given up; undo what only a
	 * whole set would need.  It may come more than once, from several
	 * processes, or not at all, if all of them are killed.
	 * DE_OK, DE_FAILED.  Main thread; no volume is open.  Optional.
	 */
	enum de_status (*end_set)(void *self, enum de_close how);

	/*
	 * Name what a dump that begins with this volume will write to: drives,
	 * files, targets, for all of its volumes as far as they are known.  What
	 * can be shared without loss, as /dev/null or a pipe, is not named.  Two
	 * jobs of a run that name the same are refused, unless the later one keeps
	 * what the first has written; two runs exclude each other.
	 * Called in a process of its own, before anything is opened; changes
	 * nothing, and reports nothing that check() does as well.
	 * DE_OK, DE_FAILED, or what `take` returned.  Optional: absent means that
	 * there is nothing to be shared.
	 */
	enum de_status (*name_resources)(void *self,
	    const struct de_volume *volume, de_resource_fn *take, void *arg);
};

/* --------------------------------------------------------- EOT handlers */

/* Why a volume has ended. */
enum de_end_reason {
	DE_END_SIZE = 1,	/* it reached the size that was set */
	DE_END_EOT = 2,		/* the medium is full */
	DE_END_ERROR = 3,	/* it could not be written: it comes again */
	DE_END_LAST = 4		/* it was the last one, the dump is complete */
};

/* What is told of it.  Texts are the engine's, for this call only. */
struct de_volume_end {
	uint32_t struct_size;
	uint32_t volume;		/* that ended */
	uint32_t next_volume;		/* to be written; 0: none */
	enum de_end_reason reason;
	uint64_t bytes;			/* on that volume */
	const char *medium;		/* what it was written to */
	const char *job;
	const char *label;
	uint32_t level;
	int64_t date;			/* of the dump, seconds */
	/*
	 * With DE_END_ERROR: why, and how many media in a row have been refused
	 * for this volume, this one included; 0 when it was begun.  A handler
	 * that has tried all of its media says DE_EOT_ASK.
	 */
	enum de_failure failure;
	uint32_t refused;
};

enum de_eot_answer {
	DE_EOT_GO_ON = 0,		/* the next medium is ready */
	DE_EOT_ASK = 1,			/* ask the operator whether it is */
	DE_EOT_ABORT = 2		/* give the dump up */
};

#define DE_MEDIUM_BYTES 4096

struct de_eot_reply {
	uint32_t struct_size;
	enum de_eot_answer answer;
	char medium[DE_MEDIUM_BYTES];	/* for the next volume; "": as before */
};

struct de_eot {
	uint32_t struct_size;

	/*
	 * A volume has ended, and its output is closed.  See to it that the next
	 * one can be written, and say so in *reply.  With DE_END_LAST the
	 * answer is not looked at.  DE_OK; DE_FAILED is as DE_EOT_ABORT.
	 * Called by the main thread of the process that will not write the next
	 * volume, so it may take its time.  Required.
	 */
	enum de_status (*volume_ended)(void *self,
	    const struct de_volume_end *end, struct de_eot_reply *reply);

	/*
	 * Could it change the medium now?  For `dumpengine --check`; changes
	 * nothing.  DE_OK, DE_FAILED.  Optional: absent means yes.
	 */
	enum de_status (*check)(void *self);

	/*
	 * As name_resources() of an output, but for what the handler uses, as a
	 * changer: two runs exclude each other, jobs of a run may share it.
	 * Optional: absent means nothing.
	 */
	enum de_status (*name_resources)(void *self,
	    const struct de_volume *volume, de_resource_fn *take, void *arg);
};

/* ----------------------------------------------------------- descriptor */

enum de_kind {
	DE_SOURCE = 1,
	DE_OUTPUT = 2,
	DE_EOT_HANDLER = 3
};

struct de_plugin {
	uint32_t struct_size;		/* these two by DE_PLUGIN_ABI */
	uint32_t api_version;
	uint32_t option_size;		/* sizeof(struct de_option), as well */
	enum de_kind kind;
	const char *name;		/* as the file is called, without ".so" */
	const char *summary;		/* one line, no full stop */
	const struct de_option *options;	/* may be NULL: none */

	/*
	 * Make an instance.  Takes what it needs from the options and opens
	 * nothing.  DE_OK with *self set (it may be NULL), or DE_FAILED.
	 * Required.
	 */
	enum de_status (*create)(const struct de_host *host, void **self);

	/* Free an instance; nothing is open.  Required. */
	void (*destroy)(void *self);

	const struct de_source *source;	/* the one that fits `kind` */
	const struct de_output *output;
	const struct de_eot *eot;
};

#define DE_PLUGIN_ABI \
	(uint32_t)sizeof(struct de_plugin), DE_API_VERSION, \
	(uint32_t)sizeof(struct de_option)

#if defined(__GNUC__)
#define DE_EXPORT __attribute__((visibility("default")))
#else
#define DE_EXPORT
#endif

/* The one function that the engine looks for in a plugin. */
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
