/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The file begins with 512 bytes, numbers in little-endian order, the rest 0:
 *
 *	  0  magic
 *	  8  i64  date; 16  i64  base date; 24  i32  level
 *	 28  texts of struct set_identity, with their sizes there
 *	480  digest of the bytes before it, in hexadecimal
 *
 * The names follow, as names_store() writes them.
 */
#include "core/restore/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/restore/symtab.h"
#include "core/restore/unlock.h"
#include "plugins/common/bytes.h"

#define MAGIC "deState1"
#define MAGIC_BYTES 8u
#define HEAD_BYTES 512u
#define DIGEST_AT (HEAD_BYTES - (DIGEST_TEXT_BYTES - 1))
#define TEXTS_AT 28u
#define TEMPORARY "." STATE_NAME ".new"
#define TEMPORARY_BYTES 48
#define TEMPORARIES_TRIED 1000u

/* A text of the identity. */
struct text {
	char *text;
	size_t size;
};

#define TEXTS 5u

static void
list_texts(struct set_identity *identity, struct text texts[static TEXTS])
{
	texts[0] = (struct text){ identity->label, sizeof(identity->label) };
	texts[1] = (struct text){
		identity->filesystem, sizeof(identity->filesystem)
	};
	texts[2] = (struct text){ identity->device, sizeof(identity->device) };
	texts[3] = (struct text){ identity->host, sizeof(identity->host) };
	texts[4] = (struct text){
		identity->dialect, sizeof(identity->dialect)
	};
}

/* False if out of memory. */
static bool
digest_of(const uint8_t *head, char text[static DIGEST_TEXT_BYTES])
{
	struct digest *digest = digest_new();

	if (digest == NULL)
		return false;
	digest_add(digest, head, DIGEST_AT);
	digest_format(digest, text);
	digest_free(digest);
	return true;
}

/* ---------------------------------------------------------------- reading */

static bool
bad(void)
{
	errno = EBADMSG;
	return false;
}

static bool
decode_identity(struct set_identity *identity, const uint8_t *head)
{
	char digest[DIGEST_TEXT_BYTES];
	struct text texts[TEXTS];
	const uint8_t *at = head + TEXTS_AT;

	if (!digest_of(head, digest))
		return false;
	if (memcmp(digest, head + DIGEST_AT, HEAD_BYTES - DIGEST_AT) != 0)
		return bad();
	identity->date = (int64_t)get64(head + 8);
	identity->base_date = (int64_t)get64(head + 16);
	identity->level = (int32_t)get32(head + 24);
	list_texts(identity, texts);
	for (size_t i = 0; i < TEXTS; i++) {
		memcpy(texts[i].text, at, texts[i].size);
		texts[i].text[texts[i].size - 1] = '\0';
		at += texts[i].size;
	}
	return true;
}

static bool
read_ours(struct state *s, int fd, const uint8_t *head, const char *folder)
{
	if (!decode_identity(&s->identity, head) ||
	    lseek(fd, HEAD_BYTES, SEEK_SET) == -1)
		return false;
	s->names = names_load(fd, folder);
	return s->names != NULL;
}

static bool
read_symtab(struct state *s, int fd, const char *folder)
{
	struct symtab symtab;

	if (!symtab_read(&symtab, fd, folder))
		return false;
	s->names = symtab.names;
	s->identity.date = symtab.date;
	s->identity.base_date = symtab.base_date;
	s->identity.level = STATE_LEVEL_UNKNOWN;
	return true;
}

static bool
read_file(struct state *s, int fd, const char *folder)
{
	uint8_t head[HEAD_BYTES];

	const ssize_t length = pread(fd, head, sizeof(head), 0);
	if (length == -1)
		return false;
	if (length == (ssize_t)sizeof(head) &&
	    memcmp(head, MAGIC, MAGIC_BYTES) == 0)
		return read_ours(s, fd, head, folder);
	return read_symtab(s, fd, folder);
}

/* Nobody else may decide what is removed and moved. */
static bool
is_ours(int fd, struct report *rep)
{
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_uid == geteuid() || st.st_uid == 0) &&
	    (st.st_mode & S_IWOTH) == 0)
		return true;
	report(rep, DE_ERROR, "./" STATE_NAME ": is not a file that only this "
	    "user can write; if you know that it is right, change its owner "
	    "and mode");
	return false;
}

static void
say_bad(struct report *rep)
{
	if (errno == EBADMSG)
		report(rep, DE_ERROR, "./" STATE_NAME ": is damaged, or "
		    "neither of this program nor of a restore(8) for this kind "
		    "of machine; restore all levels at once, into an empty "
		    "directory");
	else
		report(rep, DE_ERROR, "./" STATE_NAME ": cannot be read: %s",
		    strerror(errno));
}

enum state_result
state_read(struct state *s, int root, const char *folder, struct report *rep)
{
	*s = (struct state){ .names = NULL };
	const int fd = openat(root, STATE_NAME,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1 && errno == ENOENT)
		return STATE_NONE;
	if (fd == -1) {
		say_bad(rep);
		return STATE_BAD;
	}
	bool ok = is_ours(fd, rep);
	if (ok) {
		ok = read_file(s, fd, folder);
		if (!ok)
			say_bad(rep);
	}
	close(fd);
	return ok ? STATE_READ : STATE_BAD;
}

void
state_free(struct state *s)
{
	names_free(s->names);
	s->names = NULL;
}

/* ---------------------------------------------------------------- writing */

static bool
encode_identity(const struct set_identity *identity,
    uint8_t head[static HEAD_BYTES])
{
	struct set_identity copy = *identity;
	char digest[DIGEST_TEXT_BYTES];
	struct text texts[TEXTS];
	uint8_t *at = head + TEXTS_AT;

	memset(head, 0, HEAD_BYTES);
	memcpy(head, MAGIC, MAGIC_BYTES);
	put64(head + 8, (uint64_t)copy.date);
	put64(head + 16, (uint64_t)copy.base_date);
	put32(head + 24, (uint32_t)copy.level);
	list_texts(&copy, texts);
	for (size_t i = 0; i < TEXTS; i++) {
		memcpy(at, texts[i].text, strnlen(texts[i].text,
		    texts[i].size - 1));
		at += texts[i].size;
	}
	if (!digest_of(head, digest))
		return false;
	memcpy(head + DIGEST_AT, digest, HEAD_BYTES - DIGEST_AT);
	return true;
}

static bool
write_file(int fd, const struct set_identity *identity,
    const struct names *names, const struct inomap *present)
{
	uint8_t head[HEAD_BYTES];

	if (!encode_identity(identity, head))
		return false;
	const ssize_t length = write(fd, head, sizeof(head));
	if (length != (ssize_t)sizeof(head)) {
		if (length != -1)
			errno = ENOSPC;
		return false;
	}
	return names_store(names, fd, present) && fsync(fd) == 0;
}

/* Has an interrupted run left it? */
static bool
is_left_over(int root, const char *name)
{
	uint8_t magic[MAGIC_BYTES];
	struct stat st;

	const int fd = openat(root, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd == -1)
		return false;
	const bool is_ours = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    st.st_uid == geteuid() && (st.st_mode & 07777) == 0600 &&
	    st.st_nlink == 1;
	const bool is_state = is_ours && (st.st_size == 0 ||
	    (pread(fd, magic, sizeof(magic), 0) == (ssize_t)sizeof(magic) &&
	    memcmp(magic, MAGIC, MAGIC_BYTES) == 0));
	close(fd);
	return is_state;
}

/*
 * Under a name that neither the tree nor the directory has; what an interrupted
 * run has left goes.  -1 with errno set.
 */
static int
create_temporary(int root, const struct names *names,
    char name[static TEMPORARY_BYTES])
{
	int fd = -1;

	errno = EEXIST;
	for (unsigned int i = 0; fd == -1 && errno == EEXIST &&
	    i < TEMPORARIES_TRIED; i++) {
		snprintf(name, TEMPORARY_BYTES, i == 0 ? TEMPORARY :
		    TEMPORARY "-%u", i);
		if (names_lookup(names, NAMES_ROOT, name, strlen(name)) !=
		    NAMES_NONE)
			continue;
		if (is_left_over(root, name))
			unlinkat(root, name, 0);
		fd = openat(root, name, O_WRONLY | O_CREAT | O_EXCL |
		    O_NOFOLLOW | O_CLOEXEC, 0600);
	}
	return fd;
}

static bool
replace(int root, const struct set_identity *identity,
    const struct names *names, const struct inomap *present)
{
	char temporary[TEMPORARY_BYTES];

	const int fd = create_temporary(root, names, temporary);
	if (fd == -1)
		return false;
	bool ok = write_file(fd, identity, names, present);
	int error = errno;
	close(fd);
	if (ok) {
		ok = renameat(root, temporary, root, STATE_NAME) == 0 &&
		    fsync(root) == 0;
		error = errno;
	}
	if (!ok)
		unlinkat(root, temporary, 0);
	errno = error;
	return ok;
}

/* The file that is stored is not a name of the tree. */
static bool
without_itself(const struct names *names, const struct inomap *present,
    struct inomap *copy)
{
	const uint32_t id = names_lookup(names, NAMES_ROOT, STATE_NAME,
	    strlen(STATE_NAME));

	*copy = (struct inomap){ .bits = NULL };
	if (present != NULL && !inomap_copy(copy, present))
		return false;
	if (present == NULL) {
		if (!inomap_init(copy, names_highest_inode(names)))
			return false;
		names_add_inodes(names, copy);
	}
	if (id != NAMES_NONE) {
		struct name_entry entry;
		names_entry(names, id, &entry);
		inomap_remove(copy, entry.inode);
	}
	return true;
}

bool
state_write(int root, const struct set_identity *identity,
    const struct names *names, const struct inomap *present,
    struct report *rep)
{
	struct inomap stored;
	struct lock_state old;

	bool ok = without_itself(names, present, &stored);
	if (ok && !replace(root, identity, names, &stored)) {
		ok = errno == EPERM && unlock(root, ".", &old);
		if (ok) {
			ok = replace(root, identity, names, &stored);
			lock_again(root, ".", &old);
		}
	}
	if (!ok)
		report(rep, DE_ERROR, "./" STATE_NAME ": cannot be written: "
		    "%s; without it, no further level can be restored here",
		    strerror(errno));
	inomap_free(&stored);
	return ok;
}
