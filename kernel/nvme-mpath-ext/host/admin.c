// SPDX-License-Identifier: GPL-2.0-only

#include <linux/atomic.h>
#include <linux/blk-mq.h>
#include <linux/blkdev.h>
#include <linux/device.h>
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "admin.h"
#include "layout.h"

/*
 * Not to be confused with how long a sender waits. The NVMe host tears a controller
 * down that has not answered in this time, and with it what others have in flight.
 */
static unsigned int command_timeout_ms = 60000;
module_param(command_timeout_ms, uint, 0644);
MODULE_PARM_DESC(command_timeout_ms, "after how long without an answer to Set Namespace Active the NVMe host gives the controller up, in ms (60000)");

struct admin {
	struct list_head entry;		/* in all, guarded by all_lock */
	struct kref ref;		/* of each path, and of the command on its way */
	const void *ctrl;
	struct device *device;		/* the controller's: keeps ctrl from being reused */
	struct request_queue *q;
	struct layout layout;
	struct work_struct free;
	wait_queue_head_t wait;		/* for busy to end, and for answers */
	spinlock_t lock;		/* guards what follows */
	bool busy;			/* a command is on its way */
	struct waiter *waiter;		/* for it; NULL: nobody any more */
	u64 watched_ns;			/* when the last watch began; of who made it busy */
};

struct waiter {
	struct admin_answer *answer;
	bool done;
};

static DEFINE_MUTEX(all_lock);
static LIST_HEAD(all);
static atomic_t nr_admins;
static DECLARE_WAIT_QUEUE_HEAD(none_left);
static struct workqueue_struct *free_wq;

/* ---- From the path to the queue ------------------------------------------ */

static const void *controller_of(struct block_device *bdev, const char **reason)
{
	const struct device *parent = disk_to_dev(bdev->bd_disk)->parent;
	const struct blk_mq_tag_set *set = bdev_get_queue(bdev)->tag_set;
	const char *class = parent && parent->class ? parent->class->name : "";

	if (!strcmp(class, "nvme-subsystem")) {
		*reason = "NVMe's own multipath has it: load nvme_core with multipath=N";
		return ERR_PTR(-EOPNOTSUPP);
	}
	if (strcmp(class, "nvme") || !set || dev_get_drvdata(parent) != set->driver_data) {
		*reason = "this is no namespace of the NVMe host: use another activation";
		return ERR_PTR(-EOPNOTSUPP);
	}
	return set->driver_data;
}

static struct admin *find(const void *ctrl)
{
	struct admin *admin;

	lockdep_assert_held(&all_lock);
	list_for_each_entry(admin, &all, entry)
		if (admin->ctrl == ctrl && kref_get_unless_zero(&admin->ref))
			return admin;
	return NULL;
}

static void free_work(struct work_struct *work)
{
	struct admin *admin = container_of(work, struct admin, free);

	mutex_lock(&all_lock);
	list_del(&admin->entry);
	mutex_unlock(&all_lock);
	blk_put_queue(admin->q);
	put_device(admin->device);
	kfree(admin);
	if (atomic_dec_and_test(&nr_admins))
		wake_up_all(&none_left);
}

/* Often in a context that cannot sleep. */
static void release(struct kref *ref)
{
	struct admin *admin = container_of(ref, struct admin, ref);

	queue_work(free_wq, &admin->free);
}

static struct admin *make(struct device *device, const void *ctrl, struct request_queue *q,
			  const struct layout *layout)
{
	struct admin *admin = kzalloc(sizeof(*admin), GFP_KERNEL);

	lockdep_assert_held(&all_lock);
	if (!admin)
		return ERR_PTR(-ENOMEM);
	if (!blk_get_queue(q)) {
		kfree(admin);
		return ERR_PTR(-ENODEV);
	}
	admin->ctrl = ctrl;
	admin->q = q;
	admin->layout = *layout;
	admin->device = get_device(device);
	kref_init(&admin->ref);
	INIT_WORK(&admin->free, free_work);
	init_waitqueue_head(&admin->wait);
	spin_lock_init(&admin->lock);
	list_add(&admin->entry, &all);
	atomic_inc(&nr_admins);
	return admin;
}

struct admin *admin_get(struct block_device *bdev, const char **reason)
{
	const void *ctrl = controller_of(bdev, reason);
	struct layout layout = layout_in_force();
	struct request_queue *q;
	struct admin *admin;

	if (IS_ERR(ctrl))
		return ERR_CAST(ctrl);
	*reason = "say in parameter layout where this kernel has the fields";
	q = layout_admin_queue(&layout, ctrl, bdev_get_queue(bdev)->tag_set);
	if (IS_ERR(q))
		return ERR_CAST(q);
	*reason = "out of memory, or its controller is being removed";
	mutex_lock(&all_lock);
	admin = find(ctrl) ?: make(disk_to_dev(bdev->bd_disk)->parent, ctrl, q, &layout);
	mutex_unlock(&all_lock);
	return admin;
}

void admin_put(struct admin *admin)
{
	kref_put(&admin->ref, release);
}

/* ---- A command and its answer -------------------------------------------- */

static enum rq_end_io_ret answered(struct request *rq, blk_status_t outcome)
{
	struct admin *admin = rq->end_io_data;
	struct waiter *waiter;
	unsigned long flags;

	spin_lock_irqsave(&admin->lock, flags);
	waiter = admin->waiter;
	if (waiter) {
		waiter->answer->outcome = outcome;
		waiter->answer->status = layout_status(&admin->layout, rq);
		waiter->answer->result = layout_result(&admin->layout, rq);
		waiter->done = true;
		admin->waiter = NULL;
	}
	admin->busy = false;
	wake_up_all(&admin->wait);
	spin_unlock_irqrestore(&admin->lock, flags);
	admin_put(admin);
	return RQ_END_IO_FREE;
}

static bool claim(struct admin *admin)
{
	bool claimed;

	spin_lock_irq(&admin->lock);
	claimed = !admin->busy;
	admin->busy = true;
	spin_unlock_irq(&admin->lock);
	return claimed;
}

static void unclaim(struct admin *admin)
{
	spin_lock_irq(&admin->lock);
	admin->busy = false;
	admin->waiter = NULL;
	wake_up_all(&admin->wait);
	spin_unlock_irq(&admin->lock);
}

/*
 * Only a fabrics controller has reserved tags on every kernel: with one it gets
 * through whatever else the queue is full of.
 */
static struct request *make_request(struct admin *admin)
{
	blk_mq_req_flags_t flags = BLK_MQ_REQ_NOWAIT;

	if (admin->q->tag_set->reserved_tags)
		flags |= BLK_MQ_REQ_RESERVED;
	return blk_mq_alloc_request(admin->q, REQ_OP_DRV_IN, flags);
}

/* What is not answered within @limit_ms costs the controller its connection. */
static int send(struct admin *admin, struct nvme_command *cmd, unsigned int limit_ms,
		struct waiter *waiter)
{
	struct request *rq = make_request(admin);

	if (IS_ERR(rq))
		return PTR_ERR(rq) == -ENODEV ? -ENODEV : -EBUSY;
	nvme_init_request(rq, cmd);
	rq->timeout = msecs_to_jiffies(limit_ms);
	rq->end_io = answered;
	rq->end_io_data = admin;
	admin->waiter = waiter;
	kref_get(&admin->ref);
	blk_execute_rq_nowait(rq, false);
	return 0;
}

static bool is_done(struct admin *admin, const struct waiter *waiter)
{
	bool done;

	spin_lock_irq(&admin->lock);
	done = waiter->done;
	spin_unlock_irq(&admin->lock);
	return done;
}

/* Afterwards nobody writes to the waiter any more. Returns whether the answer came first. */
static bool leave(struct admin *admin, const struct waiter *waiter)
{
	bool done;

	spin_lock_irq(&admin->lock);
	done = waiter->done;
	if (!done)
		admin->waiter = NULL;
	spin_unlock_irq(&admin->lock);
	return done;
}

int admin_ask(struct admin *admin, struct nvme_command *cmd, unsigned int timeout_ms,
	      const atomic_t *cancels, struct admin_answer *answer)
{
	struct waiter waiter = { .answer = answer };
	int before = atomic_read(cancels), r;
	bool claimed = false;
	long left;

	left = wait_event_timeout(admin->wait, (claimed = claim(admin)) ||
				  atomic_read(cancels) != before, msecs_to_jiffies(timeout_ms));
	if (!claimed)
		return left ? -ECANCELED : -EBUSY;
	r = send(admin, cmd, max(timeout_ms, command_timeout_ms), &waiter);
	if (r) {
		unclaim(admin);
		return r;
	}
	wait_event_timeout(admin->wait, is_done(admin, &waiter) ||
			   atomic_read(cancels) != before, left);
	if (leave(admin, &waiter))
		return 0;
	return atomic_read(cancels) != before ? -ECANCELED : -ETIMEDOUT;
}

/* ---- A sign of life ------------------------------------------------------ */

/* One command is enough for all paths through the controller. */
static bool is_due(struct admin *admin, unsigned int interval_ms)
{
	u64 now = ktime_get_ns();

	if (now < admin->watched_ns + interval_ms * (u64)NSEC_PER_MSEC)
		return false;
	admin->watched_ns = now;
	return true;
}

void admin_watch(struct admin *admin, unsigned int interval_ms, unsigned int silence_ms)
{
	struct nvme_command cmd = { .common.opcode = nvme_admin_keep_alive };

	if (!claim(admin))
		return;
	if (!is_due(admin, interval_ms) || send(admin, &cmd, silence_ms, NULL))
		unclaim(admin);
}

void admin_cancelled(struct admin *admin)
{
	wake_up_all(&admin->wait);
}

/* ---- Module -------------------------------------------------------------- */

int admin_init(void)
{
	free_wq = alloc_workqueue("nvme_mpath_ext_free", 0, 0);
	return free_wq ? 0 : -ENOMEM;
}

/* The grace period is for those who are about to return from answered(). */
void admin_exit(void)
{
	wait_event(none_left, !atomic_read(&nr_admins));
	destroy_workqueue(free_wq);
	synchronize_rcu_tasks();
}
