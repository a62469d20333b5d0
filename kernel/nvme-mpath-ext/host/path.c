// SPDX-License-Identifier: GPL-2.0-only
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/blkdev.h>
#include <linux/gfp.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "check.h"
#include "event.h"
#include "path.h"
#include "probe.h"
#include "trace.h"

struct mp_path *mp_path_from(struct mp_head *head, unsigned int slot)
{
	struct mp_path *path = NULL;

	for (; slot < MP_MAX_PATHS && !path; slot++)
		path = mp_path_in(head, slot);
	return path;
}

/* ---- its state ---- */

static u32 active_slots(struct mp_head *head)
{
	struct mp_path *path;
	u32 active = 0;

	for (path = mp_path_first(head); path; path = mp_path_after(path))
		if (path->state == MP_ACTIVE)
			active |= BIT(path->slot);
	return active;
}

void mp_path_admit_all(struct mp_head *head)
{
	lockdep_assert_held(&head->lock);
	WRITE_ONCE(head->admitting, active_slots(head));
}

/* What is in flight there may come back: it is owed an acknowledgment. */
static void lose(struct mp_path *path, enum mp_reason reason)
{
	struct mp_head *head = path->head;

	WRITE_ONCE(head->admitting, head->admitting & ~BIT(path->slot));
	head->losses++;
	if (head->owed)
		return;
	head->owed = true;
	head->reason = reason;
	head->lost_ns = ktime_get_ns();
	strscpy(head->lost, path->name, MP_NAME_LEN);
}

static void note_health(struct mp_path *path, enum mp_state old)
{
	if (path->state == MP_READY && (old == MP_OFF || old == MP_FAILED))
		path->well_since_ns = ktime_get_ns();
}

bool mp_path_apply(struct mp_path *path, enum mp_event event, enum mp_reason reason)
{
	const struct mp_rule *rule = mp_rule(path->state, event);
	struct mp_head *head = path->head;
	enum mp_state old = path->state;

	lockdep_assert_held(&head->lock);
	if (rule->refused)
		return false;
	WRITE_ONCE(path->state, rule->next);
	note_health(path, old);
	if (rule->next != old)
		trace_mp_path_state(path, event, old);
	if (rule->does & MP_DOES_CLOSE)
		lose(path, reason);
	if (rule->does & MP_DOES_TELL)
		mp_event_path(path, event);
	if ((rule->does & MP_DOES_CHOOSE) && head->live)
		mod_delayed_work(mp_wq, &head->failover_work, 0);
	if (rule->does & MP_DOES_DRAIN)
		queue_work(mp_wq, &path->drain_work);
	wake_up(&head->changed);
	return true;
}

void mp_path_io_error(struct mp_path *path)
{
	unsigned long flags;

	spin_lock_irqsave(&path->head->lock, flags);
	path->errors++;
	mp_path_apply(path, MP_EV_ERROR, MP_ERROR);
	spin_unlock_irqrestore(&path->head->lock, flags);
}

/* ---- its end ---- */

static void free_path(struct kref *ref)
{
	struct mp_path *path = container_of(ref, struct mp_path, ref);

	if (path->page)
		__free_page(path->page);
	mp_head_put(path->head);
	kfree(path);
	module_put(THIS_MODULE);
}

void mp_path_put(struct mp_path *path)
{
	kref_put(&path->ref, free_path);
}

static void none_in_flight(struct percpu_ref *ref)
{
	complete(&container_of(ref, struct mp_path, in_flight)->drained);
}

static void close_device(struct mp_path *path)
{
	const struct activation_method *method = path->head->settings.activation;

	if (method->detach)
		method->detach(&path->activation);
	compat_bdev_close(&path->dev);
}

static void empty_slot(struct mp_path *path)
{
	struct mp_head *head = path->head;

	spin_lock_irq(&head->lock);
	mp_path_apply(path, MP_EV_CLOSED, MP_DEVICE_GONE);
	rcu_assign_pointer(head->slot[path->slot], NULL);
	spin_unlock_irq(&head->lock);
}

/*
 * 1. The path does not admit any more: whoever leaves sees to that;
 * 2. a grace period: nobody picks it any more;
 * 3. what has picked it, probes it or asks it lets go;
 * 4. the device is closed, and the slot free for another.
 */
static void drain(struct work_struct *work)
{
	struct mp_path *path = container_of(work, struct mp_path, drain_work);

	synchronize_rcu();
	percpu_ref_kill(&path->in_flight);
	wait_for_completion(&path->drained);
	cancel_delayed_work_sync(&path->probe_work);
	close_device(path);
	empty_slot(path);
	pr_info("%s: path %s is closed\n", path->head->name, path->name);
	percpu_ref_exit(&path->in_flight);
	complete_all(&path->closed);
	mp_path_put(path);
}

/* An activation under way has become pointless. */
void mp_path_leave(struct mp_path *path, enum mp_reason reason)
{
	const struct activation_method *method = path->head->settings.activation;
	unsigned long flags;
	bool leaves;

	spin_lock_irqsave(&path->head->lock, flags);
	leaves = path->state != MP_OFF && path->state != MP_GONE;
	mp_path_apply(path, MP_EV_LEAVE, reason);
	/* Nothing closes the device, or detaches the method, under our feet. */
	if (leaves)
		percpu_ref_get(&path->in_flight);
	spin_unlock_irqrestore(&path->head->lock, flags);
	if (!leaves)
		return;
	if (method->cancel)
		method->cancel(&path->activation);
	mp_path_release(path);
}

/* In 6.1 it is the probe that notices. */
static void device_died(struct block_device *bdev, bool surprise)
{
	struct mp_path *path = bdev->bd_holder;

	pr_warn("%s: path %s: its device went away\n", path->head->name, path->name);
	mp_path_leave(path, MP_DEVICE_GONE);
	compat_holder_unlock(bdev);
}

static const struct blk_holder_ops holder_ops = {
	.mark_dead = device_died,
};

/* ---- its beginning ---- */

static struct mp_path *alloc_path(struct mp_head *head, const struct mp_path_config *config)
{
	struct mp_path *path = kzalloc(sizeof(*path), GFP_KERNEL);

	if (!path)
		return NULL;
	__module_get(THIS_MODULE);
	mp_head_get(head);
	path->head = head;
	kref_init(&path->ref);
	strscpy(path->name, config->name, MP_NAME_LEN);
	path->priority = config->priority;
	mutex_init(&path->asking);
	init_completion(&path->drained);
	init_completion(&path->closed);
	INIT_WORK(&path->drain_work, drain);
	INIT_DELAYED_WORK(&path->probe_work, mp_probe_work);
	path->page = alloc_page(GFP_KERNEL);
	if (path->page)
		return path;
	mp_path_put(path);
	return NULL;
}

static int attach(struct mp_path *path)
{
	const struct mp_settings *settings = &path->head->settings;

	path->activation = (struct activation_path){
		.head = path->head->name,
		.path = path->name,
		.bdev = path->dev.bdev,
		.opcode = settings->opcode,
		.pr_key = settings->pr_key,
	};
	return settings->activation->attach(&path->activation);
}

static int join(struct mp_path *path)
{
	struct mp_head *head = path->head;
	unsigned int i;

	spin_lock_irq(&head->lock);
	for (i = 0; i < MP_MAX_PATHS && mp_path_in(head, i); i++)
		;
	if (i < MP_MAX_PATHS) {
		path->slot = i;
		/* Its slot's, dropped when the device is closed. */
		mp_path_get(path);
		rcu_assign_pointer(head->slot[i], path);
		mp_path_apply(path, MP_EV_JOIN, MP_START);
	}
	spin_unlock_irq(&head->lock);
	return i < MP_MAX_PATHS ? 0 : -ENOSPC;
}

static int set_up(struct mp_path *path, const struct mp_path_config *config)
{
	int r;

	r = mp_check_device(path, config);
	if (r)
		return r;
	r = percpu_ref_init(&path->in_flight, none_in_flight, 0, GFP_KERNEL);
	if (r)
		return r;
	r = attach(path);
	if (r)
		goto exit_ref;
	r = join(path);
	if (r)
		goto detach;
	return 0;

detach:
	if (path->head->settings.activation->detach)
		path->head->settings.activation->detach(&path->activation);
exit_ref:
	percpu_ref_exit(&path->in_flight);
	return r;
}

struct mp_path *mp_path_open(struct mp_head *head, const struct mp_path_config *config)
{
	struct mp_path *path;
	int r;

	lockdep_assert_held(&head->mutex);
	path = alloc_path(head, config);
	if (!path)
		return ERR_PTR(-ENOMEM);
	r = compat_bdev_open(&path->dev, config->device, path, &holder_ops);
	if (r) {
		pr_err("%s: path %s: %s cannot be opened (%d)\n", head->name, config->name,
		       config->device, r);
		goto put;
	}
	r = set_up(path, config);
	if (r)
		goto close;
	queue_delayed_work(mp_wq, &path->probe_work, 0);
	return path;

close:
	compat_bdev_close(&path->dev);
put:
	mp_path_put(path);
	return ERR_PTR(r);
}

struct mp_path *mp_path_find(struct mp_head *head, const char *name)
{
	struct mp_path *path, *found = NULL;

	spin_lock_irq(&head->lock);
	for (path = mp_path_first(head); path; path = mp_path_after(path)) {
		if (!strcmp(path->name, name)) {
			mp_path_get(path);
			found = path;
			break;
		}
	}
	spin_unlock_irq(&head->lock);
	return found;
}
