// SPDX-License-Identifier: GPL-2.0-only

#include <linux/blkdev.h>

#include "gate.h"
#include "hold.h"

enum verdict {
	ADMIT,		/* the leg was opened meanwhile */
	WOULD_BLOCK,
	KEEP,
	PUSH_BACK,
	FAIL,
};

bool dnvme_held_must_fail(const struct dnvme *d)
{
	if (dnvme_state_admits(d->state) || d->suspending == DNVME_KEEP)
		return false;
	return d->suspending == DNVME_FAIL || !dnvme_state_keeps_held(d->state);
}

/*
 * Push-back is asked for here only inside map, where dm core still has the
 * suspend under way. Once a suspend was interrupted, dm core would turn a
 * push-back into an I/O error: the bio is kept until presuspend_undo.
 */
static enum verdict judge(const struct dnvme *d, const struct bio *bio,
			  const struct dnvme_leg *leg)
{
	if (leg && !leg->shut)
		return ADMIT;
	if (bio->bi_opf & REQ_NOWAIT)
		return WOULD_BLOCK;
	if (dnvme_held_must_fail(d))
		return FAIL;
	if (!dnvme_state_admits(d->state) && d->suspending == DNVME_PUSH_BACK &&
	    dm_noflush_suspending(d->ti))
		return PUSH_BACK;
	return KEEP;
}

static void keep(struct dnvme *d, struct bio *bio, struct dnvme_leg *leg)
{
	/* Released by a work item, where nobody polls. */
	bio_clear_polled(bio);
	if (dnvme_break_order())
		bio_list_add_head(&d->held_bios, bio);
	else
		bio_list_add(&d->held_bios, bio);
	d->held++;
	if (leg)
		leg->held++;
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

int dnvme_hold_bio(struct dnvme *d, struct bio *bio)
{
	struct dnvme_io *io = dnvme_bio_io(bio);
	enum verdict verdict;
	unsigned long flags;

	spin_lock_irqsave(&d->lock, flags);
	verdict = judge(d, bio, io->leg);
	if (verdict == ADMIT) {
		io->admitted = true;
		dnvme_leg_count(io->leg);
	} else if (verdict == KEEP) {
		keep(d, bio, io->leg);
	}
	spin_unlock_irqrestore(&d->lock, flags);
	return carry_out(verdict, bio);
}

void dnvme_held_take(struct dnvme *d, struct bio_list *bios)
{
	unsigned int i;

	lockdep_assert_held(&d->lock);
	bio_list_merge(bios, &d->held_bios);
	bio_list_init(&d->held_bios);
	d->held = 0;
	for (i = 0; i < d->geo.nr_legs; i++)
		d->leg[i].held = 0;
}

unsigned int dnvme_held_fail(struct dnvme *d, struct bio_list *bios)
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

/* Takes the oldest held bio as admitted; opens the legs behind the last. */
static struct bio *next_released(struct dnvme *d)
{
	struct bio *bio = NULL;
	struct dnvme_io *io;

	spin_lock_irq(&d->lock);
	if (!dnvme_state_admits(d->state))
		goto unlock;
	bio = bio_list_pop(&d->held_bios);
	if (!bio) {
		dnvme_gate_unshut(d);
		goto unlock;
	}
	io = dnvme_bio_io(bio);
	io->admitted = true;
	dnvme_leg_count(io->leg);
	io->leg->held--;
	d->held--;
unlock:
	spin_unlock_irq(&d->lock);
	return bio;
}

void dnvme_release_work(struct work_struct *work)
{
	struct dnvme *d = container_of(work, struct dnvme, release_work);
	struct bio *bio;

	while ((bio = next_released(d))) {
		submit_bio_noacct(bio);
		cond_resched();
	}
}

void dnvme_hold_suspend(struct dnvme *d, bool noflush)
{
	struct bio_list bios = BIO_EMPTY_LIST;
	bool fail;

	spin_lock_irq(&d->lock);
	d->suspending = noflush ? DNVME_PUSH_BACK : DNVME_FAIL;
	fail = dnvme_held_must_fail(d);
	if (!dnvme_state_admits(d->state))
		dnvme_held_take(d, &bios);
	spin_unlock_irq(&d->lock);

	if (fail)
		dnvme_held_fail(d, &bios);
	else
		push_back(&bios);
}

void dnvme_hold_resume(struct dnvme *d)
{
	spin_lock_irq(&d->lock);
	d->suspending = DNVME_KEEP;
	spin_unlock_irq(&d->lock);
}
