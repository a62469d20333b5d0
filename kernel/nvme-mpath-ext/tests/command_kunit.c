// SPDX-License-Identifier: GPL-2.0-only
/*
 * Set Namespace Active, both ends: what the host encodes is what the target
 * decodes, each status has its verdict, and garbage is told from an answer. What
 * is random comes from a seed of its own, so that a failure can be repeated.
 */

#include <kunit/test.h>
#include <linux/prandom.h>

#include "../host/command.h"
#include "../target/command.h"

/* The target's half, which is in a module of its own otherwise. */
#include "../target/command.c"

#define ROUNDS 20000
#define STATUS_DNR 0x4000
#define STATUS_MORE 0x2000

static const struct sna_request activate = {
	.opcode = NVME_MPATH_EXT_OPCODE,
	.action = NVME_MPATH_EXT_ACTIVATE,
	.nsid = 1,
};

static struct rnd_state random_from(u64 seed)
{
	struct rnd_state state;

	prandom_seed_state(&state, seed);
	return state;
}

static u64 random_u64(struct rnd_state *random)
{
	u64 high = prandom_u32_state(random);

	return high << 32 | prandom_u32_state(random);
}

/* ---- The command --------------------------------------------------------- */

/* Dword @i of a command, by its place alone. */
static u32 dword(const struct nvme_command *cmd, unsigned int i)
{
	return le32_to_cpu(((const __le32 *)cmd)[i]);
}

static void each_field_has_its_place(struct kunit *test)
{
	static const struct sna_request request = {
		.opcode = 0xc5,
		.action = NVME_MPATH_EXT_ACTIVATE,
		.flags = NVME_MPATH_EXT_PLANNED,
		.nsid = 0x11223344,
		.epoch = 0x0123456789abcdefULL,
	};
	static const u32 expected[16] = {
		[0] = 0xc5, [1] = 0x11223344, [10] = 1, [11] = 1, [12] = 0x89abcdef,
		[13] = 0x01234567,
	};
	struct nvme_command cmd;
	unsigned int i;

	static_assert(sizeof(cmd) == sizeof(expected));
	memset(&cmd, 0xff, sizeof(cmd));
	sna_encode(&request, &cmd);
	for (i = 0; i < ARRAY_SIZE(expected); i++)
		KUNIT_EXPECT_EQ_MSG(test, dword(&cmd, i), expected[i], "dword %u", i);
}

static struct sna_request random_request(struct rnd_state *random)
{
	struct sna_request request = {
		.opcode = NVME_MPATH_EXT_OPCODE,
		.action = prandom_u32_state(random) % (NVME_MPATH_EXT_FENCE_PEER + 1),
		.nsid = prandom_u32_state(random) % (NVME_NSID_ALL - 1) + 1,
		.epoch = random_u64(random),
	};

	if (request.action == NVME_MPATH_EXT_ACTIVATE)
		request.flags = prandom_u32_state(random) & NVME_MPATH_EXT_PLANNED;
	return request;
}

static void the_target_understands_the_host(struct kunit *test)
{
	struct rnd_state random = random_from(1);
	struct nvmet_mpath_ext_command command;
	struct sna_request request;
	struct nvme_command cmd;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		request = random_request(&random);
		sna_encode(&request, &cmd);
		KUNIT_ASSERT_EQ_MSG(test, command_decode(&cmd, &command), 0, "round %u", i);
		KUNIT_ASSERT_EQ(test, command.action, request.action);
		KUNIT_ASSERT_EQ(test, command.flags, request.flags);
		KUNIT_ASSERT_EQ(test, command.nsid, request.nsid);
		KUNIT_ASSERT_EQ(test, command.epoch, request.epoch);
	}
}

/* What the specification says of a command, from its dwords alone. */
static u16 expected_status(const struct nvme_command *cmd)
{
	u32 action = dword(cmd, 10), flags = dword(cmd, 11), nsid = dword(cmd, 1);

	if (dword(cmd, 2) || dword(cmd, 3) || dword(cmd, 14) || dword(cmd, 15))
		return NVME_SC_INVALID_FIELD | STATUS_DNR;
	if (action > 2 || flags > 1 || (flags && action != 1))
		return NVME_SC_INVALID_FIELD | STATUS_DNR;
	if (!nsid || nsid == U32_MAX)
		return NVME_SC_INVALID_NS | STATUS_DNR;
	return 0;
}

/* Each dword of the second half is random, small, or zero: so every rule has its turn. */
static void random_capsule(struct rnd_state *random, struct nvme_command *cmd)
{
	__le32 *dwords = (__le32 *)cmd;
	unsigned int i;

	prandom_bytes_state(random, cmd, sizeof(*cmd));
	for (i = 1; i < sizeof(*cmd) / sizeof(*dwords); i++)
		if (prandom_u32_state(random) % 16)
			dwords[i] = cpu_to_le32(prandom_u32_state(random) % 8 < 6 ? 0 :
						prandom_u32_state(random) % 4);
	if (prandom_u32_state(random) % 4)
		dwords[1] = cpu_to_le32(1);
}

static void the_target_refuses_garbage(struct kunit *test)
{
	struct rnd_state random = random_from(2);
	struct nvmet_mpath_ext_command command;
	unsigned int i, accepted = 0;
	struct nvme_command cmd;
	u16 status;

	for (i = 0; i < ROUNDS; i++) {
		random_capsule(&random, &cmd);
		status = command_decode(&cmd, &command);
		KUNIT_ASSERT_EQ_MSG(test, status, expected_status(&cmd), "round %u: %16ph", i,
				    (u8 *)&cmd + 40);
		accepted += !status;
	}
	KUNIT_EXPECT_GT(test, accepted, ROUNDS / 100);
	KUNIT_EXPECT_LT(test, accepted, ROUNDS / 2);
}

static void each_reserved_bit_is_refused(struct kunit *test)
{
	static const struct {
		unsigned int dword;
		u32 reserved;
	} rules[] = {
		{ 2, U32_MAX }, { 3, U32_MAX }, { 10, ~NVME_MPATH_EXT_ACTION_MASK },
		{ 11, ~NVME_MPATH_EXT_PLANNED }, { 14, U32_MAX }, { 15, U32_MAX },
	};
	struct nvmet_mpath_ext_command command;
	struct nvme_command cmd;
	unsigned int i, bit;

	for (i = 0; i < ARRAY_SIZE(rules); i++) {
		for (bit = 0; bit < 32; bit++) {
			if (!(rules[i].reserved & BIT(bit)))
				continue;
			sna_encode(&activate, &cmd);
			((__le32 *)&cmd)[rules[i].dword] |= cpu_to_le32(BIT(bit));
			KUNIT_EXPECT_EQ_MSG(test, command_decode(&cmd, &command),
					    NVME_SC_INVALID_FIELD | STATUS_DNR, "dword %u bit %u",
					    rules[i].dword, bit);
		}
	}
}

/* ---- The answer ---------------------------------------------------------- */

static struct sna_reply decoded(const struct sna_request *request, blk_status_t outcome,
				u16 status, u64 result)
{
	struct sna_reply reply;

	memset(&reply, 0xff, sizeof(reply));
	sna_decode(request, outcome, status, result, &reply);
	return reply;
}

/* What the kernel makes of a status: any but success is some error. */
static blk_status_t outcome_of(u16 status)
{
	return status & 0x7ff ? BLK_STS_IOERR : BLK_STS_OK;
}

static const struct {
	u16 status;
	enum sna_verdict verdict;
} statuses[] = {
	{ NVME_MPATH_EXT_SC_IN_PROGRESS, SNA_IN_PROGRESS },
	{ NVME_MPATH_EXT_SC_NO_AGENT, SNA_NO_AGENT },
	{ NVME_MPATH_EXT_SC_REFUSED, SNA_REFUSED },
	{ NVME_MPATH_EXT_SC_STALE_EPOCH, SNA_STALE_EPOCH },
	{ NVME_MPATH_EXT_SC_NOT_FENCED, SNA_NOT_FENCED },
	{ NVME_SC_INVALID_OPCODE, SNA_UNKNOWN },
	{ NVME_SC_INVALID_FIELD, SNA_INVALID },
	{ NVME_SC_INVALID_NS, SNA_INVALID },
	{ NVME_SC_INTERNAL, SNA_ERROR },
	{ 0x785, SNA_ERROR },
	{ 0x7ff, SNA_ERROR },
	{ NVME_SC_ANA_INACCESSIBLE, SNA_PATH_ERROR },
	{ NVME_SC_HOST_PATH_ERROR, SNA_PATH_ERROR },
	{ NVME_SC_HOST_ABORTED_CMD, SNA_PATH_ERROR },
};

static void each_status_has_its_verdict(struct kunit *test)
{
	static const u16 bits[] = { 0, STATUS_DNR, STATUS_MORE, STATUS_DNR | STATUS_MORE };
	struct sna_reply reply;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(statuses); i++) {
		for (j = 0; j < ARRAY_SIZE(bits); j++) {
			reply = decoded(&activate, BLK_STS_IOERR, statuses[i].status | bits[j], 0);
			KUNIT_EXPECT_EQ_MSG(test, reply.verdict, statuses[i].verdict,
					    "status %#x", statuses[i].status | bits[j]);
			KUNIT_EXPECT_EQ(test, reply.status, statuses[i].status | bits[j]);
		}
	}
	KUNIT_EXPECT_EQ(test, decoded(&activate, BLK_STS_OK, 0, 3).verdict, SNA_DONE);
}

/* Of all statuses that there can be, one alone is success. */
static void one_status_is_success(struct kunit *test)
{
	unsigned int status, done = 0;

	for (status = 0; status <= U16_MAX; status++)
		done += decoded(&activate, outcome_of(status), status, 3).verdict == SNA_DONE;
	/* Bit 15 is the phase tag's place, not of the status: 0 and 0x8000. */
	KUNIT_EXPECT_EQ(test, done, 2);
}

static void both_words_must_say_success(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, decoded(&activate, BLK_STS_TRANSPORT, 0, 3).verdict,
			SNA_PATH_ERROR);
	KUNIT_EXPECT_EQ(test, decoded(&activate, BLK_STS_OK, 0x780, 3).verdict, SNA_GARBAGE);
	KUNIT_EXPECT_EQ(test, decoded(&activate, BLK_STS_OK, STATUS_DNR, 3).verdict, SNA_GARBAGE);
}

/* Done, but the namespace is not active here: some other command has this opcode there. */
static void success_without_the_state_is_garbage(struct kunit *test)
{
	struct sna_request query = activate;
	unsigned int state;

	query.action = NVME_MPATH_EXT_QUERY;
	for (state = 0; state <= NVME_MPATH_EXT_STATE_MASK; state++) {
		KUNIT_EXPECT_EQ_MSG(test, decoded(&activate, BLK_STS_OK, 0, state).verdict,
				    state == NVME_MPATH_EXT_STATE_ACTIVE ? SNA_DONE : SNA_GARBAGE,
				    "activate, state %u", state);
		KUNIT_EXPECT_EQ_MSG(test, decoded(&query, BLK_STS_OK, 0, state).verdict,
				    state <= NVME_MPATH_EXT_STATE_FENCED ? SNA_DONE : SNA_GARBAGE,
				    "query, state %u", state);
	}
}

static void reserved_bits_of_the_result_are_garbage(struct kunit *test)
{
	struct sna_reply reply;
	unsigned int bit;

	for (bit = 12; bit < 32; bit++) {
		reply = decoded(&activate, BLK_STS_OK, 0, 3 | BIT_ULL(bit));
		KUNIT_EXPECT_EQ_MSG(test, reply.verdict, SNA_GARBAGE, "bit %u", bit);
		KUNIT_EXPECT_EQ(test, reply.retry_ms, 0);
	}
}

/* What was not answered has the result of some other command in its place. */
static void no_result_without_an_answer(struct kunit *test)
{
	static const u16 without[] = { NVME_SC_HOST_PATH_ERROR, NVME_SC_INVALID_OPCODE, 0x7ff };
	struct sna_reply reply;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(without); i++) {
		reply = decoded(&activate, BLK_STS_IOERR, without[i], 0x1234567800000ff3ULL);
		KUNIT_EXPECT_EQ(test, reply.state, 0);
		KUNIT_EXPECT_EQ(test, reply.retry_ms, 0);
		KUNIT_EXPECT_EQ(test, reply.epoch_low, 0);
	}
}

static struct nvmet_mpath_ext_answer random_answer(struct rnd_state *random)
{
	static const u16 codes[] = { 0x780, 0x781, 0x782, 0x783, 0x784 };
	u32 any = prandom_u32_state(random);

	return (struct nvmet_mpath_ext_answer){
		.status = codes[any % ARRAY_SIZE(codes)] | (any & STATUS_DNR),
		.state = (any >> 16) % (NVME_MPATH_EXT_STATE_FENCED + 1),
		.retry_100ms = any >> 24,
		.epoch = random_u64(random),
	};
}

static void the_host_understands_the_target(struct kunit *test)
{
	struct rnd_state random = random_from(3);
	struct nvmet_mpath_ext_answer answer;
	struct sna_reply reply;
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		answer = random_answer(&random);
		KUNIT_ASSERT_EQ(test, command_check_answer(&answer), 0);
		reply = decoded(&activate, BLK_STS_IOERR, answer.status, command_result(&answer));
		KUNIT_ASSERT_LE_MSG(test, reply.verdict, SNA_NOT_FENCED, "round %u", i);
		KUNIT_ASSERT_EQ(test, reply.state, answer.state);
		KUNIT_ASSERT_EQ(test, reply.retry_ms, answer.retry_100ms * 100);
		KUNIT_ASSERT_EQ(test, reply.epoch_low, lower_32_bits(answer.epoch));
	}
}

static void any_answer_is_taken(struct kunit *test)
{
	struct rnd_state random = random_from(4);
	struct sna_reply reply;
	unsigned int i;
	u64 result;
	u32 any;

	for (i = 0; i < ROUNDS; i++) {
		any = prandom_u32_state(&random);
		result = random_u64(&random);
		if (any & BIT(31))
			result &= ~GENMASK_ULL(31, 12);
		reply = decoded(&activate, any & BIT(30) ? BLK_STS_OK : BLK_STS_IOERR,
				any & BIT(29) ? 0 : any, result);
		KUNIT_ASSERT_LT_MSG(test, reply.verdict, SNA_NR_VERDICTS, "round %u", i);
		KUNIT_ASSERT_LE(test, reply.state, NVME_MPATH_EXT_STATE_FENCED);
		KUNIT_ASSERT_LE(test, reply.retry_ms, NVME_MPATH_EXT_RETRY_MAX * 100);
		KUNIT_ASSERT_NOT_NULL(test, sna_verdict_name(reply.verdict));
		if (reply.verdict == SNA_DONE)
			KUNIT_ASSERT_EQ(test, reply.state, NVME_MPATH_EXT_STATE_ACTIVE);
	}
}

static void an_answer_out_of_range_is_refused(struct kunit *test)
{
	struct nvmet_mpath_ext_answer answer = { .state = NVME_MPATH_EXT_STATE_FENCED + 1 };
	unsigned int bit;

	KUNIT_EXPECT_EQ(test, command_check_answer(&answer), -EINVAL);
	for (bit = 0; bit < 16; bit++) {
		answer = (struct nvmet_mpath_ext_answer){ .status = BIT(bit) };
		KUNIT_EXPECT_EQ_MSG(test, command_check_answer(&answer),
				    bit <= 10 || bit == 14 ? 0 : -EINVAL, "status bit %u", bit);
	}
	for (bit = 0; bit < 32; bit++) {
		answer = (struct nvmet_mpath_ext_answer){ };
		answer.reserved[bit / 8] = BIT(bit % 8);
		KUNIT_EXPECT_EQ_MSG(test, command_check_answer(&answer), -EINVAL,
				    "reserved bit %u", bit);
	}
}

/* ---- The epoch ----------------------------------------------------------- */

static void half_an_epoch_makes_a_whole_one(struct kunit *test)
{
	static const struct {
		u64 known;
		u32 low;
		u64 epoch;
	} rules[] = {
		{ 0, 0, 0 },
		{ 0, 0xffffffff, 0xffffffff },
		{ 7, 0, 7 },
		{ 7, 7, 7 },
		{ 7, 9, 9 },
		{ 9, 7, 9 },
		{ 0x500000009ULL, 0xa, 0x50000000aULL },
		{ 0x5fffffff0ULL, 0x10, 0x600000010ULL },
		{ 0x500000010ULL, 0xfffffff0, 0x500000010ULL },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rules); i++)
		KUNIT_EXPECT_EQ_MSG(test, sna_epoch(rules[i].known, rules[i].low), rules[i].epoch,
				    "known %#llx, low %#x", rules[i].known, rules[i].low);
}

static void an_epoch_is_never_lowered(struct kunit *test)
{
	struct rnd_state random = random_from(5);
	unsigned int i;
	u64 known;
	u32 low;

	for (i = 0; i < ROUNDS; i++) {
		known = random_u64(&random) >> 1;
		low = prandom_u32_state(&random);
		KUNIT_ASSERT_GE_MSG(test, sna_epoch(known, low), known, "known %#llx, low %#x",
				    known, low);
	}
}

static struct kunit_case command_cases[] = {
	KUNIT_CASE(each_field_has_its_place),
	KUNIT_CASE(the_target_understands_the_host),
	KUNIT_CASE(the_target_refuses_garbage),
	KUNIT_CASE(each_reserved_bit_is_refused),
	KUNIT_CASE(each_status_has_its_verdict),
	KUNIT_CASE(one_status_is_success),
	KUNIT_CASE(both_words_must_say_success),
	KUNIT_CASE(success_without_the_state_is_garbage),
	KUNIT_CASE(reserved_bits_of_the_result_are_garbage),
	KUNIT_CASE(no_result_without_an_answer),
	KUNIT_CASE(the_host_understands_the_target),
	KUNIT_CASE(any_answer_is_taken),
	KUNIT_CASE(an_answer_out_of_range_is_refused),
	KUNIT_CASE(half_an_epoch_makes_a_whole_one),
	KUNIT_CASE(an_epoch_is_never_lowered),
	{ }
};

static struct kunit_suite command_suite = {
	.name = "nvme-mpath-ext-command",
	.test_cases = command_cases,
};

kunit_test_suite(command_suite);
