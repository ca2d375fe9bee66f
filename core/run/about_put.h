/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * about_put.h - members of what the index of a set says about its dump
 */
#ifndef CORE_ABOUT_PUT_H
#define CORE_ABOUT_PUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define ABOUT_VERSION 1		/* raised when old readers would be wrong */

/* Both are false if memory is out.  A text that is NULL or "" is left out. */
bool about_put_text(json_t *about, const char *key, const char *text);
bool about_put_number(json_t *about, const char *key, int64_t number);

#endif
