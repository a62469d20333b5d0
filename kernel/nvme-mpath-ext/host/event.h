/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * uevents of the disk.
 */
#ifndef NVME_MPATH_EXT_EVENT_H
#define NVME_MPATH_EXT_EVENT_H

#include "head.h"

/* Both with head->lock held: soon there is one about the path's new state. */
void mp_event_path(struct mp_path *path, enum mp_event event);
void mp_event_queue_timeout(struct mp_head *head);

/* A work item. */
void mp_event_tell(struct work_struct *work);

#endif /* NVME_MPATH_EXT_EVENT_H */
