/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the disk does besides I/O: it hands ioctls and persistent reservations on
 * to its paths.
 */
#ifndef NVME_MPATH_EXT_DISK_H
#define NVME_MPATH_EXT_DISK_H

#include <linux/blkdev.h>

extern const struct block_device_operations mp_disk_ops;
extern const struct attribute_group *mp_disk_groups[];

#endif /* NVME_MPATH_EXT_DISK_H */
