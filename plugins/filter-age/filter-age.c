/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * filter-age.c - filter: encrypt volumes as age(1) does
 *
 * A volume is an age file with a key of its own.  A piece is some of its chunks.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "decode.h"
#include "header.h"
#include "key_file.h"
#include "payload.h"
#include "recipients.h"
#include "secret.h"
#include "unlock.h"

#define PIECE_CHUNKS 16u
#define PIECE (PIECE_CHUNKS * PAYLOAD_CHUNK)

/* In memory for keys. */
struct keys {
	uint8_t file[HEADER_FILE_KEY];
	uint8_t payload[CRYPT_KEY];
};

struct filter_age {
	const struct de_host *host;	/* borrowed */
	uint32_t threads;
	unsigned int work;
	struct recipients recipients;	/* for this and all further volumes, */
	struct key_file passphrase;	/*   or this */
	bool is_loaded;			/* one of them is there */
	struct keys *keys;		/* of the volume being written */
	struct decoder *decoder;	/* of the volume being read */
};

static const struct de_option options[] = {
	{ "recipients", DE_OPTION_STRINGS, 0, 1, 200, NULL,
	  "public keys, \"age1...\", of those who can decrypt the volumes" },
	{ "recipients_file", DE_OPTION_STRING, 0, 1, 4095, NULL,
	  "file with public keys, one on a line" },
	{ "passphrase_file", DE_OPTION_STRING, 0, 1, 4095, NULL,
	  "instead of public keys: file or descriptor (/dev/fd/3) whose first "
	  "line is a passphrase" },
	{ "work_factor", DE_OPTION_INTEGER, 0, SCRYPT_WORK_MIN,
	  SCRYPT_WORK_MAX, "18",
	  "logarithm of the work that trying a passphrase takes" },
	{ "threads", DE_OPTION_INTEGER, 0, 0, 256, "0",
	  "threads that encrypt; 0: as many as there are processors" },
	{ "identity", DE_OPTION_STRING, 0, 1, 4095, NULL,
	  "for reading: file with secret keys, or a passphrase" },
	DE_OPTIONS_END
};

static enum de_status
libcrypto_failed(const struct filter_age *f)
{
	f->host->report(f->host, DE_ERROR, "filter-age: cannot encrypt: %s",
	    crypt_failure());
	return DE_FAILED;
}

static enum de_status
no_memory(const struct filter_age *f)
{
	f->host->report(f->host, DE_ERROR, "filter-age: out of memory");
	return DE_FAILED;
}

/* ------------------------------------------------------------- for whom it is */

static bool
load_passphrase(struct filter_age *f, const char *path)
{
	struct passphrase passphrase;

	if (!key_file_read(&f->passphrase, f->host, "passphrase_file", path,
	    KEY_FILE_PASSPHRASE))
		return false;
	if (unlock_passphrase(f->host, "passphrase_file", path, &f->passphrase,
	    &passphrase))
		return true;
	key_file_free(&f->passphrase);
	return false;
}

static bool
load_recipients(struct filter_age *f)
{
	if (!recipients_load(&f->recipients, f->host)) {
		recipients_free(&f->recipients);
		return false;
	}
	if (f->recipients.count > 0)
		return true;
	f->host->report(f->host, DE_ERROR, "filter-age: nobody could decrypt "
	    "the volumes; set recipients, recipients_file or passphrase_file");
	recipients_free(&f->recipients);
	return false;
}

static bool
load(struct filter_age *f)
{
	const char *path = f->host->get_string(f->host, "passphrase_file");

	if (f->is_loaded)
		return true;
	if (path != NULL && (f->host->is_set(f->host, "recipients") ||
	    f->host->is_set(f->host, "recipients_file"))) {
		f->host->report(f->host, DE_ERROR, "passphrase_file: a volume "
		    "that a passphrase opens cannot have recipients as well; "
		    "set one or the other");
		return false;
	}
	f->is_loaded = path != NULL ? load_passphrase(f, path) :
	    load_recipients(f);
	return f->is_loaded;
}

static void
unload(struct filter_age *f)
{
	recipients_free(&f->recipients);
	key_file_free(&f->passphrase);
	f->is_loaded = false;
}

static enum de_status
check(void *self)
{
	struct filter_age *f = self;
	const bool ok = load(f);

	unload(f);
	return ok ? DE_OK : DE_FAILED;
}

/* ----------------------------------------------------------------- writing */

/*
 * The stanza with the mark has no body, and age(1) ignores it.  Beside a
 * passphrase there can be no other stanza.
 */
static bool
put_recipients(const struct filter_age *f, const char *mark,
    struct header_writer *w)
{
	bool ok = true;

	header_put_stanza(w, mark, (const uint8_t *)"", 0);
	for (size_t i = 0; ok && i < f->recipients.count; i++)
		ok = x25519_wrap(w, f->recipients.keys[i], f->keys->file);
	return ok;
}

static bool
put_passphrase(const struct filter_age *f, struct header_writer *w)
{
	struct passphrase passphrase;

	return unlock_passphrase(f->host, "passphrase_file", f->host->get_string(
	    f->host, "passphrase_file"), &f->passphrase, &passphrase) &&
	    scrypt_wrap(w, &passphrase, f->work, f->keys->file);
}

static enum de_status
put_head(const struct filter_age *f, const char *mark,
    struct header_writer *w, de_put_fn *put, void *arg)
{
	uint8_t nonce[PAYLOAD_NONCE];

	header_begin(w);
	if (!(f->passphrase.text != NULL ? put_passphrase(f, w) :
	    put_recipients(f, mark, w)) || !header_finish(w, f->keys->file) ||
	    !secret_random(nonce, sizeof(nonce)) ||
	    !payload_key(f->keys->file, sizeof(f->keys->file), nonce,
	    f->keys->payload))
		return libcrypto_failed(f);
	const enum de_status status = put(arg, w->text, w->length);
	return status == DE_OK ? put(arg, nonce, sizeof(nonce)) : status;
}

static void
forget_keys(struct filter_age *f)
{
	secret_free(f->keys, sizeof(*f->keys));
	f->keys = NULL;
}

static enum de_status
begin_volume(void *self, const struct de_filter_volume *volume,
    struct de_filter_plan *plan, de_put_fn *put, void *arg)
{
	struct filter_age *f = self;
	enum de_status status = DE_FAILED;

	forget_keys(f);
	if (!load(f))
		return DE_FAILED;
	f->keys = secret_new(sizeof(*f->keys));
	struct header_writer *w = malloc(sizeof(*w));
	if (f->keys == NULL || w == NULL)
		no_memory(f);
	else if (!secret_random(f->keys->file, sizeof(f->keys->file)))
		f->host->report(f->host, DE_ERROR, "filter-age: the kernel "
		    "gives no random bytes for a key");
	else
		status = put_head(f, volume->mark, w, put, arg);
	free(w);
	if (status != DE_OK) {
		forget_keys(f);
		return status;
	}
	OPENSSL_cleanse(f->keys->file, sizeof(f->keys->file));
	plan->piece = PIECE;
	if (DE_HAS(plan, once))
		plan->once = true;
	plan->room = PAYLOAD_LENGTH(PIECE);
	plan->threads = f->threads;
	return DE_OK;
}

static enum de_status
encode(void *self, const struct de_filter_piece *piece, void *out,
    size_t *length)
{
	const struct filter_age *f = self;
	struct crypt_cipher *cipher = crypt_cipher_new(f->keys->payload, true);
	const bool ok = cipher != NULL && payload_seal(cipher,
	    piece->number * PIECE_CHUNKS, piece->is_last, piece->bytes,
	    piece->length, out);

	crypt_cipher_free(cipher);
	if (!ok)
		return libcrypto_failed(f);
	*length = PAYLOAD_LENGTH(piece->length);
	return DE_OK;
}

static enum de_status
end_volume(void *self, enum de_close how, uint64_t room, de_put_fn *put,
    void *arg)
{
	(void)room;
	(void)put;
	(void)arg;
	if (how == DE_CLOSE_DISCARD)
		forget_keys(self);
	return DE_OK;
}

/* ----------------------------------------------------------------- reading */

static bool
recognises(void *self, const void *bytes, size_t length)
{
	(void)self;
	return header_begins(bytes, length);
}

static enum de_status
open_reading(void *self, const struct de_filter_input *input,
    struct de_filter_reading *reading)
{
	struct filter_age *f = self;

	f->decoder = decode_begin(f->host, input, reading);
	return f->decoder == NULL ? DE_FAILED : DE_OK;
}

static enum de_status
read_plain(void *self, void *buffer, size_t room, size_t *length)
{
	const struct filter_age *f = self;

	return decode_next(f->decoder, buffer, room, length);
}

static enum de_status
go_to(void *self, uint64_t offset)
{
	const struct filter_age *f = self;

	return decode_go_to(f->decoder, offset);
}

static void
close_reading(void *self)
{
	struct filter_age *f = self;

	decode_end(f->decoder);
	f->decoder = NULL;
}

/* --------------------------------------------------------------- instances */

static void
destroy(void *self)
{
	struct filter_age *f = self;

	forget_keys(f);
	unload(f);
	free(f);
}

static enum de_status
create(const struct de_host *host, void **self)
{
	struct filter_age *f = calloc(1, sizeof(*f));

	if (f == NULL) {
		host->report(host, DE_ERROR, "filter-age: out of memory");
		return DE_FAILED;
	}
	f->host = host;
	f->threads = (uint32_t)host->get_integer(host, "threads");
	f->work = (unsigned int)host->get_integer(host, "work_factor");
	*self = f;
	return DE_OK;
}

static const struct de_filter filter = {
	.struct_size = sizeof(filter),
	.check = check,
	.begin_volume = begin_volume,
	.encode = encode,
	.end_volume = end_volume,
	.recognises = recognises,
	.open_reading = open_reading,
	.read = read_plain,
	.go_to = go_to,
	.close_reading = close_reading,
};

static const struct de_plugin filter_age = {
	DE_PLUGIN_ABI,
	.kind = DE_FILTER,
	.name = "filter-age",
	.summary = "encrypt each volume as age does",
	.options = options,
	.create = create,
	.destroy = destroy,
	.filter = &filter,
};

DE_PLUGIN(filter_age);
