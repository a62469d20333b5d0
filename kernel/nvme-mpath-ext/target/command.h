/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command Set Namespace Active, taken apart and answered: Documentation/
 * design/set-namespace-active.rst, bit by bit. Pure.
 */
#ifndef NVMET_MPATH_EXT_COMMAND_H
#define NVMET_MPATH_EXT_COMMAND_H

#include <linux/nvme.h>
#include <linux/nvme-mpath-ext.h>
#include <linux/nvmet-mpath-ext.h>

/*
 * Fills in what the capsule says: action, flags, namespace and epoch. Returns 0,
 * or the NVMe status of a command that breaks the specification.
 */
u16 command_decode(const struct nvme_command *cmd, struct nvmet_mpath_ext_command *command);

/* Completion dwords 0 and 1 of an answer. */
u64 command_result(const struct nvmet_mpath_ext_answer *answer);

/* Returns 0, or -EINVAL if the answer has a field out of its range. */
int command_check_answer(const struct nvmet_mpath_ext_answer *answer);

#endif /* NVMET_MPATH_EXT_COMMAND_H */
