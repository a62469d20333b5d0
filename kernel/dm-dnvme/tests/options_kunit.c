// SPDX-License-Identifier: GPL-2.0-only
/*
 * The optional words of a table line: what each means, what is refused and how
 * that is said, and that what was parsed prints as it was given.
 */

#include <kunit/test.h>
#include <linux/minmax.h>
#include <linux/prandom.h>
#include <linux/dm-dnvme.h>

#include "../options.h"
#include "words.h"

#define SEED 21

static int parse(struct kunit *test, const char *line, unsigned int nr_legs,
		 struct dnvme_options *opts, char **error)
{
	unsigned int argc;
	char **argv = words_of(test, line, &argc);

	memset(opts, 0, sizeof(*opts));
	*error = NULL;
	return dnvme_options_parse(opts, nr_legs, argc, argv, error);
}

static void defaults_with_legs(struct kunit *test)
{
	struct dnvme_options opts;
	char *error;

	KUNIT_ASSERT_EQ(test, parse(test, "", 1, &opts, &error), 0);
	KUNIT_EXPECT_EQ(test, opts.mode, DNVME_LIVE);
	KUNIT_EXPECT_EQ(test, opts.drain_ms, 2000);
	KUNIT_EXPECT_EQ(test, opts.write_ttl_ms, 0);
	KUNIT_EXPECT_EQ(test, opts.lease_ms, 0);
	KUNIT_EXPECT_EQ(test, opts.nr_probes, 0);
	KUNIT_EXPECT_EQ(test, opts.given, 0);
}

static void a_standby_holds_by_default(struct kunit *test)
{
	struct dnvme_options opts;
	char *error;

	KUNIT_ASSERT_EQ(test, parse(test, "", 0, &opts, &error), 0);
	KUNIT_EXPECT_EQ(test, opts.mode, DNVME_HELD);
	KUNIT_ASSERT_EQ(test, parse(test, "mode fenced", 0, &opts, &error), 0);
	KUNIT_EXPECT_EQ(test, opts.mode, DNVME_FENCED);
}

static void words_mean_what_they_say(struct kunit *test)
{
	struct dnvme_options opts;
	char *error;

	KUNIT_ASSERT_EQ(test, parse(test, "hold_on_error write_through", 1, &opts, &error), 0);
	KUNIT_EXPECT_TRUE(test, dnvme_option_given(&opts, DNVME_OPTION_HOLD_ON_ERROR));
	KUNIT_EXPECT_TRUE(test, dnvme_option_given(&opts, DNVME_OPTION_WRITE_THROUGH));
	KUNIT_EXPECT_FALSE(test, dnvme_option_given(&opts, DNVME_OPTION_MODE));

	KUNIT_ASSERT_EQ(test, parse(test, "drain_ms 0 write_ttl_ms 600000", 1, &opts, &error), 0);
	KUNIT_EXPECT_EQ(test, opts.drain_ms, 0);
	KUNIT_EXPECT_EQ(test, opts.write_ttl_ms, 600000);

	KUNIT_ASSERT_EQ(test, parse(test, "mode held drain_ms 600000", 1, &opts, &error), 0);
	KUNIT_EXPECT_EQ(test, opts.mode, DNVME_HELD);
	KUNIT_EXPECT_EQ(test, opts.drain_ms, 600000);
}

static void a_probe_takes_as_many_devices_as_it_says(struct kunit *test)
{
	struct dnvme_options opts;
	char *error;

	KUNIT_ASSERT_EQ(test, parse(test, "probe 2 7:1 mode lease_ms 100 mode held", 1, &opts,
				    &error), 0);
	KUNIT_EXPECT_EQ(test, opts.nr_probes, 2);
	KUNIT_EXPECT_STREQ(test, opts.probe[0], "7:1");
	KUNIT_EXPECT_STREQ(test, opts.probe[1], "mode");
	KUNIT_EXPECT_EQ(test, opts.lease_ms, 100);
	KUNIT_EXPECT_EQ(test, opts.mode, DNVME_HELD);
}

/* ---- Refusals ------------------------------------------------------------ */

struct refusal {
	const char *line;
	unsigned int nr_legs;
	const char *error;
};

#define DRAIN_RANGE "drain_ms must be a number from 0 to 600000"
#define LEASE_RANGE "lease_ms must be a number from 100 to 600000"
#define PROBE_RANGE "probe wants a number of devices from 1 to 64"
#define TTL_RANGE "write_ttl_ms must be a number from 1 to 600000"

static const struct refusal refusals[] = {
	{ "hold", 1, "Unknown option" },
	{ "drain_ms 1 2", 1, "Unknown option" },
	{ "hold_on_error hold_on_error", 1, "Duplicated option" },
	{ "drain_ms 1 drain_ms 1", 1, "Duplicated option" },
	{ "mode held write_through mode held", 1, "Duplicated option" },
	{ "drain_ms", 1, "Option lacks its argument" },
	{ "write_through write_ttl_ms", 1, "Option lacks its argument" },
	{ "mode", 1, "Option lacks its argument" },
	{ "drain_ms 600001", 1, DRAIN_RANGE },
	{ "drain_ms -1", 1, DRAIN_RANGE },
	{ "drain_ms 01", 1, DRAIN_RANGE },
	{ "drain_ms 4294967296", 1, DRAIN_RANGE },
	{ "write_ttl_ms 0", 1, TTL_RANGE },
	{ "write_ttl_ms 600001", 1, TTL_RANGE },
	{ "write_ttl_ms 1s", 1, TTL_RANGE },
	{ "lease_ms 99", 1, LEASE_RANGE },
	{ "lease_ms 600001", 1, LEASE_RANGE },
	{ "probe 0 lease_ms 100", 1, PROBE_RANGE },
	{ "probe 65 lease_ms 100", 1, PROBE_RANGE },
	{ "probe a lease_ms 100", 1, PROBE_RANGE },
	{ "lease_ms 100 probe", 1, "Option lacks its argument" },
	{ "lease_ms 100 probe 2 a", 1, "probe has fewer devices than announced" },
	{ "probe 1 a", 1, "probe needs lease_ms" },
	{ "probe 1 a lease_ms 100", 2, "probe conflicts with more than one leg" },
	{ "lease_ms 100", 0, "lease_ms conflicts with zero legs" },
	{ "mode dead", 1, "mode must be held, live or fenced" },
	{ "mode Live", 1, "mode must be held, live or fenced" },
	{ "hold_on_error", 0, "hold_on_error conflicts with zero legs" },
	{ "mode live", 0, "mode live conflicts with zero legs" },
};

static void refusal_name(const struct refusal *refusal, char *name)
{
	strscpy(name, refusal->line, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, refusal_name);

static void refused_with_its_reason(struct kunit *test)
{
	const struct refusal *refusal = test->param_value;
	struct dnvme_options opts;
	char *error;

	KUNIT_EXPECT_EQ(test, parse(test, refusal->line, refusal->nr_legs, &opts, &error), -EINVAL);
	KUNIT_EXPECT_STREQ(test, error, refusal->error);
}

/* ---- Round trip ---------------------------------------------------------- */

/* Options that need or exclude no others, in any order. */
static const enum dnvme_option free_options[] = {
	DNVME_OPTION_HOLD_ON_ERROR, DNVME_OPTION_WRITE_THROUGH, DNVME_OPTION_LEASE_MS,
	DNVME_OPTION_WRITE_TTL_MS, DNVME_OPTION_DRAIN_MS, DNVME_OPTION_MODE,
};

static const char * const modes[] = { "held", "live", "fenced" };

static u32 random_up_to(struct rnd_state *rnd, u32 max)
{
	return prandom_u32_state(rnd) % (max + 1);
}

/* Returns the number of words. */
static unsigned int add_option(char *line, enum dnvme_option option, struct rnd_state *rnd)
{
	switch (option) {
	case DNVME_OPTION_HOLD_ON_ERROR:
		line_add(line, " hold_on_error");
		return 1;
	case DNVME_OPTION_WRITE_THROUGH:
		line_add(line, " write_through");
		return 1;
	case DNVME_OPTION_LEASE_MS:
		line_add(line, " lease_ms %u", 100 + random_up_to(rnd, 599900));
		return 2;
	case DNVME_OPTION_WRITE_TTL_MS:
		line_add(line, " write_ttl_ms %u", 1 + random_up_to(rnd, 599999));
		return 2;
	case DNVME_OPTION_DRAIN_MS:
		line_add(line, " drain_ms %u", random_up_to(rnd, 600000));
		return 2;
	case DNVME_OPTION_MODE:
		line_add(line, " mode %s", modes[random_up_to(rnd, 2)]);
		return 2;
	default:
		return 0;
	}
}

/* Returns the number of words. */
static unsigned int add_probes(char *line, struct rnd_state *rnd)
{
	unsigned int i, nr = 1 + random_up_to(rnd, DNVME_PROBES_MAX - 1);

	line_add(line, " probe %u", nr);
	for (i = 0; i < nr; i++)
		line_add(line, " 253:%u", random_up_to(rnd, 1 << 20));
	return 2 + nr;
}

static void shuffle(enum dnvme_option *options, unsigned int nr, struct rnd_state *rnd)
{
	unsigned int other;

	while (--nr) {
		other = random_up_to(rnd, nr);
		swap(options[nr], options[other]);
	}
}

/* Some options in some order, and probes before or behind them; returns the number of words. */
static unsigned int generate(char *line, struct rnd_state *rnd)
{
	enum dnvme_option options[ARRAY_SIZE(free_options)];
	unsigned int i, words = 0, nr = random_up_to(rnd, ARRAY_SIZE(options));
	bool first = random_up_to(rnd, 1), leased = false;

	line[0] = '\0';
	memcpy(options, free_options, sizeof(options));
	shuffle(options, ARRAY_SIZE(options), rnd);
	for (i = 0; i < nr; i++)
		leased |= options[i] == DNVME_OPTION_LEASE_MS;
	if (leased && first)
		words += add_probes(line, rnd);
	for (i = 0; i < nr; i++)
		words += add_option(line, options[i], rnd);
	if (leased && !first)
		words += add_probes(line, rnd);
	return words;
}

static void check_round_trip(struct kunit *test, char *line, unsigned int words)
{
	char *printed = kunit_kzalloc(test, LINE_MAX_LEN, GFP_KERNEL);
	char *expected = kunit_kzalloc(test, LINE_MAX_LEN, GFP_KERNEL);
	struct dnvme_options opts;
	unsigned int len;
	char *error;

	KUNIT_ASSERT_NOT_NULL(test, printed);
	KUNIT_ASSERT_NOT_NULL(test, expected);
	line_add(expected, "%u%s", words, line);
	KUNIT_ASSERT_EQ_MSG(test, parse(test, line, 1, &opts, &error), 0, "%s: %s", line, error);
	len = dnvme_options_emit(&opts, printed, LINE_MAX_LEN);
	KUNIT_EXPECT_STREQ(test, printed, expected);
	KUNIT_EXPECT_EQ(test, len, strlen(expected));
}

static void generated_lines_print_as_given(struct kunit *test)
{
	char *line = kunit_kzalloc(test, LINE_MAX_LEN, GFP_KERNEL);
	struct rnd_state rnd;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, line);
	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < 200; i++)
		check_round_trip(test, line, generate(line, &rnd));
}

static void a_short_buffer_is_not_overrun(struct kunit *test)
{
	struct dnvme_options opts;
	char printed[16] = { };
	char *error;

	KUNIT_ASSERT_EQ(test, parse(test, "drain_ms 12345 mode fenced", 1, &opts, &error), 0);
	memset(printed, '#', sizeof(printed) - 1);
	dnvme_options_emit(&opts, printed, 10);
	KUNIT_EXPECT_STREQ(test, printed, "4 drain_m");
	KUNIT_EXPECT_STREQ(test, printed + 10, "#####");
}

/* ---- Numbers ------------------------------------------------------------- */

static void numbers_have_one_form(struct kunit *test)
{
	static const char * const bad[] = {
		"", "00", "01", "+1", "-1", " 1", "1 ", "0x1", "1k", "ten", "18446744073709551616",
	};
	u64 value;
	int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		KUNIT_EXPECT_EQ_MSG(test, dnvme_parse_u64(bad[i], &value), -EINVAL, "'%s'", bad[i]);
	KUNIT_EXPECT_EQ(test, dnvme_parse_u64("0", &value), 0);
	KUNIT_EXPECT_EQ(test, value, 0);
	KUNIT_EXPECT_EQ(test, dnvme_parse_u64("10", &value), 0);
	KUNIT_EXPECT_EQ(test, value, 10);
	KUNIT_EXPECT_EQ(test, dnvme_parse_u64("18446744073709551615", &value), 0);
	KUNIT_EXPECT_EQ(test, value, U64_MAX);
}

static struct kunit_case options_cases[] = {
	KUNIT_CASE(defaults_with_legs),
	KUNIT_CASE(a_standby_holds_by_default),
	KUNIT_CASE(words_mean_what_they_say),
	KUNIT_CASE(a_probe_takes_as_many_devices_as_it_says),
	KUNIT_CASE_PARAM(refused_with_its_reason, refusal_gen_params),
	KUNIT_CASE(generated_lines_print_as_given),
	KUNIT_CASE(a_short_buffer_is_not_overrun),
	KUNIT_CASE(numbers_have_one_form),
	{ }
};

static struct kunit_suite options_suite = {
	.name = "dnvme-options",
	.test_cases = options_cases,
};

kunit_test_suite(options_suite);
