/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * test_decompress.c - compressed records, of each algorithm and byte order
 */
#include "core/format/compress.h"

#include <bzlib.h>
#include <zlib.h>

#include "generate.h"

#define CASES 200
#define RECORD 10240

static const struct dialect little = { .family = DIALECT_LINUX };
static const struct dialect big = { .family = DIALECT_LINUX,
    .big_endian = true };

/* ------------------------------------------------------------------ the word */

struct word {
	bool big_endian;
	uint32_t word;
	bool is_compressed;
	enum algorithm algorithm;
	uint32_t length;
};

START_TEST(both_layouts_of_the_word)
{
	static const struct word words[] = {
		{ false, 0x4711, true, ALGORITHM_ZLIB, 0x471 },
		{ false, 0x4713, true, ALGORITHM_BZIP2, 0x471 },
		{ false, RECORD << 4, false, ALGORITHM_ZLIB, RECORD },
		{ false, RECORD << 4 | 4, false, ALGORITHM_LZO1X, RECORD },
		{ true, 0x80000481, true, ALGORITHM_ZLIB, 0x481 },
		{ true, 0xa0000481, true, ALGORITHM_LZO1X, 0x481 },
		{ true, RECORD, false, ALGORITHM_ZLIB, RECORD },
		{ true, 0x10000000 | RECORD, false, ALGORITHM_BZIP2, RECORD },
		{ true, 0x4711, true, ALGORITHM_ZLIB, 0x471 },
		{ true, 0x4715, true, ALGORITHM_LZO1X, 0x471 },
		{ true, RECORD << 4, false, ALGORITHM_ZLIB, RECORD },
		{ true, 0x471f, true, (enum algorithm)7, 0x471 },
	};

	for (size_t i = 0; i < COUNT(words); i++) {
		const struct dialect *d = words[i].big_endian ? &big : &little;
		struct decompress_prefix p;
		uint8_t bytes[4];
		order32(d, bytes, words[i].word);
		ck_assert_msg(decompress_prefix_decode(d, 10, bytes, &p),
		    "word %zu", i);
		ck_assert_msg(p.is_compressed == words[i].is_compressed,
		    "word %zu", i);
		ck_assert_uint_eq(p.algorithm, words[i].algorithm);
		ck_assert_uint_eq(p.length, words[i].length);
	}
}
END_TEST

START_TEST(words_without_sense)
{
	static const uint32_t words[] = { 0, 1, 11265 << 4 | 1, 0xfffffff1,
	    0x800 << 4 | 0x10 };
	struct decompress_prefix p;
	uint8_t bytes[4];

	for (size_t i = 0; i < COUNT(words); i++) {
		order32(&little, bytes, words[i]);
		ck_assert_msg(!decompress_prefix_decode(&little, 10, bytes,
		    &p), "word %zu", i);
	}
	order32(&big, bytes, 0x80000000);
	ck_assert(!decompress_prefix_decode(&big, 10, bytes, &p));
	order32(&little, bytes, 11264 << 4 | 1);
	ck_assert(decompress_prefix_decode(&little, 10, bytes, &p));
	ck_assert_uint_eq(decompress_room(10), 11264);
}
END_TEST

/* --------------------------------------------------- the libraries' formats */

/* Of a few words, so that there is something to compress. */
static void
make_data(uint64_t *seed, uint8_t *data, size_t length)
{
	for (size_t i = 0; i < length; i++)
		data[i] = (uint8_t)("abcd"[generate32(seed) % 4]);
}

static size_t
compress_zlib(const uint8_t *data, size_t length, uint8_t *out, size_t room)
{
	uLongf size = (uLongf)room;

	ck_assert_int_eq(compress2(out, &size, data, (uLong)length, 2), Z_OK);
	return size;
}

static size_t
compress_bzip2(uint8_t *data, size_t length, uint8_t *out, size_t room)
{
	unsigned int size = (unsigned int)room;

	ck_assert_int_eq(BZ2_bzBuffToBuffCompress((char *)out, &size,
	    (char *)data, (unsigned int)length, 2, 0, 0), BZ_OK);
	return size;
}

START_TEST(what_a_library_compressed_comes_back)
{
	uint8_t data[RECORD], packed[2 * RECORD], out[RECORD];

	for (uint64_t n = 0; n < CASES / 10; n++) {
		uint64_t seed = n;
		const size_t length = 1 + generate_below(&seed, RECORD);
		const enum algorithm algorithm = n % 2 == 0 ? ALGORITHM_ZLIB :
		    ALGORITHM_BZIP2;
		size_t got;
		make_data(&seed, data, length);
		const size_t size = algorithm == ALGORITHM_ZLIB ?
		    compress_zlib(data, length, packed, sizeof(packed)) :
		    compress_bzip2(data, length, packed, sizeof(packed));
		ck_assert(decompress(algorithm, packed, size, out, RECORD,
		    &got));
		ck_assert_uint_eq(got, length);
		ck_assert_mem_eq(out, data, length);
		ck_assert(!decompress(algorithm, packed, size, out,
		    length - 1, &got));
		ck_assert(!decompress(algorithm, packed, size - 1, out,
		    RECORD, &got));
		packed[size / 2] ^= 0x55;
		decompress(algorithm, packed, size, out, RECORD, &got);
		ck_assert_uint_le(got, RECORD);
	}
}
END_TEST

/* -------------------------------------------------------- what we compress */

/* One record, of which the first `random` bytes do not compress. */
static void
check_record(int level, uint32_t blocking, uint64_t seed, size_t random)
{
	const size_t size = (size_t)blocking * 1024;
	uint8_t *data = malloc(size), *packed = malloc(compress_room(size));
	uint8_t *out = malloc(size);
	struct compressor *c = compressor_new(level);
	struct decompress_prefix p;
	size_t got = 0;

	ck_assert(data != NULL && packed != NULL && out != NULL && c != NULL);
	make_data(&seed, data, size);
	for (size_t i = 0; i < random; i++)
		data[i] = (uint8_t)generate32(&seed);
	/* A compressor serves for many records. */
	for (int i = 0; i < 2; i++) {
		const size_t length = compressor_record(c, data, size, packed);
		ck_assert_uint_le(length, compress_room(size));
		ck_assert(decompress_prefix_decode(&little, blocking, packed,
		    &p));
		ck_assert_uint_eq(length, DECOMPRESS_PREFIX_BYTES + p.length);
		ck_assert_int_eq(p.algorithm, ALGORITHM_ZLIB);
		if (p.is_compressed) {
			ck_assert_uint_le(p.length + 16, size);
			ck_assert(decompress(p.algorithm, packed +
			    DECOMPRESS_PREFIX_BYTES, p.length, out, size,
			    &got));
		} else {
			memcpy(out, packed + DECOMPRESS_PREFIX_BYTES, size);
			got = p.length;
		}
		ck_assert_uint_eq(got, size);
		ck_assert_mem_eq(out, data, size);
		ck_assert(p.is_compressed == (random < size));
	}
	compressor_free(c);
	free(data);
	free(packed);
	free(out);
}

START_TEST(what_we_compress_comes_back)
{
	for (int level = COMPRESS_LEVEL_MIN; level <= COMPRESS_LEVEL_MAX;
	    level++)
		for (uint32_t blocking = 1; blocking <= 1024; blocking *= 4) {
			const size_t size = (size_t)blocking * 1024;
			check_record(level, blocking, blocking, 0);
			check_record(level, blocking, blocking, size / 2);
			check_record(level, blocking, blocking, size);
		}
}
END_TEST

START_TEST(words_that_we_write)
{
	static const struct decompress_prefix cases[] = {
		{ true, ALGORITHM_ZLIB, 0x471 },
		{ false, ALGORITHM_ZLIB, RECORD },
		{ true, ALGORITHM_LZO1X, 1 },
	};

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct decompress_prefix p;
		uint8_t bytes[DECOMPRESS_PREFIX_BYTES];
		compress_prefix_encode(&cases[i], bytes);
		ck_assert(decompress_prefix_decode(&little, 10, bytes, &p));
		ck_assert(p.is_compressed == cases[i].is_compressed);
		ck_assert_uint_eq(p.algorithm, cases[i].algorithm);
		ck_assert_uint_eq(p.length, cases[i].length);
	}
}
END_TEST

/* Those just below and above the gain that it must have. */
START_TEST(records_that_hardly_compress)
{
	enum { SIZE = 1024 };
	struct compressor *c = compressor_new(2);
	unsigned int stored = 0;

	ck_assert_ptr_nonnull(c);
	for (size_t random = SIZE - 200; random <= SIZE; random++) {
		uint8_t data[SIZE] = "", packed[SIZE + 4], out[SIZE];
		struct decompress_prefix p;
		uint64_t seed = random;
		size_t got;
		for (size_t i = 0; i < random; i++)
			data[i] = (uint8_t)generate32(&seed);
		compressor_record(c, data, SIZE, packed);
		ck_assert(decompress_prefix_decode(&little, 1, packed, &p));
		stored += !p.is_compressed;
		if (!p.is_compressed) {
			ck_assert_uint_eq(p.length, SIZE);
			ck_assert_mem_eq(packed + 4, data, SIZE);
			continue;
		}
		ck_assert_uint_le(p.length, SIZE - 16);
		ck_assert(decompress(p.algorithm, packed + 4, p.length, out,
		    SIZE, &got) && got == SIZE);
		ck_assert_mem_eq(out, data, SIZE);
	}
	ck_assert_uint_gt(stored, 10);
	ck_assert_uint_lt(stored, 100);
	compressor_free(c);
}
END_TEST

START_TEST(an_unknown_algorithm_is_refused)
{
	uint8_t in[16] = "", out[16];
	size_t got = 99;

	for (int i = 3; i < 8; i++)
		ck_assert(!decompress((enum algorithm)i, in, sizeof(in), out,
		    sizeof(out), &got));
	ck_assert_uint_eq(got, 0);
}
END_TEST

/* -------------------------------------------------------------------- LZO1X */

/* A stream and what it stands for, being written together. */
struct lzo {
	uint8_t packed[4 * RECORD];
	size_t size;
	uint8_t data[3 * RECORD + 65536];
	size_t length;
	size_t last;		/* literals in the last instruction, at most
				   4 */
};

static void
put_byte(struct lzo *z, size_t byte)
{
	ck_assert_uint_lt(z->size, sizeof(z->packed));
	z->packed[z->size++] = (uint8_t)byte;
}

/* What of a length does not fit into `bits` bits. */
static void
put_rest(struct lzo *z, size_t length, unsigned int bits)
{
	const size_t mask = ((size_t)1 << bits) - 1;

	if (length <= mask)
		return;
	for (length -= mask; length > 255; length -= 255)
		put_byte(z, 0);
	put_byte(z, length);
}

static size_t
in_bits(size_t length, unsigned int bits)
{
	return length < (size_t)1 << bits ? length : 0;
}

static void
put_literals(struct lzo *z, uint64_t *seed, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const uint8_t byte = (uint8_t)generate32(seed);
		put_byte(z, byte);
		z->data[z->length++] = byte;
	}
	z->last = count < 4 ? count : 4;
}

/* A run of at least 4 literals; only where the last instruction had none. */
static void
put_run(struct lzo *z, uint64_t *seed, size_t count)
{
	if (z->size == 0 && count <= 238 && generate32(seed) % 2 == 0) {
		put_byte(z, count + 17);
	} else {
		put_byte(z, in_bits(count - 3, 4));
		put_rest(z, count - 3, 4);
	}
	put_literals(z, seed, count);
}

static void
put_copy(struct lzo *z, size_t length, size_t distance)
{
	for (size_t i = 0; i < length; i++, z->length++)
		z->data[z->length] = z->data[z->length - distance];
}

static void
put_place(struct lzo *z, size_t distance, size_t literals)
{
	put_byte(z, (distance << 2 | literals) & 255);
	put_byte(z, distance >> 6);
}

/* A block by one of the instructions that can do it, and literals after it. */
static void
put_block(struct lzo *z, uint64_t *seed, size_t length, size_t distance)
{
	const size_t literals = generate32(seed) % 4;
	const size_t d = distance - 1;
	const bool may_be_two = distance <= 1024 && z->last >= 1 &&
	    z->last <= 3;

	if (length == 2 && !may_be_two)
		length = 3;
	if (distance > 16384) {
		const size_t far = distance - 16384;
		put_byte(z, 16 | (far >> 14) << 3 | in_bits(length - 2, 3));
		put_rest(z, length - 2, 3);
		put_place(z, far & 16383, literals);
	} else if (length >= 3 && length <= 8 && distance <= 2048) {
		put_byte(z, (length - 1) << 5 | (d & 7) << 2 | literals);
		put_byte(z, d >> 3);
	} else if (length == 2) {
		put_byte(z, (d & 3) << 2 | literals);
		put_byte(z, d >> 2);
	} else if (length == 3 && distance > 2048 && distance <= 3072 &&
	    z->last == 4) {
		put_byte(z, ((d - 2048) & 3) << 2 | literals);
		put_byte(z, (d - 2048) >> 2);
	} else {
		put_byte(z, 32 | in_bits(length - 2, 5));
		put_rest(z, length - 2, 5);
		put_place(z, d, literals);
	}
	put_copy(z, length, distance);
	put_literals(z, seed, literals);
}

static void
put_end(struct lzo *z)
{
	put_byte(z, 17);
	put_byte(z, 0);
	put_byte(z, 0);
}

static void
make_lzo(uint64_t *seed, struct lzo *z)
{
	static const uint32_t distances[] = { 8, 1024, 2048, 3072, 16384,
	    49151 };

	z->size = z->length = z->last = 0;
	put_run(z, seed, 4 + generate_below(seed, 600));
	for (uint32_t i = generate_below(seed, 40); i > 0; i--) {
		uint32_t furthest = distances[generate32(seed) %
		    COUNT(distances)];
		if (z->last == 0 && generate32(seed) % 2 == 0)
			put_run(z, seed, 4 + generate_below(seed, 300));
		if (furthest > z->length)
			furthest = (uint32_t)z->length;
		put_block(z, seed, 2 + generate_below(seed,
		    generate32(seed) % 4 == 0 ? 1200 : 8),
		    1 + generate_below(seed, furthest));
	}
	put_end(z);
}

START_TEST(every_instruction_of_lzo1x)
{
	static struct lzo z;
	static uint8_t out[sizeof(z.data)];

	for (uint64_t n = 0; n < CASES; n++) {
		uint64_t seed = n;
		size_t got;
		make_lzo(&seed, &z);
		ck_assert_msg(decompress(ALGORITHM_LZO1X, z.packed, z.size,
		    out, z.length, &got), "seed %u", (unsigned int)n);
		ck_assert_uint_eq(got, z.length);
		ck_assert_msg(memcmp(out, z.data, got) == 0, "seed %u",
		    (unsigned int)n);
		ck_assert(!decompress(ALGORITHM_LZO1X, z.packed, z.size, out,
		    z.length - 1, &got));
		ck_assert(!decompress(ALGORITHM_LZO1X, z.packed, z.size - 1,
		    out, z.length, &got));
		ck_assert(!decompress(ALGORITHM_LZO1X, z.packed, z.size + 1,
		    out, z.length, &got));
	}
}
END_TEST

/* The first instruction may have 1 to 3 literals, which makes it small. */
START_TEST(few_literals_at_the_beginning)
{
	static const uint8_t packed[] = { 19, 'a', 'b', 0x04, 0, 17, 0, 0 };
	uint8_t out[4];
	size_t got;

	ck_assert(decompress(ALGORITHM_LZO1X, packed, sizeof(packed), out,
	    sizeof(out), &got));
	ck_assert_uint_eq(got, 4);
	ck_assert_mem_eq(out, "abab", 4);
	ck_assert(decompress(ALGORITHM_LZO1X, packed + 5, 3, out,
	    sizeof(out), &got));
	ck_assert_uint_eq(got, 0);
	ck_assert(!decompress(ALGORITHM_LZO1X, packed, 0, out, sizeof(out),
	    &got));
}
END_TEST

START_TEST(no_bytes_lead_astray)
{
	static struct lzo z;

	for (uint64_t n = 0; n < 5 * CASES; n++) {
		uint64_t seed = n;
		size_t got;
		make_lzo(&seed, &z);
		generate_damage(&seed, z.packed, z.size);
		/* the exact size, so that a sanitizer sees what is outside */
		uint8_t *in = malloc(z.size), *out = malloc(z.length);
		memcpy(in, z.packed, z.size);
		decompress(ALGORITHM_LZO1X, in, z.size, out, z.length, &got);
		ck_assert_uint_le(got, z.length);
		free(in);
		free(out);
	}
}
END_TEST

int
main(void)
{
	const TTest *const tests[] = {
		both_layouts_of_the_word,
		words_without_sense,
		what_a_library_compressed_comes_back,
		what_we_compress_comes_back,
		words_that_we_write,
		records_that_hardly_compress,
		an_unknown_algorithm_is_refused,
		every_instruction_of_lzo1x,
		few_literals_at_the_beginning,
		no_bytes_lead_astray,
	};
	return unit_run("decompress", tests, COUNT(tests));
}
