/* SPDX-License-Identifier: BSD-3-Clause */
#include "secret.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/random.h>

#include <openssl/crypto.h>

void *
secret_new(size_t length)
{
	void *secret = mmap(NULL, length, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (secret == MAP_FAILED)
		return NULL;
	/* Where these are not allowed, it works without. */
	(void)mlock(secret, length);
	(void)madvise(secret, length, MADV_DONTDUMP);
	return secret;
}

void
secret_free(void *secret, size_t length)
{
	if (secret == NULL)
		return;
	OPENSSL_cleanse(secret, length);
	munmap(secret, length);
}

bool
secret_random(void *bytes, size_t length)
{
	uint8_t *to = bytes;

	while (length > 0) {
		const ssize_t n = getrandom(to, length, 0);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		length -= (size_t)n;
	}
	return true;
}
