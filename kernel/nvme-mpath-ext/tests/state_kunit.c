// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of Documentation/design/head-states.rst, written down once more: each
 * state with each event.
 */

#include <kunit/test.h>
#include <linux/kernel.h>

#include "../host/state.h"

#define CLOSE	MP_DOES_CLOSE
#define ADMIT	MP_DOES_ADMIT
#define CHOOSE	MP_DOES_CHOOSE
#define DRAIN	MP_DOES_DRAIN
#define TELL	MP_DOES_TELL

struct row {
	enum mp_event event;
	enum mp_state from;
	enum mp_state to;
	unsigned int does;
	bool refused;
};

#define REFUSED .refused = true

static const struct row rows[] = {
	{ MP_EV_JOIN, MP_OFF, MP_READY, CHOOSE | TELL },
	{ MP_EV_JOIN, MP_READY, MP_READY, REFUSED },
	{ MP_EV_JOIN, MP_ASKED, MP_ASKED, REFUSED },
	{ MP_EV_JOIN, MP_ACTIVE, MP_ACTIVE, REFUSED },
	{ MP_EV_JOIN, MP_FAILED, MP_FAILED, REFUSED },
	{ MP_EV_JOIN, MP_GONE, MP_GONE, REFUSED },

	{ MP_EV_ASK, MP_OFF, MP_OFF, REFUSED },
	{ MP_EV_ASK, MP_READY, MP_ASKED },
	{ MP_EV_ASK, MP_ASKED, MP_ASKED, REFUSED },
	{ MP_EV_ASK, MP_ACTIVE, MP_ACTIVE },
	{ MP_EV_ASK, MP_FAILED, MP_FAILED, REFUSED },
	{ MP_EV_ASK, MP_GONE, MP_GONE, REFUSED },

	{ MP_EV_YIELD, MP_OFF, MP_OFF, REFUSED },
	{ MP_EV_YIELD, MP_READY, MP_READY, REFUSED },
	{ MP_EV_YIELD, MP_ASKED, MP_ASKED, REFUSED },
	{ MP_EV_YIELD, MP_ACTIVE, MP_READY, CLOSE | CHOOSE | TELL },
	{ MP_EV_YIELD, MP_FAILED, MP_FAILED, REFUSED },
	{ MP_EV_YIELD, MP_GONE, MP_GONE, REFUSED },

	/* An answer that comes too late changes nothing. */
	{ MP_EV_ACKNOWLEDGED, MP_OFF, MP_OFF },
	{ MP_EV_ACKNOWLEDGED, MP_READY, MP_READY },
	{ MP_EV_ACKNOWLEDGED, MP_ASKED, MP_ACTIVE, ADMIT | TELL },
	{ MP_EV_ACKNOWLEDGED, MP_ACTIVE, MP_ACTIVE, ADMIT },
	{ MP_EV_ACKNOWLEDGED, MP_FAILED, MP_FAILED },
	{ MP_EV_ACKNOWLEDGED, MP_GONE, MP_GONE },

	{ MP_EV_UNWILLING, MP_OFF, MP_OFF },
	{ MP_EV_UNWILLING, MP_READY, MP_READY },
	{ MP_EV_UNWILLING, MP_ASKED, MP_READY, CHOOSE | TELL },
	{ MP_EV_UNWILLING, MP_ACTIVE, MP_READY, CLOSE | CHOOSE | TELL },
	{ MP_EV_UNWILLING, MP_FAILED, MP_FAILED },
	{ MP_EV_UNWILLING, MP_GONE, MP_GONE },

	{ MP_EV_ERROR, MP_OFF, MP_OFF },
	{ MP_EV_ERROR, MP_READY, MP_FAILED, CHOOSE | TELL },
	{ MP_EV_ERROR, MP_ASKED, MP_FAILED, CHOOSE | TELL },
	{ MP_EV_ERROR, MP_ACTIVE, MP_FAILED, CLOSE | CHOOSE | TELL },
	{ MP_EV_ERROR, MP_FAILED, MP_FAILED },
	{ MP_EV_ERROR, MP_GONE, MP_GONE },

	{ MP_EV_WELL, MP_OFF, MP_OFF },
	{ MP_EV_WELL, MP_READY, MP_READY },
	{ MP_EV_WELL, MP_ASKED, MP_ASKED },
	{ MP_EV_WELL, MP_ACTIVE, MP_ACTIVE },
	{ MP_EV_WELL, MP_FAILED, MP_READY, CHOOSE | TELL },
	{ MP_EV_WELL, MP_GONE, MP_GONE },

	{ MP_EV_LEAVE, MP_OFF, MP_OFF },
	{ MP_EV_LEAVE, MP_READY, MP_GONE, DRAIN | TELL },
	{ MP_EV_LEAVE, MP_ASKED, MP_GONE, CHOOSE | DRAIN | TELL },
	{ MP_EV_LEAVE, MP_ACTIVE, MP_GONE, CLOSE | CHOOSE | DRAIN | TELL },
	{ MP_EV_LEAVE, MP_FAILED, MP_GONE, DRAIN | TELL },
	{ MP_EV_LEAVE, MP_GONE, MP_GONE },

	{ MP_EV_CLOSED, MP_OFF, MP_OFF },
	{ MP_EV_CLOSED, MP_READY, MP_READY },
	{ MP_EV_CLOSED, MP_ASKED, MP_ASKED },
	{ MP_EV_CLOSED, MP_ACTIVE, MP_ACTIVE },
	{ MP_EV_CLOSED, MP_FAILED, MP_FAILED },
	{ MP_EV_CLOSED, MP_GONE, MP_OFF, TELL },
};

static void row_name(const struct row *row, char *name)
{
	static const char * const events[MP_NR_EVENTS] = {
		[MP_EV_JOIN] = "join",
		[MP_EV_ASK] = "ask",
		[MP_EV_YIELD] = "yield",
		[MP_EV_ACKNOWLEDGED] = "acknowledged",
		[MP_EV_UNWILLING] = "unwilling",
		[MP_EV_ERROR] = "error",
		[MP_EV_WELL] = "well",
		[MP_EV_LEAVE] = "leave",
		[MP_EV_CLOSED] = "closed",
	};

	snprintf(name, KUNIT_PARAM_DESC_SIZE, "%s while %s", events[row->event],
		 mp_state_name(row->from));
}

KUNIT_ARRAY_PARAM(row, rows, row_name);

static void path_follows_its_table(struct kunit *test)
{
	const struct row *row = test->param_value;
	const struct mp_rule *rule = mp_rule(row->from, row->event);

	KUNIT_EXPECT_EQ(test, rule->refused, row->refused);
	KUNIT_EXPECT_EQ(test, rule->next, row->to);
	KUNIT_EXPECT_EQ(test, rule->does, row->does);
}

static void every_state_and_event_once(struct kunit *test)
{
	unsigned int seen[MP_NR_STATES][MP_NR_EVENTS] = { };
	unsigned int i, state, event;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		seen[rows[i].from][rows[i].event]++;
	for (state = 0; state < MP_NR_STATES; state++)
		for (event = 0; event < MP_NR_EVENTS; event++)
			KUNIT_EXPECT_EQ_MSG(test, seen[state][event], 1, "state %u, event %u",
					    state, event);
}

/* I/O is taken after an acknowledgment only, and by who leaves that state no more. */
static void only_the_acknowledged_admit(struct kunit *test)
{
	const struct mp_rule *rule;
	unsigned int state, event;

	for (state = 0; state < MP_NR_STATES; state++) {
		for (event = 0; event < MP_NR_EVENTS; event++) {
			rule = mp_rule(state, event);
			if (rule->next == MP_ACTIVE && state != MP_ACTIVE)
				KUNIT_EXPECT_EQ(test, event, MP_EV_ACKNOWLEDGED);
			KUNIT_EXPECT_EQ(test, !!(rule->does & CLOSE),
					state == MP_ACTIVE && rule->next != MP_ACTIVE);
		}
	}
}

static void names(struct kunit *test)
{
	KUNIT_EXPECT_STREQ(test, mp_state_name(MP_OFF), "off");
	KUNIT_EXPECT_STREQ(test, mp_state_name(MP_READY), "ready");
	KUNIT_EXPECT_STREQ(test, mp_state_name(MP_ASKED), "asked");
	KUNIT_EXPECT_STREQ(test, mp_state_name(MP_ACTIVE), "active");
	KUNIT_EXPECT_STREQ(test, mp_state_name(MP_FAILED), "failed");
	KUNIT_EXPECT_STREQ(test, mp_state_name(MP_GONE), "gone");
}

static struct kunit_case cases[] = {
	KUNIT_CASE_PARAM(path_follows_its_table, row_gen_params),
	KUNIT_CASE(every_state_and_event_once),
	KUNIT_CASE(only_the_acknowledged_admit),
	KUNIT_CASE(names),
	{ }
};

static struct kunit_suite suite = {
	.name = "nvme-mpath-ext-state",
	.test_cases = cases,
};

kunit_test_suite(suite);
