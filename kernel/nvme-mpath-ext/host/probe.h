/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Looks after a path: whether it is well while it is not active, whether it gives
 * signs of life while it is, and whether its device is still there and as large as
 * it was.
 */
#ifndef NVME_MPATH_EXT_PROBE_H
#define NVME_MPATH_EXT_PROBE_H

#include <linux/workqueue.h>

#define MP_PROBE_MS 1000

void mp_probe_work(struct work_struct *work);

#endif /* NVME_MPATH_EXT_PROBE_H */
