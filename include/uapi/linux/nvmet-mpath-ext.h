/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * The character device of nvmet-mpath-ext, which hands each command Set
 * Namespace Active that a target receives to one reader, and takes its answer.
 *
 * All records begin with their version and size; both must be those below.
 * Numbers are in the machine's byte order, reserved fields zero.
 */
#ifndef _UAPI_LINUX_NVMET_MPATH_EXT_H
#define _UAPI_LINUX_NVMET_MPATH_EXT_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define NVMET_MPATH_EXT_DEVICE		"nvmet-mpath-ext"
#define NVMET_MPATH_EXT_VERSION		1
#define NVMET_MPATH_EXT_NQN_LEN		224

/**
 * struct nvmet_mpath_ext_head - the beginning of each record
 * @version: NVMET_MPATH_EXT_VERSION
 * @size: size of the whole record in bytes
 */
struct nvmet_mpath_ext_head {
	__u32 version;
	__u32 size;
};

/**
 * struct nvmet_mpath_ext_command - what read(2) returns, one for each call
 * @head: version and size
 * @id: names the command in the answer; never used twice
 * @epoch: the epoch that the initiator knows, or 0
 * @nsid: namespace, as the initiator gave it: it may not exist
 * @flags: NVME_MPATH_EXT_PLANNED
 * @cntlid: controller that received the command
 * @action: NVME_MPATH_EXT_QUERY, _ACTIVATE or _FENCE_PEER
 * @reserved: zero
 * @subsysnqn: NQN of the subsystem, ends with a zero byte
 * @hostnqn: NQN of the host, ends with a zero byte
 */
struct nvmet_mpath_ext_command {
	struct nvmet_mpath_ext_head head;
	__u64 id;
	__u64 epoch;
	__u32 nsid;
	__u32 flags;
	__u16 cntlid;
	__u8 action;
	__u8 reserved[5];
	char subsysnqn[NVMET_MPATH_EXT_NQN_LEN];
	char hostnqn[NVMET_MPATH_EXT_NQN_LEN];
};

/**
 * struct nvmet_mpath_ext_answer - what write(2) takes, one for each call
 * @head: version and size
 * @id: of the command
 * @epoch: the epoch in force; its low half goes to the initiator
 * @status: 0, or bits 10:0 of the status field; NVMET_MPATH_EXT_DNR may be added
 * @state: NVME_MPATH_EXT_STATE_*
 * @retry_100ms: when to ask again, in units of 100 ms; 0: no advice
 * @reserved: zero
 *
 * write(2) fails with ENOENT if the command has been answered meanwhile, for
 * instance because its time was over, and with EINVAL if a field is out of its
 * range; nothing has changed then.
 */
struct nvmet_mpath_ext_answer {
	struct nvmet_mpath_ext_head head;
	__u64 id;
	__u64 epoch;
	__u16 status;
	__u8 state;
	__u8 retry_100ms;
	__u8 reserved[4];
};

#define NVMET_MPATH_EXT_STATUS_MASK	0x07ff
#define NVMET_MPATH_EXT_DNR		0x4000	/* do not retry */

/**
 * struct nvmet_mpath_ext_layout - where nvmet keeps what the module must know
 * @head: version and size
 * @req_cmd: offset in bytes of nvmet_req.cmd
 * @req_cqe: of nvmet_req.cqe
 * @req_sq: of nvmet_req.sq
 * @req_execute: of nvmet_req.execute
 * @req_ops: of nvmet_req.ops
 * @ops_type: of nvmet_fabrics_ops.type
 * @sq_ctrl: of nvmet_sq.ctrl
 * @sq_qid: of nvmet_sq.qid
 * @ctrl_subsys: of nvmet_ctrl.subsys
 * @ctrl_cntlid: of nvmet_ctrl.cntlid
 * @ctrl_hostnqn: of nvmet_ctrl.hostnqn
 * @subsys_subsysnqn: of nvmet_subsys.subsysnqn
 *
 * Read from the type information of the running kernel (/sys/kernel/btf/nvmet)
 * by whoever arms the module.
 */
struct nvmet_mpath_ext_layout {
	struct nvmet_mpath_ext_head head;
	__u32 req_cmd;
	__u32 req_cqe;
	__u32 req_sq;
	__u32 req_execute;
	__u32 req_ops;
	__u32 ops_type;
	__u32 sq_ctrl;
	__u32 sq_qid;
	__u32 ctrl_subsys;
	__u32 ctrl_cntlid;
	__u32 ctrl_hostnqn;
	__u32 subsys_subsysnqn;
};

/*
 * Arms the module: from now on nvmet takes the command. Fails with EINVAL, and
 * names the field in the kernel's log, if the layout is not the one that the
 * module was built for; with EBUSY if somebody else holds the hook. Arming an
 * armed module succeeds.
 */
#define NVMET_MPATH_EXT_ARM	_IOW('N', 0xfe, struct nvmet_mpath_ext_layout)

#endif /* _UAPI_LINUX_NVMET_MPATH_EXT_H */
