/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a device may be a path of a head, and what its disk can do with all of
 * them together.
 */
#ifndef NVME_MPATH_EXT_CHECK_H
#define NVME_MPATH_EXT_CHECK_H

#include "path.h"

/* Sets path->identity. Returns 0, or an errno after a line in the log. */
int mp_check_device(struct mp_path *path, const struct mp_path_config *config);

/* The limits and the size that all paths have; with head->mutex held. */
void mp_check_limits(struct mp_head *head, struct compat_limits *limits);
sector_t mp_check_size(struct mp_head *head);

/* Makes the disk follow its paths; a work item. */
void mp_check_follow(struct work_struct *work);

#endif /* NVME_MPATH_EXT_CHECK_H */
