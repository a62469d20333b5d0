/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The congestion list: what came back from a lost path, and behind it what
 * arrived while no path took I/O.
 */
#ifndef NVME_MPATH_EXT_QUEUE_H
#define NVME_MPATH_EXT_QUEUE_H

#include "head.h"

/*
 * For an I/O that found no path. Returns one, if there is one by now, with a
 * reference to its in_flight; else the I/O is queued, or has failed.
 */
struct mp_path *mp_queue_new(struct mp_head *head, struct mp_io *io);

/* For an I/O that came back with @status. */
void mp_queue_returned(struct mp_head *head, struct mp_io *io, blk_status_t status);

/* Sends what may go; then what arrives goes directly. Sleeps. */
void mp_queue_release(struct mp_head *head);

/* Of a head that is not live any more. */
void mp_queue_fail(struct mp_head *head);

/* A work item: fails what is older than queue_timeout_ms. */
void mp_queue_expire(struct work_struct *work);

#endif /* NVME_MPATH_EXT_QUEUE_H */
