/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trace event for each change of state, each receipt and each probe. Those of
 * a state are written under dnvme->lock, so that they stand in the order in which
 * the changes were made.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dnvme

#if !defined(DNVME_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DNVME_TRACE_H

#include <linux/tracepoint.h>

#include "gate.h"

#define DNVME_EVENT_NAMES			\
	{ DNVME_EV_FENCE, "fence" },		\
	{ DNVME_EV_OPEN, "open" },		\
	{ DNVME_EV_HOLD, "hold" },		\
	{ DNVME_EV_RELEASE, "release" },	\
	{ DNVME_EV_FAIL_HELD, "fail_held" },	\
	{ DNVME_EV_DRAIN, "drain" }

#define DNVME_LEG_EVENT_NAMES			\
	{ DNVME_LEG_EV_HOLD, "hold" },		\
	{ DNVME_LEG_EV_RELEASE, "release" },	\
	{ DNVME_LEG_EV_FAIL, "fail" },		\
	{ DNVME_LEG_EV_ERROR, "error" },	\
	{ DNVME_LEG_EV_EXPIRE, "expire" },	\
	{ DNVME_LEG_EV_RENEW, "renew" }

TRACE_DEFINE_ENUM(DNVME_EV_FENCE);
TRACE_DEFINE_ENUM(DNVME_EV_OPEN);
TRACE_DEFINE_ENUM(DNVME_EV_HOLD);
TRACE_DEFINE_ENUM(DNVME_EV_RELEASE);
TRACE_DEFINE_ENUM(DNVME_EV_FAIL_HELD);
TRACE_DEFINE_ENUM(DNVME_EV_DRAIN);
TRACE_DEFINE_ENUM(DNVME_LEG_EV_HOLD);
TRACE_DEFINE_ENUM(DNVME_LEG_EV_RELEASE);
TRACE_DEFINE_ENUM(DNVME_LEG_EV_FAIL);
TRACE_DEFINE_ENUM(DNVME_LEG_EV_ERROR);
TRACE_DEFINE_ENUM(DNVME_LEG_EV_EXPIRE);
TRACE_DEFINE_ENUM(DNVME_LEG_EV_RENEW);

TRACE_EVENT(dnvme_state,
	TP_PROTO(const struct dnvme *d, enum dnvme_event event, enum dnvme_state old),
	TP_ARGS(d, event, old),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(int, event)
		__field(char, old)
		__field(char, new)
		__field(u64, epoch)
	),
	TP_fast_assign(
		__entry->dev = dnvme_dev(d);
		__entry->event = event;
		__entry->old = dnvme_state_letter(old);
		__entry->new = dnvme_state_letter(d->state);
		__entry->epoch = d->epoch;
	),
	TP_printk("%d,%d %s %c -> %c epoch %llu",
		  MAJOR(__entry->dev), MINOR(__entry->dev),
		  __print_symbolic(__entry->event, DNVME_EVENT_NAMES),
		  __entry->old, __entry->new, __entry->epoch)
);

TRACE_EVENT(dnvme_leg_state,
	TP_PROTO(const struct dnvme_leg *leg, enum dnvme_leg_event event,
		 enum dnvme_leg_state old),
	TP_ARGS(leg, event, old),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(unsigned int, leg)
		__field(int, event)
		__field(char, old)
		__field(char, new)
		__field(unsigned int, held)
	),
	TP_fast_assign(
		__entry->dev = dnvme_dev(leg->dnvme);
		__entry->leg = dnvme_leg_number(leg);
		__entry->event = event;
		__entry->old = dnvme_leg_letter(old);
		__entry->new = dnvme_leg_letter(leg->state);
		__entry->held = leg->held;
	),
	TP_printk("%d,%d leg %u %s %c -> %c held %u",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->leg,
		  __print_symbolic(__entry->event, DNVME_LEG_EVENT_NAMES),
		  __entry->old, __entry->new, __entry->held)
);

TRACE_EVENT(dnvme_receipt,
	TP_PROTO(const struct dnvme *d, const struct dnvme_receipt *receipt),
	TP_ARGS(d, receipt),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(u64, epoch)
		__field(bool, drained)
		__field(unsigned int, in_flight)
		__field(unsigned int, held)
		__field(u64, usecs)
	),
	TP_fast_assign(
		__entry->dev = dnvme_dev(d);
		__entry->epoch = receipt->epoch;
		__entry->drained = receipt->drained;
		__entry->in_flight = receipt->in_flight;
		__entry->held = receipt->held;
		__entry->usecs = receipt->usecs;
	),
	TP_printk("%d,%d epoch %llu %s in_flight %u held %u usecs %llu",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->epoch,
		  __entry->drained ? DNVME_RECEIPT_DRAINED : DNVME_RECEIPT_UNDRAINED,
		  __entry->in_flight, __entry->held, __entry->usecs)
);

TRACE_EVENT(dnvme_probe,
	TP_PROTO(const struct dnvme_leg *leg, dev_t probed, int error, u64 usecs),
	TP_ARGS(leg, probed, error, usecs),
	TP_STRUCT__entry(
		__field(dev_t, dev)
		__field(unsigned int, leg)
		__field(dev_t, probed)
		__field(int, error)
		__field(u64, usecs)
	),
	TP_fast_assign(
		__entry->dev = dnvme_dev(leg->dnvme);
		__entry->leg = dnvme_leg_number(leg);
		__entry->probed = probed;
		__entry->error = error;
		__entry->usecs = usecs;
	),
	TP_printk("%d,%d leg %u probed %d,%d error %d usecs %llu",
		  MAJOR(__entry->dev), MINOR(__entry->dev), __entry->leg,
		  MAJOR(__entry->probed), MINOR(__entry->probed), __entry->error,
		  __entry->usecs)
);

#endif /* DNVME_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
