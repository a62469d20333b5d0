// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lease: a case for each trace in lease.h, named after it. The lease is so
 * long that it never runs out by itself; the tests let it run out.
 */

#include <kunit/test.h>

#include "../lease.h"
#include "stage.h"

#define LONG_LEASE "lease_ms 600000"

/* Does at once what the timer would do later, and sends the probes that are due. */
static void look(struct stage *stage)
{
	flush_delayed_work(&stage_target(stage)->lease.work);
	flush_workqueue(dnvme_wq);
}

/* As if the last success was so much longer ago. */
static void let_run_out(struct stage *stage)
{
	struct dnvme *d = stage_target(stage);
	struct dnvme_leg *leg = d->leg;

	leg->renewed_ns -= d->lease.ns + 1;
	if (d->lease.by_traffic)
		leg->renew_after_ns = leg->renewed_ns + d->lease.grain_ns;
	leg->looked -= leg->window;
}

/* A gate whose first probe has succeeded. */
static struct stage *valid_gate(struct kunit *test, const char *opts)
{
	struct stage *stage = stage_set(test, 1, opts);

	look(stage);
	stage_answer_probe(stage, BLK_STS_OK);
	stage_settle(stage);
	return stage;
}

/* ---- The traces of lease.h ----------------------------------------------- */

static void trace_renewed(struct kunit *test)
{
	struct stage *stage = valid_gate(test, LONG_LEASE);

	stage_arrive(stage, 1);
	let_run_out(stage);
	stage_answer(stage, 1, BLK_STS_OK);
	stage_arrive(stage, 2);
	stage_expect_trace(stage, "P C A1 S1 C1 A2 S2");
}

static void trace_late(struct kunit *test)
{
	struct stage *stage = valid_gate(test, LONG_LEASE);

	stage_arrive(stage, 1);
	stage->actor[0].per_bio.sent_ns -= stage_target(stage)->lease.ns + 1;
	let_run_out(stage);
	stage_answer(stage, 1, BLK_STS_OK);
	stage_arrive(stage, 2);
	stage_expect_trace(stage, "P C A1 S1 C1 H2");
}

static void trace_expired(struct kunit *test)
{
	struct stage *stage = valid_gate(test, LONG_LEASE);

	let_run_out(stage);
	stage_arrive(stage, 1);
	stage_arrive(stage, 2);
	look(stage);
	stage_answer_probe(stage, BLK_STS_OK);
	stage_settle(stage);
	stage_expect_trace(stage, "P C H1 H2 P C S1 S2");
}

/* ---- Expiry -------------------------------------------------------------- */

static void not_valid_before_the_first_success(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, LONG_LEASE);

	stage_arrive(stage, 1);
	look(stage);
	KUNIT_EXPECT_STREQ(test, stage_status(stage), "1 L - 1 1 1 E 1 1 0");
	stage_answer_probe(stage, BLK_STS_OK);
	stage_settle(stage);
	stage_expect_trace(stage, "H1 P C S1");
}

static void an_error_renews_nothing(struct kunit *test)
{
	struct stage *stage = valid_gate(test, LONG_LEASE);

	stage_arrive(stage, 1);
	let_run_out(stage);
	stage_answer(stage, 1, BLK_STS_IOERR);
	stage_arrive(stage, 2);
	look(stage);
	stage_answer_probe(stage, BLK_STS_IOERR);
	stage_arrive(stage, 3);
	stage_expect_trace(stage, "P C A1 S1 E1 X1 H2 P E H3");
}

static void the_timer_finds_an_idle_leg_expired(struct kunit *test)
{
	struct stage *stage = valid_gate(test, LONG_LEASE);

	let_run_out(stage);
	look(stage);
	KUNIT_EXPECT_STREQ(test, stage_status(stage), "1 L - 1 0 1 E 1 0 0");
	KUNIT_EXPECT_EQ(test, stage_probes(stage), 1);
}

static void a_held_leg_expires_when_it_is_released(struct kunit *test)
{
	struct stage *stage = valid_gate(test, LONG_LEASE);

	stage_say(stage, "leg 0 hold");
	stage_arrive(stage, 1);
	let_run_out(stage);
	stage_say(stage, "leg 0 release");
	stage_settle(stage);
	look(stage);
	stage_answer_probe(stage, BLK_STS_OK);
	stage_settle(stage);
	stage_expect_trace(stage, "P C leg 0 hold H1 leg 0 release P C S1");
}

static void what_expired_and_held_can_fail(struct kunit *test)
{
	struct stage *stage = valid_gate(test, LONG_LEASE);

	let_run_out(stage);
	stage_arrive(stage, 1);
	stage_say(stage, "leg 0 fail");
	stage_arrive(stage, 2);
	look(stage);
	stage_expect_trace(stage, "P C H1 leg 0 fail X1 X2");
}

/* ---- Probes -------------------------------------------------------------- */

static void a_fence_waits_for_a_probe(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, LONG_LEASE " drain_ms 0");

	look(stage);
	KUNIT_EXPECT_EQ(test, stage_message(stage, "fence 2"), 1);
	KUNIT_EXPECT_TRUE(test, strstarts(stage->answer, "2 undrained 1 0 "));
	stage_answer_probe(stage, BLK_STS_OK);
	KUNIT_EXPECT_EQ(test, stage_message(stage, "drain 0"), 1);
	KUNIT_EXPECT_TRUE(test, strstarts(stage->answer, "2 drained 0 0 "));
}

static void no_probe_passes_a_gate_that_holds(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, LONG_LEASE " mode held");

	look(stage);
	KUNIT_EXPECT_EQ(test, stage_probes(stage), 0);
	stage_say(stage, "release");
	look(stage);
	KUNIT_EXPECT_EQ(test, stage_probes(stage), 1);
}

/* The same disk twice: what counts is that both answers are in. */
static void every_device_of_a_list_must_prove(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, LONG_LEASE " probe 2 DEV DEV");

	look(stage);
	KUNIT_EXPECT_EQ(test, stage_probes(stage), 2);
	stage_answer_probe(stage, BLK_STS_OK);
	stage_arrive(stage, 1);
	stage_answer_probe(stage, BLK_STS_OK);
	stage_settle(stage);
	stage_expect_trace(stage, "P C H1 P C S1");
}

static void with_a_list_traffic_proves_nothing(struct kunit *test)
{
	struct stage *stage = valid_gate(test, LONG_LEASE " probe 1 DEV");

	stage_arrive(stage, 1);
	let_run_out(stage);
	stage_answer(stage, 1, BLK_STS_OK);
	stage_arrive(stage, 2);
	stage_expect_trace(stage, "P C A1 S1 C1 H2");
}

static struct kunit_case lease_cases[] = {
	KUNIT_CASE(trace_renewed),
	KUNIT_CASE(trace_late),
	KUNIT_CASE(trace_expired),
	KUNIT_CASE(not_valid_before_the_first_success),
	KUNIT_CASE(an_error_renews_nothing),
	KUNIT_CASE(the_timer_finds_an_idle_leg_expired),
	KUNIT_CASE(a_held_leg_expires_when_it_is_released),
	KUNIT_CASE(what_expired_and_held_can_fail),
	KUNIT_CASE(a_fence_waits_for_a_probe),
	KUNIT_CASE(no_probe_passes_a_gate_that_holds),
	KUNIT_CASE(every_device_of_a_list_must_prove),
	KUNIT_CASE(with_a_list_traffic_proves_nothing),
	{ }
};

static struct kunit_suite lease_suite = {
	.name = "dnvme-lease",
	.test_cases = lease_cases,
};

kunit_test_suite(lease_suite);
