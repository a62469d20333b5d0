// SPDX-License-Identifier: GPL-2.0-only

#include <linux/kernel.h>
#include <linux/string.h>

#include "command.h"

#define STATUS_MASK	0x7fff
#define CODE_MASK	0x07ff	/* status code and its type */
#define TYPE_MASK	0x0700
#define TYPE_PATH	0x0300	/* also what the host itself says of a command without answer */
#define RESERVED_SHIFT	12
#define MS_PER_UNIT	100

static const struct {
	u16 code;
	enum sna_verdict verdict;
} verdicts[] = {
	{ 0, SNA_DONE },
	{ NVME_MPATH_EXT_SC_IN_PROGRESS, SNA_IN_PROGRESS },
	{ NVME_MPATH_EXT_SC_NO_AGENT, SNA_NO_AGENT },
	{ NVME_MPATH_EXT_SC_REFUSED, SNA_REFUSED },
	{ NVME_MPATH_EXT_SC_STALE_EPOCH, SNA_STALE_EPOCH },
	{ NVME_MPATH_EXT_SC_NOT_FENCED, SNA_NOT_FENCED },
	{ NVME_SC_INVALID_OPCODE, SNA_UNKNOWN },
	{ NVME_SC_INVALID_FIELD, SNA_INVALID },
	{ NVME_SC_INVALID_NS, SNA_INVALID },
};

static const char * const names[SNA_NR_VERDICTS] = {
	[SNA_DONE] = "done",
	[SNA_IN_PROGRESS] = "in progress",
	[SNA_NO_AGENT] = "no agent at the target",
	[SNA_REFUSED] = "refused by the target",
	[SNA_STALE_EPOCH] = "stale epoch",
	[SNA_NOT_FENCED] = "the previous owner is not fenced",
	[SNA_UNKNOWN] = "the target does not know the command",
	[SNA_INVALID] = "the target finds the command invalid",
	[SNA_PATH_ERROR] = "no answer",
	[SNA_ERROR] = "the target failed the command",
	[SNA_GARBAGE] = "an answer against the specification",
};

void sna_encode(const struct sna_request *request, struct nvme_command *cmd)
{
	memset(cmd, 0, sizeof(*cmd));
	cmd->common.opcode = request->opcode;
	cmd->common.nsid = cpu_to_le32(request->nsid);
	cmd->common.cdw10 = cpu_to_le32(request->action);
	cmd->common.cdw11 = cpu_to_le32(request->flags);
	cmd->common.cdw12 = cpu_to_le32(lower_32_bits(request->epoch));
	cmd->common.cdw13 = cpu_to_le32(upper_32_bits(request->epoch));
}

/* Where the two words on success differ, the driver's counts for less. */
static enum sna_verdict judge(blk_status_t outcome, u16 status)
{
	unsigned int i;

	if (outcome && !status)
		return SNA_PATH_ERROR;
	if (!outcome && status)
		return SNA_GARBAGE;
	if ((status & TYPE_MASK) == TYPE_PATH)
		return SNA_PATH_ERROR;
	for (i = 0; i < ARRAY_SIZE(verdicts); i++)
		if (verdicts[i].code == (status & CODE_MASK))
			return verdicts[i].verdict;
	return SNA_ERROR;
}

/* Whether the specification gives the result of this answer a meaning. */
static bool has_result(enum sna_verdict verdict)
{
	return verdict <= SNA_NOT_FENCED;
}

static bool result_is_valid(const struct sna_request *request, const struct sna_reply *reply,
			    u32 dword0)
{
	if (dword0 >> RESERVED_SHIFT || reply->state > NVME_MPATH_EXT_STATE_FENCED)
		return false;
	return request->action != NVME_MPATH_EXT_ACTIVATE || reply->verdict != SNA_DONE ||
	       reply->state == NVME_MPATH_EXT_STATE_ACTIVE;
}

static void decode_result(const struct sna_request *request, u64 result, struct sna_reply *reply)
{
	u32 dword0 = lower_32_bits(result);

	reply->state = dword0 & NVME_MPATH_EXT_STATE_MASK;
	reply->retry_ms = ((dword0 >> NVME_MPATH_EXT_RETRY_SHIFT) & NVME_MPATH_EXT_RETRY_MAX) *
			  MS_PER_UNIT;
	reply->epoch_low = upper_32_bits(result);
	if (!result_is_valid(request, reply, dword0))
		*reply = (struct sna_reply){ .verdict = SNA_GARBAGE, .status = reply->status };
}

void sna_decode(const struct sna_request *request, blk_status_t outcome, u16 status, u64 result,
		struct sna_reply *reply)
{
	memset(reply, 0, sizeof(*reply));
	reply->status = status & STATUS_MASK;
	reply->verdict = judge(outcome, reply->status);
	if (has_result(reply->verdict))
		decode_result(request, result, reply);
}

const char *sna_verdict_name(enum sna_verdict verdict)
{
	return names[verdict];
}

u64 sna_epoch(u64 known, u32 low)
{
	s32 ahead = (s32)(low - lower_32_bits(known));

	if (!low)
		return known;
	if (!known)
		return low;
	return ahead > 0 ? known + ahead : known;
}
