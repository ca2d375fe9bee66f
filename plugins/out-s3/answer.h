/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * answer.h - filling in struct answer as it comes; for request.c
 */
#ifndef OUT_S3_ANSWER_H
#define OUT_S3_ANSWER_H

#include "request.h"

/* A line of the header. */
void answer_take_header(struct answer *a, const char *line, size_t length);

/* The <Error> of the body, if it has one. */
void answer_take_error(struct answer *a);

#endif
