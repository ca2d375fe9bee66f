/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * place.h - where an object is: the address of the store, a bucket, a key
 *
 * Objects are named s3://BUCKET/KEY.  Knows nothing of connections.  Any thread.
 */
#ifndef OUT_S3_PLACE_H
#define OUT_S3_PLACE_H

#include <stdbool.h>

#define PLACE_SCHEME "s3://"
#define PLACE_KEY_MAX 1024	/* bytes of a key */
#define PLACE_WHY_BYTES 200

enum place_style {
	PLACE_PATH,		/* https://store/bucket/key */
	PLACE_VIRTUAL		/* https://bucket.store/key */
};

/* The address of a store. */
struct place_store {
	char *scheme;		/* "https"; owned, as these */
	char *host;		/* with its port if that is not the usual one */
	char *path;		/* "", or "/path" */
	enum place_style style;
};

/* An object, or with key "" its bucket. */
struct place {
	char *name;		/* s3://BUCKET/KEY; owned, as these */
	char *bucket;
	char *key;
};

/*
 * From an address such as "https://store:8443/path".  False with a phrase in
 * `why` that follows the address.  Free it in either case.
 */
bool place_store_parse(struct place_store *store, const char *address,
    char why[static PLACE_WHY_BYTES]);
void place_store_free(struct place_store *store);

/* That of AWS in a region.  False if out of memory. */
bool place_store_aws(struct place_store *store, const char *region);

/* Can the bucket's name be part of the name of a host that has a certificate? */
bool place_bucket_is_plain(const char *bucket);

/*
 * From s3://BUCKET/KEY.  False with a phrase in `why` that follows the name.
 * Free it in either case.
 */
bool place_parse(struct place *place, const char *name,
    char why[static PLACE_WHY_BYTES]);
void place_free(struct place *place);

/* The header Host for it.  The caller frees these.  NULL if out of memory. */
char *place_host(const struct place_store *store, const struct place *place);

/* The path of a request for it, encoded, with `key` instead of its own. */
char *place_path(const struct place_store *store, const struct place *place,
    const char *key);

#endif
