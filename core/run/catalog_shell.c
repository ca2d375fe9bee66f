/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/run/catalog_shell.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/utf8.h"

static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";

/* Can all of it be shown? */
static bool
is_printable(const char *word)
{
	for (size_t left = strlen(word); left > 0; ) {
		uint32_t character;
		const size_t n = utf8_character(word, left, &character);
		if (n == 0 || !utf8_is_printable(character))
			return false;
		word += n;
		left -= n;
	}
	return true;
}

static void
quote_simply(FILE *out, const char *word)
{
	putc('\'', out);
	for (; *word != '\0'; word++) {
		if (*word == '\'')
			fputs("'\\'", out);
		putc(*word, out);
	}
	putc('\'', out);
}

/* Three octal digits: those after them cannot be taken for more. */
static void
quote_bytes(FILE *out, const char *word)
{
	fputs("$'", out);
	for (; *word != '\0'; word++) {
		const unsigned char c = (unsigned char)*word;
		if (c < 0x20 || c >= 0x7f || c == '\'' || c == '\\')
			fprintf(out, "\\%03o", c);
		else
			putc(c, out);
	}
	putc('\'', out);
}

void
catalog_shell_quote(FILE *out, const char *word)
{
	const size_t length = strlen(word);

	if (length > 0 && strspn(word, plain) == length)
		fputs(word, out);
	else if (is_printable(word))
		quote_simply(out, word);
	else
		quote_bytes(out, word);
}
