/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * bad-entry.c - a shared object that is not a plugin
 */
extern const int some_other_entry;
const int some_other_entry = 5;
