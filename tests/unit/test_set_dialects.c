/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_set_dialects.c - sets of other dialects are read whole
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/read/set.h"
#include "tests/unit/fake_volumes.h"
#include "tests/unit/generate.h"

#define BLOCK 1024
#define BLOCKS_MAX 64
#define DATE 700000000
#define FILE_INODE 12
#define FILE_SIZE 3500

/* A stream being made, on volumes of their own. */
struct stream {
	struct dialect d;
	uint32_t flags;			/* of its headers */
	uint32_t ntrec;
	uint8_t bytes[2][BLOCKS_MAX * BLOCK];
	size_t blocks[2];
	unsigned int volume;		/* being made, from 0 */
	uint32_t tapea;
};

/* A header to be made; the rest of it is as in all of the stream. */
struct made {
	uint32_t type;
	uint32_t inode;
	uint16_t mode;
	uint64_t size;
	uint32_t count;
	uint32_t more_flags;
	uint32_t extension;		/* c_extattributes */
};

static uint8_t *
add_block(struct stream *s)
{
	ck_assert_uint_lt(s->blocks[s->volume], BLOCKS_MAX);
	s->tapea++;
	return s->bytes[s->volume] + s->blocks[s->volume]++ * BLOCK;
}

static void
add_header(struct stream *s, struct made m)
{
	const struct dialect *d = &s->d;
	const uint32_t tapea = s->tapea;
	uint8_t *block = add_block(s);

	order32(d, block, m.type);
	order32(d, block + 4, DATE);
	order32(d, block + 12, s->volume + 1);
	order32(d, block + 16, tapea);
	order32(d, block + 20, m.inode);
	order32(d, block + 24, dialect_magic(d));
	order16(d, block + 32, m.mode);
	order64(d, block + 40, d->swapped_halves ? m.size << 32 : m.size);
	order32(d, block + 160, m.count);
	if (m.mode != 0)
		memset(block + 164, 1, m.count);
	memcpy(block + 696, "/export", 7);
	memcpy(block + 760, "/dev/x", 6);
	memcpy(block + 824, "host", 4);
	order32(d, block + 888, s->flags | m.more_flags);
	order32(d, block + 896, s->ntrec);
	order32(d, block + 900, m.extension);
	order_checksum(d, block);
}

static uint8_t
byte_at(uint64_t offset)
{
	return (uint8_t)(offset * 7 + offset / BLOCK + 1);
}

/* Blocks of the file, from block `from` on. */
static void
add_data(struct stream *s, uint64_t from, uint32_t blocks)
{
	for (uint64_t at = from * BLOCK; at < (from + blocks) * BLOCK; at++) {
		if (at % BLOCK == 0)
			add_block(s);
		s->bytes[s->volume][(s->blocks[s->volume] - 1) * BLOCK +
		    at % BLOCK] = byte_at(at);
	}
}

/* Volume header, maps and root. */
static void
begin(struct stream *s)
{
	add_header(s, (struct made){ .type = HEADER_TAPE, .count = 1,
	    .more_flags = 1 });
	for (uint32_t type = HEADER_CLRI; type >= HEADER_BITS; type -= 3) {
		add_header(s, (struct made){ .type = type, .count = 1 });
		memset(add_block(s), 0xff, BLOCK);
	}
	add_header(s, (struct made){ .type = HEADER_INODE, .inode = 2,
	    .mode = S_IFDIR | 0755, .size = 512, .count = 1 });
	uint8_t *entry = add_block(s);
	order32(&s->d, entry, 2);
	order16(&s->d, entry + 4, 512);
	entry[7] = 1;
	entry[8] = '.';
}

static void
end(struct stream *s)
{
	for (int i = 0; i < 2; i++)
		add_header(s, (struct made){ .type = HEADER_END });
}

/* What came of the file. */
struct came {
	uint8_t bytes[FILE_SIZE];
	uint64_t length;
	bool whole;
	bool is_complete;
	unsigned int lost;		/* times something was */
	char xattr[64];
	char value[64];
	char dialect[DIALECT_TEXT_BYTES];
};

static void
take(struct came *c, const struct set_item *item)
{
	switch (item->kind) {
	case SET_DATA:
		if (item->inode != FILE_INODE)
			break;
		ck_assert_uint_le(item->offset + item->length, FILE_SIZE);
		memcpy(c->bytes + item->offset, item->bytes,
		    (size_t)item->length);
		c->length += item->length;
		break;
	case SET_XATTR:
		snprintf(c->xattr, sizeof(c->xattr), "%s", item->xattr->name);
		memcpy(c->value, item->xattr->value,
		    item->xattr->value_length);
		break;
	case SET_INODE_END:
		if (item->inode == FILE_INODE)
			c->whole = item->complete;
		break;
	case SET_LOST:
	case SET_LOST_DATA:
	case SET_LOST_XATTRS:
		c->lost++;
		break;
	case SET_END:
		c->is_complete = item->complete;
		break;
	default:
		break;
	}
}

/* False: it is not a set.  Messages go to `fd`. */
static bool
read_bytes(struct fake_volumes *f, struct came *c)
{
	const struct volumes_config config = fake_volumes_config(f);
	enum verdict verdict;
	struct set_item item;

	memset(c, 0, sizeof(*c));
	struct volumes *volumes = volumes_open(&config, &verdict);
	if (volumes == NULL)
		return false;
	struct set *s = set_new(volumes, f->rep);
	do {
		ck_assert(set_next(s, &item));
		take(c, &item);
	} while (item.kind != SET_END);
	strcpy(c->dialect, set_identity(s)->dialect);
	set_free(s);
	return true;
}

static void
read_stream(struct stream *s, struct came *c)
{
	struct fake_volumes f;
	const int fd = open("/dev/null", O_WRONLY);

	fake_volumes_init(&f, fd);
	for (unsigned int i = 0; i <= s->volume; i++) {
		f.volumes[i].bytes = s->bytes[i];
		f.volumes[i].length = s->blocks[i] * BLOCK;
	}
	ck_assert(read_bytes(&f, c));
	fake_volumes_free(&f);
	close(fd);
}

static void
expect_file(const struct came *c)
{
	ck_assert_uint_eq(c->length, FILE_SIZE);
	for (size_t i = 0; i < FILE_SIZE; i++)
		ck_assert_msg(c->bytes[i] == byte_at(i), "byte %zu", i);
	ck_assert(c->whole && c->is_complete);
}

START_TEST(an_inode_goes_on_in_a_volume_header_of_sun)
{
	static struct stream s;
	struct came c;
	const struct made file = { .type = HEADER_INODE, .inode = FILE_INODE,
	    .mode = S_IFREG | 0644, .size = FILE_SIZE, .count = 2 };

	s = (struct stream){ .d = { .family = DIALECT_SUN,
	    .big_endian = true, .block_size = BLOCK } };
	begin(&s);
	add_header(&s, file);
	add_data(&s, 0, 2);
	s.volume = 1;
	struct made again = file;
	again.type = HEADER_TAPE;
	again.more_flags = 1;
	add_header(&s, again);
	add_data(&s, 2, 2);
	end(&s);
	read_stream(&s, &c);
	ck_assert_str_eq(c.dialect, "Sun ufsdump, big-endian");
	ck_assert_uint_eq(c.lost, 0);
	expect_file(&c);
}
END_TEST

START_TEST(an_inode_begins_in_a_volume_header_of_sun)
{
	static struct stream s;
	struct came c;

	s = (struct stream){ .d = { .family = DIALECT_SUN,
	    .big_endian = true, .block_size = BLOCK } };
	begin(&s);
	s.volume = 1;
	add_header(&s, (struct made){ .type = HEADER_TAPE,
	    .inode = FILE_INODE, .mode = S_IFREG, .size = FILE_SIZE,
	    .count = 4, .more_flags = 1 });
	add_data(&s, 0, 4);
	end(&s);
	read_stream(&s, &c);
	ck_assert_uint_eq(c.lost, 0);
	expect_file(&c);
}
END_TEST

static void
make_bsd(struct stream *s, bool are_swapped)
{
	*s = (struct stream){ .d = { .family = DIALECT_44BSD,
	    .big_endian = true, .block_size = BLOCK,
	    .swapped_halves = are_swapped }, .flags = 2 };
	begin(s);
	add_header(s, (struct made){ .type = HEADER_INODE,
	    .inode = FILE_INODE, .mode = S_IFREG, .size = FILE_SIZE,
	    .count = 4 });
	add_data(s, 0, 4);
	end(s);
}

START_TEST(halves_of_sizes_may_be_exchanged)
{
	static struct stream s;
	struct came c;

	make_bsd(&s, true);
	read_stream(&s, &c);
	ck_assert_str_eq(c.dialect,
	    "4.4BSD dump, big-endian, halves of sizes swapped");
	ck_assert_uint_eq(c.lost, 0);
	expect_file(&c);
}
END_TEST

START_TEST(what_finders_knew_is_an_attribute)
{
	static struct stream s;
	struct came c;

	s = (struct stream){ .d = { .family = DIALECT_LINUX,
	    .big_endian = true, .block_size = BLOCK }, .flags = 2,
	    .ntrec = 10 };
	begin(&s);
	add_header(&s, (struct made){ .type = HEADER_INODE,
	    .inode = FILE_INODE, .mode = S_IFREG, .size = FILE_SIZE,
	    .count = 4 });
	add_data(&s, 0, 4);
	add_header(&s, (struct made){ .type = HEADER_INODE,
	    .inode = FILE_INODE, .mode = S_IFREG, .size = 8, .count = 1,
	    .more_flags = 0x8000, .extension = 1 });
	memcpy(add_block(&s), "TEXTttxt", 8);
	add_header(&s, (struct made){ .type = HEADER_INODE,
	    .inode = FILE_INODE, .mode = S_IFREG, .size = 8, .count = 1,
	    .more_flags = 0x8000, .extension = 9 });
	memcpy(add_block(&s), "whatever", 8);
	end(&s);
	read_stream(&s, &c);
	expect_file(&c);
	ck_assert_str_eq(c.xattr, "user.com.apple.FinderInfo");
	ck_assert_str_eq(c.value, "TEXTttxt");
}
END_TEST

/* The first block is lost, and nothing else. */
START_TEST(the_volume_header_may_be_damaged)
{
	static struct stream s;
	struct came c;

	make_bsd(&s, false);
	s.bytes[0][700] ^= 1;
	read_stream(&s, &c);
	ck_assert_str_eq(c.dialect, "4.4BSD dump, big-endian");
	ck_assert_uint_eq(c.lost, 1);
	expect_file(&c);
}
END_TEST

static void
expect_refused(uint8_t *bytes, size_t length, const char *said)
{
	char text[1000] = "";
	FILE *messages = tmpfile();
	struct fake_volumes f;
	struct came c;

	ck_assert_ptr_nonnull(messages);
	fake_volumes_init(&f, fileno(messages));
	f.volumes[0].bytes = bytes;
	f.volumes[0].length = length;
	ck_assert(!read_bytes(&f, &c));
	fake_volumes_free(&f);
	ck_assert_int_gt(pread(fileno(messages), text, sizeof(text) - 1, 0),
	    0);
	ck_assert_msg(strstr(text, said) != NULL, "%s: not \"%s\"", text, said);
	fclose(messages);
}

START_TEST(what_is_not_a_dump_is_named)
{
	static uint8_t bytes[20480];
	static struct stream s;

	memcpy(bytes + 257, "ustar", 5);
	expect_refused(bytes, sizeof(bytes), "not a dump, but a tar archive");
	/* also with a dump in it */
	make_bsd(&s, false);
	memcpy(bytes + 512, s.bytes[0], 19 * BLOCK);
	expect_refused(bytes, sizeof(bytes), "not a dump, but a tar archive");
	memset(bytes, 0x55, sizeof(bytes));
	expect_refused(bytes, sizeof(bytes), "not a dump");
	expect_refused(bytes, 100, "too short");
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		an_inode_goes_on_in_a_volume_header_of_sun,
		an_inode_begins_in_a_volume_header_of_sun,
		halves_of_sizes_may_be_exchanged,
		what_finders_knew_is_an_attribute,
		the_volume_header_may_be_damaged,
		what_is_not_a_dump_is_named,
	};
	return unit_run("set_dialects", tests, COUNT(tests));
}
