/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A bio-based disk over other block devices, and its limits.
 */
#ifndef DNVME_COMPAT_DISK_H
#define DNVME_COMPAT_DISK_H

#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/string.h>
#include <linux/version.h>

#if KERNEL_VERSION(6, 11, 0) <= LINUX_VERSION_CODE

#include <linux/blk-mq.h>

struct compat_limits {
	struct queue_limits lim;
};

static inline void compat_limits_init(struct compat_limits *limits)
{
	blk_set_stacking_limits(&limits->lim);
	limits->lim.features = BLK_FEAT_IO_STAT | BLK_FEAT_NOWAIT;
}

static inline void compat_limits_stack(struct compat_limits *limits, struct block_device *bdev,
				       const char *name)
{
	queue_limits_stack_bdev(&limits->lim, bdev, 0, name);
}

static inline struct gendisk *compat_disk_alloc(struct compat_limits *limits)
{
	return blk_alloc_disk(&limits->lim, NUMA_NO_NODE);
}

/* What a user has set in sysfs stays. */
static inline int compat_limits_follow(struct gendisk *disk, const struct compat_limits *limits)
{
	struct queue_limits lim = limits->lim;
	struct queue_limits old = queue_limits_start_update(disk->queue);

	lim.flags |= old.flags & BLK_FLAG_WRITE_CACHE_DISABLED;
	if (!(old.features & BLK_FEAT_IO_STAT))
		lim.features &= ~BLK_FEAT_IO_STAT;
	lim.max_user_sectors = old.max_user_sectors;
	lim.max_user_discard_sectors = old.max_user_discard_sectors;
	return queue_limits_commit_update_frozen(disk->queue, &lim);
}

#else

#include <linux/blk-mq.h>

struct compat_limits {
	struct queue_limits lim;
	bool write_cache;
	bool fua;
	bool rotational;
	bool stable_writes;
	bool nowait;
};

static inline void compat_limits_init(struct compat_limits *limits)
{
	memset(limits, 0, sizeof(*limits));
	blk_set_stacking_limits(&limits->lim);
	limits->nowait = true;
}

static inline void compat_limits_stack(struct compat_limits *limits, struct block_device *bdev,
				       const char *name)
{
	struct request_queue *q = bdev_get_queue(bdev);

	if (blk_stack_limits(&limits->lim, &q->limits, get_start_sect(bdev)) < 0)
		pr_notice("%s: Warning: Device %pg is misaligned\n", name, bdev);
	limits->write_cache |= test_bit(QUEUE_FLAG_WC, &q->queue_flags);
	limits->fua |= test_bit(QUEUE_FLAG_FUA, &q->queue_flags);
	limits->rotational |= !blk_queue_nonrot(q);
	limits->stable_writes |= blk_queue_stable_writes(q);
	limits->nowait &= test_bit(QUEUE_FLAG_NOWAIT, &q->queue_flags);
}

static inline void compat_queue_flag(struct request_queue *q, unsigned int flag, bool set)
{
	if (set)
		blk_queue_flag_set(flag, q);
	else
		blk_queue_flag_clear(flag, q);
}

static inline void compat_limits_put(struct gendisk *disk, const struct compat_limits *limits)
{
	struct request_queue *q = disk->queue;

	q->limits = limits->lim;
	blk_queue_write_cache(q, limits->write_cache, limits->fua);
	compat_queue_flag(q, QUEUE_FLAG_NONROT, !limits->rotational);
	compat_queue_flag(q, QUEUE_FLAG_STABLE_WRITES, limits->stable_writes);
	compat_queue_flag(q, QUEUE_FLAG_NOWAIT, limits->nowait);
	disk_update_readahead(disk);
}

static inline struct gendisk *compat_disk_alloc(struct compat_limits *limits)
{
	struct gendisk *disk = blk_alloc_disk(NUMA_NO_NODE);

	if (!disk)
		return ERR_PTR(-ENOMEM);
	compat_limits_put(disk, limits);
	blk_queue_flag_set(QUEUE_FLAG_IO_STAT, disk->queue);
	return disk;
}

static inline int compat_limits_follow(struct gendisk *disk, const struct compat_limits *limits)
{
	blk_mq_freeze_queue(disk->queue);
	compat_limits_put(disk, limits);
	blk_mq_unfreeze_queue(disk->queue);
	return 0;
}

#endif

#ifndef BLK_STS_RESV_CONFLICT
#define BLK_STS_RESV_CONFLICT BLK_STS_NEXUS
#endif

/* The status of a bio that no device could take as it is. */
static inline bool compat_status_is_invalid(blk_status_t status)
{
#ifdef BLK_STS_INVAL
	return status == BLK_STS_INVAL;
#else
	return false;
#endif
}

#endif /* DNVME_COMPAT_DISK_H */
