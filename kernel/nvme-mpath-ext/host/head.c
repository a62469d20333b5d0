// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/blkdev.h>
#include <linux/idr.h>
#include <linux/ktime.h>
#include <linux/nvme-mpath-ext.h>
#include <linux/slab.h>

#include "check.h"
#include "disk.h"
#include "event.h"
#include "failover.h"
#include "path.h"
#include "queue.h"

static DEFINE_IDA(numbers);

const char * const mp_reason_names[MP_NR_REASONS] = {
	[MP_START] = "start",
	[MP_ERROR] = "error",
	[MP_DEVICE_GONE] = "gone",
	[MP_USER] = "user",
	[MP_FAILBACK] = "failback",
	[MP_DISABLED] = "disabled",
	[MP_UNWILLING] = "unwilling",
};

static const struct mp_settings default_settings = {
	.policy = MP_ACTIVE_STANDBY,
	.activation = &activation_none,
	.opcode = NVME_MPATH_EXT_OPCODE,
	.activation_timeout_ms = 60000,
	.max_tries = 10,
	.failover_interval_ms = 1000,
	.failback_delay_ms = 10000,
	.silence_timeout_ms = 3000,
};

/* ---- what it tells ---- */

int mp_head_active_names(struct mp_head *head, char *text, size_t size)
{
	struct mp_path *path;
	int len = 0;

	spin_lock_irq(&head->lock);
	for (path = mp_path_first(head); path; path = mp_path_after(path))
		if (path->state == MP_ACTIVE)
			len += scnprintf(text + len, size - len, "%s%s", len ? " " : "",
					 path->name);
	spin_unlock_irq(&head->lock);
	return len ? len : scnprintf(text, size, "none");
}

static bool any_in(struct mp_head *head, enum mp_state state)
{
	struct mp_path *path;

	for (path = mp_path_first(head); path; path = mp_path_after(path))
		if (path->state == state)
			return true;
	return false;
}

const char *mp_head_state_name(struct mp_head *head)
{
	const char *name = "down";

	spin_lock_irq(&head->lock);
	if (any_in(head, MP_ACTIVE))
		name = head->owed ? "owing" : "up";
	else if (any_in(head, MP_ASKED) || any_in(head, MP_READY))
		name = "switching";
	spin_unlock_irq(&head->lock);
	return name;
}

/* ---- its life ---- */

/* Not before: a head without an acknowledged path would keep the scan waiting. */
static void scan(struct work_struct *work)
{
	struct gendisk *disk = container_of(work, struct mp_head, scan_work)->disk;

	clear_bit(GD_SUPPRESS_PART_SCAN, &disk->state);
	mutex_lock(&disk->open_mutex);
	bdev_disk_changed(disk, false);
	mutex_unlock(&disk->open_mutex);
}

static void init_locks(struct mp_head *head)
{
	mutex_init(&head->mutex);
	spin_lock_init(&head->lock);
	init_waitqueue_head(&head->changed);
	INIT_DELAYED_WORK(&head->failover_work, mp_failover_work);
	INIT_DELAYED_WORK(&head->expire_work, mp_queue_expire);
	INIT_WORK(&head->scan_work, scan);
	INIT_WORK(&head->event_work, mp_event_tell);
	INIT_WORK(&head->follow_work, mp_check_follow);
}

struct mp_head *mp_head_create(const char *name)
{
	struct mp_head *head = kzalloc(sizeof(*head), GFP_KERNEL);

	if (!head)
		return NULL;
	head->last = alloc_percpu(u8);
	if (!head->last) {
		kfree(head);
		return NULL;
	}
	kref_init(&head->ref);
	init_locks(head);
	strscpy(head->name, name, MP_NAME_LEN);
	head->settings = default_settings;
	head->wanted = MP_NO_PATH;
	return head;
}

static void free_head(struct kref *ref)
{
	struct mp_head *head = container_of(ref, struct mp_head, ref);

	free_percpu(head->last);
	kfree(head);
}

void mp_head_put(struct mp_head *head)
{
	kref_put(&head->ref, free_head);
}

/* ---- its disk ---- */

static struct gendisk *make_disk(struct mp_head *head)
{
	struct gendisk *disk;

	mp_check_limits(head, &head->limits);
	disk = compat_disk_alloc(&head->limits);
	if (IS_ERR(disk))
		return disk;
	disk->fops = &mp_disk_ops;
	disk->private_data = head;
	snprintf(disk->disk_name, DISK_NAME_LEN, "nvmemp%d", head->number);
	set_bit(GD_SUPPRESS_PART_SCAN, &disk->state);
	set_capacity(disk, mp_check_size(head));
	/* Dropped by free_disk(). */
	mp_head_get(head);
	return disk;
}

static void go_live(struct mp_head *head)
{
	spin_lock_irq(&head->lock);
	head->round_robin = head->settings.policy == MP_ROUND_ROBIN;
	head->live = true;
	head->owed = true;
	head->losses++;
	head->reason = MP_START;
	head->lost[0] = '\0';
	head->lost_ns = ktime_get_ns();
	head->scanned = false;
	head->failovers = 0;
	head->failed = 0;
	head->queue.ever = 0;
	head->last_failover = (struct mp_failover){ };
	mod_delayed_work(mp_wq, &head->failover_work, 0);
	spin_unlock_irq(&head->lock);
}

static void go_down(struct mp_head *head)
{
	struct mp_path *path;

	spin_lock_irq(&head->lock);
	head->live = false;
	WRITE_ONCE(head->admitting, 0);
	for (path = mp_path_first(head); path; path = mp_path_after(path))
		if (path->state == MP_ACTIVE)
			mp_path_apply(path, MP_EV_YIELD, MP_DISABLED);
	wake_up(&head->changed);
	spin_unlock_irq(&head->lock);
}

static struct mp_path *get_path(struct mp_head *head, unsigned int slot)
{
	struct mp_path *path;

	spin_lock_irq(&head->lock);
	path = mp_path_in(head, slot);
	if (path)
		mp_path_get(path);
	spin_unlock_irq(&head->lock);
	return path;
}

static void visit_paths(struct mp_head *head, void (*visit)(struct mp_path *path))
{
	struct mp_path *path;
	unsigned int i;

	for (i = 0; i < MP_MAX_PATHS; i++) {
		path = get_path(head, i);
		if (!path)
			continue;
		visit(path);
		mp_path_put(path);
	}
}

static void wait_until_closed(struct mp_path *path)
{
	wait_for_completion(&path->closed);
}

static void leave(struct mp_path *path)
{
	mp_path_leave(path, MP_DISABLED);
}

static int check_settings(struct mp_head *head)
{
	const struct mp_settings *settings = &head->settings;

	if (!mp_check_size(head)) {
		pr_err("%s: no path is enabled, or the device is empty\n", head->name);
		return -ENODEV;
	}
	if (settings->policy == MP_ROUND_ROBIN && settings->activation->reserves) {
		pr_err("%s: with activation %s only one path can be active: use another policy\n",
		       head->name, settings->activation->name);
		return -EINVAL;
	}
	return 0;
}

int mp_head_enable(struct mp_head *head)
{
	struct gendisk *disk;
	int r;

	lockdep_assert_held(&head->mutex);
	r = check_settings(head);
	if (r)
		return r;
	head->number = ida_alloc(&numbers, GFP_KERNEL);
	if (head->number < 0)
		return head->number;
	disk = make_disk(head);
	r = PTR_ERR_OR_ZERO(disk);
	if (r)
		goto free_number;
	head->disk = disk;
	go_live(head);
	r = device_add_disk(NULL, disk, mp_disk_groups);
	if (r)
		goto stop;
	pr_info("%s: is %s\n", head->name, disk->disk_name);
	return 0;

stop:
	go_down(head);
	cancel_delayed_work_sync(&head->failover_work);
	cancel_work_sync(&head->scan_work);
	cancel_work_sync(&head->event_work);
	head->disk = NULL;
	put_disk(disk);
	/* free_disk() is for those that were added. */
	mp_head_put(head);
free_number:
	ida_free(&numbers, head->number);
	return r;
}

/*
 * 1. Not live: what arrives or comes back with an error fails;
 * 2. the paths leave, which ends an activation under way;
 * 3. no work is under way any more, and none begins;
 * 4. what is queued fails, and with it a scan for partitions ends;
 * 5. the disk goes, and nobody submits any more;
 * 6. what is in flight comes back, and the devices are closed.
 */
void mp_head_disable(struct mp_head *head)
{
	lockdep_assert_held(&head->mutex);
	go_down(head);
	visit_paths(head, leave);
	cancel_delayed_work_sync(&head->failover_work);
	cancel_delayed_work_sync(&head->expire_work);
	mp_queue_fail(head);
	cancel_work_sync(&head->scan_work);
	cancel_work_sync(&head->follow_work);
	cancel_work_sync(&head->event_work);
	del_gendisk(head->disk);
	visit_paths(head, wait_until_closed);
	pr_info("%s: %s is gone\n", head->name, head->disk->disk_name);
	put_disk(head->disk);
	head->disk = NULL;
	ida_free(&numbers, head->number);
}
