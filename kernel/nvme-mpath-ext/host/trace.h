/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A trace event for each change of a path's state, each answer to an activation
 * and each failover. Those of a state are written under head->lock, so that they
 * stand in the order in which the changes were made.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM nvme_mpath_ext

#if !defined(NVME_MPATH_EXT_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define NVME_MPATH_EXT_TRACE_H

#include <linux/tracepoint.h>

#include "head.h"

#define MP_EVENT_NAMES				\
	{ MP_EV_JOIN, "join" },			\
	{ MP_EV_ASK, "ask" },			\
	{ MP_EV_YIELD, "yield" },		\
	{ MP_EV_ACKNOWLEDGED, "acknowledged" },	\
	{ MP_EV_UNWILLING, "unwilling" },	\
	{ MP_EV_ERROR, "error" },		\
	{ MP_EV_WELL, "well" },			\
	{ MP_EV_LEAVE, "leave" },		\
	{ MP_EV_CLOSED, "closed" }

TRACE_DEFINE_ENUM(MP_EV_JOIN);
TRACE_DEFINE_ENUM(MP_EV_ASK);
TRACE_DEFINE_ENUM(MP_EV_YIELD);
TRACE_DEFINE_ENUM(MP_EV_ACKNOWLEDGED);
TRACE_DEFINE_ENUM(MP_EV_UNWILLING);
TRACE_DEFINE_ENUM(MP_EV_ERROR);
TRACE_DEFINE_ENUM(MP_EV_WELL);
TRACE_DEFINE_ENUM(MP_EV_LEAVE);
TRACE_DEFINE_ENUM(MP_EV_CLOSED);

TRACE_EVENT(mp_path_state,
	TP_PROTO(const struct mp_path *path, enum mp_event event, enum mp_state old),
	TP_ARGS(path, event, old),
	TP_STRUCT__entry(
		__array(char, head, MP_NAME_LEN)
		__array(char, path, MP_NAME_LEN)
		__field(int, event)
		__field(const char *, old)
		__field(const char *, new)
		__field(unsigned int, queued)
	),
	TP_fast_assign(
		memcpy(__entry->head, path->head->name, MP_NAME_LEN);
		memcpy(__entry->path, path->name, MP_NAME_LEN);
		__entry->event = event;
		__entry->old = mp_state_name(old);
		__entry->new = mp_state_name(path->state);
		__entry->queued = path->head->queue.len;
	),
	TP_printk("%s path %s %s %s -> %s queued %u", __entry->head, __entry->path,
		  __print_symbolic(__entry->event, MP_EVENT_NAMES),
		  __entry->old, __entry->new, __entry->queued)
);

TRACE_EVENT(mp_activation,
	TP_PROTO(const struct mp_path *path, const struct activation_request *request,
		 enum activation_verdict verdict, const struct activation_answer *answer),
	TP_ARGS(path, request, verdict, answer),
	TP_STRUCT__entry(
		__array(char, head, MP_NAME_LEN)
		__array(char, path, MP_NAME_LEN)
		__field(bool, planned)
		__field(u64, epoch)
		__field(const char *, verdict)
		__field(u64, answered)
		__field(int, error)
	),
	TP_fast_assign(
		memcpy(__entry->head, path->head->name, MP_NAME_LEN);
		memcpy(__entry->path, path->name, MP_NAME_LEN);
		__entry->planned = request->planned;
		__entry->epoch = request->epoch;
		__entry->verdict = activation_verdict_name(verdict);
		__entry->answered = answer->epoch;
		__entry->error = answer->error;
	),
	TP_printk("%s path %s planned %d epoch %llu: %s epoch %llu (%d)", __entry->head,
		  __entry->path, __entry->planned, __entry->epoch, __entry->verdict,
		  __entry->answered, __entry->error)
);

TRACE_EVENT(mp_failover,
	TP_PROTO(const struct mp_head *owner, const struct mp_failover *failover),
	TP_ARGS(owner, failover),
	TP_STRUCT__entry(
		__array(char, head, MP_NAME_LEN)
		__array(char, from, MP_NAME_LEN)
		__array(char, to, MP_NAME_LEN)
		__field(unsigned int, number)
		__field(const char *, reason)
		__field(u64, detected)
		__field(u64, sent)
		__field(u64, acknowledged)
	),
	TP_fast_assign(
		memcpy(__entry->head, owner->name, MP_NAME_LEN);
		memcpy(__entry->from, failover->from, MP_NAME_LEN);
		memcpy(__entry->to, failover->to, MP_NAME_LEN);
		__entry->number = failover->number;
		__entry->reason = mp_reason_names[failover->reason];
		__entry->detected = failover->detected_ns;
		__entry->sent = failover->sent_ns;
		__entry->acknowledged = failover->acknowledged_ns;
	),
	TP_printk("%s failover %u %s from %s to %s detected %llu sent %llu acknowledged %llu",
		  __entry->head, __entry->number, __entry->reason, __entry->from, __entry->to,
		  __entry->detected, __entry->sent, __entry->acknowledged)
);

#endif /* NVME_MPATH_EXT_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
