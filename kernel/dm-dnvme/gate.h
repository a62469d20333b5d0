/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Admission and drain: the ordering law.
 *
 * Tokens: A(e) a bio is admitted under epoch e; S it reaches the device below;
 * C it comes back; F(e) a fence raises the epoch to e and shuts the gate; R the
 * receipt says drained; U it says undrained; O(e) an open; H a bio is held; X a
 * held bio fails.
 *
 *	drained:	A(1) S F(2) C R		R waits for each C
 *	closed:		F(2) H			never F(2) A(1) S
 *	undrained:	A(1) S F(2) U C		U after drain_ms; then drain gives R
 *	reopened:	F(2) R O(3) A(3) S
 *	refused:	F(2) H O(3)=EBUSY X O(3) what came before O never is S
 *	too early:	A(1) S F(2) U O(3)=EBUSY C R O(3)
 *
 * An I/O counts itself and then looks at @shut; a closer sets @shut and then
 * adds up the counts. With a full barrier between the two steps on both sides,
 * one of them sees the other: no I/O slips through uncounted.
 *
 *	dnvme_leg_enter()		dnvme_leg_shut()
 *	  in_flight++			  shut = true
 *	  smp_mb() (A)			  smp_mb() (B)
 *	  if (shut) leave		  sum(in_flight)
 *
 * The counts are per CPU, and a bio may be counted up on one CPU and down on
 * another. While a leg is shut the sum errs only upwards: it misses no bio
 * below, because a failed entry counts up and down on the same CPU.
 */
#ifndef DNVME_GATE_H
#define DNVME_GATE_H

#include "break.h"
#include "dnvme.h"

struct dnvme_receipt {
	u64 epoch;
	bool drained;
	unsigned int in_flight;	/* when the gate closed */
	unsigned int held;
	u64 usecs;
};

void dnvme_leg_left(struct dnvme_leg *leg);

static inline void dnvme_leg_count(struct dnvme_leg *leg)
{
	this_cpu_inc(leg->cpu->in_flight);
}

static inline void dnvme_leg_leave(struct dnvme_leg *leg)
{
	this_cpu_dec(leg->cpu->in_flight);
	/*
	 * (C) The count is down before @shut is read: a closer that sets it
	 * later sees the count, one that set it earlier is woken. Pairs with
	 * (B) in dnvme_leg_shut().
	 */
	smp_mb();
	if (unlikely(READ_ONCE(leg->shut)))
		dnvme_leg_left(leg);
}

/* Admits one bio unless the leg is shut. */
static inline bool dnvme_leg_enter(struct dnvme_leg *leg)
{
	bool shut;

	/* Spares a shut leg from counts that are taken back at once. */
	if (unlikely(READ_ONCE(leg->shut)) && !dnvme_break_admission())
		return false;

	preempt_disable();
	dnvme_leg_count(leg);
	smp_mb(); /* (A) pairs with (B) in dnvme_leg_shut() */
	shut = READ_ONCE(leg->shut) && !dnvme_break_admission();
	if (unlikely(shut))
		dnvme_leg_leave(leg);
	preempt_enable();
	return !shut;
}

/* Exact while the leg is shut, an estimate while it is not. */
unsigned int dnvme_leg_in_flight(const struct dnvme_leg *leg);
unsigned int dnvme_in_flight(const struct dnvme *d);

/* Both with dnvme->lock held, or before the target is known to others. */
void dnvme_leg_shut(struct dnvme_leg *leg);
void dnvme_leg_unshut(struct dnvme_leg *leg);

/*
 * Applies @event. @epoch is used by fence and open only. Returns 0, or an
 * errno with *@reason, a sentence for the log. Events that drain fill in
 * @receipt, which says undrained if the wait took longer than @drain_ms.
 */
int dnvme_gate_event(struct dnvme *d, enum dnvme_event event, u64 epoch,
		     unsigned int drain_ms, struct dnvme_receipt *receipt,
		     const char **reason);

/*
 * The only way to change the state of a leg. Says whether it changed; what
 * follows from that is the caller's. With dnvme->lock held.
 */
bool dnvme_leg_apply(struct dnvme_leg *leg, enum dnvme_leg_event event);

/* Applies @event, a message, to one leg. Returns 0, or an errno with *@reason. */
int dnvme_leg_event(struct dnvme_leg *leg, enum dnvme_leg_event event, const char **reason);

/* Records that a fenced gate has drained after all. */
void dnvme_gate_settle(struct dnvme *d);

#endif /* DNVME_GATE_H */
