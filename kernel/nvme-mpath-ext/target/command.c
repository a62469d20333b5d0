// SPDX-License-Identifier: GPL-2.0-only

#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "command.h"

static bool reserved_are_zero(const struct nvme_common_command *cmd)
{
	return !(le32_to_cpu(cmd->cdw10) & ~NVME_MPATH_EXT_ACTION_MASK) &&
	       !(le32_to_cpu(cmd->cdw11) & ~NVME_MPATH_EXT_PLANNED) &&
	       !cmd->cdw2[0] && !cmd->cdw2[1] && !cmd->cdw14 && !cmd->cdw15;
}

u16 command_decode(const struct nvme_command *cmd, struct nvmet_mpath_ext_command *command)
{
	const struct nvme_common_command *common = &cmd->common;

	command->action = le32_to_cpu(common->cdw10) & NVME_MPATH_EXT_ACTION_MASK;
	command->flags = le32_to_cpu(common->cdw11);
	command->nsid = le32_to_cpu(common->nsid);
	command->epoch = le32_to_cpu(common->cdw12) | (u64)le32_to_cpu(common->cdw13) << 32;
	if (!reserved_are_zero(common) || command->action > NVME_MPATH_EXT_FENCE_PEER)
		return NVME_SC_INVALID_FIELD | NVMET_MPATH_EXT_DNR;
	if (command->flags && command->action != NVME_MPATH_EXT_ACTIVATE)
		return NVME_SC_INVALID_FIELD | NVMET_MPATH_EXT_DNR;
	if (!command->nsid || command->nsid == NVME_NSID_ALL)
		return NVME_SC_INVALID_NS | NVMET_MPATH_EXT_DNR;
	return 0;
}

u64 command_result(const struct nvmet_mpath_ext_answer *answer)
{
	u32 dword0 = answer->state | answer->retry_100ms << NVME_MPATH_EXT_RETRY_SHIFT;

	return dword0 | (u64)lower_32_bits(answer->epoch) << 32;
}

int command_check_answer(const struct nvmet_mpath_ext_answer *answer)
{
	if (answer->state > NVME_MPATH_EXT_STATE_FENCED ||
	    answer->status & ~(NVMET_MPATH_EXT_STATUS_MASK | NVMET_MPATH_EXT_DNR) ||
	    memchr_inv(answer->reserved, 0, sizeof(answer->reserved)))
		return -EINVAL;
	return 0;
}
