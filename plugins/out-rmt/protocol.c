/* SPDX-License-Identifier: BSD-3-Clause */
#include "protocol.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../common/bytes.h"

#define TEXT_MAX 4096		/* of an answer, as much as is tolerated */
#define DIGITS_MAX 18		/* fit in an int64_t */
#define UNKNOWN_ERROR 5		/* EIO, for an error without a number */

/* ---------------------------------------------------------------- requests */

/*
 * dump's rmt uses the names if there are any, and only the access mode of the
 * number; GNU tar's rmt uses both.
 */
static const char *
mode_text(enum open_mode mode)
{
	switch (mode) {
	case OPEN_CREATE:
		return "1 O_WRONLY|O_CREAT|O_TRUNC";
	case OPEN_WRITE:
		return "1 O_WRONLY";
	case OPEN_LOOK:
		return "0 O_RDONLY|O_NONBLOCK";
	case OPEN_READ:
		break;
	}
	return "0 O_RDONLY";
}

static size_t
request_length(char *to, int length)
{
	return length < 0 || length >= REQUEST_BYTES ? strlen(to) :
	    (size_t)length;
}

size_t
request_open(char to[static REQUEST_BYTES], const char *file,
    enum open_mode mode)
{
	return request_length(to, snprintf(to, REQUEST_BYTES, "O%s\n%s\n", file,
	    mode_text(mode)));
}

size_t
request_close(char to[static REQUEST_BYTES])
{
	return request_length(to, snprintf(to, REQUEST_BYTES, "C\n"));
}

size_t
request_write(char to[static REQUEST_BYTES], size_t length)
{
	return request_length(to, snprintf(to, REQUEST_BYTES, "W%zu\n",
	    length));
}

size_t
request_read(char to[static REQUEST_BYTES], size_t length)
{
	return request_length(to, snprintf(to, REQUEST_BYTES, "R%zu\n",
	    length));
}

size_t
request_seek(char to[static REQUEST_BYTES], uint64_t first, uint64_t second)
{
	return request_length(to, snprintf(to, REQUEST_BYTES, "L%" PRIu64 "\n%"
	    PRIu64 "\n", first, second));
}

size_t
request_tape(char to[static REQUEST_BYTES], enum tape_operation operation,
    uint64_t count)
{
	return request_length(to, snprintf(to, REQUEST_BYTES, "I%d\n%" PRIu64
	    "\n", (int)operation, count));
}

size_t
request_status(char to[static REQUEST_BYTES], bool has_newline)
{
	return request_length(to, snprintf(to, REQUEST_BYTES, has_newline ?
	    "S\n" : "S"));
}

/* ----------------------------------------------------------------- answers */

/*
 * Five words, of which the first is a small number, the type of the drive; then
 * the numbers of the file and of the block, of 32 bits.
 */
int64_t
status_file(const uint8_t *status, size_t length)
{
	const size_t word = length == 48 ? 8 : 4;
	uint32_t file;

	if (length != 48 && length != 28)
		return -1;
	/* The low half is first in one byte order, and last in the other. */
	const uint32_t first = get32(status);
	const uint32_t last = get32(status + word - sizeof(uint32_t));
	file = get32(status + 5 * word);
	if (first == 0 || first > UINT16_MAX) {
		if (last == 0 || (last & UINT16_MAX) != 0)
			return -1;
		file = __builtin_bswap32(file);
	}
	return file > INT32_MAX ? -1 : (int64_t)file;
}

static char
printable(uint8_t c)
{
	return c >= ' ' && c < 0x7f ? (char)c : '?';
}

/* A line that violates the protocol, together with what follows it. */
static enum answer_state
bad(struct answer_parser *p, const uint8_t *rest, size_t length)
{
	size_t n = 0;

	for (size_t i = 0; i < p->line_length; i++)
		p->answer.text[n++] = printable((uint8_t)p->line[i]);
	for (size_t i = 0; i < length && rest[i] != '\n' &&
	    n < ANSWER_TEXT_BYTES - 1; i++)
		p->answer.text[n++] = printable(rest[i]);
	p->answer.text[n] = '\0';
	return ANSWER_BAD;
}

/* Parse the number in the first line; false if there is none. */
static bool
get_number(const struct answer_parser *p, uint64_t *number)
{
	const size_t digits = strspn(p->line + 1, "0123456789");

	*number = strtoull(p->line + 1, NULL, 10);
	return digits > 0 && digits <= DIGITS_MAX &&
	    digits + 1 == p->line_length;
}

/* The first line is complete. */
static enum answer_state
take_line(struct answer_parser *p)
{
	uint64_t number = 0;

	p->line[p->line_length] = '\0';
	if ((p->line[0] != 'A' && p->line[0] != 'E' && p->line[0] != 'F') ||
	    !get_number(p, &number))
		return bad(p, NULL, 0);
	if (p->line[0] == 'A') {
		p->answer.number = number;
		return ANSWER_WHOLE;
	}
	p->answer.error = number == 0 || number > 4095 ? UNKNOWN_ERROR :
	    (int)number;
	p->in_text = true;
	return ANSWER_BEGUN;
}

static enum answer_state
take_text(struct answer_parser *p, uint8_t c)
{
	if (c == '\n')
		return ANSWER_WHOLE;
	if (++p->text_length > TEXT_MAX)
		return ANSWER_BAD;
	if (p->text_length < ANSWER_TEXT_BYTES)
		p->answer.text[p->text_length - 1] = printable(c);
	return ANSWER_BEGUN;
}

enum answer_state
answer_take(struct answer_parser *p, const uint8_t *bytes, size_t length,
    size_t *taken)
{
	enum answer_state state = ANSWER_BEGUN;

	if (p->line_length == 0)
		*p = (struct answer_parser){ 0 };
	for (*taken = 0; state == ANSWER_BEGUN && *taken < length;) {
		const uint8_t c = bytes[(*taken)++];
		if (p->in_text)
			state = take_text(p, c);
		else if (c == '\n')
			state = take_line(p);
		else if (p->line_length == sizeof(p->line) - 1 ||
		    (p->line_length == 0 && strchr("AEF", c) == NULL) ||
		    c == '\0')
			state = bad(p, bytes + *taken - 1,
			    length - *taken + 1);
		else
			p->line[p->line_length++] = (char)c;
	}
	if (state == ANSWER_WHOLE)
		p->line_length = 0;
	return state;
}
