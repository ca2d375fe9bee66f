/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * settings.h - the options of out-s3, checked and completed
 *
 * What the options leave open is taken from the variables of the environment
 * that other programs for S3 use.  Main thread.
 */
#ifndef OUT_S3_SETTINGS_H
#define OUT_S3_SETTINGS_H

#include "keychain.h"
#include "place.h"
#include "sigv4.h"

#include "dumpengine/plugin.h"

#define SETTINGS_HEADERS_MAX 6
#define SETTINGS_DATE_BYTES 32

struct settings {
	const char *const *objects;	/* borrowed; patterns, 1 or more */
	size_t object_count;
	struct place_store store;	/* owned */
	char *store_name;		/* owned; its address */
	enum place_style style;		/* as set or chosen for it */
	bool is_style_chosen;		/* not set */
	const char *region;		/* borrowed */
	struct keychain *keys;		/* owned */
	const char *ca_file, *proxy;	/* borrowed; NULL: not set */
	char *state_dir;		/* owned */
	uint64_t part_size;
	uint32_t parallel, timeout, attempts;
	const char *storage_class;	/* borrowed; NULL: not set, as these */
	const char *encryption, *encryption_key;
	const char *lock_mode;		/* as a header has it */
	int64_t lock_days;		/* 0: no lock */
};

extern const struct de_option settings_options[];

/*
 * `stop` ends a wait for credentials.  DE_OK, or DE_FAILED after reporting
 * what is wrong.  Free it in either case.
 */
enum de_status settings_read(struct settings *s, const struct de_host *host,
    const atomic_bool *stop);
void settings_free(struct settings *s);

/*
 * The headers of an object that is written now.  `until` is room for one of
 * them.  Returns their number.
 */
size_t settings_headers(const struct settings *s,
    struct sigv4_pair headers[static SETTINGS_HEADERS_MAX],
    char until[static SETTINGS_DATE_BYTES]);

/* The style of requests for that bucket. */
enum place_style settings_style(const struct settings *s, const char *bucket);

#endif
