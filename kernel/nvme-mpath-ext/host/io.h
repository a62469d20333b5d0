/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The way of a bio. It has exactly three outcomes: it is sent to a path that
 * was acknowledged, it is queued, or it fails.
 *
 * What came back from a path with a path error is queued, and goes to another
 * path only after an acknowledgment that was asked for after the path was
 * closed; see failover.c.
 */
#ifndef NVME_MPATH_EXT_IO_H
#define NVME_MPATH_EXT_IO_H

#include "head.h"

int mp_io_init(void);
void mp_io_exit(void);

/* struct block_device_operations */
void mp_io_submit(struct bio *bio);

/* Sends a clone to a path, a reference to whose in_flight goes with it. */
void mp_io_send(struct mp_io *io, struct mp_path *path);

/* Sends it anew, also if it was sent before; sleeps. */
void mp_io_send_again(struct mp_io *io, struct mp_path *path);

/* Ends the user's bio. */
void mp_io_end(struct mp_io *io, blk_status_t status);

#endif /* NVME_MPATH_EXT_IO_H */
