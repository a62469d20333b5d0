/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Held bios. They leave in order of arrival, and one that arrives while others
 * are leaving queues behind them:
 *
 *	release:	H1 H2 release S1 H3 S2 S3 A4 S4
 *	stopped:	H1 H2 release S1 hold H3 ... release S2 S3
 *	fail:		H1 H2 fail_held X1 X2
 *	exchanged:	H1 H2 suspend(noflush) H2' H1' resume S1 S2
 *
 * (tokens as in gate.h; ' marks what is pushed back to dm core, which puts each
 * at the head of its own list).
 */
#ifndef DNVME_HOLD_H
#define DNVME_HOLD_H

#include "dnvme.h"

/* Takes a bio whose leg was shut a moment ago. Returns a DM_MAPIO_*. */
int dnvme_hold_bio(struct dnvme *d, struct bio *bio);

/* While the device is being suspended, what cannot be pushed back must fail. */
bool dnvme_held_must_fail(const struct dnvme *d);

/* Moves every held bio to @bios. With dnvme->lock held. */
void dnvme_held_take(struct dnvme *d, struct bio_list *bios);

/* Completes bios with an I/O error, and says so in the log; returns how many. */
unsigned int dnvme_held_fail(struct dnvme *d, struct bio_list *bios);

/* Issues what is held, then lets the legs admit. */
void dnvme_release_work(struct work_struct *work);

/* A suspend begins: nothing may stay held. */
void dnvme_hold_suspend(struct dnvme *d, bool noflush);
/* It is over, or was given up. */
void dnvme_hold_resume(struct dnvme *d);

#endif /* DNVME_HOLD_H */
