// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device-mapper target "dnvme": a stripe over legs, and the gate before
 * them. Documentation/admin-guide/dm-dnvme.rst says how it is used.
 */

#include <linux/blkdev.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "break.h"
#include "gate.h"
#include "hold.h"
#include "io.h"
#include "lease.h"

struct workqueue_struct *dnvme_wq;

/* ---- Constructor --------------------------------------------------------- */

/* A leg must hold its share, and its blocks must be whole blocks of the target. */
static int check_leg(struct dnvme *d, const struct dnvme_leg *leg)
{
	unsigned int block = bdev_logical_block_size(leg->dev->bdev) >> SECTOR_SHIFT;
	sector_t size = bdev_nr_sectors(leg->dev->bdev);

	if (leg->offset > size || size - leg->offset < d->geo.leg_len) {
		d->ti->error = "Leg device is too small";
		return -EINVAL;
	}
	if (leg->offset & (block - 1)) {
		d->ti->error = "Leg offset is no multiple of the leg's logical block size";
		return -EINVAL;
	}
	if (d->geo.chunk_sectors & (block - 1)) {
		d->ti->error = "Chunk size is no multiple of the leg's logical block size";
		return -EINVAL;
	}
	return 0;
}

static int open_leg(struct dnvme *d, struct dnvme_leg *leg, struct dnvme_leg_spec *spec)
{
	int r;

	leg->offset = spec->offset;
	r = dm_get_device(d->ti, spec->dev, dm_table_get_mode(d->ti->table), &leg->dev);
	if (r) {
		d->ti->error = "Leg device cannot be opened";
		leg->dev = NULL;
		return r;
	}
	spec->dev = leg->dev->name;
	return check_leg(d, leg);
}

static int init_legs(struct dnvme *d)
{
	struct dnvme_leg *leg;

	for (leg = d->leg; leg < dnvme_legs_end(d); leg++) {
		leg->dnvme = d;
		bio_list_init(&leg->held_bios);
		leg->cpu = alloc_percpu(struct dnvme_leg_cpu);
		if (!leg->cpu) {
			d->ti->error = "Out of memory";
			return -ENOMEM;
		}
	}
	return 0;
}

static int open_legs(struct dnvme *d)
{
	unsigned int i;
	int r;

	for (i = 0; i < d->geo.nr_legs; i++) {
		r = open_leg(d, &d->leg[i], &d->spec.leg[i]);
		if (r) {
			DMERR("leg %u, %s: %s", i, d->spec.leg[i].dev, d->ti->error);
			return r;
		}
	}
	return 0;
}

/* Also for a target whose construction stopped half-way. */
static void free_dnvme(struct dnvme *d)
{
	struct dnvme_leg *leg;

	dnvme_lease_exit(d);
	for (leg = d->leg; leg < dnvme_legs_end(d); leg++) {
		if (leg->dev)
			dm_put_device(d->ti, leg->dev);
		free_percpu(leg->cpu);
	}
	kfree(d);
}

/*
 * With zero legs one clone of each flush or discard must still arrive, even
 * though no device below says that it has a cache: it is held. Write-zeroes
 * cannot carry FUA; with write_through the block layer is left to write zeroes
 * as data.
 */
static int init_target(struct dnvme *d)
{
	unsigned int clones = d->nr_all_legs;
	struct dm_target *ti = d->ti;

	ti->private = d;
	ti->per_io_data_size = sizeof(struct dnvme_io);
	ti->num_flush_bios = clones;
	ti->flush_supported = !d->geo.nr_legs;
	ti->num_discard_bios = clones;
	ti->num_secure_erase_bios = clones;
	ti->num_write_zeroes_bios = d->write_flags ? 0 : clones;
	d->shift = d->leg[0].offset - ti->begin;
	if (d->geo.nr_legs < 2)
		return 0;
	return dm_set_target_max_io_len(ti, d->geo.chunk_sectors);
}

static void init_gate(struct dnvme *d)
{
	struct dnvme_leg *leg;

	INIT_WORK(&d->release_work, dnvme_release_work);
	init_waitqueue_head(&d->drain_wait);
	dnvme_event_init(d);

	d->epoch = d->spec.epoch;
	d->state = d->spec.opts.mode;
	/* No bio has passed this table: a gate made fenced has drained. */
	d->receipt = d->state == DNVME_FENCED ? DNVME_DRAINED : DNVME_NO_RECEIPT;
	if (!dnvme_state_admits(d->state))
		for (leg = d->leg; leg < dnvme_legs_end(d); leg++)
			dnvme_leg_shut(leg);
}

static struct dnvme *alloc_dnvme(struct dm_target *ti, const struct dnvme_spec *spec)
{
	unsigned int nr_all_legs = max(spec->nr_legs, 1U);
	struct dnvme *d = kzalloc(struct_size(d, leg, nr_all_legs), GFP_KERNEL);

	if (!d) {
		ti->error = "Out of memory";
		return NULL;
	}
	spin_lock_init(&d->lock);
	d->ti = ti;
	d->nr_all_legs = nr_all_legs;
	d->spec = *spec;
	if (dnvme_option_given(&spec->opts, DNVME_OPTION_WRITE_THROUGH))
		d->write_flags = REQ_FUA;
	d->hold_on_error = dnvme_option_given(&spec->opts, DNVME_OPTION_HOLD_ON_ERROR);
	d->write_ttl_ns = spec->opts.write_ttl_ms * (u64)NSEC_PER_MSEC;
	d->special = dnvme_special(d);
	dnvme_geometry_init(&d->geo, spec->nr_legs, spec->chunk_sectors, ti->len);
	return d;
}

static int construct(struct dm_target *ti, const struct dnvme_spec *spec)
{
	struct dnvme *d = alloc_dnvme(ti, spec);
	int r;

	if (!d)
		return -ENOMEM;
	r = init_legs(d);
	if (!r)
		r = open_legs(d);
	if (!r)
		r = dnvme_lease_init(d);
	if (!r)
		r = init_target(d);
	if (r) {
		free_dnvme(d);
		return r;
	}
	init_gate(d);
	return 0;
}

/*
 * <epoch> <chunk_sectors> <#legs> [<dev> <offset>]{#legs}
 *         <#opts> [<opt> [<arg>...]]...
 */
static int dnvme_ctr(struct dm_target *ti, unsigned int argc, char **argv)
{
	struct dnvme_spec *spec = kzalloc(sizeof(*spec), GFP_KERNEL);
	int r;

	if (!spec) {
		ti->error = "Out of memory";
		return -ENOMEM;
	}
	r = dnvme_table_parse(spec, ti->len, argc, argv, &ti->error);
	if (!r)
		r = construct(ti, spec);
	kfree(spec);
	return r;
}

/*
 * By now dm core
 *
 * 1. has called presuspend: nothing is held, and nothing will be;
 * 2. admits no bio any more and has waited for those below;
 * 3. has called postsuspend: no probe is below, and none will be.
 *
 * So what is left to do is
 *
 * 4. wait for a release work that has issued its last bio;
 * 5. stop events, the only other user of the target;
 * 6. close the legs and free.
 */
static void dnvme_dtr(struct dm_target *ti)
{
	struct dnvme *d = ti->private;

	WARN_ON_ONCE(dnvme_held(d));
	cancel_work_sync(&d->release_work);
	dnvme_event_exit(d);
	free_dnvme(d);
}

/* ---- Suspend, ioctl, limits ---------------------------------------------- */

static void dnvme_presuspend(struct dm_target *ti)
{
	dnvme_hold_suspend(ti->private, dm_noflush_suspending(ti));
}

static void dnvme_presuspend_undo(struct dm_target *ti)
{
	dnvme_hold_resume(ti->private);
}

static void dnvme_postsuspend(struct dm_target *ti)
{
	dnvme_lease_stop(ti->private);
}

static void dnvme_resume(struct dm_target *ti)
{
	dnvme_hold_resume(ti->private);
	dnvme_lease_start(ti->private);
}

/*
 * Commands passed through an ioctl are no bios: the gate can neither hold nor
 * drain them, so only a live gate lets them by.
 */
static int dnvme_prepare_ioctl(struct dm_target *ti, struct block_device **bdev)
{
	struct dnvme *d = ti->private;

	if (d->geo.nr_legs != 1)
		return -EINVAL;
	if (READ_ONCE(d->leg[0].shut) || !dnvme_lease_valid(&d->leg[0]))
		return -EAGAIN;
	*bdev = d->leg[0].dev->bdev;
	return d->leg[0].offset || ti->len != bdev_nr_sectors(*bdev);
}

static int dnvme_iterate_devices(struct dm_target *ti, iterate_devices_callout_fn fn, void *data)
{
	struct dnvme *d = ti->private;
	unsigned int i;
	int r = 0;

	for (i = 0; i < d->geo.nr_legs && !r; i++)
		r = fn(ti, d->leg[i].dev, d->leg[i].offset, d->geo.leg_len, data);
	return r;
}

static void dnvme_io_hints(struct dm_target *ti, struct queue_limits *limits)
{
	struct dnvme *d = ti->private;

	if (d->geo.nr_legs < 2)
		return;
	limits->chunk_sectors = d->geo.chunk_sectors;
	limits->io_min = d->geo.chunk_sectors << SECTOR_SHIFT;
	if (check_mul_overflow(limits->io_min, d->geo.nr_legs, &limits->io_opt))
		limits->io_opt = 0;
}

/* ---- Module -------------------------------------------------------------- */

struct target_type dnvme_target = {
	.name = DNVME_TARGET_NAME,
	.version = { DNVME_VERSION_MAJOR, DNVME_VERSION_MINOR, DNVME_VERSION_PATCH },
	.features = DM_TARGET_PASSES_INTEGRITY | DM_TARGET_PASSES_CRYPTO | DM_TARGET_NOWAIT,
	.module = THIS_MODULE,
	.ctr = dnvme_ctr,
	.dtr = dnvme_dtr,
	.map = dnvme_map,
	.end_io = dnvme_end_io,
	.presuspend = dnvme_presuspend,
	.presuspend_undo = dnvme_presuspend_undo,
	.postsuspend = dnvme_postsuspend,
	.resume = dnvme_resume,
	.status = dnvme_status,
	.message = dnvme_message,
	.prepare_ioctl = dnvme_prepare_ioctl,
	.iterate_devices = dnvme_iterate_devices,
	.io_hints = dnvme_io_hints,
};

static int __init dnvme_init(void)
{
	int r;

#ifdef DNVME_BREAK
	DMWARN("test build, must not hold data: broken on purpose: " DNVME_BREAK);
#endif
	dnvme_wq = alloc_workqueue("dm-dnvme", WQ_MEM_RECLAIM, 0);
	if (!dnvme_wq)
		return -ENOMEM;
	r = dm_register_target(&dnvme_target);
	if (r)
		destroy_workqueue(dnvme_wq);
	return r;
}

static void __exit dnvme_exit(void)
{
	dm_unregister_target(&dnvme_target);
	destroy_workqueue(dnvme_wq);
}

module_init(dnvme_init);
module_exit(dnvme_exit);

#ifdef DNVME_BREAK
MODULE_INFO(dnvme_break, DNVME_BREAK);
#endif
MODULE_DESCRIPTION("device-mapper target that stripes over legs and fences writes");
MODULE_AUTHOR("the dnvme project");
MODULE_VERSION("1.1.0");
MODULE_LICENSE("GPL");
