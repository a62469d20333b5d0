// SPDX-License-Identifier: GPL-2.0-only

#include <linux/errno.h>
#include <linux/kernel.h>

#include "layout.h"

#define FIELD(_member, _here) \
	{ #_member, offsetof(struct nvmet_mpath_ext_layout, _member), (_here) }

static const struct {
	const char *name;
	size_t member;
	u32 here;
} fields[] = {
	FIELD(req_cmd, NVMET_REQ_CMD),
	FIELD(req_cqe, NVMET_REQ_CQE),
	FIELD(req_sq, NVMET_REQ_SQ),
	FIELD(req_execute, NVMET_REQ_EXECUTE),
	FIELD(req_ops, NVMET_REQ_OPS),
	FIELD(ops_type, NVMET_OPS_TYPE),
	FIELD(sq_ctrl, NVMET_SQ_CTRL),
	FIELD(sq_qid, NVMET_SQ_QID),
	FIELD(ctrl_subsys, NVMET_CTRL_SUBSYS),
	FIELD(ctrl_cntlid, NVMET_CTRL_CNTLID),
	FIELD(ctrl_hostnqn, NVMET_CTRL_HOSTNQN),
	FIELD(subsys_subsysnqn, NVMET_SUBSYS_SUBSYSNQN),
};

int layout_check(const struct nvmet_mpath_ext_layout *running, const char **field,
		 u32 *there, u32 *here)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		*field = fields[i].name;
		*there = *(const u32 *)((const void *)running + fields[i].member);
		*here = fields[i].here;
		if (*there != *here)
			return -EINVAL;
	}
	return 0;
}
