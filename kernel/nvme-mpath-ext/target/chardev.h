/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /dev/nvmet-mpath-ext: include/uapi/linux/nvmet-mpath-ext.h says what it speaks.
 */
#ifndef NVMET_MPATH_EXT_CHARDEV_H
#define NVMET_MPATH_EXT_CHARDEV_H

int chardev_register(void);
void chardev_unregister(void);

#endif /* NVMET_MPATH_EXT_CHARDEV_H */
