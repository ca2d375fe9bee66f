/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_out_file_read.c - a bad place in a file costs its record and no more
 *
 * The memory of this process is a file with a bad place: where nothing is
 * mapped.
 */
#include "plugins/out-file/reading.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include "unit.h"

#define UNIT 10240u
#define BAD 131072		/* bytes from the beginning; its length: */
#define HOLE 65536
#define TOTAL 1048576

static char told[4096];

__attribute__((format(printf, 3, 4)))
static void
take_report(const struct de_host *host, enum de_severity severity,
    const char *format, ...)
{
	const size_t used = strlen(told);
	va_list ap;

	(void)host;
	(void)severity;
	va_start(ap, format);
	vsnprintf(told + used, sizeof(told) - used, format, ap);
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
	.api_version = DE_API_VERSION,
	.report = take_report,
	.cancelled = never,
};

static uint8_t *
map_with_hole(void)
{
	uint8_t *memory = mmap(NULL, TOTAL, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(memory, MAP_FAILED);
	for (size_t i = 0; i < TOTAL; i++)
		memory[i] = (uint8_t)(i / 1024 + i);
	ck_assert_int_eq(munmap(memory + BAD, HOLE), 0);
	return memory;
}

/* Its offset is where the volume begins. */
static struct reading *
open_memory(const uint8_t *memory, int *fd)
{
	enum de_failure failure;
	char name[32];

	*fd = open("/proc/self/mem", O_RDONLY);
	ck_assert_int_ne(*fd, -1);
	ck_assert_int_eq(lseek(*fd, (off_t)(uintptr_t)memory, SEEK_SET),
	    (off_t)(uintptr_t)memory);
	snprintf(name, sizeof(name), "/dev/fd/%d", *fd);
	struct reading *r = reading_open(&host, name, UNIT, &failure);
	ck_assert_ptr_nonnull(r);
	return r;
}

START_TEST(bad_place_costs_its_records)
{
	static uint8_t got[TOTAL];
	const uint8_t *memory = map_with_hole();
	struct de_reading about = { .struct_size = sizeof(about) };
	uint64_t at = 0, first = UINT64_MAX, lost = 0;
	enum de_status status;
	size_t length;
	int fd;

	struct reading *r = open_memory(memory, &fd);
	reading_describe(r, &about);
	ck_assert_uint_eq(about.properties, DE_READING_SEEKS);
	while (at < TOTAL) {
		const size_t room = TOTAL - at < 300000 ?
		    (size_t)(TOTAL - at) : 300000;
		status = reading_next(r, got + at, room, &length);
		ck_assert(status == DE_OK || status == DE_LOST);
		if (status == DE_LOST && first == UINT64_MAX)
			first = at;
		if (status == DE_LOST)
			lost += length;
		else
			ck_assert_mem_eq(got + at, memory + at, length);
		at += length;
	}
	/* From the first bad byte to the end of the last record that has one. */
	ck_assert_uint_eq(first, BAD);
	ck_assert_uint_eq(first + lost, (BAD + HOLE + UNIT - 1) / UNIT * UNIT);
	ck_assert_ptr_nonnull(strstr(told, "cannot be read"));
	reading_close(r);
	close(fd);
}
END_TEST

START_TEST(reading_goes_on_from_any_position)
{
	const uint8_t *memory = map_with_hole();
	uint8_t got[1024];
	uint64_t at;
	size_t length;
	int fd;

	struct reading *r = open_memory(memory, &fd);
	ck_assert_int_eq(reading_go_to(r, BAD), DE_OK);
	ck_assert_int_eq(reading_next(r, got, sizeof(got), &length), DE_LOST);
	ck_assert_int_eq(reading_go_to(r, 777), DE_OK);
	ck_assert_int_eq(reading_next(r, got, sizeof(got), &length), DE_OK);
	ck_assert_mem_eq(got, memory + 777, length);
	ck_assert_int_eq(reading_tell(r, &at), DE_OK);
	ck_assert_uint_eq(at, 777 + length);
	ck_assert_int_eq(reading_go_to(r, UINT64_MAX), DE_FAILED);
	reading_close(r);
	close(fd);
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		bad_place_costs_its_records,
		reading_goes_on_from_any_position,
	};
	return unit_run("out_file_read", tests, COUNT(tests));
}
