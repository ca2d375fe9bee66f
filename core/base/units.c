/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/units.h"

#include <inttypes.h>
#include <stdio.h>

/* Three significant digits are enough. */
static void
format(double amount, const char *suffix, char text[static UNITS_TEXT_BYTES])
{
	static const char *const names[] = { "KiB", "MiB", "GiB", "TiB" };
	const size_t last = sizeof(names) / sizeof(names[0]) - 1;
	size_t i = 0;

	for (amount /= 1024; amount >= 1023.5 && i < last; i++)
		amount /= 1024;
	snprintf(text, UNITS_TEXT_BYTES, "%.*f %s%s",
	    amount < 9.995 ? 2 : amount < 99.95 ? 1 : 0, amount, names[i],
	    suffix);
}

const char *
units_bytes(uint64_t bytes, char text[static UNITS_TEXT_BYTES])
{
	if (bytes < 1024)
		snprintf(text, UNITS_TEXT_BYTES, "%" PRIu64 " byte%s", bytes,
		    bytes == 1 ? "" : "s");
	else
		format((double)bytes, "", text);
	return text;
}

const char *
units_rate(uint64_t bytes, uint64_t ns, char text[static UNITS_TEXT_BYTES])
{
	format((double)bytes * 1e9 / (double)(ns > 0 ? ns : 1), "/s", text);
	return text;
}
