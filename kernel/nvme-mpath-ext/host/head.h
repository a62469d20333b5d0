/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A head and its paths, as all files of the module see them.
 *
 * A head lives as long as its directory in configfs, each path, and each disk
 * that it had and somebody has open. A path lives from the opening of its device
 * until that is closed, and as long as somebody has a reference.
 */
#ifndef NVME_MPATH_EXT_HEAD_H
#define NVME_MPATH_EXT_HEAD_H

#include <linux/bio.h>
#include <linux/blkdev.h>
#include <linux/completion.h>
#include <linux/kref.h>
#include <linux/mutex.h>
#include <linux/percpu-refcount.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "../../compat/bdev.h"
#include "../../compat/disk.h"
#include "activation.h"
#include "choice.h"
#include "identity.h"
#include "state.h"

#define MP_NAME_LEN 64

struct mp_settings {
	unsigned int policy;		/* enum mp_policy */
	const struct activation_method *activation;
	struct mp_identity identity;	/* none: that of the first path */
	u64 pr_key;
	unsigned int opcode;
	/* These may change while the head is live: read once. */
	unsigned int activation_timeout_ms;
	unsigned int queue_timeout_ms;
	unsigned int max_tries;
	unsigned int failover_interval_ms;
	unsigned int failback_delay_ms;
	unsigned int failback;		/* 1: automatic */
	unsigned int silence_timeout_ms;	/* 0: as long as the path itself takes */
};

/* Why I/O is owed an acknowledgment. */
enum mp_reason {
	MP_START,
	MP_ERROR,
	MP_DEVICE_GONE,
	MP_USER,
	MP_FAILBACK,
	MP_DISABLED,
	MP_UNWILLING,	/* a survivor would not vouch */
	MP_NR_REASONS
};

struct mp_failover {
	unsigned int number;
	enum mp_reason reason;
	char from[MP_NAME_LEN];
	char to[MP_NAME_LEN];
	u64 detected_ns;
	u64 sent_ns;
	u64 acknowledged_ns;
	u64 completed_ns;
};

struct mp_queue {
	struct bio_list returned;	/* clones that came back, oldest first */
	struct bio_list waiting;	/* clones that were never sent */
	unsigned int len;
	unsigned long ever;
};

struct mp_path;

struct mp_head {
	/* Read by every I/O. */
	u32 admitting;		/* slots that take I/O; written under lock */
	bool round_robin;	/* constant while live */
	u8 __percpu *last;	/* the slot that this CPU used last */
	/*
	 * A slot is emptied only when its path does not admit any more and a
	 * grace period has gone by. Written under lock and mutex.
	 */
	struct mp_path __rcu *slot[MP_MAX_PATHS];

	struct kref ref;
	char name[MP_NAME_LEN];

	struct mutex mutex;	/* one configuration at a time */
	struct mp_settings settings;	/* mutex */
	struct gendisk *disk;		/* mutex, NULL: not live */
	struct compat_limits limits;	/* mutex; what the disk has */
	int number;			/* of the disk; mutex */

	spinlock_t lock;	/* guards what follows, up to the ruler */
	bool live;
	bool owed;		/* queued I/O waits for an acknowledgment */
	unsigned int losses;	/* an acknowledgment covers those before it */
	unsigned int wanted;	/* the user's, or MP_NO_PATH */
	bool pinned;		/* the user has chosen: no failback until it is lost */
	enum mp_reason reason;	/* of the loss that is owed */
	char lost[MP_NAME_LEN];
	u64 lost_ns;
	u64 epoch;
	bool scanned;		/* for partitions */
	struct mp_queue queue;
	unsigned int failovers;
	unsigned long failed;
	struct mp_failover last_failover;
	bool queue_timed_out;	/* for the uevent */
	/* ---------------------------------------------------------------- */

	wait_queue_head_t changed;	/* somebody asks; see failover.c */
	struct delayed_work failover_work;
	struct delayed_work expire_work;
	struct work_struct scan_work;
	struct work_struct event_work;
	struct work_struct follow_work;	/* size and limits */
};

struct mp_path {
	struct mp_head *head;
	struct compat_bdev dev;
	struct percpu_ref in_flight;
	bool stamping;		/* notes its next completion */
	unsigned int slot;

	struct kref ref;
	struct rcu_head rcu;
	char name[MP_NAME_LEN];
	struct mp_identity identity;
	struct activation_path activation;
	struct mutex asking;	/* one call of the method at a time */
	struct completion drained;
	struct completion closed;

	enum mp_state state;	/* this and what follows: head->lock */
	unsigned int priority;
	u64 well_since_ns;
	u64 tried_ns;
	u64 sent_ns;		/* of the command under way */
	unsigned int losses;	/* that its acknowledgment covers */
	unsigned long errors;
	unsigned long tells;	/* a bit for each uevent that is due */

	struct work_struct drain_work;
	struct delayed_work probe_work;
	struct page *page;	/* what a probe reads into, and nobody looks at */
};

/* What a clone hands to the next one. */
struct mp_history {
	unsigned long start;	/* for the statistics */
	unsigned int tries;
	bool counted;		/* in the statistics */
};

/* Per clone. */
struct mp_io {
	struct bio *bio;	/* the user's */
	struct mp_path *path;	/* where it is in flight */
	struct mp_history history;
	unsigned long queued;	/* jiffies */
	struct bio clone;	/* the last: front_pad of the bio_set */
};

extern struct workqueue_struct *mp_wq;
extern const char * const mp_reason_names[MP_NR_REASONS];

static inline struct mp_io *mp_io_of(struct bio *clone)
{
	return container_of(clone, struct mp_io, clone);
}

struct mp_head *mp_head_create(const char *name);
void mp_head_put(struct mp_head *head);

static inline void mp_head_get(struct mp_head *head)
{
	kref_get(&head->ref);
}

/* Both with head->mutex held. Disabling waits for what is in flight. */
int mp_head_enable(struct mp_head *head);
void mp_head_disable(struct mp_head *head);

/* The names of those that take I/O, or "none"; returns the length. */
int mp_head_active_names(struct mp_head *head, char *text, size_t size);
const char *mp_head_state_name(struct mp_head *head);

#endif /* NVME_MPATH_EXT_HEAD_H */
