/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/restore_order.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/format/header_decode.h"

/* A name and the number of its volume. */
struct place {
	char *name;
	uint32_t volume;
};

/* The number in the header at the beginning of the bytes; 0: there is none. */
static uint32_t
number_in(const uint8_t *bytes, size_t length)
{
	struct dialect dialect;
	struct header header;

	return length >= DIALECT_BLOCK_MIN &&
	    dialect_recognise(&dialect, bytes, length) &&
	    dialect.block_size <= length &&
	    header_decode(&dialect, bytes, &header) &&
	    header.type == HEADER_TAPE ? header.volume : 0;
}

/* A FIFO or a drive cannot be looked at beforehand. */
static uint32_t
volume_of(const char *name, uint8_t *buffer)
{
	struct stat st;

	if (stat(name, &st) == -1 || !S_ISREG(st.st_mode))
		return 0;
	const int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return 0;
	const ssize_t n = read(fd, buffer, DIALECT_BLOCK_MAX);
	close(fd);
	return n <= 0 ? 0 : number_in(buffer, (size_t)n);
}

static int
compare(const void *a, const void *b)
{
	const uint32_t left = ((const struct place *)a)->volume;
	const uint32_t right = ((const struct place *)b)->volume;

	return (left > right) - (left < right);
}

static void
sort(char **names, size_t count, struct place *places, uint8_t *buffer)
{
	for (size_t i = 0; i < count; i++) {
		places[i].name = names[i];
		places[i].volume = volume_of(names[i], buffer);
		if (places[i].volume == 0)
			return;
	}
	qsort(places, count, sizeof(*places), compare);
	for (size_t i = 0; i < count; i++)
		names[i] = places[i].name;
}

static size_t
count_names(const char *list)
{
	size_t count = 1;

	for (; *list != '\0'; list++)
		count += *list == ',' ? 1 : 0;
	return count;
}

static bool
split(const char *list, char **names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const size_t length = strcspn(list, ",");
		names[i] = strndup(list, length);
		if (names[i] == NULL)
			return false;
		list += length + 1;
	}
	return true;
}

bool
restore_order_list(const char *list, char ***names, size_t *count)
{
	*count = count_names(list);
	*names = calloc(*count, sizeof(char *));
	struct place *places = calloc(*count, sizeof(*places));
	uint8_t *buffer = malloc(DIALECT_BLOCK_MAX);
	const bool ok = *names != NULL && places != NULL && buffer != NULL &&
	    split(list, *names, *count);

	if (ok)
		sort(*names, *count, places, buffer);
	free(buffer);
	free(places);
	if (!ok) {
		restore_order_free(*names, *count);
		*names = NULL;
	}
	return ok;
}

void
restore_order_free(char **names, size_t count)
{
	if (names == NULL)
		return;
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
}
