/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/volume/volume.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/digest.h"
#include "core/base/growing.h"
#include "core/format/compress.h"
#include "core/host/output.h"
#include "core/volume/filtered.h"
#include "plugins/common/bytes.h"

#define WINDOW_MAX 65536	/* of de_medium.window */
#define READ_BACK_MAX ((size_t)1 << 20)	/* suffices for any record */
#define PIECE_BYTES ((size_t)1 << 20)
#define PIECE_RECORDS_MAX (PIECE_BYTES / DE_TAPE_BLOCK)

/* A record that may be in flight. */
struct flight {
	const void *record;
	uint64_t digest;
};

/* Digests of pieces, as records settle. */
struct pieces {
	const char *folder;		/* NULL: not wanted */
	struct growing list;		/* uint64_t each */
	uint8_t records[PIECE_RECORDS_MAX * sizeof(uint64_t)];	/* of the next
							   piece: digests */
	uint32_t count;			/* of these */
	uint32_t most;			/* records in a piece */
	bool ended;			/* what comes now has none */
	int error;			/* errno; 0: all are there */
};

struct volume {
	const struct instance *output;
	struct filtered *filtered;	/* owned; NULL: there are no filters */
	int64_t base_date;		/* of the dump; for them */
	void (*tell_head)(void *arg, const char *head);	/* NULL: nobody asks */
	void *tell_arg;
	bool ends;			/* see volume_set_ends() */
	uint32_t number;
	size_t record_size;
	size_t medium_record;		/* bytes of one on the medium, at most */
	char medium[MESSAGE_NAME_BYTES];
	uint32_t properties;		/* of the medium */
	uint32_t file;			/* on it, with DE_MEDIUM_HAS_FILE */
	uint64_t position;		/* with DE_MEDIUM_HAS_POSITION; */
	uint32_t record_positions;	/* of a record */
	char barcode[MESSAGE_CODE_BYTES];
	char serial[MESSAGE_CODE_BYTES];
	enum de_failure refused;	/* why it could not be opened */
	uint64_t mark;			/* of the medium that was refused */
	bool opened;
	uint32_t window;		/* records that may be in flight */
	struct flight *on_their_way;	/* these, by number modulo window + 1 */
	uint64_t written;		/* records that the output accepted */
	uint64_t settled;		/* of these, on the medium */
	struct digest *digest;		/* of the settled records */
	struct pieces pieces;		/* likewise */
};

/* ------------------------------------------------------- digests of pieces */

static void
begin_pieces(struct pieces *p, size_t record_size)
{
	growing_free(&p->list);
	p->count = 0;
	p->most = (uint32_t)(record_size < PIECE_BYTES ?
	    PIECE_BYTES / record_size : 1);
	p->ended = p->folder == NULL;
	p->error = 0;
	if (!p->ended && !growing_init(&p->list, p->folder))
		p->error = errno;
}

static void
end_piece(struct pieces *p)
{
	if (p->count == 0 || p->error != 0)
		return;
	uint64_t *digest = growing_add(&p->list, sizeof(*digest));
	if (digest == NULL)
		p->error = errno;
	else
		*digest = digest_64(p->records, p->count * sizeof(*digest));
	p->count = 0;
}

static void
add_to_piece(struct pieces *p, uint64_t digest)
{
	if (p->ended || p->error != 0)
		return;
	put64(p->records + p->count++ * sizeof(digest), digest);
	if (p->count == p->most)
		end_piece(p);
}

bool
volume_end_pieces(struct volume *v, struct volume_pieces *pieces)
{
	struct pieces *p = &v->pieces;

	end_piece(p);
	p->ended = true;
	pieces->records = p->most;
	pieces->digests = (const uint64_t *)(void *)p->list.bytes;
	pieces->count = p->list.used / sizeof(uint64_t);
	errno = p->error;
	return p->error == 0;
}

/* ------------------------------------------------------------ in its whole */

struct volume *
volume_new(const struct instance *output, const char *folder)
{
	struct volume *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->output = output;
	v->pieces.folder = folder;
	v->pieces.list.fd = -1;
	v->digest = digest_new();
	if (v->digest == NULL) {
		free(v);
		return NULL;
	}
	return v;
}

void
volume_free(struct volume *v)
{
	if (v == NULL)
		return;
	filtered_free(v->filtered);
	digest_free(v->digest);
	growing_free(&v->pieces.list);
	free(v->on_their_way);
	free(v);
}

bool
volume_set_filters(struct volume *v, struct instance *const *filters,
    size_t count, int64_t base_date)
{
	if (count == 0)
		return true;
	v->base_date = base_date;
	v->filtered = filtered_new(v->output, filters, count);
	return v->filtered != NULL;
}

struct de_volume
volume_facts_of_medium(const struct de_volume *facts)
{
	struct de_volume of_medium = *facts;

	if ((facts->properties & DE_VOLUME_RECORDS) != 0)
		of_medium.record_size = (uint32_t)compress_room(
		    facts->record_size);
	return of_medium;
}

void
volume_set_teller(struct volume *v, void (*tell)(void *arg, const char *head),
    void *arg)
{
	v->tell_head = tell;
	v->tell_arg = arg;
}

/* Room for one more: a record is added before another is known settled. */
static bool
make_window(struct volume *v, uint32_t window)
{
	free(v->on_their_way);
	v->on_their_way = calloc((size_t)window + 1,
	    sizeof(*v->on_their_way));
	if (v->on_their_way == NULL)
		report(v->output->rep, DE_ERROR, "out of memory");
	v->window = window;
	return v->on_their_way != NULL;
}

static bool
set_window(struct volume *v, uint32_t window)
{
	const char *name = v->output->plugin->descriptor.name;

	if (window > 0 && v->output->plugin->output.settled == NULL) {
		report(v->output->rep, DE_ERROR, "%s wants a window of %"
		    PRIu32 " records, but has no callback \"settled\"; fix the "
		    "plugin", name, window);
		return false;
	}
	if (window > WINDOW_MAX) {
		report(v->output->rep, DE_ERROR, "%s wants a window of %"
		    PRIu32 " records; the maximum is %d", name, window,
		    WINDOW_MAX);
		return false;
	}
	return make_window(v, window);
}

/* A plugin may use values of a later version of the interface. */
static enum de_failure
known_failure(enum de_failure failure)
{
	return failure < DE_FAILURE_OTHER || failure > DE_FAILURE_SETTINGS ?
	    DE_FAILURE_OTHER : failure;
}

static enum de_status
note_refusal(struct volume *v, const struct de_medium *medium)
{
	v->refused = known_failure(medium->failure);
	v->mark = medium->mark;
	if (medium->name != NULL)
		snprintf(v->medium, sizeof(v->medium), "%s", medium->name);
	return DE_FAILED;
}

/* NULL: unknown, as one that is too long to be one. */
static void
keep_code(char kept[static MESSAGE_CODE_BYTES], const char *code)
{
	const bool fits = code != NULL && strlen(code) < MESSAGE_CODE_BYTES;

	snprintf(kept, MESSAGE_CODE_BYTES, "%s", fits ? code : "");
}

/* The output's window is then one of records that came out of them. */
static bool
open_filtered(struct volume *v, const struct de_volume *facts, uint64_t size,
    uint32_t *window)
{
	const struct filtered_volume volume = {
		.facts = facts,
		.base_date = v->base_date,
		.size = size,
		.medium_record = v->medium_record,
		.has_window = *window > 0,
		.tell_head = v->tell_head,
		.tell_arg = v->tell_arg,
	};

	return filtered_open(v->filtered, &volume, window) == DE_OK;
}

enum de_status
volume_open(struct volume *v, const struct de_volume *facts, uint64_t size)
{
	const struct de_volume of_medium = volume_facts_of_medium(facts);
	struct de_medium medium;

	v->number = facts->number;
	v->record_size = facts->record_size;
	v->medium_record = of_medium.record_size;
	v->written = v->settled = 0;
	v->ends = false;
	digest_reset(v->digest);
	begin_pieces(&v->pieces, v->record_size);
	v->medium[0] = '\0';
	v->opened = false;
	if (output_open_volume(v->output, &of_medium, &medium) != DE_OK)
		return note_refusal(v, &medium);
	v->opened = true;
	snprintf(v->medium, sizeof(v->medium), "%s", medium.name != NULL ?
	    medium.name : v->output->plugin->descriptor.name);
	v->properties = medium.properties;
	v->file = medium.file;
	v->position = medium.position;
	v->record_positions = medium.record_positions;
	keep_code(v->barcode, medium.barcode);
	keep_code(v->serial, medium.serial);
	if (!set_window(v, medium.window) || (v->filtered != NULL &&
	    (!open_filtered(v, facts, size, &medium.window) ||
	    !make_window(v, medium.window)))) {
		volume_discard(v);
		return DE_FAILED;
	}
	return DE_OK;
}

/*
 * Add records that were settled meanwhile to the digest.  Returns `status`, or
 * DE_FAILED after reporting an impossible count.
 */
static enum de_status
count_settled(struct volume *v, enum de_status status)
{
	const uint64_t settled = v->filtered != NULL ?
	    filtered_settled(v->filtered) : v->window == 0 ? v->written :
	    output_settled(v->output);

	if (settled < v->settled || settled > v->written ||
	    v->written - settled > v->window) {
		report(v->output->rep, DE_ERROR, "%s: impossible count of "
		    "settled records: %" PRIu64 " of %" PRIu64 " written to "
		    "%s, previously %" PRIu64 ", window %" PRIu32 "; fix the "
		    "plugin", v->output->plugin->descriptor.name, settled,
		    v->written, v->medium, v->settled, v->window);
		return DE_FAILED;
	}
	for (; v->settled < settled; v->settled++) {
		const struct flight *f = &v->on_their_way[v->settled %
		    (v->window + (uint64_t)1)];
		digest_add(v->digest, f->record, v->record_size);
		add_to_piece(&v->pieces, f->digest);
	}
	return status;
}

enum de_status
volume_write(void *arg, const void *record, size_t length, uint64_t digest)
{
	struct volume *v = arg;
	const enum de_status status = v->filtered != NULL ?
	    filtered_write(v->filtered, record) :
	    output_write(v->output, record, length);

	if (status == DE_OK)
		v->on_their_way[v->written++ % (v->window + (uint64_t)1)] =
		    (struct flight){ record, digest };
	return count_settled(v, status);
}

uint64_t
volume_settled(void *arg)
{
	const struct volume *v = arg;
	return v->settled;
}

enum de_status
volume_settle(void *arg)
{
	struct volume *v = arg;

	if (v->filtered != NULL)
		return count_settled(v, v->ends ?
		    filtered_drain(v->filtered) :
		    filtered_settle(v->filtered));
	if (v->window == 0)
		return DE_OK;
	const enum de_status status = count_settled(v,
	    output_settle(v->output));
	if (status != DE_OK || v->settled == v->written)
		return status;
	report(v->output->rep, DE_ERROR, "%s: settle() succeeded on %s with "
	    "only %" PRIu64 " of %" PRIu64 " records settled; fix the plugin",
	    v->output->plugin->descriptor.name, v->medium, v->settled,
	    v->written);
	return DE_FAILED;
}

void
volume_set_ends(struct volume *v, bool ends)
{
	v->ends = ends;
}

uint64_t
volume_most(const struct volume *v)
{
	return v->filtered == NULL ? v->settled : filtered_most(v->filtered);
}

enum de_status
volume_end(struct volume *v, uint64_t records)
{
	if (v->filtered == NULL)
		return DE_OK;
	return count_settled(v, filtered_end(v->filtered, records));
}

bool
volume_is_short(const struct volume *v, uint64_t *records)
{
	return v->filtered != NULL && filtered_short(v->filtered, records);
}

/*
 * Records that may be shorter are asked for with twice the room: that of tgt, an
 * emulated drive, gives wrong bytes of a block that is shorter than the room, but
 * has more than half of it.
 */
static size_t
read_back_room(const struct volume *v)
{
	const size_t twice = 2 * v->medium_record;

	if (v->filtered == NULL)
		return v->record_size;
	return twice < READ_BACK_MAX ? twice : READ_BACK_MAX;
}

/* Read the volume back into `digest`.  False if that fails or is cancelled. */
static bool
read_back(struct volume *v, struct digest *digest, uint8_t *buffer,
    uint64_t *bytes)
{
	enum de_status status;
	size_t length;

	if (output_begin_readback(v->output) != DE_OK)
		return false;
	*bytes = 0;
	while ((status = output_read_back(v->output, buffer,
	    read_back_room(v), &length)) == DE_OK) {
		if (*v->output->cancelled)
			return false;
		digest_add(digest, buffer, length);
		*bytes += length;
		/* More than was written: it differs already. */
		if (*bytes > volume_bytes(v))
			return true;
	}
	return status == DE_NO_MORE;
}

static enum volume_result
verify_volume(struct volume *v)
{
	enum volume_result result = VOLUME_DIFFERS;
	struct digest *digest = digest_new();
	uint8_t *buffer = malloc(read_back_room(v));
	uint64_t bytes;

	if (digest == NULL || buffer == NULL) {
		report(v->output->rep, DE_ERROR, "out of memory");
	} else if (!read_back(v, digest, buffer, &bytes)) {
		report(v->output->rep, DE_ERROR, "volume %" PRIu32
		    ": cannot read it back from %s", v->number, v->medium);
	} else if (bytes != volume_bytes(v) ||
	    !digest_same(digest, v->filtered == NULL ? v->digest :
	    filtered_digest(v->filtered))) {
		report(v->output->rep, DE_ERROR, "volume %" PRIu32 ": data "
		    "read back from %s differs from what was written (read %"
		    PRIu64 " of %" PRIu64 " bytes)", v->number, v->medium,
		    bytes, volume_bytes(v));
	} else {
		result = VOLUME_SAFE;
	}
	free(buffer);
	digest_free(digest);
	return result;
}

enum volume_result
volume_close(struct volume *v, bool verify)
{
	if (verify && verify_volume(v) != VOLUME_SAFE) {
		volume_discard(v);
		return VOLUME_DIFFERS;
	}
	if (v->filtered != NULL)
		filtered_close(v->filtered);
	return output_close_volume(v->output, DE_CLOSE_COMPLETE) == DE_OK ?
	    VOLUME_SAFE : VOLUME_FAILED;
}

void
volume_discard(struct volume *v)
{
	if (v->filtered != NULL)
		filtered_close(v->filtered);
	output_close_volume(v->output, DE_CLOSE_DISCARD);
}

enum de_failure
volume_failure(struct volume *v)
{
	return v->opened ? known_failure(output_failure(v->output)) :
	    v->refused;
}

uint64_t
volume_mark(const struct volume *v)
{
	return v->opened ? 0 : v->mark;
}

bool
volume_may_retry(const struct volume *v)
{
	return output_may_retry(v->output);
}

const char *
volume_medium(const struct volume *v)
{
	return v->medium;
}

uint32_t
volume_properties(const struct volume *v)
{
	return v->properties;
}

int64_t
volume_file(const struct volume *v)
{
	return v->properties & DE_MEDIUM_HAS_FILE ? (int64_t)v->file : -1;
}

bool
volume_position(const struct volume *v, uint64_t *position,
    uint32_t *record_positions)
{
	*position = v->position;
	*record_positions = v->record_positions;
	/* Those are not of the records that filters have got. */
	return v->filtered == NULL &&
	    (v->properties & DE_MEDIUM_HAS_POSITION) != 0 &&
	    v->record_positions > 0;
}

const char *
volume_barcode(const struct volume *v)
{
	return v->barcode;
}

const char *
volume_serial(const struct volume *v)
{
	return v->serial;
}

bool
volume_is_once(const struct volume *v)
{
	return (v->properties & DE_MEDIUM_ONCE) != 0;
}

bool
volume_streams(const struct volume *v)
{
	return (v->properties & DE_MEDIUM_STREAMS) != 0;
}

uint32_t
volume_window(const struct volume *v)
{
	return v->window;
}

uint64_t
volume_bytes(const struct volume *v)
{
	return v->filtered != NULL ? filtered_bytes(v->filtered) :
	    volume_stream_bytes(v);
}

uint64_t
volume_stream_bytes(const struct volume *v)
{
	return v->settled * v->record_size;
}

void
volume_digest(const struct volume *v, char text[static DIGEST_TEXT_BYTES])
{
	digest_format(v->digest, text);
}

bool
volume_medium_digest(const struct volume *v,
    char text[static DIGEST_TEXT_BYTES], char head[static DIGEST_TEXT_BYTES])
{
	const bool is_known = v->filtered != NULL &&
	    filtered_has_ended(v->filtered);

	text[0] = head[0] = '\0';
	if (!is_known)
		return false;
	digest_format(filtered_digest(v->filtered), text);
	snprintf(head, DIGEST_TEXT_BYTES, "%s", filtered_head(v->filtered));
	return true;
}
