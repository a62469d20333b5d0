/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command Set Namespace Active, put together, and what comes back made into
 * one word: Documentation/design/set-namespace-active.rst, bit by bit. Pure.
 */
#ifndef NVME_MPATH_EXT_COMMAND_H
#define NVME_MPATH_EXT_COMMAND_H

#include <linux/blk_types.h>
#include <linux/nvme.h>
#include <linux/nvme-mpath-ext.h>
#include <linux/types.h>

/**
 * struct sna_request - what is asked
 * @epoch: that the initiator knows, or 0
 * @nsid: namespace
 * @flags: NVME_MPATH_EXT_PLANNED
 * @opcode: vendor specific, NVME_MPATH_EXT_OPCODE by default
 * @action: NVME_MPATH_EXT_QUERY, _ACTIVATE or _FENCE_PEER
 */
struct sna_request {
	u64 epoch;
	u32 nsid;
	u32 flags;
	u8 opcode;
	u8 action;
};

/* What came of it. Only SNA_DONE lets an initiator conclude anything. */
enum sna_verdict {
	SNA_DONE,		/* of ACTIVATE: the previous owner is fenced, this one serves */
	SNA_IN_PROGRESS,	/* ask again */
	SNA_NO_AGENT,		/* nobody decides there now: ask again, or another */
	SNA_REFUSED,		/* not by this controller */
	SNA_STALE_EPOCH,	/* another owner since the epoch that was named */
	SNA_NOT_FENCED,		/* some place that keeps the data did not confirm */
	SNA_UNKNOWN,		/* the target does not know the command */
	SNA_INVALID,		/* the target finds the command malformed */
	SNA_PATH_ERROR,		/* no answer: the path failed, or time was over */
	SNA_ERROR,		/* any other status of the target */
	SNA_GARBAGE,		/* an answer that the specification forbids */
	SNA_NR_VERDICTS,
};

/**
 * struct sna_reply - an answer, taken apart
 * @verdict: what came of the command; the other fields are 0 where it has none
 * @status: bits 14:0 of the status field
 * @state: NVME_MPATH_EXT_STATE_*
 * @retry_ms: when to ask again; 0: no advice
 * @epoch_low: low half of the epoch in force
 */
struct sna_reply {
	enum sna_verdict verdict;
	u16 status;
	u8 state;
	unsigned int retry_ms;
	u32 epoch_low;
};

void sna_encode(const struct sna_request *request, struct nvme_command *cmd);

/*
 * @outcome is the block layer's word on the request, @status and @result are those
 * of the NVMe driver. Success needs both words: so it cannot come from a status
 * that was read at a wrong place.
 */
void sna_decode(const struct sna_request *request, blk_status_t outcome, u16 status, u64 result,
		struct sna_reply *reply);

const char *sna_verdict_name(enum sna_verdict verdict);

/*
 * What is known after an answer with this low half of the epoch: never less than
 * before. A half of 0 says nothing.
 */
u64 sna_epoch(u64 known, u32 low);

#endif /* NVME_MPATH_EXT_COMMAND_H */
