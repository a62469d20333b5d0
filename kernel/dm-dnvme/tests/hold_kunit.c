// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is held and in which order it leaves: a case for each trace in hold.h,
 * named after it, and what a suspend does to held bios.
 */

#include <kunit/test.h>

#include "stage.h"

/* ---- The traces of hold.h ------------------------------------------------ */

static void third_arrives_behind_first(struct stage *stage, unsigned int number)
{
	if (number == 1)
		stage_arrive(stage, 3);
}

static void trace_release(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "mode held");

	stage_arrive(stage, 1);
	stage_arrive(stage, 2);
	stage->on_submit = third_arrives_behind_first;
	stage_say(stage, "release");
	stage_settle(stage);
	stage_arrive(stage, 4);
	stage_expect_trace(stage, "H1 H2 release S1 H3 S2 S3 A4 S4");
}

static void hold_behind_first(struct stage *stage, unsigned int number)
{
	if (number != 1)
		return;
	stage_say(stage, "hold");
	stage_arrive(stage, 3);
}

static void trace_stopped(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "mode held");

	stage_arrive(stage, 1);
	stage_arrive(stage, 2);
	stage->on_submit = hold_behind_first;
	stage_say(stage, "release");
	stage_settle(stage);
	stage_say(stage, "release");
	stage_settle(stage);
	stage_expect_trace(stage, "H1 H2 release S1 hold H3 release S2 S3");
}

static void trace_fail(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "mode held");

	stage_arrive(stage, 1);
	stage_arrive(stage, 2);
	stage_say(stage, "fail_held");
	stage_arrive(stage, 3);
	stage_expect_trace(stage, "H1 H2 fail_held X1 X2 H3");
}

static void trace_exchanged(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "mode held");

	stage_arrive(stage, 1);
	stage_arrive(stage, 2);
	stage_suspend(stage, true);
	stage_reload(stage, 1, "");
	stage_resume(stage);
	stage_expect_trace(stage, "H1 H2 suspend(noflush) H2' H1' reload resume A1 S1 A2 S2");
}

static void trace_on_error(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "hold_on_error");

	stage_arrive(stage, 1);
	stage_answer(stage, 1, BLK_STS_IOERR);
	stage_arrive(stage, 2);
	stage_say(stage, "leg 0 release");
	stage_settle(stage);
	stage_expect_trace(stage, "A1 S1 E1 H1 H2 leg 0 release S1 S2");
}

/* ---- Errors -------------------------------------------------------------- */

static void errors_queue_in_the_order_of_their_return(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "hold_on_error");

	stage_arrive(stage, 1);
	stage_arrive(stage, 2);
	stage_answer(stage, 2, BLK_STS_TRANSPORT);
	stage_answer(stage, 1, BLK_STS_IOERR);
	stage_say(stage, "leg 0 release");
	stage_settle(stage);
	stage_answer(stage, 2, BLK_STS_OK);
	stage_expect_trace(stage, "A1 S1 A2 S2 E2 H2 E1 H1 leg 0 release S2 S1 C2");
}

static void errors_pass_without_the_option(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "");

	stage_arrive(stage, 1);
	stage_answer(stage, 1, BLK_STS_IOERR);
	stage_arrive(stage, 2);
	stage_expect_trace(stage, "A1 S1 E1 X1 A2 S2");
}

static void a_dead_leg_passes_errors_and_fails_the_rest(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "hold_on_error");

	stage_arrive(stage, 1);
	stage_arrive(stage, 2);
	stage_answer(stage, 1, BLK_STS_IOERR);
	stage_say(stage, "leg 0 fail");
	stage_answer(stage, 2, BLK_STS_IOERR);
	stage_arrive(stage, 3);
	stage_expect_trace(stage, "A1 S1 A2 S2 E1 H1 leg 0 fail X1 E2 X2 X3");
}

static void answers_that_are_no_fault_of_the_leg(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "hold_on_error");

	stage_arrive_as(stage, 1, REQ_OP_WRITE);
	stage_answer(stage, 1, BLK_STS_NOTSUPP);
	stage_arrive_as(stage, 2, REQ_OP_READ | REQ_RAHEAD);
	stage_answer(stage, 2, BLK_STS_IOERR);
	stage_arrive(stage, 3);
	stage_expect_trace(stage, "A1 S1 E1 X1 A2 S2 E2 X2 A3 S3");
}

/* ---- Legs ---------------------------------------------------------------- */

/* Bios 1 and 3 lie on leg 0, bio 2 on leg 1. */
static void legs_hold_for_themselves(struct kunit *test)
{
	struct stage *stage = stage_set(test, 2, "");

	stage_say(stage, "leg 0 hold");
	stage_arrive(stage, 1);
	stage_arrive(stage, 2);
	stage_arrive(stage, 3);
	stage_say(stage, "leg 0 release");
	stage_settle(stage);
	stage_expect_trace(stage, "leg 0 hold H1 A2 S2 H3 leg 0 release S1 S3");
}

static void a_held_leg_stays_held_when_the_target_is_released(struct kunit *test)
{
	struct stage *stage = stage_set(test, 2, "mode held");

	stage_say(stage, "leg 0 hold");
	stage_arrive(stage, 1);
	stage_arrive(stage, 2);
	stage_say(stage, "release");
	stage_settle(stage);
	stage_say(stage, "leg 0 fail");
	stage_expect_trace(stage, "leg 0 hold H1 H2 release S2 leg 0 fail X1");
}

static void a_standby_holds(struct kunit *test)
{
	struct stage *stage = stage_set(test, 0, "");

	stage_arrive(stage, 1);
	stage_arrive_as(stage, 2, REQ_OP_WRITE | REQ_PREFLUSH);
	stage_suspend(stage, true);
	stage_reload(stage, 1, "");
	stage_resume(stage);
	stage_expect_trace(stage, "H1 H2 suspend(noflush) H2' H1' reload resume A1 S1 A2 S2");
}

/* ---- Suspend ------------------------------------------------------------- */

static void a_flushing_suspend_fails_what_is_held(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "mode held");

	stage_arrive(stage, 1);
	stage_suspend(stage, false);
	stage_arrive(stage, 2);
	stage_resume(stage);
	stage_arrive(stage, 3);
	stage_expect_trace(stage, "H1 suspend X1 X2 resume H3");
}

static void a_fenced_gate_gives_nothing_back(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "mode fenced");

	stage_arrive(stage, 1);
	stage_suspend(stage, true);
	stage_arrive(stage, 2);
	stage_expect_trace(stage, "H1 suspend(noflush) X1 X2");
}

static void what_arrives_during_a_noflush_suspend_goes_back(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "hold_on_error");

	stage_arrive(stage, 1);
	stage_say(stage, "hold");
	stage_suspend(stage, true);
	stage_arrive(stage, 2);
	stage_answer(stage, 1, BLK_STS_IOERR);
	stage_expect_trace(stage, "A1 S1 hold suspend(noflush) H2' E1 H1'");
}

static void an_interrupted_suspend_keeps_what_arrives(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "mode held");

	stage_arrive(stage, 1);
	stage_suspend(stage, true);
	stage_interrupt_suspend(stage);
	stage_arrive(stage, 2);
	stage_resume(stage);
	stage_say(stage, "release");
	stage_settle(stage);
	stage_expect_trace(stage, "H1 suspend(noflush) H1' interrupted H2 resume H1 release S2 S1");
}

/* ---- Bios that do not wait ----------------------------------------------- */

static void nowait_would_block(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "mode held");

	stage_arrive_as(stage, 1, REQ_OP_WRITE | REQ_NOWAIT);
	stage_arrive(stage, 2);
	stage_arrive_as(stage, 3, REQ_OP_WRITE | REQ_NOWAIT | REQ_POLLED);
	stage_expect_trace(stage, "X1=AGAIN H2 H3");
}

static void old_writes_fail_and_old_reads_go(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "mode held write_ttl_ms 60000");

	stage_arrive_old(stage, 1, REQ_OP_WRITE, 61000);
	stage_arrive_old(stage, 2, REQ_OP_READ, 61000);
	stage_arrive_old(stage, 3, REQ_OP_WRITE, 100);
	stage_say(stage, "release");
	stage_settle(stage);
	stage_expect_trace(stage, "H1 H2 H3 release S2 X1 S3");
}

/* ---- Statistics ---------------------------------------------------------- */

static void what_was_admitted_is_counted(struct kunit *test)
{
	struct stage *stage = stage_set(test, 1, "");

	stage_arrive_as(stage, 1, REQ_OP_READ);
	stage_arrive(stage, 2);
	stage_say(stage, "hold");
	stage_arrive(stage, 3);
	KUNIT_EXPECT_EQ(test, stage_message(stage, "stats"), 1);
	KUNIT_EXPECT_STREQ(test, (const char *)stage->answer, "1 1 8 1 8 0 0 0 1 0 0");
	stage_say(stage, "release");
	stage_settle(stage);
	KUNIT_EXPECT_EQ(test, stage_message(stage, "stats"), 1);
	KUNIT_EXPECT_STREQ(test, (const char *)stage->answer, "1 1 8 2 16 0 0 0 1 0 0");
	KUNIT_EXPECT_EQ(test, stage_message(stage, "stats now"), -EINVAL);
}

static struct kunit_case hold_cases[] = {
	KUNIT_CASE(trace_release),
	KUNIT_CASE(trace_stopped),
	KUNIT_CASE(trace_fail),
	KUNIT_CASE(trace_exchanged),
	KUNIT_CASE(trace_on_error),
	KUNIT_CASE(errors_queue_in_the_order_of_their_return),
	KUNIT_CASE(errors_pass_without_the_option),
	KUNIT_CASE(a_dead_leg_passes_errors_and_fails_the_rest),
	KUNIT_CASE(answers_that_are_no_fault_of_the_leg),
	KUNIT_CASE(legs_hold_for_themselves),
	KUNIT_CASE(a_held_leg_stays_held_when_the_target_is_released),
	KUNIT_CASE(a_standby_holds),
	KUNIT_CASE(a_flushing_suspend_fails_what_is_held),
	KUNIT_CASE(a_fenced_gate_gives_nothing_back),
	KUNIT_CASE(what_arrives_during_a_noflush_suspend_goes_back),
	KUNIT_CASE(an_interrupted_suspend_keeps_what_arrives),
	KUNIT_CASE(nowait_would_block),
	KUNIT_CASE(old_writes_fail_and_old_reads_go),
	KUNIT_CASE(what_was_admitted_is_counted),
	{ }
};

static struct kunit_suite hold_suite = {
	.name = "dnvme-hold",
	.test_cases = hold_cases,
};

kunit_test_suite(hold_suite);
