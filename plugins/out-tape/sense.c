/* SPDX-License-Identifier: BSD-3-Clause */
#include "sense.h"

#include <scsi/sg.h>

/* Commands, keys and codes of SCSI: SPC and SSC. */
#define TEST_UNIT_READY 0x00
#define MODE_SENSE 0x1a
#define NO_BLOCK_DESCRIPTOR 0x08
#define PAGE_COMPRESSION 0x0f
#define MODE_HEADER 4
#define KEY_NOT_READY 0x02
#define CODE_NOT_READY 0x04
#define QUALIFIER_START_NEEDED 0x02
#define QUALIFIER_HAND_NEEDED 0x03
#define CODE_NO_MEDIUM 0x3a

#define COMMAND_BYTES 6
#define SENSE_BYTES 32
#define TIMEOUT_MS 10000

/* False if it could not be asked; `sense` is all zero if all went well. */
static bool
ask(struct drive *d, uint8_t command[static COMMAND_BYTES], uint8_t *data,
    unsigned int length, uint8_t sense[static SENSE_BYTES])
{
	struct sg_io_hdr io = {
		.interface_id = 'S',
		.dxfer_direction = length > 0 ? SG_DXFER_FROM_DEV :
		    SG_DXFER_NONE,
		.cmd_len = COMMAND_BYTES,
		.cmdp = command,
		.dxfer_len = length,
		.dxferp = data,
		.mx_sb_len = SENSE_BYTES,
		.sbp = sense,
		.timeout = TIMEOUT_MS,
	};

	return d->calls->ioctl(d->context, d->fd, SG_IO, &io) == 0 &&
	    io.host_status == 0;
}

enum sense
sense_not_ready(struct drive *d)
{
	uint8_t command[COMMAND_BYTES] = { TEST_UNIT_READY };
	uint8_t sense[SENSE_BYTES] = { 0 };

	if (!ask(d, command, NULL, 0, sense))
		return SENSE_NOTHING;
	/* Codes 72 and 73 have the places of descriptors, others the old ones. */
	const bool is_new = (sense[0] & 0x7e) == 0x72;
	const uint8_t key = (is_new ? sense[1] : sense[2]) & 0x0f;
	const uint8_t code = is_new ? sense[2] : sense[12];
	const uint8_t qualifier = is_new ? sense[3] : sense[13];

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

int
sense_compression(struct drive *d)
{
	uint8_t page[MODE_HEADER + 16] = { 0 };
	uint8_t sense[SENSE_BYTES] = { 0 };
	uint8_t command[COMMAND_BYTES] = { MODE_SENSE, NO_BLOCK_DESCRIPTOR,
	    PAGE_COMPRESSION, 0, sizeof(page), 0 };

	if (!ask(d, command, page, sizeof(page), sense) || sense[0] != 0 ||
	    (page[MODE_HEADER] & 0x3f) != PAGE_COMPRESSION)
		return -1;
	return (page[MODE_HEADER + 2] & 0x80) != 0;
}
