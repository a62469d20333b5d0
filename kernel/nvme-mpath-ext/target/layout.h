/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the module knows of nvmet's private structures: where some of their
 * fields are. The same on Debian's 6.1 and 6.12 kernels. Nothing here is used
 * before the layout of the running kernel has been found to be the same.
 */
#ifndef NVMET_MPATH_EXT_LAYOUT_H
#define NVMET_MPATH_EXT_LAYOUT_H

#include <linux/nvme.h>
#include <linux/nvmet-mpath-ext.h>
#include <linux/types.h>

struct nvmet_req;
struct workqueue_struct;

/* Of nvmet.ko. */
extern struct workqueue_struct *nvmet_wq;
bool nvmet_check_transfer_len(struct nvmet_req *req, size_t len);
void nvmet_req_complete(struct nvmet_req *req, u16 status);

#define NVMET_REQ_CMD		0
#define NVMET_REQ_CQE		8
#define NVMET_REQ_SQ		16
#define NVMET_REQ_EXECUTE	392
#define NVMET_REQ_OPS		400
#define NVMET_OPS_TYPE		8
#define NVMET_SQ_CTRL		0
#define NVMET_SQ_QID		24
#define NVMET_CTRL_SUBSYS	0
#define NVMET_CTRL_CNTLID	88
#define NVMET_CTRL_HOSTNQN	628
#define NVMET_SUBSYS_SUBSYSNQN	152

/*
 * Compares what user space read from the running kernel's type information.
 * Returns 0, or -EINVAL with the name of a field that does not fit in *@field
 * and its place there and here.
 */
int layout_check(const struct nvmet_mpath_ext_layout *running, const char **field,
		 u32 *there, u32 *here);

static inline void *layout_pointer(const void *object, unsigned int offset)
{
	return *(void * const *)(object + offset);
}

static inline const struct nvme_command *layout_cmd(const struct nvmet_req *req)
{
	return layout_pointer(req, NVMET_REQ_CMD);
}

static inline struct nvme_completion *layout_cqe(const struct nvmet_req *req)
{
	return layout_pointer(req, NVMET_REQ_CQE);
}

/* NULL: the queue is not connected yet. */
static inline const void *layout_ctrl(const struct nvmet_req *req)
{
	return layout_pointer(layout_pointer(req, NVMET_REQ_SQ), NVMET_SQ_CTRL);
}

static inline u16 layout_qid(const struct nvmet_req *req)
{
	return *(const u16 *)(layout_pointer(req, NVMET_REQ_SQ) + NVMET_SQ_QID);
}

/* NVMF_TRTYPE_* */
static inline unsigned int layout_transport(const struct nvmet_req *req)
{
	return *(const unsigned int *)(layout_pointer(req, NVMET_REQ_OPS) + NVMET_OPS_TYPE);
}

static inline u16 layout_cntlid(const void *ctrl)
{
	return *(const u16 *)(ctrl + NVMET_CTRL_CNTLID);
}

static inline const char *layout_hostnqn(const void *ctrl)
{
	return ctrl + NVMET_CTRL_HOSTNQN;
}

static inline const char *layout_subsysnqn(const void *ctrl)
{
	return layout_pointer(layout_pointer(ctrl, NVMET_CTRL_SUBSYS), NVMET_SUBSYS_SUBSYSNQN);
}

static inline void layout_set_execute(struct nvmet_req *req, void (*execute)(struct nvmet_req *))
{
	*(void (**)(struct nvmet_req *))((void *)req + NVMET_REQ_EXECUTE) = execute;
}

#endif /* NVMET_MPATH_EXT_LAYOUT_H */
