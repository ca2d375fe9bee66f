/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Names are sorted by quicksort, and by heapsort where that goes astray.  The
 * names of a large directory often begin alike, and each of them is somewhere
 * else in memory: so what they have in common is left out, and the next eight
 * bytes are compared as a number.
 */
#include "core/read/names_sort.h"

#include <stdbool.h>
#include <string.h>

#define PREFIX 2	/* bytes in front of a name */
#define FEW 16		/* are sorted by insertion */
#define DIGIT_BITS 11
#define DIGITS (1u << DIGIT_BITS)

int
names_compare(const uint8_t *a, const uint8_t *b)
{
	const size_t length = a[0] < b[0] ? a[0] : b[0];
	const int difference = memcmp(a + PREFIX, b + PREFIX, length);

	return difference != 0 ? difference : a[0] - b[0];
}

static bool
is_less(const struct sort_name *a, const struct sort_name *b,
    const uint8_t *arena)
{
	if (a->key != b->key)
		return a->key < b->key;
	const int difference = names_compare(arena + a->name, arena + b->name);
	return difference != 0 ? difference < 0 : a->name < b->name;
}

static size_t
common_length(const struct sort_name *names, size_t count,
    const uint8_t *arena)
{
	const uint8_t *first = arena + names[0].name;
	size_t common = first[0];

	for (size_t i = 1; i < count && common > 0; i++) {
		const uint8_t *name = arena + names[i].name;
		size_t same = 0;
		while (same < common && same < name[0] &&
		    name[PREFIX + same] == first[PREFIX + same])
			same++;
		common = same;
	}
	return common;
}

static void
set_keys(struct sort_name *names, size_t count, const uint8_t *arena)
{
	const size_t common = common_length(names, count, arena);

	for (size_t i = 0; i < count; i++) {
		const uint8_t *name = arena + names[i].name;
		uint64_t key = 0;
		for (size_t at = common; at < common + 8; at++)
			key = key << 8 | (at < name[0] ? name[PREFIX + at] : 0);
		names[i].key = key;
	}
}

static void
swap(struct sort_name *a, struct sort_name *b)
{
	const struct sort_name old = *a;

	*a = *b;
	*b = old;
}

static void
sort_few(struct sort_name *names, size_t count, const uint8_t *arena)
{
	for (size_t i = 1; i < count; i++) {
		const struct sort_name name = names[i];
		size_t at = i;
		for (; at > 0 && is_less(&name, &names[at - 1], arena); at--)
			names[at] = names[at - 1];
		names[at] = name;
	}
}

static void
sift_down(struct sort_name *names, size_t at, size_t count,
    const uint8_t *arena)
{
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= count)
			return;
		if (child + 1 < count &&
		    is_less(&names[child], &names[child + 1], arena))
			child++;
		if (!is_less(&names[at], &names[child], arena))
			return;
		swap(&names[at], &names[child]);
		at = child;
	}
}

static void
heapsort_names(struct sort_name *names, size_t count, const uint8_t *arena)
{
	for (size_t i = count / 2; i > 0; i--)
		sift_down(names, i - 1, count, arena);
	for (size_t last = count; last > 1; last--) {
		swap(&names[0], &names[last - 1]);
		sift_down(names, 0, last - 1, arena);
	}
}

/* The median of three, so that sorted names are split in the middle. */
static struct sort_name
choose_pivot(struct sort_name *names, size_t count, const uint8_t *arena)
{
	struct sort_name *low = &names[0];
	struct sort_name *middle = &names[count / 2];
	struct sort_name *high = &names[count - 1];

	if (is_less(middle, low, arena))
		swap(middle, low);
	if (is_less(high, middle, arena))
		swap(high, middle);
	if (is_less(middle, low, arena))
		swap(middle, low);
	return *middle;
}

/* Returns how many are in the first part; both have some. */
static size_t
split(struct sort_name *names, size_t count, const uint8_t *arena)
{
	const struct sort_name pivot = choose_pivot(names, count, arena);
	size_t low = 0;
	size_t high = count - 1;

	for (;;) {
		while (is_less(&names[low], &pivot, arena))
			low++;
		while (is_less(&pivot, &names[high], arena))
			high--;
		if (low >= high)
			return high + 1;
		swap(&names[low++], &names[high--]);
	}
}

static bool
are_sorted(const struct sort_name *names, size_t count, const uint8_t *arena)
{
	for (size_t i = 1; i < count; i++)
		if (is_less(&names[i], &names[i - 1], arena))
			return false;
	return true;
}

/* A part that is still to be sorted; the larger ones wait. */
struct part {
	struct sort_name *names;
	size_t count;
	unsigned int splits;	/* that it may still take */
};

static void
quicksort_names(struct sort_name *names, size_t count, const uint8_t *arena)
{
	struct part waiting[8 * sizeof(size_t)];
	size_t parts = 0;
	struct part part = { names, count, 0 };

	for (size_t rest = count; rest > 0; rest /= 2)
		part.splits += 2;
	for (;;) {
		if (part.count <= FEW || part.splits == 0) {
			if (part.count <= FEW)
				sort_few(part.names, part.count, arena);
			else
				heapsort_names(part.names, part.count, arena);
			if (parts == 0)
				return;
			part = waiting[--parts];
			continue;
		}
		const size_t first = split(part.names, part.count, arena);
		const unsigned int splits = part.splits - 1;
		struct part small = { part.names, first, splits };
		struct part large = {
			part.names + first, part.count - first, splits
		};
		if (small.count > large.count) {
			const struct part other = small;
			small = large;
			large = other;
		}
		waiting[parts++] = large;
		part = small;
	}
}

void
names_sort(struct sort_name *names, size_t count, const uint8_t *arena)
{
	if (count < 2)
		return;
	set_keys(names, count, arena);
	if (!are_sorted(names, count, arena))
		quicksort_names(names, count, arena);
}

static unsigned int
get_digit(uint64_t number, unsigned int shift)
{
	return (unsigned int)(number >> shift) & (DIGITS - 1);
}

/* By one digit.  False: all have the same, nothing was done. */
static bool
sort_digit(const uint64_t *from, uint64_t *to, size_t count,
    unsigned int shift)
{
	size_t places[DIGITS] = { 0 };
	size_t place = 0;

	for (size_t i = 0; i < count; i++)
		places[get_digit(from[i], shift)]++;
	if (places[get_digit(from[0], shift)] == count)
		return false;
	for (unsigned int digit = 0; digit < DIGITS; digit++) {
		const size_t numbers = places[digit];
		places[digit] = place;
		place += numbers;
	}
	for (size_t i = 0; i < count; i++)
		to[places[get_digit(from[i], shift)]++] = from[i];
	return true;
}

static bool
is_ascending(const uint64_t *numbers, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (numbers[i] >> 32 < numbers[i - 1] >> 32)
			return false;
	return true;
}

void
names_sort_numbers(uint64_t *numbers, uint64_t *spare, size_t count)
{
	uint64_t *from = numbers;
	uint64_t *to = spare;

	if (is_ascending(numbers, count))
		return;
	for (unsigned int shift = 32; shift < 64; shift += DIGIT_BITS) {
		if (sort_digit(from, to, count, shift)) {
			uint64_t *other = from;
			from = to;
			to = other;
		}
	}
	if (from != numbers)
		memcpy(numbers, from, count * sizeof(*numbers));
}
