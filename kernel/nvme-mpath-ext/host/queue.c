// SPDX-License-Identifier: GPL-2.0-only

#include <linux/jiffies.h>

#include "break.h"
#include "event.h"
#include "io.h"
#include "path.h"
#include "queue.h"

/* One that takes I/O. With head->lock held, under which it cannot leave. */
static struct mp_path *acknowledged(struct mp_head *head)
{
	struct mp_path *path;

	for (path = mp_path_first(head); path; path = mp_path_after(path)) {
		if (path->state == MP_ACTIVE ||
		    (mp_break_activation() && path->state == MP_ASKED)) {
			percpu_ref_get(&path->in_flight);
			return path;
		}
	}
	return NULL;
}

static void arm_expiry(struct mp_head *head)
{
	unsigned int timeout_ms = READ_ONCE(head->settings.queue_timeout_ms);

	if (timeout_ms && head->live)
		queue_delayed_work(mp_wq, &head->expire_work, msecs_to_jiffies(timeout_ms));
}

static void add(struct mp_head *head, struct bio_list *list, struct mp_io *io)
{
	lockdep_assert_held(&head->lock);
	io->queued = jiffies;
	bio_list_add(list, &io->clone);
	if (!head->queue.len++)
		arm_expiry(head);
	head->queue.ever++;
}

static struct mp_io *take(struct mp_head *head)
{
	struct mp_queue *queue = &head->queue;
	struct bio *clone;

	lockdep_assert_held(&head->lock);
	clone = bio_list_pop(&queue->returned);
	if (!clone)
		clone = bio_list_pop(&queue->waiting);
	if (!clone)
		return NULL;
	queue->len--;
	return mp_io_of(clone);
}

/* Once admitting is zero, what arrives queues up behind what is queued. */
struct mp_path *mp_queue_new(struct mp_head *head, struct mp_io *io)
{
	struct mp_path *path = NULL;
	blk_status_t status = BLK_STS_OK;
	unsigned long flags;

	spin_lock_irqsave(&head->lock, flags);
	if (!head->live)
		status = BLK_STS_IOERR;
	else if (head->admitting)
		path = acknowledged(head);
	else if (io->bio->bi_opf & REQ_NOWAIT)
		status = BLK_STS_AGAIN;
	else
		add(head, &head->queue.waiting, io);
	if (status == BLK_STS_IOERR)
		head->failed++;
	spin_unlock_irqrestore(&head->lock, flags);
	if (status)
		mp_io_end(io, status);
	return path;
}

static bool is_tried_enough(struct mp_head *head, const struct mp_io *io)
{
	unsigned int max_tries = READ_ONCE(head->settings.max_tries);

	return max_tries && io->history.tries >= max_tries;
}

void mp_queue_returned(struct mp_head *head, struct mp_io *io, blk_status_t status)
{
	unsigned long flags;
	bool keep;

	spin_lock_irqsave(&head->lock, flags);
	keep = head->live && !is_tried_enough(head, io);
	if (keep) {
		add(head, &head->queue.returned, io);
		mod_delayed_work(mp_wq, &head->failover_work, 0);
	} else {
		head->failed++;
	}
	spin_unlock_irqrestore(&head->lock, flags);
	if (!keep)
		mp_io_end(io, status);
}

/*
 * The next that may go, and where to. Behind the last the paths are opened for
 * what arrives, so that it does not overtake what was queued.
 */
static struct mp_io *next(struct mp_head *head, struct mp_path **path)
{
	struct mp_io *io = NULL;

	spin_lock_irq(&head->lock);
	if (head->live && (!head->owed || mp_break_activation())) {
		*path = acknowledged(head);
		if (*path)
			io = take(head);
		if (*path && !io) {
			mp_path_admit_all(head);
			mp_path_release(*path);
		}
	}
	spin_unlock_irq(&head->lock);
	return io;
}

void mp_queue_release(struct mp_head *head)
{
	struct mp_path *path;
	struct mp_io *io;

	while ((io = next(head, &path))) {
		mp_io_send_again(io, path);
		cond_resched();
	}
}

static void fail_all(struct bio_list *clones, blk_status_t status)
{
	struct bio *clone;

	while ((clone = bio_list_pop(clones)))
		mp_io_end(mp_io_of(clone), status);
}

void mp_queue_fail(struct mp_head *head)
{
	struct bio_list clones = BIO_EMPTY_LIST;
	struct mp_io *io;

	spin_lock_irq(&head->lock);
	while ((io = take(head))) {
		bio_list_add(&clones, &io->clone);
		head->failed++;
	}
	spin_unlock_irq(&head->lock);
	fail_all(&clones, BLK_STS_IOERR);
}

static void take_expired(struct mp_head *head, struct bio_list *list, unsigned long timeout,
			 struct bio_list *expired)
{
	struct bio *clone;

	while ((clone = bio_list_peek(list)) &&
	       time_after_eq(jiffies, mp_io_of(clone)->queued + timeout)) {
		bio_list_add(expired, bio_list_pop(list));
		head->queue.len--;
		head->failed++;
	}
}

/* Jiffies until the oldest of @list expires. */
static unsigned long time_left(struct bio_list *list, unsigned long timeout)
{
	struct bio *clone = bio_list_peek(list);

	return clone ? mp_io_of(clone)->queued + timeout - jiffies : timeout;
}

static void rearm_expiry(struct mp_head *head, unsigned long timeout)
{
	if (head->queue.len && head->live)
		mod_delayed_work(mp_wq, &head->expire_work,
				 min(time_left(&head->queue.returned, timeout),
				     time_left(&head->queue.waiting, timeout)));
}

void mp_queue_expire(struct work_struct *work)
{
	struct mp_head *head = container_of(to_delayed_work(work), struct mp_head, expire_work);
	unsigned long timeout = msecs_to_jiffies(READ_ONCE(head->settings.queue_timeout_ms));
	struct bio_list expired = BIO_EMPTY_LIST;

	spin_lock_irq(&head->lock);
	if (timeout) {
		take_expired(head, &head->queue.returned, timeout, &expired);
		take_expired(head, &head->queue.waiting, timeout, &expired);
		rearm_expiry(head, timeout);
	}
	if (!bio_list_empty(&expired))
		mp_event_queue_timeout(head);
	spin_unlock_irq(&head->lock);
	fail_all(&expired, BLK_STS_TIMEOUT);
}
