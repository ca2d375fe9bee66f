/* SPDX-License-Identifier: BSD-3-Clause */
#include "payload.h"

bool
payload_key(const uint8_t *file_key, size_t length,
    const uint8_t nonce[static PAYLOAD_NONCE], uint8_t key[static CRYPT_KEY])
{
	return crypt_hkdf(file_key, length, nonce, PAYLOAD_NONCE, "payload",
	    key);
}

/* 11 bytes of the number, big-endian, and one that is 1 in the last chunk. */
static void
make_nonce(uint64_t number, bool is_last, uint8_t nonce[static CRYPT_NONCE])
{
	nonce[CRYPT_NONCE - 1] = is_last;
	for (size_t i = CRYPT_NONCE - 1; i-- > 0; number >>= 8)
		nonce[i] = (uint8_t)number;
}

bool
payload_seal(struct crypt_cipher *cipher, uint64_t number, bool is_last,
    const void *plain, size_t length, void *sealed)
{
	const uint8_t *from = plain;
	uint8_t *to = sealed, nonce[CRYPT_NONCE];
	bool ok = true;

	while (ok && length > 0) {
		const size_t n = length < PAYLOAD_CHUNK ? length :
		    PAYLOAD_CHUNK;
		make_nonce(number++, is_last && n == length, nonce);
		ok = crypt_seal(cipher, nonce, from, n, to);
		from += n;
		to += n + CRYPT_TAG;
		length -= n;
	}
	return ok;
}

bool
payload_open(struct crypt_cipher *cipher, uint64_t number, bool is_last,
    const void *sealed, size_t length, void *plain)
{
	uint8_t nonce[CRYPT_NONCE];

	make_nonce(number, is_last, nonce);
	return crypt_open(cipher, nonce, sealed, length, plain);
}
