/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * protocol.h - what goes over the line to rmt, and what its answers say
 *
 * Puts requests into buffers and takes answers from bytes; reads and writes
 * nothing.  An answer comes from another machine and may be anything.
 */
#ifndef OUT_RMT_PROTOCOL_H
#define OUT_RMT_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Operations of an I request: mt_op of Linux, which both servers take. */
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
	OPEN_CREATE,		/* for writing, made anew or emptied */
	OPEN_WRITE,		/* for writing, if it is there */
	OPEN_READ,
	OPEN_LOOK		/* as that, and a FIFO does not keep us */
};

/* Of any request but for its data. */
#define REQUEST_BYTES 160
/* Kept of a text that an answer comes with. */
#define ANSWER_TEXT_BYTES 128

/* Each puts a request into `to` and returns its length. */
size_t request_open(char to[static REQUEST_BYTES], const char *file,
    enum open_mode mode);
size_t request_close(char to[static REQUEST_BYTES]);
size_t request_write(char to[static REQUEST_BYTES], size_t length);
size_t request_read(char to[static REQUEST_BYTES], size_t length);
size_t request_tape(char to[static REQUEST_BYTES],
    enum tape_operation operation, uint64_t count);

struct answer {
	int error;			/* 0: none; as errno of Linux */
	uint64_t number;		/* if there is no error */
	char text[ANSWER_TEXT_BYTES];	/* of an error; printable */
};

enum answer_state {
	ANSWER_BEGUN,		/* more bytes are needed */
	ANSWER_WHOLE,
	ANSWER_BAD		/* not of the protocol; `text` has its start */
};

/* An answer that is coming in; all zero before the first. */
struct answer_parser {
	struct answer answer;
	char line[24];		/* the first line, without its end */
	size_t line_length;
	size_t text_length;	/* seen of the second line */
	bool in_text;
};

/*
 * Take bytes until an answer is whole; *taken says how many, the answer is in
 * parser->answer then, and the next call begins another.
 */
enum answer_state answer_take(struct answer_parser *parser,
    const uint8_t *bytes, size_t length, size_t *taken);

#endif
