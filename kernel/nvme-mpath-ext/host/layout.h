/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module knows of the NVMe host's private structures: where four of
 * their fields are. The same on Debian's 6.1 and 6.12 kernels; for others the
 * module parameter "layout" says it. The way to the admin queue is checked on
 * each controller before it is used; what an answer says is believed only where
 * the block layer says the same (sna_decode()).
 */
#ifndef NVME_MPATH_EXT_LAYOUT_H
#define NVME_MPATH_EXT_LAYOUT_H

#include <linux/blk-mq.h>
#include <linux/nvme.h>
#include <linux/types.h>

struct block_device;

/* Of nvme-core.ko. */
void nvme_init_request(struct request *req, struct nvme_command *cmd);

enum layout_field {
	LAYOUT_CTRL_ADMIN_Q,
	LAYOUT_CTRL_ADMIN_TAGSET,
	LAYOUT_REQUEST_RESULT,
	LAYOUT_REQUEST_STATUS,
	LAYOUT_NR_FIELDS,
};

/* Offsets in bytes. */
struct layout {
	u16 at[LAYOUT_NR_FIELDS];
};

struct layout layout_in_force(void);

/*
 * The admin queue of the controller behind a path; -EINVAL, and a line in the log, if
 * a field is not where the layout has it. Reads nothing that could fault. @io_set is
 * the path's own tag set.
 */
struct request_queue *layout_admin_queue(const struct layout *layout, const void *ctrl,
					 const struct blk_mq_tag_set *io_set);

/* What the driver keeps with a request that has ended. */
static inline u16 layout_status(const struct layout *layout, struct request *req)
{
	return *(const u16 *)(blk_mq_rq_to_pdu(req) + layout->at[LAYOUT_REQUEST_STATUS]);
}

/* Completion dwords 0 (low) and 1 (high). */
static inline u64 layout_result(const struct layout *layout, struct request *req)
{
	const __le64 *result = blk_mq_rq_to_pdu(req) + layout->at[LAYOUT_REQUEST_RESULT];

	return le64_to_cpu(*result);
}

#endif /* NVME_MPATH_EXT_LAYOUT_H */
