/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * ring.c - see ring.h; its invariants
 *
 * Records are numbered from 0, in the order of the stream.  Record n is in slot
 * n % slot_count.  Whenever the lock is free:
 *
 *   told <= settled <= written <= taken <= submitted
 *   submitted - settled <= slot_count, and less than that if `open`
 *   ready = records from `written` to `taken` whose slot is not SLOT_TAKEN
 *   woken <= asleep <= alive <= thread_count
 *
 * Who may use the slot of record n, without the lock:
 *
 *   n < settled              the main thread, to report losses and reuse it
 *   settled <= n < written   no thread; the output may need it again
 *   written <= n < taken     the slave that took it, while it is SLOT_TAKEN;
 *                            then the one that set `writing`
 *   taken <= n < submitted   no thread; it waits for a slave
 *   n = submitted, if open   the main thread, which fills it
 *
 * One slave at a time sets `writing` and is inside the output.  Once `stopped`
 * is set, no more records are taken or written; it stays set until the next
 * ring_start().  Every change that a thread may be waiting for is signalled:
 * slaves wait on `work`, the main thread on `space`.
 *
 * The only callback called with the lock held is unwanted(), which must not
 * block.
 */
#include "core/ring/ring.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "core/base/clock.h"
#include "core/base/digest.h"
#include "core/ring/gather.h"
#include "core/host/note.h"
#include "core/base/signals.h"

#define RECORD_ALIGNMENT 4096
#define IDLE_NS 200000000	/* how often idle() is called */
/* Each slave works on one; the spares even out differences in speed. */
#define SLOTS_PER_SLAVE 2
#define SLOTS_BYTES (2 << 20)	/* further slots make up this much, unless a
				   buffer size was set */

/* Up to this much is left to slaves that are awake, sparing a wake-up. */
#define PATIENCE_BYTES (256 << 10)

#define RECORDS_MAX (1u << 30)

/* The tag of the first tape block of a piece that is read from the source. */
#define TAG_PIECE (RING_TAG_MAX + 1)

enum slot_state {
	SLOT_TAKEN,		/* a slave is reading it */
	SLOT_READ,		/* to be written when its turn comes */
	SLOT_FAILED		/* out of memory for its losses */
};

/* A record, from the first block put into it until it is on the medium. */
struct slot {
	uint8_t *record;		/* record_blocks tape blocks */
	struct gather_piece *pieces;	/* to be read into it */
	unsigned int piece_count;
	unsigned int blocks;		/* tape blocks put into it */
	uint8_t *tags;			/* the caller's, or TAG_PIECE */
	enum slot_state state;		/* valid once a slave has taken it */
	uint64_t digest;		/* likewise, once it is SLOT_READ */
	struct gather_losses losses;	/* its unreadable parts */
};

struct ring {
	/* Set while no slave runs, then only read. */
	struct ring_config config;
	size_t record_bytes;
	size_t stride;			/* from one record to the next */
	unsigned int window;		/* records written but not settled */
	unsigned int slot_count;	/* including the window */
	unsigned int slots_made;	/* allocated; at least slot_count */
	unsigned int start_records;	/* to be read before writing begins */
	unsigned int patience;		/* records that may wait per reading
					   slave before another is woken */
	struct slot *slots;
	uint8_t *records;		/* the memory of all records */

	/* Used by the main thread only. */
	pthread_t *threads;
	unsigned int thread_count;	/* started */
	uint64_t idle_at;		/* last call of idle(), ns */
	uint64_t told;			/* records whose losses were reported */
	bool open;			/* the record being filled has a slot */

	pthread_mutex_t lock;		/* guards everything below */
	pthread_cond_t work;		/* a record was submitted, or the end */
	pthread_cond_t space;		/* a record was settled, or the end */

	/* Changed only by the main thread; it reads them without the lock. */
	uint64_t submitted;		/* records given to the slaves */
	bool closing;			/* nothing more will be submitted */

	/* Changed by all threads. */
	uint64_t taken;			/* of these, taken by a slave */
	uint64_t written;		/* of these, accepted by the output */
	uint64_t settled;		/* of these, on the medium */
	uint64_t ready;			/* records read but not written */
	bool filling_up;		/* until start_records are ready */
	bool writing;			/* a slave is in the output */
	bool settling;			/* settle() has been called */
	bool stopped;			/* by a failure or the end of volume */
	unsigned int alive;		/* slaves that have not ended */
	unsigned int asleep;		/* of these, waiting for work */
	unsigned int woken;		/* of these, signalled to wake up */
	enum de_status status;		/* why the ring stopped */
	bool out_of_memory;		/* likewise */
	struct times times;
	uint64_t output_idle_from;	/* end of last write, ns; 0: none yet */
};

static struct slot *
slot_of(const struct ring *ring, uint64_t record)
{
	return &ring->slots[record % ring->slot_count];
}

/* The record that the main thread is filling; main thread only. */
static struct slot *
filling(const struct ring *ring)
{
	return slot_of(ring, ring->submitted);
}

/* -------------------------------------------------------------- the slaves */

/* Lock held. */
static void
stop_locked(struct ring *ring, enum de_status status)
{
	if (ring->stopped)
		return;
	ring->stopped = true;
	ring->status = status;
	pthread_cond_broadcast(&ring->work);
	pthread_cond_signal(&ring->space);
}

/* Lock held.  Take the next record to read; false if there is none. */
static bool
take_record(struct ring *ring, uint64_t *record)
{
	while (!ring->stopped && ring->taken == ring->submitted &&
	    !ring->closing) {
		ring->asleep++;
		pthread_cond_wait(&ring->work, &ring->lock);
		ring->asleep--;
		ring->woken -= ring->woken > 0;
	}
	if (ring->stopped || ring->taken == ring->submitted)
		return false;
	*record = ring->taken++;
	return true;
}

static bool
is_wanted(void *arg)
{
	struct ring *ring = arg;

	pthread_mutex_lock(&ring->lock);
	const bool wanted = !ring->stopped;
	pthread_mutex_unlock(&ring->lock);
	return wanted;
}

static enum slot_state
read_record(struct ring *ring, struct slot *slot)
{
	const struct gather_source source = { ring->config.read,
	    ring->config.read_arg, is_wanted, ring };

	slot->losses.count = 0;
	if (!gather_read(&source, slot->pieces, slot->piece_count,
	    &slot->losses))
		return SLOT_FAILED;
	/* Here, as slaves do it in parallel and have it in their caches. */
	slot->digest = ring->config.has_digests ?
	    digest_64(slot->record, ring->record_bytes) : 0;
	return SLOT_READ;
}

/* Lock held. */
static void
count_output_time(struct ring *ring, uint64_t begun, uint64_t ended)
{
	const uint64_t idle = ring->output_idle_from == 0 ? 0 :
	    begun - ring->output_idle_from;

	ring->times.write += ended - begun;
	ring->times.starved += idle;
	ring->times.stalls += idle >= TIMES_STALL_NS;
	ring->output_idle_from = ended;
}

static bool
is_full(const struct ring *ring)
{
	return ring->submitted - ring->settled >= ring->slot_count;
}

/*
 * Is there room for several records, or is the output waiting for more?  The
 * window does not count: the output may keep those records indefinitely, and
 * each side would wait for the other.
 */
static bool
has_much_room(const struct ring *ring)
{
	return ring->submitted - ring->settled <= ring->window +
	    (ring->slot_count - ring->window) / 2 ||
	    (ring->filling_up && !is_full(ring));
}

/*
 * Lock held; released during the output's call.  Write the record, or, if it is
 * NULL, settle all that were written.
 */
static void
write_record(struct ring *ring, const struct slot *slot)
{
	const struct ring_config *config = &ring->config;

	pthread_mutex_unlock(&ring->lock);
	const uint64_t begun = clock_ns();
	const enum de_status status = slot == NULL ?
	    config->settle(config->write_arg) :
	    config->write(config->write_arg, slot->record, ring->record_bytes,
	    slot->digest);
	const uint64_t settled = config->settled(config->write_arg);
	const uint64_t ended = clock_ns();
	pthread_mutex_lock(&ring->lock);
	count_output_time(ring, begun, ended);
	ring->settled = settled;
	if (status != DE_OK) {
		stop_locked(ring, status);
	} else if (slot != NULL) {
		ring->written++;
		ring->ready--;
	}
	/* Wake the main thread only when it can fill several. */
	if (has_much_room(ring))
		pthread_cond_signal(&ring->space);
}

/*
 * Lock held.  A drive loses time whenever it has to wait, so let it wait once
 * for many records rather than for each.
 */
static bool
must_fill_up(struct ring *ring)
{
	if (ring->ready >= ring->start_records || ring->closing)
		ring->filling_up = false;
	return ring->filling_up;
}

static void
fill_up_again(struct ring *ring)
{
	if (ring->start_records == 0 || ring->ready > 0 || ring->closing ||
	    ring->stopped || ring->filling_up)
		return;
	ring->filling_up = true;
	ring->times.refills++;
	pthread_cond_signal(&ring->space);
}

/*
 * Lock held.  Write the records that are next in order and have been read.  If
 * another slave is already writing, leave the record to it and read on.  A
 * record that failed stops the ring only at its turn, so all before it are
 * written.
 */
static void
write_records(struct ring *ring)
{
	if (ring->writing)
		return;
	ring->writing = true;
	while (!ring->stopped && ring->written < ring->taken &&
	    !must_fill_up(ring)) {
		const struct slot *slot = slot_of(ring, ring->written);
		if (slot->state == SLOT_TAKEN)
			break;
		if (slot->state == SLOT_FAILED) {
			ring->out_of_memory = true;
			stop_locked(ring, DE_FAILED);
			break;
		}
		write_record(ring, slot);
	}
	fill_up_again(ring);
	ring->writing = false;
}

/*
 * Lock held.  Each slave calls this as it ends; the one that finds everything
 * written has the output settle it.
 */
static void
settle_records(struct ring *ring)
{
	if (ring->writing || ring->stopped || ring->settling ||
	    ring->written < ring->submitted)
		return;
	ring->writing = ring->settling = true;
	write_record(ring, NULL);
	ring->writing = false;
}

static void *
slave(void *arg)
{
	struct ring *ring = arg;
	uint64_t record;

	pthread_mutex_lock(&ring->lock);
	while (take_record(ring, &record)) {
		struct slot *slot = slot_of(ring, record);
		slot->state = SLOT_TAKEN;
		pthread_mutex_unlock(&ring->lock);
		const uint64_t begun = clock_ns();
		const enum slot_state state = read_record(ring, slot);
		const uint64_t ended = clock_ns();
		pthread_mutex_lock(&ring->lock);
		ring->times.read += ended - begun;
		slot->state = state;
		ring->ready++;
		write_records(ring);
	}
	/* No more records will come for those that were waiting. */
	write_records(ring);
	settle_records(ring);
	note_leave_thread();
	ring->alive--;
	pthread_cond_signal(&ring->space);
	pthread_mutex_unlock(&ring->lock);
	return NULL;
}

/* --------------------------------------------------------- the main thread */

static void
free_slots(struct ring *ring)
{
	for (unsigned int i = 0; i < ring->slots_made; i++) {
		free(ring->slots[i].pieces);
		free(ring->slots[i].tags);
		free(ring->slots[i].losses.items);
	}
	free(ring->slots);
	free(ring->records);
	ring->slots = NULL;
	ring->records = NULL;
	ring->slots_made = 0;
}

static bool
make_slots(struct ring *ring, unsigned int count)
{
	ring->slots = calloc(count, sizeof(*ring->slots));
	ring->records = aligned_alloc(RECORD_ALIGNMENT, ring->stride * count);
	if (ring->slots == NULL || ring->records == NULL)
		return false;
	ring->slots_made = count;
	for (unsigned int i = 0; i < count; i++) {
		struct slot *slot = &ring->slots[i];
		slot->record = ring->records + i * ring->stride;
		slot->pieces = calloc(ring->config.record_blocks,
		    sizeof(*slot->pieces));
		slot->tags = calloc(ring->config.record_blocks, 1);
		if (slot->pieces == NULL || slot->tags == NULL)
			return false;
	}
	return true;
}

/* `space` uses the monotonic clock: setting the date must not affect waits. */
static bool
make_locks(struct ring *ring)
{
	pthread_condattr_t monotonic;

	if (pthread_mutex_init(&ring->lock, NULL) != 0)
		return false;
	if (pthread_cond_init(&ring->work, NULL) != 0)
		goto destroy_lock;
	if (pthread_condattr_init(&monotonic) != 0)
		goto destroy_work;
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	const int error = pthread_cond_init(&ring->space, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (error == 0)
		return true;
destroy_work:
	pthread_cond_destroy(&ring->work);
destroy_lock:
	pthread_mutex_destroy(&ring->lock);
	return false;
}

struct ring *
ring_new(const struct ring_config *config)
{
	const struct ring_medium any = { 0 };
	struct ring *ring = calloc(1, sizeof(*ring));

	if (ring == NULL)
		return NULL;
	ring->config = *config;
	ring->record_bytes = (size_t)config->record_blocks * DE_TAPE_BLOCK;
	/* Page-sized records, and multiples, begin on a page boundary. */
	ring->stride = (ring->record_bytes + RECORD_ALIGNMENT - 1) /
	    RECORD_ALIGNMENT * RECORD_ALIGNMENT;
	if (!make_locks(ring)) {
		free(ring);
		return NULL;
	}
	ring->threads = calloc(config->slaves, sizeof(*ring->threads));
	if (ring->threads == NULL || !ring_set_medium(ring, &any)) {
		ring_free(ring);
		return NULL;
	}
	return ring;
}

void
ring_free(struct ring *ring)
{
	if (ring == NULL)
		return;
	free_slots(ring);
	free(ring->threads);
	pthread_cond_destroy(&ring->space);
	pthread_cond_destroy(&ring->work);
	pthread_mutex_destroy(&ring->lock);
	free(ring);
}

/* Records in the buffer: at least two per slave, one to read and one spare. */
static unsigned int
buffer_records(const struct ring *ring, uint64_t buffer)
{
	const unsigned int least = ring->config.slaves * SLOTS_PER_SLAVE;
	const uint64_t count = buffer / ring->record_bytes;

	if (buffer == 0)
		return least + (unsigned int)(SLOTS_BYTES /
		    ring->record_bytes);
	if (count > RECORDS_MAX)
		return RECORDS_MAX;
	return count < least ? least : (unsigned int)count;
}

/* Limited so that a full buffer has work for all slaves. */
static unsigned int
patience_of(const struct ring *ring, unsigned int buffer)
{
	const unsigned int most = buffer /
	    (SLOTS_PER_SLAVE * ring->config.slaves);
	const unsigned int count = (unsigned int)(PATIENCE_BYTES /
	    ring->record_bytes);

	if (count > most)
		return most;
	return count > 0 ? count : 1;
}

bool
ring_set_medium(struct ring *ring, const struct ring_medium *medium)
{
	const unsigned int buffer = buffer_records(ring, medium->buffer);
	const unsigned int count = buffer + (unsigned int)medium->window;

	if (count > ring->slots_made) {
		free_slots(ring);
		if (!make_slots(ring, count))
			return false;
	}
	ring->window = medium->window;
	ring->slot_count = count;
	ring->patience = patience_of(ring, buffer);
	ring->start_records = (unsigned int)((uint64_t)buffer *
	    medium->start_fill / 100);
	return true;
}

void
ring_forget(struct ring *ring)
{
	if (ring->records != NULL)
		madvise(ring->records, ring->stride * ring->slots_made,
		    MADV_DONTNEED);
}

unsigned int
ring_slots(const struct ring *ring)
{
	return ring->slot_count;
}

static void
empty_slot(struct slot *slot)
{
	slot->blocks = slot->piece_count = 0;
	slot->losses.count = 0;
}

/* All records put so far are on the medium. */
static void
reset(struct ring *ring)
{
	ring->closing = ring->stopped = ring->writing = false;
	ring->settling = false;
	ring->ready = 0;
	ring->filling_up = ring->start_records > 0;
	ring->out_of_memory = false;
	ring->open = true;
	ring->status = DE_OK;
	ring->output_idle_from = 0;
	ring->thread_count = 0;
	ring->alive = ring->asleep = ring->woken = 0;
	for (unsigned int i = 0; i < ring->slot_count; i++)
		empty_slot(&ring->slots[i]);
}

static enum de_status
start_slaves(struct ring *ring)
{
	sigset_t all, old;
	enum de_status status = DE_OK;

	/* The main thread takes all signals but the one that wakes slaves. */
	sigfillset(&all);
	sigdelset(&all, SIGNALS_WAKE);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (ring->thread_count < ring->config.slaves) {
		pthread_mutex_lock(&ring->lock);
		ring->alive++;
		pthread_mutex_unlock(&ring->lock);
		if (pthread_create(&ring->threads[ring->thread_count], NULL,
		    slave, ring) != 0) {
			pthread_mutex_lock(&ring->lock);
			ring->alive--;
			pthread_mutex_unlock(&ring->lock);
			break;
		}
		ring->thread_count++;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	/* Fewer slaves than configured are slower, but do the same. */
	if (ring->thread_count == 0) {
		ring->stopped = true;
		ring->status = status = DE_FAILED;
	}
	return status;
}

enum de_status
ring_start(struct ring *ring)
{
	ring->submitted = ring->taken = ring->written = ring->settled = 0;
	ring->told = 0;
	ring->times = (struct times){ 0 };
	reset(ring);
	return start_slaves(ring);
}

enum de_status
ring_resume(struct ring *ring)
{
	reset(ring);
	return start_slaves(ring);
}

/*
 * Report losses in records that are on the medium, before their slots are
 * reused.  Needs no lock: these slots belong to the main thread.  Returns false
 * if the ring is to stop.
 */
static bool
tell_losses(struct ring *ring, uint64_t settled)
{
	bool go_on = true;

	for (; ring->told < settled; ring->told++) {
		const struct slot *slot = slot_of(ring, ring->told);
		for (size_t i = 0; i < slot->losses.count; i++)
			go_on = ring->config.lost(ring->config.lost_arg,
			    &slot->losses.items[i]) && go_on;
	}
	return go_on;
}

/* Lock held; released during idle() and lost(). */
static void
call_idle(struct ring *ring, uint64_t now)
{
	const uint64_t settled = ring->settled;

	ring->idle_at = now;
	pthread_mutex_unlock(&ring->lock);
	const bool go_on = tell_losses(ring, settled) &&
	    ring->config.idle(ring->config.idle_arg);
	pthread_mutex_lock(&ring->lock);
	if (!go_on)
		stop_locked(ring, DE_FAILED);
}

/* Lock held.  Wait a while for `space`, then call idle() if it is due. */
static void
wait_for_space(struct ring *ring)
{
	struct timespec until;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += IDLE_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	pthread_cond_timedwait(&ring->space, &ring->lock, &until);
	const uint64_t now = clock_ns();
	if (now - ring->idle_at >= IDLE_NS)
		call_idle(ring, now);
}

static void
give_up(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	stop_locked(ring, DE_FAILED);
	pthread_mutex_unlock(&ring->lock);
	ring->open = false;
}

/*
 * Lock held.  Waking a slave costs more than a small read, so a record is first
 * left to slaves that are reading.  With a slow source, records pile up until
 * all slaves are awake; with one as fast as memory, a single slave stays busy
 * and none keeps going to sleep and waking.  A slave that is writing does not
 * count, as that may take long.
 */
static void
wake_slave(struct ring *ring)
{
	const unsigned int reading = ring->alive - ring->asleep + ring->woken -
	    (ring->writing ? 1 : 0);

	if (ring->submitted - ring->taken <=
	    (uint64_t)reading * ring->patience ||
	    ring->asleep == ring->woken)
		return;
	ring->woken++;
	pthread_cond_signal(&ring->work);
}

/* Give the full record to the slaves and wait until the next slot is free. */
static void
submit(struct ring *ring)
{
	const uint64_t now = clock_ns();

	pthread_mutex_lock(&ring->lock);
	ring->submitted++;
	wake_slave(ring);
	if (now - ring->idle_at >= IDLE_NS)
		call_idle(ring, now);
	if (is_full(ring)) {
		while (!ring->stopped && !has_much_room(ring))
			wait_for_space(ring);
		ring->times.blocked += clock_ns() - now;
	}
	const uint64_t settled = ring->settled;
	ring->open = !ring->stopped;
	pthread_mutex_unlock(&ring->lock);
	if (!tell_losses(ring, settled))
		give_up(ring);
	if (ring->open)
		empty_slot(filling(ring));
}

/* The slot with room for a tape block, or NULL if the ring has stopped. */
static struct slot *
slot_with_room(struct ring *ring)
{
	if (ring->open &&
	    filling(ring)->blocks == ring->config.record_blocks)
		submit(ring);
	return ring->open ? filling(ring) : NULL;
}

uint8_t *
ring_put_block(struct ring *ring, uint8_t tag)
{
	struct slot *slot = slot_with_room(ring);

	if (slot == NULL)
		return NULL;
	slot->tags[slot->blocks] = tag;
	return slot->record + (size_t)slot->blocks++ * DE_TAPE_BLOCK;
}

static unsigned int
tape_blocks(uint64_t bytes)
{
	return (unsigned int)((bytes + DE_TAPE_BLOCK - 1) / DE_TAPE_BLOCK);
}

uint64_t
ring_put_extent(struct ring *ring, const struct ring_extent *extent)
{
	struct slot *slot = slot_with_room(ring);

	if (slot == NULL)
		return 0;
	const size_t room = (size_t)(ring->config.record_blocks -
	    slot->blocks) * DE_TAPE_BLOCK;
	const size_t length = extent->length < room ? (size_t)extent->length :
	    room;
	const unsigned int blocks = tape_blocks(length);
	uint8_t *to = slot->record + (size_t)slot->blocks * DE_TAPE_BLOCK;

	slot->pieces[slot->piece_count++] = (struct gather_piece){
		.to = to,
		.length = length,
		.address = extent->address,
		.inode = extent->inode,
		.offset = extent->offset,
	};
	memset(to + length, 0, (size_t)blocks * DE_TAPE_BLOCK - length);
	slot->tags[slot->blocks] = TAG_PIECE;
	slot->blocks += blocks;
	return length;
}

/*
 * A slave may be in a system call that blocks for ever.  The signal does
 * nothing but interrupt it; as it may arrive just before the call, it is
 * repeated until all slaves have ended.
 */
static void
join_slaves(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	while (ring->alive > 0) {
		wait_for_space(ring);
		if (!ring->stopped || ring->alive == 0)
			continue;
		ring->config.unwanted(ring->config.unwanted_arg);
		for (unsigned int i = 0; i < ring->thread_count; i++)
			pthread_kill(ring->threads[i], SIGNALS_WAKE);
	}
	pthread_mutex_unlock(&ring->lock);
	for (unsigned int i = 0; i < ring->thread_count; i++)
		pthread_join(ring->threads[i], NULL);
	ring->thread_count = 0;
}

enum de_status
ring_stop(struct ring *ring, bool complete)
{
	pthread_mutex_lock(&ring->lock);
	if (!complete)
		stop_locked(ring, DE_FAILED);
	else if (ring->open && !ring->closing &&
	    filling(ring)->blocks == ring->config.record_blocks) {
		ring->submitted++;
		ring->open = false;
	}
	ring->closing = true;
	pthread_cond_broadcast(&ring->work);
	pthread_mutex_unlock(&ring->lock);
	join_slaves(ring);
	if (ring->status != DE_FAILED && !tell_losses(ring, ring->settled))
		ring->status = DE_FAILED;
	return ring->status;
}

bool
ring_out_of_memory(const struct ring *ring)
{
	return ring->out_of_memory;
}

bool
ring_settle_to(struct ring *ring, uint64_t records)
{
	ring->settled = records;
	return tell_losses(ring, records);
}

static void
visit_slot(const struct slot *slot, const struct ring_visitor *visitor)
{
	const struct gather_piece *piece = slot->pieces;

	for (unsigned int i = 0; i < slot->blocks; i++) {
		if (slot->tags[i] != TAG_PIECE) {
			visitor->block(visitor->arg, slot->tags[i],
			    slot->record + (size_t)i * DE_TAPE_BLOCK);
			continue;
		}
		const struct ring_extent extent = { piece->address,
		    piece->length, piece->inode, piece->offset };
		visitor->extent(visitor->arg, &extent);
		i += tape_blocks(piece->length) - 1;
		piece++;
	}
}

void
ring_each_unwritten(const struct ring *ring,
    const struct ring_visitor *visitor)
{
	for (uint64_t i = ring->settled; i < ring->submitted; i++)
		visit_slot(slot_of(ring, i), visitor);
	if (ring->open)
		visit_slot(filling(ring), visitor);
}

void
ring_get_times(const struct ring *ring, struct times *times)
{
	*times = ring->times;
}

uint64_t
ring_records_settled(struct ring *ring)
{
	pthread_mutex_lock(&ring->lock);
	const uint64_t n = ring->settled;
	pthread_mutex_unlock(&ring->lock);
	return n;
}
