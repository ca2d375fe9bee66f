/* SPDX-License-Identifier: BSD-3-Clause */
#include "decode.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "payload.h"
#include "secret.h"
#include "unlock.h"

#define BUFFER (4 * PAYLOAD_SEALED + 1)
#define NEIGHBOURS 64		/* places where a chunk may have come from */
#define SEARCHES 16		/* for them in a volume, as they take time */

struct decoder {
	const struct de_host *host;
	const struct de_filter_input *in;
	struct crypt_cipher *cipher;	/* owned */
	uint64_t first;			/* where the chunks begin */
	uint64_t size;			/* plain bytes; 0: unknown */
	uint64_t number;		/* of the chunk that comes next */

	enum de_status status;		/* of what follows the bytes here: DE_OK:
					   more can be read */
	uint64_t lost;			/* with DE_LOST: bytes, or 0 */
	uint64_t discard;		/* to be read, but not wanted */
	size_t begin, end;		/* of the sealed bytes in the buffer */

	size_t plain_begin, plain_end;	/* what is left of a chunk */
	size_t skip;			/* plain bytes of the next chunk that are
					   not wanted */
	unsigned int searches;
	bool is_open;			/* `plain` is the chunk before `number` */
	bool was_damaged;		/* that chunk, and it has been told */
	bool has_jumped;		/* perhaps behind the end */
	bool is_cut_off;		/* behind that chunk; not told yet */
	bool is_over;
	uint8_t sealed[BUFFER];
	uint8_t plain[PAYLOAD_CHUNK];
};

/* ------------------------------------------------------------------- input */

static size_t
have(const struct decoder *d)
{
	return d->end - d->begin;
}

static void
read_some(struct decoder *d, size_t most)
{
	size_t n = 0;

	d->status = d->in->read(d->in->arg, d->sealed + d->end, most, &n);
	if (d->status == DE_OK)
		d->end += n;
	else
		d->lost = n;
}

/* Read what is not wanted, or be behind its beginning. */
static void
discard(struct decoder *d)
{
	while (d->discard > 0 && d->status == DE_OK) {
		d->begin = d->end = 0;
		read_some(d, d->discard < BUFFER ? (size_t)d->discard :
		    BUFFER);
		d->discard -= d->end;
		d->begin = d->end;
		if (d->status != DE_LOST || d->lost == 0)
			continue;
		if (d->lost <= d->discard) {
			d->discard -= d->lost;
			d->status = DE_OK;
		} else {
			d->lost -= d->discard;
			d->discard = 0;
		}
	}
	d->discard = 0;
}

/* Have `length` bytes, or all until something else comes. */
static void
want(struct decoder *d, size_t length)
{
	discard(d);
	if (have(d) >= length)
		return;
	memmove(d->sealed, d->sealed + d->begin, have(d));
	d->end -= d->begin;
	d->begin = 0;
	while (d->end < length && d->status == DE_OK)
		read_some(d, BUFFER - d->end);
}

static uint64_t
place_of(const struct decoder *d, uint64_t number)
{
	return d->first + number * PAYLOAD_SEALED;
}

/* Go to the beginning of a chunk. */
static bool
go_to_chunk(struct decoder *d, uint64_t number)
{
	if (d->in->go_to(d->in->arg, place_of(d, number)) != DE_OK)
		return false;
	d->begin = d->end = 0;
	d->discard = 0;
	d->status = DE_OK;
	d->number = number;
	d->is_open = d->is_cut_off = d->is_over = false;
	d->plain_begin = d->plain_end = 0;
	return true;
}

/* ------------------------------------------------------------------ header */

/* Have all of the header; its length, or 0 after a report. */
static size_t
gather_header(struct decoder *d)
{
	size_t length = 0;

	do {
		want(d, have(d) + 1);
		length = header_length(d->sealed, have(d));
	} while (length == 0 && have(d) < HEADER_MAX && d->status == DE_OK);
	if (length > 0 && length <= HEADER_MAX)
		return length;
	d->host->report(d->host, DE_ERROR, "%s: its age header %s",
	    d->in->name, length == 0 && d->status == DE_NO_MORE ?
	    "is cut off" : length == 0 && d->status != DE_OK ?
	    "cannot be read" : "is malformed: it is longer than 64 KiB");
	return 0;
}

/* Behind the header is a nonce, of which the key of the chunks is made. */
static bool
take_key(struct decoder *d, const uint8_t file_key[static HEADER_FILE_KEY])
{
	uint8_t key[CRYPT_KEY];

	want(d, PAYLOAD_NONCE);
	if (have(d) < PAYLOAD_NONCE) {
		d->host->report(d->host, DE_ERROR, "%s: it %s behind its age "
		    "header", d->in->name, d->status == DE_NO_MORE ?
		    "is cut off" : "cannot be read");
		return false;
	}
	if (payload_key(file_key, HEADER_FILE_KEY, d->sealed + d->begin, key))
		d->cipher = crypt_cipher_new(key, false);
	OPENSSL_cleanse(key, sizeof(key));
	d->begin += PAYLOAD_NONCE;
	if (d->cipher != NULL)
		return true;
	d->host->report(d->host, DE_ERROR, "%s: cannot decrypt it: %s",
	    d->in->name, crypt_failure());
	return false;
}

static bool
take_header(struct decoder *d)
{
	const size_t length = gather_header(d);
	struct header header;

	if (length == 0)
		return false;
	if (!header_parse(&header, d->sealed, length)) {
		d->host->report(d->host, DE_ERROR, "%s: its age header is "
		    "malformed", d->in->name);
		return false;
	}
	uint8_t *file_key = secret_new(HEADER_FILE_KEY);
	if (file_key == NULL) {
		d->host->report(d->host, DE_ERROR, "%s: out of memory",
		    d->in->name);
		return false;
	}
	bool ok = unlock(d->host, d->in->name, &header, file_key);
	if (ok) {
		d->begin = length;
		ok = take_key(d, file_key);
		d->first = length + PAYLOAD_NONCE;
	}
	secret_free(file_key, HEADER_FILE_KEY);
	return ok;
}

/* Plain bytes, if there is nothing but chunks; 0: unknown. */
static uint64_t
plain_size(const struct decoder *d)
{
	if (d->in->size <= d->first)
		return 0;
	const uint64_t sealed = d->in->size - d->first;
	const uint64_t rest = sealed % PAYLOAD_SEALED;

	return sealed / PAYLOAD_SEALED * PAYLOAD_CHUNK +
	    (rest > CRYPT_TAG ? rest - CRYPT_TAG : 0);
}

struct decoder *
decode_begin(const struct de_host *host, const struct de_filter_input *input,
    struct de_filter_reading *reading)
{
	struct decoder *d = calloc(1, sizeof(*d));

	if (d == NULL) {
		host->report(host, DE_ERROR, "%s: out of memory",
		    input->name);
		return NULL;
	}
	d->host = host;
	d->in = input;
	if (!take_header(d)) {
		decode_end(d);
		return NULL;
	}
	d->size = plain_size(d);
	reading->size = d->size;
	if (input->go_to != NULL)
		reading->properties |= DE_FILTER_SEEKS;
	return d;
}

void
decode_end(struct decoder *d)
{
	if (d == NULL)
		return;
	crypt_cipher_free(d->cipher);
	OPENSSL_cleanse(d->plain, sizeof(d->plain));
	free(d);
}

/* ------------------------------------------------------------------ damage */

/* `plain` bytes are missing, some of which may not have been wanted. */
static enum de_status
lose(struct decoder *d, uint64_t plain, size_t *length)
{
	const uint64_t wanted = plain > d->skip ? plain - d->skip : 0;

	d->skip = 0;
	*length = wanted > SIZE_MAX ? 0 : (size_t)wanted;
	return DE_LOST;
}

/* So many chunks, with at most `plain` bytes. */
static enum de_status
lose_chunks(struct decoder *d, uint64_t count, uint64_t plain, size_t *length)
{
	const uint64_t begin = d->number * PAYLOAD_CHUNK;

	if (d->size > begin && d->size - begin < plain)
		plain = d->size - begin;
	d->number += count;
	d->was_damaged = true;
	d->is_open = false;
	return lose(d, plain, length);
}

/* The input has lost bytes of this chunk, and has told so. */
static enum de_status
bear_loss(struct decoder *d, size_t *length)
{
	const uint64_t gone = have(d) + d->lost;
	const uint64_t chunks = d->lost == 0 ? 1 :
	    (gone + PAYLOAD_SEALED - 1) / PAYLOAD_SEALED;

	if (d->in->go_to != NULL) {
		const uint64_t number = d->number;
		if (!go_to_chunk(d, number + chunks))
			return DE_FAILED;
		d->number = number;
		d->has_jumped = true;
	} else if (d->lost == 0) {
		d->host->report(d->host, DE_ERROR, "%s: nothing behind byte %"
		    PRIu64 " can be decrypted, as it is not known how much is "
		    "missing there", d->in->name, place_of(d, d->number));
		return DE_FAILED;
	} else {
		d->begin = d->end = 0;
		d->discard = chunks * PAYLOAD_SEALED - gone;
		d->status = DE_OK;
	}
	return lose_chunks(d, chunks, chunks * PAYLOAD_CHUNK, length);
}

/* Of which place near here is this chunk?  False if of none. */
static bool
find_place(struct decoder *d, uint64_t *number)
{
	const uint64_t first = d->number < NEIGHBOURS ? 0 :
	    d->number - NEIGHBOURS;
	bool found = false;

	if (d->searches++ >= SEARCHES)
		return false;
	for (uint64_t n = first; !found && n <= d->number + NEIGHBOURS; n++) {
		*number = n;
		found = n != d->number && payload_open(d->cipher, n, false,
		    d->sealed + d->begin, PAYLOAD_SEALED, d->plain);
	}
	OPENSSL_cleanse(d->plain, sizeof(d->plain));
	return found;
}

static void
tell_damage(struct decoder *d, size_t length)
{
	const uint64_t here = place_of(d, d->number);
	uint64_t number;

	if (d->was_damaged)
		return;
	if (length < PAYLOAD_SEALED)
		d->host->report(d->host, DE_ERROR, "%s: its end, from byte %"
		    PRIu64 " on, is cut off, altered or damaged", d->in->name,
		    here);
	else if (find_place(d, &number))
		d->host->report(d->host, DE_ERROR, "%s: the encrypted data at "
		    "byte %" PRIu64 " belongs at byte %" PRIu64 ": the volume "
		    "is out of order", d->in->name, here, place_of(d, number));
	else
		d->host->report(d->host, DE_ERROR, "%s: the encrypted data at "
		    "byte %" PRIu64 " is altered or damaged", d->in->name,
		    here);
}

static enum de_status
bear_damage(struct decoder *d, size_t sealed, size_t *length)
{
	tell_damage(d, sealed);
	d->begin += sealed;
	return lose_chunks(d, 1, sealed < CRYPT_TAG ? 0 : sealed - CRYPT_TAG,
	    length);
}

static enum de_status
bear_cut(struct decoder *d, size_t *length)
{
	d->is_over = true;
	d->is_cut_off = false;
	d->host->report(d->host, DE_ERROR, "%s: it is cut off at byte %" PRIu64,
	    d->in->name, place_of(d, d->number));
	return lose(d, 0, length);
}

/* ----------------------------------------------------------------- a chunk */

static bool
open_as(struct decoder *d, size_t length, bool is_last)
{
	return payload_open(d->cipher, d->number, is_last,
	    d->sealed + d->begin, length, d->plain);
}

static enum de_status
take_chunk(struct decoder *d, size_t sealed)
{
	const size_t plain = sealed - CRYPT_TAG;

	d->begin += sealed;
	d->number++;
	d->plain_begin = d->skip < plain ? d->skip : plain;
	d->plain_end = plain;
	d->skip = 0;
	d->is_open = true;
	d->was_damaged = d->has_jumped = false;
	return DE_OK;
}

static void
tell_rest(const struct decoder *d)
{
	d->host->report(d->host, DE_WARNING, "%s: what follows byte %" PRIu64
	    ", where it ends, does not belong to it and is ignored",
	    d->in->name, place_of(d, d->number) + PAYLOAD_SEALED);
}

/* What is there is a whole chunk, and more follows or may follow. */
static enum de_status
next_whole(struct decoder *d, size_t *length)
{
	if (open_as(d, PAYLOAD_SEALED, false))
		return take_chunk(d, PAYLOAD_SEALED);
	if (!open_as(d, PAYLOAD_SEALED, true))
		return bear_damage(d, PAYLOAD_SEALED, length);
	tell_rest(d);
	d->is_over = true;
	return take_chunk(d, PAYLOAD_SEALED);
}

/* Nothing follows what is there, which should be the last chunk. */
static enum de_status
next_last(struct decoder *d, size_t *length)
{
	const size_t sealed = have(d);
	const size_t least = d->number == 0 ? CRYPT_TAG : CRYPT_TAG + 1;

	if (sealed == 0 && (d->was_damaged || d->has_jumped)) {
		d->is_over = true;
		return DE_NO_MORE;
	}
	if (sealed == 0)
		return bear_cut(d, length);
	if (sealed >= least && open_as(d, sealed, true)) {
		d->is_over = true;
		return take_chunk(d, sealed);
	}
	if (sealed == PAYLOAD_SEALED && open_as(d, sealed, false)) {
		d->is_cut_off = true;
		return take_chunk(d, sealed);
	}
	d->is_over = true;
	return bear_damage(d, sealed, length);
}

static enum de_status
next_chunk(struct decoder *d, size_t *length)
{
	if (d->is_over)
		return DE_NO_MORE;
	if (d->is_cut_off)
		return bear_cut(d, length);
	want(d, PAYLOAD_SEALED + 1);
	if (have(d) > PAYLOAD_SEALED ||
	    (have(d) == PAYLOAD_SEALED && d->status == DE_LOST))
		return next_whole(d, length);
	switch (d->status) {
	case DE_NO_MORE:
		return next_last(d, length);
	case DE_LOST:
		return bear_loss(d, length);
	default:
		return DE_FAILED;
	}
}

/* ----------------------------------------------------------------- reading */

enum de_status
decode_next(struct decoder *d, void *buffer, size_t room, size_t *length)
{
	while (d->plain_begin == d->plain_end) {
		if (d->host->cancelled(d->host))
			return DE_FAILED;
		const enum de_status status = next_chunk(d, length);
		if (status != DE_OK)
			return status;
	}
	*length = d->plain_end - d->plain_begin;
	if (*length > room)
		*length = room;
	memcpy(buffer, d->plain + d->plain_begin, *length);
	d->plain_begin += *length;
	return DE_OK;
}

static enum de_status
go_to_end(struct decoder *d)
{
	d->plain_begin = d->plain_end = 0;
	d->is_open = d->is_cut_off = false;
	d->is_over = true;
	return DE_OK;
}

enum de_status
decode_go_to(struct decoder *d, uint64_t offset)
{
	const uint64_t number = offset / PAYLOAD_CHUNK;
	const size_t in_chunk = (size_t)(offset % PAYLOAD_CHUNK);

	if ((d->size > 0 && offset >= d->size) ||
	    number > INT64_MAX / PAYLOAD_SEALED - 1)
		return go_to_end(d);
	/* The chunk that has just been decrypted is still there. */
	if (d->is_open && number + 1 == d->number) {
		d->plain_begin = in_chunk < d->plain_end ? in_chunk :
		    d->plain_end;
		return DE_OK;
	}
	d->has_jumped = true;
	d->was_damaged = false;
	if (!go_to_chunk(d, number))
		return DE_FAILED;
	d->skip = in_chunk;
	return DE_OK;
}
