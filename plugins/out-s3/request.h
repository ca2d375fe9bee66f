/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * request.h - signed requests to a store, tried again until they are answered
 *
 * A client is what all requests share; a link is one connection, used by one
 * thread at a time.  A lost connection, a timeout, a store that is busy or had
 * an error are tried again, each time with a new signature, as often as the
 * options say.  Everything an answer holds is bounded and untrusted.
 */
#ifndef OUT_S3_REQUEST_H
#define OUT_S3_REQUEST_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dumpengine/plugin.h"
#include "keychain.h"
#include "notes.h"
#include "place.h"
#include "sigv4.h"

#define REQUEST_TEXT_BYTES 256
#define REQUEST_NAME_BYTES 128
#define REQUEST_WHY_BYTES 640
#define REQUEST_HEADERS_MAX 16
/* The header that says which run wrote an object; see upload.h. */
#define REQUEST_MARK "x-amz-meta-dumpengine"

/* All borrowed; must outlive every link. */
struct client {
	const struct de_host *host;
	const struct place_store *store;
	const char *region;
	struct keychain *keys;
	struct notes *notes;
	const atomic_bool *stop;	/* end all requests at once */
	const char *ca_file;		/* NULL: those of the system */
	const char *proxy;		/* NULL: as the environment says */
	uint32_t timeout;		/* seconds without any progress */
	uint32_t attempts;		/* for a request */
};

struct link;

/*
 * `is_engine`: used by threads of the engine, so that host->cancelled() can be
 * asked.  NULL if out of memory.
 */
struct link *link_new(const struct client *client, bool is_engine);
void link_free(struct link *l);

/* What to send; all borrowed. */
struct request {
	const char *method;
	const struct place *place;
	const char *key;		/* NULL: that of the place */
	const char *what;		/* in messages: "part 7" */
	const struct sigv4_pair *query;
	size_t query_count;
	const struct sigv4_pair *headers;	/* names in small letters */
	size_t header_count;		/* up to REQUEST_HEADERS_MAX */
	const void *body;
	size_t body_length;
	const char *digest;		/* SHA-256 of the body; NULL: compute */
	void *into;			/* where the answer to a GET goes; */
	size_t room;			/*   NULL: to answer.body */
	uint32_t attempts;		/* 0: as the client says */
};

/* What came back.  Texts have no control characters. */
struct answer {
	long status;			/* of HTTP; 0: no answer */
	char code[REQUEST_NAME_BYTES];	/* such as NoSuchKey; or "" */
	char message[REQUEST_TEXT_BYTES];
	char region[REQUEST_NAME_BYTES];	/* that the store expects */
	char etag[REQUEST_NAME_BYTES];
	char version[REQUEST_NAME_BYTES];	/* of the object, or "" */
	char mark[REQUEST_NAME_BYTES];	/* REQUEST_MARK */
	uint64_t first;			/* of Content-Range: the first byte, */
	uint64_t size;			/*   and the object's size */
	bool has_range;
	bool is_locked;			/* against removal, */
	char locked_until[REQUEST_NAME_BYTES];	/* until then */
	int64_t retry_after;		/* seconds; 0: not said */
	int64_t date;			/* of the store, or 0 */
	uint32_t tries;			/* until now */
	char error[REQUEST_TEXT_BYTES];	/* without an answer: why */
	char *body;			/* owned; ends with a NUL; or NULL */
	size_t length;			/* of the body, or of what is in
					   request.into */
};

enum request_result {
	REQUEST_DONE,			/* status 200 to 299 */
	REQUEST_REFUSED,		/* another status, which will stay */
	REQUEST_LOST,			/* no good answer after all tries */
	REQUEST_STOPPED			/* the run is ending: no message */
};

/*
 * Send it until it is answered.  Notes what is tried again.  Free the answer in
 * every case.
 */
enum request_result request_run(struct link *l, const struct request *request,
    struct answer *answer);
void answer_free(struct answer *a);

/*
 * Why it was not done, and what to do: "the bucket does not exist; ...".
 */
void answer_explain(const struct answer *a, const struct client *client,
    char why[static REQUEST_WHY_BYTES]);

/* What it means for the engine. */
enum de_failure answer_failure(const struct answer *a);

/* The text of an element of the answer's body, such as UploadId. */
bool answer_element(const struct answer *a, const char *name,
    char text[static REQUEST_TEXT_BYTES]);

#endif
