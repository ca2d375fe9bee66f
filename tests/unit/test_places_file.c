/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_places_file.c - places of inodes that are kept, and digests of pieces,
 * whatever is in them
 */
#include "core/mount/places_file.h"

#include <unistd.h>

#include "core/base/digest.h"
#include "core/mount/piece_check.h"
#include "dumpengine/plugin.h"
#include "unit.h"

#define COUNT_PLACES 20000u
#define ON_A_VOLUME 7000u
#define MUTATIONS 300

struct kept {
	struct inode_places *places;
	json_t *set;
	FILE *file;
	int fd;
	uint32_t taken;
	uint32_t wrong;
};

static struct inode_place
place_of(uint32_t i)
{
	return (struct inode_place){
		.position = (uint64_t)(i % ON_A_VOLUME) * 3072,
		.volume = i / ON_A_VOLUME + 1,
		.inode = 11 + 2 * i,
	};
}

static void
begin(struct kept *k)
{
	*k = (struct kept){
		.places = inode_places_new("/tmp"),
		.set = json_pack("{s:s}", "label", "home"),
		.file = tmpfile(),
	};
	ck_assert(k->places != NULL && k->set != NULL && k->file != NULL);
	k->fd = fileno(k->file);
	for (uint32_t i = 0; i < COUNT_PLACES; i++) {
		const struct inode_place p = place_of(i);
		ck_assert(inode_places_add(k->places, &p));
	}
	inode_places_finish(k->places);
	ck_assert(places_file_can(k->places));
	ck_assert(places_file_write(k->fd, k->set, k->places, "/tmp"));
}

static void
end(struct kept *k)
{
	inode_places_free(k->places);
	json_decref(k->set);
	fclose(k->file);
}

static bool
take(void *arg, const struct inode_place *p)
{
	struct kept *k = arg;
	const struct inode_place right = place_of(k->taken++);

	k->wrong += p->inode != right.inode || p->volume != right.volume ||
	    p->position != right.position;
	return true;
}

static enum places_file_result
read_again(struct kept *k, const json_t *set)
{
	k->taken = k->wrong = 0;
	ck_assert_int_eq(lseek(k->fd, 0, SEEK_SET), 0);
	return places_file_read(k->fd, set, take, k);
}

static bool
take_none(void *arg, const struct inode_place *p)
{
	(void)arg, (void)p;
	return false;
}

START_TEST(what_is_kept_comes_back)
{
	json_t *other = json_pack("{s:s}", "label", "root");
	struct kept k;

	begin(&k);
	ck_assert_int_eq(read_again(&k, k.set), PLACES_FILE_READ);
	ck_assert_uint_eq(k.taken, COUNT_PLACES);
	ck_assert_uint_eq(k.wrong, 0);
	ck_assert_int_eq(read_again(&k, other), PLACES_FILE_OTHER);
	ck_assert_uint_eq(k.taken, 0);
	ck_assert_int_eq(lseek(k.fd, 0, SEEK_SET), 0);
	ck_assert_int_eq(places_file_read(k.fd, k.set, take_none, NULL),
	    PLACES_FILE_FAILED);
	json_decref(other);
	end(&k);
}
END_TEST

START_TEST(what_is_in_no_order_is_not_kept)
{
	static const struct inode_place bad[] = {
		{ .inode = 13, .volume = 1, .position = 1025 },
		{ .inode = 13, .volume = 1, .position = 1024 },
		{ .inode = 12, .volume = 1, .position = 4096 },
		{ .inode = 13, .volume = 0, .position = 4096 },
	};

	for (size_t i = 0; i < COUNT(bad); i++) {
		struct inode_places *p = inode_places_new("/tmp");
		const struct inode_place first = { 2048, 1, 12 };
		ck_assert_ptr_nonnull(p);
		ck_assert(inode_places_add(p, &first));
		ck_assert(inode_places_add(p, &bad[i]));
		inode_places_finish(p);
		ck_assert(!places_file_can(p));
		inode_places_free(p);
	}
}
END_TEST

/* Either it is refused, or nothing of it has changed. */
START_TEST(damage_is_noticed)
{
	struct kept k;
	uint8_t bytes[4096];

	begin(&k);
	const ssize_t length = pread(k.fd, bytes, sizeof(bytes), 0);
	ck_assert_int_gt(length, 0);
	srand(7);
	for (int i = 0; i < MUTATIONS; i++) {
		const off_t at = rand() % (int)length;
		const uint8_t byte = (uint8_t)rand();
		ck_assert_int_eq(pwrite(k.fd, &byte, 1, at), 1);
		if (read_again(&k, k.set) == PLACES_FILE_READ) {
			ck_assert_uint_eq(k.taken, COUNT_PLACES);
			ck_assert_uint_eq(k.wrong, 0);
		}
		ck_assert_int_eq(pwrite(k.fd, &bytes[at], 1, at), 1);
	}
	ck_assert_int_eq(ftruncate(k.fd, length - 8), 0);
	ck_assert_int_eq(read_again(&k, k.set), PLACES_FILE_OTHER);
	end(&k);
}
END_TEST

static uint64_t
digest_of(const uint8_t *bytes, size_t length, uint32_t record)
{
	uint8_t list[PIECE_CHECK_BYTES / DE_TAPE_BLOCK * sizeof(uint64_t)];
	size_t used = 0;

	for (size_t at = 0; at < length; at += record) {
		put64(list + used, digest_64(bytes + at, record));
		used += sizeof(uint64_t);
	}
	return digest_64(list, used);
}

START_TEST(a_piece_is_compared)
{
	static uint8_t bytes[8 * DE_TAPE_BLOCK];
	struct piece_check *c = piece_check_new("/tmp");
	struct piece_place place;
	const uint64_t right = digest_of(bytes, sizeof(bytes), 2048);
	const uint64_t list[] = { right, right + 1, right };

	ck_assert_ptr_nonnull(c);
	/* 20 blocks: the last piece is a shorter one. */
	ck_assert(piece_check_add(c, 1, 20, 8, 0, list, 3));
	ck_assert(piece_check_add(c, 1, 20, 8, 3, list, 1));
	ck_assert(piece_check_add(c, 2, UINT64_MAX, 8, 0, list, 3));
	ck_assert(piece_check_add(c, 2, 20, 0, 0, list, 3));
	ck_assert(piece_check_add(c, 2, 20, 8, 7, list, 3));
	ck_assert_int_eq(piece_check_find(c, 1, 20480, &place), PIECE_UNKNOWN);
	ck_assert_int_eq(piece_check_find(c, 2, 0, &place), PIECE_UNKNOWN);
	ck_assert_int_eq(piece_check_find(c, 3, 0, &place), PIECE_UNKNOWN);
	ck_assert_int_eq(piece_check_find(c, 1, 5, &place), PIECE_NOT_READ);
	ck_assert_int_eq(piece_check_compare(c, &place, bytes, 2048),
	    PIECE_GOOD);
	ck_assert_int_eq(piece_check_find(c, 1, 8191, &place), PIECE_GOOD);
	ck_assert_int_eq(piece_check_find(c, 1, 8192, &place), PIECE_NOT_READ);
	ck_assert_int_eq(piece_check_compare(c, &place, bytes, 2048),
	    PIECE_BAD);
	ck_assert_int_eq(piece_check_find(c, 1, 16384, &place),
	    PIECE_NOT_READ);
	ck_assert_uint_eq(place.end - place.begin, 4096);
	/* Records that do not fit in. */
	ck_assert_int_eq(piece_check_compare(c, &place, bytes, 3072),
	    PIECE_UNKNOWN);
	ck_assert_int_eq(piece_check_find(c, 1, 16384, &place), PIECE_UNKNOWN);
	piece_check_free(c);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		what_is_kept_comes_back,
		what_is_in_no_order_is_not_kept,
		damage_is_noticed,
		a_piece_is_compared,
	};
	return unit_run("places_file", tests, COUNT(tests));
}
