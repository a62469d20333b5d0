/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lease: a leg is valid until the submission of its last success + lease_ms.
 * Past that nothing is admitted, reads neither, until a success says that it is
 * valid again.
 *
 *	renewed:	A(t1) S C	valid until t1 + lease
 *	late:		A(t1) S ... C	C after t1 + lease renews nothing
 *	expired:	E H1 H2 P(t) C S1 S2	P is a probe
 *
 * (tokens as in gate.h; E is the expiry.) What counts as success is
 *
 * without probe:	any bio of the leg, and while there is none a small read of
 *			the leg, each lease_ms / 3;
 * with probe <dev>...:	a small read of every one of these devices, each
 *			lease_ms / 3. The bios of the leg prove nothing here: a
 *			read that a mirror answers from one half says nothing of
 *			the other.
 *
 * A probe is in flight on its leg like any bio: a fence waits for it, and none
 * is sent through a gate that is held or fenced, nor while it is suspended.
 *
 * The clock is CLOCK_BOOTTIME; jiffies stand still for a moment after a pause of
 * the machine, just when it matters. Reading it for each bio would cost more than
 * all else in the way of a bio. So a look at it is good for a grain of the lease,
 * which the processor's cycle counter measures, if the lease covers the grain:
 *
 *	look at t	t + grain <= renewed + lease	and then, until t + grain
 *	A A A A		are admitted as sent at t
 *
 * That makes the lease run shorter by up to two grains, never longer. Without a
 * counter that all processors share and that never stops each bio looks. Write
 * safety rests on no clock: see gate.h.
 */
#ifndef DNVME_LEASE_H
#define DNVME_LEASE_H

#include <linux/timekeeping.h>

#include "break.h"
#include "dnvme.h"

static inline s64 dnvme_lease_now(void)
{
	return ktime_get_boottime_ns();
}

static inline bool dnvme_lease_covers(const struct dnvme_leg *leg, s64 now)
{
	return now - READ_ONCE(leg->renewed_ns) <= leg->dnvme->lease.ns || dnvme_break_lease();
}

/* For what is no bio and so has no stamp. */
static inline bool dnvme_lease_valid(const struct dnvme_leg *leg)
{
	return !leg->dnvme->lease.ns || dnvme_lease_covers(leg, dnvme_lease_now());
}

/* Moves the leg to or from EXPIRED if its lease says so. With dnvme->lock held. */
void dnvme_lease_review(struct dnvme_leg *leg, s64 now);

/* A bio submitted at @sent_ns, after leg->renew_after_ns, has succeeded. */
void dnvme_lease_prolong(struct dnvme_leg *leg, s64 sent_ns);

/* The last look is too old, or the leg is shut: says whether it admits. */
bool dnvme_lease_look(struct dnvme_leg *leg);

/* Looks at once at what there is to probe. With dnvme->lock held. */
void dnvme_lease_kick(struct dnvme *d);

/* Opens the devices to probe. Returns 0, or an errno with ti->error set. */
int dnvme_lease_init(struct dnvme *d);
/* Also after an init that failed or was never called. */
void dnvme_lease_exit(struct dnvme *d);

/* Begins probing; ends it, and waits for the probes below. Either may sleep. */
void dnvme_lease_start(struct dnvme *d);
void dnvme_lease_stop(struct dnvme *d);

#endif /* DNVME_LEASE_H */
