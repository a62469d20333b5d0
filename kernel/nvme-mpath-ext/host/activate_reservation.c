// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/nvme.h>
#include <linux/pr.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "activate_reservation.h"
#include "activation.h"

#define TYPE PR_WRITE_EXCLUSIVE

/*
 * What pr_ops return: SCSI's status byte, with more above it in 6.1, or NVMe's
 * status.
 */
#define SCSI_STATUS_MASK 0xff
#define SCSI_CHECK_CONDITION 0x02
#define SCSI_CONFLICT 0x18
#define NVME_CODE_MASK 0x7ff

/* As many unit attentions may wait for a path. */
#define MAX_ATTENTIONS 3

/* The block layer's calls know no time-out, so that they are made by a work item. */
struct pr_path {
	struct list_head entry;		/* in all */
	struct work_struct work;
	const struct activation_path *path;
	atomic_t cancels;
	bool busy;			/* the work item is under way */
	int result;			/* of the last one */
};

static DEFINE_SPINLOCK(lock);		/* guards all, and busy and result of each */
static LIST_HEAD(all);
static DECLARE_WAIT_QUEUE_HEAD(wait);	/* for busy to end */
static struct workqueue_struct *reservation_wq;

static bool is_conflict(int result)
{
	return result > 0 &&
	       ((result & SCSI_STATUS_MASK) == SCSI_CONFLICT ||
		(result & NVME_CODE_MASK) == NVME_SC_RESERVATION_CONFLICT);
}

static bool is_check_condition(int result)
{
	return result > 0 && (result & SCSI_STATUS_MASK) == SCSI_CHECK_CONDITION;
}

/*
 * That a path was preempted fails its next command, and is told only once. In 6.1
 * nobody below tries again.
 */
static int register_key(struct block_device *bdev, const struct pr_ops *ops, u64 key)
{
	int attentions = MAX_ATTENTIONS;
	int r;

	do
		r = ops->pr_register(bdev, 0, key, PR_FL_IGNORE_KEY);
	while (is_check_condition(r) && attentions--);
	return r;
}

/* The sequence of activate_reservation.h. */
static int take_over(struct block_device *bdev, u64 key)
{
	const struct pr_ops *ops = bdev->bd_disk->fops->pr_ops;
	int r = register_key(bdev, ops, key);

	if (r)
		return r;
	r = ops->pr_reserve(bdev, key, TYPE, 0);
	if (r && !is_conflict(r))
		return r;
	r = ops->pr_preempt(bdev, key, key, TYPE, true);
	return r ?: ops->pr_reserve(bdev, key, TYPE, 0);
}

static void take_over_work(struct work_struct *work)
{
	struct pr_path *p = container_of(work, struct pr_path, work);
	int result = take_over(p->path->bdev, p->path->pr_key);

	spin_lock(&lock);
	p->result = result;
	p->busy = false;
	spin_unlock(&lock);
	wake_up_all(&wait);
}

static bool is_idle(const struct pr_path *p)
{
	bool idle;

	spin_lock(&lock);
	idle = !p->busy;
	spin_unlock(&lock);
	return idle;
}

/*
 * One path of a head at a time: what was left under way on another one would take
 * the reservation away again, once this one has it.
 */
static bool claim(struct pr_path *p)
{
	struct pr_path *other;
	bool busy = false;

	spin_lock(&lock);
	list_for_each_entry(other, &all, entry)
		busy |= other->busy && !strcmp(other->path->head, p->path->head);
	if (!busy)
		p->busy = true;
	spin_unlock(&lock);
	return !busy;
}

/* ---- attach, detach ------------------------------------------------------ */

/* NULL, or why not. */
static const char *why_not(const struct activation_path *path)
{
	const struct gendisk *disk = path->bdev->bd_disk;
	const struct device *parent = disk_to_dev(disk)->parent;
	const struct pr_ops *ops = disk->fops->pr_ops;

	if (!path->pr_key)
		return "the head has no pr_key: write one that no other host uses";
	if (parent && parent->class && !strncmp(parent->class->name, "nvme", 4))
		return "NVMe reservations belong to hosts and fence no path: use activation nvme";
	if (!ops || !ops->pr_register || !ops->pr_reserve || !ops->pr_preempt)
		return "the device has no persistent reservations: use another activation";
	return NULL;
}

static int reservation_attach(struct activation_path *path)
{
	const char *reason = why_not(path);
	struct pr_path *p;

	if (reason) {
		pr_err("%s: path %s: %pg cannot be activated by a reservation: %s\n", path->head,
		       path->path, path->bdev, reason);
		return -EOPNOTSUPP;
	}
	p = kzalloc(sizeof(*p), GFP_KERNEL);
	if (!p)
		return -ENOMEM;
	INIT_WORK(&p->work, take_over_work);
	p->path = path;
	path->private = p;
	spin_lock(&lock);
	list_add(&p->entry, &all);
	spin_unlock(&lock);
	return 0;
}

/* Waits for what was left under way: the device must stay for so long. */
static void reservation_detach(struct activation_path *path)
{
	struct pr_path *p = path->private;

	flush_work(&p->work);
	spin_lock(&lock);
	list_del(&p->entry);
	spin_unlock(&lock);
	kfree(p);
	path->private = NULL;
}

/* ---- activate ------------------------------------------------------------ */

static enum activation_verdict judge(const struct activation_path *path, int result)
{
	if (!result)
		return ACTIVATION_ACKNOWLEDGED;
	if (is_conflict(result))
		pr_notice_ratelimited("%s: path %s: somebody holds a reservation under another key than %#llx\n",
				      path->head, path->path, path->pr_key);
	if (is_conflict(result) || result == -EOPNOTSUPP || result == -EINVAL)
		return ACTIVATION_REFUSED;
	return ACTIVATION_NO_ANSWER;
}

static bool is_cancelled(const struct pr_path *p, int before)
{
	return atomic_read(&p->cancels) != before;
}

static enum activation_verdict reservation_activate(struct activation_path *path,
						    const struct activation_request *request,
						    struct activation_answer *answer)
{
	struct pr_path *p = path->private;
	int before = atomic_read(&p->cancels);
	bool claimed = false;
	long left;

	left = wait_event_timeout(wait, (claimed = claim(p)) || is_cancelled(p, before),
				  msecs_to_jiffies(request->timeout_ms));
	answer->error = claimed ? 0 : -EBUSY;
	if (!claimed)
		return ACTIVATION_NOT_NOW;
	queue_work(reservation_wq, &p->work);
	wait_event_timeout(wait, is_idle(p) || is_cancelled(p, before), left);
	answer->error = is_idle(p) ? p->result : -ETIMEDOUT;
	return answer->error == -ETIMEDOUT ? ACTIVATION_NO_ANSWER : judge(path, answer->error);
}

static void reservation_cancel(struct activation_path *path)
{
	struct pr_path *p = path->private;

	atomic_inc(&p->cancels);
	wake_up_all(&wait);
}

const struct activation_method activation_reservation = {
	.name = "reservation",
	.reserves = true,
	.attach = reservation_attach,
	.detach = reservation_detach,
	.activate = reservation_activate,
	.cancel = reservation_cancel,
};

int activate_reservation_init(void)
{
	reservation_wq = alloc_workqueue("nvme_mpath_ext_reservation", WQ_MEM_RECLAIM | WQ_UNBOUND,
					 0);
	return reservation_wq ? 0 : -ENOMEM;
}

void activate_reservation_exit(void)
{
	destroy_workqueue(reservation_wq);
}
