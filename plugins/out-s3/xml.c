/* SPDX-License-Identifier: BSD-3-Clause */
#include "xml.h"

#include <stdint.h>
#include <string.h>

#define BLANKS " \t\r\n"
#define REFERENCE_MAX 10	/* characters of "&#x10FFFF;" */

struct reader {
	const char *at, *end;
	xml_element_fn *element;
	void *arg;
	size_t depth;
	char names[XML_DEPTH_MAX + 1][XML_NAME_BYTES];	/* [0] is "" */
	bool has_child;			/* the innermost open element */
	char text[XML_TEXT_BYTES];
	size_t text_length;
};

static bool
is_at(const struct reader *r, const char *what)
{
	const size_t length = strlen(what);

	return (size_t)(r->end - r->at) >= length &&
	    memcmp(r->at, what, length) == 0;
}

/* Go behind the next `what`. */
static bool
pass(struct reader *r, const char *what)
{
	const char *found = memmem(r->at, (size_t)(r->end - r->at), what,
	    strlen(what));

	if (found == NULL)
		return false;
	r->at = found + strlen(what);
	return true;
}

static bool
is_blank(char c)
{
	return c != '\0' && strchr(BLANKS, c) != NULL;
}

static void
skip_blanks(struct reader *r)
{
	while (r->at < r->end && is_blank(*r->at))
		r->at++;
}

static bool
is_of_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

/* A name, without its prefix. */
static bool
take_name(struct reader *r, char name[static XML_NAME_BYTES])
{
	size_t n = 0;

	for (; r->at < r->end && (is_of_name(*r->at) || *r->at == ':');
	    r->at++) {
		if (*r->at == ':') {
			n = 0;
			continue;
		}
		if (n == XML_NAME_BYTES - 1)
			return false;
		name[n++] = *r->at;
	}
	name[n] = '\0';
	return n > 0;
}

/* ---------------------------------------------------------------- characters */

static bool
add_byte(struct reader *r, unsigned int c)
{
	if (r->text_length == XML_TEXT_BYTES - 1)
		return false;
	r->text[r->text_length++] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
	return true;
}

static bool
add_character(struct reader *r, uint32_t c)
{
	if (c < 0x80)
		return c != 0 && add_byte(r, c);
	if (c < 0x800)
		return add_byte(r, 0xc0 | c >> 6) &&
		    add_byte(r, 0x80 | (c & 0x3f));
	if (c < 0x10000)
		return (c < 0xd800 || c > 0xdfff) &&
		    add_byte(r, 0xe0 | c >> 12) &&
		    add_byte(r, 0x80 | (c >> 6 & 0x3f)) &&
		    add_byte(r, 0x80 | (c & 0x3f));
	return c <= 0x10ffff && add_byte(r, 0xf0 | c >> 18) &&
	    add_byte(r, 0x80 | (c >> 12 & 0x3f)) &&
	    add_byte(r, 0x80 | (c >> 6 & 0x3f)) &&
	    add_byte(r, 0x80 | (c & 0x3f));
}

static int
digit_of(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'a' && c <= 'f' ? c - 'a' + 10 :
	    c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* "#10" or "#xA", of `length` characters. */
static bool
add_number(struct reader *r, const char *text, size_t length)
{
	const bool is_hex = length > 1 && text[1] == 'x';
	const int base = is_hex ? 16 : 10;
	uint32_t c = 0;
	size_t i = is_hex ? 2 : 1;

	if (i == length)
		return false;
	for (; i < length; i++) {
		const int digit = digit_of(text[i]);
		if (digit >= base)
			return false;
		c = c * (uint32_t)base + (uint32_t)digit;
	}
	return add_character(r, c);
}

static bool
add_reference(struct reader *r)
{
	static const struct { const char *name; char c; } named[] = {
		{ "amp", '&' }, { "lt", '<' }, { "gt", '>' },
		{ "quot", '"' }, { "apos", '\'' },
	};
	const size_t left = (size_t)(r->end - r->at);
	const char *begin = r->at + 1;
	const char *semicolon = memchr(r->at, ';', left < REFERENCE_MAX ?
	    left : REFERENCE_MAX);

	if (semicolon == NULL || semicolon == begin)
		return false;
	const size_t length = (size_t)(semicolon - begin);
	r->at = semicolon + 1;
	if (*begin == '#')
		return add_number(r, begin, length);
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (strlen(named[i].name) == length &&
		    memcmp(named[i].name, begin, length) == 0)
			return add_byte(r, (unsigned char)named[i].c);
	return false;
}

/* ------------------------------------------------------------------ elements */

/* Attributes are of no interest, but a > may be in one. */
static bool
skip_attributes(struct reader *r, bool *is_empty)
{
	*is_empty = false;
	while (r->at < r->end) {
		const char c = *r->at++;
		if (c == '>')
			return true;
		if (c == '<')
			return false;
		*is_empty = c == '/';
		if (c == '"' || c == '\'') {
			const char *quote = memchr(r->at, c,
			    (size_t)(r->end - r->at));
			if (quote == NULL)
				return false;
			r->at = quote + 1;
		}
	}
	return false;
}

static bool
end_element(struct reader *r)
{
	if (r->depth == 0)
		return false;
	r->text[r->has_child ? 0 : r->text_length] = '\0';
	r->element(r->arg, r->names[r->depth - 1], r->names[r->depth],
	    r->text);
	r->depth--;
	r->has_child = true;
	r->text_length = 0;
	return true;
}

static bool
begin_element(struct reader *r)
{
	bool is_empty;

	r->at++;
	if (r->depth == XML_DEPTH_MAX)
		return false;
	if (!take_name(r, r->names[r->depth + 1]) ||
	    !skip_attributes(r, &is_empty))
		return false;
	r->depth++;
	r->has_child = false;
	r->text_length = 0;
	return !is_empty || end_element(r);
}

static bool
close_element(struct reader *r)
{
	char name[XML_NAME_BYTES];

	r->at += 2;
	if (!take_name(r, name) || strcmp(name, r->names[r->depth]) != 0)
		return false;
	skip_blanks(r);
	return r->at < r->end && *r->at++ == '>' && end_element(r);
}

static bool
take_tag(struct reader *r)
{
	if (is_at(r, "<!--"))
		return pass(r, "-->");
	return is_at(r, "</") ? close_element(r) : begin_element(r);
}

/* All of one element. */
static bool
read_element(struct reader *r)
{
	do {
		if (r->at == r->end)
			return false;
		if (*r->at == '<') {
			if (!take_tag(r))
				return false;
		} else if (*r->at == '&') {
			if (!add_reference(r))
				return false;
		} else if (r->has_child && is_blank(*r->at)) {
			r->at++;
		} else if (*r->at == '\0' ||
		    !add_byte(r, (unsigned char)*r->at++)) {
			return false;
		}
	} while (r->depth > 0);
	return true;
}

bool
xml_read(const char *bytes, size_t length, xml_element_fn *element, void *arg)
{
	struct reader r = { .at = bytes, .end = bytes + length,
	    .element = element, .arg = arg };

	if (is_at(&r, "\xef\xbb\xbf"))
		r.at += 3;
	/* A slow answer is kept alive by blanks, before or after this. */
	skip_blanks(&r);
	if (is_at(&r, "<?xml") && !pass(&r, "?>"))
		return false;
	skip_blanks(&r);
	if (!is_at(&r, "<") || !read_element(&r))
		return false;
	skip_blanks(&r);
	return r.at == r.end;
}
