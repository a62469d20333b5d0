/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The head's worker: chooses a path, asks it to become active, and sends what
 * is queued once it has acknowledged.
 *
 * Tokens: L a path is lost, it admits nothing any more; Q a bio is queued; A(n)
 * the activation of a path is sent for the first time when n losses were seen;
 * K(n) its acknowledgment; S what is queued is sent; B a bio comes back from
 * the lost path.
 *
 *	failover:	L Q A(1) K(1) S
 *	late:		L A(1) K(1) B S		sent before L, so K(1) covers it
 *	another loss:	L A(1) L' K(1) A(2) K(2) S	never K(1) S
 *	refused:	L A(1) (no) A'(1) K'(1) S
 *
 * A path is lost under head->lock, and the losses are counted there. A bio that
 * has picked a path before that is in flight on it, whenever it is submitted.
 */
#ifndef NVME_MPATH_EXT_FAILOVER_H
#define NVME_MPATH_EXT_FAILOVER_H

#include <linux/workqueue.h>

#include "head.h"

void mp_failover_work(struct work_struct *work);

/* The user wants that path. 0, or -EHOSTDOWN: it is not well. */
int mp_failover_want(struct mp_path *path);

#endif /* NVME_MPATH_EXT_FAILOVER_H */
