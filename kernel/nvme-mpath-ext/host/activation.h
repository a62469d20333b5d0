/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between a head and the method by which it makes a path the active one.
 *
 * The method sends one command and says what came of it. The head decides all
 * else: which path is asked, when it is asked again, for how long, and what
 * follows from the answer.
 *
 *	attach		when a path is enabled; the device is open by then
 *	  probe*	while the path is not active, to know its health
 *	  activate*	to make it the active one
 *	  watch*	while it is active, to notice a silent death
 *	detach		before its device is closed; none of the above runs then
 *
 * All of them run in process context and may sleep. Those of one path never run
 * at the same time, but watch and cancel, which may be called at any time between
 * attach and detach. Those of several paths, also of one head, do.
 */
#ifndef NVME_MPATH_EXT_ACTIVATION_H
#define NVME_MPATH_EXT_ACTIVATION_H

#include <linux/types.h>

struct block_device;

enum activation_verdict {
	/* The previous owner is fenced and this path serves. */
	ACTIVATION_ACKNOWLEDGED,
	/* It works on it: ask this path again, after answer->retry_ms. */
	ACTIVATION_IN_PROGRESS,
	/* Not now: another path may do, or the same one later. */
	ACTIVATION_NOT_NOW,
	/* Not through this path. */
	ACTIVATION_REFUSED,
	/* The namespace had another owner since the epoch that was given. */
	ACTIVATION_STALE_EPOCH,
	/* The path is down, or it did not answer in time. */
	ACTIVATION_NO_ANSWER,
	ACTIVATION_NR_VERDICTS
};

/* A path, as a method sees it. Constant from attach to detach but for @private. */
struct activation_path {
	const char *head;		/* names, for the log */
	const char *path;
	struct block_device *bdev;
	u8 opcode;			/* of the head's attributes: nvme */
	u64 pr_key;			/* reservation */
	void *private;			/* the method's own */
};

struct activation_request {
	u64 epoch;			/* that the head knows, 0 if none */
	bool planned;			/* the present owner is believed to be well */
	unsigned int timeout_ms;	/* for this one command; never 0 */
};

/* Zeroed by the caller. */
struct activation_answer {
	u64 epoch;			/* in force, 0 if it was not told */
	unsigned int retry_ms;		/* advice, 0 if there is none */
	int error;			/* what went wrong, for the log: a status or errno */
};

struct activation_method {
	const char *name;
	/* By a persistent reservation, which one path has, and no user of the head. */
	bool reserves;
	/*
	 * Whether the path can be activated so. Returns 0, or an errno after a
	 * line in the log that says why not and what to do.
	 */
	int (*attach)(struct activation_path *path);
	/* May be NULL. */
	void (*detach)(struct activation_path *path);
	/*
	 * Returns within about request->timeout_ms. No memory may be needed
	 * that attach has not allocated: the I/O that would free some may be
	 * waiting for the outcome.
	 */
	enum activation_verdict (*activate)(struct activation_path *path,
					    const struct activation_request *request,
					    struct activation_answer *answer);
	/*
	 * 0 if the path could be asked to activate now, else an errno. NULL: the
	 * head reads a block instead. A method has it where a standby path does
	 * not serve reads.
	 */
	int (*probe)(struct activation_path *path, unsigned int timeout_ms);
	/*
	 * Asks for a sign of life, at most once in @interval_ms, and does not wait
	 * for it: a path that gives none within @silence_ms ends with an error what
	 * is in flight on it. May be NULL.
	 */
	void (*watch)(struct activation_path *path, unsigned int interval_ms,
		      unsigned int silence_ms);
	/* A running activate or probe returns as soon as it can. May be NULL. */
	void (*cancel)(struct activation_path *path);
};

extern const struct activation_method activation_none;
extern const struct activation_method activation_nvme;
extern const struct activation_method activation_reservation;

/* NULL: there is no method of that name. */
const struct activation_method *activation_find(const char *name);

/* In words, for logs and traces. */
const char *activation_verdict_name(enum activation_verdict verdict);

#endif /* NVME_MPATH_EXT_ACTIVATION_H */
