// SPDX-License-Identifier: GPL-2.0-only

#include <linux/bits.h>
#include <linux/dm-dnvme.h>
#include <linux/errno.h>

#include "state.h"

struct state_row {
	char letter;
	bool admits;
	bool keeps_held;
	struct dnvme_rule rule[DNVME_NR_EVENTS];
};

#define TO(_next, _flags) \
	{ .next = DNVME_##_next, .flags = (_flags) }
#define REFUSE(_error, _reason) \
	{ .error = (_error), .reason = (_reason) }

static const struct state_row states[DNVME_NR_STATES] = {
	[DNVME_LIVE] = {
		.letter = DNVME_STATE_LIVE,
		.admits = true,
		.keeps_held = true,
		.rule = {
			[DNVME_EV_FENCE] = TO(FENCED, DNVME_NEEDS_NEW_EPOCH | DNVME_DOES_CLOSE |
						      DNVME_DOES_RAISE | DNVME_DOES_DRAIN),
			[DNVME_EV_OPEN] = TO(LIVE, DNVME_NEEDS_NEW_EPOCH | DNVME_DOES_RAISE),
			[DNVME_EV_HOLD] = TO(HELD, DNVME_DOES_CLOSE),
			[DNVME_EV_RELEASE] = TO(LIVE, 0),
			[DNVME_EV_FAIL_HELD] = REFUSE(-EINVAL,
						      "the gate is live, it keeps nothing held"),
			[DNVME_EV_DRAIN] = REFUSE(-EBUSY, "the gate is live, hold or fence first"),
		},
	},
	[DNVME_HELD] = {
		.letter = DNVME_STATE_HELD,
		.keeps_held = true,
		.rule = {
			[DNVME_EV_FENCE] = TO(FENCED, DNVME_NEEDS_NEW_EPOCH | DNVME_DOES_RAISE |
						      DNVME_DOES_DRAIN),
			[DNVME_EV_OPEN] = TO(LIVE, DNVME_NEEDS_NEW_EPOCH | DNVME_NEEDS_LEG |
						   DNVME_DOES_RAISE | DNVME_DOES_RELEASE),
			[DNVME_EV_HOLD] = TO(HELD, 0),
			[DNVME_EV_RELEASE] = TO(LIVE, DNVME_NEEDS_LEG | DNVME_DOES_RELEASE),
			[DNVME_EV_FAIL_HELD] = TO(HELD, DNVME_DOES_FAIL),
			[DNVME_EV_DRAIN] = TO(HELD, DNVME_DOES_DRAIN),
		},
	},
	[DNVME_FENCED] = {
		.letter = DNVME_STATE_FENCED,
		.rule = {
			[DNVME_EV_FENCE] = TO(FENCED, DNVME_NEEDS_NEW_EPOCH | DNVME_DOES_RAISE |
						      DNVME_DOES_DRAIN),
			[DNVME_EV_OPEN] = TO(LIVE, DNVME_NEEDS_NEW_EPOCH | DNVME_NEEDS_LEG |
						   DNVME_NEEDS_DRAINED | DNVME_NEEDS_NONE_HELD |
						   DNVME_DOES_RAISE | DNVME_DOES_RELEASE),
			[DNVME_EV_HOLD] = REFUSE(-EBUSY, "the gate is fenced and holds already"),
			[DNVME_EV_RELEASE] = REFUSE(-EBUSY,
						    "the gate is fenced, open it anew"),
			[DNVME_EV_FAIL_HELD] = TO(FENCED, DNVME_DOES_FAIL),
			[DNVME_EV_DRAIN] = TO(FENCED, DNVME_DOES_DRAIN),
		},
	},
};

const struct dnvme_rule *dnvme_rule(enum dnvme_state state, enum dnvme_event event)
{
	return &states[state].rule[event];
}

char dnvme_state_letter(enum dnvme_state state)
{
	return states[state].letter;
}

bool dnvme_state_admits(enum dnvme_state state)
{
	return states[state].admits;
}

bool dnvme_state_keeps_held(enum dnvme_state state)
{
	return states[state].keeps_held;
}

struct leg_row {
	char letter;
	enum dnvme_fate fate;
	enum dnvme_leg_state next[DNVME_NR_LEG_EVENTS];
};

static const struct leg_row leg_states[DNVME_NR_LEG_STATES] = {
	[DNVME_LEG_LIVE] = {
		.letter = DNVME_STATE_LIVE,
		.fate = DNVME_IS_ADMITTED,
		.next = {
			[DNVME_LEG_EV_HOLD] = DNVME_LEG_HELD,
			[DNVME_LEG_EV_RELEASE] = DNVME_LEG_LIVE,
			[DNVME_LEG_EV_FAIL] = DNVME_LEG_DEAD,
			[DNVME_LEG_EV_ERROR] = DNVME_LEG_HELD,
			[DNVME_LEG_EV_EXPIRE] = DNVME_LEG_EXPIRED,
			[DNVME_LEG_EV_RENEW] = DNVME_LEG_LIVE,
		},
	},
	[DNVME_LEG_HELD] = {
		.letter = DNVME_STATE_HELD,
		.fate = DNVME_IS_HELD,
		.next = {
			[DNVME_LEG_EV_HOLD] = DNVME_LEG_HELD,
			[DNVME_LEG_EV_RELEASE] = DNVME_LEG_LIVE,
			[DNVME_LEG_EV_FAIL] = DNVME_LEG_DEAD,
			[DNVME_LEG_EV_ERROR] = DNVME_LEG_HELD,
			[DNVME_LEG_EV_EXPIRE] = DNVME_LEG_HELD,
			[DNVME_LEG_EV_RENEW] = DNVME_LEG_HELD,
		},
	},
	[DNVME_LEG_EXPIRED] = {
		.letter = DNVME_STATE_EXPIRED,
		.fate = DNVME_IS_HELD,
		.next = {
			[DNVME_LEG_EV_HOLD] = DNVME_LEG_HELD,
			[DNVME_LEG_EV_RELEASE] = DNVME_LEG_EXPIRED,
			[DNVME_LEG_EV_FAIL] = DNVME_LEG_DEAD,
			[DNVME_LEG_EV_ERROR] = DNVME_LEG_HELD,
			[DNVME_LEG_EV_EXPIRE] = DNVME_LEG_EXPIRED,
			[DNVME_LEG_EV_RENEW] = DNVME_LEG_LIVE,
		},
	},
	[DNVME_LEG_DEAD] = {
		.letter = DNVME_STATE_DEAD,
		.fate = DNVME_IS_FAILED,
		.next = {
			[DNVME_LEG_EV_HOLD] = DNVME_LEG_HELD,
			[DNVME_LEG_EV_RELEASE] = DNVME_LEG_LIVE,
			[DNVME_LEG_EV_FAIL] = DNVME_LEG_DEAD,
			[DNVME_LEG_EV_ERROR] = DNVME_LEG_DEAD,
			[DNVME_LEG_EV_EXPIRE] = DNVME_LEG_DEAD,
			[DNVME_LEG_EV_RENEW] = DNVME_LEG_DEAD,
		},
	},
};

enum dnvme_leg_state dnvme_leg_next(enum dnvme_leg_state state, enum dnvme_leg_event event)
{
	return leg_states[state].next[event];
}

char dnvme_leg_letter(enum dnvme_leg_state state)
{
	return leg_states[state].letter;
}

enum dnvme_fate dnvme_fate(enum dnvme_state state, enum dnvme_leg_state leg_state)
{
	/* A dead leg fails what it gets; a target that holds gives it nothing. */
	if (!states[state].admits)
		return DNVME_IS_HELD;
	return leg_states[leg_state].fate;
}
