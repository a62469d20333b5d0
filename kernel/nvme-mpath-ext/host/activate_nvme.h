/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Activation by the NVMe command Set Namespace Active, on the admin queue of the
 * path's controller.
 */
#ifndef NVME_MPATH_EXT_ACTIVATE_NVME_H
#define NVME_MPATH_EXT_ACTIVATE_NVME_H

int activate_nvme_init(void);

/* After the last detach. Waits for commands that are still on their way. */
void activate_nvme_exit(void);

#endif /* NVME_MPATH_EXT_ACTIVATE_NVME_H */
