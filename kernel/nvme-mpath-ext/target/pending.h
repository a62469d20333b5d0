/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands on their way to the reader of the device and back. Each is completed
 * exactly once: by an answer, when its time is over, or when nobody can answer
 * any more. A command that waits keeps its queue, and so its controller, from
 * being torn down: hence the bound.
 */
#ifndef NVMET_MPATH_EXT_PENDING_H
#define NVMET_MPATH_EXT_PENDING_H

#include <linux/nvmet-mpath-ext.h>
#include <linux/wait.h>

struct nvmet_req;

extern struct wait_queue_head pending_wait;

/* What nvmet executes for a command that was claimed. Any context. */
void pending_execute(struct nvmet_req *req);

/* A reader comes: -EBUSY if there is one. It goes: what waits is told so. */
int pending_open(void);
void pending_close(void);

/* Whether pending_take() would find a command. */
bool pending_available(void);

/* Hands out the oldest command that was not; -EAGAIN if there is none. */
int pending_take(struct nvmet_mpath_ext_command *command);

/* Takes back what pending_take() handed out and could not be delivered. */
void pending_untake(u64 id);

/* Completes a command. -ENOENT: it has been completed already. */
int pending_answer(const struct nvmet_mpath_ext_answer *answer);

/* After the last pending_execute(). May sleep. */
void pending_exit(void);

#endif /* NVMET_MPATH_EXT_PENDING_H */
