/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * xxh3.c - print the XXH3 digest, 128 bits, of standard input, as xxhsum -H2
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <xxhash.h>

int
main(void)
{
	static char buffer[1 << 16];
	size_t n;
	XXH3_state_t *state = XXH3_createState();

	if (state == NULL || XXH3_128bits_reset(state) != XXH_OK)
		return 1;
	while ((n = fread(buffer, 1, sizeof(buffer), stdin)) > 0)
		if (XXH3_128bits_update(state, buffer, n) != XXH_OK)
			return 1;
	const XXH128_hash_t digest = XXH3_128bits_digest(state);
	printf("%016" PRIx64 "%016" PRIx64 "\n", (uint64_t)digest.high64,
	    (uint64_t)digest.low64);
	XXH3_freeState(state);
	return ferror(stdin);
}
