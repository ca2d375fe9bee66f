/* SPDX-License-Identifier: BSD-3-Clause */
#include "sense.h"

#include <errno.h>
#include <scsi/sg.h>
#include <string.h>

/* SCSI commands, keys and codes: SPC and SSC. */
#define TEST_UNIT_READY 0x00
#define MODE_SENSE 0x1a
#define LOG_SENSE 0x4d
#define READ_ATTRIBUTE 0x8c
#define ATTRIBUTES_HEADER 4	/* length of what follows, */
#define ATTRIBUTE_HEADER 5	/* and of each: number, format, length */
#define LOG_CUMULATIVE 0x40
#define PAGE_TAPE_ALERT 0x2e
#define ALERTS 64
#define LOG_HEADER 4
#define LOG_PARAMETER 5		/* bytes per alert; the last is its value */
#define MODE_WRITE_PROTECTED 0x80
#define NO_BLOCK_DESCRIPTOR 0x08
#define PAGE_COMPRESSION 0x0f
#define MODE_HEADER 4
#define KEY_NOT_READY 0x02
#define KEY_MEDIUM_ERROR 0x03
#define KEY_HARDWARE_ERROR 0x04
#define HOST_NO_CONNECT 1
#define CODE_NOT_READY 0x04
#define QUALIFIER_START_NEEDED 0x02
#define QUALIFIER_HAND_NEEDED 0x03
#define CODE_NO_MEDIUM 0x3a
#define CODE_OTHER_KIND 0x30

#define COMMAND_BYTES 6
#define LONG_COMMAND_BYTES 10
#define LONGEST_COMMAND_BYTES 16
#define SENSE_BYTES 32
#define TIMEOUT_MS 10000

enum asked { ANSWERED, REFUSED, NOBODY };

/* ANSWERED with `sense` all zero means success. */
static enum asked
ask_long(struct drive *d, uint8_t *command, uint8_t command_length,
    uint8_t *data, unsigned int length, uint8_t sense[static SENSE_BYTES])
{
	struct sg_io_hdr io = {
		.interface_id = 'S',
		.dxfer_direction = length > 0 ? SG_DXFER_FROM_DEV :
		    SG_DXFER_NONE,
		.cmd_len = command_length,
		.cmdp = command,
		.dxfer_len = length,
		.dxferp = data,
		.mx_sb_len = SENSE_BYTES,
		.sbp = sense,
		.timeout = TIMEOUT_MS,
	};

	if (d->calls->ioctl(d->context, d->fd, SG_IO, &io) == -1)
		return errno == ENXIO || errno == ENODEV ? NOBODY : REFUSED;
	if (io.host_status == HOST_NO_CONNECT)
		return NOBODY;
	return io.host_status == 0 ? ANSWERED : REFUSED;
}

static enum asked
ask(struct drive *d, uint8_t command[static COMMAND_BYTES], uint8_t *data,
    unsigned int length, uint8_t sense[static SENSE_BYTES])
{
	return ask_long(d, command, COMMAND_BYTES, data, length, sense);
}

enum sense
sense_not_ready(struct drive *d)
{
	uint8_t command[COMMAND_BYTES] = { TEST_UNIT_READY };
	uint8_t sense[SENSE_BYTES] = { 0 };

	const enum asked asked = ask(d, command, NULL, 0, sense);
	if (asked != ANSWERED)
		return asked == NOBODY ? SENSE_GONE : SENSE_NOTHING;
	/*
	 * Response codes 72 and 73 use descriptor format, others fixed format.
	 */
	const bool is_new = (sense[0] & 0x7e) == 0x72;
	const uint8_t key = (is_new ? sense[1] : sense[2]) & 0x0f;
	const uint8_t code = is_new ? sense[2] : sense[12];
	const uint8_t qualifier = is_new ? sense[3] : sense[13];

	if (code == CODE_OTHER_KIND)
		return SENSE_OTHER_KIND;
	if (key == KEY_MEDIUM_ERROR)
		return SENSE_BAD_TAPE;
	if (key == KEY_HARDWARE_ERROR)
		return SENSE_BROKEN;
	if (key != KEY_NOT_READY)
		return SENSE_NOTHING;
	if (code == CODE_NO_MEDIUM)
		return SENSE_EMPTY;
	if (code != CODE_NOT_READY)
		return SENSE_NOTHING;
	switch (qualifier) {
	case QUALIFIER_START_NEEDED:
		return SENSE_OFF_LINE;
	case QUALIFIER_HAND_NEEDED:
		return SENSE_NEEDS_HAND;
	default:
		return SENSE_NOTHING;
	}
}

bool
sense_is_write_protected(struct drive *d)
{
	uint8_t header[MODE_HEADER] = { 0 };
	uint8_t sense[SENSE_BYTES] = { 0 };
	uint8_t command[COMMAND_BYTES] = { MODE_SENSE, NO_BLOCK_DESCRIPTOR, 0,
	    0, sizeof(header), 0 };

	return ask(d, command, header, sizeof(header), sense) == ANSWERED &&
	    sense[0] == 0 && (header[2] & MODE_WRITE_PROTECTED) != 0;
}

static uint64_t
alert(unsigned int number)
{
	switch (number) {
	case 4:		/* the data on it is at risk */
	case 5:		/* reading, */
	case 6:		/* writing failed: the tape may be faulty */
	case 7:		/* end of life of the tape */
	case 8:		/* not a data cartridge */
	case 13:	/* it has snapped, */
	case 14:	/* in a cartridge, recoverable or not */
		return SENSE_ALERT_BAD_TAPE;
	case 9:
		return SENSE_ALERT_WRITE_PROTECTED;
	case 20:
		return SENSE_ALERT_CLEAN;
	case 30:	/* broken; */
	case 31:	/* failed its self-test */
		return SENSE_ALERT_BROKEN;
	default:
		return 0;
	}
}

uint64_t
sense_alerts(struct drive *d)
{
	uint8_t page[LOG_HEADER + ALERTS * LOG_PARAMETER] = { 0 };
	uint8_t sense[SENSE_BYTES] = { 0 };
	uint8_t command[LONG_COMMAND_BYTES] = { LOG_SENSE, 0,
	    LOG_CUMULATIVE | PAGE_TAPE_ALERT, 0, 0, 0, 0,
	    sizeof(page) >> 8, sizeof(page) & 0xff, 0 };
	uint64_t alerts = 0;

	if (ask_long(d, command, sizeof(command), page, sizeof(page), sense) !=
	    ANSWERED || sense[0] != 0 ||
	    (page[0] & 0x3f) != PAGE_TAPE_ALERT)
		return 0;
	for (size_t i = 0; i < ALERTS; i++) {
		const uint8_t *at = page + LOG_HEADER + i * LOG_PARAMETER;
		if (at[3] == 1 && (at[4] & 1) != 0)
			alerts |= alert(at[0] * 256u + at[1]);
	}
	return alerts;
}

int
sense_compression(struct drive *d)
{
	uint8_t page[MODE_HEADER + 16] = { 0 };
	uint8_t sense[SENSE_BYTES] = { 0 };
	uint8_t command[COMMAND_BYTES] = { MODE_SENSE, NO_BLOCK_DESCRIPTOR,
	    PAGE_COMPRESSION, 0, sizeof(page), 0 };

	if (ask(d, command, page, sizeof(page), sense) != ANSWERED ||
	    sense[0] != 0 || (page[MODE_HEADER] & 0x3f) != PAGE_COMPRESSION)
		return -1;
	return (page[MODE_HEADER + 2] & 0x80) != 0;
}

/* ------------------------------------------------- the memory of a cartridge */

/* Padded at its end; anything else than visible characters makes it useless. */
static void
take_text(const uint8_t *value, size_t length,
    char text[static SENSE_TEXT_BYTES])
{
	while (length > 0 &&
	    (value[length - 1] == ' ' || value[length - 1] == '\0'))
		length--;
	if (length >= SENSE_TEXT_BYTES)
		return;
	for (size_t i = 0; i < length; i++)
		if (value[i] <= ' ' || value[i] > '~')
			return;
	memcpy(text, value, length);
	text[length] = '\0';
}

/* What the drive says of lengths is no reason to believe it. */
void
sense_medium_text(struct drive *d, unsigned int attribute,
    char text[static SENSE_TEXT_BYTES])
{
	uint8_t data[256] = { 0 };
	uint8_t sense[SENSE_BYTES] = { 0 };
	uint8_t command[LONGEST_COMMAND_BYTES] = { READ_ATTRIBUTE,
	    [8] = (uint8_t)(attribute >> 8), (uint8_t)attribute,
	    [12] = sizeof(data) >> 8, sizeof(data) & 0xff };
	const uint8_t *at = data + ATTRIBUTES_HEADER;

	text[0] = '\0';
	if (ask_long(d, command, sizeof(command), data, sizeof(data), sense) !=
	    ANSWERED || sense[0] != 0)
		return;
	const size_t room = sizeof(data) - ATTRIBUTES_HEADER;
	const size_t told = (size_t)data[0] << 24 | (size_t)data[1] << 16 |
	    (size_t)data[2] << 8 | data[3];
	const size_t all = told < room ? told : room;
	const size_t length = (size_t)at[3] << 8 | at[4];
	/* The next one comes first if the medium lacks this one. */
	if (all < ATTRIBUTE_HEADER || length > all - ATTRIBUTE_HEADER ||
	    ((unsigned int)at[0] << 8 | at[1]) != attribute)
		return;
	take_text(at + ATTRIBUTE_HEADER, length, text);
}
