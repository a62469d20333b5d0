// SPDX-License-Identifier: GPL-2.0-only

#include <linux/blkdev.h>

#include "gate.h"
#include "hold.h"
#include "lease.h"
#include "stats.h"

enum verdict {
	ADMIT,		/* the leg was opened meanwhile */
	WOULD_BLOCK,
	KEEP,
	PUSH_BACK,
	FAIL,
};

static enum dnvme_fate fate(const struct dnvme_leg *leg)
{
	return dnvme_fate(leg->dnvme->state, leg->state);
}

/*
 * A suspend waits for what is held, so that must go. Only a noflush suspend
 * takes it back, and what a fence holds must not come again even so.
 */
static bool must_fail(const struct dnvme_leg *leg)
{
	const struct dnvme *d = leg->dnvme;

	if (fate(leg) == DNVME_IS_FAILED)
		return true;
	if (fate(leg) == DNVME_IS_ADMITTED || d->suspending == DNVME_KEEP)
		return false;
	return d->suspending == DNVME_FAIL || !dnvme_state_keeps_held(d->state);
}

/*
 * Push-back is asked for only while dm core still has the suspend under way.
 * Once a suspend was interrupted, dm core would turn a push-back into an I/O
 * error: the bio is kept until presuspend_undo.
 */
static bool may_push_back(const struct dnvme_leg *leg)
{
	const struct dnvme *d = leg->dnvme;

	return fate(leg) == DNVME_IS_HELD && d->suspending == DNVME_PUSH_BACK &&
	       dm_noflush_suspending(d->ti);
}

/*
 * Only who does not poll can be told that it would block: dm core sends a
 * polled bio that comes back so again by itself, and looks at it once more when
 * it may be gone already (6.1 and 6.12, dm_io_complete()).
 */
static bool may_say_would_block(const struct bio *bio)
{
	return (bio->bi_opf & (REQ_NOWAIT | REQ_POLLED)) == REQ_NOWAIT;
}

static enum verdict judge(const struct dnvme_leg *leg, const struct bio *bio)
{
	if (!leg->shut)
		return ADMIT;
	if (must_fail(leg))
		return FAIL;
	if (may_say_would_block(bio))
		return WOULD_BLOCK;
	return may_push_back(leg) ? PUSH_BACK : KEEP;
}

static void keep(struct dnvme_leg *leg, struct bio *bio)
{
	/* Released by a work item, where nobody polls and which may wait. */
	bio_clear_polled(bio);
	bio->bi_opf &= ~REQ_NOWAIT;
	if (dnvme_break_order())
		bio_list_add_head(&leg->held_bios, bio);
	else
		bio_list_add(&leg->held_bios, bio);
	leg->held++;
	leg->held_ever++;
}

static void admit(struct dnvme_leg *leg, struct bio *bio)
{
	dnvme_bio_io(bio)->leg = leg;
	dnvme_leg_count(leg, dnvme_io_kind(bio), bio->bi_iter.bi_size);
}

static int carry_out(enum verdict verdict, struct bio *bio)
{
	switch (verdict) {
	case ADMIT:
		return DM_MAPIO_REMAPPED;
	case PUSH_BACK:
		return DM_MAPIO_REQUEUE;
	case WOULD_BLOCK:
		bio_wouldblock_error(bio);
		break;
	case FAIL:
		bio_io_error(bio);
		break;
	case KEEP:
		break;
	}
	return DM_MAPIO_SUBMITTED;
}

int dnvme_hold_bio(struct dnvme_leg *leg, struct bio *bio)
{
	enum verdict verdict;
	unsigned long flags;

	dnvme_bio_io(bio)->leg = NULL;
	spin_lock_irqsave(&leg->dnvme->lock, flags);
	verdict = judge(leg, bio);
	if (verdict == ADMIT)
		admit(leg, bio);
	else if (verdict == KEEP)
		keep(leg, bio);
	spin_unlock_irqrestore(&leg->dnvme->lock, flags);
	return carry_out(verdict, bio);
}

/* Makes the bio what it was when it was first sent. */
static void rewind(struct dnvme_leg *leg, struct bio *bio)
{
	struct dnvme_io *io = dnvme_bio_io(bio);

	bio->bi_bdev = leg->dev->bdev;
	bio->bi_flags = io->flags;
	bio->bi_iter = io->iter;
	bio->bi_status = BLK_STS_OK;
	/* Used up by a layer below that split it. */
	atomic_set(&bio->__bi_remaining, 1);
}

int dnvme_hold_failed(struct dnvme_leg *leg, struct bio *bio)
{
	struct dnvme *d = leg->dnvme;
	int verdict = DM_ENDIO_INCOMPLETE;
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	dnvme_leg_apply(leg, DNVME_LEG_EV_ERROR);
	dnvme_leg_shut(leg);
	if (must_fail(leg)) {
		verdict = DM_ENDIO_DONE;
	} else if (may_push_back(leg)) {
		verdict = DM_ENDIO_REQUEUE;
	} else {
		rewind(leg, bio);
		keep(leg, bio);
	}
	/*
	 * Held before it leaves, or a fence could find neither and be opened
	 * again; and all under the lock, for once the bio can be failed the
	 * target may go away. What a release had not issued yet must not keep a
	 * suspend waiting: the work sees to that.
	 */
	if (leg->held)
		queue_work(dnvme_wq, &d->release_work);
	dnvme_event_raise(d);
	dnvme_leg_leave(leg);
	spin_unlock_irqrestore(&d->lock, flags);
	return verdict;
}

unsigned int dnvme_held(const struct dnvme *d)
{
	const struct dnvme_leg *leg;
	unsigned int held = 0;

	for (leg = d->leg; leg < dnvme_legs_end(d); leg++)
		held += leg->held;
	return held;
}

void dnvme_held_take(struct dnvme_leg *leg, struct bio_list *bios)
{
	lockdep_assert_held(&leg->dnvme->lock);
	bio_list_merge(bios, &leg->held_bios);
	bio_list_init(&leg->held_bios);
	leg->held = 0;
}

void dnvme_held_take_all(struct dnvme *d, struct bio_list *bios)
{
	struct dnvme_leg *leg;

	for (leg = d->leg; leg < dnvme_legs_end(d); leg++)
		dnvme_held_take(leg, bios);
}

bool dnvme_held_review(struct dnvme *d, struct dnvme_leaving *leaving)
{
	struct dnvme_leg *leg;
	bool release = false;

	for (leg = d->leg; leg < dnvme_legs_end(d); leg++) {
		if (must_fail(leg))
			dnvme_held_take(leg, &leaving->failing);
		else if (may_push_back(leg))
			dnvme_held_take(leg, &leaving->returning);
		if (fate(leg) != DNVME_IS_ADMITTED)
			dnvme_leg_shut(leg);
		else if (leg->held)
			release = true;
		else
			dnvme_leg_unshut(leg);
	}
	return release;
}

static unsigned int fail(struct dnvme *d, struct bio_list *bios)
{
	unsigned int failed = 0;
	struct bio *bio;

	while ((bio = bio_list_pop(bios))) {
		bio_io_error(bio);
		failed++;
	}
	if (failed)
		DMWARN_LIMIT("%s: failed %u held bios", dnvme_name(d), failed);
	return failed;
}

static void reverse(struct bio_list *bios)
{
	struct bio_list forward = *bios;
	struct bio *bio;

	bio_list_init(bios);
	while ((bio = bio_list_pop(&forward)))
		bio_list_add_head(bios, bio);
}

/*
 * The newest first, because dm core puts each at the head of its list. Each
 * push-back queues dm core's worker on this CPU, which would take the newest
 * away and bring it back behind the rest: it waits until all are in place.
 */
static void push_back(struct bio_list *bios)
{
	struct bio *bio;

	reverse(bios);
	preempt_disable();
	while ((bio = bio_list_pop(bios))) {
		bio->bi_status = BLK_STS_DM_REQUEUE;
		bio_endio(bio);
	}
	preempt_enable();
}

unsigned int dnvme_held_let_go(struct dnvme *d, struct dnvme_leaving *leaving)
{
	push_back(&leaving->returning);
	return fail(d, &leaving->failing);
}

/* The age counts from the arrival in dm core, which has noted the time anyway. */
static bool is_too_old(const struct dnvme *d, struct bio *bio)
{
	return d->write_ttl_ns && op_is_write(bio_op(bio)) &&
	       jiffies_to_nsecs(jiffies) - dm_start_time_ns_from_clone(bio) > d->write_ttl_ns;
}

/* The lease may have run out since the leg was released, or between two bios. */
static bool may_release(struct dnvme_leg *leg, s64 now)
{
	if (leg->dnvme->lease.ns)
		dnvme_lease_review(leg, now);
	return fate(leg) == DNVME_IS_ADMITTED;
}

/*
 * Takes the oldest held bio as admitted, and those that must not be sent any
 * more to @failing; opens the leg behind the last.
 */
static struct bio *next_released(struct dnvme_leg *leg, struct bio_list *failing)
{
	s64 now = leg->dnvme->lease.ns ? dnvme_lease_now() : 0;
	struct bio *bio;

	lockdep_assert_held(&leg->dnvme->lock);
	if (!may_release(leg, now))
		return NULL;
	while ((bio = bio_list_pop(&leg->held_bios))) {
		leg->held--;
		if (!is_too_old(leg->dnvme, bio)) {
			dnvme_bio_io(bio)->sent_ns = now;
			admit(leg, bio);
			return bio;
		}
		bio_list_add(failing, bio);
	}
	dnvme_leg_unshut(leg);
	return NULL;
}

/* A bio that came back once has lost its cgroup on the way. */
static void issue(struct bio *bio)
{
	bio_associate_blkg(bio);
	submit_bio_noacct(bio);
}

static void release_leg(struct dnvme *d, struct dnvme_leg *leg)
{
	struct bio_list failing = BIO_EMPTY_LIST;
	struct bio *bio;

	do {
		spin_lock_irq(&d->lock);
		bio = next_released(leg, &failing);
		spin_unlock_irq(&d->lock);
		if (bio)
			issue(bio);
		fail(d, &failing);
		cond_resched();
	} while (bio);
}

void dnvme_release_work(struct work_struct *work)
{
	struct dnvme *d = container_of(work, struct dnvme, release_work);
	struct dnvme_leaving leaving = DNVME_NONE_LEAVING;
	struct dnvme_leg *leg;

	spin_lock_irq(&d->lock);
	dnvme_held_review(d, &leaving);
	spin_unlock_irq(&d->lock);
	if (dnvme_held_let_go(d, &leaving))
		dnvme_event_raise(d);

	for (leg = d->leg; leg < dnvme_legs_end(d); leg++)
		release_leg(d, leg);
}

void dnvme_hold_suspend(struct dnvme *d, bool noflush)
{
	struct dnvme_leaving leaving = DNVME_NONE_LEAVING;

	spin_lock_irq(&d->lock);
	d->suspending = noflush ? DNVME_PUSH_BACK : DNVME_FAIL;
	dnvme_held_review(d, &leaving);
	spin_unlock_irq(&d->lock);
	dnvme_held_let_go(d, &leaving);
}

void dnvme_hold_resume(struct dnvme *d)
{
	spin_lock_irq(&d->lock);
	d->suspending = DNVME_KEEP;
	spin_unlock_irq(&d->lock);
}
