// SPDX-License-Identifier: GPL-2.0-only

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/ktime.h>

#include "io.h"
#include "path.h"
#include "queue.h"

static struct bio_set clones;

int mp_io_init(void)
{
	return bioset_init(&clones, BIO_POOL_SIZE, offsetof(struct mp_io, clone), 0);
}

void mp_io_exit(void)
{
	bioset_exit(&clones);
}

/* The first completion after an acknowledgment closes its timeline. */
static noinline void stamp(struct mp_path *path)
{
	struct mp_head *head = path->head;
	unsigned long flags;

	spin_lock_irqsave(&head->lock, flags);
	if (path->stamping && !head->last_failover.completed_ns)
		head->last_failover.completed_ns = ktime_get_ns();
	path->stamping = false;
	spin_unlock_irqrestore(&head->lock, flags);
}

void mp_io_end(struct mp_io *io, blk_status_t status)
{
	struct bio *bio = io->bio;

	if (io->history.counted)
		bio_end_io_acct(bio, io->history.start);
	bio->bi_status = status;
	bio_put(&io->clone);
	bio_endio(bio);
}

/*
 * Says nothing about the path: another one would answer the same. A path that
 * lost a reservation to another one is no exception: it is not active any more.
 */
static bool is_final(const struct mp_path *path, blk_status_t status)
{
	if (status == BLK_STS_RESV_CONFLICT)
		return READ_ONCE(path->state) == MP_ACTIVE;
	return !blk_path_error(status) || status == BLK_STS_AGAIN ||
	       compat_status_is_invalid(status);
}

static noinline void end_with_error(struct mp_io *io, struct mp_path *path)
{
	blk_status_t status = io->clone.bi_status;

	if (is_final(path, status)) {
		mp_io_end(io, status);
	} else {
		/* Without its reservation a path is as well as with it. */
		if (status != BLK_STS_RESV_CONFLICT)
			mp_path_io_error(path);
		mp_queue_returned(path->head, io, status);
	}
	percpu_ref_put(&path->in_flight);
}

static void end_clone(struct bio *clone)
{
	struct mp_io *io = mp_io_of(clone);
	struct mp_path *path = io->path;

	if (unlikely(clone->bi_status)) {
		end_with_error(io, path);
		return;
	}
	if (unlikely(READ_ONCE(path->stamping)))
		stamp(path);
	mp_io_end(io, BLK_STS_OK);
	percpu_ref_put(&path->in_flight);
}

/*
 * A path error must come back at once instead of being tried again below; the
 * bio carries the cgroup of the user's, whoever sends it.
 */
void mp_io_send(struct mp_io *io, struct mp_path *path)
{
	struct bio *clone = &io->clone;

	io->path = path;
	io->history.tries++;
	clone->bi_bdev = path->dev.bdev;
	bio_clone_blkg_association(clone, io->bio);
	clone->bi_opf |= REQ_FAILFAST_TRANSPORT;
	submit_bio_noacct(clone);
}

static struct mp_io *io_alloc(struct bio *bio, gfp_t gfp)
{
	struct bio *clone = bio_alloc_clone(NULL, bio, gfp, &clones);
	struct mp_io *io;

	if (unlikely(!clone))
		return NULL;
	io = mp_io_of(clone);
	io->bio = bio;
	io->history = (struct mp_history){ };
	clone->bi_end_io = end_clone;
	return io;
}

/*
 * The layers below have used up the clone, its integrity data and its encryption
 * context. It is freed before the next is taken, so that the reserve of the
 * bio_set suffices. The user may have asked not to be kept waiting; nobody waits
 * here.
 */
void mp_io_send_again(struct mp_io *io, struct mp_path *path)
{
	struct mp_history history = io->history;
	struct bio *bio = io->bio;

	bio_put(&io->clone);
	io = io_alloc(bio, GFP_NOIO);
	io->history = history;
	io->clone.bi_opf &= ~REQ_NOWAIT;
	bio_clear_polled(&io->clone);
	mp_io_send(io, path);
}

static void account(struct mp_head *head, struct mp_io *io, struct bio *bio)
{
	if (!blk_queue_io_stat(bdev_get_queue(bio->bi_bdev)))
		return;
	io->history.counted = true;
	io->history.start = bio_start_io_acct(bio);
}

/* Its in_flight keeps the path; the grace period before that is killed, us. */
static struct mp_path *pick(struct mp_head *head)
{
	struct mp_path *path = NULL;
	unsigned int slot;
	u32 admitting;

	rcu_read_lock();
	admitting = READ_ONCE(head->admitting);
	if (likely(admitting)) {
		slot = __ffs(admitting);
		if (head->round_robin) {
			slot = mp_next_in_turn(admitting, this_cpu_read(*head->last));
			this_cpu_write(*head->last, slot);
		}
		path = rcu_dereference(head->slot[slot]);
		percpu_ref_get(&path->in_flight);
	}
	rcu_read_unlock();
	return path;
}

struct mp_path *mp_path_acquire_active(struct mp_head *head)
{
	return pick(head);
}

void mp_io_submit(struct bio *bio)
{
	struct mp_head *head = bio->bi_bdev->bd_disk->private_data;
	gfp_t gfp = (bio->bi_opf & REQ_NOWAIT) ? GFP_NOWAIT : GFP_NOIO;
	struct mp_io *io = io_alloc(bio, gfp);
	struct mp_path *path;

	if (unlikely(!io)) {
		bio_wouldblock_error(bio);
		return;
	}
	account(head, io, bio);
	path = pick(head);
	if (unlikely(!path)) {
		path = mp_queue_new(head, io);
		if (!path)
			return;
	}
	mp_io_send(io, path);
}
