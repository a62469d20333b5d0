// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tables of Documentation/design/write-ordering.rst, written out once more:
 * every state with every event, for the gate and for a leg.
 */

#include <kunit/test.h>
#include <linux/errno.h>

#include "../state.h"

/* ---- The gate: state x event --------------------------------------------- */

struct gate_row {
	enum dnvme_event event;
	enum dnvme_state from;
	int error;
	enum dnvme_state to;
	unsigned int flags;
};

/* The table's words. */
#define NEW_EPOCH	DNVME_NEEDS_NEW_EPOCH
#define A_LEG		DNVME_NEEDS_LEG
#define DRAINED		DNVME_NEEDS_DRAINED
#define NOTHING_HELD	DNVME_NEEDS_NONE_HELD
#define SHUT		DNVME_DOES_CLOSE
#define TAKE_EPOCH	DNVME_DOES_RAISE
#define ADMIT		DNVME_DOES_RELEASE
#define FAIL_HELD	DNVME_DOES_FAIL
#define DRAIN		DNVME_DOES_DRAIN

static const struct gate_row gate_rows[] = {
	{ DNVME_EV_FENCE, DNVME_LIVE, 0, DNVME_FENCED, NEW_EPOCH | SHUT | TAKE_EPOCH | DRAIN },
	{ DNVME_EV_FENCE, DNVME_HELD, 0, DNVME_FENCED, NEW_EPOCH | TAKE_EPOCH | DRAIN },
	{ DNVME_EV_FENCE, DNVME_FENCED, 0, DNVME_FENCED, NEW_EPOCH | TAKE_EPOCH | DRAIN },

	{ DNVME_EV_OPEN, DNVME_LIVE, 0, DNVME_LIVE, NEW_EPOCH | TAKE_EPOCH },
	{ DNVME_EV_OPEN, DNVME_HELD, 0, DNVME_LIVE, NEW_EPOCH | A_LEG | TAKE_EPOCH | ADMIT },
	{ DNVME_EV_OPEN, DNVME_FENCED, 0, DNVME_LIVE,
	  NEW_EPOCH | A_LEG | DRAINED | NOTHING_HELD | TAKE_EPOCH | ADMIT },

	{ DNVME_EV_HOLD, DNVME_LIVE, 0, DNVME_HELD, SHUT },
	{ DNVME_EV_HOLD, DNVME_HELD, 0, DNVME_HELD, 0 },
	{ DNVME_EV_HOLD, DNVME_FENCED, -EBUSY },

	{ DNVME_EV_RELEASE, DNVME_LIVE, 0, DNVME_LIVE, 0 },
	{ DNVME_EV_RELEASE, DNVME_HELD, 0, DNVME_LIVE, A_LEG | ADMIT },
	{ DNVME_EV_RELEASE, DNVME_FENCED, -EBUSY },

	{ DNVME_EV_FAIL_HELD, DNVME_LIVE, -EINVAL },
	{ DNVME_EV_FAIL_HELD, DNVME_HELD, 0, DNVME_HELD, FAIL_HELD },
	{ DNVME_EV_FAIL_HELD, DNVME_FENCED, 0, DNVME_FENCED, FAIL_HELD },

	{ DNVME_EV_DRAIN, DNVME_LIVE, -EBUSY },
	{ DNVME_EV_DRAIN, DNVME_HELD, 0, DNVME_HELD, DRAIN },
	{ DNVME_EV_DRAIN, DNVME_FENCED, 0, DNVME_FENCED, DRAIN },
};

static void gate_row_name(const struct gate_row *row, char *name)
{
	static const char * const events[DNVME_NR_EVENTS] = {
		[DNVME_EV_FENCE] = "fence",
		[DNVME_EV_OPEN] = "open",
		[DNVME_EV_HOLD] = "hold",
		[DNVME_EV_RELEASE] = "release",
		[DNVME_EV_FAIL_HELD] = "fail_held",
		[DNVME_EV_DRAIN] = "drain",
	};

	snprintf(name, KUNIT_PARAM_DESC_SIZE, "%s in %c", events[row->event],
		 dnvme_state_letter(row->from));
}

KUNIT_ARRAY_PARAM(gate_row, gate_rows, gate_row_name);

static void gate_follows_its_table(struct kunit *test)
{
	const struct gate_row *row = test->param_value;
	const struct dnvme_rule *rule = dnvme_rule(row->from, row->event);

	KUNIT_EXPECT_EQ(test, rule->error, row->error);
	if (row->error) {
		KUNIT_EXPECT_NOT_NULL(test, rule->reason);
		return;
	}
	KUNIT_EXPECT_EQ(test, rule->next, row->to);
	KUNIT_EXPECT_EQ(test, rule->flags, row->flags);
}

static void every_state_and_event_of_a_gate_once(struct kunit *test)
{
	unsigned int seen[DNVME_NR_STATES][DNVME_NR_EVENTS] = { };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(gate_rows); i++)
		seen[gate_rows[i].from][gate_rows[i].event]++;
	for (i = 0; i < DNVME_NR_STATES * DNVME_NR_EVENTS; i++)
		KUNIT_EXPECT_EQ_MSG(test, seen[i / DNVME_NR_EVENTS][i % DNVME_NR_EVENTS], 1,
				    "state %u, event %u",
				    i / DNVME_NR_EVENTS, i % DNVME_NR_EVENTS);
}

static void states_of_a_gate(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dnvme_state_letter(DNVME_LIVE), 'L');
	KUNIT_EXPECT_EQ(test, dnvme_state_letter(DNVME_HELD), 'H');
	KUNIT_EXPECT_EQ(test, dnvme_state_letter(DNVME_FENCED), 'F');

	KUNIT_EXPECT_TRUE(test, dnvme_state_admits(DNVME_LIVE));
	KUNIT_EXPECT_FALSE(test, dnvme_state_admits(DNVME_HELD));
	KUNIT_EXPECT_FALSE(test, dnvme_state_admits(DNVME_FENCED));

	KUNIT_EXPECT_TRUE(test, dnvme_state_keeps_held(DNVME_LIVE));
	KUNIT_EXPECT_TRUE(test, dnvme_state_keeps_held(DNVME_HELD));
	KUNIT_EXPECT_FALSE(test, dnvme_state_keeps_held(DNVME_FENCED));
}

/* ---- A leg: state x event ------------------------------------------------ */

struct leg_row {
	enum dnvme_leg_event event;
	enum dnvme_leg_state from;
	enum dnvme_leg_state to;
};

static const struct leg_row leg_rows[] = {
	{ DNVME_LEG_EV_HOLD, DNVME_LEG_LIVE, DNVME_LEG_HELD },
	{ DNVME_LEG_EV_HOLD, DNVME_LEG_HELD, DNVME_LEG_HELD },
	{ DNVME_LEG_EV_HOLD, DNVME_LEG_EXPIRED, DNVME_LEG_HELD },
	{ DNVME_LEG_EV_HOLD, DNVME_LEG_DEAD, DNVME_LEG_HELD },

	{ DNVME_LEG_EV_RELEASE, DNVME_LEG_LIVE, DNVME_LEG_LIVE },
	{ DNVME_LEG_EV_RELEASE, DNVME_LEG_HELD, DNVME_LEG_LIVE },
	{ DNVME_LEG_EV_RELEASE, DNVME_LEG_EXPIRED, DNVME_LEG_EXPIRED },
	{ DNVME_LEG_EV_RELEASE, DNVME_LEG_DEAD, DNVME_LEG_LIVE },

	{ DNVME_LEG_EV_FAIL, DNVME_LEG_LIVE, DNVME_LEG_DEAD },
	{ DNVME_LEG_EV_FAIL, DNVME_LEG_HELD, DNVME_LEG_DEAD },
	{ DNVME_LEG_EV_FAIL, DNVME_LEG_EXPIRED, DNVME_LEG_DEAD },
	{ DNVME_LEG_EV_FAIL, DNVME_LEG_DEAD, DNVME_LEG_DEAD },

	{ DNVME_LEG_EV_ERROR, DNVME_LEG_LIVE, DNVME_LEG_HELD },
	{ DNVME_LEG_EV_ERROR, DNVME_LEG_HELD, DNVME_LEG_HELD },
	{ DNVME_LEG_EV_ERROR, DNVME_LEG_EXPIRED, DNVME_LEG_HELD },
	{ DNVME_LEG_EV_ERROR, DNVME_LEG_DEAD, DNVME_LEG_DEAD },

	{ DNVME_LEG_EV_EXPIRE, DNVME_LEG_LIVE, DNVME_LEG_EXPIRED },
	{ DNVME_LEG_EV_EXPIRE, DNVME_LEG_HELD, DNVME_LEG_HELD },
	{ DNVME_LEG_EV_EXPIRE, DNVME_LEG_EXPIRED, DNVME_LEG_EXPIRED },
	{ DNVME_LEG_EV_EXPIRE, DNVME_LEG_DEAD, DNVME_LEG_DEAD },

	{ DNVME_LEG_EV_RENEW, DNVME_LEG_LIVE, DNVME_LEG_LIVE },
	{ DNVME_LEG_EV_RENEW, DNVME_LEG_HELD, DNVME_LEG_HELD },
	{ DNVME_LEG_EV_RENEW, DNVME_LEG_EXPIRED, DNVME_LEG_LIVE },
	{ DNVME_LEG_EV_RENEW, DNVME_LEG_DEAD, DNVME_LEG_DEAD },
};

static void leg_row_name(const struct leg_row *row, char *name)
{
	static const char * const events[DNVME_NR_LEG_EVENTS] = {
		[DNVME_LEG_EV_HOLD] = "hold",
		[DNVME_LEG_EV_RELEASE] = "release",
		[DNVME_LEG_EV_FAIL] = "fail",
		[DNVME_LEG_EV_ERROR] = "error on a bio",
		[DNVME_LEG_EV_EXPIRE] = "expire",
		[DNVME_LEG_EV_RENEW] = "renew",
	};

	snprintf(name, KUNIT_PARAM_DESC_SIZE, "%s in %c", events[row->event],
		 dnvme_leg_letter(row->from));
}

KUNIT_ARRAY_PARAM(leg_row, leg_rows, leg_row_name);

static void leg_follows_its_table(struct kunit *test)
{
	const struct leg_row *row = test->param_value;

	KUNIT_EXPECT_EQ(test, dnvme_leg_next(row->from, row->event), row->to);
}

static void every_state_and_event_of_a_leg_once(struct kunit *test)
{
	unsigned int seen[DNVME_NR_LEG_STATES][DNVME_NR_LEG_EVENTS] = { };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(leg_rows); i++)
		seen[leg_rows[i].from][leg_rows[i].event]++;
	for (i = 0; i < DNVME_NR_LEG_STATES * DNVME_NR_LEG_EVENTS; i++)
		KUNIT_EXPECT_EQ_MSG(test, seen[i / DNVME_NR_LEG_EVENTS][i % DNVME_NR_LEG_EVENTS], 1,
				    "state %u, event %u",
				    i / DNVME_NR_LEG_EVENTS, i % DNVME_NR_LEG_EVENTS);
}

static void states_of_a_leg(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, dnvme_leg_letter(DNVME_LEG_LIVE), 'L');
	KUNIT_EXPECT_EQ(test, dnvme_leg_letter(DNVME_LEG_HELD), 'H');
	KUNIT_EXPECT_EQ(test, dnvme_leg_letter(DNVME_LEG_EXPIRED), 'E');
	KUNIT_EXPECT_EQ(test, dnvme_leg_letter(DNVME_LEG_DEAD), 'D');
}

/* A target that holds or is fenced gives its legs nothing, dead or not. */
static void what_becomes_of_a_bio(struct kunit *test)
{
	enum dnvme_leg_state leg;

	KUNIT_EXPECT_EQ(test, dnvme_fate(DNVME_LIVE, DNVME_LEG_LIVE), DNVME_IS_ADMITTED);
	KUNIT_EXPECT_EQ(test, dnvme_fate(DNVME_LIVE, DNVME_LEG_HELD), DNVME_IS_HELD);
	KUNIT_EXPECT_EQ(test, dnvme_fate(DNVME_LIVE, DNVME_LEG_EXPIRED), DNVME_IS_HELD);
	KUNIT_EXPECT_EQ(test, dnvme_fate(DNVME_LIVE, DNVME_LEG_DEAD), DNVME_IS_FAILED);
	for (leg = 0; leg < DNVME_NR_LEG_STATES; leg++) {
		KUNIT_EXPECT_EQ(test, dnvme_fate(DNVME_HELD, leg), DNVME_IS_HELD);
		KUNIT_EXPECT_EQ(test, dnvme_fate(DNVME_FENCED, leg), DNVME_IS_HELD);
	}
}

static struct kunit_case state_cases[] = {
	KUNIT_CASE_PARAM(gate_follows_its_table, gate_row_gen_params),
	KUNIT_CASE(every_state_and_event_of_a_gate_once),
	KUNIT_CASE(states_of_a_gate),
	KUNIT_CASE_PARAM(leg_follows_its_table, leg_row_gen_params),
	KUNIT_CASE(every_state_and_event_of_a_leg_once),
	KUNIT_CASE(states_of_a_leg),
	KUNIT_CASE(what_becomes_of_a_bio),
	{ }
};

static struct kunit_suite state_suite = {
	.name = "dnvme-state",
	.test_cases = state_cases,
};

kunit_test_suite(state_suite);
