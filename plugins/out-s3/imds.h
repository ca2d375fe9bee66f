/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * imds.h - credentials from the metadata service of a virtual machine
 *
 * Version 2 only, which asks for a token first, so that nobody can have this
 * machine ask for him.
 */
#ifndef OUT_S3_IMDS_H
#define OUT_S3_IMDS_H

#include "credentials.h"

/* The address of the service, unless the environment has another. */
#define IMDS_ADDRESS "http://169.254.169.254"

/*
 * Ask the service at `address`; takes seconds where there is none.  False with a
 * phrase in `why`.  Any thread.
 */
bool imds_ask(struct credentials *c, const char *address,
    char why[static CREDENTIALS_WHY_BYTES]);

#endif
