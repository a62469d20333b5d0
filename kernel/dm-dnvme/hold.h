/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Held bios. Those of a leg leave in order of arrival, and one that arrives
 * while others are leaving queues behind them:
 *
 *	release:	H1 H2 release S1 H3 S2 S3 A4 S4
 *	stopped:	H1 H2 release S1 hold H3 ... release S2 S3
 *	fail:		H1 H2 fail_held X1 X2
 *	exchanged:	H1 H2 suspend(noflush) H2' H1' resume S1 S2
 *	on error:	A1 S1 E1 H1 H2 release S1 S2
 *
 * (tokens as in gate.h; E is a return with an error, ' marks what is pushed back
 * to dm core, which puts each at the head of its own list). Bios of different
 * legs never touch the same block, so there is a list for each leg.
 */
#ifndef DNVME_HOLD_H
#define DNVME_HOLD_H

#include "dnvme.h"

/* What a change takes from the legs, to be completed when dnvme->lock is free. */
struct dnvme_leaving {
	struct bio_list failing;
	struct bio_list returning;	/* to dm core, in a noflush suspend */
};

#define DNVME_NONE_LEAVING \
	{ .failing = BIO_EMPTY_LIST, .returning = BIO_EMPTY_LIST }

/* Takes a bio whose leg was shut a moment ago. Returns a DM_MAPIO_*. */
int dnvme_hold_bio(struct dnvme_leg *leg, struct bio *bio);

/* Takes an admitted bio that came back with an error; it leaves. Returns a DM_ENDIO_*. */
int dnvme_hold_failed(struct dnvme_leg *leg, struct bio *bio);

/* How many bios the whole target holds. With dnvme->lock held. */
unsigned int dnvme_held(const struct dnvme *d);

/* Moves every held bio of a leg, or of all, to @bios. With dnvme->lock held. */
void dnvme_held_take(struct dnvme_leg *leg, struct bio_list *bios);
void dnvme_held_take_all(struct dnvme *d, struct bio_list *bios);

/*
 * Brings every leg in line with its state and the target's: shuts it, lets it
 * admit, or moves what it must not keep to @leaving. Says whether there is
 * something for the release work. With dnvme->lock held.
 */
bool dnvme_held_review(struct dnvme *d, struct dnvme_leaving *leaving);

/*
 * Completes what leaves: with an I/O error and a line in the log, or back to dm
 * core. Returns how many bios failed.
 */
unsigned int dnvme_held_let_go(struct dnvme *d, struct dnvme_leaving *leaving);

/*
 * Lets go what legs must not keep, issues what is held on those that may admit,
 * then lets them: also for whoever changed a leg where no bio may be completed.
 */
void dnvme_release_work(struct work_struct *work);

/* A suspend begins: nothing may stay held. */
void dnvme_hold_suspend(struct dnvme *d, bool noflush);
/* It is over, or was given up. */
void dnvme_hold_resume(struct dnvme *d);

#endif /* DNVME_HOLD_H */
