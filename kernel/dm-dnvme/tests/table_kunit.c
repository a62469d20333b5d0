// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whole table lines: what each word becomes, what is refused and how that is
 * said, and that a line prints as it was loaded.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../table.h"
#include "words.h"

#define SEED 22

static struct dnvme_spec *new_spec(struct kunit *test)
{
	struct dnvme_spec *spec = kunit_kzalloc(test, sizeof(*spec), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, spec);
	return spec;
}

static int parse(struct kunit *test, struct dnvme_spec *spec, sector_t len, const char *line,
		 char **error)
{
	unsigned int argc;
	char **argv = words_of(test, line, &argc);

	*error = NULL;
	return dnvme_table_parse(spec, len, argc, argv, error);
}

static void a_gate(struct kunit *test)
{
	struct dnvme_spec *spec = new_spec(test);
	char *error;

	KUNIT_ASSERT_EQ(test, parse(test, spec, 1001,
				    "18446744073709551615 8 1 7:0 5 1 hold_on_error", &error), 0);
	KUNIT_EXPECT_EQ(test, spec->epoch, U64_MAX);
	KUNIT_EXPECT_EQ(test, spec->chunk_sectors, 8);
	KUNIT_EXPECT_EQ(test, spec->nr_legs, 1);
	KUNIT_EXPECT_STREQ(test, spec->leg[0].dev, "7:0");
	KUNIT_EXPECT_EQ(test, spec->leg[0].offset, 5);
	KUNIT_EXPECT_TRUE(test, dnvme_option_given(&spec->opts, DNVME_OPTION_HOLD_ON_ERROR));
}

static void a_stripe(struct kunit *test)
{
	struct dnvme_spec *spec = new_spec(test);
	char *error;

	KUNIT_ASSERT_EQ(test, parse(test, spec, 3 * 16, "0 16 3 a 1 b 2 a 18014398509481983 0",
				    &error), 0);
	KUNIT_EXPECT_EQ(test, spec->nr_legs, 3);
	KUNIT_EXPECT_STREQ(test, spec->leg[1].dev, "b");
	KUNIT_EXPECT_EQ(test, spec->leg[1].offset, 2);
	KUNIT_EXPECT_STREQ(test, spec->leg[2].dev, "a");
	KUNIT_EXPECT_EQ(test, spec->leg[2].offset, 18014398509481983ULL);
}

static void a_standby(struct kunit *test)
{
	struct dnvme_spec *spec = new_spec(test);
	char *error;

	KUNIT_ASSERT_EQ(test, parse(test, spec, 2048, "3 2097152 0 0", &error), 0);
	KUNIT_EXPECT_EQ(test, spec->epoch, 3);
	KUNIT_EXPECT_EQ(test, spec->chunk_sectors, 2097152);
	KUNIT_EXPECT_EQ(test, spec->nr_legs, 0);
	KUNIT_EXPECT_EQ(test, spec->opts.mode, DNVME_HELD);
}

/* ---- Refusals ------------------------------------------------------------ */

struct refusal {
	const char *line;
	const char *error;
};

#define TOO_SHORT "Not enough arguments: want <epoch> <chunk> <#legs> ... <#opts>"
#define BAD_EPOCH "Invalid epoch: want a decimal number below 2^64"
#define BAD_CHUNK "Invalid chunk size: want a power of two from 8 to 2097152 sectors"
#define BAD_COUNT "Invalid number of legs: want 0 to 64"
#define BAD_OFFSET "Invalid leg offset: want a sector number"
#define NO_LEGS "Not enough legs: want <dev> <offset> for each"
#define BAD_OPTS "Invalid or missing number of option words after the legs"

/* All with a length of 64 sectors. */
static const struct refusal refusals[] = {
	{ "", TOO_SHORT },
	{ "1 8 0", TOO_SHORT },
	{ "-1 8 1 a 0 0", BAD_EPOCH },
	{ "18446744073709551616 8 1 a 0 0", BAD_EPOCH },
	{ "one 8 1 a 0 0", BAD_EPOCH },
	{ "1 4 1 a 0 0", BAD_CHUNK },
	{ "1 24 1 a 0 0", BAD_CHUNK },
	{ "1 0 1 a 0 0", BAD_CHUNK },
	{ "1 4194304 1 a 0 0", BAD_CHUNK },
	{ "1 4294967304 1 a 0 0", BAD_CHUNK },
	{ "1 8 65 a 0 0", BAD_COUNT },
	{ "1 8 -1 a 0 0", BAD_COUNT },
	{ "1 8 4294967297 a 0 0", BAD_COUNT },
	{ "1 8 3 a 0 b 0 c 0 0", "Target length is no multiple of legs times chunk size" },
	{ "1 64 2 a 0 b 0 0", "Target length is no multiple of legs times chunk size" },
	{ "1 8 2 a 0 b", NO_LEGS },
	{ "1 8 1 0", NO_LEGS },
	{ "1 8 1 a -1 0", BAD_OFFSET },
	{ "1 8 1 a 1k 0", BAD_OFFSET },
	{ "1 8 1 a 18014398509481984 0", BAD_OFFSET },
	{ "1 8 2 a 0 b x 0", BAD_OFFSET },
	{ "1 8 2 a 0 b 0", BAD_OPTS },
	{ "1 8 1 a 0 hold_on_error", BAD_OPTS },
	{ "1 8 1 a 0 2 hold_on_error", "Fewer option words than announced" },
	{ "1 8 1 a 0 0 hold_on_error", "Trailing words after the announced option words" },
	{ "1 8 1 a 0 1 nonsense", "Unknown option" },
};

static void refusal_name(const struct refusal *refusal, char *name)
{
	strscpy(name, refusal->line, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(refusal, refusals, refusal_name);

static void refused_with_its_reason(struct kunit *test)
{
	const struct refusal *refusal = test->param_value;
	char *error;

	KUNIT_EXPECT_EQ(test, parse(test, new_spec(test), 64, refusal->line, &error), -EINVAL);
	KUNIT_EXPECT_STREQ(test, error, refusal->error);
}

/* ---- Round trip ---------------------------------------------------------- */

static u64 random_u64(struct rnd_state *rnd)
{
	u64 low = prandom_u32_state(rnd);

	return (u64)prandom_u32_state(rnd) << 32 | low;
}

static void add_legs(char *line, unsigned int nr_legs, struct rnd_state *rnd)
{
	while (nr_legs--)
		line_add(line, " %u:%u %llu", prandom_u32_state(rnd) % 512,
			 prandom_u32_state(rnd) % (1 << 20), random_u64(rnd) >> 10);
}

/* A whole line; returns a length that fits it. */
static sector_t generate(char *line, struct rnd_state *rnd)
{
	static const char * const opts[] = {
		"0", "1 write_through", "2 mode fenced", "3 drain_ms 7 write_through",
	};
	unsigned int nr_legs = prandom_u32_state(rnd) % (DNVME_LEGS_MAX + 1);
	unsigned int chunk = DNVME_CHUNK_SECTORS_MIN << prandom_u32_state(rnd) % 19;

	line[0] = '\0';
	line_add(line, "%llu %u %u", random_u64(rnd) >> prandom_u32_state(rnd) % 64, chunk,
		 nr_legs);
	add_legs(line, nr_legs, rnd);
	line_add(line, " %s", opts[prandom_u32_state(rnd) % ARRAY_SIZE(opts)]);
	return (sector_t)nr_legs * chunk * (1 + prandom_u32_state(rnd) % 1000);
}

static void check_round_trip(struct kunit *test, const char *line, sector_t len)
{
	char *printed = kunit_kzalloc(test, LINE_MAX_LEN, GFP_KERNEL);
	struct dnvme_spec *spec = new_spec(test);
	char *error;

	KUNIT_ASSERT_NOT_NULL(test, printed);
	KUNIT_ASSERT_EQ_MSG(test, parse(test, spec, len, line, &error), 0, "%s: %s", line, error);
	KUNIT_EXPECT_EQ(test, dnvme_table_emit(spec, printed, LINE_MAX_LEN), strlen(line));
	KUNIT_EXPECT_STREQ(test, printed, line);
}

static void generated_lines_print_as_given(struct kunit *test)
{
	char *line = kunit_kzalloc(test, LINE_MAX_LEN, GFP_KERNEL);
	struct rnd_state rnd;
	sector_t len;
	int i;

	KUNIT_ASSERT_NOT_NULL(test, line);
	prandom_seed_state(&rnd, SEED);
	for (i = 0; i < 100; i++) {
		len = generate(line, &rnd);
		check_round_trip(test, line, len);
	}
}

static struct kunit_case table_cases[] = {
	KUNIT_CASE(a_gate),
	KUNIT_CASE(a_stripe),
	KUNIT_CASE(a_standby),
	KUNIT_CASE_PARAM(refused_with_its_reason, refusal_gen_params),
	KUNIT_CASE(generated_lines_print_as_given),
	{ }
};

static struct kunit_suite table_suite = {
	.name = "dnvme-table",
	.test_cases = table_cases,
};

kunit_test_suite(table_suite);
