/* SPDX-License-Identifier: BSD-3-Clause */
#include "header.h"

#include <string.h>

#include <openssl/crypto.h>

#include "base64.h"
#include "crypt.h"

#define LINE 64				/* characters of a body */
#define LINE_BYTES 48			/* bytes that they stand for */
#define MAC_TEXT BASE64_LENGTH(HEADER_MAC)

static const char first_line[] = "age-encryption.org/v1\n";
#define FIRST_LINE (sizeof(first_line) - 1)

bool
header_begins(const void *bytes, size_t length)
{
	return length >= FIRST_LINE &&
	    memcmp(bytes, first_line, FIRST_LINE) == 0;
}

/* The MAC of a header that ends with the "---" of its last line. */
static bool
make_mac(const char *text, size_t length,
    const uint8_t file_key[static HEADER_FILE_KEY],
    uint8_t mac[static HEADER_MAC])
{
	uint8_t key[CRYPT_KEY];
	const bool ok = crypt_hkdf(file_key, HEADER_FILE_KEY,
	    (const uint8_t *)"", 0, "header", key) &&
	    crypt_hmac(key, text, length, mac);

	OPENSSL_cleanse(key, sizeof(key));
	return ok;
}

/* ----------------------------------------------------------------- writing */

static void
put(struct header_writer *w, const void *text, size_t length)
{
	w->is_bad = w->is_bad || length > sizeof(w->text) - w->length;
	if (w->is_bad)
		return;
	memcpy(w->text + w->length, text, length);
	w->length += length;
}

static void
put_base64(struct header_writer *w, const uint8_t *bytes, size_t length)
{
	char text[LINE];

	base64_encode(bytes, length, text);
	put(w, text, BASE64_LENGTH(length));
}

void
header_begin(struct header_writer *w)
{
	w->length = 0;
	w->is_bad = false;
	put(w, first_line, FIRST_LINE);
}

static bool
is_printable(char c)
{
	return c > ' ' && c <= '~';
}

/* Printable words with single spaces in between? */
static bool
are_words(const char *text, size_t length)
{
	bool was_space = true;

	for (size_t i = 0; i < length; i++) {
		if (!is_printable(text[i]) && (text[i] != ' ' || was_space))
			return false;
		was_space = text[i] == ' ';
	}
	return !was_space;
}

void
header_put_stanza(struct header_writer *w, const char *words,
    const uint8_t *body, size_t length)
{
	w->is_bad = w->is_bad || length >= LINE_BYTES ||
	    !are_words(words, strlen(words));
	if (w->is_bad)
		return;
	put(w, "-> ", 3);
	put(w, words, strlen(words));
	put(w, "\n", 1);
	put_base64(w, body, length);
	put(w, "\n", 1);
}

bool
header_finish(struct header_writer *w,
    const uint8_t file_key[static HEADER_FILE_KEY])
{
	uint8_t mac[HEADER_MAC];

	put(w, "---", 3);
	if (w->is_bad || !make_mac(w->text, w->length, file_key, mac))
		return false;
	put(w, " ", 1);
	put_base64(w, mac, sizeof(mac));
	put(w, "\n", 1);
	return !w->is_bad;
}

/* ----------------------------------------------------------------- reading */

static const char *
find(const char *text, size_t length, const char *what)
{
	return memmem(text, length, what, strlen(what));
}

size_t
header_length(const void *bytes, size_t length)
{
	const char *text = bytes;
	const char *last = find(text, length, "\n---");
	const char *end;

	if (last == NULL)
		return 0;
	last++;
	end = find(last, length - (size_t)(last - text), "\n");
	return end == NULL ? 0 : (size_t)(end + 1 - text);
}

/* The line at *at, without its newline, if it ends in these bytes. */
static bool
next_line(const struct header *h, size_t *at, struct word *line)
{
	const char *begin = h->text + *at;
	const char *end = find(begin, h->length - *at, "\n");

	if (end == NULL)
		return false;
	*line = (struct word){ begin, (size_t)(end - begin) };
	*at += line->length + 1;
	return true;
}

static void
split(const struct word *line, struct stanza *s)
{
	const char *text = line->text;
	size_t left = line->length;

	s->count = 0;
	for (size_t n = 0; ; n++) {
		const char *space = memchr(text, ' ', left);
		const struct word word = { text, space == NULL ? left :
		    (size_t)(space - text) };
		if (n == 0)
			s->type = word;
		else if (n <= STANZA_ARGUMENTS)
			s->arguments[n - 1] = word;
		s->count = n;
		if (space == NULL)
			return;
		text = space + 1;
		left -= word.length + 1;
	}
}

/* The part of a body that a line has. */
static bool
take_body(const struct word *line, struct stanza *s)
{
	uint8_t bytes[LINE_BYTES];
	size_t count;

	if (line->length > LINE ||
	    !base64_decode(line->text, line->length, bytes, &count))
		return false;
	if (s->length + count <= sizeof(s->body))
		memcpy(s->body + s->length, bytes, count);
	s->length += count;
	return true;
}

/* A stanza.  False if none begins there, or it is malformed. */
static bool
parse_stanza(const struct header *h, size_t *at, struct stanza *s)
{
	struct word line;

	if (!next_line(h, at, &line) || line.length < 3 ||
	    memcmp(line.text, "-> ", 3) != 0)
		return false;
	line.text += 3;
	line.length -= 3;
	if (!are_words(line.text, line.length))
		return false;
	split(&line, s);
	s->length = 0;
	do {
		if (!next_line(h, at, &line) || !take_body(&line, s))
			return false;
	} while (line.length == LINE);
	return true;
}

static bool
parse_mac(struct header *h)
{
	size_t at = h->mac_at, count;
	struct word line;

	return next_line(h, &at, &line) && at == h->length &&
	    line.length == 4 + MAC_TEXT && memcmp(line.text, "--- ", 4) == 0 &&
	    base64_decode(line.text + 4, MAC_TEXT, h->mac, &count);
}

bool
header_parse(struct header *h, const void *bytes, size_t length)
{
	struct stanza s;
	size_t at = FIRST_LINE;

	*h = (struct header){ .text = bytes, .length = length, .first = at };
	if (!header_begins(bytes, length))
		return false;
	while (h->length - at >= 3 && memcmp(h->text + at, "---", 3) != 0)
		if (!parse_stanza(h, &at, &s))
			return false;
	h->mac_at = at;
	return at > FIRST_LINE && parse_mac(h);
}

bool
header_next(const struct header *h, size_t *at, struct stanza *s)
{
	return *at < h->mac_at && parse_stanza(h, at, s);
}

bool
word_is(const struct word *word, const char *text)
{
	return word->length == strlen(text) &&
	    memcmp(word->text, text, word->length) == 0;
}

bool
header_is_authentic(const struct header *h,
    const uint8_t file_key[static HEADER_FILE_KEY])
{
	uint8_t mac[HEADER_MAC];

	return make_mac(h->text, h->mac_at + 3, file_key, mac) &&
	    CRYPTO_memcmp(mac, h->mac, sizeof(mac)) == 0;
}
