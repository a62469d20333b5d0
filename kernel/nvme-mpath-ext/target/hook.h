/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How an unmodified nvmet comes to execute the command: it asks
 * nvmet_report_invalid_opcode() for the status of each command that it does not
 * know, and a probe there claims ours. Commands that nvmet knows never come by.
 */
#ifndef NVMET_MPATH_EXT_HOOK_H
#define NVMET_MPATH_EXT_HOOK_H

#include <linux/nvmet-mpath-ext.h>

/* Returns 0 also if armed already. -EINVAL: another layout; -EBUSY: the hook is taken. */
int hook_arm(const struct nvmet_mpath_ext_layout *running);

/* Claims nothing any more; afterwards no claimed command is left to be executed. May sleep. */
void hook_disarm(void);

#endif /* NVMET_MPATH_EXT_HOOK_H */
