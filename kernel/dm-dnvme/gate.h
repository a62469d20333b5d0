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
 *	  entered++			  shut = true
 *	  smp_mb() (A)			  smp_mb() (B)
 *	  if (shut) refuse		  sum(entered) - sum(left)
 *
 * The counts are per CPU and only grow, and what has left is added up first. So
 * the difference errs only upwards, whatever goes on meanwhile: whose leaving
 * was seen, of him the entry is seen too. It misses no bio below.
 */
#ifndef DNVME_GATE_H
#define DNVME_GATE_H

#include <linux/compiler.h>
#include <linux/timex.h>

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

/* Takes back a count; returns false. */
bool dnvme_leg_refuse(struct dnvme_leg *leg, enum dnvme_io_kind kind, unsigned int bytes);

static inline void dnvme_leg_count(struct dnvme_leg *leg, enum dnvme_io_kind kind,
				   unsigned int bytes)
{
	struct dnvme_traffic __percpu *traffic = &leg->cpu->traffic[kind];

	this_cpu_inc(traffic->entered);
	this_cpu_add(traffic->bytes, bytes);
}

/*
 * On the way of every bio: a word that is read once, and in one piece. With
 * READ_ONCE() the compiler does not compare it where it lies.
 */
#define dnvme_read(word) data_race(word)

static inline void dnvme_leg_announce(struct dnvme_leg *leg)
{
	/*
	 * (C) The count stands before @shut is read: a closer that sets it
	 * later sees the count, one that set it earlier is woken. Pairs with
	 * (B) in dnvme_leg_shut().
	 */
	smp_mb();
	if (unlikely(dnvme_read(leg->shut)))
		dnvme_leg_left(leg);
}

static inline void dnvme_leg_leave(struct dnvme_leg *leg)
{
	this_cpu_inc(leg->cpu->left);
	dnvme_leg_announce(leg);
}

/* Admits one bio unless the leg is shut. */
static inline bool dnvme_leg_enter(struct dnvme_leg *leg, enum dnvme_io_kind kind,
				   unsigned int bytes)
{
	dnvme_leg_count(leg, kind, bytes);
	smp_mb(); /* (A) pairs with (B) in dnvme_leg_shut() */
	if (likely(!dnvme_read(leg->shut) || dnvme_break_admission()))
		return true;
	return dnvme_leg_refuse(leg, kind, bytes);
}

/*
 * Whether the last look at the clock still says that the leg admits. A leg that
 * is shut has no window, and is so spared counts that are taken back at once.
 */
static inline bool dnvme_leg_is_fresh(const struct dnvme_leg *leg)
{
	return get_cycles() - dnvme_read(leg->looked) < dnvme_read(leg->window);
}

/* Exact once the leg is shut and what was refused is gone; never too low. */
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
