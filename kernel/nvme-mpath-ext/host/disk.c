// SPDX-License-Identifier: GPL-2.0-only

#include <linux/blkdev.h>
#include <linux/capability.h>
#include <linux/module.h>
#include <linux/pr.h>

#include "disk.h"
#include "io.h"
#include "path.h"

/* Not through a disk that the head had before, and somebody still has open. */
static struct mp_path *acquire(struct gendisk *disk)
{
	struct mp_head *head = disk->private_data;

	return READ_ONCE(head->disk) == disk ? mp_path_acquire_active(head) : NULL;
}

/*
 * While no path is active the caller has to try again: waiting would be for as
 * long as the queue does. What is meant for the whole disk must not come through
 * a partition, as the path below would not know.
 */
static int disk_ioctl(struct block_device *bdev, blk_mode_t mode, unsigned int cmd,
		      unsigned long arg)
{
	struct mp_path *path;
	int r = -ENOTTY;

	if (bdev_is_partition(bdev) && !capable(CAP_SYS_RAWIO))
		return -ENOIOCTLCMD;
	path = acquire(bdev->bd_disk);
	if (!path)
		return -EAGAIN;
	bdev = path->dev.bdev;
	if (bdev->bd_disk->fops->ioctl)
		r = bdev->bd_disk->fops->ioctl(bdev, mode, cmd, arg);
	mp_path_release(path);
	return r;
}

static int disk_get_unique_id(struct gendisk *disk, u8 id[16], enum blk_unique_id type)
{
	struct mp_path *path;
	int r = -EINVAL;

	if (type != BLK_UID_EUI64)
		return r;
	path = acquire(disk);
	if (!path)
		return -EAGAIN;
	memcpy(id, path->identity.id, path->identity.len);
	r = path->identity.len;
	mp_path_release(path);
	return r;
}

static void free_disk(struct gendisk *disk)
{
	mp_head_put(disk->private_data);
}

/* ---- persistent reservations ---- */

/* The head's own reservation would not survive its user's, nor theirs a failover. */
static bool has_own(const struct block_device *bdev)
{
	const struct mp_head *head = bdev->bd_disk->private_data;

	return head->settings.activation->reserves;
}

static const struct pr_ops *pr_ops_of(const struct mp_path *path)
{
	return path->dev.bdev->bd_disk->fops->pr_ops;
}

/* The active path, if it has reservations at all, kept open; or an ERR_PTR. */
static struct mp_path *acquire_for_pr(struct block_device *bdev)
{
	struct mp_path *path;

	if (has_own(bdev))
		return ERR_PTR(-EOPNOTSUPP);
	path = acquire(bdev->bd_disk);
	if (!path)
		return ERR_PTR(-EAGAIN);
	if (pr_ops_of(path))
		return path;
	mp_path_release(path);
	return ERR_PTR(-EOPNOTSUPP);
}

static int register_on(struct mp_path *path, u64 old_key, u64 new_key, u32 flags)
{
	const struct pr_ops *ops = pr_ops_of(path);

	if (!ops || !ops->pr_register)
		return -EOPNOTSUPP;
	return ops->pr_register(path->dev.bdev, old_key, new_key, flags);
}

static struct mp_path *acquire_well(struct mp_head *head, unsigned int slot)
{
	struct mp_path *path;

	spin_lock_irq(&head->lock);
	path = mp_path_in(head, slot);
	if (path && (path->state == MP_READY || path->state == MP_ACTIVE ||
		     path->state == MP_ASKED))
		percpu_ref_get(&path->in_flight);
	else
		path = NULL;
	spin_unlock_irq(&head->lock);
	return path;
}

/* SCSI knows each path as an initiator of its own: the key must be known on all. */
static int disk_pr_register(struct block_device *bdev, u64 old_key, u64 new_key, u32 flags)
{
	struct mp_head *head = bdev->bd_disk->private_data;
	struct mp_path *path;
	unsigned int i;
	int r = -EAGAIN;

	if (has_own(bdev))
		return -EOPNOTSUPP;
	for (i = 0; i < MP_MAX_PATHS; i++) {
		path = acquire_well(head, i);
		if (!path)
			continue;
		r = register_on(path, old_key, new_key, flags);
		mp_path_release(path);
		if (r)
			break;
	}
	return r;
}

static int disk_pr_reserve(struct block_device *bdev, u64 key, enum pr_type type, u32 flags)
{
	struct mp_path *path = acquire_for_pr(bdev);
	int r = -EOPNOTSUPP;

	if (IS_ERR(path))
		return PTR_ERR(path);
	if (pr_ops_of(path)->pr_reserve)
		r = pr_ops_of(path)->pr_reserve(path->dev.bdev, key, type, flags);
	mp_path_release(path);
	return r;
}

static int disk_pr_release(struct block_device *bdev, u64 key, enum pr_type type)
{
	struct mp_path *path = acquire_for_pr(bdev);
	int r = -EOPNOTSUPP;

	if (IS_ERR(path))
		return PTR_ERR(path);
	if (pr_ops_of(path)->pr_release)
		r = pr_ops_of(path)->pr_release(path->dev.bdev, key, type);
	mp_path_release(path);
	return r;
}

static int disk_pr_preempt(struct block_device *bdev, u64 old_key, u64 new_key,
			   enum pr_type type, bool abort)
{
	struct mp_path *path = acquire_for_pr(bdev);
	int r = -EOPNOTSUPP;

	if (IS_ERR(path))
		return PTR_ERR(path);
	if (pr_ops_of(path)->pr_preempt)
		r = pr_ops_of(path)->pr_preempt(path->dev.bdev, old_key, new_key, type,
						abort);
	mp_path_release(path);
	return r;
}

static int disk_pr_clear(struct block_device *bdev, u64 key)
{
	struct mp_path *path = acquire_for_pr(bdev);
	int r = -EOPNOTSUPP;

	if (IS_ERR(path))
		return PTR_ERR(path);
	if (pr_ops_of(path)->pr_clear)
		r = pr_ops_of(path)->pr_clear(path->dev.bdev, key);
	mp_path_release(path);
	return r;
}

static const struct pr_ops disk_pr_ops = {
	.pr_register = disk_pr_register,
	.pr_reserve = disk_pr_reserve,
	.pr_release = disk_pr_release,
	.pr_preempt = disk_pr_preempt,
	.pr_clear = disk_pr_clear,
};

const struct block_device_operations mp_disk_ops = {
	.owner = THIS_MODULE,
	.submit_bio = mp_io_submit,
	.ioctl = disk_ioctl,
	.compat_ioctl = blkdev_compat_ptr_ioctl,
	.get_unique_id = disk_get_unique_id,
	.free_disk = free_disk,
	.pr_ops = &disk_pr_ops,
};
