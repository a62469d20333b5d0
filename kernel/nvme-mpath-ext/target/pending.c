// SPDX-License-Identifier: GPL-2.0-only

#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "command.h"
#include "layout.h"
#include "pending.h"

/* More than one for each controller is against the specification. */
#define MAX_PENDING 1024
/* The advice where the answer is ours: half a second. */
#define RETRY_100MS 5

static unsigned int answer_ms = 10000;
module_param(answer_ms, uint, 0644);
MODULE_PARM_DESC(answer_ms, "how long a command waits for its answer, in ms (10000); keep it well below the time-out of the initiators");

struct pending {
	struct list_head entry;
	struct nvmet_req *req;
	unsigned long deadline;		/* jiffies */
	bool taken;
	struct nvmet_mpath_ext_command command;
};

DECLARE_WAIT_QUEUE_HEAD(pending_wait);

static DEFINE_SPINLOCK(lock);		/* guards what follows */
static LIST_HEAD(all);			/* in order of arrival */
static unsigned int nr_pending;
static bool has_reader;
static u64 last_id;

static void expire_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(expire, expire_work);

static void complete_req(struct nvmet_req *req, u16 status, u64 result)
{
	layout_cqe(req)->result.u64 = cpu_to_le64(result);
	nvmet_req_complete(req, status);
}

/* Not answered: where nobody reads, or nobody has read, the initiator may try elsewhere. */
static void complete_unanswered(struct pending *pending, bool reader)
{
	u16 status = reader && pending->taken ? NVME_MPATH_EXT_SC_IN_PROGRESS :
						NVME_MPATH_EXT_SC_NO_AGENT;

	complete_req(pending->req, status, RETRY_100MS << NVME_MPATH_EXT_RETRY_SHIFT);
	kfree(pending);
}

static void complete_all_unanswered(struct list_head *list, bool reader)
{
	struct pending *pending, *next;

	list_for_each_entry_safe(pending, next, list, entry)
		complete_unanswered(pending, reader);
}

static struct pending *make_pending(struct nvmet_req *req)
{
	struct pending *pending = kzalloc(sizeof(*pending), GFP_ATOMIC);
	const void *ctrl = layout_ctrl(req);

	if (!pending)
		return NULL;
	pending->req = req;
	pending->deadline = jiffies + msecs_to_jiffies(answer_ms);
	pending->command.head.version = NVMET_MPATH_EXT_VERSION;
	pending->command.head.size = sizeof(pending->command);
	pending->command.cntlid = layout_cntlid(ctrl);
	strscpy(pending->command.subsysnqn, layout_subsysnqn(ctrl), NVMET_MPATH_EXT_NQN_LEN);
	strscpy(pending->command.hostnqn, layout_hostnqn(ctrl), NVMET_MPATH_EXT_NQN_LEN);
	return pending;
}

/* Returns the status with which to complete at once, or 0: it waits. */
static u16 add(struct pending *pending)
{
	unsigned long flags;
	u16 status = 0;

	spin_lock_irqsave(&lock, flags);
	if (!has_reader) {
		status = NVME_MPATH_EXT_SC_NO_AGENT;
	} else if (nr_pending >= MAX_PENDING) {
		status = NVME_MPATH_EXT_SC_IN_PROGRESS;
	} else {
		pending->command.id = ++last_id;
		list_add_tail(&pending->entry, &all);
		nr_pending++;
		mod_delayed_work(system_wq, &expire, 0);
	}
	spin_unlock_irqrestore(&lock, flags);
	return status;
}

void pending_execute(struct nvmet_req *req)
{
	struct pending *pending;
	u16 status;

	if (!nvmet_check_transfer_len(req, 0))
		return;
	pending = make_pending(req);
	if (!pending) {
		complete_req(req, NVME_MPATH_EXT_SC_IN_PROGRESS,
			     RETRY_100MS << NVME_MPATH_EXT_RETRY_SHIFT);
		return;
	}
	status = command_decode(layout_cmd(req), &pending->command);
	if (!status)
		status = add(pending);
	if (!status) {
		wake_up(&pending_wait);
		return;
	}
	kfree(pending);
	complete_req(req, status, 0);
}

static void remove(struct pending *pending)
{
	lockdep_assert_held(&lock);
	list_del(&pending->entry);
	nr_pending--;
}

/* answer_ms may have been changed, so the oldest need not be the first to expire. */
static void expire_work(struct work_struct *work)
{
	struct pending *pending, *next;
	unsigned long now = jiffies;
	LIST_HEAD(expired);
	long left = LONG_MAX;

	spin_lock_irq(&lock);
	list_for_each_entry_safe(pending, next, &all, entry) {
		if (time_before(now, pending->deadline)) {
			left = min_t(long, left, pending->deadline - now);
			continue;
		}
		remove(pending);
		list_add_tail(&pending->entry, &expired);
	}
	if (left != LONG_MAX)
		queue_delayed_work(system_wq, &expire, left);
	spin_unlock_irq(&lock);
	complete_all_unanswered(&expired, true);
}

int pending_open(void)
{
	int r = 0;

	spin_lock_irq(&lock);
	if (has_reader)
		r = -EBUSY;
	has_reader = true;
	spin_unlock_irq(&lock);
	return r;
}

void pending_close(void)
{
	LIST_HEAD(left);

	spin_lock_irq(&lock);
	has_reader = false;
	list_splice_init(&all, &left);
	nr_pending = 0;
	spin_unlock_irq(&lock);
	complete_all_unanswered(&left, false);
}

static struct pending *oldest_untaken(void)
{
	struct pending *pending;

	lockdep_assert_held(&lock);
	list_for_each_entry(pending, &all, entry)
		if (!pending->taken)
			return pending;
	return NULL;
}

static struct pending *find(u64 id)
{
	struct pending *pending;

	lockdep_assert_held(&lock);
	list_for_each_entry(pending, &all, entry)
		if (pending->command.id == id)
			return pending;
	return NULL;
}

bool pending_available(void)
{
	bool available;

	spin_lock_irq(&lock);
	available = oldest_untaken();
	spin_unlock_irq(&lock);
	return available;
}

int pending_take(struct nvmet_mpath_ext_command *command)
{
	struct pending *pending;

	spin_lock_irq(&lock);
	pending = oldest_untaken();
	if (pending) {
		pending->taken = true;
		*command = pending->command;
	}
	spin_unlock_irq(&lock);
	return pending ? 0 : -EAGAIN;
}

void pending_untake(u64 id)
{
	struct pending *pending;

	spin_lock_irq(&lock);
	pending = find(id);
	if (pending)
		pending->taken = false;
	spin_unlock_irq(&lock);
}

int pending_answer(const struct nvmet_mpath_ext_answer *answer)
{
	struct pending *pending;

	spin_lock_irq(&lock);
	pending = find(answer->id);
	if (pending && !pending->taken)
		pending = NULL;
	if (pending)
		remove(pending);
	spin_unlock_irq(&lock);
	if (!pending)
		return -ENOENT;
	complete_req(pending->req, answer->status, command_result(answer));
	kfree(pending);
	return 0;
}

void pending_exit(void)
{
	pending_close();
	cancel_delayed_work_sync(&expire);
}
