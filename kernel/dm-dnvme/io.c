// SPDX-License-Identifier: GPL-2.0-only

#include <linux/blk-crypto.h>
#include <linux/blk-integrity.h>
#include <linux/blkdev.h>

#include "gate.h"
#include "hold.h"
#include "io.h"
#include "lease.h"
#include "stats.h"

static void aim_at(struct bio *bio, struct dnvme_leg *leg, sector_t sector)
{
	bio->bi_iter.bi_sector = leg->offset + sector;
	bio_set_dev(bio, leg->dev->bdev);
}

/* A range that dm core sent to every leg; false: none of it lies on this one. */
static bool aim_range(struct dnvme *d, struct bio *bio, struct dnvme_leg *leg)
{
	sector_t start = dm_target_offset(d->ti, bio->bi_iter.bi_sector);
	struct dnvme_extent extent;

	extent = dnvme_map_range(&d->geo, leg - d->leg, start, bio_sectors(bio));
	if (!extent.len)
		return false;
	aim_at(bio, leg, extent.start);
	bio->bi_iter.bi_size = to_bytes(extent.len);
	return true;
}

static bool is_range(const struct bio *bio)
{
	return bio_op(bio) == REQ_OP_DISCARD || bio_op(bio) == REQ_OP_SECURE_ERASE ||
	       bio_op(bio) == REQ_OP_WRITE_ZEROES;
}

/* Apart from the way of a gate's bios, which it would cost a stack frame. */
static noinline struct dnvme_leg *aim_stripe(struct dnvme *d, struct bio *bio)
{
	struct dnvme_spot spot;

	if (unlikely(!d->geo.nr_legs))
		return d->leg;
	spot = dnvme_map_sector(&d->geo, dm_target_offset(d->ti, bio->bi_iter.bi_sector));
	aim_at(bio, &d->leg[spot.leg], spot.sector);
	return &d->leg[spot.leg];
}

static struct dnvme_leg *aim_block(struct dnvme *d, struct bio *bio)
{
	if (d->geo.nr_legs != 1)
		return aim_stripe(d, bio);
	bio->bi_iter.bi_sector += d->shift;
	bio_set_dev(bio, d->leg->dev->bdev);
	return d->leg;
}

/* Points a clone at its leg. Returns NULL if there is nothing to do for it. */
static struct dnvme_leg *aim_special(struct dnvme *d, struct bio *bio)
{
	struct dnvme_leg *leg;

	if (unlikely(!d->geo.nr_legs))
		return d->leg;
	if (!(bio->bi_opf & REQ_PREFLUSH) && !is_range(bio)) {
		if (bio_op(bio) == REQ_OP_WRITE)
			bio->bi_opf |= d->write_flags;
		return aim_block(d, bio);
	}
	leg = &d->leg[dm_bio_get_target_bio_nr(bio)];
	if (is_range(bio))
		return aim_range(d, bio, leg) ? leg : NULL;
	bio_set_dev(bio, leg->dev->bdev);
	return leg;
}

/*
 * The block layer frees the encryption and integrity contexts of a bio before
 * it returns it: what has one cannot be sent again as it was.
 */
static void record(struct dnvme_io *io, struct bio *bio, bool plain)
{
	io->repeatable = plain || (!bio_has_crypt_ctx(bio) && !bio_integrity(bio));
	io->flags = bio->bi_flags;
	io->iter = bio->bi_iter;
}

/* A leg that is shut, or on whose clock somebody must look. */
static noinline int send_slowly(struct dnvme_leg *leg, struct bio *bio)
{
	if (dnvme_lease_look(leg) &&
	    dnvme_leg_enter(leg, dnvme_io_kind(bio), bio->bi_iter.bi_size)) {
		dnvme_bio_io(bio)->sent_ns = READ_ONCE(leg->looked_ns);
		return DM_MAPIO_REMAPPED;
	}
	return dnvme_hold_bio(leg, bio);
}

/* Without what dnvme_io_kind() must tell apart. */
static enum dnvme_io_kind plain_kind(const struct bio *bio)
{
	return op_is_write(bio->bi_opf) ? DNVME_WRITES : DNVME_READS;
}

/* @plain is a constant: whether @bio is without all that is special. */
static __always_inline int send(struct dnvme *d, struct dnvme_leg *leg, struct bio *bio, bool plain)
{
	struct dnvme_io *io = dnvme_bio_io(bio);
	enum dnvme_io_kind kind;

	if (d->hold_on_error)
		record(io, bio, plain);
	io->leg = leg;
	io->sent_ns = dnvme_read(leg->looked_ns);
	if (unlikely(!dnvme_leg_is_fresh(leg)))
		return send_slowly(leg, bio);
	kind = plain ? plain_kind(bio) : dnvme_io_kind(bio);
	if (likely(dnvme_leg_enter(leg, kind, bio->bi_iter.bi_size)))
		return DM_MAPIO_REMAPPED;
	return dnvme_hold_bio(leg, bio);
}

static noinline int map_special(struct dnvme *d, struct bio *bio)
{
	struct dnvme_leg *leg = aim_special(d, bio);

	if (leg)
		return send(d, leg, bio, false);
	dnvme_bio_io(bio)->leg = NULL;
	bio_endio(bio);
	return DM_MAPIO_SUBMITTED;
}

blk_opf_t dnvme_special(const struct dnvme *d)
{
	blk_opf_t special = REQ_PREFLUSH | REQ_INTEGRITY | (REQ_OP_MASK & ~REQ_OP_WRITE);

	return d->write_flags ? special | REQ_OP_WRITE : special;
}

/*
 * Every instruction counts here: see Documentation/design/costs.md. A plain read
 * or write has no bit of @special.
 */
int dnvme_map(struct dm_target *ti, struct bio *bio)
{
	struct dnvme *d = ti->private;

	if (unlikely((bio->bi_opf & d->special) || bio_has_crypt_ctx(bio)))
		return map_special(d, bio);
	return send(d, aim_block(d, bio), bio, true);
}

/* What the device cannot do, or could not do at once, says nothing about its health. */
static bool is_leg_error(blk_status_t error)
{
	return error != BLK_STS_NOTSUPP && error != BLK_STS_AGAIN;
}

/* Read-ahead may fail: nobody decides anything by it. */
static bool is_to_be_held(const struct dnvme *d, struct bio *bio)
{
	return d->hold_on_error && dnvme_bio_io(bio)->repeatable &&
	       !(bio->bi_opf & REQ_RAHEAD);
}

static noinline int end_with_error(struct bio *bio, blk_status_t *error, struct dm_target *ti)
{
	struct dnvme_io *io = dnvme_bio_io(bio);
	struct dnvme_leg *leg = io->leg;

	if (!leg)
		return DM_ENDIO_DONE;
	io->leg = NULL;
	if (is_leg_error(*error)) {
		atomic_inc(&leg->errors);
		if (is_to_be_held(ti->private, bio))
			return dnvme_hold_failed(leg, bio);
	}
	dnvme_leg_leave(leg);
	return DM_ENDIO_DONE;
}

static noinline int end_and_prolong(struct dnvme_leg *leg, s64 sent_ns)
{
	dnvme_lease_prolong(leg, sent_ns);
	dnvme_leg_leave(leg);
	return DM_ENDIO_DONE;
}

int dnvme_end_io(struct dm_target *ti, struct bio *bio, blk_status_t *error)
{
	const struct dnvme_io *io;

	if (unlikely(*error))
		return end_with_error(bio, error, ti);
	io = dnvme_bio_io(bio);
	if (unlikely(!io->leg))
		return DM_ENDIO_DONE;
	if (unlikely(io->sent_ns > dnvme_read(io->leg->renew_after_ns)))
		return end_and_prolong(io->leg, io->sent_ns);
	dnvme_leg_leave(io->leg);
	return DM_ENDIO_DONE;
}
