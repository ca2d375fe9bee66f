/* SPDX-License-Identifier: BSD-3-Clause */
#include "sweep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ledger.h"
#include "xml.h"

#define ATTEMPTS 3
#define PAGES_MAX 50
#define PAGE_UPLOADS "200"
#define CLOCK_SLACK 900		/* seconds that the store's clock may differ */

enum request_result
sweep_abort(struct link *l, const struct place *place, const char *upload,
    struct answer *answer)
{
	const struct sigv4_pair query = { "uploadId", upload };
	const struct request r = {
		.method = "DELETE",
		.place = place,
		.what = "ending its upload",
		.query = &query,
		.query_count = 1,
		.attempts = ATTEMPTS,
	};
	const enum request_result result = request_run(l, &r, answer);

	return result == REQUEST_REFUSED && answer->status == 404 ?
	    REQUEST_DONE : result;
}

/* ---------------------------------------------------------------- of an object */

/* A page of the list of uploads; texts are the last ones read. */
struct page {
	struct link *link;
	const struct place *place;
	int64_t since;
	const char *except;
	char key[XML_TEXT_BYTES];
	char upload[XML_TEXT_BYTES];
	int64_t begun;
	bool is_truncated;
	char next_key[XML_TEXT_BYTES], next_upload[XML_TEXT_BYTES];
	bool ok;
};

static int64_t
parse_time(const char *text)
{
	struct tm tm = { 0 };

	return strptime(text, "%Y-%m-%dT%H:%M:%S", &tm) == NULL ? INT64_MAX :
	    (int64_t)timegm(&tm);
}

static void
end_upload(struct page *p)
{
	struct answer answer;

	if (strcmp(p->key, p->place->key) != 0 || p->upload[0] == '\0' ||
	    p->begun < p->since - CLOCK_SLACK ||
	    (p->except != NULL && strcmp(p->upload, p->except) == 0))
		return;
	if (sweep_abort(p->link, p->place, p->upload, &answer) !=
	    REQUEST_DONE)
		p->ok = false;
	answer_free(&answer);
}

static void
copy(char to[static XML_TEXT_BYTES], const char *text)
{
	snprintf(to, XML_TEXT_BYTES, "%s", text);
}

static void
take_element(void *arg, const char *parent, const char *name, const char *text)
{
	struct page *p = arg;

	if (strcmp(name, "Upload") == 0) {
		end_upload(p);
		p->key[0] = p->upload[0] = '\0';
		p->begun = INT64_MAX;
	} else if (strcmp(parent, "Upload") == 0) {
		if (strcmp(name, "Key") == 0)
			copy(p->key, text);
		else if (strcmp(name, "UploadId") == 0)
			copy(p->upload, text);
		else if (strcmp(name, "Initiated") == 0)
			p->begun = parse_time(text);
	} else if (strcmp(name, "IsTruncated") == 0) {
		p->is_truncated = strcmp(text, "true") == 0;
	} else if (strcmp(name, "NextKeyMarker") == 0) {
		copy(p->next_key, text);
	} else if (strcmp(name, "NextUploadIdMarker") == 0) {
		copy(p->next_upload, text);
	}
}

/* Ask for the page that begins where the last one ended. */
static bool
read_page(struct page *p)
{
	const struct sigv4_pair query[] = {
		{ "uploads", "" },
		{ "prefix", p->place->key },
		{ "max-uploads", PAGE_UPLOADS },
		{ "key-marker", p->next_key },
		{ "upload-id-marker", p->next_upload },
	};
	const struct request r = {
		.method = "GET",
		.place = p->place,
		.key = "",
		.what = "listing uploads",
		.query = query,
		.query_count = p->next_key[0] == '\0' ? 3 : 5,
		.attempts = ATTEMPTS,
	};
	struct answer answer;
	const bool ok = request_run(p->link, &r, &answer) == REQUEST_DONE;

	p->is_truncated = false;
	p->next_key[0] = p->next_upload[0] = '\0';
	p->ok = p->ok && ok && answer.body != NULL &&
	    xml_read(answer.body, answer.length, take_element, p);
	answer_free(&answer);
	return p->ok;
}

bool
sweep_object(struct link *l, const struct place *place, int64_t since,
    const char *except)
{
	struct page *p = calloc(1, sizeof(*p));
	bool ok;

	if (p == NULL)
		return false;
	*p = (struct page){ .link = l, .place = place, .since = since,
	    .except = except, .begun = INT64_MAX, .ok = true };
	for (int pages = 0; read_page(p) && p->is_truncated; pages++)
		if (p->next_key[0] == '\0' || pages == PAGES_MAX) {
			p->ok = false;
			break;
		}
	ok = p->ok;
	free(p);
	return ok;
}

/* -------------------------------------------------------------- of dead runs */

struct sweep {
	struct link *link;
	const struct client *client;
};

static bool
end_left(void *arg, const struct ledger_left *left)
{
	const struct sweep *s = arg;
	char why[PLACE_WHY_BYTES], reason[REQUEST_WHY_BYTES] = "";
	struct answer answer = { 0 };
	struct place place;
	bool ended = true;

	if (place_parse(&place, left->object, why)) {
		if (left->upload[0] == '\0')
			ended = sweep_object(s->link, &place, left->begun,
			    NULL);
		else
			ended = sweep_abort(s->link, &place, left->upload,
			    &answer) == REQUEST_DONE;
		if (!ended && (answer.status != 0 || answer.error[0] != '\0'))
			answer_explain(&answer, s->client, reason);
		notes_add(s->client->notes, ended ? DE_INFO : DE_WARNING,
		    "%s: the upload that an interrupted run left there %s%s",
		    place.name, ended ? "has been ended" : "cannot be ended; "
		    "the next run tries again: ", reason);
	}
	answer_free(&answer);
	place_free(&place);
	return ended;
}

void
sweep_left(struct link *l, const struct client *client, const char *folder,
    const char *store)
{
	struct sweep s = { l, client };

	ledger_visit_left(folder, store, end_left, &s);
	notes_report(client->notes, client->host);
}
