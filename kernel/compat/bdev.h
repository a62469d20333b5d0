/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Opening a block device, and hearing of its end.
 */
#ifndef DNVME_COMPAT_BDEV_H
#define DNVME_COMPAT_BDEV_H

#include <linux/blkdev.h>
#include <linux/err.h>
#include <linux/version.h>

#if KERNEL_VERSION(6, 9, 0) <= LINUX_VERSION_CODE

#include <linux/mutex.h>

struct compat_bdev {
	struct file *file;
	struct block_device *bdev;
};

/* Exclusively, for reading and writing. */
static inline int compat_bdev_open(struct compat_bdev *dev, const char *path, void *holder,
				   const struct blk_holder_ops *ops)
{
	dev->file = bdev_file_open_by_path(path, BLK_OPEN_READ | BLK_OPEN_WRITE, holder, ops);
	if (IS_ERR(dev->file))
		return PTR_ERR(dev->file);
	dev->bdev = file_bdev(dev->file);
	return 0;
}

static inline void compat_bdev_close(struct compat_bdev *dev)
{
	bdev_fput(dev->file);
}

/* mark_dead() is called with this lock held, and must let it go. */
static inline void compat_holder_unlock(struct block_device *bdev)
{
	mutex_unlock(&bdev->bd_holder_lock);
}

#else

#define blk_mode_t fmode_t

/* Never called there: whoever holds a device must look at disk_live(). */
struct blk_holder_ops {
	void (*mark_dead)(struct block_device *bdev, bool surprise);
};

struct compat_bdev {
	struct block_device *bdev;
};

static inline int compat_bdev_open(struct compat_bdev *dev, const char *path, void *holder,
				   const struct blk_holder_ops *ops)
{
	dev->bdev = blkdev_get_by_path(path, FMODE_READ | FMODE_WRITE | FMODE_EXCL, holder);
	return PTR_ERR_OR_ZERO(dev->bdev);
}

static inline void compat_bdev_close(struct compat_bdev *dev)
{
	blkdev_put(dev->bdev, FMODE_READ | FMODE_WRITE | FMODE_EXCL);
}

static inline void compat_holder_unlock(struct block_device *bdev)
{
}

#endif

#endif /* DNVME_COMPAT_BDEV_H */
