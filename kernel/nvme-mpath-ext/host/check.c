// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/blkdev.h>
#include <linux/limits.h>

#include "check.h"

static int check_kind(const struct mp_path *path)
{
	struct block_device *bdev = path->dev.bdev;
	const char *why = NULL;

	if (bdev_is_zoned(bdev))
		why = "zoned";
	else if (bdev_read_only(bdev))
		why = "read-only";
	if (!why)
		return 0;
	pr_err("%s: path %s: %pg is %s, which a path cannot be\n", path->head->name, path->name,
	       bdev, why);
	return -EOPNOTSUPP;
}

static int complain(const struct mp_path *path, const struct mp_identity *is,
		    const char *what, const struct mp_identity *should)
{
	char text[2][MP_ID_TEXT_LEN];

	pr_err("%s: path %s: %pg is %s, but %s is %s\n", path->head->name, path->name,
	       path->dev.bdev, mp_identity_format(is, text[0]), what,
	       mp_identity_format(should, text[1]));
	return -EXDEV;
}

/* Any path that is there, whose identity is that of all. */
static const struct mp_path *sibling(struct mp_head *head)
{
	struct mp_path *path, *found = NULL;

	spin_lock_irq(&head->lock);
	for (path = mp_path_first(head); path; path = mp_path_after(path))
		found = path;
	spin_unlock_irq(&head->lock);
	return found;
}

/*
 * A path leaves its slot without the mutex, but its memory stays until its
 * directory goes, which takes the mutex.
 */
static int check_against_head(const struct mp_path *path)
{
	const struct mp_identity *should = &path->head->settings.identity;
	const struct mp_path *other = sibling(path->head);
	const char *who = "the head";

	if (!should->len && !other)
		return 0;
	if (!should->len) {
		should = &other->identity;
		who = other->name;
	}
	if (mp_identity_same(&path->identity, should))
		return 0;
	return complain(path, &path->identity, who, should);
}

/*
 * A device that tells its identity is believed, and a statement must agree with
 * it. Of one that does not the user's word is taken; that both the head and the
 * path were told the same is then the check.
 */
static int check_identity(struct mp_path *path, const struct mp_identity *stated)
{
	mp_identity_ask(path->dev.bdev, &path->identity);
	if (path->identity.len && stated->len && !mp_identity_same(&path->identity, stated))
		return complain(path, &path->identity, "its stated uuid", stated);
	if (!path->identity.len)
		path->identity = *stated;
	if (path->identity.len)
		return check_against_head(path);
	pr_err("%s: path %s: %pg does not tell its identity; state it in uuid\n",
	       path->head->name, path->name, path->dev.bdev);
	return -EBADSLT;
}

static int check_size(const struct mp_path *path)
{
	struct block_device *bdev = path->dev.bdev;
	const struct gendisk *disk = path->head->disk;

	if (!disk)
		return 0;
	if (bdev_nr_sectors(bdev) < get_capacity((struct gendisk *)disk)) {
		pr_err("%s: path %s: %pg has %llu sectors, but %s has %llu\n", path->head->name,
		       path->name, bdev, (u64)bdev_nr_sectors(bdev), disk->disk_name,
		       (u64)get_capacity((struct gendisk *)disk));
		return -EFBIG;
	}
	if (bdev_logical_block_size(bdev) != queue_logical_block_size(disk->queue)) {
		pr_err("%s: path %s: %pg has blocks of %u bytes, but %s of %u\n",
		       path->head->name, path->name, bdev, bdev_logical_block_size(bdev),
		       disk->disk_name, queue_logical_block_size(disk->queue));
		return -EFBIG;
	}
	return 0;
}

int mp_check_device(struct mp_path *path, const struct mp_path_config *config)
{
	int r;

	r = check_kind(path);
	if (!r)
		r = check_identity(path, &config->stated);
	if (!r)
		r = check_size(path);
	return r;
}

/* Those whose devices stay open while head->mutex is held are not all of them. */
static struct mp_path *get_open(struct mp_head *head, unsigned int slot)
{
	struct mp_path *path;

	spin_lock_irq(&head->lock);
	path = mp_path_in(head, slot);
	if (path && path->state != MP_GONE)
		percpu_ref_get(&path->in_flight);
	else
		path = NULL;
	spin_unlock_irq(&head->lock);
	return path;
}

void mp_check_limits(struct mp_head *head, struct compat_limits *limits)
{
	struct mp_path *path;
	unsigned int i;

	compat_limits_init(limits);
	for (i = 0; i < MP_MAX_PATHS; i++) {
		path = get_open(head, i);
		if (!path)
			continue;
		compat_limits_stack(limits, path->dev.bdev, head->name);
		mp_path_release(path);
	}
}

sector_t mp_check_size(struct mp_head *head)
{
	u64 size = U64_MAX;
	struct mp_path *path;
	unsigned int i;

	for (i = 0; i < MP_MAX_PATHS; i++) {
		path = get_open(head, i);
		if (!path)
			continue;
		size = min_t(u64, size, bdev_nr_sectors(path->dev.bdev));
		mp_path_release(path);
	}
	return size == U64_MAX ? 0 : size;
}

static void follow_limits(struct mp_head *head)
{
	struct compat_limits limits;

	mp_check_limits(head, &limits);
	if (!memcmp(&limits, &head->limits, sizeof(limits)))
		return;
	if (compat_limits_follow(head->disk, &limits))
		pr_err_ratelimited("%s: the limits of its paths do not fit together\n",
				   head->name);
	head->limits = limits;
}

static void follow_size(struct mp_head *head)
{
	sector_t size = mp_check_size(head);

	if (size <= get_capacity(head->disk))
		return;
	pr_info("%s: %s grows to %llu sectors\n", head->name, head->disk->disk_name, (u64)size);
	set_capacity_and_notify(head->disk, size);
}

/*
 * Whoever disables the head has the mutex and waits for this work: it gives up,
 * and the next probe asks for it again.
 */
void mp_check_follow(struct work_struct *work)
{
	struct mp_head *head = container_of(work, struct mp_head, follow_work);

	if (!mutex_trylock(&head->mutex))
		return;
	if (head->disk && mp_check_size(head)) {
		follow_limits(head);
		follow_size(head);
	}
	mutex_unlock(&head->mutex);
}
