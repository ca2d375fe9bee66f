/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * sigv4.h - signatures of AWS, version 4, for the headers of a request
 *
 * Only computes: knows no connection and no clock, and sends nothing.  May be
 * called from any thread.
 */
#ifndef OUT_S3_SIGV4_H
#define OUT_S3_SIGV4_H

#include <stddef.h>
#include <stdint.h>

#define SIGV4_DIGEST_BYTES 65	/* SHA-256 in hexadecimal, with the NUL */
#define SIGV4_TIME_BYTES 17	/* 20130524T000000Z, with the NUL */

/* A parameter of the query or a header; borrowed. */
struct sigv4_pair {
	const char *name;
	const char *value;
};

struct sigv4_request {
	const char *method;
	const char *path;	/* encoded as it is sent; begins with / */
	/* Not encoded, in any order. */
	const struct sigv4_pair *query;
	size_t query_count;
	/* All that are signed, "host" among them; names in small letters. */
	const struct sigv4_pair *headers;
	size_t header_count;
	const char *payload;	/* x-amz-content-sha256 */
};

/* Who signs, when, and for what; borrowed. */
struct sigv4_signer {
	const char *key_id;
	const char *secret;
	const char *region;
	const char *service;
	const char *time;	/* x-amz-date, see sigv4_time() */
};

/* Seconds since 1970 as x-amz-date has them. */
void sigv4_time(int64_t when, char text[static SIGV4_TIME_BYTES]);

/* SHA-256 of bytes, in small letters.  Returns 0, or -1 if out of memory. */
int sigv4_digest(const void *bytes, size_t length,
    char text[static SIGV4_DIGEST_BYTES]);

/*
 * Each byte but A-Z a-z 0-9 - . _ ~, and those in `kept`, as %XX.  The caller
 * frees it.  NULL if out of memory.
 */
char *sigv4_encode(const char *text, const char *kept);

/*
 * The query as it is sent and signed: encoded and sorted.  The caller frees it.
 * NULL if out of memory.
 */
char *sigv4_query(const struct sigv4_pair *query, size_t count);

/*
 * The value of the header Authorization.  The caller frees it.  NULL if out of
 * memory.
 */
char *sigv4_authorization(const struct sigv4_request *request,
    const struct sigv4_signer *signer);

#endif
