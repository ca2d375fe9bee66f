/* SPDX-License-Identifier: BSD-3-Clause */
#include "describe.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sense.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* SCSI density codes. */
static const struct density {
	unsigned int code;
	const char *name;
} densities[] = {
	{ 0x13, "DDS" }, { 0x24, "DDS-2" }, { 0x25, "DDS-3" },
	{ 0x26, "DDS-4" }, { 0x47, "DAT-72" }, { 0x30, "AIT-1" },
	{ 0x31, "AIT-2" }, { 0x32, "AIT-3" }, { 0x40, "LTO-1" },
	{ 0x42, "LTO-2" }, { 0x44, "LTO-3" }, { 0x46, "LTO-4" },
	{ 0x58, "LTO-5" }, { 0x5a, "LTO-6" }, { 0x5c, "LTO-7" },
	{ 0x5d, "LTO-7 type M" }, { 0x5e, "LTO-8" }, { 0x60, "LTO-9" },
};

static void
append(char *text, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
append(char *text, size_t size, const char *format, ...)
{
	const size_t used = strlen(text);
	va_list ap;

	va_start(ap, format);
	vsnprintf(text + used, size - used, format, ap);
	va_end(ap);
}

static const char *
density_name(unsigned int code)
{
	for (size_t i = 0; i < COUNT(densities); i++)
		if (densities[i].code == code)
			return densities[i].name;
	return NULL;
}

void
describe_drive(struct drive *d, char text[static DESCRIPTION_BYTES])
{
	struct mtget status;
	uint64_t block;

	text[0] = '\0';
	if (drive_status(d, &status)) {
		const unsigned int code = (unsigned int)
		    (((unsigned long)status.mt_dsreg & MT_ST_DENSITY_MASK) >>
		    MT_ST_DENSITY_SHIFT);
		const unsigned long size = (unsigned long)status.mt_dsreg &
		    MT_ST_BLKSIZE_MASK;
		const char *name = density_name(code);
		if (name != NULL)
			append(text, DESCRIPTION_BYTES, "%s, ", name);
		else if (code != 0)
			append(text, DESCRIPTION_BYTES, "density 0x%02x, ",
			    code);
		if (size == 0)
			append(text, DESCRIPTION_BYTES, "variable blocks");
		else
			append(text, DESCRIPTION_BYTES, "%lu-byte blocks",
			    size);
	}
	const int compressing = sense_compression(d);
	if (compressing != -1)
		append(text, DESCRIPTION_BYTES, ", compression %s",
		    compressing ? "on" : "off");
	if (drive_tell(d, &block))
		append(text, DESCRIPTION_BYTES, ", at block %" PRIu64, block);
}

unsigned int
describe_soft_errors(struct drive *d)
{
	struct mtget status;

	if (!drive_status(d, &status))
		return 0;
	return (unsigned int)(((unsigned long)status.mt_erreg &
	    MT_ST_SOFTERR_MASK) >> MT_ST_SOFTERR_SHIFT);
}
