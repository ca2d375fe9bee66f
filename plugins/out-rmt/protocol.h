/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * protocol.h - the requests to rmt and its answers
 *
 * Formats requests and parses answers; does no I/O.  An answer comes from
 * another host and may be anything.
 */
#ifndef OUT_RMT_PROTOCOL_H
#define OUT_RMT_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Operations of an I request: Linux's mt_op, which both servers accept. */
enum tape_operation {
	TAPE_FORWARD_FILES = 1,
	TAPE_BACK_FILES = 2,
	TAPE_FORWARD_RECORDS = 3,
	TAPE_BACK_RECORDS = 4,
	TAPE_FILE_MARK = 5,
	TAPE_REWIND = 6,
	TAPE_EJECT = 7,
	TAPE_NOTHING = 8
};

enum open_mode {
	OPEN_CREATE,		/* for writing, created or truncated */
	OPEN_WRITE,		/* for writing, if it exists */
	OPEN_READ,
	OPEN_LOOK		/* for reading, without blocking on a FIFO */
};

/* Of the status of a drive, as much as is of use. */
#define STATUS_BYTES 64

/* The size of a request, without its data. */
#define REQUEST_BYTES 160
/* As much as is kept of an answer's text. */
#define ANSWER_TEXT_BYTES 128

/* Each stores a request in `to` and returns its length. */
size_t request_open(char to[static REQUEST_BYTES], const char *file,
    enum open_mode mode);
size_t request_close(char to[static REQUEST_BYTES]);
size_t request_write(char to[static REQUEST_BYTES], size_t length);
size_t request_read(char to[static REQUEST_BYTES], size_t length);
/* rmts disagree about which of the two is the offset. */
size_t request_seek(char to[static REQUEST_BYTES], uint64_t first,
    uint64_t second);
size_t request_tape(char to[static REQUEST_BYTES],
    enum tape_operation operation, uint64_t count);
/* Some rmts take it without a newline, some with one. */
size_t request_status(char to[static REQUEST_BYTES], bool has_newline);

/*
 * In which file of the tape the drive is, by its status: a struct mtget of Linux,
 * with words of 32 or 64 bits in either byte order.  From 0; -1: it does not say.
 */
int64_t status_file(const uint8_t *status, size_t length);

struct answer {
	int error;			/* 0: none; a Linux errno value */
	uint64_t number;		/* if there is no error */
	char text[ANSWER_TEXT_BYTES];	/* of an error; printable */
};

enum answer_state {
	ANSWER_BEGUN,		/* more bytes are needed */
	ANSWER_WHOLE,
	ANSWER_BAD		/* protocol violation; `text` has its start */
};

/* A partly received answer; all zero before the first. */
struct answer_parser {
	struct answer answer;
	char line[24];		/* the first line, without its end */
	size_t line_length;
	size_t text_length;	/* received of the second line */
	bool in_text;
};

/*
 * Consume bytes until an answer is complete; *taken says how many.  It is then
 * in parser->answer, and the next call begins another.
 */
enum answer_state answer_take(struct answer_parser *parser,
    const uint8_t *bytes, size_t length, size_t *taken);

#endif
