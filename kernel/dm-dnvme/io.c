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
	bio_set_dev(bio, leg->dev->bdev);
	bio->bi_iter.bi_sector = leg->offset + sector;
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

static struct dnvme_leg *aim_block(struct dnvme *d, struct bio *bio)
{
	struct dnvme_spot spot;

	spot = dnvme_map_sector(&d->geo, dm_target_offset(d->ti, bio->bi_iter.bi_sector));
	aim_at(bio, &d->leg[spot.leg], spot.sector);
	if (bio_op(bio) == REQ_OP_WRITE)
		bio->bi_opf |= d->write_flags;
	return &d->leg[spot.leg];
}

/* Points the clone at its leg. Returns false if there is nothing to do for it. */
static bool aim(struct dnvme *d, struct bio *bio, struct dnvme_leg **legp)
{
	*legp = d->leg;
	if (unlikely(!d->geo.nr_legs))
		return true;
	if (likely(!(bio->bi_opf & REQ_PREFLUSH) && !is_range(bio))) {
		*legp = aim_block(d, bio);
		return true;
	}
	*legp = &d->leg[dm_bio_get_target_bio_nr(bio)];
	if (is_range(bio))
		return aim_range(d, bio, *legp);
	bio_set_dev(bio, (*legp)->dev->bdev);
	return true;
}

/*
 * The block layer frees the encryption and integrity contexts of a bio before
 * it returns it: what has one cannot be sent again as it was.
 */
static void record(struct dnvme_io *io, struct bio *bio)
{
	io->repeatable = !bio_has_crypt_ctx(bio) && !bio_integrity(bio);
	io->flags = bio->bi_flags;
	io->iter = bio->bi_iter;
}

int dnvme_map(struct dm_target *ti, struct bio *bio)
{
	struct dnvme_io *io = dnvme_bio_io(bio);
	struct dnvme *d = ti->private;

	io->admitted = false;
	if (unlikely(!aim(d, bio, &io->leg))) {
		bio_endio(bio);
		return DM_MAPIO_SUBMITTED;
	}
	if (d->hold_on_error)
		record(io, bio);
	if (d->lease.ns)
		dnvme_lease_check(io->leg, io);
	if (likely(dnvme_leg_enter(io->leg))) {
		io->admitted = true;
		dnvme_leg_account(io->leg, bio);
		return DM_MAPIO_REMAPPED;
	}
	return dnvme_hold_bio(io->leg, bio);
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

static int end_with_error(struct dnvme *d, struct dnvme_leg *leg, struct bio *bio)
{
	atomic_inc(&leg->errors);
	if (is_to_be_held(d, bio))
		return dnvme_hold_failed(leg, bio);
	dnvme_leg_leave(leg);
	return DM_ENDIO_DONE;
}

int dnvme_end_io(struct dm_target *ti, struct bio *bio, blk_status_t *error)
{
	struct dnvme_io *io = dnvme_bio_io(bio);
	struct dnvme *d = ti->private;

	if (unlikely(!io->admitted))
		return DM_ENDIO_DONE;
	io->admitted = false;
	if (unlikely(*error) && is_leg_error(*error))
		return end_with_error(d, io->leg, bio);
	if (d->lease.ns && likely(!*error))
		dnvme_lease_renew(io->leg, io->sent_ns);
	dnvme_leg_leave(io->leg);
	return DM_ENDIO_DONE;
}
