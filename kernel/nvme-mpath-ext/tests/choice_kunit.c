// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which path is asked next, and whose turn it is.
 */

#include <kunit/test.h>
#include <linux/kernel.h>
#include <linux/prandom.h>
#include <linux/string.h>

#include "../host/choice.h"

#define NOW 1000000
#define ROUNDS 20000

struct stage {
	struct mp_situation situation;
	struct mp_candidate candidate[MP_MAX_PATHS];
};

/* Queued I/O waits, no wish, no failback; a and b are ready, the first preferred. */
static struct stage two_ready(void)
{
	struct stage stage = {
		.situation = {
			.policy = MP_ACTIVE_STANDBY,
			.owed = true,
			.wanted = MP_NO_PATH,
			.now = NOW,
		},
		.candidate = {
			[0] = { .state = MP_READY, .priority = 10, .well_since = 500 },
			[1] = { .state = MP_READY, .priority = 5, .well_since = 100 },
		},
	};

	return stage;
}

/* a is active and nothing is owed. */
static struct stage settled(void)
{
	struct stage stage = two_ready();

	stage.situation.owed = false;
	stage.candidate[0].state = MP_ACTIVE;
	return stage;
}

static void expect(struct kunit *test, const struct stage *stage, unsigned int path,
		   unsigned int yields, u64 again)
{
	struct mp_choice choice = mp_choose(&stage->situation, stage->candidate);

	KUNIT_EXPECT_EQ(test, choice.path, path);
	KUNIT_EXPECT_EQ(test, choice.yields, yields);
	KUNIT_EXPECT_EQ(test, choice.again, again);
}

static void highest_priority(struct kunit *test)
{
	struct stage stage = two_ready();

	expect(test, &stage, 0, MP_NO_PATH, U64_MAX);
	stage.candidate[1].priority = 11;
	expect(test, &stage, 1, MP_NO_PATH, U64_MAX);
}

static void longest_well_among_equals(struct kunit *test)
{
	struct stage stage = two_ready();

	stage.candidate[1].priority = 10;
	expect(test, &stage, 1, MP_NO_PATH, U64_MAX);
}

static void only_who_is_ready(struct kunit *test)
{
	static const enum mp_state others[] = { MP_OFF, MP_ASKED, MP_FAILED, MP_GONE };
	struct stage stage = two_ready();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		stage.candidate[0].state = others[i];
		expect(test, &stage, 1, MP_NO_PATH, U64_MAX);
	}
}

static void nobody_is_ready(struct kunit *test)
{
	struct stage stage = two_ready();

	stage.candidate[0].state = MP_FAILED;
	stage.candidate[1].state = MP_GONE;
	expect(test, &stage, MP_NO_PATH, MP_NO_PATH, U64_MAX);
}

static void who_was_tried_lets_others_go_first(struct kunit *test)
{
	struct stage stage = two_ready();

	stage.candidate[0].not_before = NOW + 1;
	expect(test, &stage, 1, MP_NO_PATH, U64_MAX);
	stage.candidate[0].not_before = NOW;
	expect(test, &stage, 0, MP_NO_PATH, U64_MAX);
}

/* The interval never leaves a head without its only good path. */
static void the_only_one_is_waited_for(struct kunit *test)
{
	struct stage stage = two_ready();

	stage.candidate[0].not_before = NOW + 70;
	stage.candidate[1].not_before = NOW + 50;
	expect(test, &stage, MP_NO_PATH, MP_NO_PATH, NOW + 50);
	stage.candidate[1].state = MP_FAILED;
	expect(test, &stage, MP_NO_PATH, MP_NO_PATH, NOW + 70);
	stage.situation.now = NOW + 70;
	expect(test, &stage, 0, MP_NO_PATH, U64_MAX);
}

static void the_user_comes_first(struct kunit *test)
{
	struct stage stage = two_ready();

	stage.situation.wanted = 1;
	stage.candidate[1].not_before = NOW + 50;
	expect(test, &stage, 1, MP_NO_PATH, U64_MAX);
	stage.candidate[1].state = MP_FAILED;
	expect(test, &stage, 0, MP_NO_PATH, U64_MAX);
}

static void a_wish_makes_the_active_one_yield(struct kunit *test)
{
	struct stage stage = settled();

	expect(test, &stage, MP_NO_PATH, MP_NO_PATH, U64_MAX);
	stage.situation.wanted = 1;
	expect(test, &stage, 1, 0, U64_MAX);
}

static void failback_waits_for_health(struct kunit *test)
{
	struct stage stage = settled();

	stage.candidate[1].priority = 20;
	stage.candidate[1].well_since = NOW - 10;
	expect(test, &stage, MP_NO_PATH, MP_NO_PATH, U64_MAX);
	stage.situation.failback = true;
	stage.situation.failback_delay = 30;
	expect(test, &stage, MP_NO_PATH, MP_NO_PATH, NOW + 20);
	stage.situation.now = NOW + 20;
	expect(test, &stage, 1, 0, U64_MAX);
}

static void failback_keeps_the_interval(struct kunit *test)
{
	struct stage stage = settled();

	stage.situation.failback = true;
	stage.candidate[1].priority = 20;
	stage.candidate[1].not_before = NOW + 5;
	expect(test, &stage, MP_NO_PATH, MP_NO_PATH, NOW + 5);
}

static void no_failback_to_equals(struct kunit *test)
{
	struct stage stage = settled();

	stage.situation.failback = true;
	stage.candidate[1].priority = 10;
	expect(test, &stage, MP_NO_PATH, MP_NO_PATH, U64_MAX);
}

static void a_survivor_vouches(struct kunit *test)
{
	struct stage stage = settled();

	stage.situation.owed = true;
	stage.candidate[0].priority = 1;
	expect(test, &stage, 0, MP_NO_PATH, U64_MAX);
	stage.situation.policy = MP_ROUND_ROBIN;
	expect(test, &stage, 0, MP_NO_PATH, U64_MAX);
}

static void round_robin_takes_all(struct kunit *test)
{
	struct stage stage = settled();

	stage.situation.policy = MP_ROUND_ROBIN;
	expect(test, &stage, 1, MP_NO_PATH, U64_MAX);
	stage.candidate[1].not_before = NOW + 9;
	expect(test, &stage, MP_NO_PATH, MP_NO_PATH, NOW + 9);
	stage.candidate[1].state = MP_ACTIVE;
	expect(test, &stage, MP_NO_PATH, MP_NO_PATH, U64_MAX);
}

static void turns(struct kunit *test)
{
	static const u32 masks[] = { BIT(0), BIT(31), BIT(0) | BIT(31), 0x11111111, U32_MAX };
	unsigned int i, slot, n, seen;

	for (i = 0; i < ARRAY_SIZE(masks); i++) {
		slot = 7;
		for (n = 0, seen = 0; n < hweight32(masks[i]); n++) {
			slot = mp_next_in_turn(masks[i], slot);
			KUNIT_EXPECT_FALSE(test, seen & BIT(slot));
			seen |= BIT(slot);
		}
		KUNIT_EXPECT_EQ(test, seen, masks[i]);
	}
}

static struct stage random_stage(struct rnd_state *random)
{
	struct stage stage = { };
	unsigned int i;

	stage.situation.policy = prandom_u32_state(random) % MP_NR_POLICIES;
	stage.situation.owed = prandom_u32_state(random) & 1;
	stage.situation.failback = prandom_u32_state(random) & 1;
	stage.situation.failback_delay = prandom_u32_state(random) % 100;
	stage.situation.wanted = prandom_u32_state(random) % (MP_MAX_PATHS + 1);
	stage.situation.now = NOW;
	for (i = 0; i < 4; i++) {
		stage.candidate[i].state = prandom_u32_state(random) % MP_NR_STATES;
		stage.candidate[i].priority = prandom_u32_state(random) % 3;
		stage.candidate[i].well_since = NOW - prandom_u32_state(random) % 100;
		stage.candidate[i].not_before = NOW - 50 + prandom_u32_state(random) % 100;
	}
	return stage;
}

static bool any_ready(const struct stage *stage)
{
	unsigned int i;

	for (i = 0; i < MP_MAX_PATHS; i++)
		if (stage->candidate[i].state == MP_READY)
			return true;
	return false;
}

/* Whatever the situation: who is asked may be, and a head with a good path goes on. */
static void always(struct kunit *test)
{
	struct rnd_state random;
	struct mp_choice choice;
	struct stage stage;
	unsigned int i;

	prandom_seed_state(&random, 4);
	for (i = 0; i < ROUNDS; i++) {
		stage = random_stage(&random);
		choice = mp_choose(&stage.situation, stage.candidate);
		if (choice.path != MP_NO_PATH)
			KUNIT_EXPECT_FALSE(test, mp_rule(stage.candidate[choice.path].state,
							 MP_EV_ASK)->refused);
		else if (stage.situation.owed && any_ready(&stage))
			KUNIT_EXPECT_GT(test, choice.again, stage.situation.now);
		if (choice.path == MP_NO_PATH && stage.situation.owed && any_ready(&stage))
			KUNIT_EXPECT_NE(test, choice.again, U64_MAX);
		if (choice.yields != MP_NO_PATH)
			KUNIT_EXPECT_EQ(test, stage.candidate[choice.yields].state, MP_ACTIVE);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(highest_priority),
	KUNIT_CASE(longest_well_among_equals),
	KUNIT_CASE(only_who_is_ready),
	KUNIT_CASE(nobody_is_ready),
	KUNIT_CASE(who_was_tried_lets_others_go_first),
	KUNIT_CASE(the_only_one_is_waited_for),
	KUNIT_CASE(the_user_comes_first),
	KUNIT_CASE(a_wish_makes_the_active_one_yield),
	KUNIT_CASE(failback_waits_for_health),
	KUNIT_CASE(failback_keeps_the_interval),
	KUNIT_CASE(no_failback_to_equals),
	KUNIT_CASE(a_survivor_vouches),
	KUNIT_CASE(round_robin_takes_all),
	KUNIT_CASE(turns),
	KUNIT_CASE(always),
	{ }
};

static struct kunit_suite suite = {
	.name = "nvme-mpath-ext-choice",
	.test_cases = cases,
};

kunit_test_suite(suite);
