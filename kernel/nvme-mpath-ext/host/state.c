// SPDX-License-Identifier: GPL-2.0-only

#include "state.h"

struct state_row {
	const char *name;
	struct mp_rule rule[MP_NR_EVENTS];
};

#define TO(_next, _does) \
	{ .next = MP_##_next, .does = (_does) }
#define STAY(_state) \
	TO(_state, 0)
#define REFUSE(_state) \
	{ .refused = true, .next = MP_##_state }

#define LOSE (MP_DOES_CLOSE | MP_DOES_CHOOSE | MP_DOES_TELL)

static const struct state_row states[MP_NR_STATES] = {
	[MP_OFF] = {
		.name = "off",
		.rule = {
			[MP_EV_JOIN] = TO(READY, MP_DOES_CHOOSE | MP_DOES_TELL),
			[MP_EV_ASK] = REFUSE(OFF),
			[MP_EV_YIELD] = REFUSE(OFF),
			[MP_EV_ACKNOWLEDGED] = STAY(OFF),
			[MP_EV_UNWILLING] = STAY(OFF),
			[MP_EV_ERROR] = STAY(OFF),
			[MP_EV_WELL] = STAY(OFF),
			[MP_EV_LEAVE] = STAY(OFF),
			[MP_EV_CLOSED] = STAY(OFF),
		},
	},
	[MP_READY] = {
		.name = "ready",
		.rule = {
			[MP_EV_JOIN] = REFUSE(READY),
			[MP_EV_ASK] = TO(ASKED, 0),
			[MP_EV_YIELD] = REFUSE(READY),
			[MP_EV_ACKNOWLEDGED] = STAY(READY),
			[MP_EV_UNWILLING] = STAY(READY),
			[MP_EV_ERROR] = TO(FAILED, MP_DOES_CHOOSE | MP_DOES_TELL),
			[MP_EV_WELL] = STAY(READY),
			[MP_EV_LEAVE] = TO(GONE, MP_DOES_DRAIN | MP_DOES_TELL),
			[MP_EV_CLOSED] = STAY(READY),
		},
	},
	[MP_ASKED] = {
		.name = "asked",
		.rule = {
			[MP_EV_JOIN] = REFUSE(ASKED),
			[MP_EV_ASK] = REFUSE(ASKED),
			[MP_EV_YIELD] = REFUSE(ASKED),
			[MP_EV_ACKNOWLEDGED] = TO(ACTIVE, MP_DOES_ADMIT | MP_DOES_TELL),
			[MP_EV_UNWILLING] = TO(READY, MP_DOES_CHOOSE | MP_DOES_TELL),
			[MP_EV_ERROR] = TO(FAILED, MP_DOES_CHOOSE | MP_DOES_TELL),
			[MP_EV_WELL] = STAY(ASKED),
			[MP_EV_LEAVE] = TO(GONE, MP_DOES_CHOOSE | MP_DOES_DRAIN | MP_DOES_TELL),
			[MP_EV_CLOSED] = STAY(ASKED),
		},
	},
	[MP_ACTIVE] = {
		.name = "active",
		.rule = {
			[MP_EV_JOIN] = REFUSE(ACTIVE),
			/* A survivor vouches for one that was lost. */
			[MP_EV_ASK] = TO(ACTIVE, 0),
			[MP_EV_YIELD] = TO(READY, LOSE),
			[MP_EV_ACKNOWLEDGED] = TO(ACTIVE, MP_DOES_ADMIT),
			[MP_EV_UNWILLING] = TO(READY, LOSE),
			[MP_EV_ERROR] = TO(FAILED, LOSE),
			[MP_EV_WELL] = STAY(ACTIVE),
			[MP_EV_LEAVE] = TO(GONE, LOSE | MP_DOES_DRAIN),
			[MP_EV_CLOSED] = STAY(ACTIVE),
		},
	},
	[MP_FAILED] = {
		.name = "failed",
		.rule = {
			[MP_EV_JOIN] = REFUSE(FAILED),
			[MP_EV_ASK] = REFUSE(FAILED),
			[MP_EV_YIELD] = REFUSE(FAILED),
			[MP_EV_ACKNOWLEDGED] = STAY(FAILED),
			[MP_EV_UNWILLING] = STAY(FAILED),
			[MP_EV_ERROR] = STAY(FAILED),
			[MP_EV_WELL] = TO(READY, MP_DOES_CHOOSE | MP_DOES_TELL),
			[MP_EV_LEAVE] = TO(GONE, MP_DOES_DRAIN | MP_DOES_TELL),
			[MP_EV_CLOSED] = STAY(FAILED),
		},
	},
	[MP_GONE] = {
		.name = "gone",
		.rule = {
			[MP_EV_JOIN] = REFUSE(GONE),
			[MP_EV_ASK] = REFUSE(GONE),
			[MP_EV_YIELD] = REFUSE(GONE),
			[MP_EV_ACKNOWLEDGED] = STAY(GONE),
			[MP_EV_UNWILLING] = STAY(GONE),
			[MP_EV_ERROR] = STAY(GONE),
			[MP_EV_WELL] = STAY(GONE),
			[MP_EV_LEAVE] = STAY(GONE),
			[MP_EV_CLOSED] = TO(OFF, MP_DOES_TELL),
		},
	},
};

const struct mp_rule *mp_rule(enum mp_state state, enum mp_event event)
{
	return &states[state].rule[event];
}

const char *mp_state_name(enum mp_state state)
{
	return states[state].name;
}
