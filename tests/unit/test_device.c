/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_device.c - overlays on a device, compared with a plain copy in memory
 */
#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#include "plugins/fs-ext2/device.h"

#include "unit.h"

#define SIZE 300000u			/* not a multiple of any block */

static char path[64];
static uint8_t file[SIZE];		/* its contents */
static uint8_t model[SIZE];		/* what should be read */
static char told[256];

__attribute__((format(printf, 3, 4)))
static void
take_report(const struct de_host *host, enum de_severity severity,
    const char *format, ...)
{
	va_list ap;

	(void)host;
	(void)severity;
	va_start(ap, format);
	vsnprintf(told, sizeof(told), format, ap);
	va_end(ap);
}

static bool
never(const struct de_host *host)
{
	(void)host;
	return false;
}

static const struct de_host host = {
	.struct_size = sizeof(host),
	.report = take_report,
	.cancelled = never,
};

static void
set_up(void)
{
	srandom(1);
	strcpy(path, "test_device.XXXXXX");
	const int fd = mkstemp(path);
	ck_assert_int_ne(fd, -1);
	for (size_t i = 0; i < SIZE; i++)
		file[i] = (uint8_t)random();
	ck_assert_int_eq(write(fd, file, SIZE), SIZE);
	close(fd);
	memcpy(model, file, SIZE);
}

static void
tear_down(void)
{
	uint8_t now[SIZE];
	FILE *f = fopen(path, "rb");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fread(now, 1, SIZE, f), SIZE);
	fclose(f);
	unlink(path);
	ck_assert_mem_eq(now, file, SIZE);	/* never written to */
}

static size_t
below(size_t limit)
{
	return (size_t)random() % limit;
}

/* Read a range in pieces of random lengths, including empty ones. */
static void
check_range(const struct device *d, size_t address, size_t length)
{
	static uint8_t got[SIZE];
	struct iovec iov[16];
	struct de_read_error error = { .struct_size = sizeof(error) };
	size_t at = 0;
	int n;

	for (n = 0; n < 15 && at < length; n++) {
		iov[n].iov_base = got + at;
		iov[n].iov_len = below(length - at + 1);
		at += iov[n].iov_len;
	}
	iov[n].iov_base = got + at;
	iov[n].iov_len = length - at;
	memset(got, 0x55, length);
	ck_assert_int_eq(device_readv(d, address, iov, n + 1, &error), DE_OK);
	ck_assert_mem_eq(got, model + address, length);
}

static void
check_ranges(const struct device *d)
{
	for (int i = 0; i < 100; i++) {
		const size_t address = below(SIZE);
		check_range(d, address, 1 + below(SIZE - address));
	}
	check_range(d, 0, SIZE);
}

static struct device *
open_it(size_t unit)
{
	struct device *d = device_open(&host, path);

	ck_assert_ptr_nonnull(d);
	device_set_unit(d, unit);
	return d;
}

START_TEST(without_anything_over_it_the_file_is_read)
{
	set_up();
	struct device *d = open_it(4096);

	ck_assert_uint_eq(device_size(d), SIZE);
	ck_assert_str_eq(device_path(d), path);
	check_ranges(d);
	ck_assert_uint_eq(device_laid_over(d), 0);
	device_close(d);
	tear_down();
}
END_TEST

/* This filesystem may not support O_DIRECT. */
START_TEST(past_the_cache_any_piece_of_it_is_read)
{
	set_up();
	struct device *d = open_it(4096);
	struct de_read_error error = { .struct_size = sizeof(error) };
	struct iovec iov = { .iov_len = 200 };
	static uint8_t bytes[SIZE + 8];

	if (device_read_past_cache(d, DEVICE_PAST_CACHE_ALL)) {
		check_ranges(d);
		/* On every boundary, and next to it. */
		for (size_t at = 0; at < 9; at++) {
			ck_assert_int_eq(device_read(d, 4096, bytes + at,
			    SIZE - 4096, &error), DE_OK);
			ck_assert_mem_eq(bytes + at, model + 4096, SIZE - 4096);
		}
		iov.iov_base = bytes;
		ck_assert_int_eq(device_read_contents(d, SIZE - 200, &iov, 1,
		    &error), DE_OK);
		ck_assert_mem_eq(bytes, model + SIZE - 200, 200);
		ck_assert_int_eq(device_read_contents(d, SIZE - 199, &iov, 1,
		    &error), DE_FAILED);
		ck_assert_uint_eq(error.address, SIZE);
		ck_assert_int_eq(error.error, ENXIO);
	}
	device_close(d);
	tear_down();
}
END_TEST

static void
lay_over(size_t unit)
{
	static uint8_t bytes[20000];
	struct device *d = open_it(unit);

	for (int i = 0; i < 60; i++) {
		const size_t address = below(SIZE);
		size_t length = 1 + below(sizeof(bytes));
		if (length > SIZE - address)
			length = SIZE - address;
		memset(bytes, i, length);
		ck_assert(device_lay_over(d, address, bytes, length));
		memcpy(model + address, bytes, length);
		check_range(d, address, length);
	}
	check_ranges(d);
	device_uncover(d);
	memcpy(model, file, SIZE);
	check_ranges(d);
	device_close(d);
}

START_TEST(what_is_laid_over_it_is_read_instead)
{
	static const size_t units[] = { 512, 1024, 4096, 65536 };

	set_up();
	for (size_t i = 0; i < COUNT(units); i++)
		lay_over(units[i]);
	tear_down();
}
END_TEST

/* Blocks that stay in the journal: on the same device, or on another one. */
static void
redirect(bool external)
{
	static const uint8_t magic[4] = { 0xC0, 0x3B, 0x39, 0x98 };
	struct device *d = open_it(1024);
	struct device *journal = external ? device_open(&host, path) : d;

	if (external)
		device_take_journal(d, journal);
	for (int i = 0; i < 2000; i++) {
		const size_t to = below(SIZE / 1024) * 1024;
		const size_t from = below(SIZE / 1024) * 1024;
		const bool escaped = below(2) == 0;
		ck_assert(device_redirect(d, to, journal, from, escaped));
		memcpy(model + to, file + from, 1024);
		if (escaped)
			memcpy(model + to, magic, sizeof(magic));
	}
	check_ranges(d);
	/* Part of such a block is overwritten. */
	for (size_t i = 0; i < 200; i++) {
		const size_t at = below(SIZE - 8);
		ck_assert(device_lay_over(d, at, "changed", 7));
		memcpy(model + at, "changed", 7);
	}
	check_ranges(d);
	device_close(d);
	memcpy(model, file, SIZE);
}

START_TEST(blocks_of_the_journal_are_read_in_place)
{
	set_up();
	redirect(false);
	redirect(true);
	tear_down();
}
END_TEST

START_TEST(the_end_of_the_device_is_an_error)
{
	set_up();
	struct device *d = open_it(4096);
	struct de_read_error error = { .struct_size = sizeof(error) };
	uint8_t bytes[8192];

	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(device_read(d, SIZE - 100, bytes, 200,
		    &error), DE_FAILED);
		ck_assert_uint_eq(error.address, SIZE);
		ck_assert_int_eq(device_read(d, UINT64_MAX - 10, bytes, 200,
		    &error), DE_FAILED);
		ck_assert(device_lay_over(d, 0, bytes, 10));
	}
	/* A whole block at the end, of which the device has only a part. */
	memset(bytes, 9, sizeof(bytes));
	ck_assert(device_lay_over(d, SIZE / 4096 * 4096, bytes, 4096));
	ck_assert_int_eq(device_read(d, SIZE - 100, bytes, 200, &error), DE_OK);
	ck_assert_int_eq(bytes[199], 9);
	device_close(d);
	tear_down();
}
END_TEST

START_TEST(what_is_no_device_is_refused)
{
	ck_assert_ptr_null(device_open(&host, "/nonexistent"));
	ck_assert_ptr_nonnull(strstr(told, "No such file"));
	ck_assert_ptr_null(device_open(&host, "/dev/null"));
	ck_assert_ptr_nonnull(strstr(told, "neither"));
	device_close(NULL);
}
END_TEST

START_TEST(libext2fs_reads_and_writes_it)
{
	set_up();
	struct device *d = open_it(4096);
	static uint8_t bytes[8192];
	io_channel c;

	ck_assert_int_eq(device_io_manager->open(device_channel_name(d),
	    IO_FLAG_RW, &c), 0);
	ck_assert_int_eq(io_channel_set_blksize(c, 2048), 0);
	ck_assert_int_eq(io_channel_read_blk64(c, 3, 2, bytes), 0);
	ck_assert_mem_eq(bytes, model + 6144, 4096);
	ck_assert_int_eq(io_channel_write_blk64(c, 3, -5, "five"), 0);
	memcpy(model + 6144, "five", 5);
	ck_assert_int_eq(io_channel_write_byte(c, 1000, 6, "bytes"), 0);
	memcpy(model + 1000, "bytes", 6);
	ck_assert_int_eq(io_channel_flush(c), 0);
	check_ranges(d);
	ck_assert_int_eq(io_channel_read_blk64(c, SIZE, 1, bytes),
	    EXT2_ET_SHORT_READ);
	ck_assert_int_eq(io_channel_read_blk64(c, UINT64_MAX, 1, bytes),
	    EXT2_ET_SHORT_READ);
	ck_assert_int_eq(io_channel_close(c), 0);
	device_close(d);
	tear_down();
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		without_anything_over_it_the_file_is_read,
		past_the_cache_any_piece_of_it_is_read,
		what_is_laid_over_it_is_read_instead,
		blocks_of_the_journal_are_read_in_place,
		the_end_of_the_device_is_an_error,
		what_is_no_device_is_refused,
		libext2fs_reads_and_writes_it,
	};
	return unit_run("device", tests, COUNT(tests));
}
