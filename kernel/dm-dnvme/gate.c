// SPDX-License-Identifier: GPL-2.0-only

#include <linux/ktime.h>

#include "gate.h"
#include "hold.h"
#include "lease.h"
#include "trace.h"

static unsigned long gone(const struct dnvme_leg_cpu *counts)
{
	unsigned long sum = READ_ONCE(counts->left);
	unsigned int kind;

	for (kind = 0; kind < DNVME_NR_IO_KINDS; kind++)
		sum += READ_ONCE(counts->traffic[kind].refused);
	return sum;
}

static unsigned long come(const struct dnvme_leg_cpu *counts)
{
	unsigned long sum = 0;
	unsigned int kind;

	for (kind = 0; kind < DNVME_NR_IO_KINDS; kind++)
		sum += READ_ONCE(counts->traffic[kind].entered);
	return sum;
}

unsigned int dnvme_leg_in_flight(const struct dnvme_leg *leg)
{
	unsigned long sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum -= gone(per_cpu_ptr(leg->cpu, cpu));
	smp_rmb(); /* (D) pairs with (A) and the order of one bio's way */
	for_each_possible_cpu(cpu)
		sum += come(per_cpu_ptr(leg->cpu, cpu));
	return sum;
}

unsigned int dnvme_in_flight(const struct dnvme *d)
{
	const struct dnvme_leg *leg;
	unsigned int sum = 0;

	for (leg = d->leg; leg < dnvme_legs_end(d); leg++)
		sum += dnvme_leg_in_flight(leg);
	return sum;
}

void dnvme_leg_shut(struct dnvme_leg *leg)
{
	WRITE_ONCE(leg->window, 0);
	WRITE_ONCE(leg->shut, true);
	smp_mb(); /* (B) pairs with (A) and (C) in gate.h */
}

void dnvme_leg_unshut(struct dnvme_leg *leg)
{
	WRITE_ONCE(leg->shut, false);
	WRITE_ONCE(leg->window, leg->dnvme->lease.window);
}

bool dnvme_leg_refuse(struct dnvme_leg *leg, enum dnvme_io_kind kind, unsigned int bytes)
{
	struct dnvme_traffic __percpu *traffic = &leg->cpu->traffic[kind];

	this_cpu_sub(traffic->bytes, bytes);
	this_cpu_inc(traffic->refused);
	dnvme_leg_announce(leg);
	return false;
}

static bool may_settle(const struct dnvme *d)
{
	return READ_ONCE(d->receipt) == DNVME_UNDRAINED && !dnvme_in_flight(d);
}

/* The slow end of an I/O on a shut leg: somebody may be waiting for the last. */
void dnvme_leg_left(struct dnvme_leg *leg)
{
	struct dnvme *d = leg->dnvme;

	wake_up(&d->drain_wait);
	if (may_settle(d))
		dnvme_event_raise(d);
}

void dnvme_gate_settle(struct dnvme *d)
{
	spin_lock_irq(&d->lock);
	if (may_settle(d))
		WRITE_ONCE(d->receipt, DNVME_DRAINED);
	spin_unlock_irq(&d->lock);
}

static int check_needs(const struct dnvme *d, const struct dnvme_rule *rule,
		       u64 epoch, const char **reason)
{
	if ((rule->flags & DNVME_NEEDS_NEW_EPOCH) && epoch <= d->epoch) {
		*reason = "the epoch must be higher than the current one";
		return -ESTALE;
	}
	if ((rule->flags & DNVME_NEEDS_LEG) && !d->geo.nr_legs) {
		*reason = "there is no leg, load a table with legs";
		return -ENXIO;
	}
	if ((rule->flags & DNVME_NEEDS_DRAINED) && dnvme_in_flight(d)) {
		*reason = "still draining, send drain or wait for the event";
		return -EBUSY;
	}
	if ((rule->flags & DNVME_NEEDS_NONE_HELD) && dnvme_held(d)) {
		*reason = "bios of an older epoch are held, fail_held first";
		return -EBUSY;
	}
	/* The bios of a release cut short now would block the suspend. */
	if (rule->next == DNVME_HELD && d->suspending != DNVME_KEEP && dnvme_held(d)) {
		*reason = "the device is being suspended, try again";
		return -EBUSY;
	}
	return 0;
}

/* The rule for @event; NULL if it is refused, with *@error and *@reason. */
static const struct dnvme_rule *find_rule(const struct dnvme *d, enum dnvme_event event,
					  u64 epoch, int *error, const char **reason)
{
	const struct dnvme_rule *rule = dnvme_rule(d->state, event);

	lockdep_assert_held(&d->lock);
	*error = rule->error;
	*reason = rule->reason;
	if (!*error)
		*error = check_needs(d, rule, epoch, reason);
	return *error ? NULL : rule;
}

static void set_receipt(struct dnvme *d)
{
	enum dnvme_receipt_state receipt = DNVME_NO_RECEIPT;

	if (d->state == DNVME_FENCED)
		receipt = dnvme_in_flight(d) ? DNVME_UNDRAINED : DNVME_DRAINED;
	WRITE_ONCE(d->receipt, receipt);
	/*
	 * Whoever leaves last either sees this receipt and raises the event, or
	 * is seen by the first look of wait_drained(). Pairs with (C).
	 */
	smp_mb();
}

static void shut_all(struct dnvme *d)
{
	struct dnvme_leg *leg;

	for (leg = d->leg; leg < dnvme_legs_end(d); leg++)
		dnvme_leg_shut(leg);
}

/*
 * The only place that changes the state of a living target. Says whether
 * status changed; what may sleep or complete bios comes after the unlock.
 */
static bool enter_state(struct dnvme *d, enum dnvme_event event, const struct dnvme_rule *rule,
			u64 epoch)
{
	enum dnvme_state old = d->state;
	bool changed = old != rule->next || (rule->flags & DNVME_DOES_RAISE);

	lockdep_assert_held(&d->lock);
	if (rule->flags & DNVME_DOES_CLOSE)
		shut_all(d);
	if (rule->flags & DNVME_DOES_RAISE)
		d->epoch = epoch;
	if (old == DNVME_FENCED && rule->next == DNVME_LIVE)
		WRITE_ONCE(d->opens, d->opens + 1);
	d->state = rule->next;
	set_receipt(d);
	if (changed)
		trace_dnvme_state(d, event, old);
	return changed;
}

/* A fenced gate was opened since: it had drained, whatever is below now. */
static bool has_drained(const struct dnvme *d, unsigned int opens)
{
	return READ_ONCE(d->opens) != opens || !dnvme_in_flight(d) || dnvme_break_drain();
}

static void wait_drained(struct dnvme *d, unsigned int opens, unsigned int drain_ms,
			 struct dnvme_receipt *receipt)
{
	long left = wait_event_killable_timeout(d->drain_wait, has_drained(d, opens),
						msecs_to_jiffies(drain_ms));

	receipt->drained = left > 0;
	if (receipt->drained)
		dnvme_gate_settle(d);
}

/* What a change of state leaves to be done after the unlock. */
struct aftermath {
	struct dnvme_leaving leaving;
	unsigned int flags;	/* those of the rule */
	unsigned int opens;
	bool changed;
};

/* Brings what is held, and the lease, in line with the new state. */
static void settle_held(struct dnvme *d, struct aftermath *after)
{
	if (dnvme_held_review(d, &after->leaving))
		queue_work(dnvme_wq, &d->release_work);
	dnvme_lease_kick(d);
}

static int change_state(struct dnvme *d, enum dnvme_event event, u64 epoch,
			struct dnvme_receipt *receipt, const char **reason,
			struct aftermath *after)
{
	const struct dnvme_rule *rule;
	int r;

	lockdep_assert_held(&d->lock);
	rule = find_rule(d, event, epoch, &r, reason);
	if (!rule)
		return r;
	after->changed = enter_state(d, event, rule, epoch);
	after->flags = rule->flags;
	after->opens = d->opens;
	receipt->epoch = d->epoch;
	receipt->in_flight = dnvme_in_flight(d);
	receipt->held = dnvme_held(d);
	if (rule->flags & DNVME_DOES_FAIL)
		dnvme_held_take_all(d, &after->leaving.failing);
	settle_held(d, after);
	return 0;
}

int dnvme_gate_event(struct dnvme *d, enum dnvme_event event, u64 epoch,
		     unsigned int drain_ms, struct dnvme_receipt *receipt,
		     const char **reason)
{
	struct aftermath after = { .leaving = DNVME_NONE_LEAVING };
	ktime_t began = ktime_get();
	int r;

	spin_lock_irq(&d->lock);
	r = change_state(d, event, epoch, receipt, reason, &after);
	spin_unlock_irq(&d->lock);
	if (r)
		return r;

	if (dnvme_held_let_go(d, &after.leaving) || after.changed)
		dnvme_event_raise(d);
	if (after.flags & DNVME_DOES_DRAIN)
		wait_drained(d, after.opens, drain_ms, receipt);
	receipt->usecs = ktime_us_delta(ktime_get(), began);
	if (after.flags & DNVME_DOES_DRAIN)
		trace_dnvme_receipt(d, receipt);
	return 0;
}

bool dnvme_leg_apply(struct dnvme_leg *leg, enum dnvme_leg_event event)
{
	enum dnvme_leg_state old = leg->state;

	lockdep_assert_held(&leg->dnvme->lock);
	WRITE_ONCE(leg->state, dnvme_leg_next(old, event));
	if (leg->state == old)
		return false;
	trace_dnvme_leg_state(leg, event, old);
	return true;
}

static int check_leg_event(const struct dnvme_leg *leg, enum dnvme_leg_event event,
			   const char **reason)
{
	const struct dnvme *d = leg->dnvme;

	if (event == DNVME_LEG_EV_HOLD && d->suspending != DNVME_KEEP && leg->held) {
		*reason = "the device is being suspended, try again";
		return -EBUSY;
	}
	return 0;
}

static int change_leg_state(struct dnvme_leg *leg, enum dnvme_leg_event event,
			    const char **reason, struct aftermath *after)
{
	int r = check_leg_event(leg, event, reason);

	lockdep_assert_held(&leg->dnvme->lock);
	if (r)
		return r;
	after->changed = dnvme_leg_apply(leg, event);
	if (event == DNVME_LEG_EV_FAIL)
		dnvme_held_take(leg, &after->leaving.failing);
	settle_held(leg->dnvme, after);
	return 0;
}

int dnvme_leg_event(struct dnvme_leg *leg, enum dnvme_leg_event event, const char **reason)
{
	struct aftermath after = { .leaving = DNVME_NONE_LEAVING };
	struct dnvme *d = leg->dnvme;
	int r;

	spin_lock_irq(&d->lock);
	r = change_leg_state(leg, event, reason, &after);
	spin_unlock_irq(&d->lock);
	if (r)
		return r;

	if (dnvme_held_let_go(d, &after.leaving) || after.changed)
		dnvme_event_raise(d);
	return 0;
}
