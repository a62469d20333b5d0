/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The admin queue of a controller, shared by all paths through it: one command of
 * ours at a time, whoever asks. One that nobody waits for any more keeps the queue,
 * not its sender, until it has ended; so a sender can go at any time.
 */
#ifndef NVME_MPATH_EXT_ADMIN_H
#define NVME_MPATH_EXT_ADMIN_H

#include <linux/atomic.h>
#include <linux/types.h>

#include "command.h"

struct admin;
struct block_device;

/*
 * The queue of the controller behind a path, or an ERR_PTR and what is wrong in
 * *@reason. All that is ever allocated is allocated here.
 */
struct admin *admin_get(struct block_device *bdev, const char **reason);
void admin_put(struct admin *admin);

/**
 * struct admin_answer - how a request ended
 * @result: completion dwords 0 (low) and 1 (high), of the driver
 * @outcome: the block layer's word on it
 * @status: the driver's
 */
struct admin_answer {
	u64 result;
	blk_status_t outcome;
	u16 status;
};

/*
 * Sends a command and waits for its answer, no longer than @timeout_ms and no
 * longer than *@cancels stays as it was. Returns 0 if there is one, else
 *
 *	-EBUSY		another command of ours was in the way for all the time, or there
 *			was no free tag
 *	-ENODEV		the controller is being removed
 *	-ETIMEDOUT	no answer so far
 *	-ECANCELED	*@cancels has changed
 */

int admin_ask(struct admin *admin, struct nvme_command *cmd, unsigned int timeout_ms,
	      const atomic_t *cancels, struct admin_answer *answer);

/*
 * Sends a Keep Alive and does not wait, unless a command of ours is on its way or the
 * last watch began less than @interval_ms ago. The NVMe host tears the connection down
 * if there is no answer within @silence_ms, and with it ends what is in flight there.
 */
void admin_watch(struct admin *admin, unsigned int interval_ms, unsigned int silence_ms);

/* Wakes those whose counter has changed. */
void admin_cancelled(struct admin *admin);

int admin_init(void);
/* After the last admin_put(). Waits for the commands that nobody waited for. */
void admin_exit(void);

#endif /* NVME_MPATH_EXT_ADMIN_H */
