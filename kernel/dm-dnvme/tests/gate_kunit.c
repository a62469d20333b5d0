// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ordering law: a case for each trace in gate.h, named after it, and what
 * the tables of Documentation/design/write-ordering.rst say of refusals.
 */

#include <kunit/test.h>
#include <linux/delay.h>

#include "../gate.h"
#include "stage.h"

#define PATIENCE_MS 60000

static struct stage *gate(struct kunit *test, const char *opts)
{
	struct stage *stage = stage_set(test, 1, opts);

	stage->with_epochs = true;
	return stage;
}

/* Sends a message that takes an epoch, and notes it as @token(epoch). */
static int say_epoch(struct stage *stage, const char *verb, char token, u64 epoch)
{
	char text[40];
	int r;

	snprintf(text, sizeof(text), "%s %llu", verb, epoch);
	stage_note(stage, "%c(%llu)", token, epoch);
	r = stage_message(stage, text);
	if (r < 0)
		stage_note_error(stage, r);
	return r;
}

static void fence(struct stage *stage, u64 epoch)
{
	if (say_epoch(stage, "fence", 'F', epoch) == 1)
		stage_note_receipt(stage, strstr(stage->answer, " drained "));
}

static void open_gate(struct stage *stage, u64 epoch)
{
	say_epoch(stage, "open", 'O', epoch);
	stage_settle(stage);
}

static void ask_to_drain(struct stage *stage, unsigned int ms)
{
	char text[40];

	snprintf(text, sizeof(text), "drain %u", ms);
	KUNIT_EXPECT_EQ(stage->test, stage_message(stage, text), 1);
	stage_note_receipt(stage, strstr(stage->answer, " drained "));
}

/* ---- A fence that waits, on a thread of its own -------------------------- */

struct fence {
	struct work_struct work;
	struct stage *stage;
	u64 epoch;
	struct completion answered;
};

static void fence_work(struct work_struct *work)
{
	struct fence *f = container_of(work, struct fence, work);
	struct dnvme_receipt receipt = { };
	const char *reason;

	if (!dnvme_gate_event(stage_target(f->stage), DNVME_EV_FENCE, f->epoch, PATIENCE_MS,
			      &receipt, &reason))
		stage_note_receipt(f->stage, receipt.drained);
	complete(&f->answered);
}

static unsigned int count_waiting(struct dnvme *d)
{
	struct list_head *entry;
	unsigned int waiting = 0;

	spin_lock_irq(&d->drain_wait.lock);
	list_for_each(entry, &d->drain_wait.head)
		waiting++;
	spin_unlock_irq(&d->drain_wait.lock);
	return waiting;
}

/* Returns when @nr fences wait, or this one has answered against expectation. */
static void await_waiting(struct fence *f, unsigned int nr)
{
	while (count_waiting(stage_target(f->stage)) < nr && !completion_done(&f->answered))
		usleep_range(100, 200);
}

/* The @nth fence that waits at the same time. */
static void begin_fence(struct fence *f, struct stage *stage, u64 epoch, unsigned int nth)
{
	f->stage = stage;
	f->epoch = epoch;
	init_completion(&f->answered);
	INIT_WORK_ONSTACK(&f->work, fence_work);
	stage_note(stage, "F(%llu)", epoch);
	queue_work(system_unbound_wq, &f->work);
	await_waiting(f, nth);
}

static void end_fence(struct fence *f)
{
	flush_work(&f->work);
	destroy_work_on_stack(&f->work);
}

/* ---- The traces of gate.h ------------------------------------------------ */

static void trace_drained(struct kunit *test)
{
	struct stage *stage = gate(test, "");
	struct fence f;

	stage_arrive(stage, 1);
	begin_fence(&f, stage, 2, 1);
	stage_answer(stage, 1, BLK_STS_OK);
	end_fence(&f);
	stage_expect_trace(stage, "A(1) S F(2) C R");
}

static void drained_after_the_last_of_several(struct kunit *test)
{
	struct stage *stage = gate(test, "");
	struct fence f;

	stage_arrive(stage, 1);
	stage_arrive(stage, 2);
	begin_fence(&f, stage, 2, 1);
	stage_answer(stage, 2, BLK_STS_OK);
	await_waiting(&f, 1);
	stage_answer(stage, 1, BLK_STS_OK);
	end_fence(&f);
	stage_expect_trace(stage, "A(1) S A(1) S F(2) C C R");
}

static void drained_twice(struct kunit *test)
{
	struct stage *stage = gate(test, "");
	struct fence first, second;

	stage_arrive(stage, 1);
	begin_fence(&first, stage, 2, 1);
	begin_fence(&second, stage, 3, 2);
	stage_answer(stage, 1, BLK_STS_OK);
	end_fence(&first);
	end_fence(&second);
	stage_expect_trace(stage, "A(1) S F(2) F(3) C R R");
	KUNIT_EXPECT_EQ(test, stage_target(stage)->epoch, 3);
}

static void drained_by_errors_too(struct kunit *test)
{
	struct stage *stage = gate(test, "");
	struct fence f;

	stage_arrive(stage, 1);
	begin_fence(&f, stage, 2, 1);
	stage_answer(stage, 1, BLK_STS_IOERR);
	end_fence(&f);
	stage_expect_trace(stage, "A(1) S F(2) E X R");
}

static void trace_closed(struct kunit *test)
{
	struct stage *stage = gate(test, "");

	fence(stage, 2);
	stage_arrive(stage, 1);
	stage_expect_trace(stage, "F(2) R H");
}

static void trace_undrained(struct kunit *test)
{
	struct stage *stage = gate(test, "drain_ms 0");

	stage_arrive(stage, 1);
	fence(stage, 2);
	ask_to_drain(stage, 0);
	stage_answer(stage, 1, BLK_STS_OK);
	ask_to_drain(stage, 0);
	stage_expect_trace(stage, "A(1) S F(2) U U C R");
}

static void trace_reopened(struct kunit *test)
{
	struct stage *stage = gate(test, "");

	fence(stage, 2);
	open_gate(stage, 3);
	stage_arrive(stage, 1);
	stage_expect_trace(stage, "F(2) R O(3) A(3) S");
}

static void trace_refused(struct kunit *test)
{
	struct stage *stage = gate(test, "");

	fence(stage, 2);
	stage_arrive(stage, 1);
	open_gate(stage, 3);
	KUNIT_EXPECT_EQ(test, stage_message(stage, "fail_held"), 0);
	open_gate(stage, 3);
	stage_expect_trace(stage, "F(2) R H O(3)=EBUSY X O(3)");
}

static void trace_too_early(struct kunit *test)
{
	struct stage *stage = gate(test, "drain_ms 0");

	stage_arrive(stage, 1);
	fence(stage, 2);
	open_gate(stage, 3);
	stage_answer(stage, 1, BLK_STS_OK);
	ask_to_drain(stage, 0);
	open_gate(stage, 3);
	stage_expect_trace(stage, "A(1) S F(2) U O(3)=EBUSY C R O(3)");
}

/* An error that comes back behind a fence is held, and only then has left. */
static void held_before_it_leaves(struct kunit *test)
{
	struct stage *stage = gate(test, "drain_ms 0 hold_on_error");

	stage_arrive(stage, 1);
	fence(stage, 2);
	stage_answer(stage, 1, BLK_STS_IOERR);
	ask_to_drain(stage, 0);
	open_gate(stage, 3);
	KUNIT_EXPECT_EQ(test, stage_message(stage, "fail_held"), 0);
	stage_expect_trace(stage, "A(1) S F(2) U E H R O(3)=EBUSY X");
}

/* ---- Epochs, refusals, answers ------------------------------------------- */

static void epochs_only_go_up(struct kunit *test)
{
	struct stage *stage = gate(test, "");

	fence(stage, 1);
	fence(stage, 7);
	fence(stage, 7);
	open_gate(stage, 6);
	open_gate(stage, 9);
	open_gate(stage, 9);
	fence(stage, 8);
	stage_expect_trace(stage,
			   "F(1)=ESTALE F(7) R F(7)=ESTALE O(6)=ESTALE O(9) O(9)=ESTALE F(8)=ESTALE");
	KUNIT_EXPECT_EQ(test, stage_target(stage)->epoch, 9);
}

static void refusals_of_a_live_gate(struct kunit *test)
{
	struct stage *stage = gate(test, "");

	stage_say(stage, "fail_held");
	stage_say(stage, "drain 0");
	stage_say(stage, "release");
	stage_expect_trace(stage, "fail_held=EINVAL drain 0=EBUSY release");
}

static void refusals_of_a_fenced_gate(struct kunit *test)
{
	struct stage *stage = gate(test, "mode fenced");

	stage_say(stage, "hold");
	stage_say(stage, "release");
	stage_say(stage, "fail_held");
	stage_expect_trace(stage, "hold=EBUSY release=EBUSY fail_held");
}

static void refusals_of_a_standby(struct kunit *test)
{
	struct stage *stage = stage_set(test, 0, "");

	stage_say(stage, "release");
	stage_say(stage, "open 2");
	stage_say(stage, "leg 0 hold");
	stage_say(stage, "fence 2");
	stage_say(stage, "open 3");
	stage_expect_trace(stage,
			   "release=ENXIO open 2=ENXIO leg 0 hold=EINVAL fence 2 open 3=ENXIO");
}

static void messages_with_wrong_words(struct kunit *test)
{
	static const char * const wrong[] = {
		"fences 2", "fence", "fence 2 3 4", "fence 2 x", "fence 2 600001", "fence x",
		"fence -1", "hold 1", "drain", "drain 600001", "leg", "leg 0", "leg 0 hold now",
		"leg 1 hold", "leg x hold", "leg 0 open",
	};
	struct stage *stage = gate(test, "");
	int i;

	for (i = 0; i < ARRAY_SIZE(wrong); i++)
		KUNIT_EXPECT_EQ_MSG(test, stage_message(stage, wrong[i]), -EINVAL, "%s", wrong[i]);
	KUNIT_EXPECT_EQ(test, stage_target(stage)->epoch, 1);
	KUNIT_EXPECT_EQ(test, stage_target(stage)->state, DNVME_LIVE);
}

static void a_receipt_tells_what_it_found(struct kunit *test)
{
	struct stage *stage = gate(test, "drain_ms 0");

	stage_arrive(stage, 1);
	stage_arrive(stage, 2);
	KUNIT_ASSERT_EQ(test, stage_message(stage, "fence 5"), 1);
	KUNIT_EXPECT_TRUE_MSG(test, strstarts(stage->answer, "5 undrained 2 0 "), "%s",
			      stage->answer);

	stage_arrive(stage, 3);
	stage_answer(stage, 1, BLK_STS_OK);
	stage_answer(stage, 2, BLK_STS_OK);
	KUNIT_ASSERT_EQ(test, stage_message(stage, "drain 0"), 1);
	KUNIT_EXPECT_TRUE_MSG(test, strstarts(stage->answer, "5 drained 0 1 "), "%s",
			      stage->answer);
}

static void the_last_to_return_mends_the_receipt(struct kunit *test)
{
	struct stage *stage = gate(test, "drain_ms 0");

	stage_arrive(stage, 1);
	fence(stage, 2);
	KUNIT_EXPECT_STREQ(test, stage_status(stage), "2 F undrained 1 0 1 F 1 0 0");
	stage_answer(stage, 1, BLK_STS_OK);
	flush_delayed_work(&stage_target(stage)->event_work);
	KUNIT_EXPECT_STREQ(test, stage_status(stage), "2 F drained 0 0 1 F 0 0 0");
}

static struct kunit_case gate_cases[] = {
	KUNIT_CASE(trace_drained),
	KUNIT_CASE(drained_after_the_last_of_several),
	KUNIT_CASE(drained_twice),
	KUNIT_CASE(drained_by_errors_too),
	KUNIT_CASE(trace_closed),
	KUNIT_CASE(trace_undrained),
	KUNIT_CASE(trace_reopened),
	KUNIT_CASE(trace_refused),
	KUNIT_CASE(trace_too_early),
	KUNIT_CASE(held_before_it_leaves),
	KUNIT_CASE(epochs_only_go_up),
	KUNIT_CASE(refusals_of_a_live_gate),
	KUNIT_CASE(refusals_of_a_fenced_gate),
	KUNIT_CASE(refusals_of_a_standby),
	KUNIT_CASE(messages_with_wrong_words),
	KUNIT_CASE(a_receipt_tells_what_it_found),
	KUNIT_CASE(the_last_to_return_mends_the_receipt),
	{ }
};

static struct kunit_suite gate_suite = {
	.name = "dnvme-gate",
	.test_cases = gate_cases,
};

kunit_test_suite(gate_suite);
