/* SPDX-License-Identifier: BSD-3-Clause */
#include "core/base/json_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/report_file.h"
#include "core/base/utf8.h"

json_t *
json_file_text(const char *text)
{
	char *escaped = utf8_escape(text);
	json_t *value = escaped == NULL ? NULL : json_string(escaped);

	free(escaped);
	return value == NULL ? json_null() : value;
}

static bool
write_to(FILE *out, const json_t *root)
{
	return json_dumpf(root, out, JSON_INDENT(2) |
	    JSON_REAL_PRECISION(9)) == 0 &&
	    fputc('\n', out) != EOF && fflush(out) == 0;
}

/* Returns NULL, or why it failed. */
static const char *
write_file(const char *file, const json_t *root, struct report *rep)
{
	struct report_file f;
	const char *why = report_file_open(&f, file);

	if (why != NULL)
		return why;
	if (f.is_replaced && safe_file_folder_is_open(f.beside.folder))
		report(rep, DE_WARNING, "%s: its directory is writable "
		    "by everyone, so anyone can replace the report", file);
	const int fd = fcntl(f.fd, F_DUPFD_CLOEXEC, 3);
	FILE *out = fd == -1 ? NULL : fdopen(fd, "w");
	bool ok = out != NULL && write_to(out, root);
	if (out != NULL)
		ok = fclose(out) == 0 && ok;
	else if (fd != -1)
		close(fd);
	ok = report_file_close(&f, ok);
	return ok ? NULL : strerror(errno != 0 ? errno : ENOMEM);
}

static const char *
write_standard_output(const json_t *root)
{
	return write_to(stdout, root) ? NULL :
	    strerror(errno != 0 ? errno : ENOMEM);
}

bool
json_file_write(const char *file, const json_t *root, struct report *rep)
{
	errno = 0;
	const char *why = strcmp(file, "-") == 0 ?
	    write_standard_output(root) : write_file(file, root, rep);

	if (why != NULL)
		report(rep, DE_ERROR, "%s: cannot write the report: %s",
		    file, why);
	return why == NULL;
}
