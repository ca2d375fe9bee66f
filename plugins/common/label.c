/* SPDX-License-Identifier: BSD-3-Clause */
#include "label.h"

#include <string.h>

#include "bytes.h"
#include "volume_mark.h"

/* Offsets and values: see doc/stream-format.md */
#define TYPE_TAPE 1
#define MAGIC 60012
#define CHECKSUM 84446
#define AT_TYPE 0
#define AT_DATE 4
#define AT_BASE_DATE 8
#define AT_VOLUME 12
#define AT_MAGIC 24
#define AT_LABEL 676
#define AT_LEVEL 692
#define AT_FILESYSTEM 696
#define AT_DEVICE 760
#define AT_HOST 824
#define LABEL_KEPT 15		/* length of the label in a header */

static void
get_text(const uint8_t *at, char *text, size_t size)
{
	size_t i;

	for (i = 0; i < size - 1 && at[i] != '\0'; i++)
		text[i] = at[i] < ' ' || at[i] > '~' ? '?' : (char)at[i];
	text[i] = '\0';
}

bool
label_parse(const uint8_t *block, size_t length, struct label *label)
{
	uint32_t sum = 0;

	if (length < DE_TAPE_BLOCK)
		return volume_mark_find(block, length, label);
	for (size_t i = 0; i < DE_TAPE_BLOCK; i += sizeof(sum))
		sum += get32(block + i);
	if (sum != CHECKSUM || get32(block + AT_MAGIC) != MAGIC ||
	    get32(block + AT_TYPE) != TYPE_TAPE)
		return volume_mark_find(block, length, label);
	label->date = (int32_t)get32(block + AT_DATE);
	label->base_date = (int32_t)get32(block + AT_BASE_DATE);
	label->volume = get32(block + AT_VOLUME);
	label->level = (int32_t)get32(block + AT_LEVEL);
	get_text(block + AT_LABEL, label->label, sizeof(label->label));
	get_text(block + AT_FILESYSTEM, label->filesystem,
	    sizeof(label->filesystem));
	get_text(block + AT_DEVICE, label->device, sizeof(label->device));
	get_text(block + AT_HOST, label->host, sizeof(label->host));
	return true;
}

struct finding {
	struct label *label;
	bool is_found;
};

static void
take_text(const char *from, char *text, size_t size)
{
	get_text((const uint8_t *)(from == NULL ? "?" : from), text, size);
}

static void
take_found(void *arg, const struct de_dump_found *found)
{
	struct finding *finding = arg;
	struct label *label = finding->label;

	finding->is_found = true;
	label->date = found->date;
	label->base_date = found->base_date;
	label->volume = found->volume;
	label->level = (int32_t)found->level;
	take_text(found->label, label->label, sizeof(label->label));
	take_text(found->filesystem, label->filesystem,
	    sizeof(label->filesystem));
	take_text(found->device, label->device, sizeof(label->device));
	take_text(found->host, label->host, sizeof(label->host));
}

bool
label_find(const struct de_host *host, const uint8_t *block, size_t length,
    struct label *label)
{
	struct finding finding = { .is_found = false };

	if (label_parse(block, length, label))
		return true;
	finding.label = label;
	if (DE_HAS(host, dump_find) && host->dump_find != NULL)
		host->dump_find(host, block, length, take_found, &finding);
	return finding.is_found;
}

/* NULL if characters of the header text were lost. */
static const char *
whole(const char *text)
{
	return strchr(text, '?') == NULL ? text : NULL;
}

struct de_dump_found
label_found(const struct label *label)
{
	return (struct de_dump_found){
		.struct_size = sizeof(struct de_dump_found),
		.date = label->date,
		.base_date = label->base_date,
		.level = (uint32_t)label->level,
		.volume = label->volume,
		.device = whole(label->device),
		.filesystem = whole(label->filesystem),
		.label = whole(label->label),
		.host = whole(label->host),
	};
}

bool
label_is_of(const struct label *label, const struct de_volume *volume)
{
	char text[LABEL_BYTES];

	get_text((const uint8_t *)volume->label, text, LABEL_KEPT + 1);
	return (int32_t)label->date == (int32_t)volume->date &&
	    label->level == (int32_t)volume->level &&
	    strncmp(label->label, text, LABEL_KEPT) == 0;
}
