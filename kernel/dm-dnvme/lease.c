// SPDX-License-Identifier: GPL-2.0-only

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/gfp.h>
#include <linux/slab.h>

#include "cycles.h"
#include "gate.h"
#include "lease.h"
#include "trace.h"

/* How often an expired leg is tried at least. */
#define RETRY_NS NSEC_PER_SEC

/* A small read of one device. */
struct dnvme_probe {
	/* Constant once constructed. */
	struct dnvme_leg *leg;
	struct dm_dev *dev;
	bool own_dev;		/* of the list, and not the leg's */
	sector_t sector;

	bool busy;		/* this and what follows: dnvme->lock */
	s64 sent_ns;
	s64 proved_ns;		/* submission of its last success */

	/* While busy they are the probe's own. */
	struct work_struct work;
	struct bio bio;
	struct bio_vec vec;
};

static struct dnvme_probe *probes_end(const struct dnvme *d)
{
	return d->lease.probe + d->lease.nr_probes;
}

/* ---- Expiry and renewal -------------------------------------------------- */

void dnvme_lease_kick(struct dnvme *d)
{
	lockdep_assert_held(&d->lock);
	if (d->lease.on)
		mod_delayed_work(dnvme_wq, &d->lease.work, 0);
}

/*
 * A renewed leg is opened by the release work, behind what it holds. The same
 * work takes care of what an expiry leaves behind during a suspend.
 */
void dnvme_lease_review(struct dnvme_leg *leg, s64 now)
{
	struct dnvme *d = leg->dnvme;
	enum dnvme_leg_event event = dnvme_lease_covers(leg, now) ? DNVME_LEG_EV_RENEW :
								    DNVME_LEG_EV_EXPIRE;

	lockdep_assert_held(&d->lock);
	if (!dnvme_leg_apply(leg, event))
		return;
	if (event == DNVME_LEG_EV_EXPIRE) {
		dnvme_leg_shut(leg);
		leg->expiries++;
		dnvme_lease_kick(d);
	}
	queue_work(dnvme_wq, &d->release_work);
	dnvme_event_raise(d);
}

static void review_now(struct dnvme_leg *leg)
{
	struct dnvme *d = leg->dnvme;
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	dnvme_lease_review(leg, dnvme_lease_now());
	spin_unlock_irqrestore(&d->lock, flags);
}

bool dnvme_lease_look(struct dnvme_leg *leg)
{
	const struct dnvme_lease *lease = &leg->dnvme->lease;
	u64 cycle = get_cycles();
	s64 now;

	if (READ_ONCE(leg->shut))
		return dnvme_break_admission();
	if (!lease->ns)
		return true;
	now = dnvme_lease_now();
	if (!dnvme_lease_covers(leg, now)) {
		review_now(leg);
		return dnvme_break_admission();
	}
	WRITE_ONCE(leg->looked_ns, now);
	if (dnvme_lease_covers(leg, now + lease->grain_ns) && dnvme_cycles_are_even())
		WRITE_ONCE(leg->looked, cycle);
	return true;
}

/* Whoever loses the race was at most a moment later, and the lease runs shorter. */
void dnvme_lease_prolong(struct dnvme_leg *leg, s64 sent_ns)
{
	s64 old = READ_ONCE(leg->renewed_ns);

	if (sent_ns > old)
		cmpxchg64(&leg->renewed_ns, old, sent_ns);
	WRITE_ONCE(leg->renew_after_ns,
		   READ_ONCE(leg->renewed_ns) + leg->dnvme->lease.grain_ns);
	if (READ_ONCE(leg->state) == DNVME_LEG_EXPIRED)
		review_now(leg);
}

/* ---- Probes -------------------------------------------------------------- */

/* With a list the lease runs from the oldest of its proofs. */
static s64 oldest_proof(const struct dnvme *d)
{
	const struct dnvme_probe *probe;
	s64 oldest = S64_MAX;

	for (probe = d->lease.probe; probe < probes_end(d); probe++)
		oldest = min(oldest, probe->proved_ns);
	return oldest;
}

static void take_proof(struct dnvme_probe *probe)
{
	struct dnvme_leg *leg = probe->leg;
	struct dnvme *d = leg->dnvme;

	lockdep_assert_held(&d->lock);
	probe->proved_ns = probe->sent_ns;
	if (!d->lease.by_traffic)
		WRITE_ONCE(leg->renewed_ns, oldest_proof(d));
	else if (probe->sent_ns > READ_ONCE(leg->renewed_ns))
		WRITE_ONCE(leg->renewed_ns, probe->sent_ns);
}

/*
 * All under the lock: once the last probe is no longer busy, and the lock is
 * free, the target may go away.
 */
static void probe_end_io(struct bio *bio)
{
	struct dnvme_probe *probe = bio->bi_private;
	struct dnvme_leg *leg = probe->leg;
	struct dnvme *d = leg->dnvme;
	s64 now = dnvme_lease_now();
	blk_status_t error = bio->bi_status;
	unsigned long flags;

	bio_uninit(bio);
	spin_lock_irqsave(&d->lock, flags);
	trace_dnvme_probe(leg, probe->dev->bdev->bd_dev, blk_status_to_errno(error),
			  div_u64(now - probe->sent_ns, NSEC_PER_USEC));
	if (!error)
		take_proof(probe);
	dnvme_lease_review(leg, now);
	probe->busy = false;
	dnvme_leg_leave(leg);
	wake_up(&d->drain_wait);
	spin_unlock_irqrestore(&d->lock, flags);
}

/* A work item of its own: what a device does not take must not delay the others. */
static void probe_work(struct work_struct *work)
{
	struct dnvme_probe *probe = container_of(work, struct dnvme_probe, work);
	struct block_device *bdev = probe->dev->bdev;
	struct bio *bio = &probe->bio;

	bio_init(bio, bdev, &probe->vec, 1, REQ_OP_READ | REQ_SYNC);
	bio->bi_iter.bi_sector = probe->sector;
	bio->bi_end_io = probe_end_io;
	bio->bi_private = probe;
	__bio_add_page(bio, probe->leg->dnvme->lease.page, bdev_logical_block_size(bdev), 0);
	submit_bio(bio);
}

static bool may_probe(const struct dnvme_leg *leg)
{
	return dnvme_state_admits(leg->dnvme->state) &&
	       (leg->state == DNVME_LEG_LIVE || leg->state == DNVME_LEG_EXPIRED);
}

static bool is_due(const struct dnvme_probe *probe, s64 now)
{
	const struct dnvme_lease *lease = &probe->leg->dnvme->lease;
	s64 proved = lease->by_traffic ? READ_ONCE(probe->leg->renewed_ns) : probe->proved_ns;

	if (probe->busy || !may_probe(probe->leg))
		return false;
	return probe->leg->state == DNVME_LEG_EXPIRED || now - proved >= lease->grain_ns;
}

static void send_due_probes(struct dnvme *d, s64 now)
{
	struct dnvme_probe *probe;

	lockdep_assert_held(&d->lock);
	for (probe = d->lease.probe; probe < probes_end(d); probe++) {
		if (!is_due(probe, now))
			continue;
		probe->busy = true;
		probe->sent_ns = now;
		dnvme_leg_count(probe->leg, DNVME_PROBES, 0);
		queue_work(dnvme_wq, &probe->work);
	}
}

/* A third of the lease; sooner if a leg expires before, or has expired. */
static s64 next_look(const struct dnvme *d, s64 now)
{
	s64 delay = div_s64(d->lease.ns, 3);
	const struct dnvme_leg *leg;

	for (leg = d->leg; leg < dnvme_legs_end(d); leg++) {
		if (leg->state == DNVME_LEG_EXPIRED)
			delay = min_t(s64, delay, RETRY_NS);
		else if (leg->state == DNVME_LEG_LIVE)
			delay = min(delay, READ_ONCE(leg->renewed_ns) + d->lease.ns - now);
	}
	return max_t(s64, delay, NSEC_PER_MSEC);
}

static void lease_work(struct work_struct *work)
{
	struct dnvme *d = container_of(work, struct dnvme, lease.work.work);
	struct dnvme_leg *leg;
	s64 now;

	spin_lock_irq(&d->lock);
	if (d->lease.on) {
		now = dnvme_lease_now();
		for (leg = d->leg; leg < dnvme_legs_end(d); leg++)
			dnvme_lease_review(leg, now);
		send_due_probes(d, now);
		mod_delayed_work(dnvme_wq, &d->lease.work, nsecs_to_jiffies(next_look(d, now)) + 1);
	}
	spin_unlock_irq(&d->lock);
}

/* ---- Start and end ------------------------------------------------------- */

void dnvme_lease_start(struct dnvme *d)
{
	if (!d->lease.ns)
		return;
	spin_lock_irq(&d->lock);
	d->lease.on = true;
	dnvme_lease_kick(d);
	spin_unlock_irq(&d->lock);
}

static bool probes_are_back(const struct dnvme *d)
{
	const struct dnvme_probe *probe;

	for (probe = d->lease.probe; probe < probes_end(d); probe++)
		if (READ_ONCE(probe->busy))
			return false;
	return true;
}

/*
 * 1. Nobody starts the work any more;
 * 2. it has ended, so no new probe is sent;
 * 3. those sent are back;
 * 4. and the last of them has let go of the lock.
 */
void dnvme_lease_stop(struct dnvme *d)
{
	if (!d->lease.ns)
		return;
	spin_lock_irq(&d->lock);
	d->lease.on = false;
	spin_unlock_irq(&d->lock);
	cancel_delayed_work_sync(&d->lease.work);
	wait_event(d->drain_wait, probes_are_back(d));
	spin_lock_irq(&d->lock);
	spin_unlock_irq(&d->lock);
}

static int check_probe(struct dnvme *d, const struct dnvme_probe *probe)
{
	struct block_device *bdev = probe->dev->bdev;
	unsigned int block = bdev_logical_block_size(bdev);

	if (block > PAGE_SIZE || bdev_nr_bytes(bdev) < block) {
		d->ti->error = "Probe device has no block that could be read";
		return -EINVAL;
	}
	return 0;
}

static void init_probe(struct dnvme_probe *probe, struct dnvme_leg *leg)
{
	probe->leg = leg;
	probe->dev = leg->dev;
	probe->sector = leg->offset;
	probe->proved_ns = leg->renewed_ns;
	INIT_WORK(&probe->work, probe_work);
}

static int open_listed(struct dnvme *d, struct dnvme_probe *probe, const char **name)
{
	int r;

	init_probe(probe, d->leg);
	probe->sector = 0;
	probe->dev = NULL;
	r = dm_get_device(d->ti, *name, dm_table_get_mode(d->ti->table), &probe->dev);
	if (r) {
		d->ti->error = "Probe device cannot be opened";
		probe->dev = NULL;
		return r;
	}
	probe->own_dev = true;
	*name = probe->dev->name;
	return check_probe(d, probe);
}

static int open_probes(struct dnvme *d)
{
	struct dnvme_options *opts = &d->spec.opts;
	unsigned int i;
	int r = 0;

	for (i = 0; i < d->lease.nr_probes && !r; i++) {
		if (opts->nr_probes)
			r = open_listed(d, &d->lease.probe[i], &opts->probe[i]);
		else
			init_probe(&d->lease.probe[i], &d->leg[i]);
	}
	if (r)
		DMERR("probe device %s: %s", opts->probe[i - 1], d->ti->error);
	return r;
}

static void init_legs_unlimited(struct dnvme *d)
{
	struct dnvme_leg *leg;

	for (leg = d->leg; leg < dnvme_legs_end(d); leg++) {
		leg->renew_after_ns = S64_MAX;
		leg->window = d->lease.window;
	}
}

/* No leg is valid before its first success. */
static void init_legs_expired(struct dnvme *d)
{
	struct dnvme_leg *leg;

	for (leg = d->leg; leg < dnvme_legs_end(d); leg++) {
		leg->renewed_ns = -d->lease.ns - 1;
		if (d->lease.by_traffic)
			leg->renew_after_ns = S64_MIN;
		/* The first bio must look, however young the counter is. */
		leg->looked = get_cycles() - d->lease.window;
		leg->state = DNVME_LEG_EXPIRED;
		dnvme_leg_shut(leg);
	}
}

int dnvme_lease_init(struct dnvme *d)
{
	const struct dnvme_options *opts = &d->spec.opts;
	struct dnvme_lease *lease = &d->lease;

	lease->window = U64_MAX;
	init_legs_unlimited(d);
	if (!opts->lease_ms)
		return 0;
	INIT_DELAYED_WORK(&lease->work, lease_work);
	lease->ns = opts->lease_ms * (s64)NSEC_PER_MSEC;
	lease->grain_ns = lease->ns / 32;
	lease->window = dnvme_cycles_are_even() ? dnvme_cycles_in(lease->grain_ns) : 0;
	lease->by_traffic = !opts->nr_probes;
	lease->nr_probes = opts->nr_probes ?: d->geo.nr_legs;
	init_legs_expired(d);
	lease->page = alloc_page(GFP_KERNEL);
	lease->probe = kcalloc(lease->nr_probes, sizeof(*lease->probe), GFP_KERNEL);
	if (!lease->page || !lease->probe) {
		d->ti->error = "Out of memory";
		return -ENOMEM;
	}
	return open_probes(d);
}

void dnvme_lease_exit(struct dnvme *d)
{
	struct dnvme_probe *probe;

	if (d->lease.probe)
		for (probe = d->lease.probe; probe < probes_end(d); probe++)
			if (probe->own_dev)
				dm_put_device(d->ti, probe->dev);
	kfree(d->lease.probe);
	if (d->lease.page)
		__free_page(d->lease.page);
}
