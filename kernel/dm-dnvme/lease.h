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
 * The clock is CLOCK_BOOTTIME, read for each bio: jiffies stand still for a
 * moment after a pause of the machine, just when it matters. Write safety rests
 * on no clock: see gate.h.
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

void dnvme_lease_lapse(struct dnvme_leg *leg);
void dnvme_lease_prolong(struct dnvme_leg *leg, s64 sent_ns);

/* A bio is about to ask for admission: stamps it, and shuts a leg that has expired. */
static inline void dnvme_lease_check(struct dnvme_leg *leg, struct dnvme_io *io)
{
	io->sent_ns = dnvme_lease_now();
	if (unlikely(!dnvme_lease_covers(leg, io->sent_ns)) && !READ_ONCE(leg->shut))
		dnvme_lease_lapse(leg);
}

/*
 * A bio sent at @sent_ns has succeeded. The grain keeps CPUs from writing one
 * cache line for each I/O; it only ever makes the lease run shorter.
 */
static inline void dnvme_lease_renew(struct dnvme_leg *leg, s64 sent_ns)
{
	const struct dnvme_lease *lease = &leg->dnvme->lease;

	if (lease->by_traffic && sent_ns - READ_ONCE(leg->renewed_ns) > lease->grain_ns)
		dnvme_lease_prolong(leg, sent_ns);
}

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
