/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/unit/fake_volumes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum de_status
create(const struct de_host *host, void **self)
{
	(void)host;
	*self = NULL;
	return DE_OK;
}

static void
destroy(void *self)
{
	(void)self;
}

static enum de_status
open_reading(void *self, const struct de_volume *volume,
    struct de_reading *reading)
{
	struct fake_volumes *f = self;

	reading->name = "fake";
	if (volume->number < 1 || volume->number > FAKE_VOLUMES ||
	    f->volumes[volume->number - 1].bytes == NULL)
		return DE_FAILED;
	f->open = &f->volumes[volume->number - 1];
	f->at = 0;
	if (f->record > 0) {
		reading->properties = DE_READING_RECORDS;
		reading->record_size = (uint32_t)f->record;
	} else {
		reading->size = f->hides_size ? 0 : f->open->length;
	}
	if (f->seeks)
		reading->properties |= DE_READING_SEEKS;
	return DE_OK;
}

static enum de_status
lose(struct fake_volumes *f, size_t *length)
{
	*length = f->open->lost_is_unknown ? 0 : f->open->lost_to - f->at;
	f->at = f->open->lost_to;
	return DE_LOST;
}

static enum de_status
read_record(void *self, void *buffer, size_t room, size_t *length)
{
	struct fake_volumes *f = self;
	const struct fake_volume *open = f->open;
	size_t part = open->length - f->at;

	if (f->at >= open->length)
		return DE_NO_MORE;
	if (f->at >= open->lost_from && f->at < open->lost_to)
		return lose(f, length);
	if (f->at < open->lost_from && open->lost_to > 0 &&
	    part > open->lost_from - f->at)
		part = open->lost_from - f->at;
	if (part > room)
		part = room;
	if (f->record > 0 && part > f->record)
		part = f->record;
	memcpy(buffer, open->bytes + f->at, part);
	f->at += part;
	f->reads += part;
	*length = part;
	return DE_OK;
}

static enum de_status
tell(void *self, uint64_t *position)
{
	const struct fake_volumes *f = self;

	*position = f->record > 0 ? f->at / f->record : f->at;
	return DE_OK;
}

static enum de_status
go_to(void *self, uint64_t position)
{
	struct fake_volumes *f = self;

	const uint64_t at = f->record > 0 ? position * f->record : position;
	f->at = at < f->open->length ? (size_t)at : f->open->length;
	f->moves++;
	return DE_OK;
}

static void
close_reading(void *self)
{
	struct fake_volumes *f = self;

	f->open = NULL;
}

void
fake_volumes_init(struct fake_volumes *f, int fd)
{

	memset(f, 0, sizeof(*f));
	f->answer = VERDICT_NO_OPERATOR;
	f->rep = report_new(fd, REPORT_NORMAL);
	f->plugin.descriptor = (struct de_plugin){
		.name = "fake",
		.kind = DE_OUTPUT,
		.create = create,
		.destroy = destroy,
	};
	f->plugin.output = (struct de_output){
		.open_reading = open_reading,
		.read_record = read_record,
		.tell = tell,
		.go_to = go_to,
		.close_reading = close_reading,
	};
	f->plugin.noted = "fake";
	f->instance = instance_new(&f->plugin, NULL, f->rep, &f->cancelled);
	if (f->rep == NULL || f->instance == NULL)
		abort();
	f->instance->self = f;
}

void
fake_volumes_free(struct fake_volumes *f)
{
	instance_free(f->instance);
	report_free(f->rep);
}

static enum verdict
want(void *arg, uint32_t number, const char *why, bool *skip)
{
	struct fake_volumes *f = arg;

	f->asked++;
	snprintf(f->why, sizeof(f->why), "%u: %s", (unsigned int)number, why);
	*skip = f->skip;
	return f->answer;
}

struct volumes_config
fake_volumes_config(struct fake_volumes *f)
{
	return (struct volumes_config){
		.output = f->instance,
		.rep = f->rep,
		.cancelled = &f->cancelled,
		.first_volume = 1,
		.job = "",
		.want = want,
		.want_arg = f,
	};
}
